//! A form of a site: from a visitor's browser to a conversation and back to the page, and what scripts of which sites may.

use lockgate_tests::{Database, TestHost, client, on_both, until};
use reqwest::{Method, Response, redirect::Policy};
use serde_json::json;

const SITE: &str = "https://www.example.org";

/// A host with a form of [`SITE`]; the form's address.
async fn connected(host: &TestHost) -> String {
    host.api().install(lockgate_bundle::FORM).await;
    let inbox = host.api().post("/inboxes", &json!({ "name": "Sales" })).await;
    let channel = json!({
        "plugin": "form", "inbox_id": inbox["id"], "name": "Contact form",
        "settings": { "origins": [SITE], "thanks_page": format!("{SITE}/thanks"), "country": "49" },
    });
    let channel = host.api().post("/channels", &channel).await;
    channel["hooks"]["submit"].as_str().unwrap().to_owned()
}

async fn ask(method: Method, hook: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let mut request = client().redirect(Policy::none()).build().unwrap().request(method, hook).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn a_form_becomes_a_conversation(database: Database) {
    let host = TestHost::start_on(database).await;
    let hook = connected(&host).await;
    let body =
        "name=Anna+Schmidt&email=anna%40example.org&phone=030+901820&message=Wann+liefern+Sie%3F+%F0%9F%9A%B2&size=XL";
    let browser = [FORM, ("origin", SITE), ("accept", "text/html")];
    let answer = ask(Method::POST, &hook, &browser, body).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, Some("https://www.example.org/thanks")));
    // Pressed twice.
    assert_eq!(ask(Method::POST, &hook, &browser, body).await.status(), 303);
    let found = until("there is a conversation", async || host.api().all("/conversations").await.pop()).await;
    let messages = host.api().messages(found["id"].as_str().unwrap()).await;
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message["text"], "Wann liefern Sie? 🚲\n030 901820", "the message, and the first field that is shown");
    assert!(message["parts"].to_string().contains("XL"), "{message}");
    let contacts = host.api().all("/contacts").await;
    let [contact] = contacts.as_slice() else { panic!("{contacts:?}") };
    assert_eq!(contact["name"], "Anna Schmidt");

    // Another one of the same person is another conversation.
    let again = body.replace("Wann", "Und+wann");
    assert_eq!(ask(Method::POST, &hook, &browser, &again).await.status(), 303);
    until("there is another conversation", async || (host.api().all("/conversations").await.len() == 2).then_some(()))
        .await;
    assert_eq!(host.api().all("/contacts").await.len(), 1);
    let envelopes = host.api().all("/envelopes?plugin=form").await;
    assert_eq!(envelopes.len(), 3, "each post as it came: {envelopes:?}");
}

async fn what_is_attached_comes_along(database: Database) {
    let host = TestHost::start_on(database).await;
    let hook = connected(&host).await;
    let part =
        |head: &str, content: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n");
    let body = [
        part("name=\"email\"", "anna@example.org"),
        part("name=\"message\"", "The plan is attached"),
        part("name=\"plan\"; filename=\"plan.gif\"", "GIF89a: the plan of the garden"),
        "--b--\r\n".to_owned(),
    ]
    .concat();
    let headers = [("content-type", "multipart/form-data; boundary=b"), ("origin", SITE), ("accept", "text/html")];
    assert_eq!(ask(Method::POST, &hook, &headers, &body).await.status(), 303);
    let found = until("there is a conversation", async || host.api().all("/conversations").await.pop()).await;
    let messages = host.api().messages(found["id"].as_str().unwrap()).await;
    assert!(messages[0]["text"].as_str().unwrap().starts_with("The plan is attached"), "{messages:?}");
    let parts = messages[0]["parts"].as_array().unwrap();
    let file = parts.iter().find(|part| part.to_string().contains("plan.gif")).unwrap();
    let handle = file["content"]["value"]["source"]["value"].as_str().unwrap_or_else(|| panic!("{file}"));
    let path = format!("/messages/{}/media/{handle}", messages[0]["id"].as_str().unwrap());
    let answer = host.api().try_get(&path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/gif")));
    assert_eq!(&answer.bytes[..], b"GIF89a: the plan of the garden");
}

async fn what_a_program_filled_in_is_kept_and_seen(database: Database) {
    let host = TestHost::start_on(database).await;
    let hook = connected(&host).await;
    let headers = [FORM, ("origin", SITE), ("accept", "application/json")];
    let answer = ask(Method::POST, &hook, &headers, "email=bot%40example.org&message=Buy&_gotcha=yes").await;
    assert_eq!(answer.status(), 200);
    let found = until("there is a conversation", async || host.api().all("/conversations").await.pop()).await;
    let messages = host.api().messages(found["id"].as_str().unwrap()).await;
    assert!(
        messages[0]["parts"][0].to_string().contains("the field _gotcha, which nobody sees, is filled in"),
        "{messages:?}"
    );
    assert_eq!(messages[0]["traits"], serde_json::json!(["spam"]));
}

async fn scripts_of_the_sites_that_are_filled_in_may_post_and_read(database: Database) {
    let host = TestHost::start_on(database).await;
    let hook = connected(&host).await;
    let asks = [("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
    let json = r#"{"email":"anna@example.org","message":"Hello"}"#;
    for (origin, may) in
        [(SITE, true), ("https://evil.example", false), ("null", false), ("http://www.example.org", false)]
    {
        let readable = may.then_some(origin);
        let asked = ask(Method::OPTIONS, &hook, &[asks[0], asks[1], ("origin", origin)], "").await;
        assert_eq!(
            (asked.status().as_u16(), header(&asked, "access-control-allow-origin")),
            (if may { 204 } else { 403 }, readable)
        );
        assert_eq!(
            (header(&asked, "vary"), header(&asked, "access-control-allow-credentials")),
            (Some("Origin"), None)
        );
        crate::answers::runs_nothing(&asked);

        let headers = [("content-type", "application/json"), ("origin", origin), ("accept", "application/json")];
        let answer = ask(Method::POST, &hook, &headers, json).await;
        let status = if may { 200 } else { 403 };
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "access-control-allow-origin")),
            (status, readable),
            "{origin}"
        );
        // What is refused before any plugin is run can be read too: else a page could not say what is wrong.
        let refused = ask(Method::POST, &hook, &[("content-type", "text/plain"), ("origin", origin)], "a=b").await;
        assert_eq!((refused.status().as_u16(), header(&refused, "access-control-allow-origin")), (415, readable));
    }
    let asked = ask(Method::OPTIONS, &hook, &[("origin", SITE)], "").await;
    assert_eq!(asked.status(), 405, "that is no question of a browser's");
}

on_both![
    a_form_becomes_a_conversation,
    what_is_attached_comes_along,
    what_a_program_filled_in_is_kept_and_seen,
    scripts_of_the_sites_that_are_filled_in_may_post_and_read,
];
