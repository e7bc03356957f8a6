//! Plain values out of JSON: numbers, texts, lists, and what may be absent.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{FromJson, JsonError, Result, mistaken};
use crate::kernel::{Ratio, Span, Time};
use crate::sorted;

impl FromJson for Value {
    fn from_json(value: &Value) -> Result<Self> {
        Ok(value.clone())
    }
}

impl FromJson for Map<String, Value> {
    fn from_json(value: &Value) -> Result<Self> {
        map(value).cloned()
    }
}

impl FromJson for bool {
    fn from_json(value: &Value) -> Result<Self> {
        value.as_bool().ok_or_else(|| mistaken(value, "a boolean"))
    }
}

impl FromJson for u64 {
    fn from_json(value: &Value) -> Result<Self> {
        unsigned(value, Self::MAX)
    }
}

impl FromJson for u32 {
    fn from_json(value: &Value) -> Result<Self> {
        Ok(unsigned(value, Self::MAX.into())? as Self)
    }
}

impl FromJson for u16 {
    fn from_json(value: &Value) -> Result<Self> {
        Ok(unsigned(value, Self::MAX.into())? as Self)
    }
}

impl FromJson for usize {
    fn from_json(value: &Value) -> Result<Self> {
        Ok(unsigned(value, Self::MAX as u64)? as Self)
    }
}

impl FromJson for i64 {
    fn from_json(value: &Value) -> Result<Self> {
        value.as_i64().ok_or_else(|| mistaken(value, "a whole number"))
    }
}

impl FromJson for i32 {
    fn from_json(value: &Value) -> Result<Self> {
        let number = value.as_i64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| mistaken(value, "a whole number of 32 bits"))
    }
}

fn unsigned(value: &Value, most: u64) -> Result<u64> {
    match value.as_u64() {
        Some(number) if number <= most => Ok(number),
        _ => Err(mistaken(value, &format!("a whole number from 0 to {most}"))),
    }
}

/// The text that a value is.
pub(super) fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| mistaken(value, "a string"))
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().ok_or_else(|| mistaken(value, "a sequence"))
}

/// The object that a value is.
pub(super) fn map(value: &Value) -> Result<&Map<String, Value>> {
    value.as_object().ok_or_else(|| mistaken(value, "a map"))
}

/// The items of a list that has just so many.
///
/// # Errors
/// That it is no list, or has more or fewer.
pub fn tuple<const N: usize>(value: &Value) -> Result<&[Value; N]> {
    let items = list(value)?;
    let wrong = || JsonError(format!("invalid length {}, expected {N} items", items.len()));
    items.as_slice().try_into().map_err(|_| wrong())
}

impl FromJson for String {
    fn from_json(value: &Value) -> Result<Self> {
        text(value).map(str::to_owned)
    }
}

impl FromJson for Arc<str> {
    fn from_json(value: &Value) -> Result<Self> {
        text(value).map(Into::into)
    }
}

impl FromJson for Cow<'static, str> {
    fn from_json(value: &Value) -> Result<Self> {
        String::from_json(value).map(Cow::Owned)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: &Value) -> Result<Self> {
        if value.is_null() { Ok(None) } else { T::from_json(value).map(Some) }
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(value: &Value) -> Result<Self> {
        T::from_json(value).map(Self::new)
    }

    fn read_into(&mut self, value: &Value) -> Result<()> {
        (**self).read_into(value)
    }
}

impl<T: FromJson> FromJson for Arc<T> {
    fn from_json(value: &Value) -> Result<Self> {
        T::from_json(value).map(Self::new)
    }
}

/// Null is an empty list: Go writes one so.
impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: &Value) -> Result<Self> {
        let mut items = Self::new();
        items.read_into(value)?;
        Ok(items)
    }

    fn read_into(&mut self, value: &Value) -> Result<()> {
        self.clear();
        each(value, &mut |item| {
            self.push(T::from_json(item)?);
            Ok(())
        })
    }
}

fn each(value: &Value, read: &mut dyn FnMut(&Value) -> Result<()>) -> Result<()> {
    if value.is_null() { Ok(()) } else { list(value)?.iter().try_for_each(read) }
}

impl<T: FromJson> FromJson for sorted::Map<String, T> {
    fn from_json(value: &Value) -> Result<Self> {
        let mut entries = Self::new();
        for (name, value) in map(value)? {
            entries.insert(name.clone(), T::from_json(value)?);
        }
        Ok(entries)
    }
}

/// Reads one of several words.
///
/// # Errors
/// That it is none of them.
pub fn word<T: Copy>(value: &Value, words: &[(&str, T)]) -> Result<T> {
    let found = text(value)?;
    match words.iter().find(|(word, _)| *word == found) {
        Some((_, meaning)) => Ok(*meaning),
        None => {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Err(super::one_of("variant", found, &known))
        }
    }
}

impl FromJson for (String, String) {
    fn from_json(value: &Value) -> Result<Self> {
        let [first, second] = tuple(value)?;
        Ok((FromJson::from_json(first)?, FromJson::from_json(second)?))
    }
}

impl FromJson for Span {
    fn from_json(value: &Value) -> Result<Self> {
        u64::from_json(value).map(Self)
    }
}

impl FromJson for Time {
    fn from_json(value: &Value) -> Result<Self> {
        u64::from_json(value).map(Self)
    }
}

super::as_json! {
    lenient Ratio, from Self::ZERO;
    numerator required, denominator required
}
