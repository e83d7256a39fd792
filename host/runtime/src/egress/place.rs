//! Places: checks that the guest wrote nothing of its own there, and writes each credential into its place and nowhere else.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use lockgate_model::manifest::{EgressRule, PathPattern, Place, PlaceKind, pointer_keys};
use zeroize::Zeroizing;

use super::rules::{Target, denial};
use super::{form, json};
use crate::effects::Denial;

/// Bytes of path and query.
const ADDRESS: usize = 16 << 10;

/// Media types of the bodies that have places.
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The request that leaves, as far as it is written.
pub(super) struct Outgoing {
    pub(super) headers: HeaderMap,
    pub(super) path: Zeroizing<String>,
    /// Without its question mark; empty: none.
    pub(super) query: Zeroizing<String>,
    pub(super) body: Bytes,
}

/// Checks that the guest did not write into a credential's place in the query. (Of the path its pattern makes sure.)
///
/// # Errors
///
/// A denial that names the place; also where the address is too long, or its query asks for another method.
pub(super) fn check_address(target: &Target, rule: &EgressRule) -> Result<(), Denial> {
    let deny = |what: String| Err(denial(what, None));
    let query = target.query.as_deref().unwrap_or_default();
    if target.path.len() + query.len() > ADDRESS {
        return deny(format!("path and query have at most {ADDRESS} bytes"));
    }
    no_other_method(query, target)?;
    for place in &rule.places {
        let Some(PlaceKind::Query(key)) = place.kind() else { continue };
        if !form::is_whole(query) {
            return deny("the query is not percent-encoded, so nothing can be added to it".into());
        }
        if form::holds(query, key) {
            return deny(format!(
                "the query key {key:?} is where the host writes a credential of egress {:?}",
                rule.name
            ));
        }
    }
    Ok(())
}

/// Checks that the guest did not write into a credential's place in the body, and that the body has such a place.
///
/// # Errors
///
/// A denial that names the place; also where the body is of another media type, or a form that asks for another method.
pub(super) fn check_body(guest: &HeaderMap, body: &[u8], target: &Target, rule: &EgressRule) -> Result<(), Denial> {
    let deny = |what: String| Err(denial(what, None));
    let fields = std::str::from_utf8(body).ok().filter(|_| is_of(guest, FORM));
    no_other_method(fields.unwrap_or_default(), target)?;
    let own = |field: &str| {
        deny(format!("the field {field:?} of the body is where the host writes a credential of egress {:?}", rule.name))
    };
    let other = |wanted: &str| {
        deny(format!("a body of egress {:?} must be {wanted} in UTF-8, and say so in one content-type", rule.name))
    };
    for place in &rule.places {
        match place.kind() {
            Some(PlaceKind::Form(key)) => match fields.filter(|fields| form::is_whole(fields)) {
                None => return other(FORM),
                Some(fields) if form::holds(fields, key) => return own(key),
                Some(_) => {}
            },
            Some(PlaceKind::Json(pointer)) => {
                let Some(keys) = pointer_keys(pointer).filter(|_| is_of(guest, JSON)) else { return other(JSON) };
                match json::check(body, &keys) {
                    Ok(()) => {}
                    Err(json::Unwritable::Taken) => return own(pointer),
                    Err(unwritable @ json::Unwritable::NoObject) => {
                        return deny(format!(
                            "the host cannot write the field {pointer:?} into the body: {unwritable}"
                        ));
                    }
                }
            }
            Some(PlaceKind::Header(_) | PlaceKind::Query(_) | PlaceKind::Path) | None => {}
        }
    }
    Ok(())
}

/// Some providers take the method from a key where one is given; the rule that was found is for the request's own.
fn no_other_method(text: &str, target: &Target) -> Result<(), Denial> {
    match form::method(text) {
        Some(method) if method != target.method.as_str() => {
            Err(denial(format!("a {} request that asks to be read as {method} does not leave", target.method), None))
        }
        _ => Ok(()),
    }
}

/// Whether the one content type is this, in UTF-8 and not packed: read in another way, the same bytes hold other keys.
fn is_of(headers: &HeaderMap, wanted: &str) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(Ok(given)), None) = (types.next().map(HeaderValue::to_str), types.next()) else { return false };
    let mut parts = given.split(';').map(str::trim);
    let utf8 = |part: &str| ["charset=utf-8", "charset=\"utf-8\""].iter().any(|known| part.eq_ignore_ascii_case(known));
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case(wanted))
        && parts.all(utf8)
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Writes one credential, or derived value, into its place. The pattern is the one that covers the request.
///
/// # Errors
///
/// Where its bytes cannot stand there (a line break in a header, a slash in a path, no text in a body); the words hold none of
/// them.
pub(super) fn write(place: &Place, value: &[u8], pattern: &PathPattern, out: &mut Outgoing) -> Result<(), Denial> {
    let unfit = || denial(format!("the credential {:?} cannot be written into its place", place.credential), None);
    let text = || std::str::from_utf8(value).map_err(|_| unfit());
    match place.kind().ok_or_else(unfit)? {
        PlaceKind::Header(name) => {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
            let value = Zeroizing::new([place.prefix.as_bytes(), value].concat());
            let mut value = HeaderValue::from_bytes(&value).map_err(|_| unfit())?;
            value.set_sensitive(true);
            out.headers.insert(name, value);
        }
        PlaceKind::Query(key) => form::add(&mut out.query, key, text()?),
        PlaceKind::Path => {
            let text = text()?;
            // However it is encoded, somebody on the way may read it as what ends the segment or the path.
            if text.chars().any(|c| c.is_control() || "/\\%?#".contains(c)) {
                return Err(unfit());
            }
            out.path = pattern.fill(&out.path, &form::segment(text)).map(Zeroizing::new).ok_or_else(unfit)?;
        }
        PlaceKind::Form(key) => {
            let fields = std::str::from_utf8(&out.body).map_err(|_| unfit())?;
            let mut fields = Zeroizing::new(fields.to_owned());
            form::add(&mut fields, key, text()?);
            out.body = Bytes::from_owner(fields);
        }
        PlaceKind::Json(pointer) => {
            let keys = pointer_keys(pointer).ok_or_else(unfit)?;
            out.body = json::add(&out.body, &keys, text()?).map(Bytes::from_owner).map_err(|_| unfit())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::Method;
    use lockgate_model::manifest::Manifest;
    use proptest::prelude::*;

    use super::*;

    /// A rule with these places, and this path.
    fn rule(path: &str, places: &str) -> EgressRule {
        toml::from_str(&format!(
            r#"
            name = "send"
            host = "api.example.com"
            methods = ["POST"]
            paths = ["{path}"]
            effect = "send"
            place = [{places}]
            "#,
        ))
        .unwrap()
    }

    fn target(query: &str) -> Target {
        Target {
            method: Method::POST,
            host: "api.example.com".into(),
            path: "/messages".into(),
            query: Some(query.to_owned()),
        }
    }

    fn outgoing(path: &str, query: &str, body: &str) -> Outgoing {
        Outgoing {
            headers: HeaderMap::new(),
            path: Zeroizing::new(path.to_owned()),
            query: Zeroizing::new(query.to_owned()),
            body: Bytes::from(body.to_owned()),
        }
    }

    /// What leaves of a request with this body where the credential is this.
    fn written(rule: &EgressRule, body: &str, value: &[u8]) -> Result<Outgoing, Denial> {
        let pattern = &rule.paths[0];
        let given = if pattern.written().is_some() { "/sendMessage" } else { "/messages" };
        let mut out = outgoing(given, "a=1", body);
        for place in &rule.places {
            write(place, value, pattern, &mut out)?;
        }
        Ok(out)
    }

    fn content_type(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(text))])
    }

    #[test]
    fn a_guest_cannot_write_a_credentials_query_key_under_any_spelling() {
        let rule = rule("/messages", r#"{ credential = "key", query = "access_token" }"#);
        for text in ["access_token=x", "a=1&access%5Ftoken=x", "a=1;ACCESS_TOKEN", "access_token[]=x", "a=%", "a=%4"] {
            assert!(check_address(&target(text), &rule).is_err(), "{text}");
        }
        assert!(check_address(&target("token=access_token"), &rule).is_ok());
        let longest = ADDRESS - target("").path.len();
        assert!(check_address(&target(&"x".repeat(longest)), &rule).is_ok());
        assert!(check_address(&target(&"x".repeat(longest + 1)), &rule).is_err());
    }

    #[test]
    fn a_request_is_not_read_as_one_of_another_method() {
        let rule = rule("/messages", "");
        assert!(check_address(&target("method=delete"), &rule).is_err());
        assert!(check_address(&target("method=post&delete=1"), &rule).is_ok());
        let form = content_type(FORM);
        assert!(check_body(&form, b"a=1&_method=PUT", &target(""), &rule).is_err());
        assert!(check_body(&content_type("text/plain"), b"method=PUT", &target(""), &rule).is_ok());
    }

    #[test]
    fn a_body_of_another_kind_than_its_place_is_refused() {
        let form = rule("/messages", r#"{ credential = "key", form = "token" }"#);
        let json = rule("/messages", r#"{ credential = "key", json = "/token" }"#);
        let fits =
            |rule, headers: &HeaderMap, body: &str| check_body(headers, body.as_bytes(), &target(""), rule).is_ok();
        for kind in [
            FORM,
            "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded;charset=\"utf-8\"",
        ] {
            assert!(fits(&form, &content_type(kind), "a=1"), "{kind}");
            assert!(!fits(&json, &content_type(kind), "{}"), "{kind}");
        }
        for kind in [JSON, "application/json; charset=utf-8"] {
            assert!(fits(&json, &content_type(kind), "{}"), "{kind}");
            assert!(!fits(&form, &content_type(kind), "a=1"), "{kind}");
        }
        for kind in [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded; charset=ibm037",
            "application/json; charset=utf-16",
            "application/json, text/plain",
            "application/jsonp",
            "",
        ] {
            assert!(!fits(&form, &content_type(kind), "a=1") && !fits(&json, &content_type(kind), "{}"), "{kind}");
        }
        assert!(!fits(&form, &HeaderMap::new(), "a=1") && !fits(&json, &HeaderMap::new(), "{}"));
        let mut two = content_type(FORM);
        two.append(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        assert!(!fits(&form, &two, "a=1") && !fits(&json, &two, "{}"));
        let mut packed = content_type(JSON);
        packed.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(!fits(&json, &packed, "{}"));
        for body in ["", "[]", "a=1"] {
            assert!(!fits(&json, &content_type(JSON), body), "{body}");
        }
        for body in ["a=%4", "a b", "a=\u{e9}"] {
            assert!(!fits(&form, &content_type(FORM), body), "{body}");
        }
        assert!(fits(&form, &content_type(FORM), ""));
    }

    #[test]
    fn a_guests_own_field_is_refused() {
        let form = rule("/messages", r#"{ credential = "key", form = "token" }"#);
        let json = rule("/messages", r#"{ credential = "key", json = "/auth/token" }"#);
        for body in ["token=x", "a=1&TOKEN=x", "%74oken=x", "token[]=x", "a;token"] {
            let denied = check_body(&content_type(FORM), body.as_bytes(), &target(""), &form).unwrap_err();
            assert!(denied.what.contains("writes a credential"), "{body}: {}", denied.what);
        }
        for body in [r#"{"auth":{"token":"x"}}"#, r#"{"auth":{"Token":"x"}}"#, r#"{"auth":{},"auth":{"token":1}}"#] {
            let denied = check_body(&content_type(JSON), body.as_bytes(), &target(""), &json).unwrap_err();
            assert!(denied.what.contains("writes a credential"), "{body}: {}", denied.what);
        }
    }

    #[test]
    fn a_credential_is_written_into_its_place_and_nowhere_else() {
        let secret = b"s e&c\"ret";
        let header = rule("/messages", r#"{ credential = "key", header = "authorization", prefix = "Bearer " }"#);
        let out = written(&header, "body", secret).unwrap();
        assert_eq!(out.headers.get("authorization").unwrap(), "Bearer s e&c\"ret");
        assert!(out.headers.get("authorization").unwrap().is_sensitive());
        assert_eq!((out.path.as_str(), out.query.as_str(), &out.body[..]), ("/messages", "a=1", &b"body"[..]));
        let query = rule("/messages", r#"{ credential = "key", query = "access_token" }"#);
        assert_eq!(written(&query, "", secret).unwrap().query.as_str(), "a=1&access_token=s%20e%26c%22ret");
        let path = rule("/bot{key}/sendMessage", r#"{ credential = "key", path = true }"#);
        assert_eq!(written(&path, "", secret).unwrap().path.as_str(), "/bots%20e%26c%22ret/sendMessage");
        assert_eq!(written(&path, "", b"110:AA-H_x").unwrap().path.as_str(), "/bot110:AA-H_x/sendMessage");
        let form = rule("/messages", r#"{ credential = "key", form = "token" }"#);
        assert_eq!(&written(&form, "b=2", secret).unwrap().body[..], b"b=2&token=s%20e%26c%22ret");
        assert_eq!(&written(&form, "", secret).unwrap().body[..], b"token=s%20e%26c%22ret");
        let json = rule("/messages", r#"{ credential = "key", json = "/auth/token" }"#);
        assert_eq!(
            &written(&json, r#"{"b":2}"#, secret).unwrap().body[..],
            br#"{"auth":{"token":"s e&c\"ret"},"b":2}"#
        );
    }

    #[test]
    fn what_cannot_stand_in_a_place_is_not_written_and_not_told() {
        let header = rule("/messages", r#"{ credential = "key", header = "authorization" }"#);
        for secret in ["line\nsecret", "line\r\nx-secret: 1", "secret\0"] {
            let denied = written(&header, "", secret.as_bytes()).err().unwrap();
            assert!(!denied.what.contains("secret"), "{}", denied.what);
        }
        for path in ["/bot{key}/sendMessage", "/{key}/sendMessage"] {
            let path = rule(path, r#"{ credential = "key", path = true }"#);
            for secret in ["a/../secret", "a\\b", "a%2fb", "a?b", "a#b", "a\nb", "a\0b"] {
                assert!(written(&path, "", secret.as_bytes()).is_err(), "{secret:?}");
            }
        }
        let bare = rule("/{key}/sendMessage", r#"{ credential = "key", path = true }"#);
        for secret in ["", ".", ".."] {
            assert!(written(&bare, "", secret.as_bytes()).is_err(), "{secret:?}");
        }
        for place in [r#"query = "k""#, r#"form = "k""#, r#"json = "/k""#] {
            let rule = rule("/messages", &format!(r#"{{ credential = "key", {place} }}"#));
            assert!(written(&rule, "{}", b"no text \xff").is_err(), "{place}");
        }
    }

    #[test]
    fn a_place_of_each_kind_passes_the_checks_of_a_manifest() {
        let text = |places: &str, path: &str| {
            format!(
                r#"
                [plugin]
                id = "p"
                name = "P"
                version = "1.0.0"
                contract = "lockgate:channel@0.1.0-dev.1"
                description = "For a test."
                [[credential]]
                name = "key"
                level = "channel"
                label = "Key"
                use = ["egress"]
                [[egress]]
                name = "send"
                host = "api.example.com"
                methods = ["POST"]
                paths = ["{path}"]
                effect = "send"
                place = [{{ credential = "key", {places} }}]
                "#
            )
        };
        for (place, path) in [
            (r#"header = "authorization""#, "/messages"),
            (r#"query = "access_token""#, "/messages"),
            ("path = true", "/bot{key}/sendMessage"),
            (r#"form = "token""#, "/messages"),
            (r#"json = "/auth/token""#, "/messages"),
        ] {
            Manifest::parse(&text(place, path)).expect(place);
        }
    }

    proptest! {
        #[test]
        fn no_credential_breaks_out_of_its_path_segment(secret in any::<String>(), prefix in "[a-z]{0,3}") {
            let rule = rule(&format!("/{prefix}{{key}}/sendMessage"), r#"{ credential = "key", path = true }"#);
            if let Ok(out) = written(&rule, "", secret.as_bytes()) {
                let address = format!("https://api.example.com{}", out.path.as_str());
                let url = url::Url::parse(&address).unwrap();
                prop_assert_eq!(url.path(), out.path.as_str());
                let segments: Vec<&str> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 2);
                prop_assert_eq!(segments[1], "sendMessage");
                let read = percent_encoding::percent_decode_str(segments[0]).decode_utf8().unwrap().into_owned();
                prop_assert_eq!(read, format!("{prefix}{secret}"));
            }
        }

        #[test]
        fn no_credential_breaks_out_of_a_header(secret in proptest::collection::vec(any::<u8>(), 0..20)) {
            let rule = rule("/messages", r#"{ credential = "key", header = "x-token", prefix = "k " }"#);
            if let Ok(out) = written(&rule, "", &secret) {
                prop_assert_eq!(out.headers.len(), 1);
                prop_assert!(!secret.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
            }
        }
    }
}
