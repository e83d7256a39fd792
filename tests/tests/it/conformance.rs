//! The conformance suite finds each fault and nothing else, and tells one plugin from another.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use lockgate_kit::conformance::CHECKS;
use lockgate_kit::{Report, Session, Trial, Verdict, read_cases};
use lockgate_runtime::Compiler;
use lockgate_tests::examples;
use lockgate_tests::faulty::{self, FAULTS, GOOD};
use serde_json::{Value, json};

use crate::project::{empty_folder, lockgate};

#[tokio::test]
async fn each_fault_fails_exactly_the_checks_that_it_must() {
    let compiler = Compiler::Here.hasty();
    let judge =
        async |fault: &'static faulty::Fault| fault.differs(&fault.judge(NonZeroUsize::MIN, compiler.clone()).await);
    let differs = stream::iter([&GOOD].into_iter().chain(FAULTS)).map(judge).buffered(2);
    let wrong: Vec<String> = differs.filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_is_failed_by_some_fault() {
    let unfailed: Vec<&str> = CHECKS
        .iter()
        .map(|check| check.id)
        .filter(|id| !FAULTS.iter().any(|fault| fault.failed.contains(id)))
        .collect();
    assert!(unfailed.is_empty(), "{unfailed:?}");
}

#[test]
fn the_specification_has_every_check_with_its_rule() {
    let page = include_str!("../../../docs/conformance.md");
    for check in CHECKS {
        let row = format!("| {} | {} ", check.id, format!("{:?}", check.binding).to_uppercase());
        assert_eq!(page.matches(&row).count(), 1, "{row}");
    }
    let rows = page.lines().filter(|line| line.contains("| MUST ") || line.contains("| SHOULD ")).count();
    assert_eq!(rows, CHECKS.len());
}

async fn tried(component: &[u8], folder: &Path, conformance: bool) -> Verdict {
    let trial = Trial {
        component: Arc::from(component),
        cases: read_cases(folder).unwrap(),
        compiler: Compiler::Here,
        jobs: NonZeroUsize::MIN,
        conformance,
    };
    trial.run().await.unwrap()
}

async fn judged(component: &[u8], cases: &str) -> Report {
    tried(component, &Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(cases), true).await.report
}

#[tokio::test]
async fn a_plugin_that_never_answers_costs_one_case() {
    let folder = tempfile::tempdir().unwrap();
    let case = |path: &str| {
        let receive = json!({ "route": "channel-events", "path": path });
        json!({ "about": "What the hostile plugin does", "receive": receive, "expect": { "events": [] } }).to_string()
    };
    std::fs::write(folder.path().join("spins.json"), case("/spin")).unwrap();
    std::fs::write(folder.path().join("panics.json"), case("/panic")).unwrap();
    let report = tried(lockgate_guests::HOSTILE, folder.path(), false).await.report;
    let words: Vec<&String> = report.failed.iter().flat_map(|failed| &failed.differences).collect();
    assert!(words[0].starts_with("the call gave no answer: the plugin stopped"), "{words:?}");
    assert_eq!(words[1], "the call gave no answer: the plugin used more CPU time than it may");
    assert_eq!((report.cases, report.conformance.run), (2, 0));
}

#[tokio::test]
async fn messenger_passes_its_cases_and_the_suite() {
    let report = judged(lockgate_bundle::MESSENGER, "plugins/messenger/cases").await;
    assert!(report.failed.is_empty() && report.cases >= 20, "{:#?}", report.failed);
    assert!(report.conformance.failed.is_empty(), "{:#?}", report.conformance.failed);
    assert_eq!(report.conformance.run + report.conformance.skipped.len(), CHECKS.len());
    assert!(report.conformance.skipped.len() <= 5, "{:#?}", report.conformance.skipped);
}

async fn the_example_passes_its_cases_and_the_suite(language: &str) {
    let report = judged(&examples::telegram(language), "examples/telegram/cases").await;
    assert!(report.failed.is_empty() && report.cases >= 20, "{:#?}", report.failed);
    assert!(report.conformance.failed.is_empty(), "{:#?}", report.conformance.failed);
    assert!(report.conformance.run > 40, "{:#?}", report.conformance.skipped);
}

#[tokio::test]
async fn the_example_in_rust_passes() {
    the_example_passes_its_cases_and_the_suite("rust").await;
}

#[tokio::test]
async fn the_example_in_javascript_passes() {
    the_example_passes_its_cases_and_the_suite("js").await;
}

#[tokio::test]
async fn the_example_in_python_passes() {
    the_example_passes_its_cases_and_the_suite("python").await;
}

/// Written from the book alone; see `examples/discord`.
#[tokio::test]
async fn discord_passes_its_cases_and_the_suite() {
    let report = judged(lockgate_guests::DISCORD, "examples/discord/cases").await;
    assert!(report.failed.is_empty() && report.cases >= 40, "{:#?}", report.failed);
    assert!(report.conformance.failed.is_empty(), "{:#?}", report.conformance.failed);
    assert!(report.conformance.run > 40, "{:#?}", report.conformance.skipped);
}

#[tokio::test]
async fn form_passes_its_cases_and_the_suite() {
    let report = judged(lockgate_bundle::FORM, "plugins/form/cases").await;
    assert!(report.failed.is_empty() && report.cases >= 40, "{:#?}", report.failed);
    assert!(report.conformance.failed.is_empty(), "{:#?}", report.conformance.failed);
    assert_eq!(report.conformance.run + report.conformance.skipped.len(), CHECKS.len());
    // A post is one submission.
    let skipped: Vec<&str> = report.conformance.skipped.iter().map(|skipped| skipped.check).collect();
    const EXPECTED: [&str; 6] = ["R03", "R06", "R07", "R08", "R09", "R19"];
    assert!(skipped.iter().all(|id| EXPECTED.contains(id)), "{skipped:?}");
    // It sends nothing, does nothing and asks for nothing: nobody calls what these are about.
    let without: Vec<&str> = report.conformance.without.iter().map(|check| check.check).collect();
    let of_others: Vec<&str> =
        CHECKS.iter().map(|check| check.id).filter(|id| id.starts_with(['S', 'P', 'A', 'D', 'L', 'F', 'M'])).collect();
    assert_eq!(without, of_others);
}

#[tokio::test]
async fn every_check_is_tried_on_the_good_plugin() {
    let report = GOOD.judge(NonZeroUsize::MIN, Compiler::Here).await;
    assert!(
        report.conformance.without.is_empty() && report.conformance.skipped.is_empty(),
        "{:#?}",
        report.conformance
    );
    assert_eq!((report.conformance.run, report.conformance.score), (CHECKS.len(), Some(100)));
    let actions: Vec<(&str, bool)> =
        report.coverage.actions.iter().map(|(name, covered)| (name.as_str(), *covered)).collect();
    assert_eq!(actions, [("edit", true), ("react", true), ("typing", true)]);
    let count = |call| report.coverage.calls.get(call).copied();
    assert_eq!((count("act"), count("poll"), count("follow_up")), (Some(4), Some(2), Some(1)));
    assert!(report.coverage.outcomes.contains("unsupported"), "{:?}", report.coverage.outcomes);
}

/// A case of an action that is wrong in its request and its outcome.
fn wrong_action() -> String {
    json!({
        "about": "Somebody writes", "settings": { "page_id": "1001" },
        "act": { "type": "typing", "on": true, "target": { "thread": { "key": "5001" } } },
        "provider": [{
            "request": {
                "method": "POST", "url": "https://graph.facebook.com/v25.0/1001/messages",
                "headers": { "authorization": "Bearer {page_token}", "content-type": "application/json" },
                "body": { "recipient": { "id": "5001" }, "sender_action": "typing_off" },
            },
            "answer": { "status": 200, "body": { "recipient_id": "5001" } },
        }],
        "expect": { "outcome": { "type": "failed", "value": { "type": "unsupported", "value": "no" } } },
    })
    .to_string()
}

#[tokio::test]
async fn an_action_is_judged_and_accepted_as_any_call() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("typing.json");
    std::fs::write(&file, wrong_action()).unwrap();
    let judge = || tried(lockgate_bundle::MESSENGER, folder.path(), false);
    let verdict = judge().await;
    assert_eq!(
        verdict.report.failed[0].differences,
        [
            "provider[0].request.body.sender_action: expected \"typing_off\", seen \"typing_on\"",
            "expect.outcome.type: expected \"failed\", seen \"sent\"",
            "expect.outcome.value: expected {\"type\":\"unsupported\",\"value\":\"no\"}, and there is nothing",
        ]
    );
    assert_eq!(verdict.bless().accepted, std::slice::from_ref(&file));
    assert!(judge().await.report.failed.is_empty());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("typing_on") && text.contains("{page_token}") && !text.contains("Kit5ecret"), "{text}");

    // And as somebody is shown it who works on the plugin.
    let cases = read_cases(folder.path()).unwrap();
    let component = Arc::from(lockgate_bundle::MESSENGER);
    let mut session = Session::start(&component, &cases, Compiler::Here).await.unwrap();
    let played = session.play(&cases[0], None).await.unwrap();
    assert_eq!((played.call, played.requests.len()), ("act", 1));
    assert_eq!(played.input["target"]["thread"]["key"], "5001", "{:#}", played.input);
    assert_eq!((&played.input["type"], &played.input["on"]), (&json!("typing"), &json!(true)));
    assert_eq!(played.outcome.unwrap()["outcome"]["type"], "sent");
    assert!(session.judge(&cases[0]).await.is_empty());
}

#[tokio::test]
async fn a_form_with_what_its_route_does_not_take_is_no_case_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let case = |name: &str, files: Vec<serde_json::Value>| {
        let receive = json!({ "route": "submit", "body": "message=Hello", "files": files });
        let case = json!({ "about": "A form", "receive": receive, "expect": { "events": [] } });
        std::fs::write(folder.path().join(format!("{name}.json")), case.to_string()).unwrap();
    };
    let file = |text: &str| json!({ "field": "cv", "text": text });
    case("one-too-many", (0..11).map(|_| file("x")).collect());
    case("too-large", vec![json!({ "field": "cv", "path": "large" })]);
    std::fs::write(folder.path().join("large"), vec![b'x'; 20_000_001]).unwrap();
    let report = tried(lockgate_bundle::FORM, folder.path(), false).await.report;
    let words: Vec<&str> = report.failed.iter().map(|failed| failed.differences[0].as_str()).collect();
    assert!(words[0].starts_with("receive.files: there are 11, and the route submit takes at most 10"), "{words:?}");
    assert!(words[1].starts_with("receive.files[0]: it has 20000001 bytes"), "{words:?}");

    // A plugin without files, and one that takes some kinds only.
    let forms = tempfile::tempdir().unwrap();
    let receive = json!({ "route": "arrivals", "files": [file("x")] });
    let text = json!({ "about": "A form", "receive": receive, "expect": { "events": [] } }).to_string();
    std::fs::write(forms.path().join("none.json"), text).unwrap();
    let report = tried(lockgate_guests::FAULTY, forms.path(), false).await.report;
    assert_eq!(report.failed[0].differences, ["receive.files: the route arrivals takes none: it has no [route.files]"]);
    let receive = json!({ "route": "pictures", "files": [file("x")] });
    let text = json!({ "about": "A form", "receive": receive, "expect": { "events": [] } }).to_string();
    std::fs::write(forms.path().join("none.json"), text).unwrap();
    let report = tried(lockgate_guests::KEEPER, forms.path(), false).await.report;
    assert_eq!(
        report.failed[0].differences,
        ["receive.files[0]: by its bytes it is text/plain, and the route pictures takes image/*"]
    );
}

#[tokio::test]
async fn a_file_of_a_form_is_named_and_read_by_the_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let file = json!({ "field": "cv", "file_name": "C:\\cv.txt", "content_type": "text/plain", "text": "hello" });
    let receive = json!({ "route": "form", "path": "/read", "body": "file-1", "files": [file] });
    let read = "5 bytes, text/plain of Some(\"cv.txt\"), digest of 32, sum 532";
    let stored = json!({ "kind": "file", "file_name": "cv.txt", "source": { "type": "stored", "value": "file-1" } });
    let parts = json!([
        { "content": { "type": "text", "value": { "plain": read } } },
        { "content": { "type": "media", "value": stored } },
    ]);
    let message = json!({ "direction": "incoming", "id": "1767323045000-0-6", "parts": parts });
    let event = json!({
        "at": 1_767_323_045_000_u64, "thread": { "key": "anna", "kind": "direct" },
        "actor": { "key": "anna", "kind": "opaque", "role": "contact", "assurance": { "type": "provider" } },
        "body": { "type": "message", "value": message },
    });
    let case = json!({ "about": "A form with a file", "receive": receive, "expect": { "events": [event] } });
    std::fs::write(folder.path().join("file.json"), case.to_string()).unwrap();
    let report = tried(lockgate_guests::KEEPER, folder.path(), false).await.report;
    assert!(report.failed.is_empty(), "{:#?}", report.failed);
}

/// The suite by one plugin's cases with the other's component: cases say what a plugin does, and no other does it.
#[tokio::test]
async fn bundled_plugins_fail_each_others_cases() {
    for (component, cases) in
        [(lockgate_bundle::FORM, "plugins/messenger/cases"), (lockgate_bundle::MESSENGER, "plugins/form/cases")]
    {
        let report = judged(component, cases).await;
        assert!(
            report.cases >= 40 && report.passed * 20 <= report.cases,
            "{cases}: {} of {}",
            report.passed,
            report.cases
        );
        assert!(!report.conformance.failed.is_empty(), "{cases}: {:?}", report.conformance);
    }
}

#[tokio::test]
async fn cases_of_another_plugin_fail() {
    let report = judged(lockgate_guests::FAULTY, "plugins/messenger/cases").await;
    assert_eq!(report.passed, 0, "of {}", report.cases);
    let words =
        report.failed.iter().find(|failed| failed.case == "receive/text").map(|failed| failed.differences.join("\n"));
    assert!(words.is_some_and(|words| words.contains("the manifest has no route \"events\"; there are: arrivals")));
}

#[tokio::test]
async fn what_cannot_be_accepted_is_left_and_said_and_the_rest_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = wrong_action().replacen("\"about\"", "\"bound\":[\"nothing\"],\"about\"", 1);
    for (name, text) in [("a.json", &unknown), ("b.json", &wrong_action())] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let blessed = tried(lockgate_bundle::MESSENGER, folder.path(), false).await.bless();
    assert_eq!(blessed.accepted, [folder.path().join("b.json")]);
    let [left] = <[_; 1]>::try_from(blessed.left).unwrap().map(|left| left.to_string());
    assert!(left.contains("a.json: there is nothing to accept"), "{left}");
    assert_eq!(std::fs::read_to_string(folder.path().join("a.json")).unwrap(), unknown);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
}

/// What was seen is accepted by a case, and by no check.
#[tokio::test]
async fn a_suite_that_fails_is_not_accepted_with_the_cases() {
    let home = empty_folder();
    let fault = FAULTS.iter().find(|fault| fault.cases.is_empty() && fault.failed == ["S05"]).unwrap();
    std::fs::write(home.path().join("faulty.wasm"), fault.component()).unwrap();
    let cases = faulty::folder().join("cases");
    let arguments =
        ["plugin", "test", "--component", "faulty.wasm", "--bless", "--json", "--cases", cases.to_str().unwrap()];
    let told = lockgate(home.path(), &arguments).await;
    let seen: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((&seen["failed"], &seen["accepted"]), (&json!([]), &json!([])), "{}", told.out);
    let words = told.badly(1);
    assert!(words.contains("no case changes that: 1 check failed"), "{words}");
}

#[tokio::test]
async fn who_is_said_to_be_unreachable_must_be_asked() {
    let case = include_str!("../../../plugins/messenger/cases/send/no-connection.json");
    for (host, good) in [("graph.facebook.com", true), ("elsewhere.example", false)] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("a.json"),
            case.replace("https://graph.facebook.com", &format!("https://{host}")),
        )
        .unwrap();
        let failed = tried(lockgate_bundle::MESSENGER, folder.path(), false).await.report.failed;
        assert_eq!(failed.is_empty(), good, "{failed:?}");
        let words = "provider: expected to be found unreachable: elsewhere.example; seen: graph.facebook.com";
        assert!(good || failed[0].differences == [words], "{failed:?}");
    }
}
