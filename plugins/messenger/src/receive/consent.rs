//! Opt-ins: by a plugin on a site, or to recurring notifications.

use lockgate_sdk::{Consent, Context, Event, EventBody};

use super::item::{Frame, extras};
use super::json::Text;
use super::{Odd, moment, shapes};

/// The consent to be sent notifications.
const NOTIFICATIONS: &str = "notification_messages";

/// A consent given or taken back.
///
/// # Errors
///
/// Where it is of a kind that is not documented.
pub(super) fn event(frame: &Frame<'_>, told: shapes::Optin<'_>) -> Result<Event, Odd> {
    let kind = told.kind.as_ref().map(Text::as_str).unwrap_or_default();
    let consent = match kind {
        NOTIFICATIONS => {
            let stopped = told.status.is_some_and(|status| status.as_str() == "STOP_NOTIFICATIONS");
            let token = told.token.map(Text::into_string);
            let expires = moment(told.token_expiry);
            Consent {
                topic: NOTIFICATIONS.into(),
                given: !stopped,
                evidence: told.title.or(told.payload).map(Text::into_string),
                context: token.map(|value| Context { value, expires, once: false }),
            }
        }
        "" => Consent {
            topic: "all".into(),
            given: true,
            evidence: told.reference.or(told.user_ref).map(Text::into_string),
            context: None,
        },
        _ => return Err(Odd),
    };
    let evidence = consent.evidence.as_deref().unwrap_or_default();
    let dedup = format!("{}:{}:{}:{}:{evidence}", consent.topic, consent.given, frame.contact(), frame.at);
    let mut event = frame.event(dedup, EventBody::Consent(consent));
    event.extras = extras(told.rest);
    Ok(event)
}
