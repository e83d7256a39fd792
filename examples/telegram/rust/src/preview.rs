//! What would be wrong with a draft, told before Send is pressed.

use lockgate_sdk::{Content, Draft, Problem};

use crate::render;

/// Every problem of every part.
pub(crate) fn draft(draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    for part in &draft.parts {
        if let Err(unsendable) = render::text(&part.part) {
            problems.push(Problem::error(part.id, unsendable.code, unsendable.words));
        }
        if matches!(&part.part.content, Content::Text(text) if text.html.is_some()) {
            problems.push(Problem::warning(part.id, "formatting", "The text is sent without its formatting"));
        }
    }
    problems
}
