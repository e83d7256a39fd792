//! A client of the host's public API, as a program of somebody else would be.

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::Method;
use serde_json::Value;

use crate::wait::{PATIENCE, until};

/// What a request was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub bytes: Bytes,
    /// The body as JSON; null where it is none.
    pub body: Value,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// `detail` of a problem document and the details of its fields, as one text.
    pub fn reason(&self) -> String {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let details = errors.iter().filter_map(|error| error["detail"].as_str());
        self.body["detail"].as_str().into_iter().chain(details).collect::<Vec<_>>().join("\n")
    }
}

/// The API of one host, called with one token.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    origin: String,
    token: String,
}

impl Api {
    /// `origin` is `http://IP:PORT`.
    pub fn new(origin: impl Into<String>, token: impl Into<String>) -> Self {
        let client = client().timeout(PATIENCE).build().unwrap();
        Self { client, origin: origin.into(), token: token.into() }
    }

    /// Where it is served.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The token that it calls with.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A request below the origin, without the token.
    pub fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin))
    }

    /// A request below `/api/v1`, with the token.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, &format!("/api/v1{path}")).bearer_auth(&self.token)
    }

    /// The answer to a GET that succeeds.
    pub async fn get(&self, path: &str) -> Value {
        succeeded(path, answer(self.request(Method::GET, path)).await)
    }

    /// The answer to a POST that succeeds.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        succeeded(path, self.try_post(path, body).await)
    }

    /// The answer to a POST, whatever it is.
    pub async fn try_post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).json(body)).await
    }

    /// The answer to a GET, whatever it is.
    pub async fn try_get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// The answer to a PATCH that succeeds.
    pub async fn patch(&self, path: &str, body: &Value) -> Value {
        succeeded(path, answer(self.request(Method::PATCH, path).json(body)).await)
    }

    /// The answer to a PATCH, whatever it is.
    pub async fn try_patch(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::PATCH, path).json(body)).await
    }

    /// The answer to a PUT without a body, whatever it is.
    pub async fn try_put(&self, path: &str) -> Answer {
        answer(self.request(Method::PUT, path)).await
    }

    /// The answer to a DELETE, whatever it is.
    pub async fn try_delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    /// The answer to an upload of a plugin's file, whatever it is.
    pub async fn upload(&self, path: &str, file: &[u8]) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "application/wasm");
        // A component of another language holds its whole interpreter, and is compiled before the answer.
        answer(request.body(file.to_vec()).timeout(PATIENCE * 5)).await
    }

    /// Looks at a plugin's file and installs it with everything that it asks for granted. Answers with its digest.
    pub async fn install(&self, file: &[u8]) -> String {
        let sheet = succeeded("inspect", self.upload("/plugins/inspect", file).await);
        let digest = sheet["digest"].as_str().unwrap().to_owned();
        let permissions = sheet["sheet"]["egress"].as_array().cloned().unwrap_or_default();
        let grants: String =
            permissions.iter().map(|rule| format!("&grant={}", rule["name"].as_str().unwrap())).collect();
        succeeded("install", self.upload(&format!("/plugins?digest={digest}{grants}"), file).await);
        digest
    }

    /// All items of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        let separator = if path.contains('?') { '&' } else { '?' };
        loop {
            let after = cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = self.get(&format!("{path}{separator}limit=200{after}")).await;
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// The messages of a conversation, oldest first.
    pub async fn messages(&self, conversation: &str) -> Vec<Value> {
        self.all(&format!("/conversations/{conversation}/messages")).await
    }

    /// Sends a text; answers with the message's id.
    pub async fn send(&self, conversation: &str, text: &str) -> String {
        let body = serde_json::json!({ "text": text });
        let message = self.post(&format!("/conversations/{conversation}/messages"), &body).await;
        message["id"].as_str().unwrap().to_owned()
    }

    /// A message.
    pub async fn message(&self, id: &str) -> Value {
        self.get(&format!("/messages/{id}")).await
    }

    /// Waits until a message has this status, and answers with it.
    pub async fn reach(&self, id: &str, status: &str) -> Value {
        let last = std::sync::Mutex::new(Value::Null);
        let looking = tokio::time::timeout(PATIENCE, async {
            loop {
                let shown = self.message(id).await;
                if shown["status"] == status {
                    return shown;
                }
                *last.lock().unwrap() = shown;
                tokio::time::sleep(std::time::Duration::from_millis(15)).await;
            }
        });
        looking.await.unwrap_or_else(|_| panic!("message {id} never was {status} but is {}", last.lock().unwrap()))
    }

    /// Waits until there are this many dead letters, and answers with them, each in full.
    pub async fn dead_letters(&self, many: usize) -> Vec<Value> {
        let listed = until(&format!("there are {many} dead letters"), async || {
            let letters = self.all("/dead-letters").await;
            (letters.len() >= many).then_some(letters)
        })
        .await;
        assert_eq!(listed.len(), many, "{listed:?}");
        let mut letters = Vec::new();
        for letter in listed {
            letters.push(self.get(&format!("/dead-letters/{}", letter["id"].as_str().unwrap())).await);
        }
        letters
    }

    /// The live stream from behind `after`, or from now.
    pub async fn events(&self, after: Option<&str>) -> EventStream {
        let client = client().build().unwrap();
        let mut request = client.get(format!("{}/api/v1/events", self.origin)).bearer_auth(&self.token);
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        EventStream {
            bytes: response.bytes_stream().map(Result::ok).boxed(),
            unread: String::new(),
            ready: VecDeque::new(),
        }
    }
}

/// A client of HTTP for tests.
pub fn client() -> reqwest::ClientBuilder {
    // The first of the process counts; every other is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy()
}

/// The API's answer to a request.
/// Sends a request; what it was answered.
pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap_or_else(|error| panic!("the API does not answer: {error:?}"));
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers = headers.collect();
    let bytes = response.bytes().await.unwrap_or_default();
    Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default(), bytes }
}

fn succeeded(what: &str, answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{what} was answered {}: {}", answer.status, answer.body);
    answer.body
}

/// One event of the live stream.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    /// Its place in the log.
    pub id: String,
    /// What happened.
    pub kind: String,
    /// Ids, never content.
    pub data: Value,
}

/// The live stream, being read.
pub struct EventStream {
    bytes: BoxStream<'static, Option<Bytes>>,
    unread: String,
    ready: VecDeque<LiveEvent>,
}

impl EventStream {
    /// The next event with an id; none once the stream ended.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let next = tokio::time::timeout(PATIENCE, self.bytes.next()).await.expect("the stream says something");
            let bytes = next.flatten()?;
            self.unread.push_str(&String::from_utf8_lossy(&bytes));
            while let Some(end) = self.unread.find("\n\n") {
                let block: String = self.unread.drain(..end + 2).collect();
                self.ready.extend(read(&block));
            }
        }
    }
}

fn read(block: &str) -> Option<LiveEvent> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    Some(LiveEvent {
        id: field("id:")?.to_owned(),
        kind: field("event:").unwrap_or("message").to_owned(),
        data: field("data:").and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default(),
    })
}
