//! Setting a host up: plugin, app, channel.

use serde_json::{Value, json};

use crate::world::World;

async fn installed(world: &World) -> Value {
    let inspected = world.upload("/api/v1/plugins/inspect", lockgate_bundle::MESSENGER.to_vec()).await;
    assert_eq!(inspected.status, 200, "{inspected:?}");
    let path = format!("/api/v1/plugins?grant=send&digest={}", inspected.text("/digest"));
    let installed = world.upload(&path, lockgate_bundle::MESSENGER.to_vec()).await;
    assert_eq!(installed.status, 201, "{installed:?}");
    inspected.body
}

async fn app(world: &World) -> Value {
    let body = json!({"plugin": "messenger", "name": "Our app", "secrets": {"app_secret": "s3cret-app", "verify_token": "s3cret-verify"}});
    let app = world.post("/api/v1/apps", &body).await;
    assert_eq!(app.status, 201, "{app:?}");
    app.body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_installed_with_what_was_granted_and_nothing_else() {
    let world = World::start().await;
    let inspected = installed(&world).await;
    assert_eq!(inspected["sheet"]["egress"][0]["name"], "send");
    assert!(inspected["sheet"]["lines"][0].as_str().unwrap().contains("graph.facebook.com"), "{inspected}");
    let bytes = || lockgate_bundle::MESSENGER.to_vec();
    world.upload("/api/v1/plugins?grant=everything", bytes()).await.is_problem(422, "unknown-grant");
    world.upload("/api/v1/plugins?digest=sha256:00", bytes()).await.is_problem(422, "plugin-refused");
    world.upload("/api/v1/plugins?grants=send", bytes()).await.is_problem(400, "bad-request");
    world.upload("/api/v1/plugins", b"no component".to_vec()).await.is_problem(422, "plugin-refused");

    let shown = world.get("/api/v1/plugins/messenger").await;
    assert_eq!((shown.text("/health"), &shown.body["grants"]), ("running", &json!(["send"])), "{shown:?}");
    assert_eq!(world.post("/api/v1/plugins/messenger/disable", &json!({})).await.text("/health"), "disabled");
    assert_eq!(world.post("/api/v1/plugins/messenger/enable", &json!({})).await.text("/health"), "running");
    assert_eq!(world.delete("/api/v1/plugins/messenger").await.status, 204);
    world.get("/api/v1/plugins/messenger").await.is_problem(404, "not-found");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_shows_its_address_and_never_a_secret() {
    let world = World::start().await;
    installed(&world).await;
    let wrong = json!({"plugin": "messenger", "name": "a", "settings": {"graph_version": "latest", "colour": "blue"}, "secrets": {"verify_token": "x"}});
    let refused = world.post("/api/v1/apps", &wrong).await;
    refused.is_problem(422, "invalid");
    refused.names(&["/settings/colour", "/settings/graph_version", "/secrets/app_secret"]);

    let app = app(&world).await;
    assert!(app["hooks"]["events"].as_str().unwrap().contains("/hooks/"), "{app}");
    assert_eq!(app["secrets"]["app_secret"]["set"], true);
    assert!(!app.to_string().contains("s3cret"), "{app}");

    // The form as it was shown, saved again: nothing is lost, nothing is overwritten.
    let path = format!("/api/v1/apps/{}", app["id"].as_str().unwrap());
    let saved =
        world.patch(&path, &json!({"name": "New name", "settings": app["settings"], "secrets": app["secrets"]})).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    assert_eq!((&saved.body["secrets"], saved.text("/name")), (&app["secrets"], "New name"));
    world.delete("/api/v1/plugins/messenger").await.is_problem(409, "conflict");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_connected_once() {
    let world = World::start().await;
    installed(&world).await;
    let app = app(&world).await;
    let body = |page: &str| json!({"app_id": app["id"], "name": "Page", "settings": {"page_id": page}, "secrets": {"page_token": "s3cret-page"}});
    let without = world.post("/api/v1/channels", &body("104857")).await;
    without.is_problem(422, "invalid");
    without.names(&["/inbox_id"]);
    let inbox = world.post("/api/v1/inboxes", &json!({"name": "Support"})).await;

    let channel = world.post("/api/v1/channels", &body("104857")).await;
    assert_eq!(channel.status, 201, "{channel:?}");
    assert_eq!((channel.text("/account"), channel.text("/inbox_id")), ("104857", inbox.text("/id")));
    assert_eq!(channel.text("/health/state"), "connected");
    assert!(!channel.body.to_string().contains("s3cret"));
    world.post("/api/v1/channels", &body("104857")).await.is_problem(409, "conflict");
    assert_eq!(world.post("/api/v1/channels", &body("104858")).await.status, 201);

    let path = format!("/api/v1/channels/{}", channel.text("/id"));
    let moved = world.patch(&path, &json!({"settings": {"page_id": "5"}})).await;
    moved.names(&["/settings/page_id"]);
    assert_eq!(world.post(&format!("{path}/disable"), &json!({})).await.text("/health/state"), "disabled");
    assert_eq!(world.delete(&path).await.status, 204);
    assert_eq!(
        world.post("/api/v1/channels", &body("104857")).await.status,
        201,
        "a deleted channel frees its account"
    );
    world.stop().await;
}
