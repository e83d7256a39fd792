//! Where files lie: behind a plugin's credential, or open to everybody who knows the address.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::StreamExt as _;
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response};

use crate::https::Https;

/// A running server of files.
pub(crate) struct Files {
    pub(crate) https: Https,
    books: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    /// By the end of their path.
    files: BTreeMap<String, Bytes>,
    /// How the next requests are refused: status and `Retry-After` in seconds.
    refusals: VecDeque<(u16, Option<u32>)>,
    /// As above, until it is taken back.
    refuses: Option<u16>,
    /// How many of the next answers stop after their first half.
    stalls: u32,
    /// Path and query, and what was said of who asks.
    asked: Vec<(String, Option<String>)>,
    slow: Duration,
}

impl Files {
    pub(crate) async fn start(name: &str) -> Self {
        let books: Arc<Mutex<Books>> = Arc::default();
        Self { https: Https::serve(name, Arc::clone(&books), answer).await, books }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    pub(crate) fn keeps(&self, name: &str, bytes: impl Into<Bytes>) {
        self.books().files.insert(name.to_owned(), bytes.into());
    }

    /// The next request is refused.
    pub(crate) fn refuse_next(&self, status: u16, retry_after: Option<u32>) {
        self.books().refusals.push_back((status, retry_after));
    }

    /// Each request is refused, or none any more.
    pub(crate) fn refuse(&self, status: Option<u16>) {
        self.books().refuses = status;
    }

    /// The next answer stops after its first half, and never ends.
    pub(crate) fn stall_next(&self) {
        self.books().stalls += 1;
    }

    /// Each answer takes so long.
    pub(crate) fn be_slow(&self, by: Duration) {
        self.books().slow = by;
    }

    /// What was asked for, with the header `authorization`.
    pub(crate) fn asked(&self) -> Vec<(String, Option<String>)> {
        self.books().asked.clone()
    }
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

async fn answer(books: Arc<Mutex<Books>>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path_and_query().unwrap().to_string();
    let who = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let slow = {
        let mut books = books.lock().unwrap();
        books.asked.push((path.clone(), who));
        books.slow
    };
    tokio::time::sleep_until(tokio::time::Instant::now() + slow).await;
    let mut books = books.lock().unwrap();
    let refused = books.refusals.pop_front().or_else(|| books.refuses.map(|status| (status, None)));
    let name = path.rsplit('/').next().unwrap_or_default();
    let (status, retry_after, bytes) = match (refused, books.files.get(name)) {
        (Some((status, retry_after)), _) => (status, retry_after, Bytes::from_static(b"no")),
        (None, Some(bytes)) => (200, None, bytes.clone()),
        (None, None) => (404, None, Bytes::from_static(b"nothing")),
    };
    let mut response = Response::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    if status == 302 {
        response = response.header("location", "https://cdn.example.com/elsewhere");
    }
    let stalls = status == 200 && std::mem::take(&mut books.stalls) > 0;
    let sent = if stalls { bytes.slice(..bytes.len() / 2) } else { bytes };
    // Pieces of a mebibyte, so that a large file is none in memory.
    let pieces: Vec<Bytes> =
        (0..sent.len()).step_by(1 << 20).map(|at| sent.slice(at..sent.len().min(at + (1 << 20)))).collect();
    let pieces = futures_util::stream::iter(pieces.into_iter().map(|piece| Ok(Frame::data(piece))));
    let body = if stalls {
        http_body_util::BodyExt::boxed_unsync(StreamBody::new(pieces.chain(futures_util::stream::pending())))
    } else {
        http_body_util::BodyExt::boxed_unsync(StreamBody::new(pieces))
    };
    Ok(response.body(body).unwrap())
}
