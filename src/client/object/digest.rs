//! The digest of an object: SHA-256, written as `SHA-256=` and base64url with padding.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// What every digest begins with.
const METHOD: &str = "SHA-256=";

/// A digest that is being computed, piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Goes on with these bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that came, as a meta has it.
    pub fn finish(self) -> String {
        format!("{METHOD}{}", URL_SAFE.encode(self.0.finalize()))
    }
}

/// The digest of an object in these pieces.
pub fn digest(pieces: &[Bytes]) -> String {
    let mut hasher = Hasher::default();
    pieces.iter().for_each(|piece| hasher.update(piece));
    hasher.finish()
}

/// A digest in hexadecimal digits, as `sha256sum` and the `nats` CLI write it; none if it is no digest.
pub fn hex(digest: &str) -> Option<String> {
    let bytes = URL_SAFE.decode(digest.strip_prefix(METHOD)?).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_reference() {
        let none = "SHA-256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert_eq!(digest(&[]), none);
        let hello = digest(&["hel".into(), "lo".into()]);
        assert_eq!(
            hex(&hello).as_deref(),
            Some("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        );
        assert_eq!(hex("MD5=abc"), None);
        assert_eq!(hex(""), None);
    }
}
