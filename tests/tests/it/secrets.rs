//! Where secrets must not be: in no file, no row, no answer, no line of the log.

use lockgate_tests::{Database, Story, logged, on_both, scan};
use serde_json::json;

use crate::{PAGE, ada};

async fn a_secret_is_in_no_file_row_answer_or_line(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let answer = story.api().send(&conversation, "Hello").await;
    story.api().reach(&answer, "sent").await;
    story.provider.revoke(PAGE);
    let failed = story.api().send(&conversation, "refused").await;
    story.api().reach(&failed, "failed").await;

    let token = story.provider.config().pages[PAGE].clone();
    let requests = story.provider.books().requests();
    assert!(requests.iter().all(|request| request.token_places.iter().all(|place| place == "header authorization")));
    assert_eq!(requests[0].token_places, ["header authorization"], "it was used all the same");
    let config = story.provider.config().clone();
    let secrets = [token.as_str(), &config.app_secret, &config.verify_token, story.api().token()];
    let mut shown = String::new();
    for path in [
        "/plugins",
        "/plugins/messenger",
        "/apps",
        "/channels",
        "/tokens",
        "/conversations",
        "/contacts",
        "/dead-letters",
    ] {
        shown.push_str(&story.api().get(path).await.to_string());
    }
    shown.push_str(&json!(story.api().messages(&conversation).await).to_string());
    shown.push_str(
        &story
            .api()
            .bare(reqwest::Method::GET, "/metrics")
            .bearer_auth(story.api().token())
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
    );
    let outside = story.host.outside().await;
    for secret in secrets {
        let around = shown.find(secret).map(|at| &shown[at.saturating_sub(80)..at]);
        assert_eq!(around, None, "an answer of the API");
        assert_eq!(outside.tables_with(secret).await, Vec::<String>::new());
        assert_eq!(scan::files_with(&story.host.data_dir(), secret.as_bytes()), Vec::<std::path::PathBuf>::new());
        assert!(!logged(secret), "a line of the log");
    }
    let key = story.host.data_dir().join("lockgate.key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(key).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "the key is its owner's alone");
}

async fn another_key_opens_nothing(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (_kept, folder, plan) = (story.host.keep_folder(), story.host.data_dir(), story.host.plan());
    let key = folder.join("lockgate.key");
    let right = std::fs::read(&key).unwrap();
    story.host.stop().await;
    std::fs::write(&key, "11".repeat(32)).unwrap();
    let words = plan.try_start(&folder).await.expect_err("another key is refused");
    assert!(words.contains("key"), "{words}");
    std::fs::remove_file(&key).unwrap();
    let words = plan.try_start(&folder).await.expect_err("no new key is made for an old database");
    assert!(words.contains("key"), "{words}");
    std::fs::write(&key, right).unwrap();
    plan.try_start(&folder).await.expect("the right key opens it");
}

async fn a_token_opens_what_its_scope_says(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let made = story.api().post("/tokens", &json!({ "name": "reader", "scopes": ["inbox:read"] })).await;
    let secret = made["secret"].as_str().unwrap();
    let status = |method: reqwest::Method, path: &str, token: &str| {
        let request = story.api().bare(method, &format!("/api/v1{path}")).bearer_auth(token);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(status(reqwest::Method::GET, "/conversations", secret).await, 200);
    assert_eq!(status(reqwest::Method::GET, "/channels", secret).await, 403);
    assert_eq!(status(reqwest::Method::GET, "/conversations", "lg_guessed").await, 401);
    let id = made["id"].as_str().unwrap();
    assert_eq!(status(reqwest::Method::DELETE, &format!("/tokens/{id}"), story.api().token()).await, 204);
    assert_eq!(status(reqwest::Method::GET, "/conversations", secret).await, 401);
}

on_both![a_secret_is_in_no_file_row_answer_or_line, another_key_opens_nothing, a_token_opens_what_its_scope_says];
