//! Virtual time: the only clock there is in the engine.
//!
//! Three times must not be confused: *virtual time* (here; integer nanoseconds since the world's
//! fixed calendar date, see [`Time::UNIX_NS`]), *playback time* (how far the person has watched, a
//! virtual time chosen by the `view` floor) and *screen time* (milliseconds of the person's life,
//! known only to the page).

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};

/// A point in virtual time, in nanoseconds since the world's beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub u64);

/// A length of virtual time, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub u64);

impl Time {
    /// The beginning of every world.
    pub const ZERO: Self = Self(0);
    /// The latest time there is; used as "never".
    pub const MAX: Self = Self(u64::MAX);
    /// The calendar date of [`Time::ZERO`], in Unix nanoseconds: 2026-01-05T09:00:00Z, a Monday.
    pub const UNIX_NS: u64 = 1_767_603_600 * 1_000_000_000;

    /// Nanoseconds since the world's beginning.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// This moment on the calendar, in nanoseconds since 1970.
    pub const fn unix_ns(self) -> u64 {
        self.0.saturating_add(Self::UNIX_NS)
    }

    /// This moment as a clock shows it that is ahead by so many nanoseconds, behind if that is negative.
    pub const fn shifted(self, ahead: i64) -> Self {
        Self(self.0.saturating_add_signed(ahead))
    }

    /// The span from `earlier` to this; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `n` nanoseconds.
    pub const fn nanos(n: u64) -> Self {
        Self(n)
    }
    /// `n` microseconds.
    pub const fn micros(n: u64) -> Self {
        Self(n * 1_000)
    }
    /// `n` milliseconds.
    pub const fn millis(n: u64) -> Self {
        Self(n * 1_000_000)
    }
    /// `n` seconds.
    pub const fn secs(n: u64) -> Self {
        Self(n * 1_000_000_000)
    }
    /// This span in whole nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
    /// This span in whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }
}

impl Add<Span> for Time {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Time {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Mul<u64> for Span {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl fmt::Display for Span {
    /// Writes the span as a person would: `84 ms`, `1.5 s`, `250 µs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            1_000_000..1_000_000_000 => (1_000_000, "ms"),
            _ => (1_000_000_000, "s"),
        };
        let whole = self.0 / unit;
        let tenth = self.0 % unit * 10 / unit;
        if whole < 100 && tenth > 0 {
            write!(f, "{whole}.{tenth} {name}")
        } else {
            write!(f, "{whole} {name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_a_person_would() {
        for (span, text) in [
            (Span::millis(84), "84 ms"),
            (Span::millis(1_500), "1.5 s"),
            (Span::micros(250), "250 µs"),
            (Span::nanos(7), "7 ns"),
            (Span::secs(30), "30 s"),
        ] {
            assert_eq!(span.to_string(), text);
        }
    }
}
