//! Where the attacks happen: a host that runs as a process of its own with the hostile plugin installed, and the servers beside it.
//! Everything is done and seen from outside: over the host's API and hooks, in its log, and in the servers' books.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use lockgate_simulators::dns::NameServer;
use lockgate_simulators::signature::sign;
use lockgate_tests::{Api, Database, HostProcess, ProcessPlan, component, product, within};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::server::Server;

/// What the driver's own plugin asks for; `{port}` is the canary's.
const MANIFEST: &str = include_str!("manifest.toml");

/// The rule that is not granted.
const UNGRANTED: &str = "ungranted";

/// The names that lead to the canary.
pub(crate) const CANARIES: [&str; 2] = ["canary.test", "sub.canary.test"];

/// The names that the canary's certificate is for.
const CERTIFIED: [&str; 3] = ["canary.test", "*.canary.test", "127.0.0.1"];

/// A credential that stands in nothing else, with characters that every spelling changes.
const TOKEN: &str = "EAAS-hunted-8Zq/4c~Lw+91";

/// How long anything may take that does not end with a limit of its own.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the driver is told to do.
#[derive(Clone, Default)]
pub(crate) struct Wishes {
    /// The caller's canary and the authority that vouches for it.
    pub(crate) canary: Option<(SocketAddr, String)>,
    /// The credential to plant.
    pub(crate) secret: Option<String>,
    /// The host's filter of the log.
    pub(crate) log: Option<String>,
    /// More arguments of the host.
    pub(crate) arguments: Vec<String>,
}

/// Who the permitted requests arrive at.
pub(crate) enum Canary {
    /// The driver's own: its books are seen.
    Own(Server),
    /// The caller's: its books are the caller's.
    Theirs(SocketAddr),
}

impl Canary {
    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Self::Own(server) => server.address,
            Self::Theirs(address) => *address,
        }
    }
}

/// A host, and all who are around it.
pub(crate) struct World {
    pub(crate) host: HostProcess,
    pub(crate) canary: Canary,
    /// Answers as no provider should.
    pub(crate) odd: Server,
    /// Who the host asks where names lead.
    pub(crate) names: NameServer,
    pub(crate) token: String,
    /// The proxy that the host's environment names, and what was sent to it.
    pub(crate) proxied: std::sync::Arc<Mutex<Vec<String>>>,
    inbox: String,
    /// Every answer that was seen, for somebody to search.
    pub(crate) answers: Mutex<Vec<String>>,
    client: reqwest::Client,
}

/// One account of the plugin.
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) hook: String,
    pub(crate) secret: String,
    pub(crate) account: String,
}

/// What a hook was answered.
pub(crate) struct HookAnswer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// One line of the host's log.
pub(crate) struct Line(Value);

impl Line {
    /// One of its fields, as text.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.0["fields"][name].as_str().unwrap_or_default()
    }
}

impl World {
    /// Starts everything and installs the plugin, with all rules granted but one.
    pub(crate) async fn start(wishes: &Wishes) -> Self {
        let odd = Server::start(&["odd.test", "echo.test"]).await;
        let stranger = Server::start(&["untrusted.test"]).await;
        let (canary, ca_pem) = match &wishes.canary {
            None => {
                let server = Server::start(&CERTIFIED).await;
                let ca_pem = server.ca_pem.clone();
                (Canary::Own(server), ca_pem)
            }
            Some((address, ca_pem)) => (Canary::Theirs(*address), ca_pem.clone()),
        };
        let (proxy, proxied) = proxy().await;
        let names = NameServer::start().await.unwrap();
        let mut plan = ProcessPlan::new(product(), Database::Sqlite)
            .with_map("odd.test", odd.address, &odd.ca_pem)
            .with_map("echo.test", odd.address, &odd.ca_pem)
            .with_map("misnamed.test", odd.address, &odd.ca_pem)
            // Its own authority is not the one that the mapping trusts.
            .with_map("untrusted.test", stranger.address, &odd.ca_pem)
            .with_argument(&format!("--egress-name-server={}", names.address()))
            .with_argument("--log-format=json")
            .with_argument(&format!("--log={}", wishes.log.as_deref().unwrap_or("info")));
        for name in CANARIES {
            plan = plan.with_map(name, canary.address(), &ca_pem);
        }
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
            plan = plan.with_env(name, &format!("http://{proxy}"));
        }
        // As if a well-known authority vouched for the canary: what finds a way to it is answered.
        plan = plan.with_file("canary.pem", &ca_pem, "SSL_CERT_FILE");
        for argument in &wishes.arguments {
            plan = plan.with_argument(argument);
        }
        let host = plan.start().await;
        let token = wishes.secret.clone().unwrap_or_else(|| TOKEN.to_owned());
        let inbox = host.api().post("/inboxes", &json!({ "name": "Support" })).await;
        let world = Self {
            inbox: text(&inbox["id"]),
            host,
            canary,
            odd,
            names,
            token,
            proxied,
            answers: Mutex::default(),
            client: lockgate_tests::client().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
        };
        world.install_as("hostile", "").await;
        world
    }

    /// The host's API.
    pub(crate) fn api(&self) -> &Api {
        self.host.api()
    }

    /// Installs the hostile plugin under an id and with more limits, with everything granted but [`UNGRANTED`].
    pub(crate) async fn install_as(&self, id: &str, limits: &str) {
        let manifest = MANIFEST.replace("{port}", &self.canary.address().port().to_string());
        let manifest = manifest.replace("id = \"hostile\"", &format!("id = {id:?}")) + limits;
        let file = &component::with_manifest(lockgate_guests::HOSTILE, &manifest);
        let sheet = self.api().upload("/plugins/inspect", file).await;
        let digest = text(&sheet.body["digest"]);
        let rules = sheet.body["sheet"]["egress"].as_array().cloned().unwrap_or_default();
        let names = rules.iter().map(|rule| text(&rule["name"])).filter(|name| name != UNGRANTED);
        let grants: String = names.map(|name| format!("&grant={name}")).collect();
        let installed = self.api().upload(&format!("/plugins?digest={digest}{grants}"), file).await;
        assert_eq!(installed.status, 201, "{}", installed.body);
    }

    /// Connects an account.
    pub(crate) async fn connect(&self, plugin: &str, account: &str) -> Channel {
        let secret = format!("secret-of-{plugin}-{account}");
        let body = json!({
            "plugin": plugin, "inbox_id": self.inbox, "name": short(account), "settings": { "account_id": account },
            "secrets": { "channel_secret": secret, "token": self.token, "bot_token": "42:of-a-bot" },
        });
        let channel = self.api().post("/channels", &body).await;
        Channel {
            id: text(&channel["id"]),
            hook: text(&channel["hooks"]["events"]),
            secret,
            account: account.to_owned(),
        }
    }

    /// Posts a signed webhook.
    pub(crate) async fn post(&self, channel: &Channel, body: &Value) -> HookAnswer {
        let body = body.to_string();
        let request = self.client.post(&channel.hook).header("content-type", "application/json");
        self.answered(request.header("x-signature", sign(&channel.secret, body.as_bytes())).body(body)).await
    }

    /// A request of whatever kind to a hook.
    pub(crate) fn request(&self, method: reqwest::Method, address: &str) -> reqwest::RequestBuilder {
        self.client.request(method, address)
    }

    /// Its answer.
    pub(crate) async fn answered(&self, request: reqwest::RequestBuilder) -> HookAnswer {
        let answer = request.send().await.unwrap_or_else(|error| panic!("a hook does not answer: {error:?}"));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.unwrap_or_default().to_vec();
        self.answers.lock().unwrap().push(format!("{status} {headers:?} {}", String::from_utf8_lossy(&body)));
        HookAnswer { status, headers, body }
    }

    /// Has the plugin receive `{"do": case, "as": name, …}`, and waits for what it tells: a message by that name, or the code of
    /// the dead letter that the request became.
    pub(crate) async fn told(&self, channel: &Channel, name: &str, case: &str, more: &Value) -> Result<String, String> {
        let mut body = json!({ "do": case, "as": name });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let status = self.post(channel, &body).await.status;
        if status != 200 {
            return Err(format!("the hook answered {status}"));
        }
        until("the request becomes a message or a dead letter", async || match self.message(channel, name).await {
            Some(text) => Some(Ok(text)),
            None => self.dead_letter(channel, name).await.map(Err),
        })
        .await
    }

    /// The text of a message that came in, by the name that its plugin gave it.
    pub(crate) async fn message(&self, channel: &Channel, name: &str) -> Option<String> {
        for conversation in self.api().all(&format!("/conversations?channel={}", channel.id)).await {
            let messages = self.api().messages(&text(&conversation["id"])).await;
            if let Some(found) = messages.iter().find(|message| message["external_id"] == name) {
                return Some(text(&found["text"]));
            }
        }
        None
    }

    /// The code of the dead letter of this channel whose bytes hold a name.
    pub(crate) async fn dead_letter(&self, channel: &Channel, name: &str) -> Option<String> {
        for letter in self.api().all("/dead-letters").await {
            if letter["channel_id"] != *channel.id {
                continue;
            }
            let whole = self.api().get(&format!("/dead-letters/{}", text(&letter["id"]))).await;
            if whole["envelope"]["body_text"].as_str().is_some_and(|body| body.contains(name)) {
                return Some(text(&letter["code"]));
            }
        }
        None
    }

    /// The channel's conversation with somebody; begun where there is none.
    pub(crate) async fn conversation(&self, channel: &Channel) -> String {
        let list = format!("/conversations?channel={}", channel.id);
        if let Some(conversation) = self.api().all(&list).await.first() {
            return text(&conversation["id"]);
        }
        let event = json!({ "events": [{ "id": "begin", "text": "Hello", "from": "eve" }] });
        assert_eq!(self.post(channel, &event).await.status, 200, "a conversation cannot be begun");
        until("there is a conversation", async || self.api().all(&list).await.first().map(|found| text(&found["id"])))
            .await
    }

    /// Sends a text through the plugin, and waits until there is an outcome or a first failure.
    pub(crate) async fn send(&self, channel: &Channel, words: &str) -> Value {
        let conversation = self.conversation(channel).await;
        let message = self.api().send(&conversation, words).await;
        let shown = until("the message has an outcome", async || {
            let shown = self.api().message(&message).await;
            let settled = matches!(shown["status"].as_str(), Some("sent" | "failed" | "unknown"));
            (settled || shown["failure"].is_object()).then_some(shown)
        })
        .await;
        self.answers.lock().unwrap().push(shown.to_string());
        shown
    }

    /// What came of requests that the plugin wrote itself, one after the other in one call.
    pub(crate) async fn wire(&self, channel: &Channel, knocks: &[Value]) -> Result<Vec<Value>, String> {
        let shown = self.send(channel, &format!("wire {}", json!(knocks))).await;
        let detail = shown["failure"]["detail"].as_str().unwrap_or_default();
        serde_json::from_str(detail)
            .map_err(|_| format!("the plugin told nothing: {} {}", shown["status"], shown["failure"]))
    }

    /// The host's metrics.
    pub(crate) async fn metrics(&self) -> String {
        let request = self.api().bare(reqwest::Method::GET, "/metrics").bearer_auth(self.api().token());
        request.send().await.unwrap().text().await.unwrap()
    }

    /// One series of the host's metrics; 0 where it is not there.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let shown = self.metrics().await;
        let value = shown.lines().find_map(|line| line.strip_prefix(series));
        value.and_then(|value| value.trim().parse().ok()).unwrap_or_default()
    }

    /// Where the host's log ends now.
    pub(crate) fn log_end(&self) -> u64 {
        std::fs::metadata(self.log_file()).map(|data| data.len()).unwrap_or_default()
    }

    /// The host's log.
    pub(crate) fn log_file(&self) -> PathBuf {
        self.host.plan().log_file()
    }

    /// What was logged of a channel since then.
    pub(crate) fn logged(&self, channel: &Channel, since: u64) -> Vec<Line> {
        use std::io::{Read as _, Seek as _, SeekFrom};
        let mut file = std::fs::File::open(self.log_file()).unwrap();
        file.seek(SeekFrom::Start(since)).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let owner = format!("channel:{}", channel.id);
        let lines = String::from_utf8_lossy(&bytes)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok().map(Line))
            .collect::<Vec<_>>();
        lines.into_iter().filter(|line| line.field("owner") == owner).collect()
    }

    /// Why the gate refused requests of a channel since then, in order: the log's words, and the grant that it names.
    pub(crate) fn denials(&self, channel: &Channel, since: u64) -> Vec<(String, String)> {
        let denied = |line: &Line| line.field("message") == "a plugin's request was denied";
        let lines = self.logged(channel, since).into_iter().filter(denied);
        lines.map(|line| (line.field("what").to_owned(), line.field("grant").to_owned())).collect()
    }
}

/// Something that a client which obeyed the environment would send its requests to.
async fn proxy() -> (SocketAddr, std::sync::Arc<Mutex<Vec<String>>>) {
    use tokio::io::AsyncReadExt as _;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let books = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 4096];
            let read = stream.read(&mut bytes).await.unwrap_or_default();
            books.lock().unwrap().push(String::from_utf8_lossy(&bytes[..read]).into_owned());
        }
    });
    (address, seen)
}

/// Looks until there is an answer; `what` is what did not happen, should it not.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, look: impl FnMut() -> F) -> T {
    within(PATIENCE, what, look).await
}

/// Names of channels are short.
fn short(name: &str) -> String {
    name.chars().take(80).collect()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
