//! A right request, changed a little or beyond recognition: believed only where [`vouched`] says so too.

use http::{HeaderName, HeaderValue};
use lockgate_fuzz::{Unstructured, fuzz};
use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::Verify;
use serde_json::{Value, json};

use super::super::tests::{Case, recipe};
use super::reference::{ORIGIN, SCHEMES, SECRETS, Scheme, Sent, TOLERANCE, public_key, right, vouched};

fn recipe_of(scheme: Scheme) -> Verify {
    let hmac = |more: Value| {
        let mut hmac = json!({ "header": "x-sig", "digest": "sha256", "credential": "secret", "previous": ["old"] });
        hmac.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        json!({ "hmac": hmac })
    };
    let shared = |place: Value, prefix: &str| json!({ "shared-secret": { "place": place, "prefix": prefix, "credential": "secret", "previous": ["old"] } });
    let time = json!({ "header": "x-time", "tolerance_s": TOLERANCE });
    recipe(match scheme {
        Scheme::Meta => hmac(json!({ "prefix": "sha256=" })),
        Scheme::Slack => hmac(json!({
            "prefix": "v0=", "template": [{ "literal": "v0:" }, "timestamp", { "literal": ":" }, "body"], "timestamp": time,
        })),
        Scheme::Stripe => hmac(json!({
            "prefix": "v1=", "separator": ",", "template": ["timestamp", { "literal": "." }, "body"],
            "timestamp": { "header": "x-sig", "prefix": "t=", "tolerance_s": TOLERANCE },
        })),
        Scheme::Line => hmac(json!({ "encoding": "base64" })),
        Scheme::Twilio => hmac(json!({
            "digest": "sha1", "encoding": "base64", "template": ["url-any-port", "form-sorted"], "body_sha256_query": "bodySHA256",
        })),
        Scheme::Discord => json!({ "ed25519": {
            "header": "x-sig", "public_key": { "setting": "key" }, "template": ["timestamp", "body"], "timestamp": time,
        } }),
        Scheme::Standard => json!({ "standard-webhooks": { "credential": "secret", "previous": ["old"] } }),
        Scheme::StandardPublic => json!({ "standard-webhooks": { "public_key": { "setting": "whpk" } } }),
        Scheme::InHeader => shared(json!({ "header": "x-sig" }), "Bearer "),
        Scheme::InPath => shared(json!("path"), ""),
        Scheme::InQuery => shared(json!({ "query": "token" }), ""),
        Scheme::InForm => shared(json!({ "form": "token" }), ""),
        Scheme::InJson => shared(json!({ "json": "/value/*/state" }), ""),
        Scheme::SignedRequest => json!({ "signed-request": {
            "credential": "secret", "previous": ["old"], "tolerance_s": TOLERANCE, "claims": ["user_id"],
        } }),
    })
}

/// Changes one thing; whether it did.
fn change(sent: &mut Sent, from: &mut Unstructured<'_>) -> bool {
    let flip = |bytes: &mut [u8], from: &mut Unstructured<'_>| {
        let at = from.choose_index(bytes.len()).ok();
        at.map(|at| bytes[at] ^= 1 << from.int_in_range(0..=7).unwrap_or(0)).is_some()
    };
    let flip_text = |text: &mut String, from: &mut Unstructured<'_>| {
        let mut bytes = text.clone().into_bytes();
        let changed = flip(&mut bytes, from);
        *text = String::from_utf8(bytes).unwrap_or_default();
        changed
    };
    let header = from.choose_index(sent.headers.len()).ok();
    match (from.int_in_range(0..=11).unwrap_or(0), header) {
        (0 | 1, _) => flip(&mut sent.body, from),
        (2, _) => {
            let at = from.choose_index(sent.body.len() + 1).unwrap_or_default();
            let more: Vec<u8> = from.arbitrary().unwrap_or_default();
            sent.body.splice(at..at, more);
            true
        }
        (3 | 4, Some(header)) => flip_text(&mut sent.headers[header].1, from),
        (5, Some(header)) => {
            sent.headers.remove(header);
            true
        }
        (6, Some(header)) => {
            let copy = sent.headers[header].clone();
            sent.headers.push(copy);
            true
        }
        (7, Some(header)) => {
            let word =
                from.choose(&["", " ", ",", "v1=", "sha256=", "v1,", "t=0", "Bearer ", "=", "svix-id", "+1"]).copied();
            let value = &mut sent.headers[header].1;
            let at = from.choose_index(value.len() + 1).unwrap_or_default();
            if value.is_char_boundary(at) {
                value.insert_str(at, word.unwrap_or_default());
            }
            true
        }
        (8, _) => {
            let by = from.choose(&[0, 1, TOLERANCE, TOLERANCE + 1, u64::MAX / 2000]).copied().unwrap_or_default();
            sent.now = if from.arbitrary().unwrap_or(true) {
                sent.now.saturating_sub(by)
            } else {
                sent.now.saturating_add(by).min(u64::MAX / 1000)
            };
            true
        }
        (9, _) => flip_text(&mut sent.target, from),
        (10, _) => flip_text(&mut sent.below, from),
        _ => {
            let names = ["x-sig", "x-time", "webhook-id", "webhook-signature", "svix-signature", "content-type"];
            let name = from.choose(&names).copied().unwrap_or("x-sig").to_owned();
            sent.headers.push((name, from.arbitrary().unwrap_or_default()));
            true
        }
    }
}

fn check(input: &[u8]) -> Option<(Scheme, bool, String)> {
    let mut from = Unstructured::new(input);
    let scheme = *from.choose(&SCHEMES).ok()?;
    let body: Vec<u8> = from.arbitrary().ok()?;
    let mut sent = right(scheme, &body, 1_700_000_000);
    let mut changes = 0;
    for _ in 0..from.int_in_range(0..=3).unwrap_or(0) {
        changes += usize::from(change(&mut sent, &mut from));
    }
    // What no request can have.
    let fits = |(name, value): &(String, String)| {
        name.parse::<HeaderName>().is_ok()
            && HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes()).is_ok()
    };
    sent.headers.retain(fits);
    let mut case = Case::new(&sent.body).url(ORIGIN, &sent.target).below(&sent.below).at(sent.now);
    for (name, value) in &sent.headers {
        case = case.header(name, value.trim_matches([' ', '\t']));
    }
    let text = |key: &str, value: String| Setting { key: key.into(), value: SettingValue::Text(value) };
    let settings = [
        text("key", hex::encode(public_key())),
        text(
            "whpk",
            format!("whpk_{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, public_key())),
        ),
    ];
    let given = case.keyed(&recipe_of(scheme), &SECRETS, &settings);
    let vouched = vouched(scheme, &sent);
    match &given {
        Ok(verified) => {
            assert!(vouched, "{scheme:?} believed {sent:?}");
            if changes == 0 {
                let held = |bytes: &[u8]| bytes.windows(SECRETS[0].1.len()).any(|part| part == SECRETS[0].1.as_bytes());
                assert!(!held(verified.body()) && !held(verified.path().as_bytes()), "{scheme:?} hands the secret on");
            }
        }
        Err(reason) => assert!(changes > 0 || !vouched, "{scheme:?} refused what is right as {reason}: {sent:?}"),
    }
    Some((scheme, vouched, given.map_or_else(|reason| reason.to_string(), |_| "verified".into())))
}

#[test]
fn nothing_is_believed_that_the_provider_cannot_have_sent() {
    fuzz!("recipes", &["{\"algorithm\":\"HMAC-SHA256\"}", "a=1&b=2", "{\"value\":[]}"], check);
}
