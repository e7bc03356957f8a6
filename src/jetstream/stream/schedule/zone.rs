//! Time zones for cron patterns: those of the larger places, with the rules of today for the time
//! of the year when clocks are put forward. A server knows all zones of its system.

use crate::nats::time::Calendar;

const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone {
    /// Minutes ahead of UTC when clocks are not put forward.
    offset: i64,
    summer: Summer,
}

/// When clocks are an hour ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Summer {
    Never,
    /// From the last Sunday of March to the last of October, at 01:00 UTC.
    Europe,
    /// From the second Sunday of March to the first of November, at 02:00 local time.
    America,
    /// From the first Sunday of October to the first of April, at 02:00 standard time.
    Australia,
    /// From the last Sunday of September to the first of April, at 02:00 standard time.
    NewZealand,
}

const ZONES: &[(&str, i64, Summer)] = &[
    ("UTC", 0, Summer::Never),
    ("Etc/UTC", 0, Summer::Never),
    ("GMT", 0, Summer::Never),
    ("Local", 0, Summer::Never),
    ("Africa/Cairo", 120, Summer::Never),
    ("Africa/Johannesburg", 120, Summer::Never),
    ("Africa/Lagos", 60, Summer::Never),
    ("Africa/Nairobi", 180, Summer::Never),
    ("America/Bogota", -300, Summer::Never),
    ("America/Chicago", -360, Summer::America),
    ("America/Denver", -420, Summer::America),
    ("America/Halifax", -240, Summer::America),
    ("America/Los_Angeles", -480, Summer::America),
    ("America/Mexico_City", -360, Summer::Never),
    ("America/New_York", -300, Summer::America),
    ("America/Phoenix", -420, Summer::Never),
    ("America/Sao_Paulo", -180, Summer::Never),
    ("America/Toronto", -300, Summer::America),
    ("America/Vancouver", -480, Summer::America),
    ("Asia/Bangkok", 420, Summer::Never),
    ("Asia/Dubai", 240, Summer::Never),
    ("Asia/Hong_Kong", 480, Summer::Never),
    ("Asia/Jakarta", 420, Summer::Never),
    ("Asia/Karachi", 300, Summer::Never),
    ("Asia/Kolkata", 330, Summer::Never),
    ("Asia/Manila", 480, Summer::Never),
    ("Asia/Seoul", 540, Summer::Never),
    ("Asia/Shanghai", 480, Summer::Never),
    ("Asia/Singapore", 480, Summer::Never),
    ("Asia/Taipei", 480, Summer::Never),
    ("Asia/Tokyo", 540, Summer::Never),
    ("Australia/Brisbane", 600, Summer::Never),
    ("Australia/Melbourne", 600, Summer::Australia),
    ("Australia/Perth", 480, Summer::Never),
    ("Australia/Sydney", 600, Summer::Australia),
    ("Europe/Amsterdam", 60, Summer::Europe),
    ("Europe/Athens", 120, Summer::Europe),
    ("Europe/Berlin", 60, Summer::Europe),
    ("Europe/Brussels", 60, Summer::Europe),
    ("Europe/Dublin", 0, Summer::Europe),
    ("Europe/Helsinki", 120, Summer::Europe),
    ("Europe/Istanbul", 180, Summer::Never),
    ("Europe/Kyiv", 120, Summer::Europe),
    ("Europe/Lisbon", 0, Summer::Europe),
    ("Europe/London", 0, Summer::Europe),
    ("Europe/Madrid", 60, Summer::Europe),
    ("Europe/Moscow", 180, Summer::Never),
    ("Europe/Oslo", 60, Summer::Europe),
    ("Europe/Paris", 60, Summer::Europe),
    ("Europe/Prague", 60, Summer::Europe),
    ("Europe/Rome", 60, Summer::Europe),
    ("Europe/Stockholm", 60, Summer::Europe),
    ("Europe/Vienna", 60, Summer::Europe),
    ("Europe/Warsaw", 60, Summer::Europe),
    ("Europe/Zurich", 60, Summer::Europe),
    ("Pacific/Auckland", 720, Summer::NewZealand),
    ("Pacific/Honolulu", -600, Summer::Never),
];

impl Zone {
    /// Where no zone is named.
    pub(super) const UTC: Self = Self { offset: 0, summer: Summer::Never };

    /// The zone of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (_, offset, summer) = ZONES.iter().find(|(known, ..)| *known == name)?;
        Some(Self { offset: *offset, summer: *summer })
    }

    /// What clocks there show at this moment (nanoseconds since 1970), in seconds since they
    /// showed 1970.
    pub(super) fn local_seconds(self, unix_ns: i128) -> i64 {
        let seconds = i64::try_from(unix_ns.div_euclid(SECOND)).unwrap_or(i64::MAX / 2);
        seconds + self.ahead(seconds)
    }

    /// When clocks there show this, in seconds since 1970: the first time if they do so twice,
    /// none if they skip it.
    pub(super) fn unix_seconds(self, local: i64) -> Option<i64> {
        let standard = local - self.offset * 60;
        [standard - 3_600, standard].into_iter().find(|at| at + self.ahead(*at) == local)
    }

    /// Seconds ahead of UTC at this moment.
    fn ahead(self, unix: i64) -> i64 {
        let is_summer = match self.bounds(unix) {
            None => false,
            Some((from, to)) if from < to => (from..to).contains(&unix),
            Some((from, to)) => !(to..from).contains(&unix),
        };
        self.offset * 60 + if is_summer { 3_600 } else { 0 }
    }

    /// When clocks are put forward and back in the year of this moment.
    fn bounds(self, unix: i64) -> Option<(i64, i64)> {
        let standard = unix + self.offset * 60;
        let year = Calendar::of_unix(i128::from(standard) * SECOND).year;
        let at_two = |day: i64| day * DAY + 2 * 3_600 - self.offset * 60;
        match self.summer {
            Summer::Never => None,
            Summer::Europe => {
                let at_one = |day: i64| day * DAY + 3_600;
                Some((at_one(sunday(year, 4, 0)), at_one(sunday(year, 11, 0))))
            }
            Summer::America => {
                Some((at_two(sunday(year, 3, 2)), at_two(sunday(year, 11, 1)) - 3_600))
            }
            Summer::Australia => Some((at_two(sunday(year, 10, 1)), at_two(sunday(year, 4, 1)))),
            Summer::NewZealand => Some((at_two(sunday(year, 10, 0)), at_two(sunday(year, 4, 1)))),
        }
    }
}

/// The `n`th Sunday of a month, from 1; 0 is the last one of the month before. In days since 1970.
fn sunday(year: i64, month: i64, n: i64) -> i64 {
    let first = days(year, month);
    // 1970-01-04 was a Sunday.
    let until_sunday = (3 - first).rem_euclid(7);
    first + until_sunday + 7 * (n - 1)
}

/// Days from 1970 to the first day of a month.
fn days(year: i64, month: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leaps = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let whole = 365 * (year - 1970) + leaps(year - 1) - leaps(1969);
    let is_leap = leaps(year) > leaps(year - 1);
    let month = usize::try_from(month - 1).unwrap_or(0);
    whole + BEFORE.get(month).copied().unwrap_or(0) + i64::from(is_leap && month > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::time::parse_rfc3339;

    #[test]
    fn clocks_are_put_forward_and_back() {
        let cases = [
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 60),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", 120),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", 60),
            ("America/New_York", "2026-03-08T06:59:59Z", -300),
            ("America/New_York", "2026-03-08T07:00:00Z", -240),
            ("America/New_York", "2026-11-01T06:00:00Z", -300),
            ("Australia/Sydney", "2026-01-05T00:00:00Z", 660),
            ("Australia/Sydney", "2026-04-04T16:00:00Z", 600),
            ("Australia/Sydney", "2026-10-03T16:00:00Z", 660),
            ("Pacific/Auckland", "2026-09-26T14:00:00Z", 780),
            ("Asia/Kolkata", "2026-07-01T00:00:00Z", 330),
        ];
        for (name, at, ahead) in cases {
            let unix = parse_rfc3339(at).unwrap();
            let local = Zone::named(name).unwrap().local_seconds(unix);
            let minutes = (i128::from(local) - unix / SECOND) / 60;
            assert_eq!(minutes, ahead, "{name} {at}");
        }
        assert_eq!(Zone::named("Mars/Olympus"), None);
    }

    #[test]
    fn days_of_years_are_counted() {
        assert_eq!((days(1970, 1), days(1971, 1), days(2000, 3)), (0, 365, 11_017));
        assert_eq!(days(2026, 1), 20_454);
    }
}
