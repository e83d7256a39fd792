//! Permission = manifest ∩ grant, decided here and nowhere else. What no granted rule covers is denied.

use std::collections::BTreeSet;

use http::{Method, Uri};
use lockgate_model::manifest::{Effect, EgressRule, Manifest};

use crate::effects::Denial;

/// Where a request goes, read once from what the guest wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) method: Method,
    /// Lower case, without port.
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
}

impl Target {
    /// Reads a guest's method and address.
    ///
    /// # Errors
    ///
    /// A denial where the address is not plain `https://name/path`.
    pub(super) fn read(method: &Method, uri: &Uri) -> Result<Self, Denial> {
        let deny = |what: &str| Err(denial(what.to_owned(), None));
        if uri.scheme_str() != Some("https") {
            return deny("only https addresses can be called");
        }
        let Some(authority) = uri.authority() else {
            return deny("the address names no host");
        };
        if authority.as_str().contains('@') {
            return deny("an address with a user name cannot be called");
        }
        let port_fits = authority.port_u16() == Some(443) || !authority.as_str().contains(':');
        if !port_fits {
            return deny("only the ordinary port of https can be called");
        }
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() || host.ends_with('.') || host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok() {
            return deny("an address is called by a host name, written out without a dot at its end");
        }
        let path = if uri.path().is_empty() { "/" } else { uri.path() };
        Ok(Self { method: method.clone(), host, path: path.to_owned(), query: uri.query().map(str::to_owned) })
    }

    /// For people: without the query, which may hold what people wrote.
    pub(super) fn words(&self) -> String {
        let path: String = self.path.chars().take(200).collect();
        format!("{} https://{}{path}", self.method, self.host)
    }
}

/// A request that may be made.
#[derive(Debug, PartialEq)]
pub(super) struct Permit<'a> {
    /// The rule that permits it.
    pub(super) rule: &'a EgressRule,
    /// The gravest effect of all rules that cover it: a second rule cannot make a send look like a read.
    pub(super) effect: Effect,
}

/// Finds the rule that permits a request.
///
/// # Errors
///
/// A denial that names the rule whose grant would permit it.
pub(super) fn decide<'a>(
    manifest: &'a Manifest,
    grants: &BTreeSet<String>,
    target: &Target,
) -> Result<Permit<'a>, Denial> {
    let covering: Vec<&EgressRule> =
        manifest.egress.iter().filter(|rule| rule.covers(target.method.as_str(), &target.host, &target.path)).collect();
    let effect = covering.iter().map(|rule| rule.effect).max_by_key(|effect| gravity(*effect)).unwrap_or(Effect::Send);
    match covering.iter().find(|rule| grants.contains(&rule.name)) {
        Some(rule) => Ok(Permit { rule, effect }),
        None => Err(match covering.first() {
            Some(rule) => {
                denial(format!("{}: egress {:?} is not granted", target.words(), rule.name), Some(rule.name.clone()))
            }
            None => denial(format!("{}: no egress rule of the manifest covers it", target.words()), None),
        }),
    }
}

fn gravity(effect: Effect) -> u8 {
    match effect {
        Effect::Read => 0,
        Effect::Prepare => 1,
        Effect::Send => 2,
    }
}

pub(super) fn denial(what: String, grant: Option<String>) -> Denial {
    Denial { what, grant }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use http::{Method, Uri};
    use lockgate_model::manifest::{Effect, Manifest};

    use super::{Target, decide};

    fn manifest() -> Manifest {
        Manifest::parse(
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
            name = "look"
            host = "api.example.com"
            methods = ["GET", "POST"]
            paths = ["/*"]
            effect = "read"

            [[egress]]
            name = "send"
            host = "api.example.com"
            methods = ["POST"]
            paths = ["/messages"]
            effect = "send"
            place = [{ credential = "token", header = "authorization", prefix = "Bearer " }]
            "#,
        )
        .unwrap()
    }

    fn target(method: Method, uri: &str) -> Target {
        Target::read(&method, &uri.parse::<Uri>().unwrap()).unwrap()
    }

    fn grants(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_not_granted_is_denied_and_the_denial_names_the_grant() {
        let manifest = manifest();
        let denied =
            decide(&manifest, &grants(&[]), &target(Method::GET, "https://api.example.com/x?secret=1")).unwrap_err();
        assert_eq!(denied.grant.as_deref(), Some("look"));
        assert!(!denied.what.contains("secret"));
        let unknown = decide(&manifest, &grants(&["look", "send"]), &target(Method::GET, "https://evil.example.com/x"))
            .unwrap_err();
        assert_eq!(unknown.grant, None);
        for (method, uri) in [
            (Method::DELETE, "https://api.example.com/x"),
            (Method::GET, "https://api.example.com/x/y"),
            (Method::GET, "https://api.example.com/%2e%2e"),
            (Method::GET, "https://api.example.com.evil.org/x"),
        ] {
            assert!(decide(&manifest, &grants(&["look", "send"]), &target(method, uri)).is_err(), "{uri}");
        }
    }

    #[test]
    fn a_read_rule_over_a_send_rule_stays_a_send() {
        let manifest = manifest();
        let target = target(Method::POST, "https://API.example.com:443/messages");
        let permit = decide(&manifest, &grants(&["look"]), &target).unwrap();
        assert_eq!((permit.rule.name.as_str(), permit.effect), ("look", Effect::Send));
    }

    #[test]
    fn an_address_is_plain_https_by_name() {
        for uri in [
            "http://api.example.com/x",
            "https://api.example.com:8443/x",
            "https://user@api.example.com/x",
            "https://user:pass@api.example.com/x",
            "https://api.example.com./x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://[::ffff:7f00:1]/x",
            "ftp://api.example.com/x",
            "/x",
        ] {
            assert!(Target::read(&Method::GET, &uri.parse().unwrap()).is_err(), "{uri}");
        }
    }
}
