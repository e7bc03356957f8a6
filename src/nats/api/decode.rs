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
pub fn lenient<T>(value: &Value, go_type: &str, read: fn(&mut Fields<'_>) -> T) -> json::Result<T> {
    let told = |DecodeError(why)| JsonError(why);
    let mut fields = Fields::of(value, go_type).map_err(told)?.lenient();
    let read = read(&mut fields);
    fields.finish().map_err(told)?;
    Ok(read)
}

/// The fields of an object, taken one by one; what is left at the end nobody knows. What is wrong is
/// remembered, and told in the end: what cannot be read is as good as absent until then.
#[derive(Debug)]
pub struct Fields<'a> {
    path: String,
    strict: bool,
    left: Vec<(&'a str, &'a Value)>,
    wrong: Option<DecodeError>,
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

    /// The same, without regard to fields that nobody asks for.
    #[must_use]
    pub fn lenient(self) -> Self {
        Self { strict: false, ..self }
    }

    fn nested(map: &'a Map<String, Value>, path: String, strict: bool) -> Self {
        let left = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
        Self { path, strict, left, wrong: None }
    }

    fn take(&mut self, name: &str) -> Option<&'a Value> {
        let mut found = None;
        self.left.retain(|(key, value)| {
            let same = key.eq_ignore_ascii_case(name);
            if same {
                found = Some(*value);
            }
            !same
        });
        found
    }

    /// Takes a field that is there and not null.
    fn value(&mut self, name: &str) -> Option<&'a Value> {
        self.take(name).filter(|value| !value.is_null())
    }

    fn is_wrong(&mut self, why: String) {
        self.wrong.get_or_insert(DecodeError(why));
    }

    fn wrong(&mut self, name: &str, value: &Value, go_type: &str) {
        self.mistaken(name, kind_of(value), go_type);
    }

    /// Go names a number that does not fit, but not one that is no number at all.
    fn wrong_number(&mut self, name: &str, value: &Value, go_type: &str) {
        match value {
            Value::Number(_) => {
                self.mistaken(name, &format!("number {}", json::text(value)), go_type)
            }
            other => self.wrong(name, other, go_type),
        }
    }

    fn mistaken(&mut self, name: &str, kind: &str, go_type: &str) {
        let path = &self.path;
        let why = format!(
            "json: cannot unmarshal {kind} into Go struct field {path}.{name} of type {go_type}"
        );
        self.is_wrong(why);
    }

    /// A field that may be there, and does not matter.
    pub fn skip(&mut self, name: &str) {
        self.take(name);
    }

    /// A text; empty if absent.
    pub fn text(&mut self, name: &str) -> String {
        match self.value(name) {
            Some(value) => self.text_of(name, value),
            None => String::new(),
        }
    }

    fn text_of(&mut self, name: &str, value: &Value) -> String {
        match value {
            Value::Null => {}
            Value::String(text) => return text.clone(),
            other => self.wrong(name, other, "string"),
        }
        String::new()
    }

    /// A flag; false if absent.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.value(name) {
            None => {}
            Some(Value::Bool(flag)) => return *flag,
            Some(other) => self.wrong(name, other, "bool"),
        }
        false
    }

    /// A number of 64 bits; 0 if absent.
    pub fn int(&mut self, name: &str) -> i64 {
        self.number(name, "int64")
    }

    /// A number of Go's type `int`; 0 if absent.
    pub fn whole(&mut self, name: &str) -> i64 {
        self.number(name, "int")
    }

    /// A length of time in nanoseconds; 0 if absent.
    pub fn duration(&mut self, name: &str) -> i64 {
        self.number(name, "time.Duration")
    }

    /// A number of 32 bits; 0 if absent.
    pub fn int32(&mut self, name: &str) -> i32 {
        let Some(value) = self.value(name) else { return 0 };
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
        if number.is_none() {
            self.wrong_number(name, value, "int32");
        }
        number.unwrap_or_default()
    }

    /// A number that is not negative; 0 if absent.
    pub fn unsigned(&mut self, name: &str) -> u64 {
        let Some(value) = self.value(name) else { return 0 };
        let number = value.as_u64();
        if number.is_none() {
            self.wrong_number(name, value, "uint64");
        }
        number.unwrap_or_default()
    }

    fn number(&mut self, name: &str, go_type: &str) -> i64 {
        self.value(name).map_or(0, |value| self.number_of(name, value, go_type))
    }

    fn number_of(&mut self, name: &str, value: &Value, go_type: &str) -> i64 {
        let number = value.as_i64();
        if number.is_none() {
            self.wrong_number(name, value, go_type);
        }
        number.unwrap_or_default()
    }

    /// A moment, if there.
    pub fn moment(&mut self, name: &str) -> Option<Moment> {
        let value = self.value(name)?;
        let Value::String(text) = value else {
            self.is_wrong("Time.UnmarshalJSON: input is not a JSON string".to_owned());
            return None;
        };
        let moment = Moment::parse(text);
        if moment.is_none() {
            let layout = "2006-01-02T15:04:05Z07:00";
            self.is_wrong(format!(
                "parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\""
            ));
        }
        moment
    }

    /// One of the server's words; what is absent is as by default. Unlike elsewhere, null and the empty
    /// text are errors.
    pub fn word<T: Copy + Default>(&mut self, name: &str, words: &[(&str, T)]) -> T {
        self.word_or(name, words, |text| format!("can not unmarshal {text:?}"))
    }

    /// As [`Fields::word`], for words that the server refuses with a text of their own.
    pub fn word_or<T: Copy + Default>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
        unknown: fn(&str) -> String,
    ) -> T {
        let mut found = T::default();
        let is_known = &mut |text: &str| {
            let known = words.iter().find(|(word, _)| *word == text);
            found = known.map_or(found, |(_, meaning)| *meaning);
            known.is_some()
        };
        self.known_word(name, is_known, unknown);
        found
    }

    fn known_word(
        &mut self,
        name: &str,
        is_known: &mut dyn FnMut(&str) -> bool,
        unknown: fn(&str) -> String,
    ) {
        let Some(value) = self.take(name) else { return };
        if !value.as_str().is_some_and(is_known) {
            self.is_wrong(unknown(&json::text(value)));
        }
    }

    fn list(&mut self, name: &str, go_type: &str) -> &'a [Value] {
        match self.value(name) {
            None => {}
            Some(Value::Array(items)) => return items,
            Some(other) => self.wrong(name, other, go_type),
        }
        &[]
    }

    /// A list of texts; empty if absent.
    pub fn texts(&mut self, name: &str) -> Vec<String> {
        self.list(name, "[]string").iter().map(|item| self.text_of(name, item)).collect()
    }

    /// A list of lengths of time in nanoseconds; empty if absent.
    pub fn durations(&mut self, name: &str) -> Vec<i64> {
        let items = self.list(name, "[]time.Duration").iter();
        items.map(|item| self.number_of(name, item, "time.Duration")).collect()
    }

    /// A map of texts; empty if absent.
    pub fn map(&mut self, name: &str) -> sorted::Map<String, String> {
        let mut texts = sorted::Map::new();
        match self.value(name) {
            None => {}
            Some(Value::Object(map)) => {
                for (key, value) in map {
                    texts.insert(key.clone(), self.text_of(name, value));
                }
            }
            Some(other) => self.wrong(name, other, "map[string]string"),
        }
        texts
    }

    /// An object, if there, read by `read`.
    pub fn object<T>(
        &mut self,
        name: &str,
        go_type: &str,
        read: fn(&mut Fields<'_>) -> T,
    ) -> Option<T> {
        let value = self.value(name)?;
        let mut object = None;
        self.member(name, go_type, value, &mut |fields| object = Some(read(fields)));
        object
    }

    /// A list of objects, each read by `read`; empty if absent.
    pub fn objects<T>(
        &mut self,
        name: &str,
        go_type: &str,
        read: fn(&mut Fields<'_>) -> T,
    ) -> Vec<T> {
        let mut objects = Vec::new();
        for item in self.list(name, &format!("[]{go_type}")) {
            self.member(name, go_type, item, &mut |fields| objects.push(read(fields)));
        }
        objects
    }

    fn member(
        &mut self,
        name: &str,
        go_type: &str,
        value: &Value,
        read: &mut dyn FnMut(&mut Fields<'_>),
    ) {
        let Value::Object(map) = value else { return self.wrong(name, value, go_type) };
        let mut fields = Fields::nested(map, format!("{}.{name}", self.path), self.strict);
        read(&mut fields);
        if let Err(DecodeError(why)) = fields.finish() {
            self.is_wrong(why);
        }
    }

    /// Ends the reading: a field that was not asked for is an error.
    ///
    /// # Errors
    /// The first thing that was wrong.
    pub fn finish(self) -> Result<()> {
        match (self.wrong, self.left.first()) {
            (Some(wrong), _) => Err(wrong),
            (None, Some((key, _))) if self.strict => {
                Err(DecodeError(format!("json: unknown field {key:?}")))
            }
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
            fields.text("name");
            fields.int("max_msgs");
            fields.unsigned("seq");
            fields.texts("subjects");
            fields.word("storage", &[("file", 1), ("memory", 2)]);
            fields.object("mirror", "server.StreamSource", |mirror| mirror.text("name"));
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
