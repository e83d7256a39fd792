//! Scripts of other sites (WHATWG Fetch, sections 3.2.2 to 3.2.5): whether they may post, which browsers ask before, and read what
//! they are answered. By the manifest and the admin's list alone; no plugin is run for it.
//!
//! It protects visitors, not the route: whoever is no browser says whatever origin it likes.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::Route;
use url::Url;

/// How long a browser need not ask again, in seconds.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// Headers that a script may set: what makes a body JSON, and what says that it is a script.
const HEADERS: HeaderValue = HeaderValue::from_static("content-type, x-requested-with");

/// The answer to a browser that asks whether a script may post; none where the request is none of these.
pub(super) fn preflight(route: &Route, settings: &[Setting], method: &Method, headers: &HeaderMap) -> Option<Response> {
    route.cors.as_ref()?;
    if method != Method::OPTIONS || !headers.contains_key(header::ORIGIN) {
        return None;
    }
    let wanted = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    let mut response = Response::new(Body::empty());
    let methods = HeaderValue::from_str(&route.methods.join(", ")).ok();
    let known = route.methods.iter().any(|method| method.as_bytes() == wanted.as_bytes());
    match methods.filter(|_| known && admitted(route, settings, headers).is_some()) {
        Some(methods) => {
            *response.status_mut() = StatusCode::NO_CONTENT;
            let answer = response.headers_mut();
            answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            answer.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED);
        }
        None => *response.status_mut() = StatusCode::FORBIDDEN,
    }
    Some(response)
}

/// Lets the script that asked read this answer, where its site is one of the admin's. Never together with cookies: a hook has none.
pub(super) fn let_read(route: &Route, settings: &[Setting], headers: &HeaderMap, response: &mut Response) {
    if route.cors.is_none() {
        return;
    }
    let answer = response.headers_mut();
    answer.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = admitted(route, settings, headers) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}

/// The origin as the browser wrote it, where it is one of those that the admin filled in. `null`, which sandboxed frames and files
/// say, is nobody's.
fn admitted(route: &Route, settings: &[Setting], headers: &HeaderMap) -> Option<HeaderValue> {
    let key = &route.cors.as_ref()?.origins;
    let mut given = headers.get_all(header::ORIGIN).iter();
    let (Some(given), None) = (given.next(), given.next()) else { return None };
    let filled = settings.iter().filter(|setting| setting.key == *key).flat_map(|setting| match &setting.value {
        SettingValue::Text(text) => vec![text.as_str()],
        SettingValue::Texts(texts) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    });
    let web = |address: &Url| matches!(address.scheme(), "http" | "https") && address.host().is_some();
    let mut known = filled.filter_map(|site| Url::parse(site).ok()).filter(web);
    let given_text = given.to_str().ok()?;
    known.any(|site| site.origin().ascii_serialization() == given_text).then(|| given.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route() -> Route {
        let route = r#"{"name": "submit", "level": "channel", "methods": ["POST"], "verify": "none", "cors": {"origins": "sites"}}"#;
        serde_json::from_str(route).expect("a route")
    }

    fn sites() -> [Setting; 1] {
        let sites =
            ["https://www.example.org/", "https://bücher.example", "http://localhost:8080", "*", "null", "data:,x"];
        [Setting { key: "sites".into(), value: SettingValue::Texts(sites.map(str::to_owned).to_vec()) }]
    }

    fn asks(origin: &str, method: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, origin.parse().expect("a value"));
        headers.insert(header::ACCESS_CONTROL_REQUEST_METHOD, method.parse().expect("a value"));
        headers
    }

    fn allowed(response: &Response) -> Option<&str> {
        response.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok())
    }

    #[test]
    fn a_script_of_a_site_that_is_filled_in_may_post_and_read() {
        for origin in ["https://www.example.org", "https://xn--bcher-kva.example", "http://localhost:8080"] {
            let headers = asks(origin, "POST");
            let mut response = preflight(&route(), &sites(), &Method::OPTIONS, &headers).expect("an answer");
            let_read(&route(), &sites(), &headers, &mut response);
            assert_eq!((response.status().as_u16(), allowed(&response)), (204, Some(origin)));
            let answer = response.headers();
            assert_eq!(
                (&answer["access-control-allow-methods"], &answer["vary"]),
                (&"POST".parse().unwrap(), &"Origin".parse().unwrap())
            );
            assert!(!answer.contains_key("access-control-allow-credentials"));
        }
    }

    #[test]
    fn nobody_else_may() {
        for origin in [
            "https://evil.example",
            "https://www.example.org.evil.example",
            "http://www.example.org",
            "https://www.example.org:8443",
            "https://WWW.example.org",
            "https://www.example.org/",
            "null",
            "*",
            "",
        ] {
            let headers = asks(origin, "POST");
            let mut response = preflight(&route(), &sites(), &Method::OPTIONS, &headers).expect("an answer");
            let_read(&route(), &sites(), &headers, &mut response);
            assert_eq!((response.status().as_u16(), allowed(&response)), (403, None), "{origin}");
        }
        let mut twice = asks("https://www.example.org", "POST");
        twice.append(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert!(admitted(&route(), &sites(), &twice).is_none());
        assert!(admitted(&route(), &[], &asks("https://www.example.org", "POST")).is_none(), "nothing is filled in");
    }

    #[test]
    fn a_browser_asks_for_methods_of_the_route() {
        let headers = asks("https://www.example.org", "DELETE");
        let response = preflight(&route(), &sites(), &Method::OPTIONS, &headers).expect("an answer");
        assert_eq!(response.status(), 403);
        assert!(preflight(&route(), &sites(), &Method::POST, &headers).is_none());
        let plain = Route { cors: None, ..route() };
        assert!(preflight(&plain, &sites(), &Method::OPTIONS, &headers).is_none());
        let mut response = Response::new(Body::empty());
        let_read(&plain, &sites(), &headers, &mut response);
        assert!(response.headers().is_empty(), "a route that does not ask for it answers as before");
    }
}
