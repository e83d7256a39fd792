//! What is asked of Facebook while somebody waits: a page's templates, and who a person is.

mod template;

use lockgate_sdk::http::{self, Response};
use lockgate_sdk::{Assurance, Fault, Identity, MediaSource, Outcome, TemplateDefinition, log, pages, settings};
use serde_json::Value;

use crate::send::{Case, GraphError, error, node, refused};

/// Templates of one page of the list, and pages that are asked for. A page of Facebook's has at most 250 templates, in few languages.
const AT_ONCE: usize = 100;
const PAGES: usize = 10;

/// What Facebook tells of a person whom it does not tell about: gone, never there, or kept to themselves.
const NOTHING: [u64; 3] = [33, 2_018_218, 2_018_247];

/// All utility templates of the page.
pub(crate) fn templates() -> Result<Vec<TemplateDefinition>, Fault> {
    // The token is the page's, so `me` is the page as well.
    let page = settings::text("page_id").unwrap_or_else(|| "me".into());
    let list =
        node(&format!("{page}/message_templates?fields=name,language,status,category,components&limit={AT_ONCE}"));
    let found = pages::walk(String::new(), PAGES, |after| {
        let url = if after.is_empty() { list.clone() } else { format!("{list}&after={after}") };
        let answer = answered(&Case::TEMPLATES, &url)?;
        page_of(&answer)
    })?;
    if found.next.is_some() {
        log::warn("the page has more templates than are read", &[]);
    }
    Ok(found.items)
}

fn page_of(answer: &Response) -> Result<(Vec<TemplateDefinition>, Option<String>), Fault> {
    let body: Value = answer.json().map_err(|error| Fault::Malformed(error.to_string()))?;
    let list = body.get("data").and_then(Value::as_array);
    let list = list.ok_or_else(|| Fault::Malformed("Facebook's answer holds no list of templates".into()))?;
    Ok((list.iter().filter_map(template::definition).collect(), next(&body)))
}

/// Where the next page begins. Its address is not followed: there is a token in it.
fn next(body: &Value) -> Option<String> {
    body.pointer("/paging/next")?;
    let after = body.pointer("/paging/cursors/after")?.as_str()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=' | b'.');
    (!after.is_empty() && after.bytes().all(plain)).then(|| after.to_owned())
}

/// Who a person is, as far as Facebook tells. Nobody is asked about by a site's reference, or by what is no id of theirs.
pub(crate) fn profile(key: String) -> Result<Option<Identity>, Fault> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let response = ask(&node(&format!("{key}?fields=first_name,last_name,profile_pic")))?;
    let nothing = |error: GraphError| {
        NOTHING.contains(&error.code) || error.subcode.is_some_and(|subcode| NOTHING.contains(&subcode))
    };
    if error(&response).is_some_and(nothing) {
        return Ok(None);
    }
    let answer = held(&Case::ACTION, response)?;
    let told: Value = answer.json().map_err(|error| Fault::Malformed(error.to_string()))?;
    if !told.is_object() {
        return Err(Fault::Malformed("Facebook's answer tells of nobody".into()));
    }
    let text = |key: &str| told.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let name = [text("first_name"), text("last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let picture = text("profile_pic").filter(|address| address.starts_with("https://"));
    Ok(Some(Identity {
        name: (!name.is_empty()).then_some(name),
        picture: picture.map(|address| MediaSource::Address(address.into())),
        assurance: Assurance::Provider,
        ..Identity::contact(key)
    }))
}

fn answered(case: &Case, url: &str) -> Result<Response, Fault> {
    held(case, ask(url)?)
}

fn ask(url: &str) -> Result<Response, Fault> {
    http::Request::get(url).send().map_err(http::SendError::into_fault)
}

/// The answer, where it is none that refuses. What a message would leave unknown passes here: asking again does no harm.
fn held(case: &Case, response: Response) -> Result<Response, Fault> {
    match refused(case, &response) {
        None => Ok(response),
        Some(Outcome::Failed(fault)) => Err(fault),
        Some(Outcome::Unknown(why)) => Err(Fault::passing(why, None)),
        Some(_) => Err(Fault::Malformed("Facebook's answer cannot be read".into())),
    }
}
