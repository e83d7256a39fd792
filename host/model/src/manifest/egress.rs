//! What a plugin may call, and where the host writes which credential.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::capture::CapturePointer;
use super::pattern::{HostPattern, PathPattern};
use crate::host_name::Endpoint;

/// The hosts that settings hold, by key: what `{settings.key}` stands for. What cannot be read as a host is not in it.
pub type SettingHosts = BTreeMap<String, Endpoint>;

/// `[[egress]]`: some methods and paths of one host. What no rule covers is denied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressRule {
    /// Lower-case letters, digits and hyphens; how a grant and a denial name it.
    pub name: String,
    /// The host, always https; see [`HostPattern`].
    pub host: HostPattern,
    /// Upper-case methods.
    pub methods: Vec<String>,
    /// Path patterns.
    pub paths: Vec<PathPattern>,
    /// What such a request does.
    pub effect: Effect,
    /// Where credentials are written in.
    #[serde(default, rename = "place")]
    pub places: Vec<Place>,
    /// Where its answers hold secrets that the provider mints. The host keeps those; the plugin gets handles in their stead.
    #[serde(default)]
    pub capture: Vec<CapturePointer>,
}

/// What a request does at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Prepares a send (an upload); doing it again does no harm.
    Prepare,
    /// May put something before a contact. Marked as departing before its first byte leaves.
    Send,
}

/// Where a credential is written: exactly one of `header`, `query`, `path`, `form` and `json`. A request that holds a value of the
/// plugin's own there does not leave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of a credential declared `use = ["egress"]`, or of a derived value.
    pub credential: String,
    /// The header's name, in lower case.
    #[serde(default)]
    pub header: Option<String>,
    /// The query parameter's name.
    #[serde(default)]
    pub query: Option<String>,
    /// The path segment that each path of the rule shows as `{credential}`; the plugin leaves it out.
    #[serde(default)]
    pub path: bool,
    /// The field's name in a body of `application/x-www-form-urlencoded`.
    #[serde(default)]
    pub form: Option<String>,
    /// The field of a body of `application/json`, as a JSON pointer (RFC 6901) of object keys: `/token`, `/auth/token`.
    #[serde(default)]
    pub json: Option<String>,
    /// What is written before the credential in a header.
    #[serde(default)]
    pub prefix: String,
}

/// A place, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind<'a> {
    /// A header of this name.
    Header(&'a str),
    /// A query parameter of this name.
    Query(&'a str),
    /// The segment that the path pattern shows.
    Path,
    /// A form field of this name.
    Form(&'a str),
    /// The JSON field at this pointer.
    Json(&'a str),
}

impl Place {
    /// Which kind of place it is; none where it names none or several, which no checked manifest has.
    pub fn kind(&self) -> Option<PlaceKind<'_>> {
        let named = [
            self.header.as_deref().map(PlaceKind::Header),
            self.query.as_deref().map(PlaceKind::Query),
            self.path.then_some(PlaceKind::Path),
            self.form.as_deref().map(PlaceKind::Form),
            self.json.as_deref().map(PlaceKind::Json),
        ];
        let mut named = named.into_iter().flatten();
        named.next().filter(|_| named.next().is_none())
    }
}

/// The keys of a JSON pointer of object keys, outermost first; none where the text is no pointer, or points at the whole.
pub fn pointer_keys(pointer: &str) -> Option<Vec<String>> {
    let key = |text: &str| {
        // RFC 6901: `~0` is `~` and `~1` is `/`; a `~` before anything else means nothing.
        let stray = text.replace("~0", "").replace("~1", "").contains('~');
        (!stray).then(|| text.replace("~1", "/").replace("~0", "~"))
    };
    pointer.strip_prefix('/')?.split('/').map(key).collect()
}

impl EgressRule {
    /// Whether a request, as the guest writes it, is covered by this rule. `settings` are the hosts that settings hold.
    pub fn covers(&self, settings: &SettingHosts, method: &str, host: &str, path: &str) -> bool {
        self.covering(settings, method, host, path).is_some()
    }

    /// The first path pattern that covers a request as the guest writes it.
    pub fn covering(&self, settings: &SettingHosts, method: &str, host: &str, path: &str) -> Option<&PathPattern> {
        self.calls(settings, method, host).then(|| self.paths.iter().find(|pattern| pattern.covers(path))).flatten()
    }

    /// Whether a provider could read a request, as it leaves, as one of this rule. It permits nothing.
    pub fn resembles(&self, settings: &SettingHosts, method: &str, host: &str, path: &str) -> bool {
        self.calls(settings, method, host) && self.paths.iter().any(|pattern| pattern.resembles(path))
    }

    /// Whether this is a host that the rule names.
    pub fn names(&self, settings: &SettingHosts, host: &str) -> bool {
        match self.host.setting() {
            None => self.host.covers(host),
            Some(key) => settings.get(key).is_some_and(|endpoint| endpoint.to_string() == host),
        }
    }

    fn calls(&self, settings: &SettingHosts, method: &str, host: &str) -> bool {
        self.names(settings, host) && self.methods.iter().any(|allowed| allowed == method)
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, PlaceKind, pointer_keys};

    #[test]
    fn a_place_is_of_exactly_one_kind() {
        let place = Place { header: Some("x-token".into()), ..Place::default() };
        assert_eq!(place.kind(), Some(PlaceKind::Header("x-token")));
        assert_eq!(Place { path: true, ..Place::default() }.kind(), Some(PlaceKind::Path));
        assert_eq!(Place { path: true, ..place }.kind(), None);
        assert_eq!(Place::default().kind(), None);
    }

    #[test]
    fn a_pointer_is_read_as_rfc_6901_says() {
        assert_eq!(pointer_keys("/token"), Some(vec!["token".into()]));
        assert_eq!(pointer_keys("/a~1b/m~0n/~01"), Some(vec!["a/b".into(), "m~n".into(), "~1".into()]));
        for text in ["", "token", "/a~2", "/a~"] {
            assert_eq!(pointer_keys(text), None, "{text}");
        }
    }
}
