//! The two kinds of short names NATS makes: random ones (NUIDs) and hashes of longer names.

use sha2::{Digest as _, Sha256};

use crate::kernel::Rng;

/// A random identity of 22 characters of `0-9A-Za-z`, as the client libraries use for inboxes and
/// the server for consumer names.
pub fn nuid(rng: &mut Rng) -> String {
    rng.base62(22)
}

/// The server's short name for a longer one, 8 characters of `0-9A-Za-z`: peer ids (the hash of the
/// server name), the names of hidden consumers, the ids of sources.
pub fn hash8(name: &str) -> String {
    hash_base62(name, 8)
}

/// The first `len` bytes of the SHA-256 of `name`, each written as one character of `0-9A-Za-z`
/// (`byte % 62`). At most 32 characters; gateways use 6 of them in `_GR_` replies.
pub fn hash_base62(name: &str, len: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let hash = Sha256::digest(name.as_bytes());
    hash.iter().take(len).map(|byte| char::from(DIGITS[usize::from(byte % 62)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_hashes_are_those_of_the_real_server() {
        // Observed on nats-server 2.15.1.
        assert_eq!(hash8("$JS.us-east.API"), "onL4hI13");
        assert_eq!(hash8("M A hub"), "mj1f2RBX");
        assert_eq!(hash8("n1"), "fjFyEjc1");
        assert_eq!(hash_base62("n1", 6), "fjFyEj");
    }

    #[test]
    fn a_nuid_has_22_characters() {
        let mut rng = Rng::new(1);
        let (a, b) = (nuid(&mut rng), nuid(&mut rng));
        assert_eq!(a.len(), 22);
        assert_ne!(a, b);
        assert!(a.bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
