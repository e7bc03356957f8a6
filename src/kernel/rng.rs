//! Seeded randomness whose stream can never change under us.
//!
//! The generator is xoshiro256** (Blackman and Vigna, public domain), seeded through SplitMix64.
//! It is written out here because a world is only reproducible while every draw stays the same for
//! ever; crates may change theirs between versions. There are no floats: a probability is a [`Ratio`].
//! Every component gets its own generator by [`Rng::fork`], so that one more draw in one component
//! does not shift the draws of another.

use super::Span;

/// A probability as a ratio of whole numbers: `numerator` out of `denominator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio {
    /// How many times …
    pub numerator: u32,
    /// … out of this many. Zero counts as "never".
    pub denominator: u32,
}

impl Ratio {
    /// Never.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// `n` percent.
    pub const fn percent(n: u32) -> Self {
        Self { numerator: n, denominator: 100 }
    }

    /// Whether it never happens.
    pub const fn is_zero(self) -> bool {
        self.numerator == 0 || self.denominator == 0
    }
}

/// A generator of random numbers; cloning it clones its future.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// A generator whose whole stream follows from `seed`.
    pub fn new(seed: u64) -> Self {
        let mut mix = seed;
        Self { state: std::array::from_fn(|_| split_mix(&mut mix)) }
    }

    /// An independent generator for the component called `label`. Does not advance this one: the
    /// same label always gives the same stream.
    pub fn fork(&self, label: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for byte in label.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self::new(self.state[0] ^ self.state[3].rotate_left(17) ^ hash)
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number below `limit`; 0 if `limit` is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(limit)) >> 64) as u64
    }

    /// A span from `low` to `high`, both included.
    pub fn span(&mut self, low: Span, high: Span) -> Span {
        Span(low.0 + self.below(high.0.saturating_sub(low.0).saturating_add(1)))
    }

    /// Whether a thing of this probability happens this time. Draws nothing if it never does.
    pub fn chance(&mut self, ratio: Ratio) -> bool {
        !ratio.is_zero() && self.below(u64::from(ratio.denominator)) < u64::from(ratio.numerator)
    }

    /// A random text of `len` characters of `0-9A-Za-z`, as NATS uses for identities.
    pub fn base62(&mut self, len: usize) -> String {
        const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..len).map(|_| char::from(DIGITS[self.below(62) as usize])).collect()
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_seed_never_changes() {
        // Pinned on purpose: a share link made today must replay the same in ten years.
        let mut rng = Rng::new(42);
        let first: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(first, PINNED);
    }

    const PINNED: [u64; 3] =
        [1_546_998_764_402_558_742, 6_990_951_692_964_543_102, 12_544_586_762_248_559_009];

    #[test]
    fn a_fork_depends_on_its_label_and_leaves_the_parent_alone() {
        let parent = Rng::new(7);
        let before = parent.clone();
        assert_ne!(parent.fork("n1").next_u64(), parent.fork("n2").next_u64());
        assert_eq!(parent.fork("n1").next_u64(), parent.fork("n1").next_u64());
        assert_eq!(parent, before);
    }

    #[test]
    fn draws_stay_in_their_bounds() {
        let mut rng = Rng::new(1);
        for _ in 0..1_000 {
            assert!(rng.below(10) < 10);
            let span = rng.span(Span(5), Span(9));
            assert!((5..=9).contains(&span.0));
        }
        assert_eq!(rng.below(0), 0);
        assert!(!rng.chance(Ratio::ZERO));
        assert!(rng.chance(Ratio::percent(100)));
    }
}
