//! Names that people give to things.

use super::problem::Problem;

/// A name, trimmed: 1 to 80 characters of one line.
///
/// # Errors
///
/// 422, pointing to `/name`.
pub(crate) fn name(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 80 || text.chars().any(char::is_control) {
        return Err(Problem::field("/name", "A name has 1 to 80 characters and stands on one line."));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_name_is_short_and_on_one_line() {
        assert_eq!(name("  Support ").unwrap(), "Support");
        for bad in ["", "   ", "a\nb", &"x".repeat(81)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }
}
