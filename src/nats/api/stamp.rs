//! Times in the API's JSON.

use std::sync::Arc;

use serde_json::Value;

use crate::kernel::Time;
use crate::nats::json::{self, FromJson, ToJson, Writer};
use crate::nats::time::{ZERO_TIME, parse_rfc3339, rfc3339, rfc3339_unix};

/// A moment the server wrote down, or none. None is `0001-01-01T00:00:00Z` in JSON, and so is
/// read whatever lies before the world began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Stamp(pub Option<Time>);

impl Stamp {
    /// No time.
    pub const NONE: Self = Self(None);

    /// As it is written.
    pub fn text(self) -> String {
        self.0.map_or_else(|| ZERO_TIME.to_owned(), rfc3339)
    }

    /// The time that a text in RFC 3339 names, if it lies in the world.
    pub fn read(text: &str) -> Option<Time> {
        parse_rfc3339(text).and_then(since_world_began)
    }
}

impl From<Time> for Stamp {
    fn from(at: Time) -> Self {
        Self(Some(at))
    }
}

impl ToJson for Stamp {
    fn write(&self, to: &mut Writer) {
        to.string(&self.text());
    }

    fn is_nothing(&self) -> bool {
        self.0.is_none()
    }
}

impl FromJson for Stamp {
    fn from_json(value: &Value) -> json::Result<Self> {
        let unix = value.as_str().and_then(parse_rfc3339);
        let wrong = || json::mistaken(value, RFC3339);
        unix.map(|unix| Self(since_world_began(unix))).ok_or_else(wrong)
    }
}

const RFC3339: &str = "an RFC 3339 time";

fn since_world_began(unix_ns: i128) -> Option<Time> {
    u64::try_from(unix_ns - i128::from(Time::UNIX_NS)).ok().map(Time)
}

/// A moment that a client named, which may lie before the world began: kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    text: Arc<str>,
    unix_ns: i128,
}

impl Moment {
    /// Reads an RFC 3339 time.
    pub fn parse(text: &str) -> Option<Self> {
        let unix_ns = parse_rfc3339(text)?;
        Some(Self { text: shortened(text).into(), unix_ns })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Nanoseconds since 1970.
    pub fn unix_ns(&self) -> i128 {
        self.unix_ns
    }

    /// No time, as Go writes it.
    pub fn zero() -> Self {
        let unix_ns = parse_rfc3339(ZERO_TIME).unwrap_or_default();
        Self { text: ZERO_TIME.into(), unix_ns }
    }

    /// Whether this is no time.
    pub fn is_zero(&self) -> bool {
        self.unix_ns == Self::zero().unix_ns
    }

    /// The same moment, written in UTC.
    #[must_use]
    pub fn utc(&self) -> Self {
        Self { text: rfc3339_unix(self.unix_ns).into(), unix_ns: self.unix_ns }
    }

    /// As virtual time; what lies before the world began counts as its beginning.
    pub fn at(&self) -> Time {
        since_world_began(self.unix_ns).unwrap_or(Time::ZERO)
    }
}

impl From<Time> for Moment {
    fn from(at: Time) -> Self {
        Self { text: rfc3339(at).into(), unix_ns: at.unix_ns().into() }
    }
}

impl ToJson for Moment {
    fn write(&self, to: &mut Writer) {
        to.string(&self.text);
    }
}

impl FromJson for Moment {
    fn from_json(value: &Value) -> json::Result<Self> {
        value.as_str().and_then(Self::parse).ok_or_else(|| json::mistaken(value, RFC3339))
    }
}

/// Go writes no trailing zeros in a fraction, and no fraction of zeros.
fn shortened(text: &str) -> String {
    let Some((head, tail)) = text.split_once('.') else { return text.to_owned() };
    let zone = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
    let (fraction, zone) = tail.split_at(zone);
    match fraction.trim_end_matches('0') {
        "" => format!("{head}{zone}"),
        fraction => format!("{head}.{fraction}{zone}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_the_year_one() {
        assert_eq!(json::text(&Stamp::NONE), format!("\"{ZERO_TIME}\""));
        let read: Stamp = json::read(format!("\"{ZERO_TIME}\"").as_bytes()).unwrap();
        assert_eq!(read, Stamp::NONE);
        let at = Stamp::from(Time(1_500));
        let read: Stamp = json::read(json::text(&at).as_bytes()).unwrap();
        assert_eq!(read, at);
    }

    #[test]
    fn a_moment_keeps_its_zone_but_not_its_zeros() {
        for (text, written) in [
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("2024-01-01T02:00:00.500+02:00", "2024-01-01T02:00:00.5+02:00"),
            ("2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00Z"),
        ] {
            assert_eq!(Moment::parse(text).unwrap().text(), written);
        }
        assert_eq!(Moment::parse("2024-01-01T00:00:00Z").unwrap().at(), Time::ZERO);
        assert!(Moment::parse("yesterday").is_none());
    }
}
