//! `/hooks/{key}/{route}`: where providers call; and the way to files that a plugin shared with them.
//!
//! The order is the defence: who is called, how and how large, is it from them, and only then the plugin. What fails on the way
//! leaves a count and no byte.

pub mod answer;
pub mod challenge;
mod cors;
mod form;
pub mod key_sets;
pub mod refusals;
mod shared;
pub mod verify;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::response::Response;
use axum::routing::{any, get};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use http_body_util::{BodyExt, Limited};
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::Request;
use lockgate_model::id::EnvelopeId;
use lockgate_model::manifest::{Route, Verify};
use lockgate_store::NewEnvelope;

use crate::directory::Mounted;
use crate::discard::discard;
use crate::host::Host;
use crate::ingest::{self, Arrival};
use crate::metrics::Stage;
use answer::Refused;
use challenge::Handshake;
use form::{Keeper, Taken};
use key_sets::NoKey;
use verify::{Keys, PublishedKey, Unauthentic, Unverified, Verified};

/// How long a provider may take to send a body.
const BODY_WITHIN: Duration = Duration::from_secs(15);

/// How much of a refused body is read, so that its sender gets to see the answer.
const MOST_DISCARDED: usize = 16 * 1024 * 1024;

/// Headers that are kept from plugin and database: they may hold secrets of whoever stands between.
const WITHHELD: [header::HeaderName; 4] =
    [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE, header::SET_COOKIE];

/// The routes that providers call, and the addresses at which they fetch files that they were pointed to.
pub fn router(host: Host) -> Router {
    Router::new()
        .route("/hooks/{key}/{route}", any(at_route))
        .route("/hooks/{key}/{route}/{*rest}", any(below_route))
        .route("/media/{token}", get(shared::show))
        .with_state(host)
}

/// The same on a listener that serves nothing else.
pub fn alone(host: Host) -> Router {
    router(host).fallback(async || Refused::UnknownRoute.respond())
}

async fn at_route(
    State(host): State<Host>,
    Path((key, route)): Path<(String, String)>,
    request: http::Request<Body>,
) -> Response {
    serve(&host, &key, &route, request).await
}

async fn below_route(
    State(host): State<Host>,
    Path((key, route, _rest)): Path<(String, String, String)>,
    request: http::Request<Body>,
) -> Response {
    serve(&host, &key, &route, request).await
}

async fn serve(host: &Host, key: &str, route: &str, request: http::Request<Body>) -> Response {
    let mounted = match host.directory.hook(key).await {
        Ok(Some(mounted)) => mounted,
        Ok(None) => {
            host.refusals.count(None, route, Refused::UnknownKey.reason());
            return Refused::UnknownKey.respond();
        }
        Err(error) => {
            tracing::warn!(%error, "a hook cannot be looked up");
            return Refused::Unavailable(Duration::from_secs(5)).respond();
        }
    };
    let stage = Stage::begin("request");
    let asked = mounted.route(route).filter(|route| route.cors.is_some()).map(|_| request.headers().clone());
    let mut response = match accept(host, &mounted, route, request).await {
        Ok(response) => {
            stage.end();
            response
        }
        Err(refused) => {
            host.refusals.count(Some(mounted.owner), known_route(&mounted, route), refused.reason());
            refused.respond()
        }
    };
    if let (Some(route), Some(asked)) = (mounted.route(route), asked) {
        cors::let_read(route, &mounted.settings, &asked, &mut response);
    }
    response
}

/// The route's name where the manifest has it, so that nobody outside chooses what is kept.
fn known_route<'a>(mounted: &Mounted, route: &'a str) -> &'a str {
    if mounted.route(route).is_some() { route } else { "" }
}

async fn accept(
    host: &Host,
    mounted: &Arc<Mounted>,
    route: &str,
    request: http::Request<Body>,
) -> Result<Response, Refused> {
    // Disabled by an admin, or its image is missing: it may be there again before the provider gives up.
    let plugin = mounted.plugin.as_ref().ok_or(Refused::Unavailable(Duration::from_secs(60)))?;
    let route = mounted.route(route).ok_or(Refused::UnknownRoute)?;
    let (head, body) = request.into_parts();
    let query = decode_query(head.uri.query().unwrap_or_default());
    if let Some(recipe) = &route.challenge {
        let handshake = challenge::in_query(recipe, head.method.as_str(), &query, &mounted.verify_keys);
        if let Some(response) = shaken(handshake) {
            return response;
        }
    }
    if let Some(response) = cors::preflight(route, &mounted.settings, &head.method, &head.headers) {
        return Ok(answer::harden(response));
    }
    if let Err(refused) = admissible(route, &head.method, &head.headers) {
        discard(body, MOST_DISCARDED).await;
        return Err(refused);
    }
    let form = form::is_form(&head.headers);
    // Nothing is signed, so nobody needs the bytes: a form with files passes by, piece by piece.
    let passing = form && matches!(route.verify, Verify::None);
    let (body, passing) = if passing { (Bytes::new(), Some(body)) } else { (read(body, route.max_body).await?, None) };
    let now = host.seams.clock.now_ms();
    let stage = Stage::begin("verify");
    let published = published(host, route, &head.headers, now).await?;
    let keys = Keys { secrets: &mounted.verify_keys, settings: &mounted.settings, published: &published };
    let request = unverified(host.directory.origin(), &head, query, body, now);
    if challenge::signed_for_anybody(&plugin.record.manifest.routes, route, &request.body) {
        return Err(Refused::Unauthentic(Unauthentic::Wrong));
    }
    let verified = verify::verify(&route.verify, &keys, request).map_err(Refused::Unauthentic)?;
    stage.end();
    if let Some(recipe) = &route.challenge
        && let Some(response) =
            shaken(challenge::in_body(recipe, head.method.as_str(), &verified, &mounted.verify_keys))
    {
        return response;
    }

    let id = EnvelopeId::new(now, host.seams.entropy.as_ref());
    let mut headers = pairs(&head.headers, &verified);
    let mut taken = Taken { body: verified.body().clone(), files: Vec::new() };
    if let Some(files) = route.files.as_ref().filter(|_| form) {
        let _place = mounted.uploads.try_acquire().map_err(|_| Refused::Unavailable(Duration::from_secs(5)))?;
        let boundary = form::boundary(&head.headers).ok_or(Refused::Broken)?;
        let keeper = Keeper { media: &host.media, owner: mounted.owner, seed: host.seeds.seed(&id.to_string()) };
        let body = passing.unwrap_or_else(|| Body::from(verified.body().clone()));
        taken = form::take(&keeper, route, files, boundary, body).await?;
        // What the body is now.
        for header in headers.iter_mut().filter(|header| header.name == header::CONTENT_TYPE.as_str()) {
            header.value = "application/x-www-form-urlencoded".into();
        }
    }

    let path = verified.path().to_owned();
    let url = mounted.hooks.get(&route.name).map(|address| format!("{address}{path}")).unwrap_or_default();
    let envelope = NewEnvelope {
        id,
        route: route.name.clone(),
        method: head.method.to_string(),
        path: path.clone(),
        query: verified.query().iter().map(|(name, value)| Pair { name: name.clone(), value: value.clone() }).collect(),
        headers,
        body: taken.body,
        files: taken.files,
        remote_address: head.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string()),
        verification: verified.verification().cloned(),
        received_at: now,
    };
    let arrival = Arrival {
        request: Request {
            account: mounted.context.account.clone(),
            route: envelope.route.clone(),
            method: envelope.method.clone(),
            path,
            query: envelope.query.clone(),
            headers: envelope.headers.clone(),
            body: envelope.body.to_vec(),
            files: envelope.files.clone(),
            verification: envelope.verification.clone(),
            remote_address: envelope.remote_address.clone(),
            received_at: now,
            url,
        },
        mounted: mounted.clone(),
        envelope,
        ack_within: Duration::from_millis(route.ack_within_ms.into()),
    };
    answer::provider(&host.told, mounted, route, ingest::take_in(host, arrival).await)
}

/// What a recipe is shown: the address as the provider was told it, whatever name a proxy in front of us called us by.
fn unverified<'a>(
    origin: &'a str,
    head: &'a Parts,
    query: Vec<(String, String)>,
    body: Bytes,
    now_ms: u64,
) -> Unverified<'a> {
    Unverified {
        origin,
        target: head.uri.path_and_query().map_or(head.uri.path(), |target| target.as_str()),
        path: below(head.uri.path()),
        query,
        headers: &head.headers,
        body,
        now_ms,
    }
}

/// The provider's keys that the request could be signed with, where the recipe has the host read them.
async fn published(host: &Host, route: &Route, headers: &HeaderMap, now_ms: u64) -> Result<Vec<PublishedKey>, Refused> {
    let Verify::Jwt(recipe) = &route.verify else { return Ok(Vec::new()) };
    let kid = verify::kid(recipe, headers).map_err(Refused::Unauthentic)?;
    host.key_sets.find(&host.runtime, &recipe.keys, &kid, now_ms).await.map_err(|missing| match missing {
        NoKey::Unknown => Refused::Unauthentic(Unauthentic::Wrong),
        NoKey::Unreachable => Refused::Unavailable(key_sets::RETRY_AFTER),
    })
}

/// What a handshake is answered; none where it is none.
fn shaken(handshake: Handshake<'_>) -> Option<Result<Response, Refused>> {
    match handshake {
        Handshake::None => None,
        Handshake::Answer { content_type, body } => Some(Ok(answer::challenge(content_type, &body))),
        Handshake::Refused => Some(Err(Refused::WrongToken)),
    }
}

/// What can be said before a byte of the body is read.
fn admissible(route: &Route, method: &Method, headers: &HeaderMap) -> Result<(), Refused> {
    if !route.methods.iter().any(|allowed| allowed == method.as_str()) {
        return Err(Refused::Method(route.methods.join(", ")));
    }
    let encoded =
        headers.get(header::CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase());
    let known = route.content_types.is_empty() || media_type.is_some_and(|given| route.content_types.contains(&given));
    if encoded || !known || (form::is_form(headers) && route.files.is_none()) {
        return Err(Refused::MediaType);
    }
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    let most = match &route.files {
        Some(files) if form::is_form(headers) && matches!(route.verify, Verify::None) => form::most(route, files),
        _ => route.max_body,
    };
    if length.is_some_and(|length| length > most) {
        return Err(Refused::TooLarge);
    }
    Ok(())
}

async fn read(mut body: Body, max: u64) -> Result<Bytes, Refused> {
    let limit = usize::try_from(max).unwrap_or(usize::MAX);
    let collected = tokio::time::timeout(BODY_WITHIN, Limited::new(&mut body, limit).collect())
        .await
        .map_err(|_| Refused::TooSlow)?;
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            discard(body, MOST_DISCARDED).await;
            Err(Refused::TooLarge)
        }
        Err(_) => Err(Refused::Broken),
    }
}

fn decode_query(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes()).map(|(key, value)| (key.into_owned(), value.into_owned())).collect()
}

/// What follows the route in the path, percent-encoded as it came.
fn below(path: &str) -> String {
    path.splitn(5, '/').nth(4).map_or(String::new(), |rest| format!("/{rest}"))
}

/// Headers as pairs, without the one that held a shared secret. A value that is not text is left out: no provider signs or
/// means one.
fn pairs(headers: &HeaderMap, verified: &Verified) -> Vec<Pair> {
    headers
        .iter()
        .filter(|(name, _)| !WITHHELD.contains(name) && !verified.withholds(name))
        .filter_map(|(name, value)| {
            Some(Pair { name: name.as_str().to_owned(), value: value.to_str().ok()?.to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use lockgate_model::manifest::{SecretPlace, SharedSecretRecipe};
    use lockgate_model::secret::Secret;

    use super::*;

    #[test]
    fn what_follows_the_route_is_kept_as_it_came() {
        assert_eq!(below("/hooks/key/events"), "");
        assert_eq!(below("/hooks/key/events/"), "/");
        assert_eq!(below("/hooks/key/events/a%2Fb/c"), "/a%2Fb/c");
    }

    /// Twilio signs the address that it was told, whatever Host it then asked for; the vector of its Python library.
    #[test]
    fn an_address_is_verified_by_the_public_origin_and_as_it_came() {
        let body = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
        let (head, ()) = http::Request::post("/myapp.php?foo=1&bar=2")
            .header("host", "10.0.0.7:8080")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
            .body(())
            .expect("a request")
            .into_parts();
        let recipe: Verify = serde_json::from_value(serde_json::json!({ "hmac": {
            "header": "x-twilio-signature", "digest": "sha1", "encoding": "base64", "credential": "token",
            "template": ["url-any-port", "form-sorted"],
        } }))
        .expect("a recipe");
        let secrets = [("token".to_owned(), Secret::new("12345"))].into();
        let keys = Keys { secrets: &secrets, settings: &[], published: &[] };
        let query = decode_query(head.uri.query().unwrap_or_default());
        for (origin, fits) in [("https://mycompany.com", true), ("http://10.0.0.7:8080", false)] {
            let request = unverified(origin, &head, query.clone(), Bytes::from_static(body.as_bytes()), 0);
            assert_eq!(verify::verify(&recipe, &keys, request).is_ok(), fits, "{origin}");
        }
    }

    #[test]
    fn headers_that_may_hold_secrets_are_withheld() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer x".parse().expect("a header"));
        headers.insert("cookie", "a=b".parse().expect("a header"));
        headers.insert("x-secret", "s3cret".parse().expect("a header"));
        headers.insert("x-kept", "yes".parse().expect("a header"));
        let recipe = Verify::SharedSecret(SharedSecretRecipe {
            place: SecretPlace::Header("x-secret".into()),
            prefix: String::new(),
            credential: "secret".into(),
            previous: Vec::new(),
        });
        let secrets = std::collections::HashMap::from([("secret".to_owned(), Secret::new("s3cret"))]);
        let (mut head, ()) = http::Request::new(()).into_parts();
        head.headers = headers.clone();
        let request = unverified("https://hooks.example.org", &head, Vec::new(), Bytes::new(), 0);
        let keys = Keys { secrets: &secrets, settings: &[], published: &[] };
        let verified = verify::verify(&recipe, &keys, request).expect("authentic");
        assert_eq!(pairs(&headers, &verified), [Pair { name: "x-kept".into(), value: "yes".into() }]);
    }
}
