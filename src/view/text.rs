//! Numbers, times and bytes as a person reads them.

use std::str::Utf8Error;

use crate::kernel::{Span, Time};

/// Minutes, seconds and milliseconds, and the microseconds apart: `("00:04.312", ".084")`. From an
/// hour on, hours as well.
pub fn clock(now: Time) -> (String, String) {
    let micros = now.0 / 1_000;
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let tail = format!("{seconds:02}.{:03}", micros / 1_000);
    let text = match minutes / 60 {
        0 => format!("{minutes:02}:{tail}"),
        hours => format!("{hours}:{:02}:{tail}", minutes % 60),
    };
    (text, format!(".{:03}", micros % 1_000))
}

/// A moment as seconds: `4.312 s`, with microseconds where `fine`.
pub fn seconds(at: Time, fine: bool) -> String {
    let micros = at.0 / 1_000;
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    if fine { format!("{seconds}.{rest:06} s") } else { format!("{seconds}.{:03} s", rest / 1_000) }
}

/// How long ago: `0.4 s`, `12 s`, `3 min 5 s`, `just now`.
pub fn age(span: Span) -> String {
    let millis = span.as_millis();
    match millis {
        0 => "just now".to_owned(),
        1..=99 => format!("{millis} ms"),
        100..=9_999 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        10_000..=59_999 => format!("{} s", millis / 1_000),
        60_000..=3_599_999 => format!("{} min {} s", millis / 60_000, millis / 1_000 % 60),
        _ => format!("{} h {} min", millis / 3_600_000, millis / 60_000 % 60),
    }
}

/// A length of time without what is nothing: `250 µs`, `500 ms`, `30 s`, `5 min`, `2 h`.
pub fn brief(span: Span) -> String {
    if span < Span::secs(1) {
        return span.to_string();
    }
    let long = age(span);
    let cut = long.trim_end_matches(" 0 min").trim_end_matches(" 0 s");
    cut.replace(".0 s", " s")
}

/// A number with thin groups of three: `1,284`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size: `12 B`, `1.5 KiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    for (unit, name) in UNITS {
        if bytes >= unit {
            let tenths = bytes.saturating_mul(10) / unit;
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} B")
}

/// A count and its noun: `1 message`, `3 messages`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// How much is shown of bytes that are no text: nobody reads on.
const NO_TEXT: usize = 120;

/// Bytes as text with everything invisible escaped, and at most `most` characters of it. What is no text is
/// shown byte by byte, and only its beginning. However many bytes there are, few of them are looked at.
pub fn escaped(bytes: &[u8], most: usize) -> String {
    // A character has at most four bytes; one more tells that something is left out.
    let head = &bytes[..bytes.len().min(most.saturating_mul(4).saturating_add(4))];
    let cut = |error: &Utf8Error| error.error_len().is_none() && head.len() < bytes.len();
    let text = match std::str::from_utf8(head) {
        Err(error) if cut(&error) => std::str::from_utf8(&head[..error.valid_up_to()]),
        other => other,
    };
    let mut out = String::new();
    let left_out = match text {
        Ok(text) => {
            text.chars().take(most).for_each(|c| push_visible(&mut out, c));
            text.chars().nth(most).is_some()
        }
        Err(_) => {
            let shown = most.min(NO_TEXT);
            for byte in bytes.iter().take(shown) {
                match char::from(*byte) {
                    c if c.is_ascii() => push_visible(&mut out, c),
                    _ => out.push_str(&format!("\\x{byte:02x}")),
                }
            }
            bytes.len() > shown
        }
    };
    if left_out {
        out.push('…');
    }
    out
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\r' => out.push_str("\\r"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
        c => out.push(c),
    }
}

/// A list of words: `a`, `a and b`, `a, b and c`.
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// At most `most` characters of a text, with an ellipsis where something is missing.
pub fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_on_the_transport() {
        assert_eq!(clock(Time(4_312_084_000)), ("00:04.312".into(), ".084".into()));
        assert_eq!(clock(Time(3_661_000_000_000)).0, "1:01:01.000");
        assert_eq!(seconds(Time(4_312_084_000), false), "4.312 s");
        assert_eq!(age(Span::millis(400)), "0.4 s");
        assert_eq!(age(Span::secs(185)), "3 min 5 s");
        for (span, text) in [(500, "500 ms"), (60_000, "1 min"), (3_600_000, "1 h")] {
            assert_eq!(brief(Span::millis(span)), text);
        }
        assert_eq!(brief(Span::micros(500)), "500 µs");
        let brief = [Span::secs(5), Span::secs(30), Span::secs(3_600)].map(brief);
        assert_eq!(brief, ["5 s", "30 s", "1 h"]);
    }

    #[test]
    fn numbers_and_sizes_are_readable() {
        assert_eq!(grouped(1_284), "1,284");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(size(210), "210 B");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size(200 << 10), "200.0 KiB");
        assert_eq!(size(64 << 20), "64.0 MiB");
        assert_eq!(count(1, "message"), "1 message");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }

    #[test]
    fn of_what_is_no_text_only_the_beginning_is_shown() {
        assert_eq!(escaped(b"\x89PNG\r\n\x1a\n", 99), "\\x89PNG\\r\\n\\x1a\\n");
        assert_eq!(escaped(b"\xe2\x82", 99), "\\xe2\\x82", "half a character");
        let chunk: Vec<u8> = (0..131_072_u32).map(|n| ((n * 167) >> 3) as u8).collect();
        let shown = escaped(&chunk, 4_000);
        assert!(shown.len() < 5 * NO_TEXT && shown.ends_with('…'), "{shown}");
    }

    #[test]
    fn invisible_bytes_are_escaped() {
        assert_eq!(escaped(b"PUB a 1\r\nx\x01", 99), "PUB a 1\\r\\nx\\x01");
        assert_eq!(escaped(b"abcdef", 3), "abc…");
        assert_eq!(escaped("äöü".as_bytes(), 3), "äöü");
        assert_eq!(escaped("𝄞".repeat(9).as_bytes(), 3), "𝄞𝄞𝄞…");
        assert_eq!(escaped(format!("a{}", "ä".repeat(99)).as_bytes(), 3), "aää…");
        assert_eq!(short("abcdef", 4), "abc…");
    }
}
