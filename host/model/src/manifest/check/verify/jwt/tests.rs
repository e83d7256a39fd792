//! JWT recipes that must not be, and the providers' that must.

use super::super::tests::{parsed, refused};
use crate::manifest::{Audience, Required, SigningAlgorithm, Verify};

/// learn.microsoft.com, "Authenticate requests from the Bot Connector service".
const BOT_FRAMEWORK: &str = r#"
[route.verify.jwt]
algorithms = ["RS256"]
issuers = ["https://api.botframework.com"]
audience = { setting = "public_key" }
keys = { host = "login.botframework.com", path = "/v1/.well-known/keys" }
tolerance_s = 300
require = { serviceurl = { body = "/serviceUrl" } }
"#;

/// developers.google.com, "Verify requests from Google Chat".
const CHAT: &str = r#"
[route.verify.jwt]
algorithms = ["RS256"]
issuers = ["chat@system.gserviceaccount.com"]
audience = { setting = "public_key" }
keys = { host = "www.googleapis.com", path = "/service_accounts/v1/jwk/chat@system.gserviceaccount.com" }
"#;

/// cloud.google.com, "Authentication for push subscriptions".
const PUBSUB: &str = r#"
[route.verify.jwt]
algorithms = ["RS256", "ES256", "EdDSA"]
issuers = ["https://accounts.google.com", "accounts.google.com"]
audience = "address"
keys = { host = "www.googleapis.com", path = "/oauth2/v3/certs" }
require = { email = { setting = "public_key" }, email_verified = { value = "true" } }
claims = ["email"]
"#;

#[test]
fn the_providers_recipes_are_read() {
    let Verify::Jwt(recipe) = parsed(BOT_FRAMEWORK) else { panic!() };
    assert_eq!((recipe.header.as_str(), recipe.prefix.as_str()), ("authorization", "Bearer "));
    assert_eq!(recipe.keys.to_string(), "https://login.botframework.com/v1/.well-known/keys");
    assert_eq!(recipe.require["serviceurl"], Required::Body("/serviceUrl".into()));
    let Verify::Jwt(recipe) = parsed(CHAT) else { panic!() };
    assert_eq!(recipe.tolerance_s, 60);
    let Verify::Jwt(recipe) = parsed(PUBSUB) else { panic!() };
    assert_eq!(recipe.audience, Audience::Address);
    assert_eq!(recipe.algorithms, [SigningAlgorithm::RS256, SigningAlgorithm::ES256, SigningAlgorithm::EdDsa]);
    assert!(parsed(PUBSUB).credentials().is_empty());
}

/// What a token says of its algorithm is compared with these, so that one that asks for no signature, or for a keyed hash with
/// what everybody can read as the key, can never be believed.
#[test]
fn no_recipe_can_name_an_algorithm_that_anybody_could_sign_with() {
    for wrong in ["none", "None", "NONE", "HS256", "HS384", "HS512", "rs256", ""] {
        refused(CHAT, "RS256", wrong, "unknown variant");
    }
    refused(CHAT, "[\"RS256\"]", "[]", "at least one");
    refused(CHAT, "[\"RS256\"]", "[\"RS256\", \"RS256\"]", "each once");
}

#[test]
fn a_token_is_of_somebody_for_somebody() {
    for (from, to, words) in [
        ("issuers = [\"chat@system.gserviceaccount.com\"]\n", "", "missing field `issuers`"),
        ("[\"chat@system.gserviceaccount.com\"]", "[]", "at least one value of iss"),
        ("[\"chat@system.gserviceaccount.com\"]", "[\"\"]", "at least one value of iss"),
        ("audience = { setting = \"public_key\" }\n", "", "missing field `audience`"),
        ("{ setting = \"public_key\" }", "{ value = \"\" }", "must not be empty"),
        ("{ setting = \"public_key\" }", "{ setting = \"hint\" }", "must be a required setting"),
        ("{ setting = \"public_key\" }", "{ setting = \"secret\" }", "must be a required setting"),
        ("{ setting = \"public_key\" }", "\"anybody\"", "unknown variant"),
        ("algorithms", "jku = true\nalgorithms", "unknown field"),
        ("algorithms", "tolerance_s = 301\nalgorithms", "from 0 to 300"),
        ("algorithms", "header = \"Authorization\"\nalgorithms", "header's name in lower case"),
    ] {
        refused(CHAT, from, to, words);
    }
}

#[test]
fn keys_are_at_one_exact_address() {
    for host in
        ["*.googleapis.com", "https://www.googleapis.com", "www.googleapis.com:8443", "127.0.0.1", "localhost", ""]
    {
        refused(PUBSUB, "www.googleapis.com", host, "must be a full name in lower case");
    }
    for path in ["", "oauth2/v3/certs", "/", "/a/../b", "/a//b", "/a?b=c", "/a#b", "/a%2fb", "/a b", "/{secret}"] {
        refused(PUBSUB, "/oauth2/v3/certs", path, "must be a path");
    }
}

#[test]
fn required_claims_equal_something_that_is_there() {
    refused(PUBSUB, "email_verified", "exp", "is checked in every token");
    refused(PUBSUB, "{ value = \"true\" }", "{ value = \"\" }", "value must not be empty");
    refused(PUBSUB, "{ setting = \"public_key\" }", "{ setting = \"hint\" }", "must be a required setting");
    refused(BOT_FRAMEWORK, "/serviceUrl", "serviceUrl", "must be a JSON pointer");
    refused(PUBSUB, "[\"email\"]", "[\"\"]", "1 to 255 bytes");
}

#[test]
fn what_is_well_written_is_taken() {
    for (from, to) in [
        ("{ setting = \"public_key\" }", "{ value = \"somebody\" }".to_owned()),
        ("keys =", format!("claims = [{:?}]\nkeys =", "c".repeat(255))),
        ("keys =", "tolerance_s = 300\nkeys =".to_owned()),
    ] {
        parsed(&CHAT.replacen(from, &to, 1));
    }
    refused(CHAT, "keys =", &format!("claims = [{:?}]\nkeys =", "c".repeat(256)), "1 to 255 bytes");
}
