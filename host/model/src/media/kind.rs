//! What bytes are. Nobody is believed about that: neither a sender's media type nor a file's name.

/// Bytes that are looked at.
pub const LOOKED_AT: usize = 8 << 10;

/// The media type of a file that begins so; `application/octet-stream` where nothing fits.
pub fn kind_of(head: &[u8]) -> &'static str {
    let head = head.get(..LOOKED_AT).unwrap_or(head);
    match infer::get(head) {
        Some(found) => found.mime_type(),
        None if is_text(head) => "text/plain",
        None => "application/octet-stream",
    }
}

/// Whether it is UTF-8 without control characters that text does not have. The end may cut a character.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn bytes_are_what_they_are() {
        for (head, kind) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
            (b"<html><script>alert(1)</script>", "text/html"),
            (b"  <!DOCTYPE HTML><title>x", "text/html"),
            (b"PK\x03\x04\x14\0\0\0", "application/zip"),
            ("Grüße\n".as_bytes(), "text/plain"),
            ("Grü".as_bytes().split_at(3).0, "text/plain"),
            (b"a\0b", "application/octet-stream"),
            (b"\xff\xfea\0", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ] {
            assert_eq!(kind_of(head), kind, "{}", String::from_utf8_lossy(head));
        }
    }
}
