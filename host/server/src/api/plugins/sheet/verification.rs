//! How each route is verified, in words that an admin can decide on.

use lockgate_model::manifest::{
    Answered, Audience, Challenge, ChallengeSource, Digest, Encoding, JwtRecipe, Manifest, PublicKey, Required,
    SecretPlace, TemplatePart, TimestampHeader, Verify,
};

use super::label;

/// What a recipe lets in.
pub(super) fn words(recipe: &Verify, manifest: &Manifest) -> String {
    let secrets = any_of(recipe.credentials().into_iter().map(|name| label(name, manifest)).collect());
    match recipe {
        Verify::None => "nobody vouches for what comes there: whoever knows the address can write".to_owned(),
        Verify::Hmac(recipe) => {
            let digest = match recipe.digest {
                Digest::Sha1 => "SHA-1",
                Digest::Sha256 => "SHA-256",
            };
            let body = recipe.body_sha256_query.as_ref().map_or(String::new(), |name| {
                format!(", a body that is no form by its SHA-256 in the query parameter {name}")
            });
            format!(
                "only what is signed with {secrets} is let in (HMAC {digest} over {}{body}, {}, in {}{})",
                template(&recipe.template),
                encoding(recipe.encoding),
                recipe.header,
                time(recipe.timestamp.as_ref())
            )
        }
        Verify::Ed25519(recipe) => format!(
            "only what is signed by the owner of {} is let in (Ed25519 over {}, {}, in {}{})",
            public_key(&recipe.public_key, manifest),
            template(&recipe.template),
            encoding(recipe.encoding),
            recipe.header,
            time(recipe.timestamp.as_ref())
        ),
        Verify::StandardWebhooks(recipe) => {
            let mut signers = Vec::new();
            if recipe.credential.is_some() {
                signers.push(format!("with {secrets}"));
            }
            if let Some(key) = &recipe.public_key {
                signers.push(format!("by the owner of {}", public_key(key, manifest)));
            }
            format!(
                "only what is signed {} is let in (Standard Webhooks, not older than {} seconds)",
                any_of(signers),
                recipe.tolerance_s
            )
        }
        Verify::SharedSecret(recipe) => {
            let place = match &recipe.place {
                SecretPlace::Header(name) => format!("in the header {name}"),
                SecretPlace::Path => "in its path".to_owned(),
                SecretPlace::Query(name) => format!("in the query parameter {name}"),
                SecretPlace::Form(name) => format!("in the form field {name}"),
                SecretPlace::Json(pointer) => format!("in its body at {pointer}"),
            };
            format!("only what brings {secrets} {place} is let in; what it says is not signed")
        }
        Verify::Jwt(recipe) => jwt(recipe, manifest),
        Verify::SignedRequest(recipe) => {
            let time = recipe
                .tolerance_s
                .map_or(String::new(), |seconds| format!(", not older than {seconds} seconds by issued_at"));
            format!(
                "only what is signed with {secrets} is let in (the form field {}, HMAC SHA-256{time})",
                recipe.field
            )
        }
    }
}

/// What a handshake is answered with.
pub(super) fn handshake(challenge: &Challenge, manifest: &Manifest) -> String {
    if let Some(members) = &challenge.json {
        let members: Vec<String> = members
            .iter()
            .map(|(name, member)| match member {
                Answered::Echo(source) => format!("{name}, what it sends as {source}"),
                Answered::HmacSha256(hash) => {
                    format!("{name}, the HMAC SHA-256 of {} keyed with {}", hash.of, label(&hash.credential, manifest))
                }
            })
            .collect();
        let whom = match challenge.source {
            ChallengeSource::Query => "whoever asks",
            ChallengeSource::Body => "the provider alone",
        };
        return format!("JSON, to {whom}: {}", members.join("; "));
    }
    match (&challenge.credential, &challenge.answer) {
        (Some(credential), _) => label(credential, manifest),
        (None, Some(answer)) => format!("what it sends as {answer}"),
        (None, None) => "always the same".to_owned(),
    }
}

fn jwt(recipe: &JwtRecipe, manifest: &Manifest) -> String {
    let issuers = any_of(recipe.issuers.iter().map(|issuer| format!("{issuer:?}")).collect());
    let algorithms = any_of(recipe.algorithms.iter().map(|algorithm| algorithm.as_str().to_owned()).collect());
    let audience = match &recipe.audience {
        Audience::Value(text) => format!("{text:?}"),
        Audience::Setting(name) => setting(name, manifest),
        Audience::Address => "the address that is called".to_owned(),
    };
    let required = recipe.require.iter().map(|(claim, required)| {
        let equal = match required {
            Required::Value(text) => format!("{text:?}"),
            Required::Setting(name) => setting(name, manifest),
            Required::Body(pointer) => format!("what the body has at {pointer}"),
        };
        format!(", its {claim} equal to {equal}")
    });
    format!(
        "only what brings a token of {issuers} for {audience} is let in (JWT, {algorithms}, in {}, {} seconds of tolerance{}); what it says is not signed; the host itself reads the keys at {}, without a secret",
        recipe.header,
        recipe.tolerance_s,
        required.collect::<String>(),
        recipe.keys
    )
}

fn setting(name: &str, manifest: &Manifest) -> String {
    let field = manifest.settings.iter().find(|field| field.key == name);
    field.map_or_else(|| name.to_owned(), |field| format!("\"{}\" ({name})", field.label))
}

fn any_of(names: Vec<String>) -> String {
    names.join(" or ")
}

fn public_key(key: &PublicKey, manifest: &Manifest) -> String {
    match key {
        PublicKey::Value(text) => format!("the public key {text}"),
        PublicKey::Setting(name) => format!("the public key in {}", setting(name, manifest)),
    }
}

fn encoding(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Hex => "hexadecimal",
        Encoding::Base64 => "Base64",
    }
}

fn template(parts: &[TemplatePart]) -> String {
    let words: Vec<String> = parts
        .iter()
        .map(|part| match part {
            TemplatePart::Body => "the body".to_owned(),
            TemplatePart::Header(name) => format!("the header {name}"),
            TemplatePart::Literal(text) => format!("{text:?}"),
            TemplatePart::Timestamp => "the time".to_owned(),
            TemplatePart::Url => "the address".to_owned(),
            TemplatePart::UrlAnyPort => "the address with or without its port".to_owned(),
            TemplatePart::FormSorted => "the sorted form fields".to_owned(),
        })
        .collect();
    words.join(" and ")
}

fn time(timestamp: Option<&TimestampHeader>) -> String {
    timestamp.map_or(String::new(), |timestamp| {
        format!(", not older than {} seconds by {}", timestamp.tolerance_s, timestamp.header)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
        [plugin]
        id = "pigeon"
        name = "Pigeon post"
        version = "1.0.0"
        contract = "lockgate:channel@0.1.0-dev.1"
        description = "Carries notes."

        [[setting]]
        key = "crest"
        level = "app"
        label = "Crest"
        required = true

        [[credential]]
        name = "seal"
        level = "app"
        label = "Wax seal"
        use = ["verify"]
        required = true

        [[credential]]
        name = "old_seal"
        level = "app"
        label = "Old seal"
        use = ["verify"]

        [[route]]
        name = "landed"
        level = "app"
        methods = ["POST"]
        [route.verify.RECIPE]
    "#;

    fn said(recipe: &str, rest: &str) -> String {
        let manifest = Manifest::parse(&(MANIFEST.replace("RECIPE", recipe) + rest)).unwrap();
        words(&manifest.routes[0].verify, &manifest)
    }

    #[test]
    fn every_recipe_says_who_vouches_for_what() {
        let table = [
            (
                "hmac",
                "header = \"x-sig\"\ndigest = \"sha1\"\nencoding = \"base64\"\ncredential = \"seal\"\nprevious = [\"old_seal\"]\ntemplate = [\"url-any-port\", \"form-sorted\"]\nbody_sha256_query = \"bodySHA256\"",
                "only what is signed with \"Wax seal\" (seal) or \"Old seal\" (old_seal) is let in (HMAC SHA-1 over the address with or without its port and the sorted form fields, a body that is no form by its SHA-256 in the query parameter bodySHA256, Base64, in x-sig)",
            ),
            (
                "ed25519",
                "header = \"x-sig\"\npublic_key = { setting = \"crest\" }\ntemplate = [\"timestamp\", \"body\"]\ntimestamp = { header = \"x-time\", tolerance_s = 300 }",
                "only what is signed by the owner of the public key in \"Crest\" (crest) is let in (Ed25519 over the time and the body, hexadecimal, in x-sig, not older than 300 seconds by x-time)",
            ),
            (
                "standard-webhooks",
                "credential = \"seal\"\npublic_key = { setting = \"crest\" }",
                "only what is signed with \"Wax seal\" (seal) or by the owner of the public key in \"Crest\" (crest) is let in (Standard Webhooks, not older than 300 seconds)",
            ),
            (
                "shared-secret",
                "place = { json = \"/value/*/clientState\" }\ncredential = \"seal\"",
                "only what brings \"Wax seal\" (seal) in its body at /value/*/clientState is let in; what it says is not signed",
            ),
            (
                "signed-request",
                "credential = \"seal\"",
                "only what is signed with \"Wax seal\" (seal) is let in (the form field signed_request, HMAC SHA-256)",
            ),
            (
                "jwt",
                "algorithms = [\"RS256\", \"ES256\"]\nissuers = [\"https://api.botframework.com\"]\naudience = { setting = \"crest\" }\nkeys = { host = \"login.botframework.com\", path = \"/v1/.well-known/keys\" }\ntolerance_s = 300\nrequire = { serviceurl = { body = \"/serviceUrl\" } }",
                "only what brings a token of \"https://api.botframework.com\" for \"Crest\" (crest) is let in (JWT, RS256 or ES256, in authorization, 300 seconds of tolerance, its serviceurl equal to what the body has at /serviceUrl); what it says is not signed; the host itself reads the keys at https://login.botframework.com/v1/.well-known/keys, without a secret",
            ),
        ];
        for (recipe, rest, expected) in table {
            assert_eq!(said(recipe, rest), expected, "{recipe}");
        }
    }

    #[test]
    fn a_computed_handshake_says_who_is_answered_and_with_which_key() {
        let recipe = "header = \"x-sig\"\ndigest = \"sha256\"\ncredential = \"seal\"\n[route.challenge]\nmethod = \"GET\"\njson = { token = { hmac-sha256 = { of = \"crc_token\", credential = \"seal\" } } }";
        let manifest = Manifest::parse(&(MANIFEST.replace("RECIPE", "hmac") + recipe)).unwrap();
        let challenge = manifest.routes[0].challenge.as_ref().unwrap();
        assert_eq!(
            handshake(challenge, &manifest),
            "JSON, to whoever asks: token, the HMAC SHA-256 of crc_token keyed with \"Wax seal\" (seal)"
        );
    }
}
