//! The books of one call: CPU, log, outgoing requests and departures. Shared by the guest's thread and the egress gate.
//!
//! When the call ends its books are closed: a request that the guest began and did not wait for can no longer depart, so what
//! [`Effects`] says about departure stays true.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::settings::Level;
use lockgate_model::secret::{Captured, Secret};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::config::Limits;
use crate::effects::{Denial, Effects, LogLine};
use crate::threads::thread_cpu;

/// What a line of log costs beside its characters, so that empty lines are bounded too.
const LINE_OVERHEAD: usize = 32;
/// Denials that are kept of one call; the first ones tell enough.
const DENIALS: usize = 16;
/// Secrets that answers to one call mint, and their bytes together.
const CAPTURED: usize = 128;
const CAPTURED_BYTES: usize = 32 << 10;

/// The books of one call.
pub(crate) struct Ledger {
    cpu_limit: u64,
    cpu_used: AtomicU64,
    /// The thread's CPU time when the present slice of polling began.
    polled_at: AtomicU64,
    log_limit: usize,
    request_limit: u32,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    closed: bool,
    requests: u32,
    departures: u32,
    denials: Vec<Denial>,
    log: Vec<LogLine>,
    log_used: usize,
    log_dropped: u64,
    out: Vec<u8>,
    err: Vec<u8>,
    parts: Option<Vec<u32>>,
    secrets: Vec<Zeroizing<Vec<u8>>>,
    captured: Vec<Captured>,
}

/// What the books say when the call is over.
pub(crate) struct Closed {
    pub(crate) effects: Effects,
    /// What the guest printed on standard error, in one line; empty where it printed nothing.
    pub(crate) last_words: String,
    /// Secrets that were written into requests, or minted in answers.
    pub(crate) secrets: Vec<Zeroizing<Vec<u8>>>,
}

/// Why a request may not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// The call is over.
    Over,
    /// It made as many requests as it may.
    Requests,
}

impl Ledger {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            cpu_limit: u64::try_from(limits.cpu.as_nanos()).unwrap_or(u64::MAX),
            cpu_used: AtomicU64::new(0),
            polled_at: AtomicU64::new(0),
            log_limit: usize::try_from(limits.log_bytes).unwrap_or(usize::MAX),
            request_limit: limits.requests,
            book: Mutex::default(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Called where a poll of the guest begins, on its thread.
    pub(crate) fn poll_begins(&self) {
        self.polled_at.store(thread_cpu(), Ordering::Relaxed);
    }

    /// Called where that poll ends.
    pub(crate) fn poll_ends(&self) {
        self.cpu_used.fetch_add(self.slice(), Ordering::Relaxed);
    }

    /// Whether the guest, which is being polled, has used up its CPU time.
    pub(crate) fn over_cpu(&self) -> bool {
        self.cpu_used.load(Ordering::Relaxed).saturating_add(self.slice()) > self.cpu_limit
    }

    fn slice(&self) -> u64 {
        thread_cpu().saturating_sub(self.polled_at.load(Ordering::Relaxed))
    }

    /// Keeps a line of log, or counts it as dropped.
    pub(crate) fn log(&self, level: Level, message: String, fields: Vec<Pair>) {
        let size =
            fields.iter().map(|pair| pair.name.len() + pair.value.len()).sum::<usize>() + message.len() + LINE_OVERHEAD;
        let mut book = self.book();
        if book.log_used + size > self.log_limit {
            book.log_dropped += size as u64;
        } else {
            book.log_used += size;
            book.log.push(LogLine { level, message, fields });
        }
    }

    /// Keeps what fits of the guest's standard output (`Info`) or error.
    pub(super) fn print(&self, level: Level, bytes: &[u8]) {
        let mut book = self.book();
        let kept = bytes.len().min(self.log_limit.saturating_sub(book.log_used));
        book.log_used += kept;
        book.log_dropped += (bytes.len() - kept) as u64;
        let stream = if level == Level::Info { &mut book.out } else { &mut book.err };
        stream.extend(bytes.iter().take(kept));
    }

    /// The parts that the send requests from now on carry.
    pub(crate) fn begin(&self, parts: Vec<u32>) {
        self.book().parts = Some(parts);
    }

    /// The parts named last.
    pub(crate) fn parts(&self) -> Option<Vec<u32>> {
        self.book().parts.clone()
    }

    /// Counts one outgoing request.
    pub(crate) fn request(&self) -> Result<(), Shut> {
        let mut book = self.book();
        if book.closed {
            return Err(Shut::Over);
        }
        if book.requests >= self.request_limit {
            return Err(Shut::Requests);
        }
        book.requests += 1;
        Ok(())
    }

    /// Notes, before it is asked for, that a departure may be marked from now on.
    pub(crate) fn departing(&self) -> Result<(), Shut> {
        let mut book = self.book();
        if book.closed {
            return Err(Shut::Over);
        }
        book.departures += 1;
        Ok(())
    }

    /// Takes that back: the mark was refused.
    pub(crate) fn stayed(&self) {
        let mut book = self.book();
        book.departures = book.departures.saturating_sub(1);
    }

    /// Notes what the gate refused.
    pub(crate) fn denied(&self, denial: Denial) {
        let mut book = self.book();
        if book.denials.len() < DENIALS {
            book.denials.push(denial);
        }
    }

    /// Remembers a secret that was written into a request, so that logs can be scrubbed of it.
    pub(crate) fn used(&self, secret: Zeroizing<Vec<u8>>) {
        self.book().secrets.push(secret);
    }

    /// Keeps secrets that an answer minted and gives the handle of each; none, and keeps none, where these are too many or the
    /// call is over. One that was captured before has its handle already. `seed` is the call's: nobody who does not know it can
    /// tell a handle beforehand.
    pub(crate) fn capture(&self, secrets: Vec<Zeroizing<Vec<u8>>>, seed: &[u8; 32]) -> Option<Vec<String>> {
        let mut book = self.book();
        if book.closed {
            return None;
        }
        let before = book.captured.len();
        let mut handles = Vec::with_capacity(secrets.len());
        for secret in secrets {
            let known = book.captured.iter().find(|captured| captured.secret.expose() == secret.as_slice());
            let handle = known.map_or_else(|| handle(seed, book.captured.len()), |known| known.handle.clone());
            if known.is_none() {
                book.captured.push(Captured { handle: handle.clone(), secret: Secret::new(secret.as_slice()) });
            }
            handles.push(handle);
        }
        let bytes: usize = book.captured.iter().map(|captured| captured.secret.expose().len()).sum();
        if book.captured.len() > CAPTURED || bytes > CAPTURED_BYTES {
            book.captured.truncate(before);
            return None;
        }
        Some(handles)
    }

    /// The secrets that answers minted so far, so that no later answer shows them.
    pub(crate) fn captured(&self) -> Vec<Zeroizing<Vec<u8>>> {
        exposed(&self.book().captured)
    }

    /// Closes the books.
    pub(crate) fn close(&self) -> Closed {
        let mut book = std::mem::replace(&mut *self.book(), Book { closed: true, ..Book::default() });
        let mut last_words = String::new();
        for (level, bytes) in [(Level::Info, &book.out), (Level::Warn, &book.err)] {
            let text = String::from_utf8_lossy(bytes);
            for line in text.lines().filter(|line| !line.trim().is_empty() && !is_of_the_language(line)) {
                if level == Level::Warn {
                    last_words.push(' ');
                    last_words.push_str(line.trim());
                }
                book.log.push(LogLine { level, message: line.to_owned(), fields: Vec::new() });
            }
        }
        book.secrets.extend(exposed(&book.captured));
        let effects = Effects {
            log: book.log,
            log_dropped: book.log_dropped,
            departed: book.departures > 0,
            requests: book.requests,
            cpu: Duration::from_nanos(self.cpu_used.load(Ordering::Relaxed)),
            denials: book.denials,
            captured: book.captured,
            ..Effects::default()
        };
        Closed { effects, last_words, secrets: book.secrets }
    }
}

/// What the runtime of a guest's language prints when a call ends in a fault, after the guest's own words: it helps nobody here.
fn is_of_the_language(line: &str) -> bool {
    // Rust, of a panic; and JavaScript's engine, of what the SDK throws to end a call.
    line.starts_with("note: run with `RUST_BACKTRACE")
        || matches!(line.trim(), "\"the call ended\"" | "Redirecting call to abort() to mozalloc_abort")
}

fn exposed(captured: &[Captured]) -> Vec<Zeroizing<Vec<u8>>> {
    captured.iter().map(|captured| Zeroizing::new(captured.secret.expose().to_vec())).collect()
}

/// The handle of a call's secret of this number: 128 bits that follow from the call's seed, so that a replay gives the same.
fn handle(seed: &[u8; 32], number: usize) -> String {
    // HMAC takes keys of every length.
    let mac = Hmac::<Sha256>::new_from_slice(seed).map(|mut mac| {
        mac.update(b"lockgate captured secret");
        mac.update(&(number as u64).to_be_bytes());
        mac.finalize().into_bytes()
    });
    let random = mac.unwrap_or_default();
    format!("captured:{}", hex::encode(random.get(..16).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_fault_the_guests_own_words_are_kept_and_not_its_languages() {
        for said in [
            "Error: boom\n  at receive (src/receive.js:17)\n\"the call ended\"\nRedirecting call to abort() to mozalloc_abort\n",
            "Error: boom\n  at receive (src/receive.js:17)\nnote: run with `RUST_BACKTRACE=1` environment variable\n",
        ] {
            let ledger = Ledger::new(&Limits::default());
            ledger.print(Level::Warn, said.as_bytes());
            let closed = ledger.close();
            assert_eq!(closed.last_words, " Error: boom at receive (src/receive.js:17)");
            assert_eq!(closed.effects.log.len(), 2, "{:?}", closed.effects.log);
        }
    }
}
