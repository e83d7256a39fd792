//! Utility templates in the Send API: an approved text by its name and language, with what fills the gaps of its body.
//!
//! Of headers and buttons Facebook's documentation does not say how they are filled in Messenger: what would need that is refused.

use std::collections::BTreeSet;

use lockgate_sdk::{Template, TemplateParameter, TemplateValue};
use serde::Serialize;

use super::render::{Unsendable, unsendable};

/// The section whose gaps can be filled.
pub(crate) const BODY: &str = "body";
/// The longest body, in characters; what fills one of its gaps is no longer.
const BODY_MAX: usize = 1024;
/// How many gaps of one body are filled.
const GAPS_MAX: usize = 32;

/// A template of a page, filled in.
#[derive(Serialize)]
pub(super) struct Utility<'a> {
    name: &'a str,
    language: Language<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<[Component<'a>; 1]>,
}

#[derive(Serialize)]
struct Language<'a> {
    code: &'a str,
}

#[derive(Serialize)]
struct Component<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    parameters: Vec<Parameter<'a>>,
}

#[derive(Serialize)]
struct Parameter<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter_name: Option<&'a str>,
    text: &'a str,
}

/// The template as it is sent.
///
/// # Errors
///
/// Where it lacks its name or language, or its parameters cannot fill a body's gaps.
pub(super) fn utility(template: &Template) -> Result<Utility<'_>, Unsendable> {
    if template.name.trim().is_empty() || template.language.trim().is_empty() {
        return unsendable(
            "no-template",
            "A template has a name and a language, as the page's list of templates has them",
        );
    }
    if template.parameters.len() > GAPS_MAX {
        return unsendable("too-many", format!("A template has at most {GAPS_MAX} values"));
    }
    let parameters = template.parameters.iter().map(parameter).collect::<Result<Vec<_>, _>>()?;
    let names: BTreeSet<&str> = parameters.iter().filter_map(|parameter| parameter.parameter_name).collect();
    if !names.is_empty() && names.len() != parameters.len() {
        return unsendable("parameters", "A template's values have names, each another one, or none of them has");
    }
    let components = (!parameters.is_empty()).then_some([Component { kind: BODY, parameters }]);
    Ok(Utility { name: &template.name, language: Language { code: &template.language }, components })
}

fn parameter(parameter: &TemplateParameter) -> Result<Parameter<'_>, Unsendable> {
    if !parameter.section.eq_ignore_ascii_case(BODY) {
        let words = format!(
            "Only gaps of a template's {BODY} can be filled in Messenger, not those of its {}",
            parameter.section
        );
        return unsendable("parameters", words);
    }
    let TemplateValue::Text(text) = &parameter.value else {
        return unsendable("parameters", "The gaps of a template's body take texts");
    };
    if text.trim().is_empty() {
        return unsendable("parameters", "A value of the template is empty");
    }
    if text.len() > BODY_MAX && text.chars().count() > BODY_MAX {
        return unsendable("too-long", format!("A value of the template has more than {BODY_MAX} characters"));
    }
    // The number of a gap is its place among the others.
    let parameter_name = parameter.name.as_deref().filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(Parameter { kind: "text", parameter_name, text })
}
