//! Which files a plugin has the host keep, in words.

use lockgate_model::manifest::Manifest;

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
    own.chain(shared).chain(forms).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

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
    }
}
