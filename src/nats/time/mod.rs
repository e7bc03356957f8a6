//! Times and durations as Go writes them.
//!
//! Written here because the calendar needed is sixty lines, and the crates that know it cost more
//! of the page's size than the whole Raft.

mod duration;

pub use duration::{DurationError, go_duration, parse_duration, parse_go_duration};

use crate::kernel::Time;

/// How "no time" is written.
pub const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

const SECOND: u64 = 1_000_000_000;

/// A date and time of day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// The year.
    pub year: i64,
    /// The month, 1 to 12.
    pub month: u32,
    /// The day of the month, from 1.
    pub day: u32,
    /// The hour, 0 to 23.
    pub hour: u32,
    /// The minute.
    pub minute: u32,
    /// The second.
    pub second: u32,
    /// The nanosecond.
    pub nanos: u32,
}

impl Calendar {
    /// The calendar date of a virtual time.
    pub fn of(at: Time) -> Self {
        Self::of_unix(i128::from(at.unix_ns()))
    }

    /// The calendar date of a time given in nanoseconds since 1970.
    pub fn of_unix(unix_ns: i128) -> Self {
        let nanos = unix_ns.rem_euclid(i128::from(SECOND)) as u32;
        let seconds = i64::try_from(unix_ns.div_euclid(i128::from(SECOND))).unwrap_or(i64::MAX);
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400) as u32);
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
        Self { year, month, day, hour, minute, second, nanos }
    }

    /// As the `nats` CLI prints it: `2026-01-05 09:00:00`.
    pub fn local(&self) -> String {
        let Self { year, month, day, hour, minute, second, .. } = self;
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// A time in RFC 3339 with as many decimals as needed, as Go's `RFC3339Nano`.
pub fn rfc3339(at: Time) -> String {
    rfc3339_unix(i128::from(at.unix_ns()))
}

/// As [`rfc3339`], of a time given in nanoseconds since 1970.
pub fn rfc3339_unix(unix_ns: i128) -> String {
    let Calendar { year, month, day, hour, minute, second, nanos } = Calendar::of_unix(unix_ns);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// Reads an RFC 3339 time as nanoseconds since 1970, as strictly as Go: `T` and `Z` are capitals, a
/// day must exist, digits past the ninth are cut.
pub fn parse_rfc3339(text: &str) -> Option<i128> {
    let bytes = text.as_bytes();
    let number = |from: usize, len: usize| digits(bytes.get(from..from + len)?);
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let separated = is(4, b'-') && is(7, b'-') && is(10, b'T') && is(13, b':') && is(16, b':');
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !separated || !in_range {
        return None;
    }
    let (nanos, zone) = fraction(bytes.get(19..)?)?;
    let offset = zone_offset(zone)?;
    let days = days_from_civil(year, month, day);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(i128::from(seconds) * i128::from(SECOND) + i128::from(nanos))
}

/// Splits `.123Z` into nanoseconds and zone.
fn fraction(rest: &[u8]) -> Option<(u32, &[u8])> {
    let Some((b'.' | b',', after)) = rest.split_first() else {
        return Some((0, rest));
    };
    let len = after.iter().take_while(|b| b.is_ascii_digit()).count();
    if len == 0 {
        return None;
    }
    let digit = |i: usize| if i < len { u32::from(after[i] - b'0') } else { 0 };
    Some(((0..9).fold(0, |nanos, i| nanos * 10 + digit(i)), &after[len..]))
}

/// The zone's offset from UTC, in seconds.
fn zone_offset(zone: &[u8]) -> Option<i64> {
    let (sign, rest) = match zone.split_first()? {
        (b'Z', []) => return Some(0),
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let [_, _, b':', _, _] = rest else { return None };
    let (hours, minutes) = (digits(&rest[..2])?, digits(&rest[3..])?);
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes
        .iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 to year, month and day (Howard Hinnant's algorithm).
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month as u32, (doy - (153 * mp + 2) / 5 + 1) as u32)
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = (month + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ZERO_TIME_NS: i128 = -62_135_596_800 * SECOND as i128;

    #[test]
    fn the_world_begins_on_a_monday_morning() {
        assert_eq!(rfc3339(Time::ZERO), "2026-01-05T09:00:00Z");
        assert_eq!(rfc3339(Time(1_500_000)), "2026-01-05T09:00:00.0015Z");
        assert_eq!(rfc3339(Time(1)), "2026-01-05T09:00:00.000000001Z");
        assert_eq!(Calendar::of(Time::ZERO).local(), "2026-01-05 09:00:00");
        assert_eq!(rfc3339_unix(ZERO_TIME_NS), ZERO_TIME);
    }

    #[test]
    fn times_are_read_as_go_reads_them() {
        for (text, unix_ns) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T01:30:00+01:30", 0),
            ("1969-12-31T19:00:00.25-05:00", 250_000_000),
            ("2000-02-29T12:00:00,5Z", 951_825_600_500_000_000),
            ("1970-01-01T00:00:00.1234567899Z", 123_456_789),
            (ZERO_TIME, ZERO_TIME_NS),
        ] {
            assert_eq!(parse_rfc3339(text), Some(unix_ns), "{text}");
        }
        for text in [
            "",
            "2026-01-05",
            "2026-01-05T09:00:00",
            "2026-01-05t09:00:00z",
            "2026-13-05T09:00:00Z",
            "2026-02-29T09:00:00Z",
            "2026-01-05T24:00:00Z",
            "2026-01-05T09:00:60Z",
            "2026-01-05T09:00:00.Z",
            "2026-01-05T09:00:00Zx",
            "2026-01-05T09:00:00+0100",
            "2026-01-05 09:00:00Z",
            "2026-01-05T09:00:0éZ",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_time_reads_back(ns in ZERO_TIME_NS..253_402_300_799_000_000_000) {
            prop_assert_eq!(parse_rfc3339(&rfc3339_unix(ns)), Some(ns));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[-+0-9.:TZ]{0,30}") {
            let _ = parse_rfc3339(&text);
        }
    }
}
