//! A provider that answers each path as it was told to, and keeps what it was asked.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::echo::HOST;
use crate::https::Https;

/// A running provider.
pub(crate) struct Office {
    pub(crate) https: Https,
    books: Arc<Mutex<Books>>,
    open: watch::Sender<bool>,
}

#[derive(Default)]
struct Books {
    answers: BTreeMap<String, (u16, Option<u32>, Value)>,
    asked: Vec<String>,
}

impl Office {
    pub(crate) async fn start() -> Self {
        let books: Arc<Mutex<Books>> = Arc::default();
        let open = watch::Sender::new(true);
        let shared = (Arc::clone(&books), open.clone());
        Self { https: Https::serve(HOST, shared, answer).await, books, open }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// This path is answered so from now on.
    pub(crate) fn tell(&self, path: &str, answer: Value) {
        self.books().answers.insert(path.to_owned(), (200, None, answer));
    }

    /// This path is refused from now on.
    pub(crate) fn refuse(&self, path: &str, status: u16, retry_after: Option<u32>) {
        self.books().answers.insert(path.to_owned(), (status, retry_after, Value::Null));
    }

    /// While it is shut nobody is answered.
    pub(crate) fn shut(&self, is_shut: bool) {
        self.open.send_replace(!is_shut);
    }

    /// What was asked, method, path and query.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.books().asked.clone()
    }
}

async fn answer(
    (books, open): (Arc<Mutex<Books>>, watch::Sender<bool>),
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let found = {
        let mut books = books.lock().unwrap();
        books.asked.push(format!("{} {}", request.method(), request.uri()));
        books.answers.get(&path).cloned()
    };
    drop(open.subscribe().wait_for(|open| *open).await);
    let (status, retry_after, body) = match (found, path.as_str()) {
        (Some(found), _) => found,
        (None, "/messages") => (200, None, json!({ "id": "m-1" })),
        (None, _) => (404, None, Value::Null),
    };
    let mut response = Response::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    Ok(response.body(Full::new(Bytes::from(body.to_string()))).unwrap())
}
