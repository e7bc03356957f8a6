//! Objects out of JSON, field by field: one piece of code for the fields of all types.

use serde_json::{Map, Value};

use super::{FromJson, JsonError, Place, Result, values};

/// An object that is being read. What is wrong is remembered, and told in the end; what cannot be read until
/// then leaves its place as it was.
#[derive(Debug)]
pub struct Object<'a> {
    fields: &'a Map<String, Value>,
    tag: &'static str,
    asked: Vec<&'static str>,
    wrong: Option<JsonError>,
}

impl<'a> Object<'a> {
    /// Begins.
    ///
    /// # Errors
    /// That it is no object.
    pub fn of(value: &'a Value) -> Result<Self> {
        Ok(Self { fields: values::map(value)?, tag: "", asked: Vec::new(), wrong: None })
    }

    /// Reads a field that may be absent: then its place stays as it is.
    pub fn has(&mut self, name: &'static str, place: &mut dyn Place) {
        // The names of Rust's fields are those of JSON, but for those that are Rust's own words.
        let name = name.strip_prefix("r#").unwrap_or(name);
        self.asked.push(name);
        if let Some(value) = self.fields.get(name)
            && let Err(JsonError(why)) = place.put(value)
        {
            self.is_wrong(format!("{name}: {why}"));
        }
    }

    /// Reads a field that must be there.
    pub fn needs(&mut self, name: &'static str, place: &mut dyn Place) {
        if !self.fields.contains_key(name) {
            self.is_wrong(format!("missing field '{name}'"));
        }
        self.has(name, place);
    }

    /// The value of a field that must be there.
    pub fn take<T: FromJson + Default>(&mut self, name: &'static str) -> T {
        let mut value = T::default();
        self.needs(name, &mut value);
        value
    }

    /// The value of a field that may be absent.
    pub fn take_or<T: FromJson>(&mut self, name: &'static str, mut absent: T) -> T {
        self.has(name, &mut absent);
        absent
    }

    /// The text of a field that says what the others are.
    ///
    /// # Errors
    /// That it is absent, or no text.
    pub fn tag(&mut self, name: &'static str) -> Result<&'a str> {
        self.tag = name;
        match self.fields.get(name) {
            Some(value) => values::text(value),
            None => Err(JsonError(format!("missing field '{name}'"))),
        }
    }

    /// A value that has its fields in this object, beside those read so far.
    pub fn rest<T: Fields + Default>(&mut self) -> T {
        let mut value = T::default();
        value.fields(self);
        value
    }

    fn is_wrong(&mut self, why: String) {
        self.wrong.get_or_insert(JsonError(why));
    }

    /// Ends the reading; of what is read strictly, a field that was not asked for is an error.
    ///
    /// # Errors
    /// The first thing that was wrong.
    pub fn finish(self, strict: bool) -> Result<()> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let known = |name: &str| name == self.tag || self.asked.contains(&name);
        let unknown = self.fields.keys().find(|name| !known(name));
        match unknown {
            Some(name) if strict => Err(one_of("field", name, &self.asked)),
            _ => Ok(()),
        }
    }
}

/// That a word is none of those there are.
pub fn one_of(what: &str, found: &str, known: &[&str]) -> JsonError {
    let known: Vec<String> = known.iter().map(|word| format!("'{word}'")).collect();
    let known = match known.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [one, other] => format!("{one} or {other}"),
        many => format!("one of {}", many.join(", ")),
    };
    JsonError(format!("unknown {what} '{found}', expected {known}"))
}

/// A type that is read field by field.
pub trait Fields {
    /// Reads its fields.
    fn fields(&mut self, object: &mut Object<'_>);
}

impl<T: Fields> Fields for Box<T> {
    fn fields(&mut self, object: &mut Object<'_>) {
        (**self).fields(object);
    }
}

/// Reads an object whose only field says what its value is.
///
/// # Errors
/// That it is no such object.
pub fn variant(value: &Value) -> Result<(&str, &Value)> {
    let fields = values::map(value)?;
    match fields.iter().next() {
        Some((name, value)) if fields.len() == 1 => Ok((name, value)),
        _ => Err(super::mistaken(value, "a map with a single key")),
    }
}

/// Reads the fields of an object into a value.
///
/// # Errors
/// That it is no object, or what is wrong with it.
pub fn read_fields(into: &mut dyn Fields, value: &Value, strict: bool) -> Result<()> {
    let mut object = Object::of(value)?;
    into.fields(&mut object);
    object.finish(strict)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::Span;
    use crate::nats::json::{text, to_value};

    #[derive(Debug, Default, PartialEq)]
    struct Task {
        name: String,
        r#type: Option<u32>,
        span: Span,
        parts: Vec<(String, String)>,
    }

    super::super::as_json! {
        strict Task;
        name required, r#type, span omitempty, parts omitempty
    }

    #[test]
    fn what_is_absent_is_as_in_the_default() {
        let (name, parts) = ("a".to_owned(), vec![("b".to_owned(), "c".to_owned())]);
        for (value, task) in [
            (json!({ "name": "a" }), Task { name: name.clone(), ..Task::default() }),
            (
                json!({ "name": "a", "type": 3, "span": 5, "parts": [["b", "c"]] }),
                Task { name: name.clone(), r#type: Some(3), span: Span(5), parts },
            ),
            (json!({ "name": "a", "type": null, "parts": null }), Task { name, ..Task::default() }),
        ] {
            assert_eq!(Task::from_json(&value).as_ref(), Ok(&task));
            assert_eq!(Task::from_json(&to_value(&task)), Ok(task));
        }
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        let task = Task { name: "<a>".to_owned(), ..Task::default() };
        assert_eq!(text(&task), r#"{"name":"<a>","type":null}"#);
        let task = Task { span: Span(1), parts: vec![("b".to_owned(), "c".to_owned())], ..task };
        assert_eq!(text(&task), r#"{"name":"<a>","type":null,"span":1,"parts":[["b","c"]]}"#);
    }

    #[test]
    fn what_is_wrong_says_where_and_what_would_be_right() {
        for (value, why) in [
            (json!([]), "invalid type: sequence, expected a map"),
            (json!({}), "missing field 'name'"),
            (json!({ "name": null }), "name: invalid type: null, expected a string"),
            (
                json!({ "name": "a", "colour": 1, "span": 1 }),
                "unknown field 'colour', expected one of 'name', 'type', 'span', 'parts'",
            ),
            (
                json!({ "name": "a", "type": -1 }),
                "type: invalid type: number -1, expected a whole number from 0 to 4294967295",
            ),
            (
                json!({ "name": "a", "span": "soon" }),
                "span: invalid type: string \"soon\", expected a whole number from 0 to 18446744073709551615",
            ),
            (json!({ "name": "a", "parts": [["b"]] }), "parts: invalid length 1, expected 2 items"),
        ] {
            assert_eq!(Task::from_json(&value), Err(JsonError(why.to_owned())), "{value}");
        }
    }
}
