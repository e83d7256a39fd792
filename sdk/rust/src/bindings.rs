//! The contract as Rust: generated from `wit/`, one small world for each ability, all of them over the types of the first.
//!
//! Nothing here is named by a plugin directly; the crate's root re-exports what it may use.
#![allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    rust_2018_idioms,
    clippy::all,
    clippy::restriction,
    clippy::pedantic
)]

/// What every plugin may import, and all shared types.
pub mod imports {
    wit_bindgen::generate!({
        world: "imports",
        path: "wit",
        generate_all,
        generate_unused_types: true,
        additional_derives: [PartialEq],
        additional_derives_ignore: ["stream-error"],
    });
}

/// The trait and the export macro of one ability. A plugin calls the macros of the abilities that it names, and its component
/// exports exactly those interfaces.
macro_rules! ability {
    ($world:tt, $export_macro:tt) => {
        wit_bindgen::generate!({
            world: $world,
            path: "wit",
            pub_export_macro: true,
            export_macro_name: $export_macro,
            with: {
                "lockgate:channel/common@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::common,
                "lockgate:channel/inbound@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::inbound,
                "lockgate:channel/outbound@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::outbound,
                "lockgate:channel/log@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::log,
                "lockgate:channel/settings@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::settings,
                "lockgate:channel/state@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::state,
                "lockgate:channel/credentials@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::credentials,
                "lockgate:channel/hooks@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::hooks,
                "lockgate:channel/delivery@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::delivery,
                "lockgate:channel/media-store@0.1.0-dev.1": crate::bindings::imports::lockgate::channel::media_store,
                "wasi:io/poll@0.2.12": crate::bindings::imports::wasi::io::poll,
                "wasi:io/error@0.2.12": crate::bindings::imports::wasi::io::error,
                "wasi:io/streams@0.2.12": crate::bindings::imports::wasi::io::streams,
                "wasi:clocks/monotonic-clock@0.2.12": crate::bindings::imports::wasi::clocks::monotonic_clock,
                "wasi:http/types@0.2.12": crate::bindings::imports::wasi::http::types,
                "wasi:http/outgoing-handler@0.2.12": crate::bindings::imports::wasi::http::outgoing_handler,
            },
        });
    };
}

/// `connector`.
pub mod connector {
    ability!("with-connector", "export_connector");
}

/// `ingress`.
pub mod ingress {
    ability!("with-ingress", "export_ingress");
}

/// `background`.
pub mod background {
    ability!("with-background", "export_background");
}

/// `poller`.
pub mod poller {
    ability!("with-poller", "export_poller");
}

/// `media-fetcher`.
pub mod media_fetcher {
    ability!("with-media-fetcher", "export_media_fetcher");
}

/// `sender`.
pub mod sender {
    ability!("with-sender", "export_sender");
}

/// `actions`.
pub mod actions {
    ability!("with-actions", "export_actions");
}

/// `directory`.
pub mod directory {
    ability!("with-directory", "export_directory");
}
