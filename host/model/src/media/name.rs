//! File names as they may be shown and written down: a last part of a path, and nothing that plays tricks with who reads it.

/// Characters of the longest.
const LONGEST: usize = 150;

/// A sender's file name without folders, control characters and what turns the direction of text; none where nothing is left.
pub fn file_name(given: &str) -> Option<String> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let kept = kept.trim_matches(|c: char| c.is_whitespace() || c == '.');
    let name = match kept.char_indices().nth(LONGEST) {
        None => kept.to_owned(),
        Some(_) => shortened(kept),
    };
    (!name.is_empty()).then_some(name)
}

/// The beginning, with the ending by which programs are chosen where there is a short one.
fn shortened(name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.chars().count() <= 16);
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let begins: String = name.chars().take(LONGEST.saturating_sub(ending.chars().count())).collect();
    begins + &ending
}

/// Marks that change the direction of what follows (UAX #9), or cannot be seen.
fn turns(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_has_no_folder_and_plays_no_tricks() {
        for (given, name) in [
            ("photo.png", Some("photo.png")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Users\\x\\a b.doc", Some("a b.doc")),
            ("..", None),
            ("a/..", None),
            ("", None),
            (" .hidden ", Some("hidden")),
            ("a\r\nSet-Cookie: b", Some("aSet-Cookie: b")),
            ("gpj.\u{202e}exe", Some("gpj.exe")),
            ("Grüße 🙂.txt", Some("Grüße 🙂.txt")),
        ] {
            assert_eq!(file_name(given).as_deref(), name, "{given:?}");
        }
        let long = file_name(&format!("{}.pdf", "ä".repeat(500))).expect("a name");
        assert_eq!((long.chars().count(), long.ends_with("ä.pdf")), (150, true));
    }
}
