//! Connecting a page as an admin would: install the plugin after reading what it asks for, register the app, connect the page.

use lockgate_simulators::graph::Provider;
use lockgate_simulators::webhook::Webhooks;
use serde_json::{Value, json};

use super::api::{Api, text};
use super::child::Child;
use super::{DemoError, PAGE};

/// A host with one page connected.
pub(super) struct Connected {
    pub(super) api: Api,
    pub(super) webhooks: Webhooks,
    pub(super) hook_url: String,
}

/// Sets the host up through its public API alone.
pub(super) async fn connect(host: &Child, provider: &Provider, quiet: bool) -> Result<Connected, DemoError> {
    let say = |words: String| {
        if !quiet {
            println!("{words}");
        }
    };
    let api = Api::new(host)?;
    say(format!(
        "Lockgate demo: one host, one simulated Messenger, one conversation. Nothing leaves this machine.\n\n\
         host       {} (process {}, log {})\n\
         provider   simulated graph.facebook.com at {}\n",
        host.api_url(),
        host.pid(),
        host.log().display(),
        provider.address()
    ));

    let plugin = lockgate_bundle::MESSENGER;
    let sheet = api.upload("/plugins/inspect", plugin).await?;
    say(format!(
        "1. The admin looks at the plugin {:?} ({} KB) before installing it. It asks for:",
        text(&sheet, "/name")?,
        plugin.len() / 1024
    ));
    for line in sheet.pointer("/sheet/lines").and_then(Value::as_array).into_iter().flatten() {
        say(format!("     - {}", line.as_str().unwrap_or_default()));
    }
    let digest = text(&sheet, "/digest")?;
    let grants: Vec<String> = sheet
        .pointer("/sheet/egress")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|rule| rule.get("name").and_then(Value::as_str))
        .map(|name| format!("&grant={name}"))
        .collect();
    api.upload(&format!("/plugins?digest={digest}{}", grants.concat()), plugin).await?;
    say("   and grants it that. Nothing else is reachable from inside the sandbox.\n".into());

    let config = provider.config();
    let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await?;
    let app = api
        .post(
            "/apps",
            &json!({
                "plugin": "messenger",
                "name": "Our Meta app",
                "settings": { "app_id": config.app_id },
                "secrets": { "app_secret": config.app_secret, "verify_token": config.verify_token },
            }),
        )
        .await?;
    let hook_url = text(&app, "/hooks/events")?;
    let token = config.pages.get(PAGE).map_or("", String::as_str);
    api.post(
        "/channels",
        &json!({
            "plugin": "messenger",
            "app_id": text(&app, "/id")?,
            "inbox_id": text(&inbox, "/id")?,
            "name": "Harbour Bikes",
            "settings": { "page_id": PAGE },
            "secrets": { "page_token": token },
        }),
    )
    .await?;
    let address = hook_url.parse().map_err(|_| DemoError::Story(format!("{hook_url} is no address")))?;
    let webhooks = provider.webhooks(address);
    webhooks.handshake(super::SEED).await.map_err(|error| DemoError::Story(crate::cli::serve::chain(&error)))?;
    say(format!(
        "2. The admin registers the Meta app and connects the page \"Harbour Bikes\" ({PAGE}) to the inbox \"Support\".\n   \
         The page's token goes into the vault; the plugin will never see it. Meta's subscription handshake is answered\n   \
         by the host itself, from the manifest.\n"
    ));
    Ok(Connected { api, webhooks, hook_url })
}

impl Connected {
    /// The id of the conversation that was played, for a command to try.
    pub(super) async fn conversation(&self) -> Result<String, DemoError> {
        let list = self.api.get("/conversations").await?;
        text(&list, "/items/0/id")
    }
}
