//! What is named on a command line: by its id, or by the name that people are shown.

use serde_json::Value;

use super::client::{CliError, Client};

/// The id of one of these: as it is where it is an id, else looked up among all of that kind.
///
/// # Errors
///
/// Where none has this name, or more than one.
pub(crate) async fn named(client: &Client, kind: &str, given: String) -> Result<String, CliError> {
    if uuid::Uuid::try_parse(&given).is_ok() {
        return Ok(given);
    }
    let all = client.all(&format!("/api/v1/{kind}")).await?;
    let text = |item: &Value, key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let found: Vec<String> =
        all.iter().filter(|item| text(item, "name") == given).map(|item| text(item, "id")).collect();
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(CliError::Usage(format!("none of the {kind} is called {given:?}; there are: {}", names(&all)))),
        _ => Err(CliError::Usage(format!("several of the {kind} are called {given:?}: give an id"))),
    }
}

fn names(all: &[Value]) -> String {
    let names: Vec<&str> = all.iter().filter_map(|item| item.get("name")?.as_str()).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
