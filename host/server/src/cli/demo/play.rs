//! The conversation: each step is done by the provider or the team, and what the host made of it is read back from its API.

use std::time::Duration;

use lockgate_simulators::graph::{Failure, Provider, cdn_address, named};
use lockgate_simulators::webhook::{Aftermath, Envelope, Forgery, REACTIONS, Retry, Thread, media};
use serde_json::{Value, json};

use super::api::text;
use super::setup::Connected;
use super::{DemoError, PAGE};

/// Page-scoped id of the contact.
const ADA: &str = "7300112233445566";

/// A page of the same Meta app that nobody connected.
const OTHER_PAGE: &str = "104999999999";

/// How long one step may take. The host's first retry comes within a second or two.
const STEP_WITHIN: Duration = Duration::from_secs(60);

struct Play<'a> {
    connected: &'a Connected,
    quiet: bool,
}

/// Plays it.
pub(super) async fn conversation(connected: &Connected, provider: &Provider, quiet: bool) -> Result<(), DemoError> {
    let play = Play { connected, quiet };
    let now = || provider.config().clock.now_ms();
    let ada = Thread::new(PAGE, ADA);

    let first = Envelope::one(ada.text("m_ada_1", now(), "Hello! Is my order 1042 on its way? Grüße, Ada"));
    play.deliver(&first).await?;
    play.say("3. Ada writes. Messenger posts a signed webhook; the host checks the signature, a fresh sandbox parses it, one\n   transaction commits it, and only then Messenger is answered 200. In the inbox:");
    play.show().await?;

    play.deliver(&first).await?;
    play.say("\n4. Messenger posts the same webhook again, as it does when an answer gets lost: 200, and nothing new in the inbox.");

    let time = now();
    let genuine = Envelope::one(ada.text("m_forged", time, "Please refund order 1042 to me"))
        .signed(&provider.config().app_secret, time);
    for how in [Forgery::OtherSecret, Forgery::Unsigned] {
        let answer = connected.webhooks.post(&genuine.clone().forged(how)).await.map_err(story)?;
        if answer.status != 401 {
            return Err(DemoError::Story(format!("a forged webhook was answered {}", answer.status)));
        }
    }
    play.say("\n5. Somebody who found out the address posts a message of their own, first under a wrong signature, then under none:\n   401 twice. No plugin ran, and no byte of it was kept, only the count.");

    let stranger = Thread::new(OTHER_PAGE, "7300999");
    play.deliver(&Envelope::batch([
        ada.attachments("m_ada_2", now(), None, &[media("image", &cdn_address("bike"))]),
        ada.edit("m_ada_1", now(), 1, "Hello! Is my order 1043 on its way? Grüße, Ada"),
        stranger.text("m_other", now(), "A page of this app that nobody connected"),
    ]))
    .await?;
    play.keep("m_ada_2").await?;
    play.say("\n6. One webhook, three things: a photo, an edit of the first message, and a message to a page that nobody connected.\n   The first two are in the inbox, and the host fetched the photo before its address expires; the third is kept as a dead\n   letter, where an admin finds it:");
    play.show().await?;

    let _responder = connected.webhooks.respond(Aftermath::ALL, Retry::PATIENT);
    let answer =
        play.answer("Hello Ada! It left this morning; here is the way: https://example.com/track/1043").await?;
    play.reach(&answer, "read").await?;
    play.say("\n7. The team answers. The message and its place in the outbox are committed together; the plugin renders it in a sandbox,\n   and the host writes the page's token into the one header that the admin granted. Messenger's echo is recognised, its\n   receipts move the status on: sent, delivered, read.");
    play.show().await?;

    let busy = named("2").ok_or_else(|| DemoError::Story("the simulator knows no such failure".into()))?;
    provider.fail_next(Failure::Error(busy.error));
    let answer = play.answer("It arrives on Tuesday.").await?;
    play.reach(&answer, "read").await?;
    play.say("\n8. The team answers again, and Messenger says that it is busy. That is a passing fault: the host waits a moment and tries\n   again. Messenger's own books show one message, not two.");

    let love = REACTIONS.iter().find(|reaction| reaction.word == "love").copied();
    if let Some(love) = love {
        let last = provider.books().accepted().last().map(|message| message.mid.clone()).unwrap_or_default();
        play.deliver(&Envelope::one(ada.react(&last, now(), love))).await?;
    }
    play.say("\n9. Ada likes that. The whole conversation, as the API shows it:");
    play.show().await
}

impl Play<'_> {
    fn say(&self, words: &str) {
        if !self.quiet {
            println!("{words}");
        }
    }

    async fn deliver(&self, envelope: &Envelope) -> Result<(), DemoError> {
        self.connected.webhooks.tell(envelope, Retry::PATIENT).await.map_err(story)?;
        Ok(())
    }

    async fn answer(&self, words: &str) -> Result<String, DemoError> {
        let conversation = self.connected.conversation().await?;
        let message = self
            .connected
            .api
            .post(&format!("/conversations/{conversation}/messages"), &json!({ "text": words }))
            .await?;
        text(&message, "/id")
    }

    /// Waits until a message has come so far.
    async fn reach(&self, message: &str, status: &str) -> Result<(), DemoError> {
        let path = format!("/messages/{message}");
        self.wait(&path, &format!("an answer is {status}"), |shown| match shown.pointer("/status")?.as_str()? {
            now if now == status => Some(Ok(())),
            now @ ("failed" | "unknown") => Some(Err(format!("an answer ended as {now}: {shown}"))),
            _ => None,
        })
        .await
    }

    /// Waits until the file of Ada's message is kept.
    async fn keep(&self, name: &str) -> Result<(), DemoError> {
        let conversation = self.connected.conversation().await?;
        let path = format!("/conversations/{conversation}/messages?limit=200");
        self.wait(&path, "a photo is kept", |shown| {
            let mut listed = shown.get("items")?.as_array()?.iter();
            let message = listed.find(|message| message.get("external_id").is_some_and(|id| id == name))?;
            match message.pointer("/parts/0/content/value/source/type")?.as_str()? {
                "stored" => Some(Ok(())),
                "missing" => Some(Err(format!("a photo was not fetched: {message}"))),
                _ => None,
            }
        })
        .await
    }

    /// Asks the API until what it shows decides: well, or in words why not.
    async fn wait(
        &self,
        path: &str,
        what: &str,
        decides: impl Fn(&Value) -> Option<Result<(), String>>,
    ) -> Result<(), DemoError> {
        let asked = async {
            loop {
                if let Some(decided) = decides(&self.connected.api.get(path).await?) {
                    return decided.map_err(DemoError::Story);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(STEP_WITHIN, asked).await.map_err(|_| {
            DemoError::Story(format!("it took more than {} seconds until {what}", STEP_WITHIN.as_secs()))
        })?
    }

    /// Prints the conversation as the API shows it.
    async fn show(&self) -> Result<(), DemoError> {
        if self.quiet {
            return Ok(());
        }
        let conversation = self.connected.conversation().await?;
        let messages = self.connected.api.get(&format!("/conversations/{conversation}/messages?limit=200")).await?;
        for message in messages.get("items").and_then(Value::as_array).into_iter().flatten() {
            println!("{}", line(message));
        }
        Ok(())
    }
}

fn line(message: &Value) -> String {
    let get = |key: &str| message.get(key).and_then(Value::as_str).unwrap_or_default();
    let who = if get("direction") == "in" { "Ada " } else { "team" };
    let mut words = get("text").to_owned();
    if words.is_empty() {
        let kind = message.pointer("/parts/0/content/value/kind").and_then(Value::as_str).unwrap_or("something");
        words = format!("({kind})");
    }
    if message.get("edited").and_then(Value::as_bool).unwrap_or_default() {
        words.push_str("  (edited)");
    }
    for reaction in message.get("reactions").and_then(Value::as_array).into_iter().flatten() {
        words.push_str("  ");
        words.push_str(reaction.get("symbol").and_then(Value::as_str).unwrap_or_default());
    }
    match get("direction") {
        "in" => format!("     {who} │ {words}"),
        _ => format!("     {who} │ {words}  [{}]", get("status")),
    }
}

fn story(error: impl std::error::Error) -> DemoError {
    DemoError::Story(crate::cli::serve::chain(&error))
}
