//! The files that a message names: where its parts say that they come from, and what is told where one is not to be had.

use crate::contract::common::{Content, FieldValue, MediaSource, Part};
use crate::message::Failure;

/// Sources of files in parts: of media with their stills, and of files in forms. Pictures of people, of links and of goods are shown
/// as they come and are none.
pub fn sources(parts: &mut [Part]) -> Vec<&mut MediaSource> {
    let mut found = Vec::new();
    for part in parts {
        match &mut part.content {
            Content::Media(media) => {
                found.push(&mut media.source);
                found.extend(media.preview.as_mut());
            }
            Content::Fields(fields) => found.extend(fields.iter_mut().filter_map(|field| match &mut field.value {
                FieldValue::File(source) => Some(source),
                _ => None,
            })),
            _ => {}
        }
    }
    found
}

/// Puts another source where one stands. Whether it stood anywhere.
pub fn replace(parts: &mut [Part], from: &MediaSource, to: &MediaSource) -> bool {
    let mut replaced = false;
    for source in sources(parts).into_iter().filter(|source| **source == *from) {
        source.clone_from(to);
        replaced = true;
    }
    replaced
}

/// Why a file is not to be had, for whoever reads the message.
pub fn reason(failure: &Failure) -> String {
    let detail = failure.detail.as_deref().filter(|detail| !detail.is_empty());
    let with = |words: &str| match detail {
        Some(detail) => format!("{words}: {detail}"),
        None => words.to_owned(),
    };
    match failure.code.as_str() {
        "too-large" => match detail.and_then(|detail| detail.parse::<u64>().ok()) {
            Some(most) => format!("It is larger than the {} that are kept of one file", size(most)),
            None => "It is larger than is kept of one file".into(),
        },
        "rejected" => match detail.map(|detail| detail.split_once(": ").unwrap_or((detail, ""))) {
            Some(("type-refused", kind)) => format!("It is of a kind that is not kept here: {kind}"),
            Some(("full", _)) => "No more files are kept for this channel".into(),
            _ => with("It was refused"),
        },
        "gone" => "It is not there any more".into(),
        "malformed" => with("What was given instead cannot be read"),
        "gave-up" | "waited" => with("It could not be fetched within a day"),
        "unsupported" => match detail {
            Some("not-exported") => "The plugin fetches no files".into(),
            Some("no-such-file") => "The plugin named a file that it did not keep".into(),
            Some("not-permitted") => "The plugin may not have files fetched from there".into(),
            Some("too-many") => "Too many files wait to be fetched".into(),
            Some("too-long") => "What it is fetched by is too long".into(),
            _ => with("It cannot be fetched"),
        },
        _ => with("It could not be fetched"),
    }
}

fn size(bytes: u64) -> String {
    let of = |unit: u64, name: &str| {
        let tenths = bytes.saturating_mul(10).saturating_add(unit / 2) / unit;
        match tenths % 10 {
            0 => format!("{} {name}", tenths / 10),
            rest => format!("{}.{rest} {name}", tenths / 10),
        }
    };
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => of(1 << 10, "KiB"),
        _ => of(1 << 20, "MiB"),
    }
}

#[cfg(test)]
mod tests {
    use super::{reason, replace};
    use crate::contract::common::{Content, Fault, Field, FieldValue, Media, MediaKind, MediaSource, Part, Rejected};
    use crate::message::Failure;

    fn media(source: MediaSource, preview: Option<MediaSource>) -> Part {
        let media = Media {
            kind: MediaKind::Video,
            source,
            file_name: None,
            content_type: None,
            size: None,
            duration: None,
            width: None,
            height: None,
            caption: None,
            view_once: false,
            content_id: None,
            sha256: None,
            preview,
        };
        Part { content: Content::Media(media), extras: Vec::new() }
    }

    #[test]
    fn each_place_of_a_file_is_found_and_no_other_changes() {
        let (one, other) = (MediaSource::Deferred("a".into()), MediaSource::Address("a".into()));
        let kept = MediaSource::Stored("h".into());
        let file = |source: &MediaSource| {
            let value = FieldValue::File(source.clone());
            let field = Field { name: "f".into(), label: None, value, hidden: false };
            Part { content: Content::Fields(vec![field]), extras: Vec::new() }
        };
        let mut parts = vec![media(one.clone(), Some(one.clone())), file(&one), media(other.clone(), None)];
        assert!(replace(&mut parts, &one, &kept));
        assert_eq!(parts, [media(kept.clone(), Some(kept.clone())), file(&kept), media(other, None)]);
        assert!(!replace(&mut parts, &one, &kept));
    }

    #[test]
    fn who_reads_is_told_why() {
        let rejected =
            |code: &str, words: &str| Fault::Rejected(Rejected { code: Some(code.into()), words: words.into() });
        for (fault, words) in [
            (Fault::TooLarge(Some(3_145_728)), "It is larger than the 3 MiB that are kept of one file"),
            (Fault::TooLarge(Some(3_000_000)), "It is larger than the 2.9 MiB that are kept of one file"),
            (Fault::TooLarge(None), "It is larger than is kept of one file"),
            (rejected("type-refused", "text/html"), "It is of a kind that is not kept here: text/html"),
            (rejected("full", "full"), "No more files are kept for this channel"),
            (rejected("403", "no"), "It was refused: 403: no"),
            (Fault::Gone("f-1".into()), "It is not there any more"),
            (Fault::Unsupported("not-exported".into()), "The plugin fetches no files"),
            (
                Fault::SignInExpired,
                "It could not be fetched: the provider refuses the channel's credential, and there is none to renew it with: connect the channel again",
            ),
        ] {
            assert_eq!(reason(&Failure::from(&fault)), words, "{fault:?}");
        }
    }
}
