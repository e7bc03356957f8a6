//! Counters: every message of a subject adds to a total of any size, which is the payload.

use std::cmp::Ordering;
use std::fmt;

use bytes::Bytes;

use super::Stream;
use crate::jetstream::store::StoredMessage;
use crate::nats::json;

/// A whole number of any size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Total {
    negative: bool,
    /// Decimal digits, the lowest first, without zeros at the high end; none is zero.
    digits: Vec<u8>,
}

impl Total {
    /// Reads a number: an optional sign, then decimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digits = digits.iter().rev().map(|digit| digit - b'0').collect();
        Some(Self { negative, digits }.trimmed())
    }

    /// The total that a counter's payload holds: `{"val":"<number>"}`.
    pub(super) fn of_payload(payload: &[u8]) -> Option<Self> {
        let value = json::parse(payload).ok()?;
        // A payload without a number counts as zero.
        Some(Self::parse(value.get("val")?.as_str()?).unwrap_or_default())
    }

    /// As a counter's payload.
    pub(super) fn to_payload(&self) -> Bytes {
        format!("{{\"val\":\"{self}\"}}").into()
    }

    /// The sum of both.
    pub(super) fn plus(&self, other: &Self) -> Self {
        if self.negative == other.negative {
            return Self { negative: self.negative, digits: sum(&self.digits, &other.digits) };
        }
        let (larger, smaller) = match size_order(&self.digits, &other.digits) {
            Ordering::Less => (other, self),
            Ordering::Equal | Ordering::Greater => (self, other),
        };
        let digits = difference(&larger.digits, &smaller.digits);
        Self { negative: larger.negative, digits }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        self.negative &= !self.digits.is_empty();
        self
    }
}

fn size_order(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let digit = |digits: &[u8], at: usize| digits.get(at).copied().unwrap_or(0);
    let mut carry = 0;
    let mut digits: Vec<u8> = (0..a.len().max(b.len()))
        .map(|at| {
            let both = digit(a, at) + digit(b, at) + carry;
            carry = both / 10;
            both % 10
        })
        .collect();
    if carry > 0 {
        digits.push(carry);
    }
    digits
}

/// `a` is the larger one.
fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let take = |(at, digit): (usize, &u8)| {
        let less = b.get(at).copied().unwrap_or(0) + borrow;
        borrow = u8::from(*digit < less);
        digit + 10 * borrow - less
    };
    a.iter().enumerate().map(take).collect()
}

impl Stream {
    /// What the counter of a stored message stands at, if it is one.
    pub fn counter_total(&self, message: &StoredMessage) -> Option<String> {
        let counts = self.config.allow_msg_counter;
        let total = counts.then(|| Total::of_payload(&message.payload)).flatten()?;
        Some(total.to_string())
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        let digits = self.digits.iter().rev().map(|digit| char::from(b'0' + digit));
        let sign = self.negative.then_some('-');
        f.write_str(&sign.into_iter().chain(digits).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_those_of_ordinary_numbers(a in any::<i64>(), b in any::<i64>(), c in -99..99i64) {
            for (a, b) in [(a, b), (a, c), (c, -c), (c, b)] {
                let total = |n: i64| Total::parse(&n.to_string()).unwrap();
                let sum = i128::from(a) + i128::from(b);
                prop_assert_eq!(total(a).plus(&total(b)).to_string(), sum.to_string());
            }
        }
    }

    #[test]
    fn numbers_are_read_and_written() {
        for (text, shown) in [("+3", "3"), ("-0", "0"), ("007", "7"), ("-10", "-10")] {
            assert_eq!(Total::parse(text).unwrap().to_string(), shown);
        }
        for text in ["", "-", "+", "1.5", "one", "1_0", " 1"] {
            assert_eq!(Total::parse(text), None, "{text}");
        }
        let big = Total::parse("9223372036854775807").unwrap();
        assert_eq!(&big.plus(&big).to_payload()[..], b"{\"val\":\"18446744073709551614\"}");
        assert_eq!(Total::of_payload(b"{\"val\":\"-3\"}"), Total::parse("-3"));
        assert_eq!(Total::of_payload(b"text"), None);
    }
}
