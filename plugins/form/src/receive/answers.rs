//! What was filled in, whatever it was written in.

use lockgate_sdk::{Field, FieldValue};

/// One field that somebody filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// The form's own name, with the way to it: `data.email`, `form_fields[email]`.
    pub(crate) name: String,
    /// As the contact read it, where the body tells.
    pub(crate) label: Option<String>,
    /// The form service's word for its kind; may be empty.
    pub(crate) kind: String,
    /// Not empty.
    pub(crate) value: FieldValue,
    /// An element of a list of answers, which is what such a list is for.
    pub(crate) of_list: bool,
}

impl Answer {
    pub(crate) fn new(name: impl Into<String>, value: FieldValue) -> Self {
        Self { name: line(&name.into()), label: None, kind: String::new(), value, of_list: false }
    }

    /// The last step of its name.
    pub(crate) fn last(&self) -> &str {
        let step = self.name.rsplit('.').next().filter(|step| !step.is_empty()).unwrap_or(&self.name);
        lockgate_sdk::form::path(step).into_iter().rev().find(|step| !step.is_empty()).unwrap_or(step)
    }

    /// All before the last step of its name.
    pub(crate) fn parent(&self) -> &str {
        self.name.rfind(self.last()).and_then(|at| self.name.get(..at)).unwrap_or_default()
    }

    /// Whether an admin's word means this one: its name, the last step of it, or its label.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.name == word
            || self.last() == word
            || self.label.as_deref().is_some_and(|label| label.trim().to_lowercase() == word.to_lowercase())
    }

    /// Whether name or label is this one, but for case and everything that is no letter or digit.
    pub(crate) fn is_called(&self, word: &str) -> bool {
        bare(self.last()) == word || self.label.as_deref().is_some_and(|label| bare(label) == word)
    }

    /// Its value as one text.
    pub(crate) fn words(&self) -> String {
        words(&self.value)
    }

    /// As it is shown.
    pub(crate) fn into_field(self, hidden: bool) -> Field {
        Field { name: self.name, label: self.label, value: self.value, hidden }
    }
}

/// A value as one text.
pub(crate) fn words(value: &FieldValue) -> String {
    match value {
        FieldValue::Text(text) => text.clone(),
        FieldValue::Choice(chosen) => chosen.join(", "),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Boolean(is) => is.to_string(),
        FieldValue::File(_) => String::new(),
    }
}

fn bare(word: &str) -> String {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A text as it may be shown: one kind of line end, and no control characters beside it and the tab. None where nothing is in it.
pub(crate) fn text(written: &str) -> Option<String> {
    let ends = written.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = ends.chars().filter(|letter| matches!(letter, '\n' | '\t') || !letter.is_control()).collect();
    (!kept.trim().is_empty()).then_some(kept)
}

/// A text on one line, for what lands in a header one day: names, subjects, addresses.
pub(crate) fn line(written: &str) -> String {
    let spaced: String = written.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.trim().to_owned()
}
