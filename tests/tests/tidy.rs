//! The shape of the code base, held by a machine: layers, folders, and what every file owes its reader.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends here"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The longest that a file of code may be, in lines.
const LONGEST: usize = 500;

/// The folders at the top.
const FOLDERS: [&str; 7] = ["docs", "examples", "host", "plugins", "sdk", "tests", "wit"];

/// Folders of what was installed or built, wherever they are.
const MADE: [&str; 4] = ["target", "node_modules", "dist", "__pycache__"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Files that belong to the repository, below these folders.
fn files(below: &[&str], extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = below.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !MADE.contains(&name.as_str()) && !name.starts_with('.') {
                folders.push(path);
            } else if path.is_file()
                && (extension.is_empty() || path.extension().is_some_and(|given| given == extension))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// What cargo knows: the workspace's packages, and of each package what it depends on, directly and not, tests left out.
struct Packages {
    /// Package name to the names of what it depends on directly, by kind of dependency.
    direct: BTreeMap<String, Vec<(String, Option<String>)>>,
    /// Names of the workspace's own.
    own: BTreeSet<String>,
}

impl Packages {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--locked"])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let name_of: BTreeMap<&str, &str> = metadata["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
            .collect();
        let own =
            metadata["workspace_members"].as_array().unwrap().iter().map(|id| name_of[id.as_str().unwrap()].to_owned());
        let mut direct: BTreeMap<String, Vec<(String, Option<String>)>> = BTreeMap::new();
        for node in metadata["resolve"]["nodes"].as_array().unwrap() {
            let depends = direct.entry(name_of[node["id"].as_str().unwrap()].to_owned()).or_default();
            for dependency in node["deps"].as_array().unwrap() {
                for kind in dependency["dep_kinds"].as_array().unwrap() {
                    let name = name_of[dependency["pkg"].as_str().unwrap()].to_owned();
                    depends.push((name, kind["kind"].as_str().map(str::to_owned)));
                }
            }
        }
        Self { own: own.collect(), direct }
    }

    /// Which of our packages name a dependency whose name satisfies `is` in their manifest, tests of theirs included.
    fn naming(&self, is: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        let names = |package: &&String| self.direct[*package].iter().any(|(name, _)| is(name));
        self.own.iter().filter(names).map(String::as_str).collect()
    }

    /// Everything that ends up in a package, by whatever way; its tests and build scripts do not.
    fn within(&self, package: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut next = vec![package];
        while let Some(package) = next.pop() {
            for (name, kind) in self.direct.get(package).into_iter().flatten() {
                if kind.is_none() && found.insert(name.as_str()) {
                    next.push(name);
                }
            }
        }
        found
    }
}

#[test]
fn sql_is_in_the_store_and_webassembly_in_the_runtime() {
    let packages = Packages::read();
    assert_eq!(packages.naming(|name| name.starts_with("sqlx")), ["lockgate-store", "lockgate-tests"].into());
    assert_eq!(packages.naming(|name| name.starts_with("wasmtime")), ["lockgate-runtime"].into());
    // Neither knows the other.
    assert!(!packages.within("lockgate-store").contains("wasmtime"));
    assert!(!packages.within("lockgate-runtime").iter().any(|name| name.starts_with("sqlx")));
    assert!(!packages.within("lockgate-runtime").contains("axum"));
}

#[test]
fn the_model_does_nothing_but_decide() {
    let packages = Packages::read();
    let within = packages.within("lockgate-model");
    for doer in ["sqlx", "wasmtime", "tokio", "reqwest", "hyper", "axum", "rand", "tracing"] {
        assert!(!within.contains(doer), "{doer}");
    }
    for file in files(&["host/model/src"], "rs") {
        let text = std::fs::read_to_string(&file).unwrap();
        for way_out in ["std::fs", "std::net", "std::process", "std::env", "std::thread"] {
            assert!(!text.contains(way_out), "{}: {way_out}", shown(&file));
        }
    }
}

#[test]
fn host_and_guest_share_nothing_but_the_contract() {
    let packages = Packages::read();
    let host = ["lockgate", "lockgate-model", "lockgate-store", "lockgate-runtime"];
    for guest in [
        "lockgate-sdk",
        "lockgate-build",
        "lockgate-form",
        "lockgate-messenger",
        "lockgate-hostile",
        "lockgate-bundle",
        "lockgate-scaffold",
        "lockgate-telegram",
    ] {
        assert!(packages.within(guest).iter().all(|name| !host.contains(name)), "{guest}");
    }
    for part in host {
        assert!(!packages.within(part).contains("lockgate-sdk"), "{part}");
    }
    for file in files(&["sdk", "plugins", "examples", "wit"], "") {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(!text.contains("../host/"), "{} reaches into the host", shown(&file));
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for file in files(&["host", "sdk", "plugins", "examples", "tests"], "rs") {
        let text = std::fs::read_to_string(&file).unwrap();
        let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
        assert!(first.is_some_and(|line| line.starts_with("//! ")), "{} does not open with //!", shown(&file));
        // The contract's vocabulary is generated, one file an interface of it.
        if shown(&file).starts_with("host/model/src/contract/") {
            continue;
        }
        let long = text.lines().count();
        assert!(long <= LONGEST, "{} has {long} lines; it is two things", shown(&file));
    }
}

#[test]
fn only_the_agreed_folders_are_at_the_top() {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Ok(output) = output.map(|output| output.stdout) else { return };
    let listed = String::from_utf8(output).unwrap();
    // A copy without its history has nothing to look at.
    let folders: BTreeSet<&str> = listed.split('\0').filter_map(|path| Some(path.split_once('/')?.0)).collect();
    let folders: Vec<&str> = folders.into_iter().filter(|folder| !folder.starts_with('.')).collect();
    assert!(folders.iter().all(|folder| FOLDERS.contains(folder)), "{folders:?}");
    assert!(!listed.split('\0').any(|path| path.ends_with(".wasm")), "no compiled component is committed");
}

#[test]
fn nothing_is_left_to_be_done_or_slept_through() {
    // Written in halves, so that this file does not find itself.
    let words =
        [["TO", "DO"], ["FIX", "ME"], ["unimplemented", "!("], ["todo", "!("], ["#[ign", "ore"], ["/wo", "rk/"]];
    for file in files(&FOLDERS, "").into_iter().filter(|file| shown(file) != "tests/tests/tidy.rs") {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for word in words {
            assert!(!text.contains(&word.concat()), "{}: {}", shown(&file), word.concat());
        }
    }
    for file in files(&["tests/tests"], "rs") {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains(&["sle", "ep("].concat()), "{}: wait for something instead", shown(&file));
    }
}

/// Where packages come from is the business of who installs them.
#[test]
fn what_locks_versions_names_no_registry() {
    let (mut locked, mut bare) = (0, 0);
    for file in files(&["sdk", "examples"], "").into_iter().filter(|file| file.ends_with("package-lock.json")) {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("\"resolved\": \"http"), "{}: omit-lockfile-registry-resolved is not set", shown(&file));
        locked += 1;
    }
    for line in std::fs::read_to_string(root().join("sdk/python/requirements.txt")).unwrap().lines() {
        assert!(line.starts_with('#') || (line.contains("==") && !line.contains("://")), "{line}");
        bare += 1;
    }
    assert!(locked >= 2 && bare > 5, "{locked} lock files, {bare} lines");
}

/// `ARCHITECTURE.md` names the test of an invariant so: Test: `path` `function`.
#[test]
fn each_invariant_has_a_test_that_exists() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut named = 0;
    for line in page.lines().filter(|line| line.contains("Test: `") || line.contains("Tests: `")) {
        let quoted: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        let mut file = None;
        for quoted in quoted {
            if quoted.ends_with(".rs") {
                let text = std::fs::read_to_string(root().join(quoted));
                file = Some(text.unwrap_or_else(|error| panic!("{quoted}: {error}")));
            } else if let Some(text) = &file {
                let function = format!("fn {quoted}");
                assert!(text.contains(&function), "ARCHITECTURE.md names {function}, and it is not there: {line}");
                named += 1;
            }
        }
    }
    assert!(named >= 16, "every invariant names its test; {named} do");
}

/// Links between the pages of this repository; addresses elsewhere are not followed.
#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut pages = files(&FOLDERS, "md");
    pages.extend(["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|name| root().join(name)));
    let mut followed = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(page.parent().unwrap().join(target).exists(), "{}: nothing is at {link}", shown(&page));
            followed += 1;
        }
    }
    assert!(followed > 5, "{followed} links were found");
}

/// The same sources in another folder give the same bytes.
#[test]
fn a_plugin_built_in_another_folder_has_the_same_digest() {
    let folder = tempfile::Builder::new().prefix("lockgate-elsewhere-").tempdir().unwrap();
    let there = folder.path().join("a folder/with another/name");
    for name in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "clippy.toml"] {
        copy(&root().join(name), &there.join(name));
    }
    // Cargo wants every member of the workspace to be there.
    for file in files(&["examples", "host", "plugins", "sdk", "tests", "wit"], "") {
        copy(&file, &there.join(file.strip_prefix(root()).unwrap()));
    }
    let built =
        lockgate_build::build_component(&there.join("plugins/messenger"), &folder.path().join("target")).unwrap();
    let built = std::fs::read(built).unwrap();
    assert!(
        built == lockgate_bundle::MESSENGER,
        "{} bytes here, {} there",
        lockgate_bundle::MESSENGER.len(),
        built.len()
    );
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(from, to).unwrap();
}
