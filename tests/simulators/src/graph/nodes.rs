//! What can be read of the simulated Graph API: the templates of a page, page by page, and people.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::error::GraphError;

/// Templates that one page of the list has, whatever is asked for.
const AT_ONCE: usize = 2;

/// What is on file.
#[derive(Debug, Default)]
pub(super) struct Nodes(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// By page.
    templates: BTreeMap<String, Vec<Value>>,
    people: BTreeMap<String, Value>,
}

impl Nodes {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep_template(&self, page: String, template: Value) {
        self.kept().templates.entry(page).or_default().push(template);
    }

    pub(super) fn keep_person(&self, id: String, person: Value) {
        self.kept().people.insert(id, person);
    }

    /// One page of a page's templates, what follows the cursor.
    pub(super) fn templates(&self, page: &str, query: &str) -> Value {
        let after = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "after");
        let begin: usize = after.and_then(|(_, after)| after.strip_prefix("MQ")?.parse().ok()).unwrap_or_default();
        let kept = self.kept();
        let all = kept.templates.get(page).map(Vec::as_slice).unwrap_or_default();
        let found: Vec<&Value> = all.iter().skip(begin).take(AT_ONCE).collect();
        let end = begin + found.len();
        let mut paging = json!({ "cursors": { "before": format!("MQ{begin}"), "after": format!("MQ{end}") } });
        if end < all.len()
            && let Some(paging) = paging.as_object_mut()
        {
            paging.insert("next".into(), format!("https://graph.facebook.com/next?after=MQ{end}").into());
        }
        json!({ "data": found, "paging": paging })
    }

    /// What is told of a person.
    pub(super) fn person(&self, id: &str) -> Result<Value, GraphError> {
        let gone = || GraphError::new(400, 100, "Unsupported get request. The object does not exist").subcode(33);
        self.kept().people.get(id).cloned().ok_or_else(gone)
    }

    /// Whether a template of a message is one of the page's that is approved, with as many gaps as are filled.
    pub(super) fn check(&self, page: &str, message: &serde_json::Map<String, Value>) -> Result<(), GraphError> {
        let Some(template) = message.get("template") else { return Ok(()) };
        let (name, language) = (template.get("name"), template.pointer("/language/code"));
        let kept = self.kept();
        let mut all = kept.templates.get(page).into_iter().flatten();
        let known = all.find(|one| one.get("name") == name && one.get("language") == language);
        let known = known.ok_or_else(|| GraphError::new(400, 100, "The template cannot be found"))?;
        if known.get("status").and_then(Value::as_str) != Some("APPROVED") {
            return Err(GraphError::new(400, 100, "The template is not approved"));
        }
        let body = known.pointer("/components/0/text").and_then(Value::as_str).unwrap_or_default();
        let filled = template.pointer("/components/0/parameters").and_then(Value::as_array).map_or(0, Vec::len);
        if body.matches("{{").count() == filled {
            return Ok(());
        }
        Err(GraphError::new(400, 100, "The number of parameters does not match the template"))
    }
}
