//! What the pointers of an egress rule's `capture` must keep: a few, each of its own, that lead to texts.

use super::Findings;
use crate::manifest::{CapturePointer, CaptureStep, EgressRule};

/// Pointers of one rule, steps of one pointer, and its characters.
const POINTERS: usize = 8;
const STEPS: usize = 8;
const LENGTH: usize = 128;

/// The rules for one `[[egress]]`.
pub(super) fn check(rule: &EgressRule, found: &mut Findings<'_>) {
    let name = &rule.name;
    if rule.capture.len() > POINTERS {
        found.at(name, format!("egress {name:?}: at most {POINTERS} pointers can be captured"));
        return;
    }
    for (number, pointer) in rule.capture.iter().enumerate() {
        let text = pointer.as_str();
        // An empty text would be found on any line.
        let at = if text.is_empty() { name } else { text };
        if !leads_to_a_text(pointer) {
            found.at(
                at,
                format!(
                    "egress {name:?}: {text:?} cannot be captured: write a JSON pointer such as \"/access_token\" or \"/data/*/access_token\", where \"*\" is every element, of at most {STEPS} steps and {LENGTH} characters"
                ),
            );
        } else if let Some(other) = rule.capture.iter().take(number).find(|other| other.meets(pointer)) {
            let other = other.as_str();
            found.at(
                at,
                format!("egress {name:?}: {text:?} and {other:?} lead to the same value, or one into the other's"),
            );
        }
    }
}

fn leads_to_a_text(pointer: &CapturePointer) -> bool {
    let plain = |step: &CaptureStep| match step {
        CaptureStep::Each => true,
        CaptureStep::Key(key) => !key.is_empty() && !key.chars().any(char::is_control),
    };
    pointer.as_str().len() <= LENGTH
        && pointer.steps().is_some_and(|steps| steps.len() <= STEPS && steps.iter().all(plain))
}

#[cfg(test)]
mod tests {
    use crate::manifest::Manifest;

    fn capturing(pointers: &str) -> Result<Manifest, String> {
        let text = format!(
            r#"
[plugin]
id = "example"
name = "Example"
version = "1.0.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "For tests."

[[egress]]
name = "pages"
host = "api.example.com"
methods = ["GET"]
paths = ["/me/accounts"]
effect = "read"
capture = [{pointers}]
"#
        );
        Manifest::parse(&text).map_err(|problems| problems[0].to_string())
    }

    #[test]
    fn pointers_are_read_and_those_that_lead_nowhere_are_refused() {
        let manifest = capturing(r#""/data/*/access_token", "/token""#).unwrap();
        assert_eq!(manifest.egress[0].capture[0].as_str(), "/data/*/access_token");
        let deep = "/a".repeat(9);
        let long = format!("/{}", "a".repeat(128));
        for bad in ["", "token", "/", "/a//b", "/a~2", "/a\\u0007", &deep, &long] {
            let words = capturing(&format!("\"{bad}\"")).expect_err(bad);
            assert!(words.contains("cannot be captured"), "{bad}: {words}");
        }
        assert!(capturing("1").is_err());
        let many: Vec<String> = (0..9).map(|n| format!("\"/a{n}\"")).collect();
        assert!(capturing(&many.join(", ")).unwrap_err().contains("at most 8 pointers"));
    }

    #[test]
    fn no_pointer_leads_into_another() {
        for both in [r#""/a", "/a""#, r#""/a", "/a/b""#, r#""/data/*/token", "/data/0/token""#, r#""/a/b/c", "/*""#] {
            assert!(capturing(both).expect_err(both).contains("the same value"), "{both}");
        }
        capturing(r#""/data/*/token", "/data/*/secret", "/token""#).unwrap();
    }
}
