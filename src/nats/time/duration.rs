//! Durations as Go writes and reads them.

use thiserror::Error;

const SECOND: u64 = 1_000_000_000;

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

/// Why a text is not a duration, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DurationError {
    /// Not of the form, or out of range.
    #[error("time: invalid duration {0:?}")]
    Invalid(String),
    /// A number without unit.
    #[error("time: missing unit in duration {0:?}")]
    MissingUnit(String),
    /// A unit that is none.
    #[error("time: unknown unit {unit:?} in duration {text:?}")]
    UnknownUnit {
        /// The unit in question.
        unit: String,
        /// The whole text.
        text: String,
    },
}

/// Reads a duration as Go does (`1h30m`, `1500ms`, `-1.5s`, `0`), in nanoseconds. Go has no unit
/// longer than an hour. This is how the server reads headers such as `Nats-TTL`.
///
/// # Errors
///
/// [`DurationError`] with the text Go gives.
pub fn parse_go_duration(text: &str) -> Result<i64, DurationError> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let total = sum_of_parts(text, rest, go_unit)?;
    let total = if negative { -total } else { total };
    i64::try_from(total).map_err(|_| DurationError::Invalid(text.to_owned()))
}

/// Reads a duration as the `nats` command line does, in nanoseconds: Go's units, and `d` for days,
/// `w` for weeks, `M` for 30 days, `y` for 365.
pub fn parse_duration(text: &str) -> Option<u64> {
    let unit = |name: &str| match name {
        "d" | "D" => Some(86_400 * SECOND),
        "w" | "W" => Some(7 * 86_400 * SECOND),
        "M" => Some(30 * 86_400 * SECOND),
        "y" | "Y" => Some(365 * 86_400 * SECOND),
        _ => go_unit(name),
    };
    u64::try_from(sum_of_parts(text, text, unit).ok()?).ok()
}

/// Adds up `1h30m`: numbers with up to one decimal point, each followed by its unit.
fn sum_of_parts(
    text: &str,
    mut rest: &str,
    unit_of: impl Fn(&str) -> Option<u64>,
) -> Result<i128, DurationError> {
    let invalid = || DurationError::Invalid(text.to_owned());
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0;
    while !rest.is_empty() {
        let (whole, after) = take_digits(rest);
        let (decimals, after) = match after.strip_prefix('.') {
            Some(after) => take_digits(after),
            None => ("", after),
        };
        if whole.is_empty() && decimals.is_empty() {
            return Err(invalid());
        }
        let unit_len = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        if unit.is_empty() {
            return Err(DurationError::MissingUnit(text.to_owned()));
        }
        let nanos = unit_of(unit).map(i128::from).ok_or_else(|| DurationError::UnknownUnit {
            unit: unit.to_owned(),
            text: text.to_owned(),
        })?;
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| invalid())? };
        // More decimals than these cannot change a nanosecond of a year.
        let decimals = &decimals[..decimals.len().min(17)];
        let scale = 10_i128.pow(decimals.len() as u32);
        let part: i128 = decimals.parse().unwrap_or_default();
        total += i128::from(whole) * nanos + part * nanos / scale;
        // Go's range; one more for the most negative one.
        if total > i128::from(i64::MAX) + 1 {
            return Err(invalid());
        }
        rest = after;
    }
    Ok(total)
}

fn take_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

fn go_unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        // Unicode has two micro signs.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_gos() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (3_300_000_000, "3.3s"),
            (60 * SECOND, "1m0s"),
            (300 * SECOND + 1_000_000, "5m0.001s"),
            (3_600 * SECOND, "1h0m0s"),
            (i64::MAX as u64, "2562047h47m16.854775807s"),
        ] {
            assert_eq!(go_duration(nanos), text);
            assert_eq!(parse_duration(text), Some(nanos), "{text}");
            assert_eq!(parse_go_duration(text), Ok(nanos as i64), "{text}");
        }
        for (text, nanos) in [
            ("1h30m", 5_400_000_000_000),
            ("1500ms", 1_500_000_000),
            ("+5s", 5_000_000_000),
            ("-.5s", -500_000_000),
            ("5.s", 5_000_000_000),
            ("0", 0),
            ("-0", 0),
            ("3us", 3_000),
            ("3μs", 3_000),
            ("-2562047h47m16.854775808s", i64::MIN),
        ] {
            assert_eq!(parse_go_duration(text), Ok(nanos), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_in_gos_words() {
        for (text, error) in [
            ("", "invalid duration \"\""),
            ("x", "invalid duration \"x\""),
            ("-", "invalid duration \"-\""),
            (".s", "invalid duration \".s\""),
            ("5s ", "unknown unit \"s \" in duration \"5s \""),
            ("5", "missing unit in duration \"5\""),
            ("1..5s", "missing unit in duration \"1..5s\""),
            ("5d", "unknown unit \"d\" in duration \"5d\""),
            ("3000000h", "invalid duration \"3000000h\""),
            ("99999999999999999999s", "invalid duration \"99999999999999999999s\""),
        ] {
            let found = parse_go_duration(text).unwrap_err().to_string();
            assert_eq!(found, format!("time: {error}"));
        }
    }

    #[test]
    fn the_command_line_knows_longer_units() {
        for (text, seconds) in [("1d", 86_400), ("2w1d12h", 1_339_200), ("1M", 2_592_000)] {
            assert_eq!(parse_duration(text), Some(seconds * SECOND), "{text}");
        }
        assert_eq!(parse_duration("1y"), Some(365 * 86_400 * SECOND));
        for text in ["", "5", "1x", "-5s", "300y"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_duration_reads_back(ns in 0..=i64::MAX as u64) {
            prop_assert_eq!(parse_duration(&go_duration(ns)), Some(ns));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[-+0-9.hmsdµ]{0,30}") {
            let _ = (parse_duration(&text), parse_go_duration(&text));
        }
    }
}
