//! What is asked of `actions` arrives as it was asked, and leaves as what `send` sends does.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lockgate_guests::{ACTIONS_ONLY, CONNECTOR_AND_SENDER};
use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::common::{Content, Context, Contexts, Fault, Part, RichText};
use lockgate_model::contract::outbound::{Author, Outcome};
use lockgate_runtime::{CallFailure, Plugin, Runtime};
use tempfile::TempDir;

use crate::harness::{Sandbox, config, draft, request};
use crate::provider::{Manner, Provider};

/// A sandbox for its calls, and in another one the plugin that acts.
struct Acting {
    sandbox: Sandbox,
    plugin: Arc<Plugin>,
    provider: Provider,
    _folder: TempDir,
    _runtime: Runtime,
}

impl Acting {
    async fn start() -> Self {
        let provider = Provider::start(Manner::Answers).await;
        let sandbox = Sandbox::hostile().await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&folder);
        config.egress.maps.push(provider.map());
        let runtime = Runtime::start(config).unwrap();
        let plugin = runtime.install(Arc::from(ACTIONS_ONLY)).await.unwrap();
        Self { sandbox, plugin, provider, _folder: folder, _runtime: runtime }
    }

    async fn outcome(&self, action: Action) -> Outcome {
        self.plugin.act(self.sandbox.call(), target(), action).await.result.unwrap()
    }
}

fn target() -> Target {
    let context = Context { value: "kept".into(), expires: Some(7), once: true };
    Target {
        thread: None,
        message: Some("m-1".into()),
        client_ref: "0198c0de-0000-7000-8000-000000000003".into(),
        contexts: Contexts { message: Some(context), thread: None, recipient: None },
    }
}

fn react(symbol: &str) -> Action {
    Action::React { symbol: symbol.into(), added: true, reaction: None }
}

/// What the guest says it was asked.
fn told(outcome: Outcome) -> String {
    match outcome {
        Outcome::Sent(sent) => sent.message.unwrap(),
        other => panic!("not sent: {other:?}"),
    }
}

#[tokio::test]
async fn each_function_is_handed_what_it_takes() {
    let acting = Acting::start().await;
    let text = Part { content: Content::Text(RichText { plain: "new".into(), html: None }), extras: Vec::new() };
    let author = Author { name: "Ada".into(), first_name: None, last_name: None, picture: None };
    let taken_back = Action::React { symbol: "👍".into(), added: false, reaction: Some("r-1".into()) };
    for (action, begins) in [
        (Action::Edit { parts: vec![text.clone(), text] }, "edit 2 of "),
        (Action::Delete, "delete "),
        (react("👍"), "react 👍 true None on "),
        (taken_back, "react 👍 false Some(\"r-1\") on "),
        (Action::MarkRead, "read "),
        (Action::Typing { on: true, author: Some(author) }, "typing true Some(Author { name: \"Ada\""),
        (Action::TakeOver { on: false }, "take over false "),
    ] {
        let told = told(acting.outcome(action).await);
        assert!(told.starts_with(begins), "{told}");
        for part in ["message: Some(\"m-1\")", "0198c0de-0000-7000-8000-000000000003", "kept", "expires: Some(7)"] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
    // What the plugin leaves out the SDK answers for it.
    let ended = acting.outcome(Action::Ended { ended: true }).await;
    assert!(matches!(ended, Outcome::Failed(Fault::Unsupported(_))), "{ended:?}");
}

#[tokio::test]
async fn an_action_departs_as_a_send_does() {
    let acting = Acting::start().await;
    acting.provider.notes_in(&acting.sandbox.books);
    let called = acting.plugin.act(acting.sandbox.call(), target(), react("👍")).await;
    assert!(called.effects.departed && called.result.is_ok());
    assert_eq!(acting.sandbox.books.marks(), ["depart None", "arrived /messages"]);

    let read = acting.plugin.act(acting.sandbox.call(), target(), Action::MarkRead).await;
    assert!(!read.effects.departed, "it only looks");

    let trapped = acting.plugin.act(acting.sandbox.call(), target(), react(":trap:")).await;
    assert!(matches!(trapped.result, Err(CallFailure::Trap(_))) && trapped.effects.departed);
}

#[tokio::test]
async fn no_action_leaves_without_a_mark() {
    let acting = Acting::start().await;
    let mut call = acting.sandbox.call();
    call.departure = None;
    let called = acting.plugin.act(call, target(), react("👍")).await;
    assert!(called.effects.denials[0].what.contains("no delivery in hand"));

    acting.sandbox.books.refuses.store(true, Ordering::SeqCst);
    let refused = acting.outcome(react("👍")).await;
    assert!(
        matches!(refused, Outcome::Failed(Fault::Passing(_))),
        "nothing left, so it can be tried again: {refused:?}"
    );
    assert!(acting.provider.seen().is_empty());
}

#[tokio::test]
async fn a_plugin_without_the_ability_is_not_asked() {
    let acting = Acting::start().await;
    let call = || acting.sandbox.call();
    let sender = acting.sandbox.runtime.install(Arc::from(CONNECTOR_AND_SENDER)).await.unwrap();
    assert_eq!(sender.act(call(), target(), Action::Delete).await.result, Err(CallFailure::NotExported));
    assert_eq!(acting.plugin.send(call(), draft("x")).await.result, Err(CallFailure::NotExported));
    assert_eq!(acting.plugin.receive(call(), request("", b"")).await.result, Err(CallFailure::NotExported));
}
