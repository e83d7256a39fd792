//! The component's bytes: where the manifest lies in them.

use std::path::Path;

use crate::BuildError;

/// The name of the custom section that holds the text of `channel.toml`.
pub const MANIFEST_SECTION: &str = "lockgate:channel.toml";

/// How a component begins: the magic of WebAssembly, version 13, layer 1.
const PREAMBLE: [u8; 8] = [0x00, b'a', b's', b'm', 0x0d, 0x00, 0x01, 0x00];

/// Puts a manifest's text at the end of a component, as a custom section. Any tool that reads components passes over it.
///
/// # Errors
///
/// [`BuildError::NoComponent`] where the bytes do not begin as a component does.
pub fn embed_manifest(component: &[u8], manifest: &str) -> Result<Vec<u8>, BuildError> {
    if !component.starts_with(&PREAMBLE) {
        return Err(BuildError::NoComponent);
    }
    let mut payload = Vec::with_capacity(MANIFEST_SECTION.len() + manifest.len() + 5);
    leb128(MANIFEST_SECTION.len(), &mut payload);
    payload.extend_from_slice(MANIFEST_SECTION.as_bytes());
    payload.extend_from_slice(manifest.as_bytes());

    let mut whole = Vec::with_capacity(component.len() + payload.len() + 6);
    whole.extend_from_slice(component);
    whole.push(0); // the id of custom sections
    leb128(payload.len(), &mut whole);
    whole.extend_from_slice(&payload);
    Ok(whole)
}

/// Writes an unsigned number as WebAssembly does.
fn leb128(mut number: usize, into: &mut Vec<u8>) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            into.push(low);
            return;
        }
        into.push(low | 0x80);
    }
}

/// Writes a file so that nobody ever reads half of it: two builds may share the folder.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    if std::fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    std::fs::write(&unfinished, bytes).map_err(BuildError::writing(&unfinished))?;
    std::fs::rename(&unfinished, path).map_err(BuildError::writing(path))
}

#[cfg(test)]
mod tests {
    use super::{PREAMBLE, embed_manifest};

    #[test]
    fn the_manifest_is_the_last_section() {
        let manifest = "x".repeat(300);
        let whole = embed_manifest(&PREAMBLE, &manifest).expect("a component");
        // id 0, then 322 (1 + 21 + 300) in two bytes, then the length of the name
        assert_eq!(whole.get(8..12), Some(&[0, 0xc2, 0x02, 21][..]));
        assert_eq!(whole.get(12..33), Some(&b"lockgate:channel.toml"[..]));
        assert_eq!(whole.get(33..), Some(manifest.as_bytes()));
    }

    #[test]
    fn a_core_module_is_refused() {
        assert!(embed_manifest(b"\0asm\x01\0\0\0", "").is_err());
        assert!(embed_manifest(b"", "").is_err());
    }
}
