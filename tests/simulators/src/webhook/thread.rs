//! What can happen between a page and a person: a builder for every kind of event.

use serde_json::{Value, json};

use super::event::{Event, Reaction};

/// A page and a person: what an event happens between. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thread {
    /// The page.
    pub page_id: String,
    /// The person's id on this page (PSID).
    pub person_id: String,
}

impl Thread {
    /// The thread of a page with a person.
    #[must_use]
    pub fn new(page_id: impl Into<String>, person_id: impl Into<String>) -> Self {
        Self { page_id: page_id.into(), person_id: person_id.into() }
    }

    /// The person writes a text.
    #[must_use]
    pub fn text(&self, mid: &str, at: u64, text: &str) -> Event {
        self.message(mid, at, json!({ "text": text }))
    }

    /// The person answers one message.
    #[must_use]
    pub fn reply(&self, mid: &str, at: u64, text: &str, to: &str) -> Event {
        self.message(mid, at, json!({"text": text, "reply_to": {"mid": to, "is_self_reply": false}}))
    }

    /// The person presses a quick reply.
    #[must_use]
    pub fn quick_reply(&self, mid: &str, at: u64, title: &str, payload: &str) -> Event {
        self.message(mid, at, json!({"text": title, "quick_reply": {"payload": payload}}))
    }

    /// The person sends attachments; see [`media`](super::media) and its neighbours.
    #[must_use]
    pub fn attachments(&self, mid: &str, at: u64, text: Option<&str>, attachments: &[Value]) -> Event {
        let mut body = json!({ "attachments": attachments });
        if let (Some(text), Some(fields)) = (text, body.as_object_mut()) {
            fields.insert("text".to_owned(), json!(text));
        }
        self.message(mid, at, body)
    }

    /// The person writes; `body` holds what `message` has besides its id.
    #[must_use]
    pub fn message(&self, mid: &str, at: u64, body: Value) -> Event {
        let key = format!("message:{mid}");
        self.event("message", key, Some(mid), at, "message", with_mid(body, mid))
    }

    /// The page wrote: from here with our `app_id` and mark, from another app, or by hand in the page's own inbox
    /// (neither app nor mark).
    #[must_use]
    pub fn echo(&self, mid: &str, at: u64, text: &str, app_id: Option<&str>, metadata: Option<&str>) -> Event {
        self.echo_of(mid, at, json!({ "text": text }), app_id, metadata)
    }

    /// As [`Thread::echo`], of any message; `body` holds `text` or `attachments`.
    #[must_use]
    pub fn echo_of(&self, mid: &str, at: u64, body: Value, app_id: Option<&str>, metadata: Option<&str>) -> Event {
        let mut body = with_mid(body, mid);
        if let Some(fields) = body.as_object_mut() {
            fields.insert("is_echo".to_owned(), json!(true));
            // Meta sends app ids as numbers.
            if let Some(app_id) = app_id {
                let number = app_id.parse::<u64>().map_or_else(|_| json!(app_id), |number| json!(number));
                fields.insert("app_id".to_owned(), number);
            }
            if let Some(metadata) = metadata {
                fields.insert("metadata".to_owned(), json!(metadata));
            }
        }
        self.item("echo", format!("message:{mid}"), Some(mid), at, (&self.page_id, &self.person_id))
            .with("message", body)
    }

    /// The person changed the text of a message; `num_edit` counts from 1 to 5.
    #[must_use]
    pub fn edit(&self, mid: &str, at: u64, num_edit: u32, text: &str) -> Event {
        let body = json!({"mid": mid, "text": text, "num_edit": num_edit});
        self.event("edit", format!("edit:{mid}:{num_edit}"), Some(mid), at, "message_edit", body)
    }

    /// As [`Thread::edit`] with the number as a string, which Meta sends too.
    #[must_use]
    pub fn edit_numbered_in_words(&self, mid: &str, at: u64, num_edit: u32, text: &str) -> Event {
        self.edit(mid, at, num_edit, text).with_in("message_edit", "num_edit", json!(num_edit.to_string()))
    }

    /// The person took a message back.
    #[must_use]
    pub fn delete(&self, mid: &str, at: u64) -> Event {
        self.event("delete", format!("delete:{mid}"), Some(mid), at, "message", json!({"mid": mid, "is_deleted": true}))
    }

    /// The person reacted to a message of either side.
    #[must_use]
    pub fn react(&self, mid: &str, at: u64, reaction: Reaction) -> Event {
        let body = json!({"action": "react", "reaction": reaction.word, "emoji": reaction.emoji, "mid": mid});
        self.reaction(mid, at, "react", body)
    }

    /// The person took the reaction back; what it was is not told.
    #[must_use]
    pub fn unreact(&self, mid: &str, at: u64) -> Event {
        self.reaction(mid, at, "unreact", json!({"action": "unreact", "mid": mid}))
    }

    fn reaction(&self, mid: &str, at: u64, action: &str, body: Value) -> Event {
        let key = format!("reaction:{mid}:{}:{at}:{action}", self.person_id);
        self.event("reaction", key, Some(mid), at, "reaction", body)
    }

    /// All that the page sent up to `watermark` reached the person; `mids` may be empty.
    #[must_use]
    pub fn delivery(&self, at: u64, watermark: u64, mids: &[&str]) -> Event {
        let mut body = json!({ "watermark": watermark });
        if let (false, Some(fields)) = (mids.is_empty(), body.as_object_mut()) {
            fields.insert("mids".to_owned(), json!(mids));
        }
        let key = format!("delivery:{}:{}:{watermark}:{}", self.page_id, self.person_id, mids.join(","));
        self.event("delivery", key, mids.first().copied(), at, "delivery", body)
    }

    /// The person saw all that the page sent up to `watermark`.
    #[must_use]
    pub fn read(&self, at: u64, watermark: u64) -> Event {
        let key = format!("read:{}:{}:{watermark}", self.page_id, self.person_id);
        self.event("read", key, None, at, "read", json!({ "watermark": watermark }))
    }

    /// The person pressed a button or Get Started.
    #[must_use]
    pub fn postback(&self, mid: Option<&str>, at: u64, title: &str, payload: &str) -> Event {
        let mut body = json!({"title": title, "payload": payload});
        if let Some(mid) = mid {
            body = with_mid(body, mid);
        }
        let key = format!("postback:{}:{}:{at}:{payload}", self.page_id, self.person_id);
        self.event("postback", key, mid, at, "postback", body)
    }

    /// The person came back to the thread by a link or an advert.
    #[must_use]
    pub fn referral(&self, at: u64, source: &str, reference: &str) -> Event {
        let body = json!({"ref": reference, "source": source, "type": "OPEN_THREAD"});
        self.other("referral", at, "referral", body)
    }

    /// The person ticked a checkbox plugin; `user_ref` stands in the sender's place where it is given.
    #[must_use]
    pub fn optin(&self, at: u64, reference: &str, user_ref: Option<&str>) -> Event {
        let event = self.other("optin", at, "optin", json!({ "ref": reference }));
        match user_ref {
            Some(user_ref) => {
                event.with_in("optin", "user_ref", json!(user_ref)).with("sender", json!({ "user_ref": user_ref }))
            }
            None => event,
        }
    }

    /// The person agreed to be sent notifications on a topic.
    #[must_use]
    pub fn notification_optin(&self, at: u64, payload: &str, token: &str, expires_at: u64) -> Event {
        let body = json!({
            "type": "notification_messages",
            "payload": payload,
            "notification_messages_token": token,
            "notification_messages_frequency": "DAILY",
            "notification_messages_timezone": "Europe/Berlin",
            "token_expiry_timestamp": expires_at,
            "user_token_status": "NOT_REFRESHED",
            "title": payload,
        });
        self.other("optin", at, "optin", body)
    }

    /// The person linked an account, or undid it (no code).
    #[must_use]
    pub fn account_linking(&self, at: u64, authorization_code: Option<&str>) -> Event {
        let body = match authorization_code {
            Some(code) => json!({"status": "linked", "authorization_code": code}),
            None => json!({"status": "unlinked"}),
        };
        self.other("account_linking", at, "account_linking", body)
    }

    /// The thread was given to an app.
    #[must_use]
    pub fn pass_thread_control(&self, at: u64, new_owner_app_id: &str) -> Event {
        let body = json!({"new_owner_app_id": new_owner_app_id, "metadata": "over to you"});
        self.other("handover", at, "pass_thread_control", body)
    }

    /// Another app took the thread.
    #[must_use]
    pub fn take_thread_control(&self, at: u64, previous_owner_app_id: &str) -> Event {
        let body = json!({"previous_owner_app_id": previous_owner_app_id, "metadata": "mine now"});
        self.other("handover", at, "take_thread_control", body)
    }

    /// Another app asks for the thread.
    #[must_use]
    pub fn request_thread_control(&self, at: u64, requested_owner_app_id: &str) -> Event {
        let body = json!({"requested_owner_app_id": requested_owner_app_id, "metadata": "may I?"});
        self.other("handover", at, "request_thread_control", body)
    }

    /// Meta warned, blocked or unblocked the page.
    #[must_use]
    pub fn policy_enforcement(&self, at: u64, action: &str, reason: Option<&str>) -> Event {
        let mut body = json!({ "action": action });
        if let (Some(reason), Some(fields)) = (reason, body.as_object_mut()) {
            fields.insert("reason".to_owned(), json!(reason));
        }
        self.other("policy_enforcement", at, "policy_enforcement", body)
    }

    /// The person judged an answer of ours.
    #[must_use]
    pub fn response_feedback(&self, mid: &str, at: u64, feedback: &str) -> Event {
        let mut event =
            self.other("response_feedback", at, "response_feedback", json!({"mid": mid, "feedback": feedback}));
        event.mid = Some(mid.to_owned());
        event
    }

    /// A kind of event that nobody has heard of; `name` is its key in the item.
    #[must_use]
    pub fn unheard_of(&self, at: u64, name: &str, body: Value) -> Event {
        self.other("unheard_of", at, name, body)
    }

    /// An event that is about no message and told once.
    fn other(&self, kind: &'static str, at: u64, name: &str, body: Value) -> Event {
        self.event(kind, format!("{name}:{}:{}:{at}", self.page_id, self.person_id), None, at, name, body)
    }

    /// Something the person did: an item with `body` under `name`.
    fn event(&self, kind: &'static str, key: String, mid: Option<&str>, at: u64, name: &str, body: Value) -> Event {
        self.item(kind, key, mid, at, (&self.person_id, &self.page_id)).with(name, body)
    }

    /// An item without body; `way` is from whom to whom.
    fn item(&self, kind: &'static str, key: String, mid: Option<&str>, at: u64, way: (&str, &str)) -> Event {
        Event {
            page_id: self.page_id.clone(),
            kind,
            key,
            mid: mid.map(str::to_owned),
            standby: false,
            value: json!({"sender": {"id": way.0}, "recipient": {"id": way.1}, "timestamp": at}),
        }
    }
}

fn with_mid(mut body: Value, mid: &str) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("mid".to_owned(), json!(mid));
    }
    body
}
