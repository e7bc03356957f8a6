//! A running digest of everything that happens: two runs are equal when their digests are.
//!
//! Not cryptographic. It must be the same on every machine, so it works on whole words only and
//! never on addresses, floats or `usize`.

/// A running digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(u64);

/// What can be folded into a [`Digest`].
pub trait Fold {
    /// Folds everything that distinguishes this value from another.
    fn fold(&self, digest: &mut Digest);
}

impl Digest {
    /// The digest of nothing, for this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// The digest so far.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// Folds one word.
    #[inline]
    pub fn word(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word)
            * u128::from(0xa076_1d64_78bd_642f_u64 ^ word.rotate_left(32));
        self.0 = (product as u64) ^ ((product >> 64) as u64) ^ self.0.rotate_left(23);
    }

    /// Folds bytes, and how many there are.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64 ^ 0x5bd1_e995);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.word(rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }
}

impl Fold for u64 {
    fn fold(&self, digest: &mut Digest) {
        digest.word(*self);
    }
}

impl Fold for () {
    fn fold(&self, _: &mut Digest) {}
}

impl Fold for str {
    fn fold(&self, digest: &mut Digest) {
        digest.bytes(self.as_bytes());
    }
}

impl Fold for String {
    fn fold(&self, digest: &mut Digest) {
        digest.bytes(self.as_bytes());
    }
}

impl<T: Fold> Fold for Option<T> {
    fn fold(&self, digest: &mut Digest) {
        match self {
            None => digest.word(0),
            Some(value) => {
                digest.word(1);
                value.fold(digest);
            }
        }
    }
}
