//! The document as it was agreed on. A change of the API shows here; run with `LOCKGATE_UPDATE_SNAPSHOTS=1` to take it over.

use std::path::Path;

use crate::world::World;

#[test]
fn the_document_is_the_one_that_was_agreed_on() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi.json");
    let mut now = lockgate::api::document().to_pretty_json().unwrap();
    now.push('\n');
    if std::env::var_os("LOCKGATE_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    let line = now.lines().zip(agreed.lines()).position(|(now, agreed)| now != agreed);
    let line = line.unwrap_or_else(|| now.lines().count().min(agreed.lines().count())) + 1;
    assert!(
        now == agreed,
        "{} differs from line {line} on; LOCKGATE_UPDATE_SNAPSHOTS=1 takes the change over",
        path.display()
    );
}

#[test]
fn every_creating_post_takes_an_idempotency_key_and_every_list_pages() {
    let document = serde_json::to_value(lockgate::api::document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, item) in document["paths"].as_object().unwrap() {
        let takes = |method: &str, name: &str| {
            item[method]["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == name)
        };
        if !item["post"]["responses"]["201"].is_null() {
            assert!(takes("post", "Idempotency-Key"), "POST {path} creates and takes no idempotency key");
        }
        for (method, operation) in item.as_object().unwrap() {
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert!(problem.is_object(), "{method} {path} tells of no problem document");
            assert!(operation["summary"].is_string(), "{method} {path} does not say what it does");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_to_everybody() {
    let world = World::start().await;
    let served = crate::world::answer(world.request(reqwest::Method::GET, "/api/openapi.json")).await;
    assert_eq!(served.body, serde_json::to_value(lockgate::api::document()).unwrap());
    world.stop().await;
}
