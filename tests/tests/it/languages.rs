//! One channel in each language that there is an SDK for: installed, written to, answered.

use lockgate_simulators::telegram::{TELEGRAM_HOST, Telegram};
use lockgate_tests::{Answer, Api, Database, HostPlan, TestHost, client, examples, until};
use serde_json::{Value, json};
use tempfile::TempDir;

const TOKEN: &str = "123456:AAmade-up";
const SECRET: &str = "made-up_secret";

/// A host with the example in one language, a bot connected, and Telegram.
struct Story {
    host: TestHost,
    telegram: Telegram,
    hook: String,
    _ca: TempDir,
}

impl Story {
    async fn of(component: &[u8]) -> Self {
        let telegram = Telegram::start(TOKEN).await.unwrap();
        let ca = tempfile::Builder::new().prefix("lockgate-ca-").tempdir().unwrap();
        let ca_file = ca.path().join("ca.pem");
        std::fs::write(&ca_file, telegram.ca_pem()).unwrap();
        let plan = HostPlan::on(Database::Sqlite).with_map(TELEGRAM_HOST, telegram.address(), &ca_file);
        let host = plan.start().await;
        let api = host.api();
        api.install(component).await;
        let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await;
        let channel = json!({
            "plugin": "telegram",
            "inbox_id": inbox["id"],
            "name": "Our bot",
            "settings": { "bot_id": "123456" },
            "secrets": { "bot_token": TOKEN, "webhook_secret": SECRET },
        });
        let channel = api.post("/channels", &channel).await;
        let hook = channel["hooks"]["updates"].as_str().unwrap().to_owned();
        Self { host, telegram, hook, _ca: ca }
    }

    fn api(&self) -> &Api {
        self.host.api()
    }

    /// Posts a body as Telegram does, with this secret; answers with the status.
    async fn post(&self, secret: &str, body: String) -> u16 {
        let request = client().build().unwrap().post(&self.hook).header("content-type", "application/json");
        let request = request.header("x-telegram-bot-api-secret-token", secret).body(body);
        request.send().await.unwrap().status().as_u16()
    }

    async fn tell(&self, number: u64, kind: &str, message: Value) {
        let update = json!({ "update_id": number, kind: message }).to_string();
        assert_eq!(self.post(SECRET, update).await, 200);
    }

    async fn conversation(&self) -> String {
        let found = until("there is a conversation", async || self.api().all("/conversations").await.pop()).await;
        found["id"].as_str().unwrap().to_owned()
    }

    /// What a setting comes to when a channel would be connected with it.
    async fn connect(&self, bot_id: &str) -> Answer {
        let inbox = self.api().all("/inboxes").await.remove(0);
        let channel = json!({
            "plugin": "telegram", "inbox_id": inbox["id"], "name": "Another", "settings": { "bot_id": bot_id },
            "secrets": { "bot_token": TOKEN, "webhook_secret": SECRET },
        });
        self.api().try_post("/channels", &channel).await
    }
}

fn message(number: u64, text: &str) -> Value {
    let anna = json!({ "id": 42, "is_bot": false, "first_name": "Anna", "last_name": "Müller" });
    json!({ "message_id": number, "date": 1_767_322_990, "chat": { "id": 42, "type": "private" }, "from": anna, "text": text })
}

async fn a_message_goes_both_ways(language: &str) {
    let story = Story::of(&examples::telegram(language)).await;
    assert_eq!(
        story.post("guessed", json!({ "update_id": 1, "message": message(5, "forged") }).to_string()).await,
        401
    );
    // Half of a surrogate pair, which JSON can spell and text cannot hold.
    let update = json!({ "update_id": 2, "message": message(6, "Grüße, ist mein Rad 🚲 da? HALF") }).to_string();
    assert_eq!(story.post(SECRET, update.replace("HALF", "\\ud83d")).await, 200);
    story.tell(2, "message", message(6, "the same again")).await;
    story
        .tell(3, "edited_message", {
            let mut edited = message(6, "Grüße, ist mein Rad 🚲 fertig?");
            edited["edit_date"] = json!(1_767_323_000);
            edited
        })
        .await;

    let conversation = story.conversation().await;
    let messages = story.api().messages(&conversation).await;
    let [first] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!((&first["external_id"], &first["edited"]), (&json!("42:6"), &json!(true)));
    assert_eq!(first["text"], "Grüße, ist mein Rad 🚲 fertig?");
    let contact = story.api().all("/contacts").await.remove(0);
    assert_eq!(contact["name"], "Anna Müller");

    let answer = story.api().send(&conversation, "Ja, seit heute 🎉").await;
    let sent = story.api().reach(&answer, "sent").await;
    assert_eq!(story.telegram.sent(), [json!({ "chat_id": 42, "text": "Ja, seit heute 🎉" })]);
    assert_eq!(sent["external_id"], "42:1000");

    let quoting = json!({ "text": "Bis 18 Uhr.", "quote": first["id"] });
    let quoting = story.api().post(&format!("/conversations/{conversation}/messages"), &quoting).await;
    story.api().reach(quoting["id"].as_str().unwrap(), "sent").await;
    assert_eq!(story.telegram.sent()[1]["reply_parameters"]["message_id"], 6);

    story.telegram.refuse_next(403, "Forbidden: bot was blocked by the user");
    let refused = story.api().send(&conversation, "Noch da?").await;
    let refused = story.api().reach(&refused, "failed").await;
    assert!(refused.to_string().contains("bot was blocked by the user"), "{refused}");
    assert_eq!(story.telegram.sent().len(), 2);
}

async fn what_cannot_be_read_is_told_by_its_place(language: &str) {
    let story = Story::of(&examples::telegram(language)).await;
    story
        .tell(1, "message", json!({ "message_id": 5, "date": "yesterday", "chat": { "id": 42, "type": "private" } }))
        .await;
    let letter = story.api().dead_letters(1).await.remove(0);
    assert!(letter.to_string().contains("message.date must be a time in seconds, is a text"), "{letter}");
    story.tell(2, "poll", json!({ "id": "9" })).await;
    assert_eq!(story.api().all("/conversations").await, Vec::<Value>::new());
    let refused = story.connect("123456:AAmade-up").await;
    assert_eq!(refused.status, 422, "{}", refused.body);
}

macro_rules! in_each_language {
    ($($language:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $language() {
            a_message_goes_both_ways(stringify!($language)).await;
            what_cannot_be_read_is_told_by_its_place(stringify!($language)).await;
        }
    )*};
}

in_each_language!(rust js python);

#[test]
fn each_language_says_the_same_of_itself() {
    let [rust, js, python] = examples::LANGUAGES.map(|language| {
        let file = format!("{}/../examples/telegram/{language}/channel.toml", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(file).unwrap()
    });
    assert_eq!(rust, js);
    assert_eq!(rust, python);
}
