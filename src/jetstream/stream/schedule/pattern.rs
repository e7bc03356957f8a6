//! When a scheduled message is to be sent: the value of `Nats-Schedule`.

use super::cron::Cron;
use super::zone::Zone;
use crate::nats::time::{parse_go_duration, parse_rfc3339};

const SECOND: i128 = 1_000_000_000;

/// When a scheduled message is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// `@at <RFC 3339>`: once; in nanoseconds since 1970.
    At(i128),
    /// `@every <duration>`: again and again; in nanoseconds.
    Every(i128),
    /// Whenever the calendar says so.
    Cron(Cron, Zone),
}

/// Why a pattern cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is none, or has a zone that does not go with it.
    Pattern,
    /// There is no such zone.
    Zone,
}

impl Pattern {
    /// Reads a pattern, with the zone that was named beside it.
    pub(super) fn parse(text: &str, zone: Option<&str>) -> Result<Self, Wrong> {
        let known = zone.map(|name| Zone::named(name).ok_or(Wrong::Zone)).transpose()?;
        if let Some(at) = text.strip_prefix("@at ") {
            let at = parse_rfc3339(at).filter(|_| zone.is_none());
            return at.map(Self::At).ok_or(Wrong::Pattern);
        }
        if let Some(every) = text.strip_prefix("@every ") {
            let every = parse_go_duration(every).ok().map(i128::from);
            let every = every.filter(|&every| zone.is_none() && every >= SECOND);
            return every.map(Self::Every).ok_or(Wrong::Pattern);
        }
        let cron = Cron::parse(text).ok_or(Wrong::Pattern)?;
        Ok(Self::Cron(cron, known.unwrap_or(Zone::UTC)))
    }

    /// When it is due next, if it was stored or due at `from`; all in nanoseconds since 1970.
    pub(super) fn next(&self, from: i128) -> Option<i128> {
        match self {
            Self::At(at) => Some(*at),
            Self::Every(every) => Some((from + SECOND / 2).div_euclid(SECOND) * SECOND + every),
            Self::Cron(cron, zone) => cron.next(from, *zone),
        }
    }

    /// Whether it is due more than once.
    pub(super) fn repeats(&self) -> bool {
        !matches!(self, Self::At(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read() {
        let every = Pattern::parse("@every 1m", None).unwrap();
        assert_eq!(every.next(5 * SECOND + 1), Some(65 * SECOND));
        assert!(every.repeats());
        let at = Pattern::parse("@at 1970-01-01T00:00:07Z", None).unwrap();
        assert_eq!((at.next(0), at.repeats()), (Some(7 * SECOND), false));
        assert!(Pattern::parse("@daily", Some("Europe/Berlin")).is_ok());
    }

    #[test]
    fn wrong_patterns_are_told_from_wrong_zones() {
        for text in ["@every 500ms", "@every soon", "@at noon", "@never", "* * *"] {
            assert_eq!(Pattern::parse(text, None), Err(Wrong::Pattern), "{text}");
        }
        assert_eq!(Pattern::parse("@daily", Some("Nowhere")), Err(Wrong::Zone));
        let with_zone = Pattern::parse("@every 1m", Some("UTC"));
        assert_eq!(with_zone, Err(Wrong::Pattern));
    }
}
