//! The conformance suite finds each fault and nothing else, and tells one plugin from another.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use lockgate_kit::conformance::CHECKS;
use lockgate_kit::{Report, Trial, read_cases};
use lockgate_runtime::Compiler;
use lockgate_tests::examples;
use lockgate_tests::faulty::{self, FAULTS, GOOD};
use serde_json::json;

#[tokio::test]
async fn each_fault_fails_exactly_the_checks_that_it_must() {
    let judge = |fault: &'static faulty::Fault| async move { fault.differs(&fault.judge(NonZeroUsize::MIN).await) };
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

async fn tried(component: &[u8], folder: &Path, conformance: bool) -> Report {
    let trial = Trial {
        component: Arc::from(component),
        cases: read_cases(folder).unwrap(),
        compiler: Compiler::Here,
        jobs: NonZeroUsize::MIN,
        conformance,
    };
    trial.run().await.unwrap().report
}

async fn judged(component: &[u8], cases: &str) -> Report {
    tried(component, &Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(cases), true).await
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
    let report = tried(lockgate_guests::HOSTILE, folder.path(), false).await;
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
    // It sends nothing, and a post is one submission.
    let skipped: Vec<&str> = report.conformance.skipped.iter().map(|skipped| skipped.check).collect();
    let expected = |id: &&str| id.starts_with(['S', 'P']) || EXPECTED.contains(id);
    const EXPECTED: [&str; 6] = ["R03", "R06", "R07", "R08", "R09", "R19"];
    assert!(skipped.iter().all(expected), "{skipped:?}");
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
