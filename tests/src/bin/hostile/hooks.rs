//! Knocking at hooks: what is not a provider's reaches no plugin, and a plugin's answer is nobody's page.

use lockgate_simulators::signature::sign;
use reqwest::Method;
use serde_json::json;

use crate::case::{Case, Role, Seen, Turn, check};

/// How a request to a hook differs from a genuine one.
#[derive(Clone, Copy)]
enum Wrong {
    /// Without a signature.
    Unsigned,
    /// Signed with another channel's secret.
    Secret,
    /// Its body changed after it was signed.
    Body,
    /// A signature cut short.
    Short,
    /// Behind a space.
    Spaced,
    /// A forged one before the genuine one.
    Doubled,
    /// Of no hexadecimal digits.
    Letters,
    /// To a key that nobody has.
    Key,
    /// To a route that the manifest does not have.
    Route,
    /// With another method.
    Method,
    /// Of another media type.
    Media,
    /// Packed.
    Packed,
    /// Larger than the route takes.
    Large,
}

pub(crate) fn cases() -> Vec<Case> {
    let knocks = [
        ("unsigned", "a webhook without a signature", Wrong::Unsigned, 401),
        ("other-secret", "a signature by another channel's secret", Wrong::Secret, 401),
        ("changed-body", "a body that was changed on its way", Wrong::Body, 401),
        ("short-signature", "the beginning of a signature", Wrong::Short, 401),
        ("spaced-signature", "a signature with a space in it", Wrong::Spaced, 401),
        ("doubled-signature", "two signatures, one of them forged", Wrong::Doubled, 401),
        ("signature-of-letters", "a signature of no digits", Wrong::Letters, 401),
        ("unknown-key", "a guessed address", Wrong::Key, 404),
        ("unknown-route", "a route of another plugin", Wrong::Route, 404),
        ("other-method", "another method", Wrong::Method, 405),
        ("other-media-type", "a body of another type", Wrong::Media, 415),
        ("packed-body", "a body that would be unpacked", Wrong::Packed, 415),
        ("large-body", "a body that is larger than the route takes", Wrong::Large, 413),
    ];
    let knocks = knocks.into_iter().map(|(name, about, wrong, status)| {
        Case::new("hooks", name, about, async move |turn: &Turn<'_>| knock(turn, wrong, status).await)
    });
    let mut cases: Vec<Case> = knocks.collect();
    cases.extend([
        Case::new("hooks", "cookie-of-an-answer", "a cookie on the host's origin", async |turn: &Turn<'_>| {
            answer(turn, "set-cookie", "session=mine", "retry-after", "7").await
        }),
        Case::new("hooks", "policy-of-an-answer", "a page that lifts its own sandbox", async |turn: &Turn<'_>| {
            answer(turn, "content-security-policy", "default-src *", "content-language", "de").await
        }),
        Case::new("hooks", "origins-of-an-answer", "a page that lets other origins read", async |turn: &Turn<'_>| {
            answer(turn, "access-control-allow-origin", "*", "cache-control", "max-age=7").await
        }),
        Case::new("hooks", "place-of-an-answer", "a redirect from the host's origin", async |turn: &Turn<'_>| {
            answer(turn, "location", "https://evil.test/", "etag", "\"1\"").await
        }),
    ]);
    cases
}

/// A request with one thing wrong is refused with its status and never becomes a message; the same without it does.
async fn knock(turn: &Turn<'_>, wrong: Wrong, status: u16) -> Seen {
    let wrong = turn.pick(Some(wrong), None);
    let channel = turn.channel;
    let size = if matches!(wrong, Some(Wrong::Large)) { 70_000 } else { 5 };
    let event = json!({ "id": turn.nonce, "text": "x".repeat(size), "from": "eve" });
    let mut body = json!({ "events": [event] }).to_string();
    let secret = match wrong {
        Some(Wrong::Secret) => turn.world.connect("hostile", &format!("other-{}", turn.nonce)).await.secret,
        _ => channel.secret.clone(),
    };
    let good = sign(&secret, body.as_bytes());
    let forged = sign("guessed", body.as_bytes());
    let signatures: Vec<String> = match wrong {
        Some(Wrong::Unsigned) => Vec::new(),
        Some(Wrong::Short) => vec![good[..good.len() - 2].to_owned()],
        Some(Wrong::Spaced) => vec![good.replacen('=', "= ", 1)],
        Some(Wrong::Doubled) => vec![forged, good],
        Some(Wrong::Letters) => vec![format!("sha256={}", "ü".repeat(32))],
        _ => vec![good],
    };
    if matches!(wrong, Some(Wrong::Body)) {
        body = body.replace("eve", "bob");
    }
    let key = channel.hook.rsplit('/').nth(1).unwrap_or_default();
    let address = match wrong {
        Some(Wrong::Key) => channel.hook.replace(key, &key.chars().rev().collect::<String>()),
        Some(Wrong::Route) => format!("{}-of-another", channel.hook),
        _ => channel.hook.clone(),
    };
    let method = if matches!(wrong, Some(Wrong::Method)) { Method::PUT } else { Method::POST };
    let media = if matches!(wrong, Some(Wrong::Media)) { "text/xml" } else { "application/json" };
    let mut request = turn.world.request(method, &address).header("content-type", media).body(body);
    for signature in signatures {
        request = request.header("x-signature", signature.as_bytes());
    }
    if matches!(wrong, Some(Wrong::Packed)) {
        request = request.header("content-encoding", "gzip");
    }
    let answered = turn.world.answered(request).await.status;
    check(answered == turn.pick(status, 200), || format!("it was answered {answered}"))?;
    let there = turn.world.message(channel, &turn.nonce).await.is_some();
    check(there == (turn.role == Role::Control), || format!("it became a message: {there}"))
}

/// A plugin's own header is dropped where it would make its answer more than an answer; another one is kept.
async fn answer(turn: &Turn<'_>, name: &str, value: &str, kept: &str, with: &str) -> Seen {
    let (name, value) = turn.pick((name, value), (kept, with));
    let headers = json!([["content-type", "text/html"], [name, value]]);
    let body = json!({ "do": "answer", "answer": { "status": 200, "headers": headers, "body": "<script>" } });
    let answer = turn.world.post(turn.channel, &body).await;
    let shown = || format!("it was answered {} {:?}", answer.status, answer.headers);
    check(answer.status == 200 && answer.body == b"<script>", shown)?;
    let has = |name: &str, value: &str| answer.headers.get_all(name).iter().any(|given| given == value);
    let policy =
        has("content-security-policy", "sandbox; default-src 'none'") && has("x-content-type-options", "nosniff");
    check(policy && has(name, value) == turn.pick(false, true), shown)
}
