//! `lockgate channel …`

use std::collections::BTreeMap;

use clap::Subcommand;
use serde_json::{Value, json};

use super::app::{details, sheet};
use super::client::{ApiArgs, CliError, Client, print, print_json, segment};
use super::fields::{self, FieldArgs};
use super::named::named;
use super::table::{Column, table};

/// Channels: connected accounts, such as a page or a number
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    /// Connect an account
    #[command(
        after_help = "Examples:\n  lockgate channel create --app \"Our Meta app\" --name \"Our page\"      asks for the rest\n  lockgate channel create --app \"Our Meta app\" --name \"Our page\" --inbox Support \\\n      --setting page_id=104857 --secret page_token=@page-token.txt"
    )]
    Create {
        /// The app to connect through, by name or id
        #[arg(long, value_name = "APP", required_unless_present = "plugin")]
        app: Option<String>,
        /// The plugin, where it needs no app
        #[arg(long, value_name = "ID")]
        plugin: Option<String>,
        /// The inbox in which its conversations appear, by name or id [default: the only one]
        #[arg(long, value_name = "INBOX")]
        inbox: Option<String>,
        /// As people are shown it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        fields: FieldArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// List channels with their health
    #[command(after_help = "Example:\n  lockgate channel list")]
    List {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Show a channel: health, settings, which secrets are there
    #[command(after_help = "Example:\n  lockgate channel show \"Our page\"")]
    Show {
        /// The channel, by name or id
        #[arg(value_name = "CHANNEL")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Change a channel, such as a token that ran out; what is not named stays
    #[command(after_help = "Example:\n  lockgate channel change \"Our page\" --secret page_token=@new-token.txt")]
    Change {
        /// The channel, by name or id
        #[arg(value_name = "CHANNEL")]
        id: String,
        /// A new name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        fields: FieldArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Switch a channel on
    #[command(after_help = "Example:\n  lockgate channel enable \"Our page\"")]
    Enable {
        /// The channel, by name or id
        #[arg(value_name = "CHANNEL")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Switch a channel off: what arrives is kept, answers wait
    #[command(after_help = "Example:\n  lockgate channel disable \"Our page\"")]
    Disable {
        /// The channel, by name or id
        #[arg(value_name = "CHANNEL")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Try a channel at once that is paused because its plugin kept failing
    #[command(after_help = "Example:\n  lockgate channel resume \"Our page\"")]
    Resume {
        /// The channel, by name or id
        #[arg(value_name = "CHANNEL")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Move a channel to another inbox
    #[command(after_help = "Example:\n  lockgate channel move \"Our page\" --inbox Sales")]
    Move {
        /// The channel, by name or id
        #[arg(value_name = "CHANNEL")]
        id: String,
        /// The inbox in which its conversations appear from now on, by name or id
        #[arg(long, value_name = "INBOX")]
        inbox: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Delete a channel; its conversations stay
    #[command(after_help = "Example:\n  lockgate channel delete \"Our page\"")]
    Delete {
        /// The channel, by name or id
        #[arg(value_name = "CHANNEL")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
}

const COLUMNS: [Column; 6] = [
    ("ID", "/id"),
    ("PLUGIN", "/plugin"),
    ("ACCOUNT", "/account"),
    ("NAME", "/name"),
    ("ON", "/enabled"),
    ("HEALTH", "/health/state"),
];

pub(crate) async fn run(command: ChannelCommand) -> Result<(), CliError> {
    match command {
        ChannelCommand::Create { app, plugin, inbox, name, fields, api } => {
            let client = api.client()?;
            let app = match app {
                Some(app) => Some(named(&client, "apps", app).await?),
                None => None,
            };
            let inbox = match inbox {
                Some(inbox) => Some(named(&client, "inboxes", inbox).await?),
                None => None,
            };
            let plugin = match (&plugin, &app) {
                (Some(plugin), _) => plugin.clone(),
                (None, app) => {
                    let app =
                        client.get(&format!("/api/v1/apps/{}", segment(app.as_deref().unwrap_or_default()))).await?;
                    app.get("plugin").and_then(Value::as_str).unwrap_or_default().to_owned()
                }
            };
            let (settings, secrets) = fields::read(&fields, &sheet(&client, &plugin).await?, "channel")?;
            let mut body = json!({
                "plugin": plugin, "name": name, "settings": settings, "secrets": secrets,
                "confirm_hosts": fields.confirm_hosts,
            });
            for (key, value) in [("app_id", app), ("inbox_id", inbox)] {
                if let (Some(value), Some(body)) = (value, body.as_object_mut()) {
                    body.insert(key.into(), value.into());
                }
            }
            show(&client.post("/api/v1/channels", Some(&body)).await?, &api);
            if !api.json {
                print(format_args!(
                    "\nConnected. What is written there now arrives as conversations:\n  {}",
                    api.curl("/api/v1/conversations")
                ));
            }
            Ok(())
        }
        ChannelCommand::List { api } => {
            let items = api.client()?.all("/api/v1/channels").await?;
            if api.json {
                print_json(&Value::Array(items))
            } else {
                print(table(&COLUMNS, &items))
            }
            Ok(())
        }
        ChannelCommand::Show { id, api } => {
            let client = api.client()?;
            let channel = client.get(&path(&client, id).await?).await?;
            show(&channel, &api);
            if !api.json {
                let counts = client.get("/api/v1/counts").await?;
                let id = |key: &str| channel.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                for (whose, refused) in [
                    ("", refused(&counts, "channel_id", &id("id"))),
                    ("at its app: ", refused(&counts, "app_id", &id("app_id"))),
                ] {
                    if let Some(words) = refused {
                        print(format_args!("  {whose}{words}"));
                    }
                }
            }
            Ok(())
        }
        ChannelCommand::Change { id, name, fields, api } => {
            let client = api.client()?;
            let path = path(&client, id).await?;
            let channel = client.get(&path).await?;
            let sheet = sheet(&client, channel.get("plugin").and_then(Value::as_str).unwrap_or_default()).await?;
            let body = fields::change(name, &fields, &sheet, "channel")?;
            show(&client.patch(&path, &body).await?, &api);
            Ok(())
        }
        ChannelCommand::Enable { id, api } => act(&api.client()?, id, "enable", None, &api).await,
        ChannelCommand::Disable { id, api } => act(&api.client()?, id, "disable", None, &api).await,
        ChannelCommand::Resume { id, api } => act(&api.client()?, id, "resume", None, &api).await,
        ChannelCommand::Move { id, inbox, api } => {
            let client = api.client()?;
            let inbox = named(&client, "inboxes", inbox).await?;
            act(&client, id, "move", Some(json!({ "inbox_id": inbox })), &api).await
        }
        ChannelCommand::Delete { id, api } => {
            let client = api.client()?;
            client.delete(&path(&client, id.clone()).await?).await?;
            print(format_args!("the channel {id} is deleted; its conversations stay"));
            Ok(())
        }
    }
}

async fn act(client: &Client, id: String, verb: &str, body: Option<Value>, api: &ApiArgs) -> Result<(), CliError> {
    let channel = client.post(&format!("{}/{verb}", path(client, id).await?), body.as_ref()).await?;
    show(&channel, api);
    Ok(())
}

/// Which calls of providers were refused at the addresses of one app or channel since it was connected, by the host's counts:
/// `3 calls refused: forged 3`. None where none were.
pub(super) fn refused(counts: &Value, key: &str, id: &str) -> Option<String> {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for count in counts.get("refused").and_then(Value::as_array).into_iter().flatten() {
        if count.get(key).and_then(Value::as_str).is_some_and(|owner| owner == id) {
            let reason = count.get("reason").and_then(Value::as_str).unwrap_or_default();
            *reasons.entry(reason).or_default() += count.get("count").and_then(Value::as_u64).unwrap_or_default();
        }
    }
    refusals(reasons)
}

/// The same of what was counted: reason and number.
pub(super) fn refusals<'a>(reasons: impl IntoIterator<Item = (&'a str, u64)>) -> Option<String> {
    let (mut all, mut words) = (0, Vec::new());
    for (reason, count) in reasons {
        all += count;
        words.push(format!("{reason} {count}"));
    }
    (all > 0).then(|| format!("{all} call{} refused: {}", if all == 1 { "" } else { "s" }, words.join(", ")))
}

/// Where a channel is, by its name or id.
async fn path(client: &Client, given: String) -> Result<String, CliError> {
    Ok(format!("/api/v1/channels/{}", segment(&named(client, "channels", given).await?)))
}

fn show(channel: &Value, api: &ApiArgs) {
    if api.json {
        print_json(channel);
        return;
    }
    print(table(&COLUMNS, std::slice::from_ref(channel)));
    print_health(channel);
    print(details(channel));
}

/// Why something is not well, where it is not.
pub(crate) fn print_health(item: &Value) {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
    if let Some(why) = text("/health/why") {
        let until = text("/health/until").map_or(String::new(), |until| format!(" (until {until})"));
        print(format_args!("  health: {}{until}", why.replace(char::is_control, " ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_calls_are_told_by_their_reasons() {
        let counts = json!({"refused": [
            {"app_id": null, "channel_id": "c1", "route": "a", "reason": "forged", "count": 2},
            {"app_id": null, "channel_id": "c1", "route": "b", "reason": "forged", "count": 1},
            {"app_id": null, "channel_id": "c1", "route": "a", "reason": "too-large", "count": 4},
            {"app_id": null, "channel_id": "c2", "route": "a", "reason": "forged", "count": 1},
            {"app_id": "a1", "channel_id": null, "route": "a", "reason": "unsigned", "count": 9}]});
        assert_eq!(refused(&counts, "channel_id", "c1").as_deref(), Some("7 calls refused: forged 3, too-large 4"));
        assert_eq!(refused(&counts, "channel_id", "c2").as_deref(), Some("1 call refused: forged 1"));
        assert_eq!(refused(&counts, "app_id", "a1").as_deref(), Some("9 calls refused: unsigned 9"));
        assert_eq!(refused(&counts, "app_id", ""), None);
    }
}
