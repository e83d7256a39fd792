//! Meta's signature of a webhook body, made from RFC 2104 on its own: a host that checks it with another
//! implementation is checked itself.

use sha2::{Digest, Sha256};

/// The header a signature travels in.
pub const SIGNATURE_HEADER: &str = "x-hub-signature-256";

const BLOCK: usize = 64;

/// HMAC-SHA256 of `message` under `key` (RFC 2104).
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    let digest;
    let short = if key.len() > BLOCK {
        digest = Sha256::digest(key);
        digest.as_slice()
    } else {
        key
    };
    for (to, from) in block.iter_mut().zip(short) {
        *to = *from;
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

/// The value of `X-Hub-Signature-256` for a body: `sha256=` and 64 lowercase hexadecimal digits.
#[must_use]
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(hmac_sha256(app_secret.as_bytes(), body)))
}

#[cfg(test)]
mod tests {
    use super::{hmac_sha256, sign};

    #[test]
    fn signs_a_body_as_meta_does() {
        assert_eq!(
            sign("app-secret", br#"{"object":"page","entry":[]}"#),
            "sha256=e6e9d7a842a48e17f43a34d6125d0d933e2aab92ee37f0993a4d493b50e3d438"
        );
    }

    #[test]
    fn agrees_with_the_app_secret_proof_vector() {
        assert_eq!(
            hex::encode(hmac_sha256(b"app-secret", b"EAAB-token")),
            "294c307ff2427ed2140908ec13f483ef7f7d7819a8fc32fb535cf6ada2327ab2"
        );
    }

    /// RFC 4231, test case 6: a key that is longer than a block is hashed first.
    #[test]
    fn hashes_a_long_key_first() {
        assert_eq!(
            hex::encode(hmac_sha256(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
