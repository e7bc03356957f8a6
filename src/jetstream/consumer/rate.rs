//! The rate limit of push consumers: a bucket of tokens, one a byte.

use crate::kernel::{Span, Time};

const SECOND: i128 = 1_000_000_000;

/// A bucket that fills at a rate and holds at most one burst.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    /// Bytes a second.
    rate: i128,
    /// Bytes it holds at most.
    burst: i128,
    /// What is in it, in billionths of a byte; below zero when it owes.
    tokens: i128,
    at: Time,
}

impl Bucket {
    /// A full bucket. Nothing if there is no limit.
    pub(super) fn new(bits_per_second: u64, burst: u64, now: Time) -> Option<Self> {
        if bits_per_second == 0 {
            return None;
        }
        let (rate, burst) = (i128::from(bits_per_second / 8).max(1), i128::from(burst));
        Some(Self { rate, burst, tokens: burst * SECOND, at: now })
    }

    /// Takes bytes out, and says how long to wait before they may be sent.
    pub(super) fn take(&mut self, bytes: u64, now: Time) -> Span {
        let grown = self.tokens + i128::from(now.since(self.at).0) * self.rate;
        self.at = now;
        // More than a burst could never be sent.
        let bytes = i128::from(bytes).min(self.burst);
        self.tokens = grown.min(self.burst * SECOND) - bytes * SECOND;
        let wait = if self.tokens < 0 { (-self.tokens + self.rate - 1) / self.rate } else { 0 };
        Span(u64::try_from(wait).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_the_burst_bytes_come_at_the_rate() {
        let mut bucket = Bucket::new(80_000, 8_000, Time(0)).unwrap();
        assert_eq!(bucket.take(4_000, Time(0)), Span::ZERO);
        assert_eq!(bucket.take(4_000, Time(0)), Span::ZERO);
        assert_eq!(bucket.take(4_000, Time(0)), Span::millis(400));
        assert_eq!(bucket.take(4_000, Time(400_000_000)), Span::millis(400));
        assert_eq!(bucket.take(4_000, Time(60_000_000_000)), Span::ZERO);
        assert!(Bucket::new(0, 1, Time(0)).is_none());
    }
}
