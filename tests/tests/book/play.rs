//! Goes the way of each page as its reader would: in an empty folder, with a shell, with this version's executable on the path and
//! nothing else of the host. Files are written as the page shows them, and what commands say is compared with what the page says
//! they say. `…` stands for anything there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::page;
use crate::rule::{self, How, Step};

/// Seconds that one page may take; a first build of everything on a busy machine is most of it.
const LONGEST: &str = "1500";

/// The address that a reader's host has; each page's own stands on a port of its own.
const ADDRESS: &str = "127.0.0.1:8080";

/// Waits a moment, without a program.
const MOMENT: &str = "read -rt 0.2 _ <> <(:) || true";

/// The script of a page. What each step said is in a file of its own in the folder `notes`.
fn script(steps: &[(String, Step)], notes: &Path) -> String {
    let mut script = String::from(
        "set -euo pipefail\ntouch \"$BOOK/pids\"\n\
         trap 'status=$?; kill $(cat \"$BOOK/pids\") 2>/dev/null || true; wait; exit $status' EXIT\n",
    );
    for (number, (place, step)) in steps.iter().enumerate() {
        writeln!(script, "echo '{place} {number}' >\"$BOOK/at\"; step=\"$BOOK/{number}\"").unwrap();
        let file = notes.join(number.to_string());
        let run = "\"$step\" >\"$step.said\" 2>&1 </dev/null";
        match step {
            Step::Run { commands, how } => {
                std::fs::write(&file, commands).unwrap();
                match how {
                    How::Plainly => writeln!(script, ". {run}"),
                    How::Until(words) => {
                        std::fs::write(notes.join(format!("{number}.wanted")), words).unwrap();
                        writeln!(
                            script,
                            "until (. {run}) && grep -qF -f \"$step.wanted\" \"$step.said\"; do {MOMENT}; done"
                        )
                    }
                    How::Failing(code) => writeln!(script, "status=0; (. {run}) || status=$?; [ $status = {code} ]"),
                    How::Serving => writeln!(
                        script,
                        "(eval \"exec $(cat \"$step\")\") >\"$step.said\" 2>&1 </dev/null &\necho $! >>\"$BOOK/pids\"\n\
                         curl -sf --retry 60 --retry-connrefused --retry-delay 1 \"$LOCKGATE_URL/readyz\" >/dev/null"
                    ),
                }
                .unwrap();
            }
            Step::Write { path, text, more } => {
                std::fs::write(&file, text).unwrap();
                let into = if *more {
                    format!("(echo; cat \"$step\") >>'{path}'")
                } else {
                    format!("cat \"$step\" >'{path}'")
                };
                writeln!(script, "mkdir -p \"$(dirname '{path}')\"; {into}").unwrap();
            }
            Step::Part { path, .. } => writeln!(script, "cp '{path}' \"$step\"").unwrap(),
            Step::Said(_) => {}
        }
    }
    script
}

/// Whether a text is as it was announced, where `…` stands for anything.
fn says(announced: &str, said: &str) -> bool {
    let tidy = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned();
    // A line that is nothing but `…` stands for lines, or for none.
    let announced = format!("\n{}\n", tidy(announced)).replace("\n…\n", "…");
    let (announced, said) = (announced.trim(), tidy(said));
    let mut pieces = announced.split('…');
    let Some(mut rest) = said.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        (rest, last) = (&rest[at + piece.len()..], Some(piece));
    }
    // The last piece is what it ends with, wherever else it stands.
    last.map_or(rest.is_empty(), |last| last.is_empty() || said.ends_with(last))
}

/// The steps of a page, each with its place.
fn steps(page: &str) -> Vec<(String, Step)> {
    let blocks = page::blocks(page);
    let before = [None].into_iter().chain(blocks.iter().map(Some));
    let steps = blocks.iter().zip(before).flat_map(|(block, before)| {
        let steps = rule::steps(block, before).unwrap_or_else(|words| panic!("{}: {words}", block.place()));
        steps.into_iter().map(|step| (block.place(), step))
    });
    steps.collect()
}

/// The folder where Cargo puts this profile's executables.
fn profile() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_test-host")).parent().unwrap().to_owned()
}

/// Goes a page's way.
fn go(page: &str) {
    let steps = steps(page);
    let home = tempfile::Builder::new().prefix("lockgate-book-").tempdir().unwrap();
    let [notes, bin, work] = ["notes", "bin", "work"].map(|name| {
        let folder = home.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        folder
    });
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_test-host"), bin.join("lockgate")).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut command = Command::new("timeout");
    command.args([LONGEST, "bash", "-c", &script(&steps, &notes)]).current_dir(&work);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LOCKGATE_")) {
        command.env_remove(name);
    }
    command
        .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
        .env("BOOK", &notes)
        .env("LOCKGATE_LISTEN", &address)
        .env("LOCKGATE_URL", format!("http://{address}"))
        // As the tests of projects do: no network for Cargo, little for npm, and what was built once is not built again.
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects"))
        .env("npm_config_prefer_offline", "true")
        .env("PROVIDED_PYTHON", profile().parent().unwrap().join("python"));
    let status = command.status().unwrap();
    let said = |number: usize| {
        let bytes = std::fs::read(notes.join(format!("{number}.said"))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace(&address, ADDRESS)
    };
    if !status.success() {
        let at = std::fs::read_to_string(notes.join("at")).unwrap_or_default();
        let number: usize = at.split_whitespace().last().and_then(|number| number.parse().ok()).unwrap_or_default();
        panic!("{at}{status}; {:?} said:\n{}", steps[number].1, said(number));
    }
    let mut wrong = Vec::new();
    for (number, (place, step)) in steps.iter().enumerate() {
        match step {
            Step::Said(announced) if !says(announced, &said(number - 1)) => {
                wrong.push(format!("{place}: the page says\n{announced}\nand the command said\n{}", said(number - 1)));
            }
            Step::Part { path, text } => {
                let file = std::fs::read_to_string(notes.join(number.to_string())).unwrap();
                if !page::holds(&file, text) {
                    wrong.push(format!("{place}: this does not stand so in {path}"));
                }
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

macro_rules! ways {
    ($($name:ident: $page:literal;)*) => {
        /// The pages that have a way.
        const WAYS: &[&str] = &[$($page),*];
        $(
            #[test]
            fn $name() {
                go($page);
            }
        )*
    };
}

ways! {
    start_rust: "docs/start/rust.md";
    start_javascript: "docs/start/javascript.md";
    start_python: "docs/start/python.md";
    tutorial: "docs/tutorial.md";
    guide_cases: "docs/guide/cases.md";
    guide_errors: "docs/guide/errors.md";
    admin_install: "docs/admin/install.md";
    admin_connect: "docs/admin/connect.md";
    admin_operate: "docs/admin/operate.md";
    judged: "docs/conformance.md";
}

#[test]
fn each_page_with_something_to_do_is_gone() {
    let found: BTreeSet<String> = page::pages().into_iter().filter(|page| !steps(page).is_empty()).collect();
    let gone: BTreeSet<String> = WAYS.iter().map(|page| (*page).to_owned()).collect();
    assert_eq!(found, gone, "pages whose steps are run, and pages that have steps");
}

#[test]
fn what_is_said_is_compared_to_the_end() {
    assert!(says("a … c\n", "a b c\n") && says("a\n…\nd", "a\nb\nc\nd") && says("a", "a  \n") && says("…b", "b b"));
    assert!(says("a\n…\nb\n…\n", "a\nb\n") && says("…\na\n", "b\na"));
    assert!(!says("a", "a b") && !says("a …", "b a") && !says("a … c", "a b c d") && !says("b…", "a b"));
}
