//! Fuzz target of a plugin's file: any bytes are refused in few words, or are what they are said to be.

use lockgate_fuzz::fuzz;

use super::*;

/// A component of a few hundred bytes with a manifest and one ability, as far as it is looked at.
const WHOLE: &[u8] = include_bytes!("../../../../tests/corpus/component/whole");

/// Characters of a refusal: what an author or admin is shown.
const LONGEST: usize = 60_000;

fn check(input: &[u8]) -> String {
    match inspect(input) {
        Ok(found) => {
            assert_eq!(found.contract, CONTRACT);
            assert_eq!(found.size, input.len() as u64);
            assert_eq!(found.digest, digest_of(input));
            let text = found.manifest_text.as_bytes();
            assert!(input.windows(text.len()).any(|bytes| bytes == text), "the manifest is of the file");
            assert_eq!(Manifest::parse(&found.manifest_text).ok(), Some(found.manifest));
            assert_ne!(found.abilities, Abilities::default());
            format!("{:?}", found.abilities)
        }
        Err(refusal) => {
            let words = refusal.to_string();
            assert!(words.chars().count() < LONGEST, "{} characters of refusal", words.len());
            words
                .split(['"', '(', '`'])
                .next()
                .unwrap_or_default()
                .chars()
                .filter(|c| c.is_ascii_alphabetic())
                .collect()
        }
    }
}

#[test]
fn the_kept_component_is_whole() {
    assert_eq!(inspect(WHOLE).map(|found| found.abilities.names()), Ok(vec!["connector", "ingress"]));
}

#[test]
fn any_file_is_refused_in_few_words_or_is_what_it_says() {
    let words = &[
        "\0asm\r\0\u{1}\0",
        "\0asm\u{1}\0\0\0",
        "lockgate:channel.toml",
        "lockgate:channel/ingress@0.1.0-dev.1",
        "lockgate:channel/sender@0.1.0-dev.1",
        "lockgate:channel/state@9.9.9",
        "wasi:http/types@0.2.0",
        "@0.1.0-dev.1",
        "\u{7f}",
        "\u{0}\u{1}",
        "\u{b}",
        "\u{a}",
        "\u{4}",
        "[plugin]",
        "id = \"p\"",
    ];
    fuzz!("component", words, check);
}
