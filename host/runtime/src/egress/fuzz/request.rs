//! What is permitted goes where the rule says, for the library that sends it too; headers are the guest's or the host's, not both.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use lockgate_fuzz::{fuzz, lines};
use lockgate_model::manifest::{Effect, Manifest};
use percent_encoding::percent_decode_str;
use url::Url;

use super::super::headers::{USER_AGENT, headers, length};
use super::super::rules::{Allowed, Target, decide};

fn manifest() -> Manifest {
    toml::from_str(
        r#"
        [plugin]
        id = "p"
        name = "P"
        version = "1.0.0"
        contract = "lockgate:channel@0.1.0-dev.1"
        description = "For a test."
        [[credential]]
        name = "token"
        level = "channel"
        label = "Token"
        use = ["egress"]
        [[egress]]
        name = "below"
        host = "*.example.com"
        methods = ["GET", "POST"]
        paths = ["/", "/*", "/*/messages"]
        effect = "read"
        [[egress]]
        name = "send"
        host = "api.example.com"
        methods = ["POST"]
        paths = ["/messages"]
        effect = "send"
        place = [{ credential = "token", header = "x-token" }]
        "#,
    )
    .expect("a manifest")
}

fn address(input: &[u8]) -> String {
    let [given] = lines(input);
    let Ok(uri) = given.parse::<Uri>() else { return "no address".into() };
    let Ok(target) = Target::read(&Method::POST, &uri) else { return "not read".into() };
    let granted: BTreeSet<String> = ["below".to_owned()].into();
    let (manifest, confirmed) = (manifest(), BTreeMap::new());
    let allowed = Allowed { grants: &granted, hosts: BTreeMap::new(), confirmed: &confirmed };
    let Ok(permit) = decide(&manifest, &allowed, &target) else { return "denied".into() };
    assert!(target.host.ends_with(".example.com"), "{given}");
    let query = target.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default();
    // What is no address to it does not leave.
    let Ok(url) = Url::parse(&format!("https://{}{}{query}", target.host, target.path)) else {
        return "unsendable".into();
    };
    assert_eq!(
        (url.scheme(), url.port(), url.username(), url.password(), url.fragment()),
        ("https", None, "", None, None),
        "{given}"
    );
    assert_eq!(url.host_str(), Some(target.host.as_str()), "{given}");
    let plain = |path: &str| percent_decode_str(path).collect::<Vec<u8>>();
    assert_eq!(plain(url.path()), plain(&target.path), "{given}");
    assert_eq!(url.path().matches('/').count(), target.path.matches('/').count(), "{given}");
    // A provider that does not tell case, or decodes twice, must not be sent to under the name of reading.
    let read = String::from_utf8_lossy(&plain(&String::from_utf8_lossy(&plain(&target.path)))).to_lowercase();
    if target.host == "api.example.com" && read == "/messages" {
        assert_eq!(permit.effect, Effect::Send, "{given}");
    }
    format!("{:?} {}", permit.effect, permit.pattern.as_str())
}

fn heads(input: &[u8]) -> (bool, bool) {
    let manifest = manifest();
    let rule = manifest.egress.iter().find(|rule| rule.name == "send").expect("the rule");
    let uri = Uri::from_static("https://api.example.com/messages");
    let target = Target::read(&Method::POST, &uri).expect("a target");
    let mut guest = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            guest.append(name, value);
        }
    }
    let true_length = length(&guest, 5).is_ok();
    if true_length {
        assert!(guest.get_all("content-length").iter().all(|value| value == "5"));
    }
    let Ok(kept) = headers(&guest, &target, rule) else { return (false, true_length) };
    for (name, value) in &kept {
        let name = name.as_str().replace('_', "-");
        let refused = [
            "x-token",
            "connection",
            "transfer-encoding",
            "host",
            "content-length",
            "te",
            "upgrade",
            "cookie",
            "expect",
        ];
        assert!(!refused.contains(&name.as_str()) && !name.starts_with("proxy-"), "{name}");
        assert!(!value.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{name}");
    }
    let asked: Vec<_> = kept.get_all("accept-encoding").iter().collect();
    assert_eq!(asked, ["identity"]);
    // What is kept is what the guest said, and what the host says where the guest did not.
    for (name, value) in kept.iter().filter(|(name, value)| !guest.get_all(*name).iter().any(|said| said == value)) {
        let own = match name.as_str() {
            "accept-encoding" => value == "identity",
            "accept" => value == "*/*" && !guest.contains_key(name),
            "user-agent" => value == USER_AGENT && !guest.contains_key(name),
            _ => false,
        };
        assert!(own, "{kept:?}");
    }
    (true, true_length)
}

#[test]
fn what_is_permitted_is_read_alike_by_the_library_that_sends_it() {
    let words = &[
        "https://",
        "http://",
        "api.example.com",
        "a.example.com",
        ".example.com",
        "example.com",
        "/messages",
        "/mess%61ges",
        "/mess%2561ges",
        "/%2e%2e",
        "/..",
        "/.",
        "//",
        "\\",
        "@",
        ":443",
        ":80",
        ":",
        "?",
        "#",
        "%",
        "%25",
        "%2f",
        ";",
        "{",
        "\"",
        "<",
        "`",
        "|",
        "^",
        "[::1]",
        "127.0.0.1",
        "0x7f.1",
        "xn--",
        "_",
        "-",
        "*",
        "%00",
        "%0a",
        "..",
    ];
    fuzz!("request-address", words, address);
}

#[test]
fn headers_that_leave_are_the_guests_or_the_hosts_and_never_a_second_opinion() {
    let words = &[
        "x-token: mine",
        "X_Token: mine",
        "connection: close",
        "transfer-encoding: chunked",
        "transfer_encoding: chunked",
        "content-length: 5",
        "content-length: 05",
        "content_length: 5",
        "host: api.example.com",
        "host: evil",
        "accept-encoding: gzip",
        "accept_encoding: gzip",
        "user-agent: x",
        "content-type: application/json",
        "proxy-authorization: x",
        "te: trailers",
        "cookie: a",
        "range: bytes=0-1",
        ":",
        "\n",
        "\r",
        "\t",
        ", ",
        "_",
        "-",
    ];
    fuzz!("request-headers", words, heads);
}
