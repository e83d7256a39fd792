//! What a plugin implements: one trait an ability. Each call runs in a fresh instance, so there is no `self`: what must be
//! remembered goes into [`crate::state`].

use crate::{
    Author, Draft, Event, Fault, FieldProblem, Identity, IdentityKind, Outcome, Page, Part, PartOutcome, Problem,
    Reception, Refusal, Request, Resolved, Setting, Target, TemplateDefinition, Thread,
};

/// Every plugin: does this configuration make sense?
pub trait Connector {
    /// What is wrong with these settings, each with its key; nothing where they will do. Pure: no request leaves.
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem>;
}

/// Webhooks, form posts, widget calls.
pub trait Ingress {
    /// Makes events of a request that the host has verified. Pure: no request leaves during the call, and it may be run again.
    ///
    /// Everything in a batch becomes an event; what is not understood becomes [`crate::EventBody::Native`].
    ///
    /// # Errors
    ///
    /// Where nothing in it can be read; each [`Refusal`] says what the host does next.
    fn receive(request: Request) -> Result<Reception, Refusal>;
}

/// What an event asked to be done afterwards, with outgoing requests.
///
/// `receive` makes no request. Where its webhook only names something that must be fetched, it says so by an event of
/// [`crate::EventBody::FollowUp`], and the host calls this once that event is stored.
///
/// ```
/// use lockgate_sdk::{Background, Content, Event, Fault, Identity, Message, Thread, http, register};
/// use serde_json::Value;
///
/// struct Fetches;
///
/// impl Background for Fetches {
///     fn follow_up(what: String) -> Result<Vec<Event>, Fault> {
///         let answer = http::Request::get(format!("https://api.example.com/v1/messages/{what}")).send();
///         let answer = answer.map_err(|error| error.into_fault())?;
///         if let Some(fault) = answer.fault("account") {
///             return Err(fault);
///         }
///         let json: Value = answer.json().map_err(|error| Fault::Malformed(error.to_string()))?;
///         let message = Message::of([Content::text(json["text"].as_str().unwrap_or_default())]).with_id(&what);
///         let at = json["at"].as_u64().unwrap_or_default();
///         Ok(vec![Event::new(what, at, message).in_thread(Thread::direct("anna")).by(Identity::contact("anna"))])
///     }
/// }
///
/// register!(Fetches: background);
///
/// # use lockgate_sdk::fake;
/// fake::reset();
/// fake::with(|host| host.answer(200, r#"{"text":"Hello","at":1767225600000}"#));
/// assert_eq!(Fetches::follow_up("m-1".into()).unwrap().len(), 1);
/// fake::with(|host| host.answer(503, ""));
/// assert!(matches!(Fetches::follow_up("m-1".into()), Err(Fault::Passing(_))));
/// ```
pub trait Background {
    /// Does what the event's text says. Its events are taken in as those of `receive`, with what it wrote to [`crate::state`]. It
    /// may be run again although it ran before: the events' keys tell the host what it has already.
    ///
    /// # Errors
    ///
    /// A [`Fault`]; the host tries again, for a day, where that can help.
    fn follow_up(what: String) -> Result<Vec<Event>, Fault>;
}

/// Providers without webhooks, or whose webhook only says that something changed. The manifest's `[polling]` says how often.
///
/// ```
/// use lockgate_sdk::{Content, Event, Fault, Identity, Message, Page, Poller, Thread, http, register};
/// use serde_json::Value;
///
/// struct Polls;
///
/// impl Poller for Polls {
///     fn poll(cursor: Option<String>) -> Result<Page, Fault> {
///         let after = cursor.as_deref().unwrap_or("now");
///         let answer = http::Request::get(format!("https://api.example.com/v1/messages?after={after}")).send();
///         let answer = answer.map_err(|error| error.into_fault())?;
///         if let Some(fault) = answer.fault("account") {
///             return Err(fault);
///         }
///         let json: Value = answer.json().map_err(|error| Fault::Malformed(error.to_string()))?;
///         let items = json["items"].as_array().cloned().unwrap_or_default();
///         let events = items.iter().map(|item| {
///             let (id, who) = (item["id"].as_str().unwrap_or_default(), item["from"].as_str().unwrap_or_default());
///             let message = Message::of([Content::text(item["text"].as_str().unwrap_or_default())]).with_id(id);
///             let at = item["at"].as_u64().unwrap_or_default();
///             Event::new(id, at, message).in_thread(Thread::direct(who)).by(Identity::contact(who))
///         });
///         let cursor = json["next"].as_str().map(str::to_owned);
///         Ok(Page { events: events.collect(), cursor, more: json["more"] == true, ..Page::default() })
///     }
/// }
///
/// register!(Polls: poller);
///
/// # use lockgate_sdk::fake;
/// fake::reset();
/// fake::with(|host| host.answer(200, r#"{"items":[],"next":"42"}"#));
/// assert_eq!(Polls::poll(None).unwrap().cursor.as_deref(), Some("42"));
/// fake::with(|host| host.answer(429, ""));
/// assert!(matches!(Polls::poll(Some("42".into())), Err(Fault::RateLimited(_))));
/// ```
pub trait Poller {
    /// What happened since `cursor`, oldest first. With no cursor it begins now. The page's cursor is kept together with its events
    /// and with what was written to [`crate::state`]; none leaves it as it is. One call at a time for each channel, or for each app.
    ///
    /// # Errors
    ///
    /// A [`Fault`]; the same cursor comes again later.
    fn poll(cursor: Option<String>) -> Result<Page, Fault>;
}

/// Files whose bytes are with the provider. An event names one as [`MediaSource::Deferred`](crate::MediaSource), by whatever the plugin
/// finds it again; the host asks for it once the message is taken in. Needs `[media]` in the manifest.
///
/// ```
/// use lockgate_sdk::{Fault, MediaFetcher, http, media, register};
///
/// struct Files;
///
/// impl MediaFetcher for Files {
///     fn fetch(deferred: String) -> Result<String, Fault> {
///         let answer = http::Request::get(format!("https://api.example.com/v1/files/{deferred}")).send();
///         let answer = answer.map_err(|error| error.into_fault())?;
///         if let Some(fault) = answer.fault("account") {
///             return Err(fault);
///         }
///         Ok(media::keep(&answer.body, None)?)
///     }
/// }
///
/// register!(Files: media_fetcher);
///
/// # use lockgate_sdk::fake;
/// fake::reset();
/// fake::with(|host| host.answer(200, "bytes"));
/// let kept = Files::fetch("f-1".into()).unwrap();
/// assert_eq!(media::all(&kept).unwrap(), b"bytes");
/// fake::with(|host| host.answer(404, ""));
/// assert!(Files::fetch("f-2".into()).is_err());
/// ```
pub trait MediaFetcher {
    /// Brings the file that `deferred` says, keeps it with [`crate::media`], and gives its name there. It may be called again although
    /// it was called before.
    ///
    /// # Errors
    ///
    /// A [`Fault`]; the host tries again, for a day, where that can help, and says in the message why the file is missing where it
    /// cannot. What [`crate::media`] refuses becomes one by `?`.
    fn fetch(deferred: String) -> Result<String, Fault>;
}

/// Answers.
pub trait Sender {
    /// Sends the parts of a draft that are still to be sent and says what came of each. [`crate::delivery::in_order`] does the
    /// book-keeping.
    fn send(draft: Draft) -> Vec<PartOutcome>;

    /// What would be wrong with it, so that it is known before Send is pressed. No request leaves.
    fn preview(draft: Draft) -> Vec<Problem> {
        let _ = draft;
        Vec::new()
    }
}

/// What can be done to a message or thread that exists.
///
/// A plugin writes the functions that its provider has something like, and names them in the manifest's capabilities (`edit`,
/// `delete`, `react`, `mark_read`, `typing`, `take_over`, `ended`): the host asks for those only. The others answer
/// [`Fault::Unsupported`] by themselves.
///
/// ```
/// use lockgate_sdk::{Actions, Fault, Outcome, Sent, Target, http, register};
/// use serde_json::json;
///
/// struct Reacts;
///
/// impl Actions for Reacts {
///     fn react(target: Target, symbol: String, added: bool, _: Option<String>) -> Outcome {
///         let Some(message) = target.message else {
///             return Outcome::Failed(Fault::Gone("the message has no name at the provider".into()));
///         };
///         let body = json!({ "message": message, "emoji": added.then_some(symbol) });
///         match http::Request::post("https://api.example.com/v1/reactions").json(&body).send() {
///             Ok(answer) => answer.refusal("account").unwrap_or(Outcome::Sent(Sent::default())),
///             Err(error) => error.into_outcome(),
///         }
///     }
/// }
///
/// register!(Reacts: actions);
///
/// # use lockgate_sdk::fake;
/// fake::reset();
/// fake::with(|host| host.answer(200, "{}"));
/// assert_eq!(Reacts::react(Target::of_message("m-1"), "👍".into(), true, None), Outcome::Sent(Sent::default()));
/// assert!(matches!(Reacts::typing(Target::default(), true, None), Outcome::Failed(Fault::Unsupported(_))));
/// ```
pub trait Actions {
    /// A message of ours says these parts from now on. Media stay unless media are listed.
    fn edit(target: Target, parts: Vec<Part>) -> Outcome {
        let _ = (target, parts);
        unsupported("a message cannot be edited")
    }

    /// A message of ours is taken back.
    fn delete(target: Target) -> Outcome {
        let _ = target;
        unsupported("a message cannot be taken back")
    }

    /// Our reaction on a message: an emoji, or the provider's name between colons; added or taken back. Taking back names as
    /// `reaction` what adding returned as `message`.
    fn react(target: Target, symbol: String, added: bool, reaction: Option<String>) -> Outcome {
        let _ = (target, symbol, added, reaction);
        unsupported("there are no reactions")
    }

    /// The contact's messages up to and with the target's have been read. Called once: an unknown is forgotten.
    fn mark_read(target: Target) -> Outcome {
        let _ = target;
        unsupported("nobody is told what was read")
    }

    /// Somebody here began to write, or stopped. Called once: an unknown is forgotten.
    fn typing(target: Target, on: bool, author: Option<Author>) -> Outcome {
        let _ = (target, on, author);
        unsupported("nobody is told who writes")
    }

    /// Take the thread from another app, or give it back.
    fn take_over(target: Target, on: bool) -> Outcome {
        let _ = (target, on);
        unsupported("a thread belongs to nobody")
    }

    /// The conversation was closed here, or opened again.
    fn ended(target: Target, ended: bool) -> Outcome {
        let _ = (target, ended);
        unsupported("a conversation has no end")
    }
}

/// Looking things up at the provider, while somebody waits for the answer.
///
/// A plugin writes the functions that its provider has something like; the others answer [`Fault::Unsupported`] by themselves. Only
/// requests through egress rules of effect `read` leave, and [`crate::state`] is not written. Nothing is tried again: who asked is
/// told the fault.
///
/// ```
/// use lockgate_sdk::{Directory, Fault, Identity, http, register};
/// use serde_json::Value;
///
/// struct Looks;
///
/// impl Directory for Looks {
///     fn profile(key: String, _: Option<String>) -> Result<Option<Identity>, Fault> {
///         let answer = http::Request::get(format!("https://api.example.com/v1/people/{key}")).send();
///         let answer = answer.map_err(|error| error.into_fault())?;
///         if answer.status == 404 {
///             return Ok(None);
///         }
///         if let Some(fault) = answer.fault("account") {
///             return Err(fault);
///         }
///         let json: Value = answer.json().map_err(|error| Fault::Malformed(error.to_string()))?;
///         Ok(Some(Identity { name: json["name"].as_str().map(str::to_owned), ..Identity::contact(key) }))
///     }
/// }
///
/// register!(Looks: directory);
///
/// # use lockgate_sdk::fake;
/// fake::reset();
/// fake::with(|host| host.answer(200, r#"{"name":"Anna"}"#));
/// assert_eq!(Looks::profile("anna".into(), None).unwrap().unwrap().name.as_deref(), Some("Anna"));
/// assert!(matches!(Looks::templates(), Err(Fault::Unsupported(_))));
/// ```
pub trait Directory {
    /// All templates that the provider has on file, those that may not be sent now too.
    ///
    /// # Errors
    ///
    /// A [`Fault`], which is told to who asked.
    fn templates() -> Result<Vec<TemplateDefinition>, Fault> {
        not_here("there are no templates")
    }

    /// Whether a conversation can be begun with this address, and as whom. None: not with this one. Asked for the kinds that the
    /// manifest's `begins` names.
    ///
    /// # Errors
    ///
    /// A [`Fault`], which is told to who asked.
    fn resolve(kind: IdentityKind, address: String) -> Result<Option<Resolved>, Fault> {
        let _ = (kind, address);
        not_here("nobody can be looked up")
    }

    /// What the provider tells of a person who is known, in the thread where it tells more there. None: nothing. What comes is
    /// kept as that of an event [`crate::EventBody::Profile`]; its key is the one that was asked for.
    ///
    /// # Errors
    ///
    /// A [`Fault`], which is told to who asked.
    fn profile(key: String, thread: Option<String>) -> Result<Option<Identity>, Fault> {
        let _ = (key, thread);
        not_here("nothing is told of a person")
    }

    /// What the provider tells of a thread that is known. None: nothing. What comes is kept as what an event tells of its thread;
    /// its key is the one that was asked for.
    ///
    /// # Errors
    ///
    /// A [`Fault`], which is told to who asked.
    fn about(thread: String) -> Result<Option<Thread>, Fault> {
        let _ = thread;
        not_here("nothing is told of a thread")
    }
}

fn not_here<T>(words: &str) -> Result<T, Fault> {
    Err(Fault::Unsupported(format!("{words} on this channel")))
}

fn unsupported(words: &str) -> Outcome {
    Outcome::Failed(Fault::Unsupported(format!("{words} on this channel")))
}
