//! What came of the cases.

use std::collections::BTreeMap;

use serde::Serialize;

/// The answer that the driver prints.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Cases that were played.
    pub(crate) cases: usize,
    /// Of those, attacks that were refused for the reason that they name.
    pub(crate) contained: usize,
    /// Of those, controls that worked.
    pub(crate) controls_ok: usize,
    /// Cases that could not run, were refused for another reason, or not at all, or whose control did not work.
    pub(crate) escaped: Vec<Escape>,
    /// Cases by group.
    pub(crate) groups: BTreeMap<&'static str, usize>,
    /// What the canary should have seen, and what not.
    pub(crate) egress: Vec<Nonces>,
    /// What was planted, and where it was found.
    #[serde(flatten)]
    pub(crate) planted: Option<Planted>,
}

/// One case that was not contained.
#[derive(Debug, Serialize)]
pub(crate) struct Escape {
    pub(crate) case: String,
    /// Whether the attack or the control is not as it should be.
    pub(crate) side: &'static str,
    /// What was seen instead.
    pub(crate) seen: String,
}

/// The nonces of one case.
#[derive(Debug, Serialize)]
pub(crate) struct Nonces {
    pub(crate) case: String,
    /// Must arrive nowhere.
    pub(crate) attack_nonce: String,
    /// Must arrive at the canary.
    pub(crate) control_nonce: String,
}

/// Everything that a host leaves behind, for somebody to search.
#[derive(Debug, Serialize)]
pub(crate) struct Planted {
    /// The folder.
    pub(crate) dump: String,
    /// The file in it that holds the planted secret.
    pub(crate) control_file: String,
    /// Whether the driver's own search found that.
    pub(crate) control_found: bool,
    /// Where else it was found.
    pub(crate) secret_found_in: Vec<String>,
}

impl Report {
    /// Whether nothing escaped, and nothing was found.
    pub(crate) fn is_clean(&self) -> bool {
        let clean =
            self.planted.as_ref().is_none_or(|planted| planted.control_found && planted.secret_found_in.is_empty());
        self.cases > 0 && self.contained == self.cases && self.controls_ok == self.cases && clean
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let groups: Vec<String> = self.groups.iter().map(|(group, count)| format!("{group} {count}")).collect();
        let mut lines = vec![format!(
            "{} cases ({}): {} contained, {} controls worked",
            self.cases,
            groups.join(", "),
            self.contained,
            self.controls_ok
        )];
        lines.extend(
            self.escaped.iter().map(|escape| format!("ESCAPED {} ({}): {}", escape.case, escape.side, escape.seen)),
        );
        if let Some(planted) = &self.planted {
            lines.push(format!(
                "{}: the secret was found in {:?}; the control {} was {}",
                planted.dump,
                planted.secret_found_in,
                planted.control_file,
                if planted.control_found { "found" } else { "NOT FOUND" }
            ));
        }
        lines.join("\n")
    }
}
