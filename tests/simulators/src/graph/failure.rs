//! What goes wrong on demand: failures and the rules that say which send meets which of them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::error::GraphError;

/// How one send goes wrong. Only sends that would have been accepted meet a failure; sender actions only where a rule names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Not accepted; answered with Meta's error body.
    Error(GraphError),
    /// Answered with this status and a page of HTML, as a proxy in front of the API does.
    Bare {
        /// HTTP status, 5xx as a rule.
        status: u16,
        /// Whether the message was sent all the same.
        accepted: bool,
    },
    /// Not accepted; 429 without Meta's error body.
    TooManyRequests {
        /// Seconds for the `Retry-After` header.
        retry_after_s: u32,
    },
    /// Answered 200 with something that is no JSON.
    Garbled {
        /// Whether the message was sent all the same.
        accepted: bool,
    },
    /// Never answered; the connection stays open until the sender gives up.
    Hang {
        /// Whether the message was sent all the same.
        accepted: bool,
    },
    /// The connection is closed without an answer.
    Close {
        /// Whether the message was sent all the same.
        accepted: bool,
    },
    /// Accepted, and answered as usual after this time.
    Slow(Duration),
    /// Accepted, and answered as usual once `Provider::release` is called.
    Hold,
}

/// A failure and the sends that meet it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Only sends by this page.
    pub page_id: Option<String>,
    /// Only sends to this recipient.
    pub recipient: Option<String>,
    /// Only messages whose text holds this.
    pub text_contains: Option<String>,
    /// Only this sender action; `None`: only messages.
    pub action: Option<String>,
    /// How many sends meet it before the rule ends; `None`: all.
    pub times: Option<u32>,
    /// What they meet.
    pub failure: Failure,
}

impl Rule {
    /// A rule for the next send, whichever it is.
    #[must_use]
    pub fn once(failure: Failure) -> Self {
        Self { times: Some(1), ..Self::always(failure) }
    }

    /// A rule for every send from now on.
    #[must_use]
    pub fn always(failure: Failure) -> Self {
        Self { page_id: None, recipient: None, text_contains: None, action: None, times: None, failure }
    }

    /// The same rule for this page only.
    #[must_use]
    pub fn on_page(mut self, page_id: impl Into<String>) -> Self {
        self.page_id = Some(page_id.into());
        self
    }

    /// The same rule for this recipient only.
    #[must_use]
    pub fn to(mut self, recipient: impl Into<String>) -> Self {
        self.recipient = Some(recipient.into());
        self
    }

    /// The same rule for texts that hold this.
    #[must_use]
    pub fn text(mut self, part: impl Into<String>) -> Self {
        self.text_contains = Some(part.into());
        self
    }

    /// The same rule for this sender action, and for no message.
    #[must_use]
    pub fn on_action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    fn fits(&self, page_id: &str, recipient: &str, text: &str, action: Option<&str>) -> bool {
        self.action.as_deref() == action
            && self.page_id.as_deref().is_none_or(|page| page == page_id)
            && self.recipient.as_deref().is_none_or(|person| person == recipient)
            && self.text_contains.as_deref().is_none_or(|part| text.contains(part))
    }
}

/// The rules in force; the oldest that fits a send is taken.
#[derive(Debug, Default)]
pub(crate) struct Rules(Mutex<VecDeque<Rule>>);

impl Rules {
    pub(crate) fn add(&self, rule: Rule) {
        self.lock().push_back(rule);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// The failure that this send meets, counted.
    pub(crate) fn take(&self, page_id: &str, recipient: &str, text: &str, action: Option<&str>) -> Option<Failure> {
        let mut rules = self.lock();
        let place =
            rules.iter().position(|rule| rule.times != Some(0) && rule.fits(page_id, recipient, text, action))?;
        let rule = rules.get_mut(place)?;
        let failure = rule.failure.clone();
        rule.times = rule.times.map(|left| left.saturating_sub(1));
        if rule.times == Some(0) {
            rules.remove(place);
        }
        Some(failure)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
