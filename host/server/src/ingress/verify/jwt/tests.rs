//! Tokens: the vectors of RFC 7515 and RFC 8037, a token of each algorithm made by another library, and every form that is not
//! the provider's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::{Digest, Verify};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;

mod claims;

use super::super::hmac;
use super::super::tests::{Case, key, recipe};
use super::*;

/// RFC 7515, A.2.1.
const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
         T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB\
         dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia\
         GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

/// RFC 7515, A.3.1.
const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
const D: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

/// RFC 8037, A.2.
const ED: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// RFC 7515, A.1 to A.5.
const A1: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9\
         leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const A2: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19\
         yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt\
         _O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb\
         1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI\
         8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19\
         yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU\
         1Q";
const A4: &str = "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2\
         SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXo\
         lLzeO_Jn";
const A5: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19y\
         b290Ijp0cnVlfQ.";

/// RFC 8037, A.4.
const EDDSA: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6\
         dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/// Now, in the tests: the time at which the tokens of RFC 7515 expire.
const EXP: u64 = 1_300_819_380;

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Whether the signature of a token is one by this key, whatever it signs.
fn signed(token: &str, key: &DecodingKey, algorithm: Algorithm) -> bool {
    signature::install();
    let (message, signature) = token.rsplit_once('.').unwrap();
    jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, algorithm).unwrap_or(false)
}

/// With one bit of the signed text changed.
fn changed(token: &str) -> String {
    let (head, rest) = token.split_once('.').unwrap();
    let other = if rest.starts_with('A') { "B" } else { "A" };
    format!("{head}.{other}{}", &rest[1..])
}

fn rsa() -> DecodingKey {
    DecodingKey::from_rsa_components(N, "AQAB").unwrap()
}

fn ec() -> DecodingKey {
    DecodingKey::from_ec_components(X, Y).unwrap()
}

fn ed() -> DecodingKey {
    DecodingKey::from_ed_components(ED).unwrap()
}

#[test]
fn vector_rfc_7515_a2_rs256() {
    assert!(signed(A2, &rsa(), Algorithm::RS256));
    assert!(!signed(&changed(A2), &rsa(), Algorithm::RS256));
    for other in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA] {
        assert!(!signed(A2, &rsa(), other), "{other:?}");
    }
    // A zero before the number, as some providers write it.
    let padded = DecodingKey::from_rsa_raw_components(&[&[0], bytes(N).as_slice()].concat(), &[0, 1, 0, 1]);
    assert!(signed(A2, &padded, Algorithm::RS256));
}

#[test]
fn vector_rfc_7515_a3_es256() {
    assert!(signed(A3, &ec(), Algorithm::ES256));
    assert!(!signed(&changed(A3), &ec(), Algorithm::ES256));
    assert!(!signed(A3, &ec(), Algorithm::ES384));
}

#[test]
fn vector_rfc_8037_a4_eddsa() {
    assert!(signed(EDDSA, &ed(), Algorithm::EdDSA));
    assert!(!signed(&changed(EDDSA), &ed(), Algorithm::EdDSA));
    // Keys of other lengths, and one of the few for which everybody can sign.
    for wrong in [&[][..], &[1; 5], &[1; 31], &[1; 33], &[0; 32]] {
        assert!(!signed(EDDSA, &DecodingKey::from_ed_der(wrong), Algorithm::EdDSA), "{wrong:?}");
    }
}

/// A.1 is a keyed hash, A.4 on a curve that no recipe can name, A.5 not signed at all.
#[test]
fn vector_rfc_7515_a1_a4_a5_are_not_believed() {
    let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let any = everything();
    for (token, why) in [(A1, Unauthentic::Wrong), (A4, Unauthentic::Malformed), (A5, Unauthentic::Malformed)] {
        let case = bearer(token).published(&json!({ "keys": [{ "kty": "oct", "kid": "k", "k": secret }] }));
        assert_eq!(case.tried(&any, &[]), Err(why), "{token}");
        assert!(!signed(token, &DecodingKey::from_secret(&bytes(secret)), Algorithm::HS256), "{token}");
    }
}

/// A recipe that permits all there is.
fn everything() -> Verify {
    recipe(json!({ "jwt": {
        "algorithms": ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"],
        "issuers": ["joe", "jane"], "audience": { "value": "us" }, "keys": { "host": "keys.example.com", "path": "/keys" },
        "claims": ["sub", "missing", "admin"],
    } }))
}

fn bearer(token: &str) -> Case {
    Case::new("{}").header("authorization", &format!("Bearer {token}")).at(EXP - 1).published(&key_set())
}

fn key_set() -> Value {
    json!({ "keys": [
        { "kty": "RSA", "kid": "rsa", "use": "sig", "n": N, "e": "AQAB", "x5t": "x", "endorsements": ["msteams"] },
        { "kty": "EC", "kid": "ec", "crv": "P-256", "x": X, "y": Y },
        {
            "kty": "EC", "kid": "p384", "crv": "P-384", "alg": "ES384",
            "x": "3jFAKHXfREui0g1JL3sVw4v9zpa7g6KR9usigaKUY7GW2SAprLj1WTMRGp_PVcdI",
            "y": "J2Cigg4K0zYEdPEw5pMWFKSpmy_w7S7v2IYBf59U26gpCFmLC2QseEoYK3yMqIGs",
        },
        { "kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": ED },
    ] })
}

/// Made with Python's `cryptography` and the private keys of the RFCs.
#[test]
fn a_token_of_every_algorithm_is_believed() {
    for (algorithm, kid, token) in [
        (
            "RS256",
            "rsa",
            "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJqb2UiLCJhdWQiOiJ1cyIsImV4cCI6MTMwMDgxOTM4MH0.jwMTeX7\
         iOQfJ9-JBOBoIRtL_ZeMBsepAEcbijYCEXiwCOHjqe93KG3oFKTm_rFxdsDep3gohqel0WpsIrgT6h7T9MmwrSY8Sn8Jv9iWL0Lc\
         pa2kMQklDCDquAYLVfSUPAEZ_jJkIZ7HNl-N22uv5-JYpztqWfE2oE1XcOPpkA2C2KUR2WkYcndf0CZnhm81su-KMSvGnaT5rU56\
         a2nzrgW8CnkIc3VIX1eTW7qJ1yAQxSUv0ZFt8zcC0RsW753nepwZwjjQs1RTEvL-imflJGPwfCwxOeeek3HR75HWF0SuGdmWTad6\
         Dy5o0UBbxRsqaPCMgdSnUop8uN-DQkUJSmA",
        ),
        (
            "RS384",
            "rsa",
            "eyJhbGciOiJSUzM4NCIsImtpZCI6InJzYSJ9.eyJpc3MiOiJqb2UiLCJhdWQiOiJ1cyIsImV4cCI6MTMwMDgxOTM4MH0.k_x688K\
         Rvbi3LIyRRzjlRt7Zo0I0sSFz9CNMMXffNE2dK6BvoOWHVeVlqw3JODh6vxs2Qec9f_9qNYDtPoRL4_pC-8LBB9e9apHv5SGv4vy\
         qFMqCCl9QeTeH2Th8vfq64D3jvyhu9MVKJX9F0br7hrxWuMT18lzZRZV6R9nBp6eHRx5PBIbvXgSqKmr-2c4PbLLCW4oH8jn3gUX\
         JM01A_oo5S4NKs5ktPo8H0GSdVtcFtJz-oB9CqXxF1EgqRhxXVmhQ5QQkvuiZLg5GkmJHgPWGtOP7zCJSPzFWNq1PCkVg4pzuI-I\
         DM9CtELRZ-Eu8g5A7mmHGjIdtOFAp7YxQqw",
        ),
        (
            "RS512",
            "rsa",
            "eyJhbGciOiJSUzUxMiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJqb2UiLCJhdWQiOiJ1cyIsImV4cCI6MTMwMDgxOTM4MH0.HE6qWGH\
         FfLezgmjDcLF06sWWiZmall5fuwVrZgtk4zWmAu0uUm4riIt_L_zBkJVskZXhMfMBWqBkwQeLer4nZWY7bqdpsF1E_Fuiw7LmUcJ\
         C3gIm1R_u0XUqqkaRxL6e7oSzk4BQARxQxXu_2eYDwvsdEQMZbT5ZYUOGkXGZbWTqQ0uuWGi4AVE6j3bB1d3pAgt8piibGYqUVLs\
         Gl_81ts3rqAY2R_VN2X1YyASjLsvrhzozuS6bpigIh8nGkRTPqEJebzfANOx4PU73eTqRTQhQ1sCFO3efxmnXogeLFGE3olIe28Y\
         uhj_fnvovGl-YMUke_ADtEXd4ia4tP7fAUg",
        ),
        (
            "PS256",
            "rsa",
            "eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSJ9.eyJpc3MiOiJqb2UiLCJhdWQiOiJ1cyIsImV4cCI6MTMwMDgxOTM4MH0.cpHSjia\
         2Fc7nC8m5mBXFWATnaVrtGSNlzT2LmIQ55qyODQgJkj4n1ImX1VTDbHLpnFWgq6QkrPTZhvkTzuY5EoeOTjAa8ZIrn55_BMEHo_1\
         1p_PcSZf2-V-6c7mlgs5wrlvdDvuSe4XSg5WG3IDzYkr9COUrCJK_hbd1Y8aWp-FqXhot0LZko63vBi_DqoatHIjSy2vpiAMLxhz\
         0abZtPglB3iSvingNf4m_-T7OapUi4n8zVTs-quWSDGOce2VTW1M9kvE5vWi0xv2AOhn-06h2K-BEyY2-P0nVqudz5FjITwG_O5l\
         ZjNkm_JKWchXDN2NWXn1jh4cMFgrPhMcXeQ",
        ),
        (
            "ES256",
            "ec",
            "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjIn0.eyJpc3MiOiJqb2UiLCJhdWQiOiJ1cyIsImV4cCI6MTMwMDgxOTM4MH0.wSC6qjfE\
         WWvCzMVzQ-MRIPL7ncyYPs-cYy1pqjGmWQoAvOLF1YsXvrMKuYyNbFX79d79IjpHdycLOY_nFLFeMg",
        ),
        (
            "ES384",
            "p384",
            "eyJhbGciOiJFUzM4NCIsImtpZCI6InAzODQifQ.eyJpc3MiOiJqb2UiLCJhdWQiOiJ1cyIsImV4cCI6MTMwMDgxOTM4MH0._l3aO\
         1CPUQnfriRjhOom1gpJmyHQbyK8tGkP3m3SiERUdjr776yP86UbXAkdZwr-UeFQM3YVcoVdWuJn0g3zakcRU4yXRl5j7idFOMFqX\
         T_b2mAN_DGdM9PlMNdrxst1",
        ),
        (
            "EdDSA",
            "ed",
            "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkIn0.eyJpc3MiOiJqb2UiLCJhdWQiOiJ1cyIsImV4cCI6MTMwMDgxOTM4MH0.YJPObPMW\
         9xXE7jCfs0AT5gj_YPMhwtFdWaJQqvH76cC9H_7CKOKPwXemESVTl2QlWopH6OSxCcFHgt-Dwc1QCQ",
        ),
    ] {
        assert_eq!(bearer(token).tried(&everything(), &[]), Ok(kid.into()), "{algorithm}");
        let mut only = serde_json::to_value(everything()).unwrap();
        only["jwt"]["algorithms"] = json!([algorithm]);
        assert_eq!(bearer(token).tried(&recipe(only.clone()), &[]), Ok(kid.into()), "{algorithm}");
        only["jwt"]["algorithms"] = json!([if algorithm == "ES256" { "RS256" } else { "ES256" }]);
        assert_eq!(bearer(token).tried(&recipe(only), &[]), Err(Unauthentic::Wrong), "{algorithm}");
        assert_eq!(bearer(&changed(token)).tried(&everything(), &[]), Err(Unauthentic::Wrong), "{algorithm}");
    }
}

/// A token signed with the key of RFC 7515, A.3.
fn es256(header: &Value, claims: &Value) -> String {
    let random = SystemRandom::new();
    let point = [&[4][..], &bytes(X), &bytes(Y)].concat();
    let key =
        EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes(D), &point, &random)
            .unwrap();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = key.sign(&random, message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn head() -> Value {
    json!({ "alg": "ES256", "kid": "ec", "typ": "JWT" })
}

fn claims() -> Value {
    json!({ "iss": "joe", "aud": "us", "exp": EXP, "sub": "42", "admin": true })
}

/// With one member another; none: without it.
fn with(mut value: Value, name: &str, other: Option<Value>) -> Value {
    let members = value.as_object_mut().unwrap();
    match other {
        Some(other) => members.insert(name.into(), other),
        None => members.remove(name),
    };
    value
}

#[test]
fn a_plugin_is_handed_the_claims_that_its_manifest_names_and_never_the_token() {
    let verified = bearer(&es256(&head(), &claims())).keyed(&everything(), &[], &[]).unwrap();
    let verification = verified.verification().unwrap();
    assert_eq!((verification.recipe.as_str(), verification.key.as_deref()), ("jwt", Some("ec")));
    let handed: Vec<_> = verification.claims.iter().map(|pair| (pair.name.as_str(), pair.value.as_str())).collect();
    assert_eq!(handed, [("sub", "42"), ("admin", "true")]);
    assert!(verified.withholds(&http::header::AUTHORIZATION));
}

#[test]
fn a_header_of_another_form_is_refused() {
    let permits = everything();
    for (what, header, expected) in [
        ("no kid", with(head(), "kid", None), Unauthentic::Malformed),
        ("an empty kid", with(head(), "kid", Some(json!(""))), Unauthentic::Malformed),
        ("a kid that is no text", with(head(), "kid", Some(json!(1))), Unauthentic::Malformed),
        ("a kid without end", with(head(), "kid", Some(json!("k".repeat(300)))), Unauthentic::Malformed),
        ("an unknown kid", with(head(), "kid", Some(json!("other"))), Unauthentic::Wrong),
        ("the kid of another key", with(head(), "kid", Some(json!("rsa"))), Unauthentic::Wrong),
        ("a kid in another case", with(head(), "kid", Some(json!("EC"))), Unauthentic::Wrong),
        ("no algorithm", with(head(), "alg", None), Unauthentic::Malformed),
        ("none", with(head(), "alg", Some(json!("none"))), Unauthentic::Malformed),
        ("another case", with(head(), "alg", Some(json!("es256"))), Unauthentic::Malformed),
        ("another algorithm", with(head(), "alg", Some(json!("RS256"))), Unauthentic::Wrong),
        ("a keyed hash", with(head(), "alg", Some(json!("HS256"))), Unauthentic::Wrong),
        ("what must be understood", with(head(), "crit", Some(json!(["b64"]))), Unauthentic::Malformed),
        ("nothing that must be understood", with(head(), "crit", Some(json!([]))), Unauthentic::Malformed),
    ] {
        let case = bearer(&es256(&header, &claims()));
        assert_eq!(case.tried(&permits, &[]), Err(expected), "{what}");
    }
}

/// Whoever can read a provider's public key must not be able to sign with it.
#[test]
fn a_keyed_hash_with_the_public_key_is_no_signature() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n-----END PUBLIC KEY-----\n";
    let point = [&[4][..], &bytes(X), &bytes(Y)].concat();
    for secret in [pem.as_bytes(), pem.trim().as_bytes(), &point, &bytes(X), X.as_bytes(), N.as_bytes(), &bytes(N)] {
        for (kid, key) in [("ec", ec()), ("rsa", rsa()), ("ed", ed())] {
            let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "kid": kid }).to_string());
            let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims().to_string()));
            let tag = hmac::tag(Digest::Sha256, secret, &[&message]).unwrap();
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
            assert_eq!(bearer(&token).tried(&everything(), &[]), Err(Unauthentic::Wrong), "{kid}");
            // The second fence: no key is ever the secret of a keyed hash.
            assert!(!signed(&token, &key, Algorithm::HS256), "{kid}");
        }
    }
}

#[test]
fn keys_that_a_token_brings_along_are_not_looked_at() {
    let own = json!({ "kty": "EC", "crv": "P-256", "x": X, "y": Y, "kid": "mine" });
    let header = json!({ "alg": "ES256", "kid": "mine", "jwk": own, "jku": "https://evil.example.org/keys", "x5u": "https://evil.example.org" });
    let token = es256(&header, &claims());
    assert_eq!(bearer(&token).tried(&everything(), &[]), Err(Unauthentic::Wrong));
    let beside = with(header, "kid", Some(json!("ec")));
    assert_eq!(bearer(&es256(&beside, &claims())).tried(&everything(), &[]), Ok("ec".into()));
}

#[test]
fn a_token_is_written_in_its_one_way() {
    let good = es256(&head(), &claims());
    let [first, second, third] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let permits = everything();
    for (what, wrong) in [
        ("nothing", String::new()),
        ("no parts", "x".into()),
        ("dots", "..".into()),
        ("two parts", format!("{first}.{second}")),
        ("four parts", format!("{good}.x")),
        ("five parts, as if encrypted", format!("{good}.x.y")),
        ("no signature", format!("{first}.{second}.")),
        ("half a signature", format!("{first}.{second}.{}", &third[..third.len() / 2])),
        ("a longer signature", format!("{good}AAAA")),
        ("padding", format!("{good}==")),
        ("a space before", format!(" {good}")),
        ("a space within", format!("{first}. {second}.{third}")),
        ("the other Base64", good.replace('-', "+").replace('_', "/") + "+"),
        ("in capitals", good.to_uppercase()),
        ("beyond ASCII", format!("{first}.{second}é.{third}")),
        ("without end", format!("{first}.{}.{third}", "A".repeat(LONGEST))),
        ("two tokens", format!("{good},{good}")),
    ] {
        let tried = bearer(&wrong).tried(&permits, &[]);
        assert!(matches!(tried, Err(Unauthentic::Malformed | Unauthentic::Wrong)), "{what}: {tried:?}");
    }
    let case = |value: &str| Case::new("{}").header("authorization", value).at(EXP - 1).published(&key_set());
    for (value, expected) in [
        (format!("Bearer {good}"), Ok("ec".to_owned())),
        (format!("bearer {good}"), Ok("ec".to_owned())),
        (good.clone(), Err(Unauthentic::Malformed)),
        (format!("Bearer{good}"), Err(Unauthentic::Malformed)),
        (format!("Bearer  {good}"), Err(Unauthentic::Malformed)),
        (format!("Basic  {good}"), Err(Unauthentic::Malformed)),
        ("Bearer".to_owned(), Err(Unauthentic::Malformed)),
        ("Bärer x".to_owned(), Err(Unauthentic::Malformed)),
        (String::new(), Err(Unauthentic::Malformed)),
    ] {
        assert_eq!(case(&value).tried(&permits, &[]), expected, "{value}");
    }
    let doubled = bearer(&good).header("authorization", &format!("Bearer {good}"));
    assert_eq!(doubled.tried(&permits, &[]), Err(Unauthentic::Malformed));
    let none = Case::new("{}").published(&key_set());
    assert_eq!(none.tried(&permits, &[]), Err(Unauthentic::Unsigned));
}

#[test]
fn a_token_has_an_end() {
    let Verify::Jwt(recipe) = everything() else { panic!() };
    let longest = |length: usize| {
        let headers = [(http::header::AUTHORIZATION, format!("Bearer {}", "a".repeat(length)).parse().unwrap())];
        token(&recipe, &HeaderMap::from_iter(headers)).map(str::len)
    };
    assert_eq!(longest(LONGEST), Ok(LONGEST));
    assert_eq!(longest(LONGEST + 1), Err(Unauthentic::Malformed));
}
