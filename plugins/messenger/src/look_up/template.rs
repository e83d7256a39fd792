//! One template of a page, from Facebook's words into the contract's.

use lockgate_sdk::{RichText, TemplateDefinition, TemplateSection, TemplateState, ValueKind};
use serde_json::Value;

/// None of what has no name or language: nobody could send it.
pub(super) fn definition(one: &Value) -> Option<TemplateDefinition> {
    let components = one.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let of_kind = |kind: &'static str| components.iter().filter(move |component| is(component, "type", kind));
    let body = of_kind("BODY").find_map(|component| text(component, "text")).unwrap_or_default();
    let sections = of_kind("HEADER").filter_map(header).chain(of_kind("BODY").filter_map(in_body));
    let buttons = of_kind("BUTTONS").filter_map(|component| component.get("buttons")?.as_array()).flatten();
    Some(TemplateDefinition {
        name: text(one, "name")?.to_owned(),
        language: language(one)?.to_owned(),
        category: text(one, "category").unwrap_or_default().to_ascii_lowercase(),
        state: state(text(one, "status").unwrap_or_default()),
        body: RichText::from(body),
        sections: sections.chain(buttons.enumerate().filter_map(button)).collect(),
    })
}

/// Written as a code alone, or as an object around it.
fn language(one: &Value) -> Option<&str> {
    text(one, "language").or_else(|| text(one.get("language")?, "code"))
}

/// What is not known to be approved may not be sent.
fn state(word: &str) -> TemplateState {
    match word.to_ascii_uppercase().as_str() {
        "APPROVED" | "ACTIVE" => TemplateState::Approved,
        "PENDING" | "IN_APPEAL" | "" => TemplateState::Pending,
        "REJECTED" => TemplateState::Rejected,
        "PAUSED" | "FLAGGED" => TemplateState::Paused,
        _ => TemplateState::Disabled,
    }
}

fn in_body(component: &Value) -> Option<TemplateSection> {
    let written = text(component, "text")?;
    let values = gaps(written);
    let example = example(written, &values, component.get("example"));
    (!values.is_empty()).then(|| TemplateSection { section: "body".into(), kind: ValueKind::Text, values, example })
}

fn header(component: &Value) -> Option<TemplateSection> {
    let format = text(component, "format").unwrap_or("TEXT").to_ascii_uppercase();
    let (kind, values) = match format.as_str() {
        "TEXT" => (ValueKind::Text, gaps(text(component, "text")?)),
        "IMAGE" => (ValueKind::Image, vec!["1".into()]),
        "VIDEO" => (ValueKind::Video, vec!["1".into()]),
        _ => (ValueKind::Document, vec!["1".into()]),
    };
    (!values.is_empty()).then(|| TemplateSection { section: "header".into(), kind, values, example: None })
}

/// A button that opens an address with a gap in it.
fn button((at, button): (usize, &Value)) -> Option<TemplateSection> {
    let values = gaps(text(button, "url")?);
    let section = format!("button {}", at + 1);
    (!values.is_empty()).then_some(TemplateSection { section, kind: ValueKind::Address, values, example: None })
}

/// What stands between double braces, each once, in order.
fn gaps(written: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in written.split("{{").skip(1) {
        let Some((name, _)) = piece.split_once("}}") else { continue };
        let name = name.trim();
        if !name.is_empty() && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    found
}

/// The body with the page's own examples in its gaps.
fn example(written: &str, gaps: &[String], examples: Option<&Value>) -> Option<String> {
    let examples = examples?;
    let numbered = examples.pointer("/body_text/0").and_then(Value::as_array);
    let named = examples.get("body_text_named_params").and_then(Value::as_array);
    let value = |(at, gap): (usize, &String)| {
        let by_name = named.and_then(|all| all.iter().find(|one| is(one, "param_name", gap)));
        by_name.and_then(|one| text(one, "example")).or_else(|| numbered?.get(at)?.as_str())
    };
    let values: Vec<&str> = gaps.iter().enumerate().map(value).collect::<Option<_>>()?;
    let mut shown = String::new();
    for (number, piece) in written.split("{{").enumerate() {
        match piece.split_once("}}") {
            Some((gap, rest)) if number > 0 => {
                let at = gaps.iter().position(|known| known == gap.trim());
                shown.push_str(at.and_then(|at| values.get(at)).copied().unwrap_or_default());
                shown.push_str(rest);
            }
            _ => shown.push_str(piece),
        }
    }
    (!gaps.is_empty()).then_some(shown)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn is(value: &Value, key: &str, word: &str) -> bool {
    value.get(key).and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(word))
}
