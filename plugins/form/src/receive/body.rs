//! From a body to answers: forms as browsers write them, and JSON.

use lockgate_sdk::form::{self, Form};
use lockgate_sdk::{FieldValue, Refusal, Request};

use super::answers::{Answer, text};
use super::nested;

/// Reads a body.
///
/// # Errors
///
/// Where it cannot be read.
pub(crate) fn read(request: &Request) -> Result<Vec<Answer>, Refusal> {
    let kind = media_type(request);
    match kind.as_str() {
        "application/json" => nested::read(&request.body),
        "multipart/form-data" if request.body.starts_with(b"--") => {
            Err(Refusal::Malformed("a multipart body that nobody took apart".into()))
        }
        form::MEDIA_TYPE | "multipart/form-data" | "" => Ok(fields(&request.body)),
        _ => Err(Refusal::Malformed(format!("a form comes as {} or JSON, not as {kind:?}", form::MEDIA_TYPE))),
    }
}

/// What the body is said to be, in lower case and without parameters.
pub(crate) fn media_type(request: &Request) -> String {
    let kind = header(request, "content-type").unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The first header of this name, which is in lower case.
pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
}

fn fields(body: &[u8]) -> Vec<Answer> {
    let groups = Form::parse(body).groups().into_iter();
    groups
        .filter_map(|group| {
            let mut filled: Vec<String> = group.values.iter().filter_map(|value| text(value)).collect();
            let value = match (group.list, filled.pop()) {
                (_, None) => return None,
                (false, Some(alone)) => FieldValue::Text(alone),
                (true, Some(last)) => {
                    filled.push(last);
                    FieldValue::Choice(filled)
                }
            };
            Some(Answer::new(group.name, value))
        })
        .collect()
}
