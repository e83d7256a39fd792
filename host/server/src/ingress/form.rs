//! `multipart/form-data` (RFC 7578) as it comes in: its fields become an `application/x-www-form-urlencoded` body, its files are
//! kept while they come, and no more of it is in memory than a piece at a time.
//!
//! Everything about it is bounded: what comes, how many parts, the head of each, fields together, files each and in number.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, header};
use lockgate_model::contract::inbound::FormFile;
use lockgate_model::id::Owner;
use lockgate_model::manifest::{Route, RouteFiles};
use lockgate_model::media::file_name;
use lockgate_runtime::MediaError;
use multer::{Constraints, Field, Multipart, SizeLimit};

use super::MOST_DISCARDED;
use super::answer::Refused;
use crate::discard::discard;
use crate::media::{Incoming, Media, Named, Rule, of_call};

/// Parts of one body, files included.
const PARTS: usize = 256;
/// Bytes of what stands before and between the contents of parts: of each head.
const HEAD: usize = 16 << 10;
/// Bytes that the parser is handed at once. It takes whatever is there into memory, so it is not handed more.
const SIP: usize = 16 << 10;
/// Bytes of the longest text field; a longer one is a file.
const FIELD: usize = 64 << 10;
/// Bytes of a part's name.
const NAME: usize = 1024;
/// Characters of the longest boundary (RFC 2046, 5.1.1).
const BOUNDARY: usize = 70;
/// How long the sender of a form may be silent.
const SILENT: Duration = Duration::from_secs(15);
/// How long all of a form may take.
const WITHIN: Duration = Duration::from_secs(300);

/// A form of which everything has come.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The fields, `application/x-www-form-urlencoded`.
    pub(super) body: Bytes,
    /// The files, which are kept.
    pub(super) files: Vec<FormFile>,
}

/// Who keeps the files, and under which names.
pub(super) struct Keeper<'a> {
    pub(super) media: &'a Media,
    pub(super) owner: Owner,
    /// Of the envelope.
    pub(super) seed: [u8; 32],
}

/// The boundary of a form, where the body is one.
pub(super) fn boundary(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(given).ok()
}

/// Whether the body says that it is a form with parts.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// Bytes of the largest body that passes by: fields, files, and what stands around each.
pub(super) fn most(route: &Route, files: &RouteFiles) -> u64 {
    let each = files.max_bytes.saturating_add((HEAD + BOUNDARY) as u64);
    let around = ((HEAD + BOUNDARY) as u64).saturating_mul(PARTS as u64);
    route.max_body.saturating_add(around).saturating_add(each.saturating_mul(files.max_files.into()))
}

/// Takes a form in.
pub(super) async fn take(
    keeper: &Keeper<'_>,
    route: &Route,
    rule: &RouteFiles,
    boundary: String,
    body: Body,
) -> Result<Taken, Refused> {
    let mut body = body.into_data_stream();
    let taken = tokio::time::timeout(WITHIN, read(keeper, route, rule, boundary, &mut body)).await;
    match taken {
        Ok(Ok(taken)) => Ok(taken),
        Ok(Err(refused)) => {
            discard(Body::from_stream(body), MOST_DISCARDED).await;
            Err(refused)
        }
        Err(_) => Err(Refused::TooSlow),
    }
}

async fn read(
    keeper: &Keeper<'_>,
    route: &Route,
    rule: &RouteFiles,
    boundary: String,
    body: &mut BodyDataStream,
) -> Result<Taken, Refused> {
    if boundary.is_empty() || boundary.len() > BOUNDARY {
        return Err(Refused::Broken);
    }
    let head = Arc::new(AtomicUsize::new(0));
    let sips = Sips { body, rest: Bytes::new(), rested: false, head: Arc::clone(&head) };
    let whole = Constraints::new().size_limit(SizeLimit::new().whole_stream(most(route, rule)));
    let mut form = Form { keeper, route, rule, fields: String::new(), files: Vec::new() };
    let mut parts = Multipart::with_constraints(sips, boundary, whole);
    for _ in 0..=PARTS {
        head.store(0, Ordering::Relaxed);
        let part = in_time(parts.next_field()).await?;
        // From here on to its end what comes is content, which has bounds of its own.
        head.store(IN_CONTENT, Ordering::Relaxed);
        match part {
            Some(part) => form.part(part).await?,
            None => return Ok(Taken { body: Bytes::from(form.fields), files: form.files }),
        }
    }
    Err(Refused::TooLarge)
}

/// What a form came to so far.
struct Form<'a> {
    keeper: &'a Keeper<'a>,
    route: &'a Route,
    rule: &'a RouteFiles,
    fields: String,
    files: Vec<FormFile>,
}

impl Form<'_> {
    async fn part(&mut self, mut part: Field<'_>) -> Result<(), Refused> {
        let name = part.name().filter(|name| name.len() <= NAME).map(str::to_owned).ok_or(Refused::Broken)?;
        let given = part.file_name().map(str::to_owned);
        if let Some(given) = given {
            let declared = part.content_type().map(|kind| kind.essence_str().to_owned());
            let mut incoming = None;
            while let Some(piece) = in_time(part.chunk()).await? {
                if piece.is_empty() {
                    continue;
                }
                let file = match &mut incoming {
                    Some(file) => file,
                    None => incoming.insert(self.begin().await?),
                };
                file.write(&piece).await.map_err(refused)?;
            }
            // A browser sends a part without name and bytes where nobody chose a file.
            return match incoming {
                None if given.is_empty() => Ok(()),
                None => {
                    let empty = self.begin().await?;
                    self.keep(empty, name, file_name(&given), declared).await
                }
                Some(file) => self.keep(file, name, file_name(&given), declared).await,
            };
        }
        let mut text = Vec::new();
        let mut long: Option<Incoming> = None;
        while let Some(piece) = in_time(part.chunk()).await? {
            match &mut long {
                Some(file) => file.write(&piece).await.map_err(refused)?,
                None if text.len() + piece.len() <= FIELD => text.extend_from_slice(&piece),
                None => {
                    let file = long.insert(self.begin().await?);
                    file.write(&text).await.map_err(refused)?;
                    file.write(&piece).await.map_err(refused)?;
                }
            }
        }
        match long {
            Some(file) => self.keep(file, name, None, Some("text/plain".to_owned())).await,
            None => self.field(&name, &text),
        }
    }

    async fn begin(&self) -> Result<Incoming, Refused> {
        if self.files.len() >= usize::try_from(self.rule.max_files).unwrap_or(usize::MAX) {
            return Err(Refused::TooLarge);
        }
        let rule = Rule { max_bytes: self.rule.max_bytes, kinds: self.rule.content_types.clone() };
        self.keeper.media.begin(rule).await.map_err(refused)
    }

    async fn keep(
        &mut self,
        file: Incoming,
        field: String,
        file_name: Option<String>,
        content_type: Option<String>,
    ) -> Result<(), Refused> {
        let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let handle = of_call(&self.keeper.seed, b"form", number);
        let named = Named { handle, owner: self.keeper.owner, file_name: file_name.clone() };
        let kept = self.keeper.media.keep(file, named).await.map_err(refused)?;
        self.files.push(FormFile { field, file_name, content_type, size: kept.size, stored: kept.handle });
        Ok(())
    }

    fn field(&mut self, name: &str, value: &[u8]) -> Result<(), Refused> {
        if !self.fields.is_empty() {
            self.fields.push('&');
        }
        self.fields.extend(url::form_urlencoded::byte_serialize(name.as_bytes()));
        self.fields.push('=');
        self.fields.extend(url::form_urlencoded::byte_serialize(value));
        if self.fields.len() as u64 > self.route.max_body {
            return Err(Refused::TooLarge);
        }
        Ok(())
    }
}

async fn in_time<T>(next: impl Future<Output = multer::Result<T>>) -> Result<T, Refused> {
    match tokio::time::timeout(SILENT, next).await {
        Err(_) => Err(Refused::TooSlow),
        Ok(Ok(next)) => Ok(next),
        Ok(Err(multer::Error::StreamSizeExceeded { .. })) => Err(Refused::TooLarge),
        Ok(Err(multer::Error::StreamReadFailed(why))) if why.is::<LongHead>() => Err(Refused::TooLarge),
        Ok(Err(_)) => Err(Refused::Broken),
    }
}

fn refused(error: MediaError) -> Refused {
    match error {
        MediaError::TooLarge(_) => Refused::TooLarge,
        MediaError::TypeRefused(_) => Refused::MediaType,
        // Sweeping, or an admin, makes room.
        MediaError::Full => Refused::Unavailable(Duration::from_secs(300)),
        MediaError::NotPermitted | MediaError::NotFound | MediaError::Broken(_) => {
            Refused::Unavailable(Duration::from_secs(5))
        }
    }
}

/// What stands in [`Sips::head`] while the content of a part comes.
const IN_CONTENT: usize = usize::MAX;

/// The head of a part does not end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the head of a part is too long")]
struct LongHead;

/// The body in small pieces, after each of which the parser gets its turn: left alone, it would read all there is into memory
/// before it looks at any of it.
struct Sips<'a> {
    body: &'a mut BodyDataStream,
    rest: Bytes,
    rested: bool,
    /// Bytes since the last part's end; [`IN_CONTENT`] within one.
    head: Arc<AtomicUsize>,
}

impl Stream for Sips<'_> {
    type Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !std::mem::replace(&mut self.rested, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.rest.is_empty() {
            match self.body.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(piece))) => self.rest = piece,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        let length = self.rest.len().min(SIP);
        let sip = self.rest.split_to(length);
        self.rested = false;
        let before = self.head.load(Ordering::Relaxed);
        if before != IN_CONTENT {
            let now = before.saturating_add(length);
            if now > HEAD + SIP {
                return Poll::Ready(Some(Err(LongHead.into())));
            }
            self.head.store(now, Ordering::Relaxed);
        }
        Poll::Ready(Some(Ok(sip)))
    }
}
