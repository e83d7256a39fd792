//! Permission = manifest ∩ grant, decided here and nowhere else. What no granted rule covers is denied.

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, Uri};
use lockgate_model::host_name::{Endpoint, HTTPS};
use lockgate_model::manifest::{
    CapturePointer, Effect, EgressRule, Manifest, MediaAddresses, PathPattern, SettingHosts,
};

use crate::effects::Denial;

/// Where a request goes, read once from what the guest wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) method: Method,
    /// As an [`Endpoint`] is written: the name, and behind it the port where it is not the ordinary one.
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
        let host = match Endpoint::read(authority.as_str()) {
            Ok(endpoint) => endpoint.to_string(),
            Err(problem) => return deny(&format!("the host of the address cannot be called: {problem}")),
        };
        let path = if uri.path().is_empty() { "/" } else { uri.path() };
        Ok(Self { method: method.clone(), host, path: path.to_owned(), query: uri.query().map(str::to_owned) })
    }

    /// The host's name alone.
    pub(super) fn name(&self) -> &str {
        self.host.split_once(':').map_or(self.host.as_str(), |(name, _)| name)
    }

    /// The port.
    pub(super) fn port(&self) -> u16 {
        self.host.split_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(HTTPS)
    }

    /// For people: without the query, which may hold what people wrote.
    pub(super) fn words(&self) -> String {
        let path: String = self.path.chars().take(200).collect();
        format!("{} https://{}{path}", self.method, self.host)
    }
}

/// What an admin allowed.
pub(super) struct Allowed<'a> {
    /// Names of egress rules.
    pub(super) grants: &'a BTreeSet<String>,
    /// The hosts that settings hold.
    pub(super) hosts: SettingHosts,
    /// The hosts that were confirmed, by the setting that held them then.
    pub(super) confirmed: &'a BTreeMap<String, String>,
}

impl Allowed<'_> {
    /// Whether the host of a rule is the manifest's own, or what its setting holds now was confirmed as that.
    fn confirms(&self, rule: &EgressRule) -> bool {
        rule.host.setting().is_none_or(|key| {
            let host = self.hosts.get(key).map(ToString::to_string);
            host.is_some() && self.confirmed.get(key) == host.as_ref()
        })
    }
}

/// Whether the host itself may fetch a file from there: a permitted rule names the host, or the manifest has it fetch from any.
///
/// # Errors
///
/// A denial that names the rule whose grant would permit it.
pub(super) fn may_fetch(manifest: &Manifest, allowed: &Allowed<'_>, target: &Target) -> Result<(), Denial> {
    let anywhere = manifest.media.as_ref().is_some_and(|media| media.addresses == MediaAddresses::Public);
    let mut naming = manifest.egress.iter().filter(|rule| rule.names(&allowed.hosts, &target.host)).peekable();
    let first = naming.peek().map(|rule| rule.name.clone());
    if naming.any(|rule| allowed.grants.contains(&rule.name) && allowed.confirms(rule)) {
        return Ok(());
    }
    if anywhere && target.port() == HTTPS {
        return Ok(());
    }
    Err(match first {
        Some(rule) => denial(format!("file from {}: egress {rule:?} is not granted", target.words()), Some(rule)),
        None => denial(format!("file from {}: no egress rule of the manifest names the host", target.words()), None),
    })
}

/// A request that may be made.
#[derive(Debug, PartialEq)]
pub(super) struct Permit<'a> {
    /// The rule that permits it.
    pub(super) rule: &'a EgressRule,
    /// The rule's path pattern that covers it.
    pub(super) pattern: &'a PathPattern,
    /// The gravest effect of all rules that cover it or that a provider could take it for: a second rule cannot make a send
    /// look like a read.
    pub(super) effect: Effect,
    /// Where its answer mints secrets, as any of those rules says: a second rule cannot show the plugin what one has kept.
    pub(super) capture: Vec<&'a CapturePointer>,
}

/// Finds the rule that permits a request.
///
/// # Errors
///
/// A denial that names the rule whose grant would permit it.
pub(super) fn decide<'a>(manifest: &'a Manifest, allowed: &Allowed<'_>, target: &Target) -> Result<Permit<'a>, Denial> {
    let Allowed { grants, hosts, .. } = allowed;
    let (method, host, path) = (target.method.as_str(), target.host.as_str(), target.path.as_str());
    let covering: Vec<(&EgressRule, &PathPattern)> = manifest
        .egress
        .iter()
        .filter_map(|rule| rule.covering(hosts, method, host, path).map(|pattern| (rule, pattern)))
        .collect();
    let granted: Vec<(&EgressRule, &PathPattern)> =
        covering.iter().filter(|(rule, _)| grants.contains(&rule.name)).copied().collect();
    let Some((rule, pattern)) = granted.iter().find(|(rule, _)| allowed.confirms(rule)).copied() else {
        if let Some(key) = granted.iter().find_map(|(rule, _)| rule.host.setting()) {
            let words = format!(
                "{}: the host that the setting {key:?} holds is not confirmed; confirm {} to allow it",
                target.words(),
                target.host
            );
            return Err(denial(words, None));
        }
        return Err(match covering.first() {
            Some((rule, _)) => {
                denial(format!("{}: egress {:?} is not granted", target.words(), rule.name), Some(rule.name.clone()))
            }
            None => uncovered(manifest, hosts, target),
        });
    };
    // Any value for the host's segment will do: what is asked is which other patterns the whole path fits.
    let leaves = pattern.fill(path, "credential");
    let meant = || {
        manifest.egress.iter().filter(|rule| {
            rule.covers(hosts, method, host, path)
                || leaves.as_deref().is_some_and(|leaves| rule.resembles(hosts, method, host, leaves))
        })
    };
    let effect = meant().map(|rule| rule.effect).max_by_key(|effect| gravity(*effect)).unwrap_or(Effect::Send);
    let capture = meant().flat_map(|rule| &rule.capture).collect();
    Ok(Permit { rule, pattern, effect, capture })
}

/// Says of a path that holds a segment of the guest's own where the host writes one that this is the reason.
fn uncovered(manifest: &Manifest, hosts: &SettingHosts, target: &Target) -> Denial {
    let written = |rule: &&EgressRule| {
        rule.places.iter().any(|place| place.path)
            && rule.resembles(hosts, target.method.as_str(), &target.host, &target.path)
    };
    match manifest.egress.iter().find(written) {
        // Without the path: what stands there may be somebody's credential.
        Some(rule) => denial(
            format!(
                "{} https://{}: the host writes a credential of egress {:?} into the path; leave its segment out",
                target.method, target.host, rule.name
            ),
            None,
        ),
        None => denial(format!("{}: no egress rule of the manifest covers it", target.words()), None),
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
    use std::collections::{BTreeMap, BTreeSet};

    use http::{Method, Uri};
    use lockgate_model::contract::settings::{Setting, SettingValue};
    use lockgate_model::manifest::{Effect, Manifest};

    use super::{Allowed, Denial, Permit, Target};

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

            [[egress]]
            name = "bot"
            host = "bots.example.com"
            methods = ["POST"]
            paths = ["/bot{token}/sendMessage"]
            effect = "send"
            place = [{ credential = "token", path = true }]

            [[egress]]
            name = "any-bot"
            host = "bots.example.com"
            methods = ["POST"]
            paths = ["/*/*", "/bots/*"]
            effect = "read"
            "#,
        )
        .unwrap()
    }

    /// With no host from a setting.
    fn decide<'a>(manifest: &'a Manifest, grants: &BTreeSet<String>, target: &Target) -> Result<Permit<'a>, Denial> {
        let allowed = Allowed { grants, hosts: BTreeMap::new(), confirmed: &BTreeMap::new() };
        super::decide(manifest, &allowed, target)
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
    fn another_spelling_of_a_send_stays_a_send() {
        let manifest = manifest();
        for uri in ["https://api.example.com/mess%61ges", "https://api.example.com/Messages"] {
            let permit = decide(&manifest, &grants(&["look"]), &target(Method::POST, uri)).map(|permit| permit.effect);
            assert_eq!(permit, Ok(Effect::Send), "{uri}");
        }
        let other = decide(&manifest, &grants(&["look"]), &target(Method::GET, "https://api.example.com/messages"));
        assert_eq!(other.map(|permit| permit.effect), Ok(Effect::Read), "of another method it is another request");
    }

    #[test]
    fn a_second_rule_does_not_show_what_one_keeps() {
        let mut manifest = manifest();
        manifest.egress[1].capture = vec![serde_json::from_value(serde_json::json!("/token")).unwrap()];
        for uri in ["https://api.example.com/messages", "https://api.example.com/Messages"] {
            let target = target(Method::POST, uri);
            let permit = decide(&manifest, &grants(&["look"]), &target).unwrap();
            assert_eq!((permit.rule.name.as_str(), permit.capture[0].as_str()), ("look", "/token"));
        }
        let other = target(Method::POST, "https://api.example.com/other");
        assert!(decide(&manifest, &grants(&["look"]), &other).unwrap().capture.is_empty());
    }

    #[test]
    fn the_segment_that_the_host_writes_is_not_the_guests() {
        let manifest = manifest();
        let decide = |names: &[&str], path: &str| {
            let target = target(Method::POST, &format!("https://bots.example.com{path}"));
            decide(&manifest, &grants(names), &target)
                .map(|permit| (permit.rule.name.clone(), permit.pattern.as_str().to_owned(), permit.effect))
                .map_err(|denial| denial.what)
        };
        let bot = ("bot".to_owned(), "/bot{token}/sendMessage".to_owned(), Effect::Send);
        assert_eq!(decide(&["bot"], "/sendMessage"), Ok(bot));
        let denied = decide(&["bot"], "/bot1:mine/sendMessage").unwrap_err();
        assert!(denied.contains("\"any-bot\" is not granted"), "{denied}");
        // With a credential of its own in the path, it is still a request that sends.
        let own = decide(&["bot", "any-bot"], "/bot1:mine/sendMessage").unwrap();
        assert_eq!(own, ("any-bot".to_owned(), "/*/*".to_owned(), Effect::Send));
        let mut without = manifest.clone();
        without.egress.retain(|rule| rule.name != "any-bot");
        let uri = "https://bots.example.com/bot1:mine/sendMessage";
        let denied = self::decide(&without, &grants(&["bot"]), &target(Method::POST, uri)).unwrap_err();
        assert!(denied.what.contains("leave its segment out") && !denied.what.contains("mine"), "{}", denied.what);
        assert_eq!(denied.grant, None);
    }

    #[test]
    fn a_host_has_one_spelling_and_one_port() {
        for (uri, host) in [
            ("https://API.Example.com/x", "api.example.com"),
            ("https://api.example.com:443/x", "api.example.com"),
            ("https://api.example.com:8443/x", "api.example.com:8443"),
            ("https://XN--BCHER-KVA.example/x", "xn--bcher-kva.example"),
        ] {
            let target = target(Method::GET, uri);
            assert_eq!(target.host, host);
            assert_eq!(format!("{}:{}", target.name(), target.port()).trim_end_matches(":443"), host);
        }
    }

    #[test]
    fn the_host_of_a_setting_is_called_once_it_is_confirmed_as_that() {
        let text = r#"
            [plugin]
            id = "p"
            name = "P"
            version = "1.0.0"
            contract = "lockgate:channel@0.1.0-dev.1"
            description = "For a test."

            [[setting]]
            key = "server"
            level = "channel"
            label = "Server"
            required = true

            [[egress]]
            name = "sync"
            host = "{settings.server}"
            methods = ["GET"]
            paths = ["/sync"]
            effect = "read"
        "#;
        let manifest = Manifest::parse(text).unwrap();
        let decide = |setting: &str, confirmed: &[(&str, &str)], granted: &[&str], uri: &str| {
            let settings = [Setting { key: "server".into(), value: SettingValue::Text(setting.into()) }];
            let confirmed = confirmed.iter().map(|(key, host)| (key.to_string(), host.to_string())).collect();
            let grants = grants(granted);
            let allowed = Allowed { grants: &grants, hosts: manifest.setting_hosts(&settings), confirmed: &confirmed };
            super::decide(&manifest, &allowed, &target(Method::GET, uri)).map(|_| ()).map_err(|denial| denial.what)
        };
        let (host, uri, confirmed) =
            ("matrix.example.org", "https://matrix.example.org/sync", [("server", "matrix.example.org")]);
        for setting in [host, "https://Matrix.example.org/", "https://matrix.example.org:443"] {
            assert_eq!(decide(setting, &confirmed, &["sync"], uri), Ok(()), "{setting}");
        }
        let unconfirmed = decide(host, &[], &["sync"], uri).unwrap_err();
        assert!(unconfirmed.contains("confirm matrix.example.org to allow it"), "{unconfirmed}");
        for (case, setting, confirmed, granted, uri) in [
            ("another value was confirmed", host, [("server", "matrix.example.com")], &["sync"][..], uri),
            (
                "another port was confirmed",
                "matrix.example.org:8448",
                confirmed,
                &["sync"],
                "https://matrix.example.org:8448/sync",
            ),
            ("as another setting it was confirmed", host, [("other", host)], &["sync"], uri),
            ("nothing is granted", host, confirmed, &[], uri),
            ("the setting was changed since", "evil.example.org", confirmed, &["sync"], uri),
            (
                "the setting was changed, and what it holds is called",
                "evil.example.org",
                confirmed,
                &["sync"],
                "https://evil.example.org/sync",
            ),
            ("the setting is an address", "127.0.0.1", [("server", "127.0.0.1")], &["sync"], uri),
            ("another host is called", host, confirmed, &["sync"], "https://matrix.example.com/sync"),
            ("a host below is called", host, confirmed, &["sync"], "https://a.matrix.example.org/sync"),
            ("another path is called", host, confirmed, &["sync"], "https://matrix.example.org/send"),
        ] {
            assert!(decide(setting, &confirmed, granted, uri).is_err(), "{case}");
        }
    }

    #[test]
    fn an_address_is_plain_https_by_name() {
        for uri in [
            "http://api.example.com/x",
            "https://api.example.com:0/x",
            "https://api.example.com:08443/x",
            "https://api.example.com:/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://0177.0.0.1/x",
            "https://127.1/x",
            "https://127.0.0.1./x",
            "https://localhost/x",
            "https://xn--a.example/x",
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
