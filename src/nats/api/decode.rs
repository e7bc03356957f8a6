//! Reading API requests as strictly as the server does, with the texts of Go's JSON library.
//!
//! Keys are found whatever their case, a key that nobody asked for is an error, a value of the
//! wrong kind is an error that names the field. Serde could do none of the three in these words.

use serde_json::{Map, Value};

use crate::sorted;

use super::{ApiError, Moment};
use crate::nats::json::{self, JsonError};

/// Why a request could not be read, in the words of Go's JSON library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecodeError(pub String);

impl From<DecodeError> for ApiError {
    fn from(error: DecodeError) -> Self {
        Self::invalid_json(error)
    }
}

type Result<T> = std::result::Result<T, DecodeError>;

/// Reads JSON, of any shape.
pub fn parse(body: &[u8]) -> Result<Value> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() {
            return DecodeError(format!("unexpected end of JSON input at offset {}", body.len()));
        }
        let before: usize =
            body.split(|b| *b == b'\n').take(error.line() - 1).map(|line| line.len() + 1).sum();
        let offset = (before + error.column()).clamp(1, body.len().max(1));
        let culprit = body.get(offset - 1).map_or(' ', |b| char::from(*b));
        DecodeError(format!(
            "invalid character '{culprit}' looking for beginning of value at offset {offset}"
        ))
    })
}

/// Whether a body says nothing: no bytes, or an object without fields.
pub fn is_empty(body: &[u8]) -> bool {
    body.is_empty()
        || serde_json::from_slice::<Value>(body)
            .is_ok_and(|v| v.as_object().is_some_and(Map::is_empty))
}

/// Whether a body looks like JSON. Requests whose body is optional ignore what does not.
pub fn is_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Reads what a server wrote: what is left in it is for others.
///
/// # Errors
/// What is wrong with it.
pub fn lenient<T>(
    value: &Value,
    go_type: &str,
    read: fn(&mut Fields<'_>) -> Result<T>,
) -> json::Result<T> {
    let fields = Fields::of(value, go_type);
    let read = fields.and_then(|fields| read(&mut Fields { strict: false, ..fields }));
    read.map_err(|DecodeError(why)| JsonError(why))
}

/// The fields of an object, taken one by one; what is left at the end nobody knows.
#[derive(Debug)]
pub struct Fields<'a> {
    path: String,
    strict: bool,
    left: sorted::Map<&'a str, &'a Value>,
}

impl<'a> Fields<'a> {
    /// The fields of a whole request; `go_type` is the name the server's struct has in messages.
    pub fn of(value: &'a Value, go_type: &str) -> Result<Self> {
        let Value::Object(map) = value else {
            let kind = kind_of(value);
            return Err(DecodeError(format!(
                "json: cannot unmarshal {kind} into Go value of type server.{go_type}"
            )));
        };
        Ok(Self::nested(map, go_type.to_owned(), true))
    }

    fn nested(map: &'a Map<String, Value>, path: String, strict: bool) -> Self {
        Self { path, strict, left: map.iter().map(|(key, value)| (key.as_str(), value)).collect() }
    }

    fn take(&mut self, name: &str) -> Option<&'a Value> {
        let mut found = None;
        loop {
            let key = self.left.keys().find(|key| key.eq_ignore_ascii_case(name)).copied();
            let Some(key) = key else { return found };
            found = self.left.remove(key);
        }
    }

    /// Takes a field that is there and not null.
    fn value(&mut self, name: &str) -> Option<&'a Value> {
        self.take(name).filter(|value| !value.is_null())
    }

    fn wrong<T>(&self, name: &str, value: &Value, go_type: &str) -> Result<T> {
        self.mistaken(name, kind_of(value), go_type)
    }

    /// Go names a number that does not fit, but not one that is no number at all.
    fn wrong_number<T>(&self, name: &str, value: &Value, go_type: &str) -> Result<T> {
        match value {
            Value::Number(number) => self.mistaken(name, &format!("number {number}"), go_type),
            other => self.wrong(name, other, go_type),
        }
    }

    fn mistaken<T>(&self, name: &str, kind: &str, go_type: &str) -> Result<T> {
        let path = &self.path;
        Err(DecodeError(format!(
            "json: cannot unmarshal {kind} into Go struct field {path}.{name} of type {go_type}"
        )))
    }

    /// A text; empty if absent.
    pub fn text(&mut self, name: &str) -> Result<String> {
        match self.value(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => self.wrong(name, other, "string"),
        }
    }

    /// A flag; false if absent.
    pub fn flag(&mut self, name: &str) -> Result<bool> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => self.wrong(name, other, "bool"),
        }
    }

    /// A number of 64 bits; 0 if absent.
    pub fn int(&mut self, name: &str) -> Result<i64> {
        self.number(name, "int64")
    }

    /// A number of Go's type `int`; 0 if absent.
    pub fn whole(&mut self, name: &str) -> Result<i64> {
        self.number(name, "int")
    }

    /// A length of time in nanoseconds; 0 if absent.
    pub fn duration(&mut self, name: &str) -> Result<i64> {
        self.number(name, "time.Duration")
    }

    /// A number of 32 bits; 0 if absent.
    pub fn int32(&mut self, name: &str) -> Result<i32> {
        let Some(value) = self.value(name) else { return Ok(0) };
        match value.as_i64().and_then(|number| i32::try_from(number).ok()) {
            Some(number) => Ok(number),
            None => self.wrong_number(name, value, "int32"),
        }
    }

    /// A number that is not negative; 0 if absent.
    pub fn unsigned(&mut self, name: &str) -> Result<u64> {
        let Some(value) = self.value(name) else { return Ok(0) };
        value.as_u64().map_or_else(|| self.wrong_number(name, value, "uint64"), Ok)
    }

    fn number(&mut self, name: &str, go_type: &str) -> Result<i64> {
        let Some(value) = self.value(name) else { return Ok(0) };
        value.as_i64().map_or_else(|| self.wrong_number(name, value, go_type), Ok)
    }

    /// A moment, if there.
    pub fn moment(&mut self, name: &str) -> Result<Option<Moment>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Moment::parse(text).map(Some).ok_or_else(|| {
                let layout = "2006-01-02T15:04:05Z07:00";
                DecodeError(format!(
                    "parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\""
                ))
            }),
            Some(_) => Err(DecodeError("Time.UnmarshalJSON: input is not a JSON string".into())),
        }
    }

    /// One of the server's words; `None` if the field is absent. Unlike elsewhere, null and the
    /// empty text are errors.
    pub fn word<T>(&mut self, name: &str, words: &[(&str, T)]) -> Result<Option<T>>
    where
        T: Copy,
    {
        let Some(value) = self.take(name) else { return Ok(None) };
        let known = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        match known {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => Err(DecodeError(format!("can not unmarshal {:?}", value.to_string()))),
        }
    }

    /// As [`Fields::word`], for words that the server refuses with a text of their own.
    pub fn word_or<T>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
        unknown: &str,
    ) -> Result<Option<T>>
    where
        T: Copy,
    {
        let given = self.left.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let given = given.map(|(_, value)| value.to_string()).unwrap_or_default();
        self.word(name, words).map_err(|_| DecodeError(format!("{unknown}: {given}")))
    }

    /// A list of texts; empty if absent.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let Value::Array(items) = value else { return self.wrong(name, value, "[]string") };
        items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                Value::Null => Ok(String::new()),
                other => self.wrong(name, other, "string"),
            })
            .collect()
    }

    /// A list of lengths of time in nanoseconds; empty if absent.
    pub fn durations(&mut self, name: &str) -> Result<Vec<i64>> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let Value::Array(items) = value else { return self.wrong(name, value, "[]time.Duration") };
        items
            .iter()
            .map(|item| {
                item.as_i64().map_or_else(|| self.wrong_number(name, item, "time.Duration"), Ok)
            })
            .collect()
    }

    /// A map of texts; empty if absent.
    pub fn map(&mut self, name: &str) -> Result<sorted::Map<String, String>> {
        let Some(value) = self.value(name) else { return Ok(sorted::Map::new()) };
        let Value::Object(map) = value else { return self.wrong(name, value, "map[string]string") };
        map.iter()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                Value::Null => Ok((key.clone(), String::new())),
                other => self.wrong(name, other, "string"),
            })
            .collect()
    }

    /// An object, if there, read by `read`.
    pub fn object<T>(
        &mut self,
        name: &str,
        go_type: &str,
        read: impl Fn(&mut Fields<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        self.member(name, go_type, value, &read).map(Some)
    }

    /// A list of objects, each read by `read`; empty if absent.
    pub fn objects<T>(
        &mut self,
        name: &str,
        go_type: &str,
        read: impl Fn(&mut Fields<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let Value::Array(items) = value else {
            return self.wrong(name, value, &format!("[]{go_type}"));
        };
        items.iter().map(|item| self.member(name, go_type, item, &read)).collect()
    }

    fn member<T>(
        &self,
        name: &str,
        go_type: &str,
        value: &Value,
        read: &impl Fn(&mut Fields<'_>) -> Result<T>,
    ) -> Result<T> {
        let Value::Object(map) = value else { return self.wrong(name, value, go_type) };
        let mut fields = Fields::nested(map, format!("{}.{name}", self.path), self.strict);
        let member = read(&mut fields)?;
        fields.finish()?;
        Ok(member)
    }

    /// Ends the reading: a field that was not asked for is an error.
    pub fn finish(self) -> Result<()> {
        match self.left.into_keys().next() {
            Some(key) if self.strict => Err(DecodeError(format!("json: unknown field {key:?}"))),
            _ => Ok(()),
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(body: &str) -> String {
        let value = match parse(body.as_bytes()) {
            Ok(value) => value,
            Err(error) => return error.0,
        };
        let read = || {
            let mut fields = Fields::of(&value, "Request")?;
            fields.text("name")?;
            fields.int("max_msgs")?;
            fields.unsigned("seq")?;
            fields.texts("subjects")?;
            fields.word("storage", &[("file", 1), ("memory", 2)])?;
            fields.object("mirror", "server.StreamSource", |mirror| mirror.text("name"))?;
            fields.finish()
        };
        read().err().map_or_else(String::new, |error| error.0)
    }

    #[test]
    fn errors_are_in_gos_words() {
        for (body, text) in [
            (r#"{"NAME":"a","mirror":{"Name":"x"}}"#, ""),
            (r#"{"zz":1}"#, r#"json: unknown field "zz""#),
            (r#"{"storage":"tape"}"#, r#"can not unmarshal "\"tape\"""#),
            (r#"{"storage":null,"name":null}"#, r#"can not unmarshal "null""#),
            (
                r#"{"max_msgs":"many"}"#,
                "json: cannot unmarshal string into Go struct field Request.max_msgs of type int64",
            ),
            (
                r#"{"max_msgs":1.5}"#,
                "json: cannot unmarshal number 1.5 into Go struct field Request.max_msgs of type int64",
            ),
            (
                r#"{"seq":-1}"#,
                "json: cannot unmarshal number -1 into Go struct field Request.seq of type uint64",
            ),
            (
                r#"{"subjects":"a"}"#,
                "json: cannot unmarshal string into Go struct field Request.subjects of type []string",
            ),
            (
                r#"{"mirror":{"name":5}}"#,
                "json: cannot unmarshal number into Go struct field Request.mirror.name of type string",
            ),
            ("[]", "json: cannot unmarshal array into Go value of type server.Request"),
            ("{oops", "invalid character 'o' looking for beginning of value at offset 2"),
            ("{", "unexpected end of JSON input at offset 1"),
        ] {
            assert_eq!(error(body), text, "{body}");
        }
    }

    #[test]
    fn empty_and_json_are_told_apart() {
        assert!(is_empty(b"") && is_empty(b" { } ") && !is_empty(b"{\"a\":1}") && !is_empty(b"x"));
        assert!(is_json(b"  {") && is_json(b"[") && !is_json(b"nonsense") && !is_json(b"}"));
    }

    proptest::proptest! {
        #[test]
        fn any_body_is_read_without_panic(body in proptest::collection::vec(0u8..128, 0..60)) {
            let _ = parse(&body).map(|value| Fields::of(&value, "Request").map(Fields::finish));
            let _ = (is_empty(&body), is_json(&body));
        }
    }
}
