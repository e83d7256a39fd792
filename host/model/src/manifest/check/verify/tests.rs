//! Recipes that must not be, and the providers' that must.

use crate::manifest::{Digest, Encoding, Manifest, SecretPlace, TemplatePart, Verify};

pub(super) const HEAD: &str = r#"
[plugin]
id = "example"
name = "Example"
version = "1.0.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "For tests."

[[setting]]
key = "public_key"
level = "app"
label = "Public key"
required = true

[[setting]]
key = "hint"
level = "app"
label = "Not required"

[[credential]]
name = "secret"
level = "app"
label = "Secret"
use = ["verify"]
required = true

[[credential]]
name = "old_secret"
level = "app"
label = "Secret until the change is over"
use = ["verify"]

[[credential]]
name = "token"
level = "app"
label = "For calls"
use = ["egress"]
required = true

[[credential]]
name = "page_secret"
level = "channel"
label = "Of each channel"
use = ["verify"]
required = true

[[route]]
name = "events"
level = "app"
methods = ["POST"]
"#;

pub(super) const SLACK: &str = r#"
[route.verify.hmac]
header = "x-slack-signature"
digest = "sha256"
prefix = "v0="
credential = "secret"
previous = ["old_secret"]
template = [{ literal = "v0:" }, "timestamp", { literal = ":" }, "body"]
timestamp = { header = "x-slack-request-timestamp", tolerance_s = 300 }
[route.challenge]
method = "POST"
source = "body"
when = { "/type" = "url_verification" }
answer = "/challenge"
"#;

pub(super) const TWILIO: &str = r#"
[route.verify.hmac]
header = "x-twilio-signature"
digest = "sha1"
encoding = "base64"
credential = "secret"
template = ["url-any-port", "form-sorted"]
body_sha256_query = "bodySHA256"
"#;

pub(super) const DISCORD: &str = r#"
[route.verify.ed25519]
header = "x-signature-ed25519"
public_key = { setting = "public_key" }
template = ["timestamp", "body"]
timestamp = { header = "x-signature-timestamp", tolerance_s = 300 }
[route.challenge]
method = "POST"
source = "body"
when = { "/type" = "1" }
reply = { content_type = "application/json", body = '{"type":1}' }
"#;

pub(super) const GRAPH: &str = r#"
[route.verify.shared-secret]
place = { json = "/value/*/clientState" }
credential = "secret"
[route.challenge]
method = "POST"
answer = "validationToken"
"#;

pub(super) const STANDARD: &str = r#"
[route.verify.standard-webhooks]
credential = "secret"
public_key = { value = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=" }
"#;

const IN_ONE_HEADER: &str = r#"
[route.verify.hmac]
header = "x-signature"
digest = "sha256"
prefix = "v1="
separator = ","
credential = "secret"
template = ["timestamp", { literal = "." }, "body"]
timestamp = { header = "x-signature", prefix = "t=", tolerance_s = 300 }
"#;

pub(super) const DELETION: &str = r#"
[route.verify.signed-request]
credential = "secret"
claims = ["user_id"]
"#;

pub(super) fn parsed(recipe: &str) -> Verify {
    let manifest = Manifest::parse(&format!("{HEAD}{recipe}")).unwrap_or_else(|problems| panic!("{problems:#?}"));
    manifest.routes[0].verify.clone()
}

#[track_caller]
pub(super) fn refused(recipe: &str, from: &str, to: &str, words: &str) {
    assert!(recipe.contains(from), "{from:?} is not in the recipe");
    let text = format!("{HEAD}{}", recipe.replacen(from, to, 1));
    let problems = Manifest::parse(&text).expect_err("a refusal");
    let first = problems.first().expect("a problem");
    assert!(first.words.contains(words), "{first}");
    let line = first.line.expect("a line");
    assert!(line <= text.lines().count(), "{first}");
}

#[test]
fn the_providers_recipes_are_read() {
    for recipe in [SLACK, TWILIO, DISCORD, GRAPH, STANDARD, IN_ONE_HEADER, DELETION] {
        parsed(recipe);
    }
    let Verify::Hmac(recipe) = parsed(TWILIO) else { panic!() };
    assert_eq!((recipe.digest, recipe.encoding), (Digest::Sha1, Encoding::Base64));
    assert_eq!(recipe.template, [TemplatePart::UrlAnyPort, TemplatePart::FormSorted]);
    let Verify::SharedSecret(recipe) =
        parsed("[route.verify.shared-secret]\nplace = \"path\"\ncredential = \"secret\"")
    else {
        panic!()
    };
    assert_eq!(recipe.place, SecretPlace::Path);
    assert_eq!(parsed(SLACK).credentials(), ["secret", "old_secret"]);
    let Verify::StandardWebhooks(recipe) = parsed(STANDARD) else { panic!() };
    assert_eq!(recipe.tolerance_s, 300);
}

#[test]
fn an_unknown_key_or_part_of_a_recipe_is_refused() {
    for recipe in [SLACK, TWILIO, DISCORD, GRAPH, STANDARD, DELETION] {
        refused(recipe, "]\n", "]\nevil = true\n", "unknown field");
    }
    refused(SLACK, "\"timestamp\"", "\"time\"", "unknown variant");
    refused(TWILIO, "sha1", "md5", "unknown variant");
    refused(IN_ONE_HEADER, "separator = \",\"", "separator = \", \"", "character");
}

#[test]
fn a_recipe_s_credentials_are_there_of_its_level_and_to_verify() {
    for recipe in [SLACK, TWILIO, GRAPH, STANDARD, DELETION] {
        for another in ["nobody", "token", "page_secret", "old_secret"] {
            let to = format!("credential = \"{another}\"");
            refused(recipe, "credential = \"secret\"", &to, "must be a required one of level \"app\"");
        }
    }
    for another in ["nobody", "token", "secret", "page_secret", "old_secret\", \"old_secret"] {
        refused(SLACK, "[\"old_secret\"]", &format!("[\"{another}\"]"), "that is not required, named once");
    }
    refused(STANDARD, "credential = \"secret\"", "previous = [\"old_secret\"]", "beside a credential");
    refused(STANDARD, "credential = \"secret\"\npublic_key", "tolerance_s = 60\n#", "needs a credential");
}

#[test]
fn what_is_left_unsigned_is_refused() {
    refused(SLACK, ", \"body\"]", "]", "leaves the body unsigned");
    refused(TWILIO, "\"url-any-port\", \"form-sorted\"", "\"url\"", "leaves the body unsigned");
    refused(TWILIO, "template = [\"url-any-port\", \"form-sorted\"]", "template = []", "leaves the body unsigned");
    refused(TWILIO, "\"url-any-port\", ", "", "body_sha256_query needs");
    refused(TWILIO, "\"form-sorted\"", "\"body\"", "body_sha256_query needs");
    refused(TWILIO, "\"bodySHA256\"", "\"\"", "body_sha256_query needs");
    refused(DISCORD, "\"timestamp\", ", "", "the time is not signed");
}

#[test]
fn a_time_is_in_one_place_and_near() {
    refused(SLACK, "\ntimestamp = {", "\n#", "needs timestamp =");
    refused(SLACK, "300", "0", "tolerance_s must be");
    refused(SLACK, "300", "86401", "tolerance_s must be");
    refused(
        SLACK,
        "tolerance_s = 300",
        "tolerance_s = 300, prefix = \"t=\"",
        "for a time in the signature's own header",
    );
    refused(IN_ONE_HEADER, "prefix = \"t=\", ", "", "for a time in the signature's own header");
    refused(IN_ONE_HEADER, "separator = \",\"", "", "for a time in the signature's own header");
    refused(DELETION, "claims", "tolerance_s = 0\nclaims", "tolerance_s must be");
}

#[test]
fn headers_are_names_in_lower_case() {
    for wrong in ["X-Slack-Signature", "", "x slack", "x:y", "x-ÿ"] {
        refused(SLACK, "x-slack-signature", wrong, "header's name in lower case");
    }
    refused(SLACK, "x-slack-request-timestamp", "X-Time", "header's name in lower case");
    refused(SLACK, "{ literal = \":\" }", "{ header = \"X-Id\" }", "header's name in lower case");
    refused(GRAPH, "json = \"/value/*/clientState\"", "header = \"X-Token\"", "header's name in lower case");
    refused(TWILIO, "x-twilio-signature", "x-hub-signature", "take x-hub-signature-256");
}

#[test]
fn a_public_key_is_filled_in_or_well_written() {
    for another in ["nobody", "hint", "secret"] {
        refused(DISCORD, "\"public_key\"", &format!("\"{another}\""), "must be a required setting");
    }
    let value = |text: &str| format!("{{ value = \"{text}\" }}");
    for wrong in ["", "ab", &"g".repeat(64), &"ab".repeat(33), "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="] {
        refused(DISCORD, "{ setting = \"public_key\" }", &value(wrong), "64 hexadecimal digits");
    }
    for wrong in ["whpk_", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4", &"é".repeat(22)] {
        refused(STANDARD, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", wrong, "44 characters of Base64");
    }
}

#[test]
fn a_shared_secret_s_place_is_one() {
    refused(GRAPH, "\"/value/*/clientState\"", "\"value\"", "must be a JSON pointer");
    refused(GRAPH, "json = \"/value/*/clientState\"", "form = \"\"", "names no parameter");
    refused(GRAPH, "credential =", "prefix = \"Bearer \"\ncredential =", "in a header only");
    refused(DELETION, "claims", "field = \"\"\nclaims", "names no form field");
}

#[test]
fn standard_webhooks_are_signed_in_one_way_or_in_both() {
    let [of_a_secret, of_a_key] = [
        "credential = \"secret\"\n",
        "public_key = { value = \"whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=\" }\n",
    ];
    let without = |part: &str| Manifest::parse(&format!("{HEAD}{}", STANDARD.replacen(part, "", 1))).is_ok();
    assert!(without("") && without(of_a_secret) && without(of_a_key));
    refused(
        &STANDARD.replacen(of_a_secret, "", 1),
        of_a_key,
        "",
        "needs a credential (v1), a public_key (v1a) or both",
    );
}

#[test]
fn a_setting_of_a_recipe_is_of_its_route_or_of_the_app() {
    let with = |field: &str, level: &str| {
        let field = format!("key = \"public_key\"\n{field}\nlabel = \"Public key\"");
        let head =
            HEAD.replacen("key = \"public_key\"\nlevel = \"app\"\nlabel = \"Public key\"\nrequired = true", &field, 1);
        assert_ne!(head, HEAD);
        let (before, route) = head.rsplit_once("level = \"app\"").expect("a route");
        Manifest::parse(&format!("{before}level = {level:?}{route}{DISCORD}"))
            .map_err(|problems| problems[0].to_string())
    };
    for (field, level) in [
        ("level = \"app\"\nrequired = true", "app"),
        ("level = \"app\"\ndefault = \"ab\"", "app"),
        ("level = \"app\"\nrequired = true\nkind = \"texts\"", "app"),
        ("level = \"channel\"\nrequired = true", "channel"),
        ("level = \"app\"\nrequired = true", "channel"),
    ] {
        with(field, level).unwrap_or_else(|words| panic!("{field} {level}: {words}"));
    }
    for (field, level) in [
        ("level = \"channel\"\nrequired = true", "app"),
        ("level = \"app\"", "app"),
        ("level = \"app\"\nrequired = true\nkind = \"boolean\"", "app"),
    ] {
        assert!(with(field, level).unwrap_err().contains("must be a required setting"), "{field} {level}");
    }
}

#[test]
fn what_is_well_written_is_taken() {
    let taken = |recipe: &str, from: &str, to: &str| {
        assert!(recipe.contains(from), "{from:?} is not in the recipe");
        drop(parsed(&recipe.replacen(from, to, 1)));
    };
    taken(DISCORD, "{ setting = \"public_key\" }", &format!("{{ value = {:?} }}", "aB".repeat(32)));
    taken(GRAPH, "\"/value/*/clientState\"", "\"/a\"");
    refused(GRAPH, "\"/value/*/clientState\"", "\"/\"", "must be a JSON pointer");
    // The time is signed where the header that holds it is.
    taken(SLACK, "\"timestamp\"", "{ header = \"x-slack-request-timestamp\" }");
    refused(SLACK, "\"timestamp\"", "{ header = \"x-slack-retry-num\" }", "the time is not signed");
}
