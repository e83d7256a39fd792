//! A good plugin and its faults: what the conformance suite must find in each, and nothing else.
//!
//! The component is compiled once; a fault is the name that is written into it. Some faults are not the code's: they change what the
//! suite is given beside it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lockgate_kit::case::{Case, CaseCall};
use lockgate_kit::{Report, Trial, read_cases};
use lockgate_runtime::Compiler;

/// A fault and what finds it.
#[derive(Debug)]
pub struct Fault {
    /// Its name, as the plugin's code has it.
    pub name: &'static str,
    /// The checks that must fail, and no others, in the suite's order.
    pub failed: &'static [&'static str],
    /// The plugin's own cases that must fail too: those that show it.
    pub cases: &'static [&'static str],
    change: Change,
}

/// What is changed.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// The code.
    Code,
    /// The manifest, from and to.
    Manifest(&'static str, &'static str),
    /// The cases: those whose name begins so are left out.
    Cases(&'static str),
}

const fn code(name: &'static str, failed: &'static [&'static str], cases: &'static [&'static str]) -> Fault {
    Fault { name, failed, cases, change: Change::Code }
}

/// The plugin as it should be.
pub const GOOD: Fault = code("none", &[], &[]);

/// Every fault.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: "declares-nothing",
        failed: &["C01", "P04"],
        cases: &[],
        change: Change::Manifest(
            "text = { max = 2000, unit = \"characters\" }\nmedia = [{ kind = \"image\", max_bytes = 1048576 }]\n",
            "",
        ),
    },
    Fault { name: "shows-no-preview", failed: &["C02"], cases: &[], change: Change::Cases("preview") },
    Fault { name: "shows-no-picture", failed: &["C04"], cases: &[], change: Change::Cases("send-picture") },
    Fault { name: "shows-no-action", failed: &["C02", "C04"], cases: &[], change: Change::Cases("act") },
    Fault {
        name: "leaves-edit-undeclared",
        failed: &["A01"],
        cases: &[],
        change: Change::Manifest("edit = true\n", ""),
    },
    code("check-refuses-all", &["K01"], &[]),
    code("check-takes-one-type", &["K02"], &[]),
    code("check-names-another-key", &["K03"], &[]),
    code("gives-no-key", &["R01"], &["another-letter", "arrived", "batch", "letter"]),
    code("names-by-the-clock", &["R02", "R04"], &["another-letter", "arrived", "batch", "letter"]),
    code("names-by-the-sender", &["R03"], &["another-letter", "arrived", "batch", "letter"]),
    code("counts-in-its-state", &["R04"], &["another-letter", "arrived", "batch", "letter", "unknown"]),
    code("hangs-on-chance", &["R05", "R06", "R08"], &["another-letter", "batch", "letter"]),
    code("takes-the-first-of-a-batch", &["R06", "R08", "R09"], &["batch"]),
    code("counts-repetitions", &["R07"], &[]),
    code("names-by-place", &["R06", "R07", "R08", "R09"], &["another-letter", "arrived", "batch", "letter"]),
    code("numbers-by-place", &["R06", "R08", "R09"], &["another-letter", "arrived", "batch", "letter"]),
    code("refuses-the-batch-for-one", &["R09"], &["unknown"]),
    code("drops-unknown-kinds", &["R09", "R10"], &["unknown"]),
    code("panics-on-a-missing-field", &["R09", "R11", "R12", "R15"], &["unknown"]),
    code("panics-on-another-type", &["R12", "R15"], &[]),
    code("drops-what-it-cannot-read", &["R13"], &[]),
    code("reads-brackets-itself", &["R14"], &[]),
    code("stops-at-a-nul", &["R15"], &[]),
    code("takes-ids-for-numbers", &["R16"], &["arrived", "batch", "letter"]),
    code("keeps-ascii-only", &["R17"], &[]),
    code("takes-seconds-for-milliseconds", &["R18"], &["another-letter", "arrived", "batch", "letter"]),
    code("takes-the-hosts-time", &["R18"], &["another-letter", "arrived", "batch", "letter"]),
    code("names-no-account", &["R19"], &["another-letter", "arrived", "batch", "letter"]),
    code("names-nobody", &["R20"], &["another-letter", "arrived", "batch", "letter"]),
    code("looks-something-up", &["R21", "C03"], &["another-letter", "arrived", "batch", "letter", "unknown"]),
    code("logs-what-was-said", &["R22"], &[]),
    code("trusts-its-state", &["R23"], &[]),
    code("tells-of-the-first-part", &["S01"], &[]),
    code("sends-twice-after-a-retry", &["S02"], &[]),
    code("takes-5xx-for-sent", &["S03"], &[]),
    code("sends-again-without-an-answer", &["S04"], &[]),
    code("gives-up-where-nobody-answers", &["S05"], &[]),
    code("does-not-read-how-long", &["S06", "S19"], &[]),
    code("waits-by-a-number-only", &["S07"], &[]),
    code("takes-401-for-final", &["S08"], &[]),
    code("takes-400-for-passing", &["S09"], &["send-refused"]),
    code("sends-again-what-was-taken", &["S10"], &[]),
    code("reads-only-what-it-knows", &["S11"], &[]),
    code("cuts-ids", &["S12"], &[]),
    code("takes-a-closed-window-for-final", &["S13"], &["send-asleep"]),
    code("takes-people-for-numbers", &["S14"], &["send-asleep", "send-picture", "send-refused", "send-text"]),
    code("writes-ascii-only", &["S15"], &[]),
    code("gives-each-attempt-a-name", &["S16"], &["send-asleep", "send-picture", "send-refused", "send-text"]),
    code("takes-somebody-for-granted", &["S17"], &[]),
    code("logs-what-is-written", &["S18"], &[]),
    code("finds-fault-with-all", &["P01", "P03", "P05"], &["preview-place"]),
    code("asks-during-a-preview", &["P02", "C03"], &["preview-place"]),
    code("looks-at-no-length", &["P03"], &[]),
    code("passes-what-it-cannot-send", &["P04"], &[]),
    code("cannot-send-what-it-declares", &["P01", "P05"], &["send-picture"]),
    code("names-keepers-by-the-clock", &["D01"], &["look-up-keeper"]),
    code("forgets-how-long-to-wait", &["D02"], &[]),
    code("takes-5xx-for-nobody", &["D03"], &[]),
    code("takes-401-for-nobody", &["D04"], &[]),
    code("finds-what-it-cannot-read", &["D05"], &[]),
    code("wants-two-fields-only", &["D06"], &[]),
    code("cuts-names", &["D07"], &[]),
    code("tells-of-another-keeper", &["D08"], &["look-up-keeper"]),
    Fault { name: "shows-no-look-up", failed: &["C02"], cases: &[], change: Change::Cases("look-up") },
    code("act-knows-one-symbol", &["A02"], &[]),
    code("act-takes-5xx-for-done", &["A03"], &[]),
    code("act-gives-up-unanswered", &["A04"], &[]),
    code("act-gives-up-unreached", &["A05"], &[]),
    code("act-does-not-read-how-long", &["A06"], &[]),
    code("act-waits-by-a-number-only", &["A07"], &[]),
    code("act-takes-401-for-final", &["A08"], &[]),
    code("act-takes-400-for-passing", &["A09"], &[]),
    code("act-takes-odd-for-refused", &["A10"], &[]),
    code("act-names-itself-anew", &["A11"], &["act-edit", "act-react", "act-typing"]),
    code("act-takes-a-thread-for-granted", &["A12"], &[]),
    code("act-cuts-ids", &["A13"], &[]),
    code("act-trusts-the-answer", &["A14"], &[]),
    code("act-knows-no-window", &["A15"], &[]),
    code("poll-hangs-on-chance", &["L01"], &["poll-first", "poll-more"]),
    code("poll-gives-no-key", &["L02"], &["poll-more"]),
    code("poll-counts-in-its-state", &["L03"], &["poll-first", "poll-more"]),
    code("poll-counts-repetitions", &["L04"], &[]),
    code("poll-drops-bad-items", &["L05"], &[]),
    code("poll-refuses-the-page-for-one", &["L05"], &[]),
    code("poll-reads-nothing-for-empty", &["L06"], &[]),
    code("poll-stays-where-it-is", &["L07"], &["poll-more"]),
    code("poll-trusts-its-cursor", &["L08"], &[]),
    code("poll-cuts-ids", &["L09"], &[]),
    code("poll-keeps-ascii-only", &["L10"], &[]),
    code("poll-does-not-read-how-long", &["L11"], &[]),
    code("poll-takes-503-for-final", &["L12"], &[]),
    code("poll-takes-401-for-final", &["L13"], &[]),
    code("poll-panics-on-another-type", &["L14"], &[]),
    code("fetch-hangs-on-chance", &["F01"], &["fetch-letter"]),
    code("fetch-gives-no-key", &["F02"], &["fetch-letter"]),
    code("fetch-counts-in-its-state", &["F03"], &["fetch-letter"]),
    code("fetch-reads-nothing-for-empty", &["F04"], &[]),
    code("fetch-does-not-read-how-long", &["F05"], &[]),
    code("fetch-takes-503-for-final", &["F06"], &[]),
    code("fetch-takes-401-for-final", &["F07"], &[]),
    code("fetch-takes-gone-for-done", &["F08"], &[]),
    code("fetch-panics-on-another-type", &["F09"], &[]),
    code("file-is-stamped", &["M01"], &["file-picture"]),
    code("file-waits-as-it-likes", &["M02"], &[]),
    code("file-takes-503-for-gone", &["M03"], &[]),
    code("file-takes-401-for-gone", &["M04"], &[]),
    code("file-waits-for-what-is-gone", &["M05"], &[]),
    code("file-is-kept-as-text", &["M06"], &[]),
    code("file-fits-always", &["M07"], &[]),
    code("file-trusts-its-name", &["M08"], &[]),
    code("file-is-never-empty", &["M09"], &[]),
    Fault { name: "shows-no-file", failed: &["C02"], cases: &[], change: Change::Cases("file") },
    code("asks-elsewhere", &["C03"], &["send-asleep", "send-picture", "send-refused", "send-text"]),
];

/// What stands in the component where the name of its fault belongs.
const PLACE: &[u8] = b"lockgate-fault:none.............................";

/// The folder of the plugin.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("faulty")
}

impl Fault {
    /// The component that has it.
    #[must_use]
    pub fn component(&self) -> Vec<u8> {
        let mut bytes = lockgate_guests::FAULTY.to_vec();
        match self.change {
            Change::Code => {
                let mut name = format!("lockgate-fault:{}", self.name).into_bytes();
                assert!(name.len() < PLACE.len(), "{} is too long", self.name);
                name.resize(PLACE.len(), b'.');
                let places: Vec<usize> =
                    bytes.windows(PLACE.len()).enumerate().filter(|(_, at)| *at == PLACE).map(|(at, _)| at).collect();
                assert_eq!(places.len(), 1, "the component has one place for a fault's name");
                bytes[places[0]..places[0] + PLACE.len()].copy_from_slice(&name);
            }
            Change::Manifest(from, to) => {
                let manifest = std::fs::read_to_string(folder().join("channel.toml")).unwrap();
                assert!(manifest.contains(from), "{from}");
                bytes = crate::component::with_manifest(&bytes, &manifest.replacen(from, to, 1));
            }
            Change::Cases(_) => {}
        }
        bytes
    }

    /// The cases that it is judged by.
    #[must_use]
    pub fn cases(&self) -> Vec<Case> {
        let mut cases = read_cases(&folder().join("cases")).unwrap();
        if let Change::Cases(name) = self.change {
            let before = cases.len();
            cases.retain(|case| !case.name.starts_with(name));
            assert!(cases.len() < before && cases.iter().any(|case| matches!(case.call, CaseCall::Send(_))));
        }
        cases
    }

    /// Judges the component that has it.
    ///
    /// They differ in a name, so what is compiled for one need not be for the next: one that [`Compiler::hasty`] gave is meant.
    pub async fn judge(&self, jobs: NonZeroUsize, compiler: Compiler) -> Report {
        let trial =
            Trial { component: Arc::from(self.component()), cases: self.cases(), compiler, jobs, conformance: true };
        trial.run().await.unwrap_or_else(|error| panic!("{}: {error}", self.name)).report
    }

    /// How what was found differs from what must be; none where it does not.
    #[must_use]
    pub fn differs(&self, report: &Report) -> Option<String> {
        let failed = failed(report);
        let cases: Vec<&str> = report.failed.iter().map(|failed| failed.case.as_str()).collect();
        if failed == self.failed && cases == self.cases {
            return None;
        }
        let seen: Vec<String> =
            report.conformance.failed.iter().map(|failed| format!("{}: {:?}", failed.check, failed.seen)).collect();
        Some(format!(
            "{}: checks {failed:?} instead of {:?}, cases {cases:?} instead of {:?}\n  {}",
            self.name,
            self.failed,
            self.cases,
            seen.join("\n  ")
        ))
    }
}

/// The numbers of the checks that failed.
#[must_use]
pub fn failed(report: &Report) -> Vec<&'static str> {
    report.conformance.failed.iter().map(|failed| failed.check).collect()
}
