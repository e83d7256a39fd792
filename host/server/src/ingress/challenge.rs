//! Subscription handshakes: answered by the manifest's recipe, without running the plugin.

use lockgate_model::manifest::Challenge;
use subtle::ConstantTimeEq;

/// What a request to a route with a challenge recipe is.
#[derive(Debug, PartialEq, Eq)]
pub enum Handshake<'a> {
    /// No handshake: the method or the fixed parameters say otherwise.
    None,
    /// One with the right token; this is the answer's whole body.
    Answer(&'a str),
    /// One with a wrong token, or without one.
    Refused,
}

/// Looks at a request's method and decoded query. `token` is the credential that the recipe names.
pub fn handshake<'a>(
    recipe: &Challenge,
    method: &str,
    query: &'a [(String, String)],
    token: Option<&[u8]>,
) -> Handshake<'a> {
    let only = |name: &str| {
        let mut found = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (found.next(), found.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    };
    if method != recipe.method || recipe.when.iter().any(|(name, value)| only(name) != Some(value)) {
        return Handshake::None;
    }
    let (Some(given), Some(answer), Some(token)) = (only(&recipe.token), only(&recipe.answer), token) else {
        return Handshake::Refused;
    };
    if !token.is_empty() && bool::from(given.as_bytes().ct_eq(token)) {
        Handshake::Answer(answer)
    } else {
        Handshake::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Challenge {
        Challenge {
            method: "GET".into(),
            when: [("hub.mode".to_owned(), "subscribe".to_owned())].into(),
            token: "hub.verify_token".into(),
            credential: "verify_token".into(),
            answer: "hub.challenge".into(),
        }
    }

    fn query(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_right_token_gets_the_challenge_back() {
        let good = query(&[("hub.mode", "subscribe"), ("hub.verify_token", "ours"), ("hub.challenge", "1158201444")]);
        assert_eq!(handshake(&recipe(), "GET", &good, Some(b"ours")), Handshake::Answer("1158201444"));
        assert_eq!(handshake(&recipe(), "POST", &good, Some(b"ours")), Handshake::None);
        assert_eq!(handshake(&recipe(), "GET", &good, Some(b"other")), Handshake::Refused);
        assert_eq!(handshake(&recipe(), "GET", &good, Some(b"")), Handshake::Refused);
        assert_eq!(handshake(&recipe(), "GET", &good, None), Handshake::Refused);
    }

    #[test]
    fn a_parameter_sent_twice_is_nobody_s() {
        let twice = query(&[
            ("hub.mode", "subscribe"),
            ("hub.verify_token", "ours"),
            ("hub.verify_token", "x"),
            ("hub.challenge", "1"),
        ]);
        assert_eq!(handshake(&recipe(), "GET", &twice, Some(b"ours")), Handshake::Refused);
        assert_eq!(handshake(&recipe(), "GET", &query(&[("hub.mode", "unsubscribe")]), Some(b"ours")), Handshake::None);
    }
}
