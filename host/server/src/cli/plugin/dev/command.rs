//! What is typed into the console.

use lockgate_kit::case::{Answer, Answered, Break};
use serde_json::Value;

use super::acts::Act;

/// The words of `help`.
pub(super) const HELP: &str = "\
receive CASE                  the webhook of a case
receive ROUTE BODY            a webhook with this body; @FILE reads it from a file
send CASE                     the draft of a case
send TEXT                     a message to whoever wrote last; send \"TEXT\" to KEY says to whom
preview CASE | TEXT           what the plugin would say against it
call CASE                     the call of a case, whatever it is
again                         the last call once more
run [TEXT]                    judges the cases (with TEXT in their name), as `lockgate plugin test` does
cases                         their names
set KEY VALUE                 a setting, for what is typed; set KEY alone takes it back
answer STATUS [BODY]          what the provider answers to what is typed; also: answer closed, answer unreachable;
                              answer alone goes back to what the cases show
state                         what the plugin keeps; state clear forgets it
build                         builds, also where nothing changed
quit                          ends";

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    Help,
    Quit,
    Build,
    Again,
    Cases,
    State,
    ClearState,
    /// Judges the cases with this in their names.
    Run(String),
    /// A case's call, or one that is made of the words.
    Call(Wanted),
    /// Something that is done to what is there.
    Act(Act),
    /// A setting; none: as the cases have it.
    Set(String, Option<Value>),
    /// What the provider answers; none: what the cases show.
    Answer(Option<Answered>),
}

/// A call that somebody wants.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    /// `call CASE`
    Case(String),
    /// `receive CASE`, or `receive ROUTE BODY`.
    Receive(String, Option<String>),
    /// `send` or `preview`: a case's name or a text, and to whom.
    Draft {
        /// Whether it is only looked at.
        preview: bool,
        /// A case's name or the text itself.
        words: String,
        /// Whether it can only be a text.
        quoted: bool,
        /// The thread's key.
        to: Option<String>,
    },
}

impl Command {
    /// Reads a line; none where there is nothing on it.
    ///
    /// # Errors
    ///
    /// What is wrong with it and what to write instead.
    pub(super) fn read(line: &str) -> Result<Option<Self>, String> {
        let line = line.trim();
        let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let alone = |command: Self| match rest {
            "" => Ok(command),
            _ => Err(format!("nothing follows {verb}; there is {rest:?}")),
        };
        let command = match verb {
            "" => return Ok(None),
            "help" | "?" => alone(Self::Help)?,
            "quit" | "exit" => alone(Self::Quit)?,
            "build" => alone(Self::Build)?,
            "again" => alone(Self::Again)?,
            "cases" => alone(Self::Cases)?,
            "state" if rest == "clear" => Self::ClearState,
            "state" => alone(Self::State)?,
            "run" => Self::Run(rest.to_owned()),
            "receive" => match rest.split_once(char::is_whitespace) {
                Some((route, body)) => Self::Call(Wanted::Receive(route.into(), Some(body.trim().into()))),
                None if rest.is_empty() => return Err("receive what? receive CASE, or receive ROUTE BODY".into()),
                None => Self::Call(Wanted::Receive(rest.into(), None)),
            },
            "call" if rest.is_empty() => return Err("call what? call CASE; cases shows all of them".into()),
            "call" => Self::Call(Wanted::Case(rest.into())),
            "send" | "preview" => Self::Call(draft(verb == "preview", rest)?),
            "set" => match rest.split_once(char::is_whitespace) {
                Some((key, value)) => Self::Set(key.into(), Some(value_of(value.trim()))),
                None if rest.is_empty() => return Err("set what? set KEY VALUE".into()),
                None => Self::Set(rest.into(), None),
            },
            "answer" => Self::Answer(answer(rest)?),
            _ => match Act::read(verb, rest) {
                Some(act) => Self::Act(act?),
                None => return Err(format!("there is no command {verb:?}; help shows those that there are")),
            },
        };
        Ok(Some(command))
    }
}

fn draft(preview: bool, rest: &str) -> Result<Wanted, String> {
    if rest.is_empty() {
        return Err("send what? send CASE, send TEXT, or send \"TEXT\" to KEY".into());
    }
    if !rest.starts_with('"') {
        return Ok(Wanted::Draft { preview, words: rest.into(), quoted: false, to: None });
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    let words = match values.next() {
        Some(Ok(words)) => words,
        _ => return Err("the quoted text does not end; write send \"TEXT\" to KEY".into()),
    };
    let behind = rest.get(values.byte_offset()..).unwrap_or_default().trim();
    let to = match behind.strip_prefix("to ").map(str::trim) {
        Some(key) => Some(key.to_owned()),
        None if behind.is_empty() => None,
        None => return Err(format!("behind the text comes `to KEY`, and not {behind:?}")),
    };
    Ok(Wanted::Draft { preview, words, quoted: true, to })
}

/// Numbers, true and false and lists are what they are in JSON, all else is text.
fn value_of(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::String(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

fn answer(rest: &str) -> Result<Option<Answered>, String> {
    let (status, body) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Ok(Some(match status {
        "" => return Ok(None),
        "closed" => Answered::Broken(Break::Closed),
        "unreachable" => Answered::Broken(Break::Unreachable),
        status => {
            let status = status.parse().ok().filter(|status| (200..=599).contains(status));
            let status = status.ok_or("an answer is a status from 200 to 599 and a body, or closed, or unreachable")?;
            let body = body.trim();
            let body = match serde_json::from_str(body) {
                Ok(value) => value,
                Err(_) if body.is_empty() => Value::Null,
                Err(_) => Value::String(body.to_owned()),
            };
            Answered::Whole(Answer { status, body, ..Answer::default() })
        }
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(line: &str) -> Command {
        Command::read(line).unwrap().unwrap()
    }

    #[test]
    fn a_line_is_one_command() {
        assert_eq!(Command::read("  "), Ok(None));
        assert_eq!(read(" run receive "), Command::Run("receive".into()));
        assert_eq!(read("call a/b"), Command::Call(Wanted::Case("a/b".into())));
        assert!(matches!(read("typing  on"), Command::Act(_)));
        assert_eq!(read("receive text"), Command::Call(Wanted::Receive("text".into(), None)));
        let body = Some("{\"a\": 1}".to_owned());
        assert_eq!(read("receive events  {\"a\": 1}"), Command::Call(Wanted::Receive("events".into(), body)));
        let draft = |words: &str, quoted, to: Option<&str>| {
            Command::Call(Wanted::Draft { preview: false, words: words.into(), quoted, to: to.map(Into::into) })
        };
        assert_eq!(read("send I want to go"), draft("I want to go", false, None));
        assert_eq!(read("send \"Say \\\"hi\\\"\" to ada"), draft("Say \"hi\"", true, Some("ada")));
        assert_eq!(read("set limit 5"), Command::Set("limit".into(), Some(json!(5))));
        assert_eq!(read("set name Ada L."), Command::Set("name".into(), Some(json!("Ada L."))));
        assert_eq!(read("answer closed"), Command::Answer(Some(Answered::Broken(Break::Closed))));
        let limited = Answer { status: 429, body: json!({"retry": 5}), ..Answer::default() };
        assert_eq!(read("answer 429 {\"retry\":5}"), Command::Answer(Some(Answered::Whole(limited))));
    }

    #[test]
    fn what_is_no_command_says_what_to_write() {
        for (line, words) in [
            ("fly", "help shows"),
            ("quit now", "nothing follows quit"),
            ("receive", "receive ROUTE BODY"),
            ("send", "send TEXT"),
            ("send \"open", "does not end"),
            ("send \"a\" for ada", "`to KEY`"),
            ("answer 99", "200 to 599"),
            ("set", "set KEY VALUE"),
        ] {
            let told = Command::read(line).unwrap_err();
            assert!(told.contains(words), "{line}: {told}");
        }
    }
}
