//! The messaging window: until when free text may be sent, and what may be sent after it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contract::common::Timestamp;
use crate::contract::outbound::Ground;
use crate::manifest::Window;

const HOUR_MS: u64 = 60 * 60 * 1000;

/// Where a conversation stands in its window, for the composer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    /// Until when anything may be sent. None: the channel has no window.
    pub open_until: Option<Timestamp>,
    /// Tags under which something may be sent after that.
    pub tags: Vec<TagStanding>,
    /// Whether a template may be sent whatever the time is.
    pub templates: bool,
}

/// Until when one tag may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TagStanding {
    /// The provider's word for it.
    pub name: String,
    /// Until when.
    pub until: Timestamp,
    /// Whether only a person may use it.
    pub human_only: bool,
}

/// The window is closed, and no tag may be used by who asks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the messaging window is closed")]
pub struct Closed {
    /// Since when; none where the contact never wrote.
    pub since: Option<Timestamp>,
    /// Tags that a person may still use, in the manifest's words.
    pub allowed: Vec<String>,
    /// Whether a template may be sent all the same.
    pub templates: bool,
}

/// Where a conversation stands whose window was last opened at `opened_at` (the contact's last message, press or, where the
/// manifest says so, referral).
pub fn standing(window: Option<&Window>, opened_at: Option<Timestamp>) -> Standing {
    let Some(window) = window else {
        return Standing { open_until: None, tags: Vec::new(), templates: false };
    };
    let Some(opened_at) = opened_at else {
        return Standing { open_until: Some(0), tags: Vec::new(), templates: window.templates };
    };
    let until = |hours: u32| opened_at.saturating_add(u64::from(hours) * HOUR_MS);
    Standing {
        open_until: Some(until(window.hours)),
        tags: window
            .tags
            .iter()
            .map(|tag| TagStanding { name: tag.name.clone(), until: until(tag.hours), human_only: tag.human_only })
            .collect(),
        templates: window.templates,
    }
}

/// On what ground something may be sent now, and until when that ground holds (none: for ever). `tag` is what a person asked
/// for; `automatic` says that no person wrote it; `is_template` that it consists of approved templates alone.
///
/// # Errors
///
/// [`Closed`] where nothing may be sent so; it names what could be sent instead.
pub fn ground(
    standing: &Standing,
    opened_at: Option<Timestamp>,
    now: Timestamp,
    tag: Option<&str>,
    automatic: bool,
    is_template: bool,
) -> Result<(Ground, Option<Timestamp>), Closed> {
    let Some(open_until) = standing.open_until else {
        return Ok((Ground::Open, None));
    };
    // Also while the window is open: what waits for its turn is not too late then.
    if is_template && standing.templates {
        return Ok((Ground::Template, None));
    }
    if now < open_until {
        return Ok((Ground::Open, Some(open_until)));
    }
    let usable = |held: &&TagStanding| now < held.until && !(automatic && held.human_only);
    if let Some(held) = standing.tags.iter().filter(usable).find(|held| Some(held.name.as_str()) == tag) {
        return Ok((Ground::Tag(held.name.clone()), Some(held.until)));
    }
    Err(Closed {
        since: opened_at.map(|_| open_until),
        allowed: standing.tags.iter().filter(usable).map(|held| held.name.clone()).collect(),
        templates: standing.templates,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::WindowTag;

    fn messenger() -> Window {
        Window {
            hours: 24,
            referral_opens: true,
            templates: false,
            tags: vec![WindowTag { name: "HUMAN_AGENT".to_owned(), hours: 168, human_only: true }],
        }
    }

    fn ask(opened_at: Option<u64>, now_hours: u64, tag: Option<&str>, automatic: bool) -> Result<Ground, Closed> {
        let window = messenger();
        let standing = standing(Some(&window), opened_at);
        ground(&standing, opened_at, now_hours * HOUR_MS, tag, automatic, false).map(|found| found.0)
    }

    #[test]
    fn without_a_window_everything_may_be_sent_for_ever() {
        assert_eq!(ground(&standing(None, None), None, 5, None, true, true), Ok((Ground::Open, None)));
    }

    #[test]
    fn within_the_window_free_text_and_after_it_what_the_tag_permits_a_person() {
        assert_eq!(ask(Some(0), 23, None, true), Ok(Ground::Open));
        let offered = Closed { since: Some(24 * HOUR_MS), allowed: vec!["HUMAN_AGENT".to_owned()], templates: false };
        assert_eq!(ask(Some(0), 24, None, false), Err(offered));
        assert_eq!(ask(Some(0), 25, Some("HUMAN_AGENT"), false), Ok(Ground::Tag("HUMAN_AGENT".to_owned())));
        assert_eq!(ask(Some(0), 25, Some("HUMAN_AGENT"), true).map_err(|closed| closed.allowed), Err(vec![]));
        assert!(ask(Some(0), 168, Some("HUMAN_AGENT"), false).is_err());
    }

    #[test]
    fn who_never_wrote_cannot_be_written_to() {
        assert_eq!(
            ask(None, 0, Some("HUMAN_AGENT"), false),
            Err(Closed { since: None, allowed: vec![], templates: false })
        );
    }

    #[test]
    fn a_template_may_be_sent_whenever_where_the_manifest_says_so() {
        let rules = Window { templates: true, ..messenger() };
        for (opened_at, hours) in [(Some(0), 1), (Some(0), 1000), (None, 0)] {
            let standing = standing(Some(&rules), opened_at);
            let ask = |is_template| ground(&standing, opened_at, hours * HOUR_MS, None, true, is_template);
            assert_eq!(ask(true), Ok((Ground::Template, None)));
            assert!(ask(false).is_ok_and(|found| found.0 == Ground::Open) || ask(false).is_err_and(|no| no.templates));
        }
        let without = standing(Some(&messenger()), Some(0));
        assert!(ground(&without, Some(0), 25 * HOUR_MS, None, true, true).is_err());
    }
}
