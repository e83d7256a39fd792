//! What a manifest must not say.

use super::Manifest;
use crate::manifest::Level;

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
        (r#""/{token}/a}""#, "show the place once"),
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

/// The first problem of the good manifest with something in place of something else, or with more at its end.
fn words(from: &str, to: &str) -> Option<String> {
    assert!(GOOD.contains(from), "{from:?} is not in the manifest");
    let text = if from.is_empty() { format!("{GOOD}\n{to}") } else { GOOD.replacen(from, to, 1) };
    Manifest::parse(&text).err().map(|problems| problems[0].words.clone())
}

#[track_caller]
fn takes(from: &str, good: &[&str], bad: &[&str], because: &str) {
    for text in good {
        assert_eq!(words(from, text), None, "{text}");
    }
    for text in bad {
        let words = words(from, text).unwrap_or_else(|| panic!("{text} is taken"));
        assert!(words.contains(because), "{text}: {words}");
    }
}

#[test]
fn a_plugin_has_an_id_a_version_and_a_name_of_a_plain_form() {
    let id = |text: &str| format!("id = {text:?}");
    let (longest, longer) = (id(&"a".repeat(63)), id(&"a".repeat(64)));
    takes(
        "id = \"example\"",
        &[&longest, &id("a-1")],
        &[&longer, &id(""), &id("Example"), &id("1a"), &id("-a"), &id("a_b"), &id("a b"), &id("ä")],
        "plugin.id",
    );
    let version = |text: &str| format!("version = {text:?}");
    let long = |length: usize| version(&format!("1.0.0-{}", "a".repeat(length - 6)));
    takes(
        "version = \"1.0.0\"",
        &[&version("0.0.1"), &version("1.2.3-beta.1+build"), &long(64)],
        &[&version(""), &version("1.0"), &version("1.0.x"), &version("1.0.0.0"), &version("v1.0.0"), &long(65)],
        "plugin.version",
    );
    let name = |text: &str| format!("name = {text:?}");
    takes(
        "name = \"Example\"",
        &[&name(&"ä".repeat(80))],
        &[&name(""), &name(&"ä".repeat(81))],
        "plugin.name must have 1 to 80",
    );
}

fn setting(key: &str, level: &str, more: &str) -> String {
    format!("[[setting]]\nkey = {key:?}\nlevel = {level:?}\nlabel = \"A\"\n{more}\n")
}

#[test]
fn what_is_declared_has_a_name_of_its_own() {
    let channel = |key: &str| setting(key, "channel", "");
    takes("", &[&channel("a_1")], &[&channel("A"), &channel("a-b"), &channel("")], "lower-case letters, digits and");
    takes("", &[], &[&channel("token"), &(channel("a") + &channel("a"))], "declared twice");
    let rule = |name: &str| {
        let (_, rule) = GOOD.split_once("[[egress]]").unwrap();
        format!("[[egress]]{}", rule.replacen("\"send\"", &format!("{name:?}"), 1))
    };
    takes("", &[&rule("send-2")], &[&rule("send"), &rule("send_2"), &rule("")], "egress name");
    let rate = |bucket: &str| format!("[[rate]]\nbucket = {bucket:?}\nper = \"app\"\n");
    takes("", &[&(rate("a") + &rate("b"))], &[&(rate("a") + &rate("a"))], "declared twice");
}

#[test]
fn an_account_is_a_required_text_of_a_channel() {
    let account = |field: String| format!("{field}[account]\nsetting = \"number\"\n");
    takes(
        "",
        &[&account(setting("number", "channel", "required = true"))],
        &[
            &account(String::new()),
            &account(setting("number", "app", "required = true")),
            &account(setting("number", "channel", "")),
            &account(setting("number", "channel", "required = true\nkind = \"texts\"")),
            &account(setting("other", "channel", "required = true")),
        ],
        "account.setting",
    );
}

#[test]
fn a_route_is_called_by_known_methods_within_bounds() {
    let route = |name: &str, method: &str, more: &str| {
        format!("[[route]]\nname = {name:?}\nlevel = \"channel\"\nmethods = [{method:?}]\nverify = \"none\"\n{more}\n")
    };
    let with = |more: &str| route("in", "POST", more);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        takes("", &[&route("in", method, "")], &[], "");
    }
    takes("", &[], &[&route("in", "HEAD", ""), &route("in", "post", ""), &route("in", "TRACE", "")], "is not one of");
    takes("", &[&(with("") + &route("in-2", "POST", ""))], &[&with("").repeat(2), &route("In", "POST", "")], "unique");
    takes(
        "",
        &[&with("ack_within_ms = 50"), &with("ack_within_ms = 30000")],
        &[&with("ack_within_ms = 49"), &with("ack_within_ms = 30001"), &with("ack_within_ms = 0")],
        "from 50 to 30000",
    );
    takes(
        "",
        &[&with("max_body = 1"), &with("max_body = 67108864")],
        &[&with("max_body = 0"), &with("max_body = 67108865")],
        "from 1 byte to 64 MiB",
    );
}

#[test]
fn what_can_be_sent_is_of_known_kinds() {
    let media = |kind: &str, bytes: u64| format!("[[capabilities.media]]\nkind = {kind:?}\nmax_bytes = {bytes}\n");
    for kind in ["image", "video", "audio", "voice", "sticker", "animation", "video-note", "file"] {
        takes("", &[&media(kind, 64 << 30)], &[], "");
    }
    takes("", &[], &[&media("images", 1), &media("", 1)], "media kind");
    takes("", &[], &[&media("image", (64 << 30) + 1)], "max_bytes must be at most");
    let choices = |style: &str| {
        format!(
            "[[capabilities.choices]]\nstyle = {style:?}\nmax = 3\ntitle_max = 20\npayload_max = 100\nbody_max = 1000\n"
        )
    };
    for style in ["buttons", "quick-replies", "menu", "poll"] {
        takes("", &[&choices(style)], &[], "");
    }
    takes("", &[], &[&choices("button")], "choices style");
    let bounded = |bound: &str, by: &str| choices("poll").replacen(bound, by, 1);
    let (none, endless) = (bounded("payload_max = 100", "payload_max = 0"), bounded("1000", "1048577"));
    takes(
        "",
        &[&none, &bounded("body_max = 1000", "body_max = 0")],
        &[&bounded("title_max = 20", "title_max = 0"), &endless],
        "title_max",
    );
    let react = |symbol: &str| format!("[capabilities.react]\nsymbols = [\"👍\", {symbol:?}]\n");
    takes("", &[&react("❤"), &react(":shipit:")], &[&react("like"), &react("")], "react symbol");
}

#[test]
fn a_rule_that_permits_nothing_or_in_part_is_refused() {
    takes(
        "methods = [\"POST\"]",
        &["methods = [\"POST\", \"PUT\", \"PATCH\", \"DELETE\"]"],
        &["methods = []"],
        "permits nothing",
    );
    takes("paths = [\"/v1/*/messages\"]", &["paths = [\"/\"]", "paths = [\"/*\"]"], &["paths = []"], "permits nothing");
    let path = |path: &str| format!("paths = ['{path}']");
    let bad = ["", "v1", "/a//b", "/a/", "/a/./b", "/a/../b", "/a?b", "/a#b", "/a\\b", "/%61"].map(path);
    takes("paths = [\"/v1/*/messages\"]", &[], &bad.each_ref().map(String::as_str), "exactly one whole segment");
}

#[test]
fn what_just_fits_is_taken() {
    let padded = |length: usize| format!("{GOOD}\n#{}", "x".repeat(length - GOOD.len() - 2));
    assert!(Manifest::parse(&padded(256 << 10)).is_ok());
    assert!(Manifest::parse(&padded((256 << 10) + 1)).is_err());
    let author = |length: usize| format!("description = \"a\"\nauthor = {:?}", "x".repeat(length));
    let icon = |length: usize| format!("description = \"a\"\nicon = {:?}", "x".repeat(length));
    takes(
        "description = \"For tests.\"",
        &[&author(4096), &icon(64 << 10)],
        &[&author(4097), &icon((64 << 10) + 1)],
        "are the most",
    );
    let native = |count: usize| format!("[capabilities]\nnative = [{}]", "\"a\",".repeat(count));
    takes("", &[&native(256)], &[&native(257)], "256 are the most");
    // A table of as many keys as a table may have, each of as many letters as a key may have, is still one of unknown keys.
    let keys = |count: usize| (0..count).map(|n| format!("k{n} = 1\n")).collect::<String>();
    takes("", &[], &[&format!("[capabilities]\n{}", keys(256))], "unknown field");
    takes("", &[], &[&format!("[capabilities]\n{} = 1", "k".repeat(4096))], "capabilities.kkk");
    takes("", &[], &[&format!("[capabilities]\n{}", keys(257))], "256 are the most");
    let capture = |count: usize| {
        let pointers: Vec<String> = (0..count).map(|n| format!("\"/t{n}\"")).collect();
        format!("effect = \"send\"\ncapture = [{}]", pointers.join(", "))
    };
    takes("effect = \"send\"", &[&capture(8)], &[&capture(9)], "at most 8 pointers");
    let parts = |literals: usize| {
        let literals = r#"{ literal = "a" }, "#.repeat(literals);
        deriving(&format!(r#"{{ join = [{literals}{{ credential = "token" }}] }}"#))
    };
    assert!(parts(15).is_ok());
    assert!(parts(16).unwrap_err().contains("join 1 to 16 parts"));
}

#[test]
fn a_header_of_the_providers_own_holds_a_credential() {
    let header = |name: &str| format!("header = {name:?}");
    let good = ["x-token", "x_token", "x2", "apikey"].map(header);
    let bad = ["", "X-Token", "x token", "x:token", "proxy-token", "proxy_token"].map(header);
    let given = "header = \"authorization\"";
    takes(given, &good.each_ref().map(String::as_str), &bad.each_ref().map(String::as_str), "cannot be a credential's");
}

#[test]
fn a_host_that_is_filled_in_stands_in_a_required_text() {
    let with = |field: &str| {
        let text = GOOD.replacen("api.example.com", "{settings.server}", 1);
        Manifest::parse(&format!("{text}\n{field}")).is_ok()
    };
    assert!(with(&setting("server", "channel", "required = true")));
    assert!(with(&(setting("other", "channel", "") + &setting("server", "app", "required = true"))));
    assert!(!with(&setting("server", "channel", "")));
    assert!(!with(&setting("server", "channel", "required = true\nkind = \"texts\"")));
    assert!(!with(&setting("other", "channel", "required = true")));
}

#[test]
fn what_a_manifest_leaves_out_is_what_the_documentation_says() {
    let route = "[[route]]\nname = \"in\"\nlevel = \"channel\"\nmethods = [\"POST\"]\nverify = \"none\"\n";
    let manifest = Manifest::parse(&format!("{GOOD}\n{route}")).unwrap();
    assert_eq!((manifest.routes[0].max_body, manifest.routes[0].ack_within_ms), (1 << 20, 1000));
}

#[test]
fn what_hangs_on_an_app_and_which_settings_are_hosts_is_told_by_level() {
    let read = |more: &str| Manifest::parse(&format!("{GOOD}\n{more}")).unwrap();
    let credential = "[[credential]]\nname = \"secret\"\nlevel = \"app\"\nlabel = \"A\"\nuse = [\"verify\"]\n";
    let route = "[[route]]\nname = \"in\"\nlevel = \"app\"\nmethods = [\"POST\"]\nverify = \"none\"\n";
    for (more, has_app) in [
        (String::new(), false),
        (setting("a", "channel", ""), false),
        (credential.replace("\"app\"", "\"channel\""), false),
        (route.replace("\"app\"", "\"channel\""), false),
        (setting("a", "app", ""), true),
        (credential.to_owned(), true),
        (route.to_owned(), true),
    ] {
        assert_eq!(read(&more).has_app(), has_app, "{more}");
    }
    let text = GOOD.replacen("api.example.com", "{settings.server}", 1);
    let others = setting("other", "app", "") + &setting("another", "channel", "");
    let filled = format!("{text}\n{}{others}", setting("server", "app", "required = true"));
    let manifest = Manifest::parse(&filled).unwrap();
    assert_eq!(manifest.host_settings(Level::App).into_iter().collect::<Vec<_>>(), ["server"]);
    assert!(manifest.host_settings(Level::Channel).is_empty());
}
