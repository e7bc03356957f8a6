//! JSON read into the values of this crate, by one small reader where derived ones would be large.
//!
//! Bytes are parsed once, into a [`Value`]. A type takes from that what it wants: plain values here, structs
//! and enums field by field through an [`Object`]. Requests of the JetStream API are read by
//! [`super::api::decode`] instead, which knows Go's words for what is wrong.

mod macros;
mod object;
mod pretty;
mod values;
mod write;

use serde_json::Value;

pub(crate) use macros::{as_json, words};
pub use object::{Fields, Object, one_of, read_fields, variant};
pub use pretty::pretty;
pub use values::{tuple, word};
pub use write::{ToJson, WriteFields, Writer, go_text, text, to_value};

/// Why JSON is not what was wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(pub String);

/// What reading comes to.
pub type Result<T> = std::result::Result<T, JsonError>;

/// A type that can be read from JSON.
pub trait FromJson: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// What is there instead, and what is expected.
    fn from_json(value: &Value) -> Result<Self>;

    /// Reads it to where a value is already. Of a struct, what is absent stays as it is.
    ///
    /// # Errors
    /// What is there instead, and what is expected.
    fn read_into(&mut self, value: &Value) -> Result<()> {
        *self = Self::from_json(value)?;
        Ok(())
    }
}

/// Where a value is read to, whatever its type.
pub trait Place {
    /// Reads the value that it has from now on.
    ///
    /// # Errors
    /// What is there instead, and what is expected.
    fn put(&mut self, value: &Value) -> Result<()>;
}

impl<T: FromJson> Place for T {
    fn put(&mut self, value: &Value) -> Result<()> {
        self.read_into(value)
    }
}

/// Parses JSON of any shape.
///
/// # Errors
/// Where it is no JSON.
pub fn parse(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|why| JsonError(why.to_string()))
}

/// Reads JSON.
///
/// # Errors
/// Where it is no JSON, or what is there instead of what is expected.
pub fn read<T: FromJson>(bytes: &[u8]) -> Result<T> {
    T::from_json(&parse(bytes)?)
}

/// That something else was expected.
pub(crate) fn mistaken(value: &Value, expected: &str) -> JsonError {
    let found = match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "sequence".to_owned(),
        Value::Object(_) => "map".to_owned(),
        Value::Bool(flag) => format!("boolean {flag}"),
        Value::Number(_) => format!("number {}", text(value)),
        Value::String(text) => format!("string {text:?}"),
    };
    JsonError(format!("invalid type: {found}, expected {expected}"))
}
