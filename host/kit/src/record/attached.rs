//! The files of a form: each has another in its place, of the same kind and of nobody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_model::manifest::{RouteFiles, is_kind};
use serde_json::{Map, Value, json};

use super::kind;
use super::walk::Walk;

/// A file that came with a form. What was in it nobody needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// The form's field.
    pub field: String,
    /// As the sender named it.
    pub file_name: Option<String>,
    /// As the sender said.
    pub content_type: Option<String>,
    /// In bytes.
    pub size: u64,
}

/// Bytes of the longest stand-in.
const MOST: usize = 256;

/// A kind of files that stand-ins are made of.
struct Kind {
    media_type: &'static str,
    /// What they begin with.
    begins: &'static [u8],
    /// What follows.
    filler: u8,
    /// How their names end.
    endings: &'static [&'static str],
}

const fn made(media_type: &'static str, begins: &'static [u8], endings: &'static [&'static str]) -> Kind {
    Kind { media_type, begins, filler: 0, endings }
}

/// Those of unknown kind stand first: they are taken where nothing tells the kind, and the route takes any.
const KINDS: [Kind; 14] = [
    made("application/octet-stream", b"", &["bin"]),
    Kind { filler: b'x', ..made("text/plain", b"", &["txt", "csv", "md"]) },
    made("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", &["jpg", "jpeg"]),
    made("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &["png"]),
    made("image/gif", b"GIF89a\x01\0\x01\0", &["gif"]),
    made("image/webp", b"RIFF\0\0\0\0WEBPVP8 ", &["webp"]),
    made("image/heif", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", &["heic"]),
    made("application/pdf", b"%PDF-1.7\n", &["pdf"]),
    made("application/zip", b"PK\x03\x04\x14\0\0\0", &["zip"]),
    made("audio/mpeg", b"ID3\x04\0\0", &["mp3"]),
    made("audio/ogg", b"OggS\0\x02", &["ogg"]),
    made("audio/x-wav", b"RIFF\0\0\0\0WAVEfmt ", &["wav"]),
    made("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0", &["mp4"]),
    Kind { filler: b' ', ..made("text/html", b"<!doctype html>", &["html", "htm"]) },
];

/// The files as a case has them.
pub(super) fn list(walk: &mut Walk<'_>, files: &[Attached], rule: Option<&RouteFiles>) -> Value {
    files.iter().enumerate().map(|(at, file)| one(walk, at, file, rule)).collect()
}

fn one(walk: &mut Walk<'_>, at: usize, file: &Attached, rule: Option<&RouteFiles>) -> Value {
    let mut made = Map::new();
    made.insert("field".into(), json!(walk.name(&file.field)));
    let mut ending = None;
    if let Some((stem, dotted)) = file.file_name.as_deref().map(parts) {
        ending = dotted.strip_prefix('.');
        let stem = walk.text("file_name", &format!("files:{at}"), stem, false);
        made.insert("file_name".into(), json!(stem + dotted));
    }
    let said = file.content_type.as_deref().and_then(kind::media_type);
    if let Some(said) = &said {
        walk.kept.push(format!("files:{at} {said:?}"));
        made.insert("content_type".into(), json!(said));
    }
    walk.replaced += 1;
    let bytes = content(said.as_deref(), ending, file.size, rule);
    match std::str::from_utf8(&bytes) {
        Ok(text) if !text.contains('\0') => made.insert("text".into(), json!(text)),
        _ => made.insert("base64".into(), json!(STANDARD.encode(&bytes))),
    };
    Value::Object(made)
}

/// As many bytes as the file had, at most [`MOST`] and no fewer than tell the kind. That is one that the route takes: the one that
/// the sender said, the one of the name's ending, or any; zeros where none of [`KINDS`] is.
fn content(said: Option<&str>, ending: Option<&str>, size: u64, rule: Option<&RouteFiles>) -> Vec<u8> {
    let size = usize::try_from(size).unwrap_or(MOST).min(MOST);
    let mut taken: Vec<&Kind> = KINDS.iter().collect();
    taken.retain(|kind| rule.is_none_or(|rule| is_kind(&rule.content_types, kind.media_type)));
    let by_said = taken.iter().find(|kind| said == Some(kind.media_type));
    let by_ending = || {
        taken.iter().find(|kind| {
            ending.is_some_and(|ending| kind.endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
        })
    };
    match by_said.or_else(by_ending).or(taken.first()) {
        Some(kind) if size > 0 => {
            let filler = std::iter::repeat_n(kind.filler, size.saturating_sub(kind.begins.len()));
            kind.begins.iter().copied().chain(filler).collect()
        }
        _ => vec![0; size],
    }
}

/// A name and its ending with the point, where that tells no more than a kind.
fn parts(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && kind::is_ending(ending) => name.split_at(stem.len()),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use lockgate_model::media::kind_of;

    use super::*;

    #[test]
    fn stand_ins_are_of_their_kind() {
        for made in &KINDS {
            let bytes = content(Some(made.media_type), None, 100, None);
            assert_eq!((kind_of(&bytes), bytes.len()), (made.media_type, 100));
            for ending in made.endings {
                assert!(kind::is_ending(ending), "{ending}");
                let bytes = content(None, Some(&ending.to_ascii_uppercase()), 100, None);
                assert_eq!(kind_of(&bytes), made.media_type, "{ending}");
            }
        }
    }
}
