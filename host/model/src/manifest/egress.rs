//! What a plugin may call, and where the host writes which credential.

use serde::{Deserialize, Serialize};

/// `[[egress]]`: some methods and paths of one host. What no rule covers is denied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressRule {
    /// Lower-case letters, digits and hyphens; how a grant and a denial name it.
    pub name: String,
    /// The host, always https.
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

/// Where a credential is written: exactly one of `header` and `query`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of a credential declared `use = ["egress"]`.
    pub credential: String,
    /// The header's name, in lower case.
    #[serde(default)]
    pub header: Option<String>,
    /// The query parameter's name.
    #[serde(default)]
    pub query: Option<String>,
    /// What is written before the credential in a header.
    #[serde(default)]
    pub prefix: String,
}

/// An exact host name, or `*.name.tld` for everything below a name. Lower case, no port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostPattern(pub(super) String);

impl HostPattern {
    /// As it is written in the manifest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a host name (any case, no port) is covered. A wildcard covers one or more whole labels, never the name itself.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        match self.0.strip_prefix("*.") {
            None => host == self.0,
            Some(base) => host
                .strip_suffix(base)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty() && labels.split('.').all(|label| !label.is_empty())),
        }
    }
}

/// A path: segments, of which `*` stands for exactly one that is not empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PathPattern(pub(super) String);

impl PathPattern {
    /// As it is written in the manifest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a path is covered. It is compared as it will be sent: dot segments, empty segments, backslashes and encoded
    /// separators are never covered, because a provider may read them as another path.
    pub fn covers(&self, path: &str) -> bool {
        let lower = path.to_ascii_lowercase();
        if lower.contains("%2f")
            || lower.contains("%5c")
            || lower.contains("%2e")
            || lower.contains("%00")
            || path.contains('\\')
        {
            return false;
        }
        let (Some(pattern), Some(path)) = (self.0.strip_prefix('/'), path.strip_prefix('/')) else {
            return false;
        };
        let mut wanted = pattern.split('/');
        let mut given = path.split('/');
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(_), Some("" | "." | "..")) if !(pattern.is_empty() && path.is_empty()) => return false,
                (Some("*"), Some(_)) => {}
                (Some(want), Some(have)) if want == have => {}
                _ => return false,
            }
        }
    }
}

impl EgressRule {
    /// Whether a request is covered by this rule.
    pub fn covers(&self, method: &str, host: &str, path: &str) -> bool {
        self.host.covers(host)
            && self.methods.iter().any(|allowed| allowed == method)
            && self.paths.iter().any(|pattern| pattern.covers(path))
    }
}

#[cfg(test)]
mod tests {
    use super::{HostPattern, PathPattern};

    #[test]
    fn a_host_wildcard_stands_on_label_boundaries() {
        let pattern = HostPattern("*.example.com".into());
        assert!(pattern.covers("a.example.com"));
        assert!(pattern.covers("A.b.Example.COM"));
        for other in [
            "example.com",
            "evilexample.com",
            ".example.com",
            "a..example.com",
            "a.example.com.evil.org",
            "a.example.com.",
        ] {
            assert!(!pattern.covers(other), "{other}");
        }
        assert!(!HostPattern("graph.facebook.com".into()).covers("graph.facebook.com.evil.org"));
    }

    #[test]
    fn a_path_wildcard_is_one_whole_segment() {
        let pattern = PathPattern("/*/*/messages".into());
        assert!(pattern.covers("/v25.0/1234/messages"));
        for other in [
            "/v25.0/messages",
            "/v25.0/1/2/messages",
            "/v25.0//messages",
            "/v25.0/../messages",
            "/v25.0/%2e%2e/messages",
            "/v25.0/a%2Fb/messages",
            "/v25.0/1/messages/",
            "v25.0/1/messages",
            "/v25.0/1\\x/messages",
        ] {
            assert!(!pattern.covers(other), "{other}");
        }
        assert!(PathPattern("/".into()).covers("/"));
    }
}
