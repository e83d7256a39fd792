//! The errors of the Graph API that a sender meets, each with what a sender has to make of it.

use serde::Serialize;
use serde_json::{Value, json};

/// An error as the Graph API answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GraphError {
    /// HTTP status of the answer.
    pub status: u16,
    /// `error.code`.
    pub code: u32,
    /// `error.error_subcode`.
    pub subcode: Option<u32>,
    /// `error.message`.
    pub message: String,
    /// `error.is_transient`; left out where false.
    pub transient: bool,
    /// Minutes until calls are answered again, told in the usage headers of a throttled answer.
    pub regain_minutes: Option<u32>,
}

impl GraphError {
    /// An error without a sub-code that is not transient.
    #[must_use]
    pub fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, subcode: None, message: message.into(), transient: false, regain_minutes: None }
    }

    /// The same with a sub-code.
    #[must_use]
    pub fn subcode(mut self, subcode: u32) -> Self {
        self.subcode = Some(subcode);
        self
    }

    /// The same, marked as passing.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }

    /// The same, with the minutes that the usage headers tell.
    #[must_use]
    pub fn regain(mut self, minutes: u32) -> Self {
        self.regain_minutes = Some(minutes);
        self
    }

    /// The answer's body.
    pub(crate) fn body(&self, trace: &str) -> Value {
        let mut error = json!({
            "message": format!("(#{}) {}", self.code, self.message),
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": trace,
        });
        if let Some(fields) = error.as_object_mut() {
            if let Some(subcode) = self.subcode {
                fields.insert("error_subcode".to_owned(), json!(subcode));
            }
            if self.transient {
                fields.insert("is_transient".to_owned(), json!(true));
            }
        }
        json!({ "error": error })
    }
}

/// What a sender has to make of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Passing: try again with back-off.
    Retry,
    /// Try again, but once only.
    RetryOnce,
    /// Wait as long as the headers say.
    Rate,
    /// Wait, and an operator has to know.
    RateAndAlert,
    /// The page may not send for a while: pause it.
    PausePage,
    /// The messaging window is closed.
    Window,
    /// The person cannot be reached.
    Gone,
    /// The page has to be connected again, or its permissions mended.
    Auth,
    /// This message will never go.
    Permanent,
    /// Nothing from this page will go.
    PermanentForPage,
    /// It may have been sent.
    Unknown,
}

/// One line of the table of errors.
#[derive(Clone, Debug)]
pub struct Row {
    /// `code` or `code-subcode`.
    pub name: String,
    /// What the provider answers.
    pub error: GraphError,
    /// What it means.
    pub class: Class,
}

/// A line in short: HTTP status, code, sub-code, class, message.
type Line = (u16, u32, Option<u32>, Class, &'static str);

const LINES: &[Line] = &[
    (500, 1, None, Class::Retry, "An unknown error occurred"),
    (500, 2, None, Class::Retry, "Service temporarily unavailable"),
    (500, 1, Some(1_357_046), Class::Unknown, "Received Invalid JSON reply"),
    (403, 4, None, Class::Rate, "Application request limit reached"),
    (400, 17, None, Class::Rate, "User request limit reached"),
    (403, 32, None, Class::Rate, "Page request limit reached"),
    (400, 613, None, Class::Rate, "Calls to this api have exceeded the rate limit"),
    (400, 613, Some(2_534_040), Class::Rate, "Too many messages to this person"),
    (400, 80_001, None, Class::Rate, "Too many calls to this Page account"),
    (400, 80_006, None, Class::Rate, "Too many messaging calls to this Page account"),
    (400, 80_014, None, Class::Rate, "Too many calls to this account"),
    (400, 613, Some(2_018_338), Class::RateAndAlert, "Tagged messages were reported as abusive"),
    (400, 10, Some(2_018_278), Class::Window, "This message is sent outside of allowed window"),
    (400, 10, Some(2_534_022), Class::Window, "This message is sent outside of allowed window"),
    (400, 10, Some(2_018_065), Class::Window, "This message is sent outside of the standard messaging window"),
    (400, 10, Some(2_018_108), Class::Gone, "This person isn't receiving messages from you right now"),
    (403, 200, Some(1_545_041), Class::Gone, "This person isn't available right now"),
    (400, 551, None, Class::Gone, "This person isn't available right now"),
    (400, 551, Some(1_545_041), Class::Gone, "This person isn't available right now"),
    (400, 10, Some(1_893_063), Class::PausePage, "The Page is temporarily restricted from sending messages"),
    (403, 10, None, Class::Auth, "Application does not have permission for this action"),
    (403, 200, None, Class::Auth, "Requires pages_messaging permission to manage the object"),
    (
        403,
        200,
        Some(2_018_028),
        Class::Auth,
        "Cannot message users who are not admins, developers or testers of the app",
    ),
    (403, 200, Some(2_534_041), Class::Auth, "The account owner has disabled access to messages"),
    (400, 100, None, Class::Permanent, "Invalid parameter"),
    (400, 100, Some(2_018_001), Class::Permanent, "No matching user found"),
    (400, 100, Some(2_018_008), Class::RetryOnce, "Failed to fetch the file from the url"),
    (400, 100, Some(2_018_047), Class::Permanent, "Upload attachment failure"),
    (400, 100, Some(2_018_109), Class::Permanent, "Attachment size exceeds allowable limit"),
    (400, 100, Some(2_018_074), Class::Permanent, "Attachment is not owned by this Page"),
    (400, 100, Some(2_018_294), Class::RetryOnce, "Video upload timed out"),
    (400, 190, None, Class::Auth, "Invalid OAuth 2.0 Access Token"),
    (400, 190, Some(458), Class::Auth, "The user has not authorized the application"),
    (400, 190, Some(460), Class::Auth, "The session has been invalidated because the user changed their password"),
    (400, 190, Some(463), Class::Auth, "The session has expired"),
    (400, 190, Some(467), Class::Auth, "The access token is invalid"),
    (
        400,
        368,
        None,
        Class::PermanentForPage,
        "The action attempted has been deemed abusive or is otherwise disallowed",
    ),
    (400, 2_018_300, None, Class::Permanent, "Another app is controlling this thread now"),
    (400, 9_000_001, None, Class::Permanent, "The message was deleted"),
];

/// Every error that a send can be answered with. Throttled answers tell five minutes in their usage headers.
#[must_use]
pub fn catalogue() -> Vec<Row> {
    LINES
        .iter()
        .map(|&(status, code, subcode, class, message)| Row {
            name: subcode.map_or_else(|| code.to_string(), |subcode| format!("{code}-{subcode}")),
            error: GraphError {
                status,
                code,
                subcode,
                message: message.to_owned(),
                transient: class == Class::Retry,
                regain_minutes: matches!(class, Class::Rate | Class::RateAndAlert).then_some(5),
            },
            class,
        })
        .collect()
}

/// The line of that name: `"190"`, `"10-2018278"`.
#[must_use]
pub fn named(name: &str) -> Option<Row> {
    catalogue().into_iter().find(|row| row.name == name)
}
