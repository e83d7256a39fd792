//! What is refused before it is kept, with the reason and the line.

use lockgate_tests::component::with_manifest;
use lockgate_tests::{Api, Database, Story, TestHost, on_both};
use serde_json::json;

use crate::{PAGE, ada};

const MANIFEST: &str = r#"[plugin]
id = "example"
name = "Example"
version = "0.1.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "For a test."
"#;

async fn what_is_no_plugin_is_refused_with_the_reason(database: Database) {
    let host = TestHost::start_on(database).await;
    let wildcard =
        "[[egress]]\nname = \"all\"\nhost = \"*\"\nmethods = [\"GET\"]\npaths = [\"/*\"]\neffect = \"read\"\n";
    let with = |text: &str| with_manifest(lockgate_guests::CONNECTOR_ONLY, &format!("{MANIFEST}{text}"));
    let table: Vec<(&str, Vec<u8>, Vec<&str>)> = vec![
        ("text", b"hello".to_vec(), vec!["no WebAssembly component"]),
        ("nothing", Vec::new(), vec!["no WebAssembly component"]),
        ("a core module", wasm_encoder::Module::new().finish(), vec!["core WebAssembly module", "component"]),
        ("an empty component", wasm_encoder::Component::new().finish(), vec![]),
        (
            "half a file",
            lockgate_bundle::MESSENGER[..lockgate_bundle::MESSENGER.len() / 2].to_vec(),
            vec!["no WebAssembly component"],
        ),
        (
            "another contract",
            lockgate_guests::OTHER_CONTRACT.to_vec(),
            vec!["built for contract", "0.2.0-dev.9", "0.1.0-dev.1"],
        ),
        ("an unknown key", with("colour = \"red\"\n"), vec!["colour", "7"]),
        ("a wildcard host", with(wildcard), vec!["*"]),
        ("no TOML", with_manifest(lockgate_guests::CONNECTOR_ONLY, "[plugin\n"), vec!["1"]),
    ];
    for (what, file, words) in table {
        for path in ["/plugins/inspect", "/plugins"] {
            let answer = host.api().upload(path, &file).await;
            assert_eq!(answer.status, 422, "{what}: {}", answer.body);
            assert_eq!(answer.body["type"], "urn:lockgate:problem:plugin-refused", "{what}");
            let reason = answer.reason();
            assert!(words.iter().all(|word| reason.contains(word)), "{what}: {reason}");
        }
    }
    assert!(host.api().all("/plugins").await.is_empty());
}

/// Engines of other languages come with a plugin of theirs: tens of megabytes.
async fn a_large_plugin_is_taken_up_to_a_limit(database: Database) {
    let host = TestHost::start_on(database).await;
    let most = 64 << 20;
    let fill = |size: usize| {
        let mut file = with_manifest(lockgate_guests::CONNECTOR_ONLY, MANIFEST);
        let (name, head) = ("ballast", 1 + 4 + 1 + 7);
        let data = vec![0; size - file.len() - head];
        wasm_encoder::ComponentSection::append_to_component(
            &wasm_encoder::CustomSection { name: name.into(), data: data.into() },
            &mut file,
        );
        file
    };
    let small = host.api().upload("/plugins/inspect", &fill(3 << 20)).await;
    assert_eq!(small.status, 200, "{}", small.body);
    let large = host.api().upload("/plugins", &fill(20 << 20)).await;
    assert_eq!(large.status, 201, "{}", large.body);
    assert_eq!(host.api().get("/plugins/example").await["health"], "running");
    // Who is refused is told so, however much of the file is still to come.
    let answer = host.api().upload("/plugins", &fill(most + 100)).await;
    assert_eq!(answer.status, 413, "{}", answer.body);
    let stranger = Api::new(host.api().origin(), "lg_nobody");
    for _ in 0..5 {
        assert_eq!(stranger.upload("/plugins", &fill(20 << 20)).await.status, 401);
    }
}

async fn what_is_installed_is_what_was_looked_at(database: Database) {
    let host = TestHost::start_on(database).await;
    let sheet = host.api().upload("/plugins/inspect", lockgate_bundle::MESSENGER).await.body;
    assert_eq!(sheet["id"], "messenger");
    let summary = sheet["sheet"]["lines"].to_string();
    assert!(summary.contains("graph.facebook.com") && summary.contains("authorization"), "{summary}");
    let other = host.api().upload("/plugins?digest=sha256:00", lockgate_bundle::MESSENGER).await;
    assert_eq!(other.status, 422, "{}", other.body);
    let unknown = host.api().upload("/plugins?grant=everything", lockgate_bundle::MESSENGER).await;
    assert_eq!(unknown.status, 422, "{}", unknown.body);
    let digest = host.api().install(lockgate_bundle::MESSENGER).await;
    assert_eq!(host.api().install(lockgate_bundle::MESSENGER).await, digest, "the same file again is the same version");
    assert_eq!(host.api().all("/plugins").await.len(), 1);
    assert_eq!(host.api().get("/plugins/messenger").await["health"], "running");
}

async fn what_is_not_granted_is_not_reached(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    // The same file without its grant.
    assert_eq!(story.api().upload("/plugins", lockgate_bundle::MESSENGER).await.status, 201);
    let message = story.api().send(&conversation, "Nobody may hear this").await;
    lockgate_tests::until("the refusal is shown", async || {
        let shown = story.api().message(&message).await;
        (shown["failure"].is_object() && shown["status"] != "sending").then_some(())
    })
    .await;
    assert_eq!(story.provider.books().counts().requests, 0);
    // The admin and the log are told which grant would have allowed it, the plugin is not.
    let shown = story.api().get("/plugins/messenger").await["denials"][0].clone();
    assert_eq!(
        (&shown["grant"], &shown["owner"]),
        (&json!("send"), &json!(format!("channel:{}", story.channel(PAGE))))
    );
    assert!(shown["what"].as_str().unwrap().starts_with("POST https://graph.facebook.com/"), "{shown}");
    assert!(shown["count"].as_u64() >= Some(1), "{shown}");
    assert!(
        lockgate_tests::logged("egress \\\"send\\\" is not granted")
            || lockgate_tests::logged("egress \"send\" is not granted")
    );
    let failure = story.api().message(&message).await["failure"].to_string();
    assert!(!failure.contains("egress") && !failure.contains("send"), "{failure}");
    // Granted, it is forgotten.
    story.api().install(lockgate_bundle::MESSENGER).await;
    assert_eq!(story.api().get("/plugins/messenger").await["denials"], json!([]));
}

async fn what_is_new_in_a_version_needs_to_have_been_looked_at(database: Database) {
    let host = TestHost::start_on(database).await;
    let version = |version: &str, more: &str| {
        let manifest = MANIFEST.replace("0.1.0\"\ncontract", &format!("{version}\"\ncontract"));
        with_manifest(lockgate_guests::CONNECTOR_ONLY, &format!("{manifest}{more}"))
    };
    assert_eq!(host.api().upload("/plugins", &version("0.1.0", "")).await.status, 201);
    assert_eq!(host.api().upload("/plugins", &version("0.1.1", "")).await.status, 201, "it asks for the same");
    let open = "[[route]]\nname = \"open\"\nlevel = \"channel\"\nmethods = [\"POST\"]\nverify = \"none\"\n";
    let limits = "[limits]\nmemory_mib = 200\n";
    for (version, new) in [(version("0.2.0", open), "hook open"), (version("0.2.1", limits), "limits")] {
        let answer = host.api().upload("/plugins", &version).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.reason().contains(new), "{}", answer.reason());
        let seen = host.api().upload("/plugins/inspect", &version).await.body;
        assert_eq!(seen["changes"].as_array().unwrap().len(), 1, "{seen}");
    }
    assert_eq!(host.api().get("/plugins/example").await["version"], "0.1.1");
    let looked_at = version("0.2.0", open);
    let seen = host.api().upload("/plugins/inspect", &looked_at).await.body;
    let path = format!("/plugins?digest={}", seen["digest"].as_str().unwrap());
    assert_eq!(host.api().upload(&path, &looked_at).await.status, 201);
}

async fn a_plugin_in_use_stays(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let removed = story.api().request(reqwest::Method::DELETE, "/plugins/messenger").send().await.unwrap();
    assert_eq!(removed.status(), 409);
    story.api().post("/plugins/messenger/disable", &json!(null)).await;
    let request =
        story.webhooks().sign(&lockgate_simulators::webhook::Envelope::one(ada().text("m_1", story.now(), "Hello")));
    assert_eq!(story.webhooks().post(&request).await.unwrap().status, 503);
    story.api().post("/plugins/messenger/enable", &json!(null)).await;
    assert_eq!(story.webhooks().post(&request).await.unwrap().status, 200);
}

on_both![
    what_is_no_plugin_is_refused_with_the_reason,
    a_large_plugin_is_taken_up_to_a_limit,
    what_is_installed_is_what_was_looked_at,
    what_is_not_granted_is_not_reached,
    what_is_new_in_a_version_needs_to_have_been_looked_at,
    a_plugin_in_use_stays,
];
