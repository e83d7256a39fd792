//! Facebook's errors, each as what the host should do about it. The table in the plugin's README has the same rows.

use lockgate_sdk::http::Response;
use lockgate_sdk::{Draft, Fault, Ground, Outcome, Passing, RateLimited, WindowClosed, log};

use super::answer::GraphError;
use super::usage;

/// What the app or page lacks where Facebook speaks of permissions.
const SCOPE: &str = "pages_messaging";
/// The same of templates.
const TEMPLATES: &str = "pages_utility_messaging";
/// The tag under which a person may answer after the window.
const HUMAN_AGENT: &str = "HUMAN_AGENT";

/// What decides about an error beside the error itself.
pub(crate) struct Case {
    /// Whether it was tried for the first time.
    first: bool,
    /// What may still be sent where the window is closed.
    allowed: Vec<String>,
    /// What is lacking where a permission is.
    scope: &'static str,
}

impl Case {
    /// A sender action: no tag opens a closed window for it.
    pub(crate) const ACTION: Self = Self { first: true, allowed: Vec::new(), scope: SCOPE };
    /// The page's templates are looked up.
    pub(crate) const TEMPLATES: Self = Self { first: true, allowed: Vec::new(), scope: TEMPLATES };

    pub(super) fn of(draft: &Draft) -> Self {
        Self { first: draft.attempt <= 1, allowed: allowed(draft), scope: SCOPE }
    }

    /// What is sent is a template.
    pub(super) fn of_template(self) -> Self {
        Self { scope: TEMPLATES, ..self }
    }
}

/// The outcome of what was answered with this error.
pub(super) fn outcome(case: &Case, response: &Response, error: &GraphError) -> Outcome {
    if (error.code, error.subcode) == (1, Some(1_357_046)) {
        return Outcome::Unknown("Facebook could not read its own answer; the message may have been sent".into());
    }
    Outcome::Failed(fault(case, response, error))
}

fn fault(case: &Case, response: &Response, error: &GraphError) -> Fault {
    let words = || error.error_user_msg.clone().or_else(|| error.message.clone()).unwrap_or_else(|| code(error));
    let passing = || Fault::passing(words(), usage::retry_after(response));
    let limited = |bucket: &str| {
        Fault::RateLimited(RateLimited { retry_after: usage::retry_after(response), bucket: bucket.into() })
    };
    let blocked = || Fault::ChannelBlocked(Passing { why: words(), retry_after: usage::retry_after(response) });
    let rejected = || Fault::rejected(Some(code(error)), words());

    // Some are written as a code here and as a subcode there.
    match error.code {
        2_018_300 => return Fault::HeldElsewhere(words()),
        9_000_001 => return Fault::Gone(words()),
        _ => {}
    }
    match (error.code, error.subcode.unwrap_or_default()) {
        (_, 2_018_300) => Fault::HeldElsewhere(words()),
        (1 | 2, _) => passing(),
        (4, _) => limited("app"),
        (613, 2_018_338) => {
            log::warn("Facebook warns of abuse of message tags", &[("code", &code(error))]);
            limited("page")
        }
        (17 | 32 | 613 | 80_001..=80_014, _) => limited("page"),
        (10, 2_018_278 | 2_534_022 | 2_018_065) => {
            Fault::WindowClosed(WindowClosed { since: None, allowed: case.allowed.clone() })
        }
        (10, 2_018_108) | (200, 1_545_041) | (551, _) => Fault::RecipientUnreachable(words()),
        (10, 1_893_063) | (368, _) => blocked(),
        (10 | 200, _) => Fault::PermissionMissing(vec![case.scope.into()]),
        (190, _) => Fault::SignInExpired,
        // Fetching the file failed, or took Facebook too long: once more, then it is the address that is wrong.
        (100, 2_018_008 | 2_018_294) if case.first => passing(),
        (100, 2_018_047) => Fault::Unsupported(words()),
        (100, 2_018_109) => Fault::TooLarge(None),
        _ if response.status == 429 => limited("page"),
        _ if error.is_transient == Some(true) || (response.status >= 500 && error.code != 100) => passing(),
        _ => rejected(),
    }
}

/// Code and subcode, as people search for them.
fn code(error: &GraphError) -> String {
    match error.subcode.unwrap_or_default() {
        0 => error.code.to_string(),
        subcode => format!("{}-{subcode}", error.code),
    }
}

/// What may still be sent when the window is closed: the tag, unless it was the tag's own window.
fn allowed(draft: &Draft) -> Vec<String> {
    match &draft.ground {
        Ground::Tag(_) => Vec::new(),
        Ground::Open | Ground::Template | Ground::Initiated if draft.automatic => Vec::new(),
        Ground::Open | Ground::Template | Ground::Initiated => vec![HUMAN_AGENT.into()],
    }
}
