//! Any text is refused or is a manifest; a manifest is written and read as itself.

use lockgate_fuzz::fuzz;

use super::super::Manifest;

/// What a manifest's text is made of.
pub(super) const WORDS: &[&str] = &[
    "[[route]]",
    "[[egress]]",
    "[[setting]]",
    "[[credential]]",
    "[[derived]]",
    "[[rate]]",
    "[plugin]",
    "[limits]",
    "[route.verify.hmac]",
    "[route.verify.ed25519]",
    "[route.verify.standard-webhooks]",
    "[route.verify.shared-secret]",
    "[route.verify.signed-request]",
    "[route.challenge]",
    "verify = \"none\"",
    "level = \"app\"",
    "level = \"channel\"",
    "use = [\"verify\", \"egress\", \"derive\"]",
    "required = true",
    "kind = \"texts\"",
    "effect = \"send\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    "'''",
    "\"\"\"",
    "#",
    ".",
    ",",
    "true",
    "nan",
    "-inf",
    "9223372036854775807",
    "0x7f",
    "1979-05-27T07:32:00Z",
    "template = [\"timestamp\", \"body\"]",
    "\"form-sorted\"",
    "\"url-any-port\"",
    "{ literal = \"\" }",
    "separator = \",\"",
    "previous = [\"app_secret\"]",
    "place = [{ credential = \"page_token\", path = true }]",
    "json = \"/a/~1\"",
    "*.",
    "/*",
    "/{page_token}",
    "..",
    "tolerance_s = 0",
    "max_body = -1",
];

/// Bytes of one problem's words, at most; a manifest is shown to people.
const WORDS_OF_A_PROBLEM: usize = 2048;

/// What holds of every text.
pub(super) fn holds(text: &str) -> String {
    match Manifest::parse(text) {
        Ok(manifest) => {
            let toml = toml::to_string(&manifest).expect("a manifest is written as TOML");
            assert_eq!(Manifest::parse(&toml).as_ref(), Ok(&manifest), "as TOML:\n{toml}");
            let json = serde_json::to_string(&manifest).expect("a manifest is written as JSON");
            assert_eq!(serde_json::from_str::<Manifest>(&json).ok().as_ref(), Some(&manifest), "as JSON:\n{json}");
            let parts =
                [manifest.routes.len(), manifest.egress.len(), manifest.credentials.len(), manifest.derived.len()];
            format!("{parts:?}")
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            assert!(problems.len() <= 100, "{} problems are more than anybody reads", problems.len());
            let lines = text.lines().count().max(1) + 1;
            for problem in &problems {
                assert!(!problem.words.is_empty() && problem.words.len() <= WORDS_OF_A_PROBLEM, "{problem}");
                assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)), "{problem}");
            }
            // What is wrong, without the names that the text brought.
            let kinds = problems.iter().map(|problem| problem.words.split(['"', '`']).step_by(2).collect::<String>());
            kinds.take(2).collect()
        }
    }
}

fn check(input: &[u8]) -> String {
    holds(&String::from_utf8_lossy(input))
}

#[test]
fn any_text_is_refused_with_reasons_or_read_as_what_it_is_written_as() {
    fuzz!("manifest-text", WORDS, check);
}
