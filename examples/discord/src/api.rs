//! Discord's REST interface: addresses, and what its answers mean.

use lockgate_sdk::http::{Request, Response};
use lockgate_sdk::json::{self, Object};
use lockgate_sdk::{Fault, Outcome, RateLimited};

pub const BASE: &str = "https://discord.com/api/v10";

/// A request as Discord wants it: it asks every client to say so who it is.
pub fn request(method: &str, url: String) -> Request {
    Request::new(method, url).header("user-agent", "DiscordBot (https://example.org/lockgate-discord, 0.1.0)")
}

/// An id as it can stand in a path. Discord's are numbers; what holds a slash or a dot is none and would lead elsewhere.
pub fn id(text: &str) -> Option<&str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (!text.is_empty() && text.bytes().all(fits)).then_some(text)
}

/// One segment of a path, percent-encoded (RFC 3986).
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(byte.into()),
            // A dot alone would be a step in the path.
            b'.' if text.bytes().any(|byte| byte != b'.') => out.push('.'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Discord's own error: a number and a sentence. A gateway before it writes none such.
pub struct Error {
    pub code: i64,
    pub words: String,
}

impl Error {
    pub fn of(response: &Response) -> Option<Self> {
        let told = json::parse(&response.body).ok()?;
        let words = told.text("message").ok()?;
        let code = told.integer("code").ok()?;
        // What is wrong with which field.
        let details = told
            .value("errors")
            .map(|errors| format!(" {}", errors.get(..errors.floor_char_boundary(500)).unwrap_or_default()));
        Some(Self { code, words: words + &details.unwrap_or_default() })
    }
}

/// What an answer means that is no success. None for 2xx.
pub fn refusal(response: &Response) -> Option<Outcome> {
    if response.is_success() {
        return None;
    }
    if response.status == 429 {
        return Some(Outcome::Failed(limited(response)));
    }
    let Some(Error { code, words }) = Error::of(response) else { return response.refusal("global") };
    let fault = match (response.status, code) {
        // The bot's token; 50014 is another name of it.
        (401, 0 | 40001 | 50014) => Fault::SignInExpired,
        // Cannot send messages to this user: blocked, no common server, closed to strangers.
        (_, 50007 | 50278) => Fault::RecipientUnreachable(words),
        // Unknown channel, unknown user, archived thread, lobby.
        (_, 10003 | 10013) => Fault::RecipientUnreachable(words),
        // 50001 missing access, 50013 missing permissions and the like are about one channel of Discord's among many: final for this
        // message, and no reason to have the bot connected again.
        (404, 10008) => Fault::Gone(words),
        // Overloaded: "try again a little later"; sending is switched off for a while.
        (_, 130_000 | 40004) => Fault::passing(words, response.retry_after()),
        (413, _) | (_, 40005) => Fault::TooLarge(None),
        (400 | 403 | 404 | 405 | 409, 1..) => Fault::rejected(Some(code.to_string()), words),
        _ => return response.refusal("global"),
    };
    Some(Outcome::Failed(fault))
}

/// 429: of Discord a body with `retry_after` in seconds, also `global`; of what stands before it only a header.
fn limited(response: &Response) -> Fault {
    let told = json::parse(&response.body).ok();
    let seconds = told.as_ref().and_then(|told| told.number("retry_after").ok());
    let retry_after = seconds.and_then(millis).or_else(|| response.retry_after());
    let is_own = told.is_some_and(|told| told.has("retry_after"));
    let scope = response.header("x-ratelimit-scope");
    let is_global = match scope {
        Some(scope) => scope == "global",
        None => response.header("x-ratelimit-global") == Some("true") || !is_own,
    } || json::parse(&response.body).is_ok_and(|told| global(&told));
    let bucket = if is_global { "global" } else { "channel" };
    Fault::RateLimited(RateLimited { retry_after, bucket: bucket.into() })
}

fn global(told: &Object<'_>) -> bool {
    told.boolean("global").unwrap_or(false)
}

fn millis(seconds: f64) -> Option<u64> {
    (0.0..31_536_000.0).contains(&seconds).then(|| (seconds * 1000.0).ceil() as u64)
}

/// After the last request that a bucket had: how long it stays empty.
pub fn emptied(response: &Response) -> Option<u64> {
    if response.header("x-ratelimit-remaining")? != "0" {
        return None;
    }
    response.header("x-ratelimit-reset-after")?.parse().ok().and_then(millis)
}

/// `nonce` has at most 25 characters, our names are UUIDs of 36: the same 128 bits, on base 36.
pub fn nonce(client_ref: &str) -> String {
    let hex: String = client_ref.chars().filter(|c| *c != '-').collect();
    let mut number = match u128::from_str_radix(&hex, 16) {
        Ok(number) if hex.len() == 32 => number,
        // FNV-1a of 128 bits.
        _ => client_ref.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
        }),
    };
    let mut digits = Vec::new();
    while digits.is_empty() || number > 0 {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces() {
        let one = nonce("8b7e0f1c-0000-4000-8000-000000000001");
        assert!(one.len() <= 25);
        assert_ne!(one, nonce("8b7e0f1c-0000-4000-8000-000000000002"));
        assert!(nonce("ffffffff-ffff-ffff-ffff-ffffffffffff").len() <= 25);
        assert!(nonce("anything else").len() <= 25);
    }

    #[test]
    fn segments() {
        assert_eq!(segment("👍"), "%F0%9F%91%8D");
        assert_eq!(segment("name:123"), "name%3A123");
        assert_eq!(segment(".."), "%2E%2E");
    }
}
