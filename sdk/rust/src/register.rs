//! `register!`: from the traits of a plugin to the exports of its component.

use core::marker::PhantomData;

use crate::bindings;
use crate::{
    Actions, Author, Background, Connector, Directory, Draft, Event, Fault, FieldProblem, Identity, IdentityKind,
    Ingress, MediaFetcher, Outcome, Page, Part, PartOutcome, Poller, Problem, Reception, Refusal, Request, Resolved,
    Sender, Setting, Target, TemplateDefinition, Thread,
};

/// A plugin's type as the generated export code wants it. Named by [`crate::register!`] alone.
#[doc(hidden)]
#[derive(Debug)]
pub struct Exported<P>(PhantomData<P>);

impl<P: Connector> bindings::connector::exports::lockgate::channel::connector::Guest for Exported<P> {
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem> {
        P::check(settings)
    }
}

impl<P: Ingress> bindings::ingress::exports::lockgate::channel::ingress::Guest for Exported<P> {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        P::receive(request)
    }
}

impl<P: Background> bindings::background::exports::lockgate::channel::background::Guest for Exported<P> {
    fn follow_up(what: String) -> Result<Vec<Event>, Fault> {
        P::follow_up(what)
    }
}

impl<P: Poller> bindings::poller::exports::lockgate::channel::poller::Guest for Exported<P> {
    fn poll(cursor: Option<String>) -> Result<Page, Fault> {
        P::poll(cursor)
    }
}

impl<P: MediaFetcher> bindings::media_fetcher::exports::lockgate::channel::media_fetcher::Guest for Exported<P> {
    fn fetch(deferred: String) -> Result<String, Fault> {
        P::fetch(deferred)
    }
}

impl<P: Sender> bindings::sender::exports::lockgate::channel::sender::Guest for Exported<P> {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        P::send(draft)
    }

    fn preview(draft: Draft) -> Vec<Problem> {
        P::preview(draft)
    }
}

impl<P: Actions> bindings::actions::exports::lockgate::channel::actions::Guest for Exported<P> {
    fn edit(target: Target, parts: Vec<Part>) -> Outcome {
        P::edit(target, parts)
    }

    fn delete(target: Target) -> Outcome {
        P::delete(target)
    }

    fn react(target: Target, symbol: String, added: bool, reaction: Option<String>) -> Outcome {
        P::react(target, symbol, added, reaction)
    }

    fn mark_read(target: Target) -> Outcome {
        P::mark_read(target)
    }

    fn typing(target: Target, on: bool, author: Option<Author>) -> Outcome {
        P::typing(target, on, author)
    }

    fn take_over(target: Target, on: bool) -> Outcome {
        P::take_over(target, on)
    }

    fn ended(target: Target, ended: bool) -> Outcome {
        P::ended(target, ended)
    }
}

impl<P: Directory> bindings::directory::exports::lockgate::channel::directory::Guest for Exported<P> {
    fn templates() -> Result<Vec<TemplateDefinition>, Fault> {
        P::templates()
    }

    fn resolve(kind: IdentityKind, address: String) -> Result<Option<Resolved>, Fault> {
        P::resolve(kind, address)
    }

    fn profile(key: String, thread: Option<String>) -> Result<Option<Identity>, Fault> {
        P::profile(key, thread)
    }

    fn about(thread: String) -> Result<Option<Thread>, Fault> {
        P::about(thread)
    }
}

/// Makes a component's exports of the abilities that are named, and of no others.
///
/// ```text
/// lockgate_sdk::register!(Messenger: connector, ingress, sender);
/// ```
///
/// Natively it expands to nothing but a check that the traits are there, so that a crate of kind `cdylib` and `rlib` builds for
/// unit tests too.
#[macro_export]
macro_rules! register {
    ($plugin:ident: $($ability:ident),+ $(,)?) => {
        $($crate::__register!($ability, $plugin);)+
    };
}

/// One ability of [`register!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    (connector, $plugin:ident) => {
        const _: fn(::std::vec::Vec<$crate::Setting>) -> ::std::vec::Vec<$crate::FieldProblem> =
            <$plugin as $crate::Connector>::check;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type __Exported = $crate::Exported<$plugin>;
    $crate::bindings::connector::export_connector!(__Exported with_types_in $crate::bindings::connector);
        };
    };
    (ingress, $plugin:ident) => {
        const _: fn($crate::Request) -> ::core::result::Result<$crate::Reception, $crate::Refusal> =
            <$plugin as $crate::Ingress>::receive;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type __Exported = $crate::Exported<$plugin>;
    $crate::bindings::ingress::export_ingress!(__Exported with_types_in $crate::bindings::ingress);
        };
    };
    (background, $plugin:ident) => {
        const _: fn(::std::string::String) -> ::core::result::Result<::std::vec::Vec<$crate::Event>, $crate::Fault> =
            <$plugin as $crate::Background>::follow_up;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Plugin = $crate::Exported<$plugin>;
    $crate::bindings::background::export_background!(Plugin with_types_in $crate::bindings::background);
        };
    };
    (poller, $plugin:ident) => {
        const _: fn(
            ::core::option::Option<::std::string::String>,
        ) -> ::core::result::Result<$crate::Page, $crate::Fault> = <$plugin as $crate::Poller>::poll;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Plugin = $crate::Exported<$plugin>;
    $crate::bindings::poller::export_poller!(Plugin with_types_in $crate::bindings::poller);
        };
    };
    (media_fetcher, $plugin:ident) => {
        const _: fn(::std::string::String) -> ::core::result::Result<::std::string::String, $crate::Fault> =
            <$plugin as $crate::MediaFetcher>::fetch;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Plugin = $crate::Exported<$plugin>;
    $crate::bindings::media_fetcher::export_media_fetcher!(Plugin with_types_in $crate::bindings::media_fetcher);
        };
    };
    (sender, $plugin:ident) => {
        const _: fn($crate::Draft) -> ::std::vec::Vec<$crate::PartOutcome> = <$plugin as $crate::Sender>::send;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type __Exported = $crate::Exported<$plugin>;
    $crate::bindings::sender::export_sender!(__Exported with_types_in $crate::bindings::sender);
        };
    };
    (actions, $plugin:ident) => {
        const _: fn($crate::Target) -> $crate::Outcome = <$plugin as $crate::Actions>::mark_read;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type __Exported = $crate::Exported<$plugin>;
    $crate::bindings::actions::export_actions!(__Exported with_types_in $crate::bindings::actions);
        };
    };
    (directory, $plugin:ident) => {
        const _: fn(
            ::std::string::String,
        ) -> ::core::result::Result<::core::option::Option<$crate::Thread>, $crate::Fault> =
            <$plugin as $crate::Directory>::about;
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type __Exported = $crate::Exported<$plugin>;
    $crate::bindings::directory::export_directory!(__Exported with_types_in $crate::bindings::directory);
        };
    };
}
