//! What is authentic, said once more and apart from the recipes' code: each scheme as its provider describes it, in a few lines.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

pub(super) const ORIGIN: &str = "https://hooks.example.org";
/// The recipes' credentials by name; both are accepted.
pub(super) const SECRETS: [(&str, &str); 2] =
    [("secret", "c2VjcmV0LW9mLXRoZS1hcHA="), ("old", "b2xkLXNlY3JldC1vZi1pdA==")];
/// Seconds that a time of signing may be away.
pub(super) const TOLERANCE: u64 = 300;
const FORM: &str = "application/x-www-form-urlencoded";

/// A request as it is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) target: String,
    pub(super) below: String,
    /// The host's clock in seconds.
    pub(super) now: u64,
}

/// The schemes.
#[derive(Clone, Copy, Debug, Hash, PartialEq)]
pub(super) enum Scheme {
    Meta,
    Slack,
    Stripe,
    Line,
    Twilio,
    Discord,
    Standard,
    StandardPublic,
    InHeader,
    InPath,
    InQuery,
    InForm,
    InJson,
    SignedRequest,
}

pub(super) const SCHEMES: [Scheme; 14] = [
    Scheme::Meta,
    Scheme::Slack,
    Scheme::Stripe,
    Scheme::Line,
    Scheme::Twilio,
    Scheme::Discord,
    Scheme::Standard,
    Scheme::StandardPublic,
    Scheme::InHeader,
    Scheme::InPath,
    Scheme::InQuery,
    Scheme::InForm,
    Scheme::InJson,
    Scheme::SignedRequest,
];

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(super) fn public_key() -> [u8; 32] {
    signing_key().verifying_key().to_bytes()
}

/// RFC 2104, with a hash of blocks of 64 bytes.
fn hmac(hash: fn(&[u8]) -> Vec<u8>, key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 { hash(key) } else { key.to_vec() };
    block.resize(64, 0);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    hash(&[pad(0x5c), hash(&[pad(0x36), message.to_vec()].concat())].concat())
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    Sha1::digest(bytes).to_vec()
}

fn is_form(sent: &Sent) -> bool {
    sent.one("content-type")
        .is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM)))
}

fn fields(body: &[u8], name: &str) -> Vec<String> {
    url::form_urlencoded::parse(body).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
}

impl Sent {
    /// The one header of this name.
    fn one(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.trim_matches([' ', '\t']))?;
        (found.next().is_none() && value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte)))
            .then_some(value)
    }

    fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    fn recent(&self, time: &str) -> bool {
        time.bytes().all(|byte| byte.is_ascii_digit())
            && time.parse().is_ok_and(|time| self.now.abs_diff(time) <= TOLERANCE)
    }
}

/// What is signed, and how it is hashed. More than one where a scheme leaves it open.
fn signed(scheme: Scheme, sent: &Sent, time: &str) -> Vec<Vec<u8>> {
    let body = sent.body.as_slice();
    match scheme {
        Scheme::Slack => vec![[b"v0:", time.as_bytes(), b":", body].concat()],
        Scheme::Stripe => vec![[time.as_bytes(), b".", body].concat()],
        Scheme::Discord => vec![[time.as_bytes(), body].concat()],
        Scheme::Standard | Scheme::StandardPublic => {
            let id = sent.one("webhook-id").unwrap_or_default();
            vec![[id.as_bytes(), b".", time.as_bytes(), b".", body].concat()]
        }
        Scheme::Twilio => {
            let fields: BTreeSet<(String, String)> =
                if is_form(sent) { url::form_urlencoded::parse(body).into_owned().collect() } else { BTreeSet::new() };
            let fields: String = fields.into_iter().map(|(name, value)| name + &value).collect();
            [ORIGIN.to_owned(), format!("{ORIGIN}:443")]
                .map(|origin| (origin + &sent.target + &fields).into_bytes())
                .into()
        }
        _ => vec![body.to_vec()],
    }
}

/// All signatures that would be right.
fn tags(scheme: Scheme, sent: &Sent, time: &str) -> Vec<Vec<u8>> {
    let key = |secret: &str| match scheme {
        Scheme::Standard => STANDARD.decode(secret).expect("Base64"),
        _ => secret.as_bytes().to_vec(),
    };
    let hash: fn(&[u8]) -> Vec<u8> = if scheme == Scheme::Twilio { sha1 } else { sha256 };
    let messages = signed(scheme, sent, time);
    SECRETS
        .iter()
        .flat_map(|(_, secret)| messages.iter().map(move |message| hmac(hash, &key(secret), message)))
        .collect()
}

/// A request that is right.
pub(super) fn right(scheme: Scheme, body: &[u8], now: u64) -> Sent {
    let mut sent = Sent { body: body.to_vec(), target: "/hooks/key/events".into(), now, ..Sent::default() };
    let time = now.to_string();
    let secret = SECRETS[0].1;
    match scheme {
        Scheme::Slack => sent.headers.push(("x-time".into(), time.clone())),
        Scheme::Discord => sent.headers.push(("x-time".into(), time.clone())),
        Scheme::Standard | Scheme::StandardPublic => {
            sent.headers = vec![("webhook-id".into(), "msg_1".into()), ("webhook-timestamp".into(), time.clone())];
        }
        Scheme::Twilio if body.len().is_multiple_of(2) => sent.headers.push(("content-type".into(), FORM.into())),
        Scheme::Twilio => sent.target += &format!("?bodySHA256={}", hex::encode(sha256(body))),
        Scheme::InForm | Scheme::SignedRequest => sent.headers.push(("content-type".into(), FORM.into())),
        _ => {}
    }
    let tag = tags(scheme, &sent, &time).swap_remove(0);
    match scheme {
        Scheme::Meta => sent.headers.push(("x-sig".into(), format!("sha256={}", hex::encode(tag)))),
        Scheme::Slack => sent.headers.push(("x-sig".into(), format!("v0={}", hex::encode(tag)))),
        Scheme::Stripe => sent.headers.push(("x-sig".into(), format!("t={time},v1={},v0=aa", hex::encode(tag)))),
        Scheme::Line | Scheme::Twilio => sent.headers.push(("x-sig".into(), STANDARD.encode(tag))),
        Scheme::Discord => {
            let signature = signing_key().sign(&signed(scheme, &sent, &time)[0]);
            sent.headers.push(("x-sig".into(), hex::encode(signature.to_bytes())));
        }
        Scheme::Standard => {
            sent.headers.push(("webhook-signature".into(), format!("v2,x v1,{}", STANDARD.encode(tag))))
        }
        Scheme::StandardPublic => {
            let signature = signing_key().sign(&signed(scheme, &sent, &time)[0]);
            let written = format!("v1a,{} v1,AAAA", STANDARD.encode(signature.to_bytes()));
            sent.headers.push(("webhook-signature".into(), written));
        }
        Scheme::InHeader => sent.headers.push(("x-sig".into(), format!("Bearer {secret}"))),
        Scheme::InPath => sent.below = format!("/{}/more", secret.replace('=', "%3d")),
        Scheme::InQuery => sent.target += &format!("?a=1&token={}", secret.replace('=', "%3D")),
        Scheme::InForm => sent.body = format!("a=1&token={}&b=2", secret.replace('=', "%3D")).into_bytes(),
        Scheme::InJson => {
            sent.body = format!(r#"{{"value":[{{"state":"{secret}","n":1}},{{"state":"{secret}"}}]}}"#).into_bytes()
        }
        Scheme::SignedRequest => {
            let payload = URL_SAFE_NO_PAD.encode(if body.first() == Some(&b'{') {
                body.to_vec()
            } else {
                format!(r#"{{"algorithm":"HMAC-SHA256","issued_at":{time},"user_id":"1"}}"#).into_bytes()
            });
            let tag = hmac(sha256, secret.as_bytes(), payload.as_bytes());
            sent.body = format!("x=1&signed_request={}.{payload}", URL_SAFE_NO_PAD.encode(tag)).into_bytes();
        }
    }
    sent
}

/// Whether the provider could have sent it.
pub(super) fn vouched(scheme: Scheme, sent: &Sent) -> bool {
    let is_secret = |text: &str| SECRETS.iter().any(|(_, secret)| *secret == text);
    let fitting =
        |given: Option<Vec<u8>>, time: &str| given.is_some_and(|given| tags(scheme, sent, time).contains(&given));
    let by_key = |digits: Option<Vec<u8>>, time: &str| {
        digits.and_then(|bytes| Signature::from_slice(&bytes).ok()).is_some_and(|signature| {
            signing_key().verifying_key().verify_strict(&signed(scheme, sent, time)[0], &signature).is_ok()
        })
    };
    let (header, time) = (sent.one("x-sig").unwrap_or_default(), sent.one("x-time").unwrap_or_default());
    match scheme {
        Scheme::Meta => fitting(header.strip_prefix("sha256=").and_then(|digits| hex::decode(digits).ok()), ""),
        Scheme::Slack => {
            sent.recent(time) && fitting(header.strip_prefix("v0=").and_then(|digits| hex::decode(digits).ok()), time)
        }
        Scheme::Stripe => {
            let times: Vec<&str> = header.split(',').filter_map(|part| part.strip_prefix("t=")).collect();
            times.len() == 1
                && sent.recent(times[0])
                && header
                    .split(',')
                    .any(|part| fitting(part.strip_prefix("v1=").and_then(|digits| hex::decode(digits).ok()), times[0]))
        }
        Scheme::Line => fitting(STANDARD.decode(header).ok(), ""),
        Scheme::Twilio => {
            let told = fields(sent.query().as_bytes(), "bodySHA256");
            let of_body = told.iter().all(|told| hex::decode(told).is_ok_and(|told| told == sha256(&sent.body)));
            of_body
                && told.len() <= 1
                && (is_form(sent) || sent.body.is_empty() || told.len() == 1)
                && fitting(STANDARD.decode(header).ok(), "")
        }
        Scheme::Discord => sent.recent(time) && by_key(hex::decode(header).ok(), time),
        Scheme::Standard | Scheme::StandardPublic => {
            let time = sent.one("webhook-timestamp").unwrap_or_default();
            let listed = sent.one("webhook-signature").unwrap_or_default();
            let fits = |entry: &str| match scheme {
                Scheme::Standard => {
                    fitting(entry.strip_prefix("v1,").and_then(|digits| STANDARD.decode(digits).ok()), time)
                }
                _ => by_key(entry.strip_prefix("v1a,").and_then(|digits| STANDARD.decode(digits).ok()), time),
            };
            sent.recent(time) && sent.one("webhook-id").is_some_and(|id| !id.is_empty()) && listed.split(' ').any(fits)
        }
        Scheme::InHeader => header.strip_prefix("Bearer ").is_some_and(is_secret),
        Scheme::InPath => {
            let segment = sent.below.split('/').nth(1).unwrap_or_default();
            sent.below.starts_with('/')
                && percent_encoding::percent_decode_str(segment).decode_utf8().is_ok_and(|text| is_secret(&text))
        }
        Scheme::InQuery => matches!(fields(sent.query().as_bytes(), "token").as_slice(), [one] if is_secret(one)),
        Scheme::InForm => is_form(sent) && matches!(fields(&sent.body, "token").as_slice(), [one] if is_secret(one)),
        Scheme::InJson => serde_json::from_slice::<Value>(&sent.body).is_ok_and(|body| {
            let elements = body.get("value").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            !elements.is_empty()
                && elements.iter().all(|each| each.get("state").and_then(Value::as_str).is_some_and(is_secret))
        }),
        Scheme::SignedRequest => {
            let found = fields(&sent.body, "signed_request");
            let [Some((signature, payload))] = found.iter().map(|one| one.split_once('.')).collect::<Vec<_>>()[..]
            else {
                return false;
            };
            let tag = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
            let json: Value = URL_SAFE_NO_PAD
                .decode(payload)
                .ok()
                .and_then(|json| serde_json::from_slice(&json).ok())
                .unwrap_or_default();
            SECRETS.iter().any(|(_, secret)| hmac(sha256, secret.as_bytes(), payload.as_bytes()) == tag)
                && json["algorithm"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("HMAC-SHA256"))
                && json["issued_at"].as_u64().is_some_and(|time| sent.now.abs_diff(time) <= TOLERANCE)
        }
    }
}
