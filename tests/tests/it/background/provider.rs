//! A provider without webhooks worth the name: it is asked for the news of a stand, two at a time, or for one of them.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use serde_json::{Value, json};

use crate::echo::HOST;
use crate::https::Https;

/// News of one page.
const PAGE: usize = 2;

/// A running provider.
pub(crate) struct NewsProvider {
    pub(crate) https: Https,
    books: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    /// By stand, oldest first.
    news: BTreeMap<String, Vec<Value>>,
    /// What is found by name.
    single: BTreeMap<String, Value>,
    /// How the next requests whose path begins so are refused: status and `Retry-After` in seconds.
    refusals: VecDeque<(&'static str, u16, Option<u32>)>,
    /// As above, until it is taken back.
    refuses: Option<(&'static str, u16)>,
    /// What was asked, path and query.
    asked: Vec<String>,
    slow: Duration,
    under_way: BTreeMap<String, u32>,
    most_at_once: u32,
}

impl NewsProvider {
    pub(crate) async fn start() -> Self {
        let books: Arc<Mutex<Books>> = Arc::default();
        Self { https: Https::serve(HOST, Arc::clone(&books), answer).await, books }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Something happened at a stand.
    pub(crate) fn publish(&self, stand: &str, news: Value) {
        self.books().news.entry(stand.to_owned()).or_default().push(news);
    }

    /// Something can be fetched by its name.
    pub(crate) fn keeps(&self, news: Value) {
        let name = news["id"].as_str().unwrap().to_owned();
        self.books().single.insert(name, news);
    }

    /// The same under another name.
    pub(crate) fn keeps_as(&self, name: &str, news: Value) {
        self.books().single.insert(name.to_owned(), news);
    }

    /// The next request whose path begins so is refused.
    pub(crate) fn refuse_next(&self, path: &'static str, status: u16, retry_after: Option<u32>) {
        self.books().refusals.push_back((path, status, retry_after));
    }

    /// Each request whose path begins so is refused, or none any more.
    pub(crate) fn refuse(&self, refuses: Option<(&'static str, u16)>) {
        self.books().refuses = refuses;
    }

    /// Each answer takes so long.
    pub(crate) fn be_slow(&self, by: Duration) {
        self.books().slow = by;
    }

    /// What was asked whose path begins so.
    pub(crate) fn asked(&self, path: &str) -> Vec<String> {
        self.books().asked.iter().filter(|asked| asked.starts_with(path)).cloned().collect()
    }

    /// The most requests for one stand that were under way at once.
    pub(crate) fn most_at_once(&self) -> u32 {
        self.books().most_at_once
    }
}

/// One of the news.
pub(crate) fn news(id: &str, at: u64) -> Value {
    json!({ "id": id, "from": "ann", "text": format!("news {id}"), "at": at })
}

async fn answer(books: Arc<Mutex<Books>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
    let slow = {
        let mut books = books.lock().unwrap();
        books.asked.push(format!("{path}?{query}"));
        let count = books.under_way.entry(path.clone()).or_default();
        *count += 1;
        let count = *count;
        books.most_at_once = books.most_at_once.max(count);
        books.slow
    };
    tokio::time::sleep_until(tokio::time::Instant::now() + slow).await;
    let mut books = books.lock().unwrap();
    *books.under_way.get_mut(&path).unwrap() -= 1;
    let (status, retry_after, body) = books.answer(&path, &query);
    let mut response = Response::builder().status(status);
    if let Some(seconds) = retry_after {
        response = response.header("retry-after", seconds);
    }
    Ok(response.body(Full::new(Bytes::from(body.to_string()))).unwrap())
}

impl Books {
    fn answer(&mut self, path: &str, query: &str) -> (u16, Option<u32>, Value) {
        if self.refusals.front().is_some_and(|(refused, ..)| path.starts_with(refused)) {
            let (_, status, retry_after) = self.refusals.pop_front().unwrap();
            return (status, retry_after, Value::Null);
        }
        if let Some((_, status)) = self.refuses.filter(|(refused, _)| path.starts_with(refused)) {
            return (status, None, Value::Null);
        }
        if let Some(name) = path.strip_prefix("/news/") {
            return self.single.get(name).map_or((404, None, Value::Null), |news| (200, None, news.clone()));
        }
        let stand = path.strip_prefix("/stands/").and_then(|rest| rest.strip_suffix("/news")).unwrap_or_default();
        let all = self.news.get(stand).cloned().unwrap_or_default();
        let after: usize = query.strip_prefix("after=").and_then(|after| after.parse().ok()).unwrap_or_default();
        let page: Vec<Value> = all.iter().skip(after).take(PAGE).cloned().collect();
        let next = after + page.len();
        (200, None, json!({ "news": page, "next": next.to_string(), "more": next < all.len() }))
    }
}
