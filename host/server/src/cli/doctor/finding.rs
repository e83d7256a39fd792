//! One thing that was looked at.

use std::fmt;

use serde::Serialize;

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// Fine.
    Ok,
    /// To know of.
    Warn,
    /// To be mended.
    Fail,
}

/// One thing that was looked at, how it is, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    /// `configuration`, `database`, `channels` …
    pub(super) area: &'static str,
    /// What was found.
    pub(super) words: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mend: Option<String>,
}

impl Finding {
    pub(super) fn ok(area: &'static str, words: impl Into<String>) -> Self {
        Self { verdict: Verdict::Ok, area, words: words.into(), mend: None }
    }

    pub(super) fn warn(area: &'static str, words: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Warn, area, words: words.into(), mend: Some(mend.into()) }
    }

    pub(super) fn fail(area: &'static str, words: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fail, area, words: words.into(), mend: Some(mend.into()) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        // What a plugin or provider wrote may be among the words.
        let words: String = self.words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        write!(f, "{verdict:<5}{:<14}{words}", self.area)?;
        match &self.mend {
            Some(mend) => write!(f, "\n{:19}-> {mend}", ""),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_how_to_mend_it() {
        assert_eq!(Finding::ok("key", "fits").to_string(), "ok   key           fits");
        assert_eq!(
            Finding::fail("key", "is missing", "put it back").to_string(),
            "FAIL key           is missing\n                   -> put it back"
        );
        assert!(Verdict::Fail > Verdict::Warn && Verdict::Warn > Verdict::Ok);
    }
}
