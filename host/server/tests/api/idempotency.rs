//! A creating request that is repeated.

use reqwest::Method;
use serde_json::json;

use crate::world::{Answer, World, answer};

async fn create(world: &World, token: &str, key: &str, name: &str) -> Answer {
    let request = world.request(Method::POST, "/api/v1/inboxes").bearer_auth(token).header("idempotency-key", key);
    answer(request.json(&json!({ "name": name }))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_answers_the_same_and_creates_once() {
    let world = World::start().await;
    let first = create(&world, &world.admin, "k1", "Support").await;
    assert_eq!(first.status, 201, "{first:?}");
    let again = create(&world, &world.admin, "k1", "Support").await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    create(&world, &world.admin, "k1", "Sales").await.is_problem(422, "idempotency-mismatch");
    let listed = world.get("/api/v1/inboxes").await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "{listed:?}");

    // A key is a token's own: another's is another key.
    let other = world.token([lockgate_model::config::Scope::ConfigWrite]).await;
    assert_eq!(create(&world, &other, "k1", "Sales").await.status, 201);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_leaves_its_key_free() {
    let world = World::start().await;
    create(&world, &world.admin, "k1", "").await.is_problem(422, "invalid");
    assert_eq!(create(&world, &world.admin, "k1", "Support").await.status, 201);
    create(&world, &world.admin, "", "Support").await.is_problem(400, "bad-request");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_create_one() {
    let world = World::start().await;
    let all = futures_util::future::join_all((0..8).map(|_| create(&world, &world.admin, "k1", "Support"))).await;
    for answer in &all {
        match answer.status.as_u16() {
            201 => {}
            409 => answer.is_problem(409, "idempotency-in-progress"),
            _ => panic!("{answer:?}"),
        }
    }
    let listed = world.get("/api/v1/inboxes").await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1, "{listed:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_tokens_secret_is_told_again_and_lies_in_no_file() {
    let world = World::start().await;
    let create = || {
        let request =
            world.request(Method::POST, "/api/v1/tokens").bearer_auth(&world.admin).header("idempotency-key", "k1");
        answer(request.json(&json!({"name": "reader", "scopes": ["inbox:read"]})))
    };
    let (first, again) = (create().await, create().await);
    assert_eq!(first.body, again.body);
    let secret = first.text("/secret").as_bytes().to_vec();
    for file in std::fs::read_dir(&world.running.host.config.data_dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", path.display());
        }
    }
    world.stop().await;
}
