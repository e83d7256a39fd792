//! The live stream.

use futures_util::StreamExt as _;
use lockgate_model::config::Scope;
use reqwest::Method;
use serde_json::json;

use crate::world::World;

/// Reads a stream until it ends or holds this text.
async fn read_until(response: reqwest::Response, wanted: &str) -> (String, bool) {
    let mut text = String::new();
    let mut stream = response.bytes_stream();
    while let Some(Ok(bytes)) = stream.next().await {
        text.push_str(&String::from_utf8_lossy(&bytes));
        if text.contains(wanted) {
            return (text, false);
        }
    }
    (text, true)
}

async fn watch(world: &World, token: &str, query: &str) -> reqwest::Response {
    let response =
        world.request(Method::GET, &format!("/api/v1/events{query}")).bearer_auth(token).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_from_a_position_that_is_not_there_is_told_to_reload() {
    let world = World::start().await;
    let (text, ended) = read_until(watch(&world, &world.admin, "?after=999999").await, "event: reload").await;
    assert!(!ended, "{text}");
    let bad = world.request(Method::GET, "/api/v1/events").bearer_auth(&world.admin).header("last-event-id", "x");
    crate::world::answer(bad).await.is_problem(400, "bad-request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_the_host_stops() {
    let world = World::start().await;
    let response = watch(&world, &world.admin, "").await;
    let reading = tokio::spawn(read_until(response, "never"));
    world.stop().await;
    assert!(reading.await.unwrap().1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_its_token_is_revoked_and_shows_nothing_more() {
    let world = World::start().await;
    let made = world.post("/api/v1/tokens", &json!({"name": "reader", "scopes": [Scope::InboxRead]})).await;
    let response = watch(&world, made.text("/secret"), "").await;
    assert_eq!(world.delete(&format!("/api/v1/tokens/{}", made.text("/id"))).await.status, 204);
    let (text, ended) = read_until(response, "data:").await;
    assert!(ended, "{text}");
    world.stop().await;
}
