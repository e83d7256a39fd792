//! Where requests may go: a host that an admin fills in as a setting, once it is confirmed; and who is asked for its address.

use lockgate_simulators::dns::{NameServer, Reply};
use lockgate_tests::component::with_manifest;
use lockgate_tests::{Api, Database, HostPlan, logged, on_both};
use serde_json::{Value, json};

use crate::echo::{EchoProvider, HOST};

const SERVED: &str = r#"
[[setting]]
key = "server"
level = "channel"
label = "Server"
required = true

[[egress]]
name = "served"
host = "{settings.server}"
methods = ["GET"]
paths = ["/served"]
effect = "read"
place = [{ credential = "token", header = "x-token" }]
"#;

/// The hostile plugin with a host of the admin's, installed with all that it asks for; its app and inbox.
async fn installed(api: &Api) -> (String, String) {
    let manifest =
        include_str!("../../hostile/channel.toml").replacen("[[egress]]", &format!("{SERVED}\n[[egress]]"), 1);
    let file = with_manifest(lockgate_guests::HOSTILE, &manifest);
    let lines = api.upload("/plugins/inspect", &file).await.body["sheet"]["lines"].to_string();
    assert!(lines.contains("once you confirm it"), "{lines}");
    api.install(&file).await;
    let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await;
    let app = json!({ "plugin": "hostile", "name": "App", "secrets": { "app_secret": "app-secret" } });
    let app = api.post("/apps", &app).await;
    (text(&app["id"]), text(&inbox["id"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn channel(app: &str, inbox: &str, account: &str, server: &str, confirm: &[&str]) -> Value {
    json!({
        "app_id": app, "inbox_id": inbox, "name": account,
        "settings": { "account_id": account, "server": server },
        "secrets": { "channel_secret": "channel-secret", "token": "the-token" },
        "confirm_hosts": confirm,
    })
}

async fn a_host_that_is_filled_in_is_called_once_it_is_confirmed(database: Database) {
    let provider = EchoProvider::start().await;
    let host = HostPlan::on(database).with_map(HOST, provider.https.address, &provider.https.ca_file).start().await;
    let api = host.api();
    let (app, inbox) = installed(api).await;
    let made = api.post("/channels", &channel(&app, &inbox, "one", "https://Provider.example.com/", &[])).await;
    assert_eq!(made["hosts"], json!([{ "setting": "server", "host": HOST, "confirmed": false }]));
    let id = text(&made["id"]);
    let (path, hook) = (format!("/channels/{id}"), text(&made["hooks"]["channel-events"]));
    let call = async || {
        let before = provider.seen().len();
        let hello = json!({ "events": [{ "id": "1", "text": "Hello", "from": "eve" }] });
        assert_eq!(crate::hostile::signed(&hook, &hello, "channel-secret").await, 200);
        let conversation = lockgate_tests::conversation(api, &id, "eve").await;
        let message = api.send(&conversation, &format!("address https://{HOST}/served")).await;
        api.reach(&message, "failed").await;
        provider.seen().len() > before
    };
    assert!(!call().await, "nobody confirmed it");
    assert!(logged("confirm provider.example.com to allow it"));

    let other = api.request(reqwest::Method::PATCH, &path).json(&json!({ "confirm_hosts": ["evil.example.org"] }));
    let refused = other.send().await.unwrap();
    assert_eq!(refused.status(), 422);
    let confirmed = api.patch(&path, &json!({ "confirm_hosts": [HOST] })).await;
    assert_eq!(confirmed["hosts"][0]["confirmed"], true);
    assert!(call().await);
    assert!(provider.seen().last().unwrap().contains("the-token"), "with the credential in its place");
    api.patch(&path, &json!({ "name": "Another name" })).await;
    assert!(call().await, "a change of something else leaves it confirmed");

    let moved = api.patch(&path, &json!({ "settings": { "server": "elsewhere.example.com" } })).await;
    assert_eq!(moved["hosts"], json!([{ "setting": "server", "host": "elsewhere.example.com", "confirmed": false }]));
    assert!(!call().await, "another host was confirmed");
    let back = api.patch(&path, &json!({ "settings": { "server": HOST } })).await;
    assert_eq!(
        back["hosts"][0]["confirmed"], false,
        "what was confirmed before a change is not confirmed by a second one"
    );
    assert!(!call().await);
}

async fn what_is_no_host_is_not_kept_as_one(database: Database) {
    let host = HostPlan::on(database).start().await;
    let api = host.api();
    let (app, inbox) = installed(api).await;
    for server in [
        "127.0.0.1",
        "https://[::1]/",
        "2130706433",
        "localhost",
        "http://a.example.com",
        "https://a.example.com/x",
        "u@a.example.com",
        "a.example.com.",
    ] {
        let refused = api.try_post("/channels", &channel(&app, &inbox, "one", server, &[])).await;
        assert_eq!(refused.status, 422, "{server}");
        assert!(refused.reason().contains("server is no host that can be called"), "{}", refused.reason());
    }
    let other = api.try_post("/channels", &channel(&app, &inbox, "one", "a.example.com", &["b.example.com"])).await;
    assert_eq!((other.status, other.body["errors"][0]["pointer"].as_str()), (422, Some("/confirm_hosts/0")));
    let good =
        api.post("/channels", &channel(&app, &inbox, "one", "a.example.com:8443", &["a.example.com:8443"])).await;
    assert_eq!(good["hosts"], json!([{ "setting": "server", "host": "a.example.com:8443", "confirmed": true }]));
}

/// The whole way from the operator's setting to the refusal: who is asked, and that one address inside is enough.
async fn a_name_is_looked_up_where_the_operator_says(database: Database) {
    let names = NameServer::start().await.unwrap();
    names.answer(HOST, [Reply::addresses(["1.1.1.1", "127.0.0.1"])]);
    let host = HostPlan::on(database).with_name_server(names.address()).start().await;
    let hostile = crate::hostile::Channel::connect(host.api()).await;
    hostile.post(&json!({ "events": [{ "id": "1", "text": "Hello", "from": "eve" }] })).await;
    let conversation = hostile.conversation(host.api(), "eve").await;
    let told = async || {
        let message = host.api().send(&conversation, &format!("address https://{HOST}/look/1")).await;
        host.api().reach(&message, "failed").await["failure"].clone()
    };
    let inside = told().await;
    assert!(logged("the name has an address that is not public"));
    names.answer(HOST, [Reply::NoSuchName]);
    assert_eq!(told().await, inside, "the plugin is not told which names there are inside");
    assert!(names.asked().iter().any(|asked| asked.name == HOST), "{:?}", names.asked());
}

on_both![
    a_host_that_is_filled_in_is_called_once_it_is_confirmed,
    a_name_is_looked_up_where_the_operator_says,
    what_is_no_host_is_not_kept_as_one,
];
