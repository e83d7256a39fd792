//! Settings and secrets from the command line: typed as the plugin declares them, asked for where they are missing.
//!
//! A secret is never needed on the command line, where other users of the machine could see it.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use serde_json::{Map, Value};

use super::client::CliError;

/// What a JSON object holds.
type Members = Map<String, Value>;

/// Settings and secrets, as several commands take them.
#[derive(Clone, clap::Args)]
pub(crate) struct FieldArgs {
    /// A setting. May be repeated, also for a setting that holds several texts
    #[arg(long = "setting", value_name = "KEY=VALUE")]
    settings: Vec<String>,

    /// A secret: from a file (NAME=@FILE; a line break at its end is left out) or from the environment (NAME=env:VAR). Asked
    /// for where it is missing. NAME=VALUE works too, but other users of this machine can see a command line
    #[arg(long = "secret", value_name = "NAME=@FILE")]
    secrets: Vec<String>,

    /// Confirm that the plugin may call this host, which one of the settings holds. May be repeated
    #[arg(long = "confirm-host", value_name = "HOST")]
    pub(crate) confirm_hosts: Vec<String>,
}

impl std::fmt::Debug for FieldArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldArgs").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Reads settings and secrets of a level (`app`, `channel`) by a plugin's sheet, and asks for required ones that are missing
/// where there is somebody to ask. What is left missing is refused by the host, which names it.
pub(crate) fn read(args: &FieldArgs, sheet: &Value, level: &str) -> Result<(Value, Value), CliError> {
    let (fields, credentials) = (of_level(sheet, "settings", level), of_level(sheet, "credentials", level));
    let (mut settings, mut secrets) = given(args, &fields)?;
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        for field in fields.iter().filter(|field| field.get("required") == Some(&Value::Bool(true))) {
            let key = text(field, "key");
            if !settings.contains_key(key) {
                let answer = ask(&format!("{} ({key}): ", text(field, "label")))?;
                settings.insert(key.to_owned(), typed(key, text(field, "kind"), &[&answer])?);
            }
        }
        for credential in credentials.iter().filter(|credential| credential.get("required") == Some(&Value::Bool(true)))
        {
            let name = text(credential, "name");
            if !secrets.contains_key(name) {
                let prompt = format!("{} ({name}, not shown while you type): ", text(credential, "label"));
                let answer = rpassword::prompt_password(prompt).map_err(terminal)?;
                secrets.insert(name.to_owned(), Value::String(answer));
            }
        }
    }
    Ok((Value::Object(settings), Value::Object(secrets)))
}

/// The body of a change: what is named and nothing else; nobody is asked.
pub(crate) fn change(name: Option<String>, args: &FieldArgs, sheet: &Value, level: &str) -> Result<Value, CliError> {
    let (settings, secrets) = given(args, &of_level(sheet, "settings", level))?;
    let mut body = serde_json::json!({"settings": settings, "secrets": secrets, "confirm_hosts": args.confirm_hosts});
    if let (Some(name), Some(body)) = (name, body.as_object_mut()) {
        body.insert("name".into(), name.into());
    }
    Ok(body)
}

fn of_level(sheet: &Value, list: &str, level: &str) -> Vec<Value> {
    let items = sheet.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
    items.into_iter().filter(|field| text(field, "level") == level).collect()
}

fn given(args: &FieldArgs, fields: &[Value]) -> Result<(Members, Members), CliError> {
    let mut secrets = Map::new();
    for given in &args.secrets {
        let (name, source) = pair("--secret", given)?;
        secrets.insert(name.to_owned(), Value::String(secret(name, source)?));
    }
    Ok((settings(&args.settings, fields)?, secrets))
}

fn settings(given: &[String], fields: &[Value]) -> Result<Map<String, Value>, CliError> {
    let mut pairs: Vec<(&str, Vec<&str>)> = Vec::new();
    for given in given {
        let (key, value) = pair("--setting", given)?;
        match pairs.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => pairs.push((key, vec![value])),
        }
    }
    let mut settings = Map::new();
    for (key, values) in pairs {
        let kind = fields.iter().find(|field| text(field, "key") == key).map_or("text", |field| text(field, "kind"));
        settings.insert(key.to_owned(), typed(key, kind, &values)?);
    }
    Ok(settings)
}

/// A value as JSON of the kind that the plugin declares.
fn typed(key: &str, kind: &str, values: &[&str]) -> Result<Value, CliError> {
    let wrong = |what: &str| CliError::Usage(format!("--setting {key} must be {what}"));
    let one = match values {
        [one] => Ok(*one),
        _ => Err(wrong("given once")),
    };
    match kind {
        "number" => one?
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Value::from)
            .ok_or_else(|| wrong("a number")),
        "boolean" => match one? {
            "true" | "yes" | "on" => Ok(Value::Bool(true)),
            "false" | "no" | "off" => Ok(Value::Bool(false)),
            _ => Err(wrong("yes or no")),
        },
        "texts" => Ok(values.iter().map(|value| Value::from(*value)).collect()),
        _ => Ok(Value::from(one?)),
    }
}

fn pair<'a>(option: &str, given: &'a str) -> Result<(&'a str, &'a str), CliError> {
    // The text itself may be a secret: it is not repeated.
    given
        .split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| CliError::Usage(format!("{option} takes NAME=VALUE")))
}

fn secret(name: &str, source: &str) -> Result<String, CliError> {
    if let Some(path) = source.strip_prefix('@') {
        let text = std::fs::read_to_string(Path::new(path))
            .map_err(|source| CliError::Io { what: format!("--secret {name}=@{path}"), source })?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if let Some(variable) = source.strip_prefix("env:") {
        return std::env::var(variable).map_err(|_| {
            CliError::Usage(format!("--secret {name}: the environment has no variable {variable} that is text"))
        });
    }
    if Path::new(source).is_file() {
        return Err(CliError::Usage(format!("--secret {name}: did you mean {name}=@{source}?")));
    }
    Ok(source.to_owned())
}

/// Asks a question on the terminal; the answer without surrounding space.
pub(crate) fn ask(question: &str) -> Result<String, CliError> {
    let mut stderr = std::io::stderr();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).map_err(terminal)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(terminal)?;
    Ok(answer.trim().to_owned())
}

fn terminal(source: std::io::Error) -> CliError {
    CliError::Io { what: "the terminal cannot be read".into(), source }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_setting_takes_the_kind_that_the_plugin_declares() {
        let fields = [
            json!({"key": "birds", "kind": "number"}),
            json!({"key": "loud", "kind": "boolean"}),
            json!({"key": "names", "kind": "texts"}),
        ];
        let given = ["birds=2", "loud=yes", "names=a", "names=b", "page_id=007"].map(String::from);
        assert_eq!(
            Value::Object(settings(&given, &fields).unwrap()),
            json!({"birds": 2.0, "loud": true, "names": ["a", "b"], "page_id": "007"})
        );
        assert!(settings(&["birds=many".into()], &fields).is_err());
        assert!(settings(&["loud=yes".into(), "loud=no".into()], &fields).is_err());
    }

    #[test]
    fn a_secret_comes_from_a_file_without_its_last_line_break() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hunter2\n").unwrap();
        assert_eq!(secret("a", &format!("@{}", file.path().display())).unwrap(), "hunter2");
        assert!(secret("a", "@/nonexistent/file").is_err());
        assert!(secret("a", "env:LOCKGATE_NO_SUCH_VARIABLE").is_err());
        assert_eq!(secret("a", "plain").unwrap(), "plain");
        let name = file.path().display().to_string();
        let words = secret("a", &name).unwrap_err().to_string();
        assert_eq!(words, format!("--secret a: did you mean a=@{name}?"), "the name of a file is no secret");
    }

    #[test]
    fn a_refusal_never_repeats_what_may_be_a_secret() {
        let error = pair("--secret", "hunter2").unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
