//! Values as JSON text: compact, in the order of their fields.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Map, Number, Value};

use crate::kernel::{Span, Time};
use crate::sorted;

/// A type that can be written as JSON.
pub trait ToJson {
    /// Writes it.
    fn write(&self, to: &mut Writer);

    /// Whether there is nothing to say: zero, false, empty, absent. Many fields are left out then.
    fn is_nothing(&self) -> bool {
        false
    }
}

/// A type that is written as an object, or as a part of one.
pub trait WriteFields {
    /// Writes its fields.
    fn write_fields(&self, to: &mut Writer);
}

/// JSON text that is being written.
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
    go: bool,
}

/// A value as text.
pub fn text(value: &dyn ToJson) -> String {
    let mut to = Writer::default();
    value.write(&mut to);
    to.text
}

/// A value as text in the manner of Go's `encoding/json`, which escapes what would be markup in HTML, and
/// the two line separators.
pub fn go_text(value: &dyn ToJson) -> String {
    let mut to = Writer { text: String::with_capacity(512), go: true };
    value.write(&mut to);
    to.text
}

/// A value as JSON that can be looked at.
pub fn to_value(value: &dyn ToJson) -> Value {
    super::parse(text(value).as_bytes()).unwrap_or_default()
}

impl Writer {
    /// Writes a number. Not as it writes itself: that would bring large tables into the page for the
    /// fractions that hardly anything here has.
    fn number(&mut self, number: &Number) {
        if let Some(whole) = number.as_u64() {
            self.word(format_args!("{whole}"));
        } else if let Some(whole) = number.as_i64() {
            self.word(format_args!("{whole}"));
        } else if let Some(fraction) = number.as_f64() {
            let text = format!("{fraction:?}");
            match text.split_once('e') {
                Some((digits, power)) if !power.starts_with('-') => {
                    self.word(format_args!("{digits}e+{power}"));
                }
                _ => self.word(format_args!("{text}")),
            }
        }
    }

    /// Writes an object.
    pub fn object(&mut self, fields: &dyn WriteFields) {
        self.open();
        fields.write_fields(self);
        self.close();
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Begins an object.
    pub fn open(&mut self) -> &mut Self {
        self.text.push('{');
        self
    }

    /// Ends an object.
    pub fn close(&mut self) {
        self.text.push('}');
    }

    /// Writes a field of an object.
    pub fn field(&mut self, name: &str, value: &dyn ToJson) -> &mut Self {
        self.name(name);
        value.write(self);
        self
    }

    /// Writes a field of an object if there is something to say.
    pub fn some(&mut self, name: &str, value: &dyn ToJson) -> &mut Self {
        if value.is_nothing() { self } else { self.field(name, value) }
    }

    fn name(&mut self, name: &str) {
        self.comma('{');
        self.string(name.strip_prefix("r#").unwrap_or(name));
        self.text.push(':');
    }

    /// What was written last is a value, or the bracket before the first one.
    fn comma(&mut self, bracket: char) {
        if !self.text.ends_with(bracket) {
            self.text.push(',');
        }
    }

    /// Begins a list.
    pub fn begin(&mut self) -> &mut Self {
        self.text.push('[');
        self
    }

    /// Writes an item of a list.
    pub fn item(&mut self, item: &dyn ToJson) -> &mut Self {
        self.comma('[');
        item.write(self);
        self
    }

    /// Ends a list.
    pub fn end(&mut self) {
        self.text.push(']');
    }

    /// Writes a text in quotes.
    pub fn string(&mut self, text: &str) {
        let go = self.go;
        let is_special = |c: char| match c {
            '"' | '\\' | '\0'..='\u{1f}' => true,
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => go,
            _ => false,
        };
        self.text.push('"');
        let mut rest = text;
        while let Some(at) = rest.find(is_special) {
            let (before, from) = rest.split_at(at);
            self.text.push_str(before);
            let mut chars = from.chars();
            match chars.next().unwrap_or_default() {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                other => self.word(format_args!("\\u{:04x}", u32::from(other))),
            }
            rest = chars.as_str();
        }
        self.text.push_str(rest);
        self.text.push('"');
    }

    /// Writes what needs no quotes.
    fn word(&mut self, word: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = self.text.write_fmt(word);
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(
            impl ToJson for $number {
                fn write(&self, to: &mut Writer) {
                    to.word(format_args!("{self}"));
                }

                fn is_nothing(&self) -> bool {
                    *self == 0
                }
            }
        )+
    };
}

numbers!(u16, u32, u64, usize, i32, i64);

impl ToJson for bool {
    fn write(&self, to: &mut Writer) {
        to.text.push_str(if *self { "true" } else { "false" });
    }

    fn is_nothing(&self) -> bool {
        !self
    }
}

impl ToJson for str {
    fn write(&self, to: &mut Writer) {
        to.string(self);
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

/// What holds another value is written as that.
macro_rules! transparent {
    ($([$($of:tt)*] $type:ty, $it:ident: $value:expr;)+) => {
        $(
            impl<$($of)*> ToJson for $type {
                fn write(&self, to: &mut Writer) {
                    let $it = self;
                    $value.write(to);
                }

                fn is_nothing(&self) -> bool {
                    let $it = self;
                    $value.is_nothing()
                }
            }
        )+
    };
}

transparent! {
    [] String, text: text.as_str();
    [] Arc<str>, text: (**text);
    [] Cow<'_, str>, text: (**text);
    [] Span, span: span.0;
    [] Time, time: time.0;
    [T: ToJson + ?Sized] &T, value: (**value);
    [T: ToJson] Box<T>, value: (**value);
    [T: ToJson] Arc<T>, value: (**value);
    [T: ToJson] Vec<T>, items: items.as_slice();
    [T: ToJson, const N: usize] [T; N], items: items.as_slice();
}

impl<T: ToJson> ToJson for [T] {
    fn write(&self, to: &mut Writer) {
        to.begin();
        for item in self {
            to.item(item);
        }
        to.end();
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn write(&self, to: &mut Writer) {
        match self {
            Some(value) => value.write(to),
            None => to.text.push_str("null"),
        }
    }

    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<A: ToJson, B: ToJson> ToJson for (A, B) {
    fn write(&self, to: &mut Writer) {
        to.begin().item(&self.0).item(&self.1).end();
    }
}

impl<K: AsRef<str>, T: ToJson> ToJson for sorted::Map<K, T> {
    fn write(&self, to: &mut Writer) {
        to.open();
        for (name, value) in self {
            to.field(name.as_ref(), value);
        }
        to.close();
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl ToJson for Map<String, Value> {
    fn write(&self, to: &mut Writer) {
        to.open();
        for (name, value) in self {
            to.field(name, value);
        }
        to.close();
    }

    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl ToJson for Value {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Null => to.text.push_str("null"),
            Self::Bool(flag) => flag.write(to),
            Self::Number(number) => to.number(number),
            Self::String(text) => to.string(text),
            Self::Array(items) => items.write(to),
            Self::Object(fields) => fields.write(to),
        }
    }
}

impl<T: WriteFields> WriteFields for Option<T> {
    fn write_fields(&self, to: &mut Writer) {
        if let Some(value) = self {
            value.write_fields(to);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_serde_would() {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!([1, -2, 2.5, 0.1, 1e-7, 2e16, -1.5e300, true, false, u64::MAX, i64::MIN]),
            json!({ "a": { "b": [{}, [[]], "{", "["] }, "c": "\"\\\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}é<>&\u{2028}" }),
        ] {
            assert_eq!(text(&value), value.to_string());
            assert_eq!(to_value(&value), value);
        }
    }

    #[test]
    fn a_map_is_an_object() {
        let map = sorted::Map::from([("b".to_owned(), 2), ("a".to_owned(), 1)]);
        assert_eq!(text(&map), r#"{"a":1,"b":2}"#);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_written_as_serde_would(any in ".{0,20}") {
            assert_eq!(text(&any), serde_json::to_string(&any).expect("writable"));
        }
    }
}
