//! What is asked of a provider while somebody waits: templates, addresses, people, threads; and what is kept of the answers.

mod messenger;
mod provider;

use std::time::Duration;

use lockgate_tests::component::with_manifest;
use lockgate_tests::{Api, Database, HostPlan, TestHost, on_both, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::echo::HOST;
use provider::Office;

const HOUR: Duration = Duration::from_secs(3600);

/// A host with the registrar installed, its provider, and one channel.
struct Desk {
    host: TestHost,
    office: Office,
    channel: String,
}

impl Desk {
    async fn open(database: Database) -> Self {
        let office = Office::start().await;
        let host = HostPlan::on(database).with_map(HOST, office.https.address, &office.https.ca_file).start().await;
        host.api().install(lockgate_guests::REGISTRAR).await;
        let inbox = host.api().post("/inboxes", &json!({ "name": "Support" })).await;
        let channel = json!({
            "plugin": "registrar", "inbox_id": inbox["id"], "name": "Office", "settings": { "office": "north" },
            "secrets": { "token": "clerk" },
        });
        let channel = host.api().post("/channels", &channel).await["id"].as_str().unwrap().to_owned();
        Self { host, office, channel }
    }

    fn api(&self) -> &Api {
        self.host.api()
    }

    fn of_channel(&self, rest: &str) -> String {
        format!("/channels/{}/{rest}", self.channel)
    }

    /// Somebody writes; their conversation and identity.
    async fn written(&self, from: &str) -> (String, String) {
        let shown = self.api().get(&format!("/channels/{}", self.channel)).await;
        let hook = shown["hooks"]["events"].as_str().unwrap().to_owned();
        let body = json!([{ "id": format!("m-{from}"), "from": from, "text": "Hello" }]).to_string();
        let client = lockgate_tests::client().build().unwrap();
        let request = client.request(Method::POST, hook).header("content-type", "application/json");
        assert_eq!(request.body(body).send().await.unwrap().status(), 200);
        for conversation in self.api().all("/conversations").await {
            let Some(contact) = conversation["contact_id"].as_str() else { continue };
            let contact = self.api().get(&format!("/contacts/{contact}")).await;
            if contact["identities"][0]["key"] == from {
                let id = |value: &Value| value.as_str().unwrap().to_owned();
                return (id(&conversation["id"]), id(&contact["identities"][0]["id"]));
            }
        }
        panic!("{from} has no conversation")
    }

    async fn resolved(&self, kind: &str, address: &str) -> Value {
        let asked = json!({ "kind": kind, "address": address });
        let answer = self.api().try_post(&self.of_channel("resolve"), &asked).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    async fn refresh(&self, identity: &str) -> lockgate_tests::Answer {
        self.api().try_post(&format!("/identities/{identity}/refresh"), &Value::Null).await
    }

    async fn health(&self) -> Value {
        self.api().get(&format!("/channels/{}", self.channel)).await["health"].clone()
    }
}

async fn templates_are_asked_of_the_provider_each_time(database: Database) {
    let desk = Desk::open(database).await;
    let named = |name: &str| json!({ "name": name, "language": "en_GB", "text": "Hello {1}", "example": "Hello Ann" });
    desk.office.tell("/templates", json!([named("greeting"), named("größe 😀")]));
    let list = desk.api().get(&desk.of_channel("templates")).await;
    let section = json!({ "section": "body", "kind": "text", "values": ["1"], "example": "Hello Ann" });
    assert_eq!(
        list["items"][0],
        json!({
            "name": "greeting", "language": "en_GB", "category": "notice", "state": "approved",
            "body": { "plain": "Hello {1}", "html": null }, "sections": [section],
        })
    );
    assert_eq!(list["items"][1]["name"], "größe 😀");
    desk.office.tell("/templates", json!([]));
    assert_eq!(desk.api().get(&desk.of_channel("templates")).await["items"], json!([]), "nothing is remembered");
    assert_eq!(desk.office.asked().len(), 2);
}

async fn an_address_is_resolved_as_far_as_the_manifest_says(database: Database) {
    let desk = Desk::open(database).await;
    desk.office.tell("/phones/4930123", json!({ "key": "ann", "name": "Ann" }));
    let resolve = |kind: &str, address: &str| json!({ "kind": kind, "address": address });
    let path = desk.of_channel("resolve");
    let found = desk.resolved("phone", "+4930123").await;
    assert_eq!((&found["reachable"], &found["identity"]["key"]), (&json!(true), &json!("ann")));
    assert_eq!(found["thread"]["key"], "t-ann");
    let nobody = desk.resolved("phone", "+4930999").await;
    assert_eq!((&nobody["reachable"], &nobody["identity"]), (&json!(false), &Value::Null));
    for (body, pointer) in [
        (resolve("email", "ann@example.com"), "/kind"),
        (resolve("phone", " "), "/address"),
        (resolve("phone", &"4".repeat(321)), "/address"),
    ] {
        let refused = desk.api().try_post(&path, &body).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{}", refused.body);
    }
    assert_eq!(desk.office.asked().len(), 2, "what is not declared is not asked");
    assert!(desk.api().all("/contacts").await.is_empty(), "nobody is kept");
}

async fn a_profile_is_kept_as_an_events(database: Database) {
    let desk = Desk::open(database).await;
    let (conversation, ann) = desk.written("ann").await;
    desk.office.tell(
        "/people/ann",
        json!({
            "name": "Ann Müller", "username": "ann", "picture": "https://pictures.example.com/ann", "language": "de",
            "timezone": "Europe/Berlin",
        }),
    );
    let shown = desk.refresh(&ann).await;
    assert_eq!((shown.status, &shown.body["name"]), (200, &json!("Ann Müller")), "{}", shown.body);
    let identity = &shown.body["identities"][0];
    assert_eq!(
        [&identity["name"], &identity["username"], &identity["language"], &identity["timezone"]],
        [&json!("Ann Müller"), &json!("ann"), &json!("de"), &json!("Europe/Berlin")]
    );
    assert_eq!(identity["picture"]["value"], "https://pictures.example.com/ann");
    assert!(desk.office.asked().contains(&"GET /people/ann?thread=t-ann".to_owned()), "{:?}", desk.office.asked());
    let listed = desk.api().get(&format!("/conversations/{conversation}")).await;
    assert_eq!(listed["contact_name"], "Ann Müller");
    // What the provider does not tell any more stays, and what it tells newer is newer.
    desk.host.clock().advance(HOUR);
    desk.office.tell("/people/ann", json!({ "name": "Ann Meier" }));
    let shown = desk.refresh(&ann).await;
    assert_eq!((&shown.body["name"], &shown.body["identities"][0]["username"]), (&json!("Ann Meier"), &json!("ann")));
    // Of whom it tells nothing, nothing changes.
    desk.office.refuse("/people/ann", 404, None);
    assert_eq!(desk.refresh(&ann).await.body["name"], "Ann Meier");
    assert_eq!(desk.api().all("/contacts").await.len(), 1);
}

async fn a_threads_title_is_kept_and_another_threads_is_not(database: Database) {
    let desk = Desk::open(database).await;
    let (conversation, _) = desk.written("ann").await;
    let refresh = format!("/conversations/{conversation}/refresh");
    desk.office.tell("/threads/t-ann", json!({ "title": "Über Größen" }));
    let shown = desk.api().try_post(&refresh, &Value::Null).await;
    assert_eq!((shown.status, &shown.body["title"]), (200, &json!("Über Größen")), "{}", shown.body);
    desk.office.tell("/threads/t-ann", json!({ "key": "t-ben", "title": "Somebody else's" }));
    let refused = desk.api().try_post(&refresh, &Value::Null).await;
    assert_eq!((refused.status, &refused.body["type"]), (502, &json!("urn:lockgate:problem:plugin-failed")));
    assert_eq!(desk.api().get(&format!("/conversations/{conversation}")).await["title"], "Über Größen");
    assert_eq!(desk.api().all("/conversations").await.len(), 1);
}

async fn a_look_writes_and_sends_nothing(database: Database) {
    let desk = Desk::open(database).await;
    for person in ["write", "upload", "send", "other", "trap"] {
        let (_, identity) = desk.written(person).await;
        desk.office.tell(&format!("/people/{person}"), json!({ "name": "Known" }));
        let refused = desk.refresh(&identity).await;
        let expected = if ["other", "trap"].contains(&person) { "plugin-failed" } else { "provider-refused" };
        let kind = format!("urn:lockgate:problem:{expected}");
        assert_eq!((refused.status, &refused.body["type"]), (502, &json!(kind)), "{person}: {}", refused.body);
    }
    let asked = desk.office.asked();
    assert!(asked.iter().all(|asked| asked.starts_with("GET /people/other")), "{asked:?}");
    let outside = desk.host.outside().await;
    assert_eq!(outside.number("SELECT count(*) FROM plugin_state").await, 0);
    let names = desk.api().all("/contacts").await;
    assert!(names.iter().all(|contact| contact["name"].is_null()), "{names:?}");
}

async fn a_fault_is_told_and_moves_the_health(database: Database) {
    let desk = Desk::open(database).await;
    desk.office.refuse("/templates", 401, None);
    let templates = desk.of_channel("templates");
    let refused = desk.api().try_get(&templates).await;
    assert_eq!((refused.status, &refused.body["type"]), (502, &json!("urn:lockgate:problem:provider-refused")));
    assert_eq!(refused.body["failure"]["code"], "sign-in-expired", "{}", refused.body);
    assert_eq!(desk.health().await["state"], "reconnect");
    desk.office.tell("/templates", json!([]));
    desk.api().get(&templates).await;
    assert_eq!(desk.health().await["state"], "connected", "the provider answers again");

    // What it limits rests, and nobody asks it meanwhile.
    desk.office.refuse("/templates", 429, Some(90));
    let limited = desk.api().try_get(&templates).await;
    assert_eq!((limited.status, limited.header("retry-after")), (503, Some("90")), "{}", limited.body);
    assert_eq!(limited.body["failure"]["code"], "rate-limited");
    let asked = desk.office.asked().len();
    let rests = desk.api().try_get(&templates).await;
    assert_eq!((rests.status, desk.office.asked().len()), (503, asked), "{}", rests.body);
    assert!(rests.header("retry-after").is_some_and(|seconds| (1..=180).contains(&seconds.parse::<u32>().unwrap())));
    desk.host.clock().advance(HOUR);
    desk.office.refuse("/templates", 503, None);
    let passing = desk.api().try_get(&templates).await;
    assert_eq!((passing.status, &passing.body["failure"]["code"]), (503, &json!("passing")), "{}", passing.body);
    assert_eq!(desk.office.asked().len(), asked + 1, "once, and not again");
}

async fn who_cannot_be_asked_is_said(database: Database) {
    let desk = Desk::open(database).await;
    let templates = desk.of_channel("templates");
    let status = async || desk.api().try_get(&templates).await.status;
    desk.api().try_post(&desk.of_channel("disable"), &Value::Null).await;
    assert_eq!(status().await, 409);
    desk.api().try_post(&desk.of_channel("enable"), &Value::Null).await;
    assert_eq!(status().await, 502, "what is no list is malformed");
    assert!(desk.api().try_get("/channels/0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21/templates").await.status == 404);
    assert_eq!(desk.refresh("0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21").await.status, 404);
    // A plugin without the ability.
    let inbox = desk.api().all("/inboxes").await[0]["id"].clone();
    desk.api().install(lockgate_guests::KEEPER).await;
    let keeper = lockgate_runtime::inspect(lockgate_guests::KEEPER).unwrap().manifest;
    let settings: serde_json::Map<String, Value> =
        keeper.settings.iter().map(|field| (field.key.clone(), json!("one"))).collect();
    let secrets: serde_json::Map<String, Value> =
        keeper.credentials.iter().map(|field| (field.name.clone(), json!("two"))).collect();
    let channel = json!({
        "plugin": keeper.plugin.id, "inbox_id": inbox, "name": "Keeper", "settings": settings, "secrets": secrets,
    });
    let channel = desk.api().post("/channels", &channel).await["id"].as_str().unwrap().to_owned();
    let refused = desk.api().try_get(&format!("/channels/{channel}/templates")).await;
    assert_eq!((refused.status, refused.reason().contains("`directory`")), (409, true), "{}", refused.body);
}

async fn so_much_is_asked_at_once_and_no_more(database: Database) {
    let desk = Desk::open(database).await;
    desk.office.tell("/templates", json!([]));
    desk.office.shut(true);
    let path = desk.of_channel("templates");
    let ask = || {
        let request = desk.api().request(Method::GET, &path);
        tokio::spawn(async move { lockgate_tests::answer(request).await.status })
    };
    let waiting = [ask(), ask()];
    until("both are asked", async || (desk.office.asked().len() == 2).then_some(())).await;
    assert_eq!(desk.api().try_get(&path).await.status, 503);
    desk.office.shut(false);
    for one in waiting {
        assert_eq!(one.await.unwrap(), 200);
    }
    assert_eq!(desk.api().try_get(&path).await.status, 200);
}

async fn a_template_is_sent_long_after_the_contact_wrote(database: Database) {
    let desk = Desk::open(database).await;
    let (conversation, _) = desk.written("ann").await;
    let (shown, messages) =
        (format!("/conversations/{conversation}"), format!("/conversations/{conversation}/messages"));
    desk.host.clock().advance(100 * HOUR);
    let window = desk.api().get(&shown).await["window"].clone();
    assert_eq!((&window["state"], &window["templates"]), (&json!("closed"), &json!(true)));
    let template = |value: Value| json!({ "type": "template", "value": value });
    let hello = template(json!({ "name": "hello", "language": "en", "parameters": [] }));
    let sent = desk.api().post(&messages, &json!({ "parts": [hello] })).await;
    desk.api().reach(sent["id"].as_str().unwrap(), "sent").await;
    let unnamed = template(json!({ "name": " ", "language": "en", "parameters": [] }));
    let text = json!({ "type": "text", "value": { "plain": "and a text" } });
    for (parts, words) in [(json!([unnamed]), "a name and a language"), (json!([hello, text]), "takes no text")] {
        let refused = desk.api().try_post(&messages, &json!({ "parts": parts })).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.reason().contains(words), "{}", refused.reason());
    }
    // Without the manifest's word nothing of it holds.
    let manifest = lockgate_runtime::inspect(lockgate_guests::REGISTRAR).unwrap().manifest_text;
    let manifest = manifest.replace("[window]\nhours = 24\ntemplates = true", "[window]\nhours = 24");
    desk.api()
        .install(&with_manifest(
            lockgate_guests::REGISTRAR,
            &manifest.replace("0.1.0\"\ncontract", "0.1.1\"\ncontract"),
        ))
        .await;
    let refused = desk.api().try_post(&messages, &json!({ "parts": [hello] })).await;
    assert_eq!((refused.status, refused.reason().contains("window is closed")), (422, true), "{}", refused.body);
}

on_both![
    templates_are_asked_of_the_provider_each_time,
    an_address_is_resolved_as_far_as_the_manifest_says,
    a_profile_is_kept_as_an_events,
    a_threads_title_is_kept_and_another_threads_is_not,
    a_look_writes_and_sends_nothing,
    a_fault_is_told_and_moves_the_health,
    who_cannot_be_asked_is_said,
    so_much_is_asked_at_once_and_no_more,
    a_template_is_sent_long_after_the_contact_wrote,
];
