//! The wall clock, read nowhere else: virtual time runs beside it.
#![allow(
    clippy::disallowed_types,
    reason = "the engine has virtual time only; here it meets the wall's"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use windtunnel::kernel::{Span, Time};

/// How virtual time follows the wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    begun: Instant,
    virtual_then: Time,
}

impl Clock {
    /// A clock that shows `now` now.
    pub(crate) fn showing(now: Time) -> Self {
        Self { begun: Instant::now(), virtual_then: now }
    }

    /// The virtual time.
    pub(crate) fn now(&self) -> Time {
        let elapsed = self.begun.elapsed().as_nanos();
        self.virtual_then + Span(u64::try_from(elapsed).unwrap_or(u64::MAX))
    }

    /// When the wall clock will have got to a virtual time.
    pub(crate) fn instant(&self, at: Time) -> Instant {
        self.begun + Duration::from_nanos(at.since(self.virtual_then).as_nanos())
    }
}

/// The virtual time at which the calendar shows today's date and time. A world cannot begin before
/// its calendar; on a machine whose clock is that late, its date is the calendar's first.
pub(crate) fn today() -> Time {
    Time(unix_ns().saturating_sub(Time::UNIX_NS))
}

/// The date and time, in nanoseconds since 1970.
pub(crate) fn unix_ns() -> u64 {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    u64::try_from(unix).unwrap_or(u64::MAX)
}
