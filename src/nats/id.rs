//! Identities as NATS makes them.

use sha2::{Digest, Sha256};

use crate::kernel::Rng;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A unique identifier in the form of a NUID: 22 characters of `0-9A-Za-z`.
pub fn nuid(rng: &mut Rng) -> String {
    rng.base62(22)
}

/// The short hash that servers use for peer ids and consumer names: the first eight bytes of the
/// SHA-256, each written as one of 62 characters.
pub fn hash8(text: &str) -> String {
    let sum = Sha256::digest(text.as_bytes());
    sum.iter().take(8).map(|byte| char::from(BASE62[usize::from(byte % 62)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_hash_is_the_real_servers() {
        assert_eq!(hash8("n1"), "fjFyEjc1");
        assert_eq!(hash8("$JS.us-east.API"), "onL4hI13");
    }
}
