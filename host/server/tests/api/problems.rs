//! Every refusal is a problem document.

use reqwest::Method;
use serde_json::json;

use crate::world::{World, answer};

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_refusal_is_a_problem_document() {
    let world = World::start().await;
    let raw = |media_type: &'static str, body: Vec<u8>| {
        answer(
            world
                .request(Method::POST, "/api/v1/inboxes")
                .bearer_auth(&world.admin)
                .header("content-type", media_type)
                .body(body),
        )
    };

    raw("application/json", b"{\"name\":".to_vec()).await.is_problem(400, "malformed-body");
    raw("application/json", b"{\"name\":\"\xff\"}".to_vec()).await.is_problem(400, "malformed-body");
    raw("text/plain", b"{\"name\":\"a\"}".to_vec()).await.is_problem(415, "unsupported-media-type");
    raw("application/json", vec![b' '; (1 << 20) + 1]).await.is_problem(413, "too-large");
    let deep = [vec![b'['; 5000], vec![b']'; 5000]].concat();
    assert!(raw("application/json", deep).await.status.is_client_error());

    let unknown = world.post("/api/v1/inboxes", &json!({"name": "a", "colour": "blue"})).await;
    unknown.is_problem(422, "invalid");
    unknown.names(&["/colour"]);
    let empty = world.post("/api/v1/inboxes", &json!({"name": " "})).await;
    empty.is_problem(422, "invalid");
    empty.names(&["/name"]);

    world.get("/api/v1/nothing").await.is_problem(404, "no-such-route");
    answer(world.request(Method::GET, "/no/such/page")).await.is_problem(404, "no-such-route");
    let wrong = answer(world.request(Method::PUT, "/api/v1/inboxes").bearer_auth(&world.admin)).await;
    wrong.is_problem(405, "method-not-allowed");
    assert_eq!(wrong.headers["allow"], "GET, POST");

    for (path, thing) in [("apps", "app"), ("channels", "channel"), ("dead-letters", "dead letter")] {
        let missing = world.get(&format!("/api/v1/{path}/not-an-id")).await;
        missing.is_problem(404, "not-found");
        assert_eq!(missing.text("/detail"), format!("There is no such {thing}."));
    }
    world.get("/api/v1/apps/0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21").await.is_problem(404, "not-found");
    world.get("/api/v1/inboxes?cursor=%7Bnonsense").await.is_problem(400, "bad-request");
    world.get("/api/v1/inboxes?limit=201").await.is_problem(400, "bad-request");
    world.get("/api/v1/inboxes?limit=many").await.is_problem(400, "bad-request");
    world.get("/api/v1/inboxes?page=2").await.is_problem(400, "bad-request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_named() {
    let world = World::start().await;
    assert_eq!(world.post("/api/v1/inboxes", &json!({"name": "Support"})).await.status, 201);
    let again = world.post("/api/v1/inboxes", &json!({"name": "Support"})).await;
    again.is_problem(409, "conflict");
    assert_eq!(again.text("/detail"), "There is an inbox called Support already.");
    let other = world.post("/api/v1/inboxes", &json!({"name": "Sales"})).await.text("/id").to_owned();
    let renamed = world.patch(&format!("/api/v1/inboxes/{other}"), &json!({"name": "Support"})).await;
    assert_eq!(renamed.text("/detail"), "There is an inbox called Support already.");

    let admin = world.get("/api/v1/tokens").await.text("/items/0/id").to_owned();
    let last = world.delete(&format!("/api/v1/tokens/{admin}")).await;
    last.is_problem(409, "conflict");
    assert!(last.text("/detail").contains("the only token with the scope admin"), "{last:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_pages_by_its_cursor() {
    let world = World::start().await;
    for name in ["one", "two", "three"] {
        assert_eq!(world.post("/api/v1/inboxes", &json!({"name": name})).await.status, 201);
    }
    let first = world.get("/api/v1/inboxes?limit=2").await;
    assert_eq!(first.body["items"].as_array().unwrap().len(), 2);
    let rest = world.get(&format!("/api/v1/inboxes?limit=2&cursor={}", first.text("/next_cursor"))).await;
    let names: Vec<_> = [&first, &rest]
        .iter()
        .flat_map(|page| page.body["items"].as_array().unwrap())
        .map(|inbox| &inbox["name"])
        .collect();
    assert_eq!(names, ["one", "two", "three"]);
    assert!(rest.body["next_cursor"].is_null());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_says_whether_it_lives_and_can_serve() {
    let world = World::start().await;
    let ask = |path: &'static str| answer(world.request(Method::GET, path));
    assert_eq!(ask("/healthz").await.status, 200);
    let ready = ask("/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), &ready.body["database"], &ready.body["plugins"]),
        (200, &json!(true), &json!(true)),
        "{ready:?}"
    );
    ask("/metrics").await.is_problem(401, "unauthenticated");
    assert_eq!(world.get("/metrics").await.status, 200);
    world.stop().await;
}
