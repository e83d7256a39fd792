//! Connections and requests: TLS, the token check, the Send API's answers and the failures asked for.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::cdn::Cdn;
use super::error::GraphError;
use super::failure::Failure;
use super::validate::{self, Action, Body, Send};
use super::{State, usage};
use crate::books::{AcceptedAction, AcceptedMessage, Ending, RequestRecord};

/// More than the Send API takes; what is longer is refused unread.
const MAX_BODY: usize = 1 << 20;

/// What hyper has to see to close a connection in place of an answer.
#[derive(Debug)]
struct CloseConnection;

impl fmt::Display for CloseConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is closed on purpose")
    }
}

impl std::error::Error for CloseConnection {}

/// An answer and the error code in it.
type Answer = (Response<Full<Bytes>>, Option<u32>);

/// Accepts connections until told to stop; then closes them all.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    state: Arc<State>,
    mut stop: watch::Receiver<bool>,
) {
    let acceptor = TlsAcceptor::from(tls);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, acceptor.clone(), Arc::clone(&state)));
                }
                Err(error) => tracing::warn!(%error, "simulated provider: no connection"),
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, state: Arc<State>) {
    let stream = match acceptor.accept(stream).await {
        Ok(stream) => stream,
        Err(error) => return tracing::debug!(%error, "simulated provider: no TLS"),
    };
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { handle(&state, request).await }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "simulated provider: connection ended");
    }
}

async fn handle(state: &State, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, CloseConnection> {
    let (head, body) = request.into_parts();
    if Cdn::is_meant(&head) {
        return Ok(state.cdn.answer(&head));
    }
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return Err(CloseConnection);
    };
    let body = body.to_bytes();
    let token = bearer(&head.headers).or_else(|| query_token(head.uri.query()));
    let page_id = token.and_then(|token| state.lock_tokens().get(&token).cloned());
    // Before the request is in the books, so that a release that follows on its entry is not missed.
    let released = state.released.subscribe();
    let number = state.books.open(record(state, &head, &body, page_id.as_deref()));

    let answer = match route(&head.method, head.uri.path(), page_id.as_deref()) {
        Ok((page_id, Edge::Templates)) => {
            read(state, &page_id, Ok(state.nodes.templates(&page_id, head.uri.query().unwrap_or_default())))
        }
        Ok((page_id, Edge::Person(person))) => read(state, &page_id, state.nodes.person(&person)),
        Ok((page_id, Edge::Messages)) => match validate::check(&body).and_then(|send| known(state, &page_id, send)) {
            Ok(send) => send_api(state, number, &page_id, send, released).await,
            Err(error) => Ok(refusal(state, &page_id, &error)),
        },
        Err(error) => Ok(refusal(state, "0", &error)),
    };
    match answer {
        Ok((response, code)) => {
            state.books.close(number, Ending::Answered(response.status().as_u16()), code);
            Ok(response)
        }
        Err(close) => {
            state.books.close(number, Ending::Closed, None);
            Err(close)
        }
    }
}

/// A message's template must be on file.
fn known(state: &State, page_id: &str, send: Send) -> Result<Send, GraphError> {
    match &send.body {
        Body::Message(message) => state.nodes.check(page_id, message).map(|()| send),
        Body::Action(_) => Ok(send),
    }
}

/// What is read, unless a rule asks for a failure.
fn read(state: &State, page_id: &str, found: Result<Value, GraphError>) -> Result<Answer, CloseConnection> {
    match state.rules.take(page_id, "", "", None) {
        Some(Failure::Error(error)) => Ok(refusal(state, page_id, &error)),
        Some(Failure::TooManyRequests { retry_after_s }) => {
            let mut answer = bare(429, "Too Many Requests");
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
            Ok((answer, None))
        }
        Some(Failure::Bare { status, .. }) => Ok((bare(status, "Sorry, something went wrong."), None)),
        Some(Failure::Close { .. }) => Err(CloseConnection),
        _ => Ok(match found {
            Ok(found) => success(state, page_id, found),
            Err(error) => refusal(state, page_id, &error),
        }),
    }
}

/// What is asked for.
enum Edge {
    Messages,
    Templates,
    Person(String),
}

/// The page that may ask for it.
fn route(method: &Method, path: &str, page_id: Option<&str>) -> Result<(String, Edge), GraphError> {
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
    let (Some(version), Some(node), edge, None) = (segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(GraphError::new(400, 2500, "Unknown path components"));
    };
    let reads = method == Method::GET;
    let edge = match edge {
        Some("messages") => Edge::Messages,
        Some("message_templates") if reads => Edge::Templates,
        None if reads => Edge::Person(node.to_owned()),
        _ => return Err(GraphError::new(400, 2500, "Unknown path components")),
    };
    let numbers = version.strip_prefix('v').and_then(|version| version.split_once('.'));
    if !numbers.is_some_and(|(major, minor)| digits(major) && digits(minor)) {
        return Err(GraphError::new(400, 2635, "You are calling an unknown version of the API"));
    }
    if reads == matches!(edge, Edge::Messages) {
        return Err(GraphError::new(400, 100, "Unsupported request").subcode(33));
    }
    match page_id {
        None => Err(GraphError::new(400, 190, "Invalid OAuth access token - Cannot parse access token")),
        Some(page) if node == "me" || node == page || matches!(edge, Edge::Person(_)) => Ok((page.to_owned(), edge)),
        Some(_) => Err(GraphError::new(403, 200, "The token belongs to another Page")),
    }
}

/// Accepts a valid request, or fails it as the rules ask.
async fn send_api(
    state: &State,
    number: u64,
    page_id: &str,
    send: Send,
    mut released: watch::Receiver<u64>,
) -> Result<Answer, CloseConnection> {
    let (kind, recipient) = send.recipient;
    let (text, action) = match &send.body {
        Body::Action(action) => ("", Some(action.name.as_str())),
        Body::Message(message) => (message.get("text").and_then(Value::as_str).unwrap_or_default(), None),
    };
    let failure = state.rules.take(page_id, &recipient, text, action);
    let accept = || {
        let message = match &send.body {
            Body::Action(action) => {
                accept_action(state, page_id, &recipient, action.clone());
                return success(state, page_id, json!({ "recipient_id": recipient }));
            }
            Body::Message(message) => message.clone(),
        };
        let mid = accept_message(state, number, page_id, &recipient, message);
        // Only a person's id is told back: that of a comment's author is not known yet.
        let known = kind == "id";
        success(
            state,
            page_id,
            if known { json!({"recipient_id": recipient, "message_id": mid}) } else { json!({ "message_id": mid }) },
        )
    };
    match failure {
        None => Ok(accept()),
        Some(Failure::Error(error)) => Ok(refusal(state, page_id, &error)),
        Some(Failure::TooManyRequests { retry_after_s }) => {
            let mut answer = bare(429, "Too Many Requests");
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
            Ok((answer, None))
        }
        Some(Failure::Bare { status, accepted }) => {
            accepted.then(accept);
            Ok((bare(status, "<!DOCTYPE html><title>Error</title>Sorry, something went wrong."), None))
        }
        Some(Failure::Garbled { accepted }) => {
            accepted.then(accept);
            Ok((bare(200, "{\"recipient_id\":"), None))
        }
        Some(Failure::Hang { accepted }) => {
            accepted.then(accept);
            match pending::<Infallible>().await {}
        }
        Some(Failure::Close { accepted }) => {
            accepted.then(accept);
            Err(CloseConnection)
        }
        Some(Failure::Slow(delay)) => {
            let answer = accept();
            tokio::time::sleep(delay).await;
            Ok(answer)
        }
        Some(Failure::Hold) => {
            let answer = accept();
            // An error means that the provider is gone, and this task with it.
            let _ = released.changed().await;
            Ok(answer)
        }
    }
}

fn accept_action(state: &State, page_id: &str, recipient: &str, action: Action) {
    state.books.act(AcceptedAction {
        page_id: page_id.to_owned(),
        recipient_id: recipient.to_owned(),
        action: action.name,
        message_id: action.message_id,
        reaction: action.reaction,
        at_ms: state.config.clock.now_ms(),
    });
}

/// Takes a message and answers with its id.
fn accept_message(state: &State, number: u64, page_id: &str, recipient: &str, message: Map<String, Value>) -> String {
    let mid = format!("m_{}", state.random(24));
    let text = |key: &str| message.get(key).and_then(Value::as_str).map(str::to_owned);
    let accepted = AcceptedMessage {
        mid: mid.clone(),
        page_id: page_id.to_owned(),
        recipient_id: recipient.to_owned(),
        text: text("text"),
        metadata: text("metadata"),
        message: Value::Object(message),
        at_ms: state.config.clock.now_ms(),
    };
    state.books.accept(number, accepted);
    mid
}

fn success(state: &State, page_id: &str, body: Value) -> Answer {
    let mut response = Response::new(Full::from(body.to_string()));
    json_headers(response.headers_mut());
    usage::add(response.headers_mut(), page_id, state.books.counts().requests, None);
    (response, None)
}

fn refusal(state: &State, page_id: &str, error: &GraphError) -> Answer {
    let mut response = bare(error.status, &error.body(&state.random(8)).to_string());
    json_headers(response.headers_mut());
    usage::add(response.headers_mut(), page_id, state.books.counts().requests, error.regain_minutes);
    (response, Some(error.code))
}

fn bare(status: u16, body: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body.to_owned()));
    // A status that is none was asked for by a test: 500 stands in for it.
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn json_headers(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    headers.insert("facebook-api-version", HeaderValue::from_static("v25.0"));
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn query_token(query: Option<&str>) -> Option<String> {
    url::form_urlencoded::parse(query?.as_bytes())
        .find(|(key, _)| key == "access_token")
        .map(|(_, value)| value.into_owned())
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The request for the books: tokens masked, and noted where they stood.
fn record(state: &State, head: &http::request::Parts, body: &[u8], page_id: Option<&str>) -> RequestRecord {
    let tokens: Vec<String> = state.lock_tokens().keys().cloned().collect();
    let mut token_places = Vec::new();
    let mut mask = |place: String, text: &str| {
        let masked = tokens.iter().fold(text.to_owned(), |text, token| text.replace(token.as_str(), "[token]"));
        if masked != text {
            token_places.push(place);
        }
        masked
    };
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), mask(format!("header {name}"), &value))
        })
        .collect();
    let path = mask("path".to_owned(), head.uri.path());
    for (key, value) in url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()) {
        mask(format!("query {key}"), &value);
    }
    let body = mask("body".to_owned(), &String::from_utf8_lossy(body));
    RequestRecord {
        number: 0,
        at_ms: state.config.clock.now_ms(),
        method: head.method.to_string(),
        path,
        headers,
        body,
        token_places,
        page_id: page_id.map(str::to_owned),
        mid: None,
        error_code: None,
        ending: Ending::Waiting,
    }
}
