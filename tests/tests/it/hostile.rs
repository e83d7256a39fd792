//! A plugin that misbehaves: it costs one call and nobody else anything, and what it hunts for it does not find.

use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_simulators::webhook::Retry;
use lockgate_tests::{Api, Database, HostPlan, Story, TestHost, logged, on_both, until};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::echo::{EchoProvider, HOST};
use crate::{PAGE, ada};

/// The credential that the plugin hunts for. Stands in nothing else.
pub(crate) const TOKEN: &str = "EAAS-hunted-8Zq/4c~Lw+91";

/// Signs what comes to the plugin's hooks.
pub(crate) const SECRET: &str = "a-secret-of-the-hostile-plugin";

/// The plugin, with a channel of its own and the addresses of both its hooks.
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) app_hook: String,
    pub(crate) channel_hook: String,
}

impl Channel {
    pub(crate) async fn connect(api: &Api) -> Self {
        let sheet = api.upload("/plugins/inspect", lockgate_guests::HOSTILE).await;
        let digest = sheet.body["digest"].as_str().unwrap();
        let path = format!("/plugins?digest={digest}&grant=send&grant=look&grant=mint");
        assert_eq!(api.upload(&path, lockgate_guests::HOSTILE).await.status, 201);
        let inboxes = api.all("/inboxes").await;
        let inbox = match inboxes.first() {
            Some(inbox) => inbox["id"].clone(),
            None => api.post("/inboxes", &json!({ "name": "Support" })).await["id"].clone(),
        };
        let app = json!({ "plugin": "hostile", "name": "Hostile app", "secrets": { "app_secret": SECRET } });
        let app = api.post("/apps", &app).await;
        let channel = json!({
            "app_id": app["id"], "inbox_id": inbox, "name": "Hostile",
            "settings": { "account_id": "account", "thanks_page": "https://shop.example/thanks" },
            "secrets": { "channel_secret": SECRET, "token": TOKEN },
        });
        let channel = api.post("/channels", &channel).await;
        let hook = |owner: &Value, route: &str| owner["hooks"][route].as_str().unwrap().to_owned();
        Self {
            id: channel["id"].as_str().unwrap().to_owned(),
            app_hook: hook(&app, "app-events"),
            channel_hook: hook(&channel, "channel-events"),
        }
    }

    /// Posts to the channel's own hook; answers with the status.
    pub(crate) async fn post(&self, body: &Value) -> u16 {
        post(&self.channel_hook, body).await
    }

    /// The same to its app's.
    pub(crate) async fn post_to_app(&self, body: &Value) -> u16 {
        post(&self.app_hook, body).await
    }

    /// The same channel at a host that was started again, and so has other addresses.
    pub(crate) async fn found_again(self, api: &Api) -> Self {
        let channel = api.get(&format!("/channels/{}", self.id)).await;
        let app = api.get(&format!("/apps/{}", channel["app_id"].as_str().unwrap())).await;
        let hook = |owner: &Value, route: &str| owner["hooks"][route].as_str().unwrap().to_owned();
        Self { app_hook: hook(&app, "app-events"), channel_hook: hook(&channel, "channel-events"), ..self }
    }

    /// The conversation with somebody who wrote.
    pub(crate) async fn conversation(&self, api: &Api, person: &str) -> String {
        lockgate_tests::conversation(api, &self.id, person).await
    }
}

async fn post(hook: &str, body: &Value) -> u16 {
    call(hook, body).await.status().as_u16()
}

/// Posts to a hook of the plugin, signed; answers with the whole answer, redirects not followed.
pub(crate) async fn call(hook: &str, body: &Value) -> reqwest::Response {
    called(hook, body, SECRET).await
}

/// Posts to a hook of the hostile plugin that checks signatures with this secret.
pub(crate) async fn signed(hook: &str, body: &Value, secret: &str) -> u16 {
    called(hook, body, secret).await.status().as_u16()
}

async fn called(hook: &str, body: &Value, secret: &str) -> reqwest::Response {
    let body = body.to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let client = lockgate_tests::client().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = client.post(hook).header("content-type", "application/json").header("x-signature", signature);
    request.body(body).send().await.unwrap()
}

async fn each_misbehaviour_costs_one_call_and_nobody_else(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let hostile = Channel::connect(story.api()).await;
    let cases = [
        ("spin", Some("cpu")),
        ("spin-in-host", Some("cpu")),
        ("allocate", Some("memory")),
        ("recurse", Some("stack")),
        ("panic", Some("trap")),
        ("exit", Some("trap")),
        ("output", Some("output")),
        ("events", Some("memory")),
        ("flood-log", None),
        ("one-long-line", None),
        ("print", None),
    ];
    let misbehaving = async {
        for (case, _) in cases {
            assert_eq!(hostile.post(&json!({ "do": case })).await, 200, "{case}: it was acknowledged");
        }
    };
    // Another channel works beside it all the while.
    let working = async {
        for number in 0..20 {
            let envelope =
                lockgate_simulators::webhook::Envelope::one(ada().text(&format!("m_{number}"), story.now(), "Hello"));
            assert_eq!(story.webhooks().tell(&envelope, Retry { tries: 1, ..Retry::PATIENT }).await.unwrap(), 1);
        }
    };
    tokio::join!(misbehaving, working);
    let conversation = story.conversation(&ada()).await;
    assert_eq!(story.texts(&conversation).await.len(), 20);

    let letters = story.api().dead_letters(cases.iter().filter(|(_, code)| code.is_some()).count()).await;
    for (case, code) in cases {
        let body = json!({ "do": case }).to_string();
        let letter = letters.iter().find(|letter| letter["envelope"]["body_text"] == *body);
        assert_eq!(letter.map(|letter| &letter["code"]), code.map(|code| json!(code)).as_ref(), "{case}: {letter:?}");
    }
    // And it itself works as soon as it behaves.
    assert_eq!(hostile.post(&json!({ "events": [{ "id": "1", "text": "I am good now", "from": "eve" }] })).await, 200);
    let conversation = hostile.conversation(story.api(), "eve").await;
    assert_eq!(story.texts(&conversation).await, ["I am good now"]);
}

async fn who_sleeps_keeps_nobody_waiting(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let hostile = Channel::connect(story.api()).await;
    // More sleepers than there are threads for guests; each is answered in time, by default.
    let case = json!({ "do": "sleep" });
    let sleepers = futures_util::future::join_all((0..8).map(|_| hostile.post(&case)));
    let working = async {
        for number in 0..10 {
            let envelope =
                lockgate_simulators::webhook::Envelope::one(ada().text(&format!("m_{number}"), story.now(), "Hello"));
            story.webhooks().tell(&envelope, Retry { tries: 1, ..Retry::PATIENT }).await.unwrap();
        }
    };
    let (statuses, ()) = tokio::join!(sleepers, working);
    assert_eq!(statuses, [200; 8]);
    let outside = story.host.outside().await;
    assert_eq!(outside.number("SELECT count(*) FROM envelopes WHERE state = 'pending'").await, 8);
}

async fn what_hunts_for_the_token_finds_nothing(database: Database) {
    let provider = EchoProvider::start().await;
    let host = HostPlan::on(database).with_map(HOST, provider.https.address, &provider.https.ca_file).start().await;
    let api = host.api();
    let hostile = Channel::connect(api).await;
    for hook in [&hostile.channel_hook, &hostile.app_hook] {
        assert_eq!(post(hook, &json!({ "do": "everything" })).await, 200);
    }
    hostile.post(&json!({ "events": [{ "id": "1", "text": "Hello", "from": "eve" }] })).await;
    let conversation = hostile.conversation(api, "eve").await;
    let answered = [
        "echo headers",
        "echo base64",
        "echo hex",
        "echo-log headers",
        "own-header x-token",
        "own-query access_token=mine",
    ];
    for text in answered {
        let message = api.send(&conversation, text).await;
        api.reach(&message, "failed").await;
    }
    let message = api.send(&conversation, "A plain text").await;
    api.reach(&message, "sent").await;
    // Last words: tried again, as nothing left that sends.
    let message = api.send(&conversation, "echo-panic headers").await;
    until("its last words are shown", async || api.message(&message).await["failure"].is_object().then_some(())).await;
    assert!(provider.seen().iter().any(|request| request.contains(TOKEN)), "it was used: {:?}", provider.seen());
    assert!(
        provider.seen().iter().all(|request| !request.contains("mine")),
        "no value of its own stands in that place"
    );
    for secret in [TOKEN, SECRET] {
        nothing_shows(&host, secret).await;
    }
}

/// A secret in every spelling that an echo may have.
pub(crate) async fn nothing_shows(host: &TestHost, secret: &str) {
    let api = host.api();
    let mut shown = String::new();
    for path in ["/plugins", "/apps", "/channels", "/dead-letters", "/contacts", "/conversations"] {
        for item in api.all(path).await {
            shown.push_str(&item.to_string());
            let id = item["id"].as_str().unwrap();
            shown.push_str(&api.try_get(&format!("{path}/{id}")).await.body.to_string());
            if path == "/conversations" {
                shown.push_str(&json!(api.messages(id).await).to_string());
            }
        }
    }
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, secret);
    let outside = host.outside().await;
    for spelling in [secret, &hex::encode(secret), &base64, &secret.replace('/', "\\/")] {
        assert!(!shown.contains(spelling), "an answer of the API");
        assert!(!logged(spelling), "a line of the log");
        assert_eq!(outside.tables_with(spelling).await, Vec::<String>::new());
    }
    assert!(lockgate_tests::scan::files_with(&host.data_dir(), secret.as_bytes()).is_empty());
}

async fn a_channel_has_a_hook_of_its_own(database: Database) {
    let host = TestHost::start_on(database).await;
    let hostile = Channel::connect(host.api()).await;
    let event = |id: &str, account: &str| json!({ "events": [{ "id": id, "text": "Hello", "from": "eve", "account": account }] });
    assert_eq!(post(&hostile.channel_hook, &event("1", "account")).await, 200);
    assert_eq!(post(&hostile.app_hook, &event("2", "account")).await, 200);
    let conversation = hostile.conversation(host.api(), "eve").await;
    assert_eq!(host.api().messages(&conversation).await.len(), 2);
    // The key of the one does not open the other's route.
    let (channel_key, _) = hostile.channel_hook.rsplit_once('/').unwrap();
    assert_eq!(post(&format!("{channel_key}/app-events"), &event("3", "account")).await, 404);
    // What comes to a channel's own hook is of that channel, or a dead letter.
    assert_eq!(post(&hostile.channel_hook, &event("4", "somebody-else")).await, 200);
    assert_eq!(host.api().dead_letters(1).await[0]["code"], "other-account");
}

on_both![
    each_misbehaviour_costs_one_call_and_nobody_else,
    who_sleeps_keeps_nobody_waiting,
    what_hunts_for_the_token_finds_nothing,
    a_channel_has_a_hook_of_its_own,
];
