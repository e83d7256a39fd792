//! What would be wrong with a draft, told before Send is pressed.

use lockgate_sdk::{Content, Draft, Problem, Severity};

use crate::send;

/// Every problem of every part.
pub(crate) fn draft(draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    for part in &draft.parts {
        if let Err(unsendable) = send::render(part) {
            problems.push(Problem::error(part.id, unsendable.code, unsendable.words));
        }
        let lost = match &part.part.content {
            Content::Text(text) if text.html.is_some() => {
                Some(("formatting", "Messenger shows plain text; the formatting is lost"))
            }
            Content::Choices(choices) if choices.header.is_some() || choices.footer.is_some() => {
                Some(("header", "Messenger shows no header or footer with quick replies"))
            }
            _ => None,
        };
        if let Some((code, words)) = lost {
            let (part, code, words) = (Some(part.id), code.into(), words.into());
            problems.push(Problem { part, severity: Severity::Warning, code, words });
        }
    }
    problems
}
