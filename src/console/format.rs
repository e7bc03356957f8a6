//! Numbers, sizes, durations and times as the `nats` CLI writes them.
//!
//! All of it is integer arithmetic: what the CLI rounds with floats comes out the same here, on
//! every machine.

use crate::kernel::{Span, Time};
pub(crate) use crate::nats::json::pretty as pretty_json;
use crate::nats::time::{Calendar, go_duration};

const MILLI: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

/// A whole number with commas between the thousands: `1,234,567`.
pub(crate) fn comma(value: i128) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in units of 1024: `512 B`, `1.5 KiB`, `12 MiB`. Below ten units it has one decimal.
pub(crate) fn ibytes(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut exponent, mut rest) = (0, bytes);
    while rest >= 1024 && exponent + 1 < UNITS.len() {
        rest /= 1024;
        exponent += 1;
    }
    let name = UNITS[exponent];
    if exponent == 0 {
        return format!("{bytes} {name}");
    }
    let unit = 1u128 << (10 * exponent);
    let tenths = (u128::from(bytes) * 10 + unit / 2) / unit;
    if tenths < 100 {
        return format!("{}.{} {name}", tenths / 10, tenths % 10);
    }
    // Go prints the half to the even neighbour.
    let (whole, part) = (tenths / 10, tenths % 10);
    let up = part > 5 || (part == 5 && whole % 2 == 1);
    format!("{} {name}", whole + u128::from(up))
}

/// A duration: `250µs`, `84ms`, `4.00s`, `8m37s`, `2d3h0m1s`.
pub(crate) fn duration(span: Span) -> String {
    let nanos = span.as_nanos();
    let rounded = |unit: u64| (nanos + unit / 2) / unit * unit;
    if nanos < MILLI {
        return go_duration(rounded(1_000));
    }
    if nanos < SECOND {
        return go_duration(rounded(MILLI));
    }
    let seconds = nanos / SECOND;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let (s, m, h) = (seconds % 60, minutes % 60, hours % 24);
    match (days / 365, days, hours, minutes) {
        (0, 0, 0, 0) => {
            let hundredths = (nanos + SECOND / 200) / (SECOND / 100);
            format!("{}.{:02}s", hundredths / 100, hundredths % 100)
        }
        (0, 0, 0, _) => format!("{m}m{s}s"),
        (0, 0, _, _) => format!("{h}h{m}m{s}s"),
        (0, _, _, _) => format!("{days}d{h}h{m}m{s}s"),
        (years, _, _, _) => format!("{years}y{}d{h}h{m}m{s}s", days % 365),
    }
}

/// The time of day that the CLI puts before what it logs: `09:00:00`.
pub(crate) fn clock(at: Time) -> String {
    let Calendar { hour, minute, second, .. } = Calendar::of(at);
    format!("{hour:02}:{minute:02}:{second:02}")
}

/// An RFC 3339 time of the API as Go's `%v` writes it: `2026-01-05 09:00:00.25 +0000 UTC`.
pub(crate) fn go_time(text: &str) -> String {
    match text.split_once('T') {
        Some((date, time)) => format!("{date} {} +0000 UTC", time.trim_end_matches('Z')),
        None => text.to_owned(),
    }
}

/// Reads a size as the CLI does: `100`, `1K`, `1kb`, `1KiB`, `-1`; all units are of 1024.
pub(crate) fn parse_bytes(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: i64 = number.parse().ok()?;
    let exponent = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return None,
    };
    number.checked_mul(1i64 << exponent)
}

/// A text in quotes as Go's `%q` writes it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_humanized() {
        for (bytes, text) in [
            (0, "0 B"),
            (9, "9 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (10 * 1024, "10 KiB"),
            (300_000, "293 KiB"),
            (1024 * 1024, "1.0 MiB"),
            (256 * 1024 * 1024, "256 MiB"),
            (u64::MAX, "16 EiB"),
        ] {
            assert_eq!(ibytes(bytes), text);
        }
        for (text, bytes) in [
            ("100", 100),
            ("1K", 1024),
            ("2kb", 2048),
            ("1MiB", 1 << 20),
            ("-1", -1),
            ("1 G", 1 << 30),
        ] {
            assert_eq!(parse_bytes(text), Some(bytes));
        }
        for bad in ["", "x", "1Q", "1.5K", "9999999999T"] {
            assert_eq!(parse_bytes(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations_are_humanized() {
        for (nanos, text) in [
            (1_499, "1µs"),
            (250_400, "250µs"),
            (84_400_000, "84ms"),
            (4 * SECOND, "4.00s"),
            (4_996 * MILLI, "5.00s"),
            (120 * SECOND, "2m0s"),
            (517 * SECOND, "8m37s"),
            (3_600 * SECOND, "1h0m0s"),
            (90_061 * SECOND, "1d1h1m1s"),
            (366 * 86_400 * SECOND, "1y1d0h0m0s"),
        ] {
            assert_eq!(duration(Span(nanos)), text);
        }
    }

    #[test]
    fn numbers_and_times_are_the_clis() {
        assert_eq!(comma(0), "0");
        assert_eq!(comma(1_234_567), "1,234,567");
        assert_eq!(comma(-1_000), "-1,000");
        assert_eq!(clock(Time(3_661 * SECOND)), "10:01:01");
        assert_eq!(go_time("2026-01-05T09:00:00.25Z"), "2026-01-05 09:00:00.25 +0000 UTC");
    }

    proptest! {
        #[test]
        fn anything_can_be_formatted(n in any::<u64>(), text in ".{0,40}") {
            let _ = (ibytes(n), duration(Span(n)), clock(Time(n >> 2)), comma(i128::from(n)));
            let _ = (go_time(&text), parse_bytes(&text), quoted(&text));
        }
    }
}
