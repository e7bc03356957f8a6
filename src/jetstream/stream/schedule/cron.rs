//! Cron patterns of six fields, seconds first, as the message scheduler reads them.

use super::zone::Zone;
use crate::nats::time::Calendar;

const SECOND: i128 = 1_000_000_000;
/// So many days ahead a date is looked for.
const HORIZON: i64 = 5 * 366;
const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A cron pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cron {
    seconds: Field,
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// The values of a field, as bits; and whether it was written as "all".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    bits: u64,
    all: bool,
}

impl Cron {
    /// Reads a pattern, or one of the names for common ones.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        let pattern = match pattern {
            "@yearly" | "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" | "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            pattern => pattern,
        };
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        let [seconds, minutes, hours, days, months, weekdays] = fields[..] else { return None };
        Some(Self {
            seconds: Field::parse(seconds, 0, 59, &[])?,
            minutes: Field::parse(minutes, 0, 59, &[])?,
            hours: Field::parse(hours, 0, 23, &[])?,
            days: Field::parse(days, 1, 31, &[])?,
            months: Field::parse(months, 1, 12, MONTHS)?,
            weekdays: Field::parse(weekdays, 0, 6, WEEKDAYS)?,
        })
    }

    /// The first moment after this one that it matches, in nanoseconds since 1970; none if there is
    /// none within five years.
    pub(super) fn next(&self, after: i128, zone: Zone) -> Option<i128> {
        let today = zone.local_seconds(after).div_euclid(86_400);
        (today..today + HORIZON).filter(|day| self.has_day(*day)).find_map(|day| {
            self.times().find_map(|second| {
                let at = i128::from(zone.unix_seconds(day * 86_400 + second)?) * SECOND;
                (at > after).then_some(at)
            })
        })
    }

    fn has_day(&self, day: i64) -> bool {
        let date = Calendar::of_unix(i128::from(day) * 86_400 * SECOND);
        // 1970 began on a Thursday.
        let weekday = (day + 4).rem_euclid(7) as u32;
        let (by_day, by_weekday) = (self.days.has(date.day), self.weekdays.has(weekday));
        self.months.has(date.month)
            && if self.days.all || self.weekdays.all {
                by_day && by_weekday
            } else {
                by_day || by_weekday
            }
    }

    /// The seconds of a day that match.
    fn times(&self) -> impl Iterator<Item = i64> {
        let Self { seconds, minutes, hours, .. } = *self;
        let hours = (0..24).filter(move |hour| hours.has(*hour));
        hours.flat_map(move |hour| {
            let minutes = (0..60).filter(move |minute| minutes.has(*minute));
            minutes.flat_map(move |minute| {
                let seconds = (0..60).filter(move |second| seconds.has(*second));
                seconds.map(move |second| i64::from(hour * 3_600 + minute * 60 + second))
            })
        })
    }
}

impl Field {
    fn has(self, value: u32) -> bool {
        self.bits >> value & 1 == 1
    }

    /// Ranges with commas between them.
    fn parse(text: &str, low: u32, high: u32, names: &[&str]) -> Option<Self> {
        let mut field = Self { bits: 0, all: false };
        for range in text.split(',').filter(|range| !range.is_empty()) {
            let part = Self::range(range, low, high, names)?;
            field = Self { bits: field.bits | part.bits, all: field.all || part.all };
        }
        Some(field)
    }

    /// `*`, `?`, `5`, `1-5`, each perhaps with `/` and a step.
    fn range(text: &str, low: u32, high: u32, names: &[&str]) -> Option<Self> {
        let number = |text: &str| {
            let named = names.iter().position(|name| text.eq_ignore_ascii_case(name));
            named.map_or_else(|| text.parse().ok(), |at| Some(at as u32 + low))
        };
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|&n| n > 0)?)),
            None => (text, None),
        };
        let is_all = range == "*" || range == "?";
        let (from, to) = match range.split_once('-') {
            _ if is_all => (low, high),
            Some((from, to)) => (number(from)?, number(to)?),
            // A step without an end goes to the last value.
            None if step.is_some() => (number(range)?, high),
            None => (number(range)?, number(range)?),
        };
        if from < low || to > high || from > to {
            return None;
        }
        let step = step.unwrap_or(1);
        let bits = (from..=to).step_by(step as usize).fold(0, |bits, value| bits | 1 << value);
        Some(Self { bits, all: is_all && step == 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::time::{parse_rfc3339, rfc3339_unix};

    fn next(pattern: &str, after: &str, zone: &str) -> Option<String> {
        let after = parse_rfc3339(after).unwrap();
        let at = Cron::parse(pattern)?.next(after, Zone::named(zone)?)?;
        Some(rfc3339_unix(at))
    }

    #[test]
    fn the_next_moment_is_found() {
        let cases = [
            ("*/10 * * * * *", "2026-01-05T09:00:00Z", "2026-01-05T09:00:10Z"),
            ("0 30 9-17 * * mon-fri", "2026-01-09T17:30:00Z", "2026-01-12T09:30:00Z"),
            ("@monthly", "2026-01-05T09:00:00Z", "2026-02-01T00:00:00Z"),
            ("@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("@weekly", "2026-01-05T09:00:00Z", "2026-01-11T00:00:00Z"),
            ("0 0 0 29 2 *", "2026-01-05T09:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 12 13 * fri", "2026-01-05T09:00:00Z", "2026-01-09T12:00:00Z"),
            ("5/20 0 0 * * ?", "2026-01-05T00:00:05Z", "2026-01-05T00:00:25Z"),
        ];
        for (pattern, after, at) in cases {
            assert_eq!(next(pattern, after, "UTC").as_deref(), Some(at), "{pattern}");
        }
        assert_eq!(next("0 0 0 31 2 *", "2026-01-05T09:00:00Z", "UTC"), None);
    }

    #[test]
    fn a_zone_has_its_own_midnight() {
        let midnight = |after, zone| next("@daily", after, zone).unwrap();
        assert_eq!(midnight("2026-01-05T09:00:00Z", "America/New_York"), "2026-01-06T05:00:00Z");
        assert_eq!(midnight("2026-07-05T09:00:00Z", "America/New_York"), "2026-07-06T04:00:00Z");
        assert_eq!(midnight("2026-07-05T09:00:00Z", "Europe/Berlin"), "2026-07-05T22:00:00Z");
        // 02:30 does not exist on the day the clocks go forward.
        let skipped = next("0 30 2 * * *", "2026-03-29T00:00:00Z", "Europe/Berlin");
        assert_eq!(skipped.as_deref(), Some("2026-03-30T00:30:00Z"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in [
            "",
            "* * * * *",
            "60 * * * * *",
            "* * * 0 * *",
            "5-1 * * * * *",
            "*/0 * * * * *",
            "x * * * * *",
        ] {
            assert_eq!(Cron::parse(pattern), None, "{pattern}");
        }
    }
}
