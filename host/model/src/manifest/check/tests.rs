//! What a manifest must not say.

use super::Manifest;

const GOOD: &str = r#"
[plugin]
id = "example"
name = "Example"
version = "1.0.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "For tests."

[[credential]]
name = "token"
level = "channel"
label = "Token"
use = ["egress"]

[[egress]]
name = "send"
host = "api.example.com"
methods = ["POST"]
paths = ["/v1/*/messages"]
effect = "send"
place = [{ credential = "token", header = "authorization", prefix = "Bearer " }]
"#;

#[track_caller]
fn refused(from: &str, to: &str, line: usize, words: &str) {
    assert!(GOOD.contains(from), "{from:?} is not in the manifest");
    let problems = Manifest::parse(&GOOD.replacen(from, to, 1)).expect_err("a refusal");
    let first = problems.first().expect("a problem");
    assert_eq!(first.line, Some(line), "{first}");
    assert!(first.words.contains(words), "{first}");
}

#[test]
fn a_good_manifest_is_read() {
    let manifest = Manifest::parse(GOOD).expect("good");
    assert_eq!(manifest.egress.len(), 1);
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    refused("description =", "descripton =", 7, "unknown field");
    refused("effect = \"send\"", "effect = \"send\"\nevil = true", 21, "unknown field");
}

#[test]
fn a_wildcard_is_refused_where_none_may_be() {
    refused("api.example.com", "*", 17, "full name");
    refused("api.example.com", "*.com", 17, "full name");
    refused("api.example.com", "api.*.com", 17, "full name");
    refused("api.example.com", "*.example.com", 17, "exact host name");
    refused("/v1/*/messages", "/v1/**", 19, "exactly one whole segment");
    refused("/v1/*/messages", "/v1/a*/messages", 19, "exactly one whole segment");
    refused("\"POST\"", "\"*\"", 18, "not one of");
}

#[test]
fn addresses_ports_and_schemes_are_no_host_names() {
    for host in [
        "https://api.example.com",
        "api.example.com:8443",
        "127.0.0.1",
        "2130706433",
        "localhost",
        "API.example.com",
        "0x7f.1",
    ] {
        refused("api.example.com", host, 17, "full name");
    }
}

#[test]
fn a_credential_goes_only_where_it_may() {
    refused("use = [\"egress\"]", "use = [\"verify\"]", 10, "not declared with use");
    refused("authorization", "host", 21, "cannot be a credential's header");
    refused("authorization", "Content-Length", 21, "cannot be a credential's header");
}
