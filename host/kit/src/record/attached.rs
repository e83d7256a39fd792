//! The files of a form: each has another in its place, of the same kind and of nobody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_model::manifest::{RouteFiles, is_kind};
use serde_json::{Map, Value, json};

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

const fn kind(media_type: &'static str, begins: &'static [u8], endings: &'static [&'static str]) -> Kind {
    Kind { media_type, begins, filler: 0, endings }
}

/// Those of unknown kind stand first: they are taken where nothing tells the kind, and the route takes any.
const KINDS: [Kind; 9] = [
    kind("application/octet-stream", b"", &[]),
    Kind { media_type: "text/plain", begins: b"", filler: b'x', endings: &["txt", "csv", "md"] },
    kind("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", &["jpg", "jpeg"]),
    kind("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &["png"]),
    kind("image/gif", b"GIF89a\x01\0\x01\0", &["gif"]),
    kind("image/webp", b"RIFF\0\0\0\0WEBPVP8 ", &["webp"]),
    kind("application/pdf", b"%PDF-1.7\n", &["pdf"]),
    kind("application/zip", b"PK\x03\x04\x14\0\0\0", &["zip"]),
    kind("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0", &["mp4"]),
];

/// Endings of names that stay beside those of [`KINDS`]. Of others nobody knows what they tell.
const ENDINGS: [&str; 18] = [
    "avi", "bin", "doc", "docx", "heic", "htm", "html", "json", "m4a", "mov", "mp3", "ogg", "svg", "wav", "webm",
    "xls", "xlsx", "xml",
];

/// Top-level media types (RFC 6838, 4.2, and its registry).
const FAMILIES: [&str; 9] = ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];

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
    let said = file.content_type.as_deref().map(|said| said.split(';').next().unwrap_or_default().trim());
    let said = said.filter(|said| is_media_type(said));
    if let Some(said) = said {
        walk.kept.push(format!("files:{at} {said:?}"));
        made.insert("content_type".into(), json!(said));
    }
    walk.replaced += 1;
    let bytes = content(said, ending, file.size, rule);
    match std::str::from_utf8(&bytes) {
        Ok(text) if !text.contains('\0') => made.insert("text".into(), json!(text)),
        _ => made.insert("base64".into(), json!(STANDARD.encode(&bytes))),
    };
    Value::Object(made)
}

/// As many bytes as the file had, at most [`MOST`], of a kind that the route takes: the one that the sender said, the one of the
/// name's ending, or any.
fn content(said: Option<&str>, ending: Option<&str>, size: u64, rule: Option<&RouteFiles>) -> Vec<u8> {
    let size = usize::try_from(size).unwrap_or(MOST).min(MOST);
    let mut taken: Vec<&Kind> = KINDS.iter().collect();
    taken.retain(|kind| rule.is_none_or(|rule| is_kind(&rule.content_types, kind.media_type)));
    let by_said = taken.iter().find(|kind| said == Some(kind.media_type));
    let by_ending = || taken.iter().find(|kind| ending.is_some_and(|ending| kind.endings.contains(&ending)));
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
    let known = |ending: &str| {
        let ending = ending.to_ascii_lowercase();
        KINDS.iter().flat_map(|kind| kind.endings).chain(&ENDINGS).any(|known| *known == ending)
    };
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && known(ending) => name.split_at(stem.len()),
        _ => (name, ""),
    }
}

/// `image/jpeg`: of a family that there is, in small letters. A sender may write anything.
fn is_media_type(said: &str) -> bool {
    let letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+');
    let fits =
        |(family, kind): (&str, &str)| FAMILIES.contains(&family) && !kind.is_empty() && kind.bytes().all(letter);
    said.len() <= 127 && said.split_once('/').is_some_and(fits)
}
