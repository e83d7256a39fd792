//! `lockgate app …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::channel::print_health;
use super::client::{ApiArgs, CliError, Client, print, print_json, segment};
use super::fields::{self, FieldArgs};
use super::named::named;
use super::table::{Column, table};

/// Apps: what you registered once at a provider, and connect channels through
#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    /// Create an app; prints the address to enter at the provider
    #[command(
        after_help = "Examples:\n  lockgate app create messenger --name \"Our Meta app\"      asks for the secrets\n  lockgate app create messenger --name \"Our Meta app\" --setting graph_version=v25.0 \\\n      --secret app_secret=@app-secret.txt --secret verify_token=env:VERIFY_TOKEN"
    )]
    Create {
        /// An installed plugin's id
        plugin: String,
        /// As people are shown it
        #[arg(long)]
        name: String,
        #[command(flatten)]
        fields: FieldArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// List apps
    #[command(after_help = "Example:\n  lockgate app list")]
    List {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Show an app: its settings, which secrets are there, its addresses
    #[command(after_help = "Example:\n  lockgate app show \"Our Meta app\"")]
    Show {
        /// The app, by name or id
        #[arg(value_name = "APP")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Change an app; what is not named stays
    #[command(after_help = "Example:\n  lockgate app change \"Our Meta app\" --secret app_secret=@new-secret.txt")]
    Change {
        /// The app, by name or id
        #[arg(value_name = "APP")]
        id: String,
        /// A new name
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        fields: FieldArgs,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Try an app at once that is paused because its plugin kept failing
    #[command(after_help = "Example:\n  lockgate app resume \"Our Meta app\"")]
    Resume {
        /// The app, by name or id
        #[arg(value_name = "APP")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Delete an app through which no channel is connected any more
    #[command(after_help = "Example:\n  lockgate app delete \"Our Meta app\"")]
    Delete {
        /// The app, by name or id
        #[arg(value_name = "APP")]
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
}

const COLUMNS: [Column; 5] =
    [("ID", "/id"), ("PLUGIN", "/plugin"), ("NAME", "/name"), ("HEALTH", "/health/state"), ("SINCE", "/created_at")];

pub(crate) async fn run(command: AppCommand) -> Result<(), CliError> {
    match command {
        AppCommand::Create { plugin, name, fields, api } => create(&plugin, &name, &fields, &api).await,
        AppCommand::List { api } => {
            let items = api.client()?.all("/api/v1/apps").await?;
            if api.json {
                print_json(&Value::Array(items))
            } else {
                print(table(&COLUMNS, &items))
            }
            Ok(())
        }
        AppCommand::Show { id, api } => {
            let client = api.client()?;
            let app = client.get(&path(&client, id).await?).await?;
            show(&app, &api);
            Ok(())
        }
        AppCommand::Change { id, name, fields, api } => {
            let client = api.client()?;
            let path = path(&client, id).await?;
            let app = client.get(&path).await?;
            let sheet = sheet(&client, app.get("plugin").and_then(Value::as_str).unwrap_or_default()).await?;
            let body = fields::change(name, &fields, &sheet, "app")?;
            let app = client.patch(&path, &body).await?;
            show(&app, &api);
            Ok(())
        }
        AppCommand::Resume { id, api } => {
            let client = api.client()?;
            show(&client.post(&format!("{}/resume", path(&client, id).await?), None).await?, &api);
            Ok(())
        }
        AppCommand::Delete { id, api } => {
            let client = api.client()?;
            client.delete(&path(&client, id.clone()).await?).await?;
            print(format_args!("the app {id} is deleted"));
            Ok(())
        }
    }
}

async fn create(plugin: &str, name: &str, fields: &FieldArgs, api: &ApiArgs) -> Result<(), CliError> {
    let client = api.client()?;
    let sheet = sheet(&client, plugin).await?;
    let (settings, secrets) = fields::read(fields, &sheet, "app")?;
    let body = json!({
        "plugin": plugin, "name": name, "settings": settings, "secrets": secrets, "confirm_hosts": fields.confirm_hosts,
    });
    let app = client.post("/api/v1/apps", Some(&body)).await?;
    show(&app, api);
    if api.json {
        return Ok(());
    }
    let id = app.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut steps = Vec::new();
    if app.get("hooks").and_then(Value::as_object).is_some_and(|hooks| !hooks.is_empty()) {
        let hooks = sheet.get("hooks").and_then(Value::as_array);
        let tokens =
            hooks.into_iter().flatten().filter_map(|hook| hook.get("handshake_secret").and_then(Value::as_str));
        let tokens: String = tokens.map(|name| format!("; its verify token is the value of {name}")).collect();
        steps.push(format!("Enter the address above at the provider, as the address of its webhooks{tokens}."));
    }
    if client.get("/api/v1/inboxes?limit=1").await?.pointer("/items/0").is_none() {
        steps.push("Create an inbox for what arrives:  lockgate inbox create Support".into());
    }
    steps.push(format!("Connect an account:  lockgate channel create --app {id} --name \"…\""));
    print("\nNext:");
    for (number, step) in (1..).zip(steps) {
        print(format_args!("  {number}. {step}"));
    }
    Ok(())
}

/// The permission sheet of an installed plugin.
pub(crate) async fn sheet(client: &Client, plugin: &str) -> Result<Value, CliError> {
    let mut plugin = client.get(&format!("/api/v1/plugins/{}", segment(plugin))).await?;
    Ok(plugin.get_mut("sheet").map(Value::take).unwrap_or_default())
}

/// Where an app is, by its name or id.
async fn path(client: &Client, given: String) -> Result<String, CliError> {
    Ok(format!("/api/v1/apps/{}", segment(&named(client, "apps", given).await?)))
}

fn show(app: &Value, api: &ApiArgs) {
    if api.json {
        print_json(app);
        return;
    }
    print(table(&COLUMNS, std::slice::from_ref(app)));
    print_health(app);
    print(details(app));
}

/// Settings, masks and addresses of an app or a channel.
pub(crate) fn details(item: &Value) -> String {
    let mut lines = Vec::new();
    for (key, value) in item.get("settings").and_then(Value::as_object).into_iter().flatten() {
        lines.push(format!("  {key} = {value}"));
    }
    for host in item.get("hosts").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| host.get(key).and_then(Value::as_str).unwrap_or_default();
        let (setting, host, confirmed) =
            (text("setting"), text("host"), host.get("confirmed") == Some(&Value::Bool(true)));
        lines.push(if host.is_empty() {
            format!("  {setting}: holds no host that can be called")
        } else if confirmed {
            format!("  {setting}: {host} may be called")
        } else {
            format!("  {setting}: {host} is not called until it is confirmed (change … --confirm-host {host})")
        });
    }
    for (name, mask) in item.get("secrets").and_then(Value::as_object).into_iter().flatten() {
        let since = mask.get("since").and_then(Value::as_str);
        lines.push(match since {
            Some(since) => format!("  {name}: kept in the vault since {since}"),
            None => format!("  {name}: not there"),
        });
    }
    for (route, address) in item.get("hooks").and_then(Value::as_object).into_iter().flatten() {
        lines.push(format!("  Address for the provider ({route}):\n    {}", address.as_str().unwrap_or_default()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{details, json};

    #[test]
    fn a_host_that_waits_for_its_confirmation_is_shown_with_the_way_to_it() {
        let host = |confirmed: bool| json!({"hosts": [{"setting": "server", "host": "a.example.org", "confirmed": confirmed}]});
        assert!(
            details(&host(false)).contains("not called until it is confirmed (change … --confirm-host a.example.org)")
        );
        assert!(details(&host(true)).contains("a.example.org may be called"));
    }
}
