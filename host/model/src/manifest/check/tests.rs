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
        "api.example.com:0",
        "127.0.0.1",
        "2130706433",
        "localhost",
        "0x7f.1",
        "api.example.com.",
        "user@api.example.com",
        "a_b.example.com",
        "xn--a.example",
    ] {
        refused("api.example.com", host, 17, "full name");
    }
    for (host, called) in [
        ("API.example.com", "api.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("api.example.com:443", "api.example.com"),
        ("ａｐｉ.example.com", "api.example.com"),
    ] {
        refused("api.example.com", host, 17, called);
    }
}

#[test]
fn below_what_everybody_shares_there_is_no_wildcard() {
    for shared in ["*.co.uk", "*.github.io", "*.com.au:8443", "*.xn--55qx5d.cn"] {
        refused("api.example.com", shared, 17, "everybody can have a name below");
    }
}

#[test]
fn the_host_of_a_setting_is_a_required_text() {
    refused("api.example.com", "{settings.server}", 17, "required text setting");
    refused("api.example.com", "{settings.}", 17, "required text setting");
    refused("api.example.com", "{settings.token}", 17, "a credential is no host");
    refused("api.example.com", "a.{settings.server}", 17, "full name");
    refused("api.example.com", "{settings.server}.example.com", 17, "full name");
    refused("api.example.com", "{settings.server}:8443", 17, "full name");
}

#[test]
fn a_credential_goes_only_where_it_may() {
    refused("use = [\"egress\"]", "use = [\"verify\"]", 10, "not declared with use");
    refused("use = [\"egress\"]", "use = [\"derive\"]", 10, "not declared with use");
    for header in ["host", "Content-Length", "proxy-authorization", "content-type", "transfer_encoding"] {
        refused("authorization", header, 21, "cannot be a credential's header");
    }
}

/// The place of the good manifest, without its braces.
const PLACE: &str = r#"credential = "token", header = "authorization", prefix = "Bearer ""#;

#[test]
fn a_place_is_of_one_kind_and_none_that_people_read() {
    refused(PLACE, r#"credential = "token""#, 10, "exactly one of");
    refused(PLACE, r#"credential = "token", header = "x-a", query = "a""#, 10, "exactly one of");
    refused(PLACE, r#"credential = "token", query = "a", prefix = "Bearer ""#, 21, "only a header has a prefix");
    for key in ["", "a[b]", "a b", "a\tb"] {
        let line = if key.is_empty() { 16 } else { 21 };
        refused(PLACE, &format!("credential = \"token\", query = '{key}'"), line, "cannot be a key");
        refused(PLACE, &format!("credential = \"token\", form = '{key}'"), line, "cannot be a key");
    }
    for pointer in ["tokens", "/", "/a/", "/a~2b"] {
        refused(PLACE, &format!("credential = \"token\", json = '{pointer}'"), 21, "no field");
    }
    refused(PLACE, r#"credential = "token", query = "text""#, 21, "people read");
    refused(PLACE, r#"credential = "token", form = "Message""#, 21, "people read");
    refused(PLACE, r#"credential = "token", json = "/message/text""#, 21, "people read");
}

#[test]
fn a_body_is_of_one_kind_and_goes_with_a_method_that_has_one() {
    for body in [r#"form = "token""#, r#"json = "/token""#] {
        let read = GOOD.replacen(PLACE, &format!("credential = \"token\", {body}"), 1);
        assert!(Manifest::parse(&read).is_ok(), "{body}");
        let problems = Manifest::parse(&read.replacen("POST", "GET", 1)).unwrap_err();
        assert!(problems[0].words.contains("has no body"), "{}", problems[0]);
    }
    for both in [
        [r#"form = "a""#, r#"json = "/a""#],
        [r#"json = "/a""#, r#"json = "/a""#],
        [r#"json = "/a""#, r#"json = "/a/b""#],
        [r#"query = "a""#, r#"query = "a""#],
    ] {
        let places = format!("credential = \"token\", {} }}, {{ credential = \"token\", {}", both[0], both[1]);
        let problems = Manifest::parse(&GOOD.replacen(PLACE, &places, 1)).unwrap_err();
        let words = &problems[0].words;
        assert!(words.contains("its own") || words.contains("never both"), "{words}");
    }
}

#[test]
fn a_path_shows_its_place_once_and_with_every_path_of_the_rule() {
    let with = |paths: &str, place: &str| {
        let manifest = GOOD.replacen("\"/v1/*/messages\"", paths, 1).replacen(PLACE, place, 1);
        Manifest::parse(&manifest).map(drop).map_err(|problems| problems[0].to_string())
    };
    let path = r#"credential = "token", path = true"#;
    for good in [r#""/bot{token}/send""#, r#""/{token}""#, r#""/file/bot{token}/*/*", "/bot{token}/send""#] {
        assert_eq!(with(good, path), Ok(()), "{good}");
    }
    for (paths, words) in [
        (r#""/send""#, "does not show where"),
        (r#""/bot{token}/send", "/send""#, "does not show where"),
        (r#""/{other}/send""#, "show the place once"),
        (r#""/{token}/{token}""#, "show the place once"),
        (r#""/a{b{token}/send""#, "show the place once"),
        (r#""/a:b{token}/send""#, "show the place once"),
        (r#""/{token}x/send""#, "does not show where"),
        (r#""/*{token}/send""#, "exactly one whole segment"),
    ] {
        assert!(with(paths, path).unwrap_err().contains(words), "{paths}: {:?}", with(paths, path));
    }
    assert!(with(r#""/bot{token}/send""#, PLACE).unwrap_err().contains("shows a place"));
}

/// The good manifest with an app's secret, a setting and a value derived so.
fn deriving(value: &str) -> Result<Manifest, String> {
    let more = format!(
        r#"
[[setting]]
key = "app_id"
level = "app"
label = "App id"

[[setting]]
key = "loud"
level = "app"
label = "Loud"
kind = "boolean"

[[credential]]
name = "app_secret"
level = "app"
label = "App secret"
use = ["derive"]

[[derived]]
name = "proof"
value = {value}
"#
    );
    let manifest = GOOD.replacen("use = [\"egress\"]", "use = [\"egress\", \"derive\"]", 1) + &more;
    let place = PLACE.replacen("token", "proof", 1);
    Manifest::parse(&manifest.replacen(PLACE, &place, 1)).map_err(|problems| problems[0].to_string())
}

#[test]
fn a_derived_value_is_made_of_what_is_declared_for_it() {
    for good in [
        r#"{ join = [{ setting = "app_id" }, { literal = "|" }, { credential = "app_secret" }] }"#,
        r#"{ hmac-sha256 = { key = "app_secret", credential = "token" } }"#,
    ] {
        deriving(good).expect(good);
    }
    for (bad, words) in [
        (r#"{ join = [] }"#, "a credential among them"),
        (r#"{ join = [{ setting = "app_id" }] }"#, "a credential among them"),
        (r#"{ join = [{ literal = "" }, { credential = "token" }] }"#, "a literal is"),
        (r#"{ join = [{ setting = "loud" }, { credential = "token" }] }"#, "no setting of kind"),
        (r#"{ join = [{ setting = "token" }, { credential = "token" }] }"#, "no setting of kind"),
        (r#"{ join = [{ credential = "proof" }] }"#, "not declared with \"derive\""),
        (r#"{ hmac-sha256 = { key = "app_id", credential = "token" } }"#, "not declared with \"derive\""),
        (r#"{ hmac-md5 = { key = "app_secret", credential = "token" } }"#, "unknown variant"),
        (r#"{ hmac-sha256 = { key = "app_secret", credential = "token", salt = "x" } }"#, "unknown field"),
    ] {
        let words_found = deriving(bad).expect_err(bad);
        assert!(words_found.contains(words), "{bad}: {words_found}");
    }
    let twice = r#"{ join = [{ credential = "token" }] }"#;
    assert!(
        deriving(&format!("{twice}\n[[derived]]\nname = \"token\"\nvalue = {twice}")).unwrap_err().contains("twice")
    );
}

#[test]
fn a_manifest_without_end_is_refused_and_its_problems_are_told_in_bounds() {
    let long = format!("{GOOD}\n# {}", "x".repeat(256 << 10));
    let problems = Manifest::parse(&long).expect_err("a refusal");
    assert!(problems.len() == 1 && problems[0].words.contains("262144 are the most"), "{problems:?}");
    let many = format!("{GOOD}{}", "\n[[rate]]\nbucket = \"b\"\nper = \"app\"".repeat(200));
    assert_eq!(Manifest::parse(&many).expect_err("a refusal").len(), 100);
    for wordy in
        [GOOD.replace("descrip", &"x".repeat(9000)), GOOD.replace("\"example\"", &format!("{:?}", "X".repeat(9000)))]
    {
        let problems = Manifest::parse(&wordy).expect_err("a refusal");
        assert!(problems.iter().all(|problem| problem.words.chars().count() <= 501), "{problems:?}");
    }
}
