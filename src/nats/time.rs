//! Times and durations as Go writes them.
//!
//! Written here because the calendar needed is sixty lines, and the crates that know it cost more
//! of the page's size than the whole Raft.

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
        let unix = at.unix_ns();
        let (days, rest) = ((unix / SECOND / 86_400) as i64, unix / SECOND % 86_400);
        let (year, month, day) = civil_from_days(days);
        Self {
            year,
            month,
            day,
            hour: (rest / 3_600) as u32,
            minute: (rest / 60 % 60) as u32,
            second: (rest % 60) as u32,
            nanos: (unix % SECOND) as u32,
        }
    }

    /// As the `nats` CLI prints it: `2026-01-05 09:00:00`.
    pub fn local(&self) -> String {
        let Self { year, month, day, hour, minute, second, .. } = self;
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// A time in RFC 3339 with as many decimals as needed, as Go's `RFC3339Nano`.
pub fn rfc3339(at: Time) -> String {
    let Calendar { year, month, day, hour, minute, second, nanos } = Calendar::of(at);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if nanos > 0 {
        let digits = format!("{nanos:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// Reads an RFC 3339 time as nanoseconds since 1970.
pub fn parse_rfc3339(text: &str) -> Option<i128> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let at = |index: usize, c: u8| text.as_bytes().get(index) == Some(&c);
    let shape = at(4, b'-') && at(7, b'-') && (at(10, b'T') || at(10, b't'));
    if !shape || !at(13, b':') || !at(16, b':') {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut nanos = 0i128;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        for place in 0..9 {
            let digit = fraction.as_bytes().get(place).filter(|b| b.is_ascii_digit());
            nanos = nanos * 10 + digit.map_or(0, |b| i128::from(b - b'0'));
        }
        rest = &fraction[digits..];
    }
    let offset = match rest.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let digit = |b: &u8| b.is_ascii_digit().then(|| i64::from(b - b'0'));
            let seconds =
                (digit(h1)? * 10 + digit(h2)?) * 3_600 + (digit(m1)? * 10 + digit(m2)?) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let days = days_from_civil(year, month, day);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(i128::from(seconds) * i128::from(SECOND) + nanos)
}

/// A duration as Go prints it: `1m0s`, `2.5s`, `100ms`.
pub fn go_duration(nanos: u64) -> String {
    if nanos == 0 {
        return "0s".to_owned();
    }
    if nanos < SECOND {
        let (unit, name) = match nanos {
            0..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            _ => (1_000_000, "ms"),
        };
        return format!("{}{name}", decimal(nanos, unit));
    }
    let seconds = nanos / SECOND;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let last = decimal(nanos % (60 * SECOND), SECOND);
    match (hours, minutes) {
        (0, 0) => format!("{last}s"),
        (0, m) => format!("{m}m{last}s"),
        (h, m) => format!("{h}h{m}m{last}s"),
    }
}

fn decimal(value: u64, unit: u64) -> String {
    let (whole, rest) = (value / unit, value % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// Reads a duration as Go does (`1h30m`, `1500ms`, `1.5s`), in nanoseconds. `d` for days is taken
/// too, as the `nats` CLI does.
pub fn parse_duration(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let mut rest = text;
    let mut total = 0u64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(end);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let scale = match unit {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => SECOND,
            "m" => 60 * SECOND,
            "h" => 3_600 * SECOND,
            "d" => 86_400 * SECOND,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(scale)?)?;
        let mut place = scale;
        for digit in fraction.bytes() {
            if !digit.is_ascii_digit() {
                return None;
            }
            place /= 10;
            total = total.checked_add(u64::from(digit - b'0') * place)?;
        }
        rest = tail;
    }
    Some(total)
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

    #[test]
    fn the_world_begins_on_a_monday_morning() {
        assert_eq!(rfc3339(Time::ZERO), "2026-01-05T09:00:00Z");
        assert_eq!(rfc3339(Time(1_500_000)), "2026-01-05T09:00:00.0015Z");
        assert_eq!(Calendar::of(Time::ZERO).local(), "2026-01-05 09:00:00");
    }

    #[test]
    fn durations_are_gos() {
        for (nanos, text) in [
            (0, "0s"),
            (60 * SECOND, "1m0s"),
            (2_500_000_000, "2.5s"),
            (100_000_000, "100ms"),
            (90 * 60 * SECOND, "1h30m0s"),
            (1_500, "1.5µs"),
        ] {
            assert_eq!(go_duration(nanos), text);
            assert_eq!(parse_duration(text), Some(nanos));
        }
        assert_eq!(parse_duration("1h30m"), Some(5_400 * SECOND));
        for bad in ["", "5", "s", "1x", ".s", "1..5s"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_time_is_read_back(nanos in 0..u64::MAX / 8) {
            let at = Time(nanos);
            prop_assert_eq!(parse_rfc3339(&rfc3339(at)), Some(i128::from(at.unix_ns())));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,40}") {
            let _ = parse_rfc3339(&text);
            let _ = parse_duration(&text);
        }
    }
}
