//! Messenger's utility templates and profiles, beside the simulated Graph API.

use std::time::Duration;

use lockgate_tests::{Database, Story, on_both};
use serde_json::{Value, json};

use crate::{PAGE, ada};

const HOUR: Duration = Duration::from_secs(3600);

fn on_file(name: &str, status: &str, text: &str) -> Value {
    json!({
        "id": "1", "name": name, "language": "en_US", "status": status, "category": "UTILITY",
        "components": [{ "type": "BODY", "text": text, "example": { "body_text": [["Ada", "42"]] } }],
    })
}

async fn a_utility_template_goes_out_after_the_window(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    for template in [
        on_file("order_update", "APPROVED", "Hello {{1}}, order {{2}} is on its way."),
        on_file("waits", "PENDING", "Soon"),
        on_file("third", "REJECTED", "Never"),
    ] {
        story.provider.keep_template(PAGE, template);
    }
    let list = story.api().get(&format!("/channels/{}/templates", story.channel(PAGE))).await;
    let word = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let items = list["items"].as_array().unwrap();
    let states: Vec<String> = items.iter().map(|one| format!("{} {}", word(one, "name"), word(one, "state"))).collect();
    assert_eq!(states, ["order_update approved", "waits pending", "third rejected"]);
    let section = &list["items"][0]["sections"][0];
    assert_eq!((&section["values"], &section["section"]), (&json!(["1", "2"]), &json!("body")));
    assert_eq!(section["example"], "Hello Ada, order 42 is on its way.");

    story.advance(200 * HOUR);
    let value = |text: &str| json!({ "section": "body", "value": { "type": "text", "value": text } });
    let template = json!({ "type": "template", "value": {
        "name": "order_update", "language": "en_US", "parameters": [value("Ada"), value("7")],
        "rendered": { "plain": "Hello Ada, order 7 is on its way." },
    }});
    let messages = format!("/conversations/{conversation}/messages");
    let sent = story.api().post(&messages, &json!({ "parts": [template], "automatic": true })).await;
    assert_eq!(sent["text"], "Hello Ada, order 7 is on its way.");
    story.api().reach(sent["id"].as_str().unwrap(), "sent").await;
    let body: Value = serde_json::from_str(&story.provider.books().requests().pop().unwrap().body).unwrap();
    assert_eq!(
        (&body["messaging_type"], &body["message"]["template"]["name"]),
        (&json!("UTILITY"), &json!("order_update"))
    );
    let parameters = &body["message"]["template"]["components"][0]["parameters"];
    assert_eq!(parameters, &json!([{ "type": "text", "text": "Ada" }, { "type": "text", "text": "7" }]));
    // One that is not on file is refused by Facebook, for good.
    let unknown = json!({ "type": "template", "value": { "name": "none", "language": "en_US", "parameters": [] } });
    let failed = story.api().post(&messages, &json!({ "parts": [unknown] })).await;
    let failed = story.api().reach(failed["id"].as_str().unwrap(), "failed").await;
    assert_eq!(failed["failure"]["code"], "rejected", "{failed}");
}

async fn a_person_is_told_of_and_a_revoked_token_is_seen(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let shown = story.api().get(&format!("/conversations/{conversation}")).await;
    let contact = format!("/contacts/{}", shown["contact_id"].as_str().unwrap());
    let identity = story.api().get(&contact).await["identities"][0]["id"].as_str().unwrap().to_owned();
    let refresh = format!("/identities/{identity}/refresh");
    let nothing = story.api().try_post(&refresh, &Value::Null).await;
    assert_eq!((nothing.status, &nothing.body["name"]), (200, &Value::Null), "{}", nothing.body);
    let person = json!({
        "id": ada().person_id, "first_name": "Ada", "last_name": "Løvelace", "profile_pic": "https://cdn.example.com/ada",
    });
    story.provider.keep_person(ada().person_id, person);
    let told = story.api().try_post(&refresh, &Value::Null).await;
    assert_eq!((told.status, &told.body["name"]), (200, &json!("Ada Løvelace")), "{}", told.body);
    assert_eq!(told.body["identities"][0]["picture"]["value"], "https://cdn.example.com/ada");
    story.provider.revoke(PAGE);
    let refused = story.api().try_post(&refresh, &Value::Null).await;
    assert_eq!(
        (refused.status, &refused.body["failure"]["code"]),
        (502, &json!("sign-in-expired")),
        "{}",
        refused.body
    );
    let health = story.api().get(&format!("/channels/{}", story.channel(PAGE))).await["health"]["state"].clone();
    assert_eq!(health, "reconnect");
}

on_both![a_utility_template_goes_out_after_the_window, a_person_is_told_of_and_a_revoked_token_is_seen];
