//! Values of knobs as text: read as people write them, written so that they are read the same.

use crate::client::Deliver;
use crate::kernel::{Ratio, Span};
use crate::nats::time::{go_duration, parse_duration};

use super::WorkerMode;

/// A value that can be written as text and read again.
pub(super) trait Value: Sized {
    fn write(&self) -> String;
    /// # Errors
    /// What would be right.
    fn read(text: &str) -> Result<Self, String>;
}

/// Sets a field to what a text says.
pub(super) fn set<T: Value>(field: &mut T, text: &str) -> Result<(), String> {
    *field = T::read(text)?;
    Ok(())
}

impl Value for bool {
    fn write(&self) -> String {
        if *self { "on" } else { "off" }.to_owned()
    }

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "on" | "yes" | "true" => Ok(true),
            "off" | "no" | "false" => Ok(false),
            other => Err(format!("{other:?} is neither: it is on or off")),
        }
    }
}

impl Value for String {
    fn write(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Value for u32 {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is no whole number"))
    }
}

impl Value for u64 {
    fn write(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is no whole number"))
    }
}

impl Value for Span {
    fn write(&self) -> String {
        // 60 seconds are easier to compare with 30 than a minute.
        let minutes = self.0 >= 60_000_000_000 && self.0 < 600_000_000_000;
        if minutes && self.0.is_multiple_of(1_000_000_000) {
            return format!("{}s", self.0 / 1_000_000_000);
        }
        go_duration(self.0)
    }

    fn read(text: &str) -> Result<Self, String> {
        parse_duration(text)
            .map(Span)
            .ok_or_else(|| format!("{text:?} is no duration; 200ms, 1.5s and 1m30s are"))
    }
}

/// A value that may be missing is `none` then.
impl<T: Value> Value for Option<T> {
    fn write(&self) -> String {
        self.as_ref().map_or_else(|| "none".to_owned(), T::write)
    }

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "none" | "" => Ok(None),
            text => T::read(text).map(Some).map_err(|why| format!("{why}; none is possible, too")),
        }
    }
}

impl<T: Value> Value for Vec<T> {
    fn write(&self) -> String {
        self.iter().map(T::write).collect::<Vec<_>>().join(",")
    }

    fn read(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(T::read).collect()
    }
}

impl Value for Ratio {
    fn write(&self) -> String {
        let (n, of) = (u64::from(self.numerator), u64::from(self.denominator));
        match of {
            0 => "0%".to_owned(),
            of if (n * 100).is_multiple_of(of) => format!("{}%", n * 100 / of),
            of if (n * 1000).is_multiple_of(of) => {
                let tenths = n * 1000 / of;
                format!("{}.{}%", tenths / 10, tenths % 10)
            }
            of => format!("{n}/{of}"),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no chance; 10%, 2.5% and 1/3 are");
        if let Some((n, of)) = text.split_once('/') {
            let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
            let ratio = Self { numerator: number(n)?, denominator: number(of)? };
            return if ratio.denominator == 0 { Err(wrong()) } else { Ok(ratio) };
        }
        let percent = text.strip_suffix('%').ok_or_else(wrong)?.trim();
        let (whole, tenth) = percent.split_once('.').unwrap_or((percent, ""));
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        if whole > 1_000 {
            return Err(wrong());
        }
        Ok(match tenth {
            "" | "0" => Self::percent(whole),
            tenth => {
                let tenth = tenth.parse::<u32>().ok().filter(|tenth| *tenth < 10);
                Self { numerator: whole * 10 + tenth.ok_or_else(wrong)?, denominator: 1000 }
            }
        })
    }
}

impl Value for WorkerMode {
    fn write(&self) -> String {
        match self {
            Self::Pull => "pull",
            Self::Queue => "queue",
        }
        .to_owned()
    }

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "pull" => Ok(Self::Pull),
            "queue" => Ok(Self::Queue),
            other => Err(format!("{other:?} is no way to get messages; pull and queue are")),
        }
    }
}

impl Value for Deliver {
    fn write(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Last => "last".to_owned(),
            Self::New => "new".to_owned(),
            Self::LastPerSubject => "last-per-subject".to_owned(),
            Self::Sequence(seq) => seq.to_string(),
        }
    }

    fn read(text: &str) -> Result<Self, String> {
        Ok(match text {
            "all" => Self::All,
            "last" => Self::Last,
            "new" => Self::New,
            "last-per-subject" => Self::LastPerSubject,
            seq => Self::Sequence(seq.parse().map_err(|_| {
                format!("{seq:?} is no start; all, last, new, last-per-subject and a sequence are")
            })?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        fn same<T: Value + PartialEq + std::fmt::Debug>(text: &str, value: T) {
            assert_eq!(T::read(text), Ok(value), "{text}");
            assert_eq!(T::read(text).expect("readable").write(), text);
        }
        same("on", true);
        same("1.5s", Span::millis(1_500));
        same("60s", Span::secs(60));
        same("none", None::<Span>);
        same("10%", Ratio::percent(10));
        same("2.5%", Ratio { numerator: 25, denominator: 1000 });
        same("1/3", Ratio { numerator: 1, denominator: 3 });
        same("1s,5s", vec![Span::secs(1), Span::secs(5)]);
        same("last-per-subject", Deliver::LastPerSubject);
    }
}
