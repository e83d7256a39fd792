//! Addresses that open one file for a while, to whoever has them: a provider that fetches media itself cannot sign in.
//!
//! Such an address holds the file's name, when it ends, and a code over both that only this installation can make. Nothing of it
//! is stored, so it is good at every node and after a restart, and ends by itself, or with the file.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::call;

/// The longest time for which a file is open: a day.
pub(super) const LONGEST_SHARE_MS: u64 = 24 * 60 * 60 * 1000;
/// Bytes of the code: 128 bits.
const CODE: usize = 16;

/// What the codes are made with.
pub(crate) struct ShareKey(Zeroizing<[u8; 32]>);

impl ShareKey {
    /// This installation's, from the vault's key.
    pub(crate) fn derive(key: &[u8; 32]) -> Self {
        Self(Zeroizing::new(call::keyed(key, b"lockgate shared media")))
    }

    /// The last segment of an address that opens this file until then, in Unix milliseconds.
    pub(super) fn token(&self, handle: &str, until_ms: u64) -> String {
        let open = format!("{handle}.{until_ms}");
        let code =
            self.code(&open).map(|code| hex::encode(code.finalize().into_bytes().get(..CODE).unwrap_or_default()));
        format!("{open}.{}", code.unwrap_or_default())
    }

    /// The name of the file that a segment opens now. None: the code is not ours, or its time is over.
    pub(crate) fn opens<'a>(&self, token: &'a str, now_ms: u64) -> Option<&'a str> {
        let (open, code) = token.rsplit_once('.')?;
        let code = hex::decode(code).ok().filter(|code| code.len() == CODE)?;
        self.code(open)?.verify_truncated_left(&code).ok()?;
        let (handle, until) = open.rsplit_once('.')?;
        (now_ms < until.parse().ok()?).then_some(handle)
    }

    fn code(&self, open: &str) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of every length; without one nothing opens.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).ok()?;
        mac.update(open.as_bytes());
        Some(mac)
    }
}

impl std::fmt::Debug for ShareKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShareKey")
    }
}

#[cfg(test)]
mod tests {
    use super::ShareKey;

    #[test]
    fn an_address_opens_one_file_until_its_time_and_only_as_it_was_made() {
        let key = ShareKey::derive(&[7; 32]);
        let token = key.token("abc", 1000);
        assert_eq!(key.opens(&token, 999), Some("abc"));
        assert_eq!(key.opens(&token, 1000), None, "its time is over");
        assert_eq!(ShareKey::derive(&[8; 32]).opens(&token, 0), None, "another installation's");
        let code = token.rsplit_once('.').unwrap().1;
        for forged in [
            format!("abd.1000.{code}"),
            format!("abc.9000.{code}"),
            format!("abc.1000.{}", &code[..30]),
            format!("abc.1000.{}", "00".repeat(16)),
            "abc.1000.".to_owned(),
            "abc.1000".to_owned(),
            String::new(),
        ] {
            assert_eq!(key.opens(&forged, 0), None, "{forged}");
        }
    }
}
