//! Files that are no plugin, or ask for what no plugin may. Each differs in one thing from one that is installed.

use lockgate_tests::component::{with_manifest, with_manifests};
use serde_json::Value;

use crate::case::{Case, Role, Seen, Turn, check};

const MANIFEST: &str = r#"[plugin]
id = "example"
name = "Example"
version = "0.1.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "For an attack."
"#;

const EGRESS: &str = r#"
[[credential]]
name = "token"
level = "channel"
label = "Token"
use = ["egress"]

[[egress]]
name = "all"
host = "api.example.com"
methods = ["POST"]
paths = ["/send"]
effect = "send"
place = [{ credential = "token", json = "/token" }]
"#;

pub(crate) fn cases() -> Vec<Case> {
    let whole = || lockgate_guests::CONNECTOR_ONLY.to_vec();
    let mut cases = vec![
        file("text", "a file that is no WebAssembly", "no WebAssembly component", || b"hello".to_vec()),
        file("core-module", "a module of the core", "core WebAssembly module", || wasm_encoder::Module::new().finish()),
        file("half-a-file", "a file that breaks off", "no WebAssembly component", move || {
            let file = whole();
            file[..file.len() / 2].to_vec()
        }),
        file("broken-code", "a component whose code is damaged", "no WebAssembly component", move || {
            let mut file = whole();
            let middle = file.len() / 2;
            file[middle..middle + 64].fill(0xff);
            file
        }),
        file("other-contract", "a plugin of another contract", "built for contract", || {
            lockgate_guests::OTHER_CONTRACT.to_vec()
        }),
        file("no-manifest", "a component without a manifest", "holds no manifest", move || {
            with_manifests(&whole(), &[])
        }),
        file("two-manifests", "two manifests, of which people see one", "holds 2 of them", move || {
            with_manifests(&whole(), &[MANIFEST, &MANIFEST.replace("Example", "Another")])
        }),
        Case::new("install", "other-digest", "another file than the one that was looked at", digest),
        Case::new("install", "unknown-grant", "a grant of a rule that the manifest does not have", grant),
    ];
    let edits: [(&str, &str, &str, &str, &str); 19] = [
        ("manifest-without-a-name", "a field left out", "name = \"Example\"\n", "", "name"),
        (
            "manifest-with-a-name-twice",
            "a field doubled",
            "name = \"Example\"\n",
            "name = \"Example\"\nname = \"Other\"\n",
            "duplicate key",
        ),
        ("manifest-mistyped", "a field of another type", "name = \"Example\"", "name = 7", "expected a string"),
        (
            "manifest-unknown-key",
            "a field that nobody knows",
            "name = \"Example\"",
            "name = \"Example\"\ncolour = \"red\"",
            "colour",
        ),
        ("manifest-no-toml", "half a table", "[plugin]", "[plugin", "1"),
        ("manifest-oversized", "a name of 100 KiB", "Example", "{long}", "are the most"),
        ("host-everything", "every host there is", "api.example.com", "*", "host"),
        ("host-wildcard-of-a-top-level", "every host of a top level", "api.example.com", "*.com", "host"),
        ("host-address", "a private address as a host", "api.example.com", "127.0.0.1", "host"),
        ("host-address-decimal", "the same as a number", "api.example.com", "2130706433", "host"),
        ("host-localhost", "this machine by name", "api.example.com", "localhost", "host"),
        ("host-with-a-scheme", "a whole address for a host", "api.example.com", "http://api.example.com", "host"),
        (
            "host-wildcard-with-credential",
            "a credential for whoever is below a name",
            "api.example.com",
            "*.example.com",
            "exact host",
        ),
        ("path-traversal", "a path that leads up", "/send", "/a/../send", "path"),
        ("path-everything", "every path there is", "/send", "/**", "path"),
        ("method-connect", "a method that makes a tunnel", "\"POST\"", "\"CONNECT\"", "CONNECT"),
        ("place-in-content", "a credential where people read", "json = \"/token\"", "json = \"/text\"", "content"),
        (
            "place-in-the-host-header",
            "a credential that names the host",
            "json = \"/token\"",
            "header = \"host\"",
            "header",
        ),
        (
            "place-of-a-foreign-credential",
            "a credential that is for verifying",
            "use = [\"egress\"]",
            "use = [\"verify\"]",
            "not declared",
        ),
    ];
    cases.extend(edits.into_iter().map(|(name, about, good, bad, words)| {
        let bad = bad.replace("{long}", &"x".repeat(100 << 10));
        let manifest = format!("{MANIFEST}{EGRESS}").replace(good, &bad);
        file(name, about, words, move || with_manifest(lockgate_guests::CONNECTOR_ONLY, &manifest))
    }));
    cases
}

/// A file that is refused with these words, and the same file as it should be.
fn file(name: &'static str, about: &'static str, words: &'static str, bad: impl Fn() -> Vec<u8> + 'static) -> Case {
    Case::new("install", name, about, async move |turn: &Turn<'_>| match turn.role {
        Role::Attack => {
            let file = bad();
            // Looking at a file compiles none of it.
            let paths: &[&str] = if name == "broken-code" { &["/plugins"] } else { &["/plugins/inspect", "/plugins"] };
            for path in paths {
                let answer = turn.world.api().upload(path, &file).await;
                let refused = answer.status == 422 && answer.body["type"] == "urn:lockgate:problem:plugin-refused";
                let fits = refused && answer.reason().contains(words);
                check(fits, || format!("{path} answered {} {}", answer.status, answer.reason()))?;
            }
            check(listed(turn, "example").await.is_none(), || "it is installed".into())
        }
        Role::Control => {
            good(turn, &with_manifest(lockgate_guests::CONNECTOR_ONLY, &format!("{MANIFEST}{EGRESS}"))).await
        }
    })
}

/// Installs a file, sees that it is there, and removes it again.
async fn good(turn: &Turn<'_>, file: &[u8]) -> Seen {
    let digest = turn.world.api().install(file).await;
    let there = listed(turn, "example").await.is_some();
    let removed = turn.world.api().request(reqwest::Method::DELETE, "/plugins/example").send().await;
    let removed = removed.is_ok_and(|answer| answer.status() == 204);
    check(there && removed, || format!("{digest}: installed {there}, removed {removed}"))
}

async fn listed(turn: &Turn<'_>, id: &str) -> Option<Value> {
    turn.world.api().all("/plugins").await.into_iter().find(|plugin| plugin["id"] == id)
}

async fn digest(turn: &Turn<'_>) -> Seen {
    query(turn, "digest=sha256:00", "digest").await
}

async fn grant(turn: &Turn<'_>) -> Seen {
    query(turn, "grant=everything", "everything").await
}

/// An install that says something of the file that is not true.
async fn query(turn: &Turn<'_>, untrue: &str, words: &str) -> Seen {
    let file = with_manifest(lockgate_guests::CONNECTOR_ONLY, &format!("{MANIFEST}{EGRESS}"));
    match turn.role {
        Role::Attack => {
            let answer = turn.world.api().upload(&format!("/plugins?{untrue}"), &file).await;
            let refused = answer.status == 422 && answer.reason().contains(words);
            check(refused, || format!("it was answered {} {}", answer.status, answer.reason()))?;
            check(listed(turn, "example").await.is_none(), || "it is installed".into())
        }
        Role::Control => good(turn, &file).await,
    }
}
