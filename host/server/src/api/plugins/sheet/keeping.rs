//! Which files a plugin has the host keep, in words.

use lockgate_model::manifest::{Manifest, MediaAddresses, MediaRule};

/// One sentence for what it keeps itself, and one for each route with files.
pub(super) fn words(manifest: &Manifest) -> Vec<String> {
    let kinds = |kinds: &[String]| if kinds.is_empty() { "any kind".to_owned() } else { kinds.join(", ") };
    let size = |bytes: u64| match bytes {
        0..1_048_576 => format!("{} KiB", bytes.div_ceil(1 << 10)),
        _ => format!("{} MiB", bytes.div_ceil(1 << 20)),
    };
    let own = manifest.media.iter().map(|media| {
        format!("It keeps files of {}, up to {} each.", kinds(&media.content_types), size(media.max_bytes))
    });
    let fetched = manifest.media.iter().filter_map(|media| match media.addresses {
        MediaAddresses::Public => Some(
            "Files that messages name by an address are fetched for it from any public address, without a secret."
                .to_owned(),
        ),
        MediaAddresses::Granted => Some(
            "Files that messages name by an address are fetched for it from the hosts above, without a secret."
                .to_owned(),
        ),
        MediaAddresses::Nowhere => None,
    });
    let fetched = fetched.filter(|_| reaches(manifest));
    let forms =
        manifest.routes.iter().filter_map(|route| Some((route, route.files.as_ref()?))).map(|(route, files)| {
            let (most, each) = (files.max_files, size(files.max_bytes));
            format!(
                "With forms at {:?} come up to {most} files of {}, up to {each} each.",
                route.name,
                kinds(&files.content_types)
            )
        });
    let shared = manifest.media.iter().filter(|media| media.share).map(|_| {
        "It hands out addresses of files, at which whoever has one can fetch the file without signing in for up to a day.".to_owned()
    });
    own.chain(shared).chain(fetched).chain(forms).collect()
}

/// Whether there is anything that files could be fetched from.
fn reaches(manifest: &Manifest) -> bool {
    let anywhere = |media: &MediaRule| media.addresses == MediaAddresses::Public;
    !manifest.egress.is_empty() || manifest.media.as_ref().is_some_and(anywhere)
}

/// What it has no way to, in one sentence.
pub(super) fn nothing_else(manifest: &Manifest) -> String {
    let files = if manifest.has_media() { "It reads no other files" } else { "It reads no files" };
    format!("{files}, opens no other connection, and never sees a secret.")
}

#[cfg(test)]
mod tests {
    use super::{nothing_else, words};

    #[test]
    fn what_is_kept_is_said() {
        let plugin = "[plugin]\nid = \"p\"\nname = \"P\"\nversion = \"1.0.0\"\ncontract = \"lockgate:channel@0.1.0-dev.1\"\ndescription = \"d\"\n";
        let read = |rest: &str| lockgate_model::manifest::Manifest::parse(&format!("{plugin}{rest}")).unwrap();
        assert!(words(&read("")).is_empty());
        let manifest = read(
            "[media]\nmax_bytes = 1000\nshare = true\n[[route]]\nname = \"form\"\nlevel = \"channel\"\nmethods = [\"POST\"]\nverify = \"none\"\n[route.files]\ncontent_types = [\"image/*\"]\n",
        );
        assert_eq!(
            words(&manifest),
            [
                "It keeps files of any kind, up to 1 KiB each.",
                "It hands out addresses of files, at which whoever has one can fetch the file without signing in for up to a day.",
                "With forms at \"form\" come up to 10 files of image/*, up to 10 MiB each."
            ]
        );
        assert!(nothing_else(&manifest).starts_with("It reads no other files, "));
        assert!(nothing_else(&read("")).starts_with("It reads no files, "));
    }

    #[test]
    fn from_where_files_are_fetched_is_said() {
        let plugin = "[plugin]\nid = \"p\"\nname = \"P\"\nversion = \"1.0.0\"\ncontract = \"lockgate:channel@0.1.0-dev.1\"\ndescription = \"d\"\n";
        let rule = "[[egress]]\nname = \"look\"\nhost = \"api.example.com\"\nmethods = [\"GET\"]\npaths = [\"/a\"]\neffect = \"read\"\n";
        let read = |rest: &str| words(&lockgate_model::manifest::Manifest::parse(&format!("{plugin}{rest}")).unwrap());
        assert_eq!(read("[media]\n").len(), 1, "there is no host");
        assert!(read(&format!("[media]\n{rule}"))[1].contains("from the hosts above"));
        assert!(read("[media]\naddresses = \"public\"\n")[1].contains("from any public address"));
        assert!(read(rule).is_empty(), "who keeps none has none fetched");
    }
}
