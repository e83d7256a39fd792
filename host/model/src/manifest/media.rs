//! Which files a plugin keeps, and which come with forms.

use serde::{Deserialize, Serialize};

use super::{Manifest, Route};

/// Bytes of the largest file that a manifest can ask to keep; an operator's maximum is below it.
pub const MAX_FILE: u64 = 1 << 30;

/// `[media]`: the plugin keeps files with the host, through `media-store`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaRule {
    /// Bytes of one; at most what the operator permits.
    #[serde(default = "default_max_bytes")]
    pub max_bytes: u64,
    /// Media types, by what the bytes are, such as `image/png` or `image/*`; empty: any.
    #[serde(default)]
    pub content_types: Vec<String>,
    /// Whether the plugin may give providers addresses at which a file can be fetched without signing in, for at most a day.
    #[serde(default)]
    pub share: bool,
    /// Where the host itself fetches files that events name by their address, without a credential: from the hosts of permitted
    /// egress rules, from any public one, or from none.
    #[serde(default)]
    pub addresses: MediaAddresses,
}

/// From where the host fetches files by their address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaAddresses {
    /// From hosts that permitted egress rules name.
    #[default]
    Granted,
    /// From any public host.
    Public,
    /// From none: the address stays as it is, for whoever reads the message.
    #[serde(rename = "none")]
    Nowhere,
}

/// The largest file of a plugin that says nothing of it: 25 MiB.
fn default_max_bytes() -> u64 {
    25 << 20
}

impl Manifest {
    /// Whether files can be there for the plugin to read.
    pub fn has_media(&self) -> bool {
        self.media.is_some() || self.routes.iter().any(|route| route.files.is_some())
    }
}

/// Whether a media type is one of the list: the same, or of the whole family where the list says `image/*`. An empty list takes any.
pub fn is_kind(wanted: &[String], found: &str) -> bool {
    let family = found.split('/').next().unwrap_or_default();
    wanted.is_empty()
        || wanted.iter().any(|wanted| match wanted.strip_suffix("/*") {
            Some(whole) => whole == family,
            None => wanted == found,
        })
}

/// Whether a text is a media type without parameters, or a family of them, in lower case.
fn is_pattern(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$&-^_.+".contains(&b))
    };
    text.len() <= 127 && text.split_once('/').is_some_and(|(family, kind)| part(family) && (kind == "*" || part(kind)))
}

/// What is wrong with sizes and media types, each with the text at which it stands.
pub(super) fn problems(manifest: &Manifest) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(media) = &manifest.media {
        sizes_and_kinds("media", &manifest.plugin.id, media.max_bytes, &media.content_types, &mut found);
    }
    for (route, files) in manifest.routes.iter().filter_map(|route| Some((route, route.files.as_ref()?))) {
        let what = format!("route {:?}: files", route.name);
        sizes_and_kinds(&what, &route.name, files.max_bytes, &files.content_types, &mut found);
        if !(1..=32).contains(&files.max_files) {
            found.push((route.name.clone(), format!("{what}: max_files must be from 1 to 32")));
        }
        if !takes_forms(route) {
            let words = "content_types of a route with files must name \"multipart/form-data\", or none";
            found.push((route.name.clone(), format!("route {:?}: {words}", route.name)));
        }
    }
    found
}

fn takes_forms(route: &Route) -> bool {
    route.content_types.is_empty() || route.content_types.iter().any(|one| one == "multipart/form-data")
}

fn sizes_and_kinds(what: &str, at: &str, max: u64, kinds: &[String], found: &mut Vec<(String, String)>) {
    if !(1..=MAX_FILE).contains(&max) {
        found.push((at.to_owned(), format!("{what}: max_bytes must be from 1 to {MAX_FILE}")));
    }
    for kind in kinds.iter().filter(|kind| !is_pattern(kind)) {
        let words =
            format!("{what}: content type {kind:?} must be such as \"image/png\" or \"image/*\", in lower case");
        found.push((kind.clone(), words));
    }
}

#[cfg(test)]
mod tests {
    use super::is_kind;
    use crate::manifest::Manifest;

    const PLUGIN: &str = "[plugin]\nid = \"p\"\nname = \"P\"\nversion = \"1.0.0\"\ncontract = \"lockgate:channel@0.1.0-dev.1\"\ndescription = \"d\"\n";
    const ROUTE: &str = "[[route]]\nname = \"form\"\nlevel = \"channel\"\nmethods = [\"POST\"]\nverify = \"none\"\n";

    #[test]
    fn a_kind_is_itself_or_of_its_family() {
        let list = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>();
        assert!(is_kind(&[], "text/html"));
        assert!(is_kind(&list(&["application/pdf", "image/*"]), "image/webp"));
        for other in ["imagex/png", "text/html", "application/pdf2", "application/pd"] {
            assert!(!is_kind(&list(&["application/pdf", "image/*"]), other), "{other}");
        }
    }

    #[test]
    fn sizes_counts_and_kinds_have_bounds_and_a_form_its_type() {
        let parse = |rest: &str| Manifest::parse(&format!("{PLUGIN}{rest}"));
        let manifest = parse(&format!("[media]\n{ROUTE}[route.files]\n")).expect("a manifest");
        assert_eq!(manifest.media.as_ref().map(|media| media.max_bytes), Some(25 << 20));
        assert!(manifest.has_media() && !parse("").expect("a manifest").has_media());
        for (rest, words) in [
            ("[media]\nmax_bytes = 0\n".to_owned(), "max_bytes must be from 1"),
            ("[media]\ncontent_types = [\"Image/PNG\"]\n".to_owned(), "in lower case"),
            ("[media]\ncontent_types = [\"*/*\"]\n".to_owned(), "in lower case"),
            (format!("{ROUTE}[route.files]\nmax_files = 33\n"), "max_files must be from 1 to 32"),
            (format!("{ROUTE}content_types = [\"application/json\"]\n[route.files]\n"), "multipart/form-data"),
            (format!("{ROUTE}[route.files]\nmax_size = 3\n"), "unknown field"),
        ] {
            let problems = parse(&rest).expect_err("a refusal");
            assert!(problems[0].words.contains(words), "{rest}: {}", problems[0]);
        }
    }
}
