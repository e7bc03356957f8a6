//! JSON text as a value: a parser as RFC 8259 wants it, and nothing more.

use serde_json::{Map, Number, Value};

/// How deep lists and objects may stand in each other.
const DEEPEST: usize = 127;

/// Where a text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyntaxError {
    /// The byte, counted from 0, that cannot stand where it is; the length of the text if more is missing.
    pub at: usize,
    /// What could stand there.
    pub expected: &'static str,
}

/// Parses a text.
///
/// # Errors
/// Where it is no JSON.
pub fn parse_text(text: &[u8]) -> Result<Value, SyntaxError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let value = parser.value()?;
    match parser.next() {
        None => Ok(value),
        Some(_) => parser.fail("the end"),
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn fail<T>(&self, expected: &'static str) -> Result<T, SyntaxError> {
        Err(SyntaxError { at: self.at, expected })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.peek()
    }

    /// Goes over a byte if it is the next one.
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self) -> Result<Value, SyntaxError> {
        match self.next() {
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => self.fail("a value"),
        }
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, SyntaxError> {
        for byte in word.bytes() {
            if !self.eat(byte) {
                return self.fail(word);
            }
        }
        Ok(value)
    }

    /// Goes into a list or an object. Whether it has anything in it.
    fn enter(&mut self, end: u8) -> Result<bool, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail("less depth");
        }
        self.at += 1;
        self.next();
        Ok(!self.eat(end))
    }

    /// Goes on to the next item. Whether there is one.
    fn goes_on(&mut self, end: u8, expected: &'static str) -> Result<bool, SyntaxError> {
        match self.next() {
            Some(b',') => {}
            Some(byte) if byte == end => {}
            _ => return self.fail(expected),
        }
        Ok(self.eat(b',') || !self.eat(end))
    }

    fn list(&mut self) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        let mut more = self.enter(b']')?;
        while more {
            items.push(self.value()?);
            more = self.goes_on(b']', "',' or ']'")?;
        }
        self.depth -= 1;
        Ok(Value::Array(items))
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let mut fields = Map::new();
        let mut more = self.enter(b'}')?;
        while more {
            if self.next() != Some(b'"') {
                return self.fail("a key in quotes");
            }
            let name = self.string()?;
            self.next();
            if !self.eat(b':') {
                return self.fail("':'");
            }
            let value = self.value()?;
            fields.insert(name, value);
            more = self.goes_on(b'}', "',' or '}'")?;
        }
        self.depth -= 1;
        Ok(Value::Object(fields))
    }

    fn digits(&mut self) -> Result<(), SyntaxError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.fail("a digit");
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let from = self.at;
        let negative = self.eat(b'-');
        if self.eat(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.fail("no digit after 0");
            }
        } else {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let text = std::str::from_utf8(&self.text[from..self.at]).unwrap_or_default();
        let whole = if negative {
            // There is no whole number that is less than nothing and yet nothing.
            text.parse().ok().filter(|number: &i64| *number != 0).map(Number::from)
        } else {
            text.parse::<u64>().ok().map(Number::from)
        };
        let number = whole.or_else(|| text.parse().ok().and_then(Number::from_f64));
        number.map_or_else(|| self.fail("a smaller number"), |number| Ok(Value::Number(number)))
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let mut bytes = Vec::new();
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    let c = self.escaped()?;
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None | Some(..b' ') => return self.fail("the rest of a string"),
                Some(byte) => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        let Ok(text) = String::from_utf8(bytes) else { return self.fail("UTF-8") };
        self.at += 1;
        Ok(text)
    }

    /// The character that stands behind a backslash.
    fn escaped(&mut self) -> Result<char, SyntaxError> {
        let c = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.code_point();
            }
            _ => return self.fail("an escape"),
        };
        self.at += 1;
        Ok(c)
    }

    /// One or two units of UTF-16 in hexadecimal.
    fn code_point(&mut self) -> Result<char, SyntaxError> {
        let mut code = self.unit()?;
        if (0xd800..0xdc00).contains(&code) && self.eat(b'\\') && self.eat(b'u') {
            let low = self.unit()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        // Half a pair is no character.
        char::from_u32(code).map_or_else(|| self.fail("the other half of a character"), Ok)
    }

    fn unit(&mut self) -> Result<u32, SyntaxError> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.fail("a hexadecimal digit");
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What serde's parser makes of a text, and where it stops.
    fn theirs(text: &[u8]) -> Result<Value, usize> {
        serde_json::from_slice(text).map_err(|error| {
            let lines = text.split(|b| *b == b'\n').take(error.line() - 1);
            lines.map(|line| line.len() + 1).sum::<usize>() + error.column()
        })
    }

    #[test]
    fn values_are_those_of_serde() {
        let deep = |n| format!("{}{}", "[".repeat(n), "]".repeat(n));
        for text in [
            " { \"a\" : [ 1 , -2 , 2.5e3 , 1E-2, -0, 0.0 ] , \"b\" : { } , \"c\" : [ ] } ",
            "[true,false,null]",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "1e400",
            r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#,
            r#""\ud83d""#,
            r#""\ud83d\u0041""#,
            r#""\ude00""#,
            r#""\x""#,
            r#"{"a":1,"a":2}"#,
            "\"\u{1}\"",
            "\"a",
            "01",
            "1.",
            "-",
            "1e",
            "nul",
            "[1,]",
            "{,}",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "",
            " ",
            "{} x",
            &deep(127),
            &deep(128),
        ] {
            assert_eq!(parse_text(text.as_bytes()).ok(), theirs(text.as_bytes()).ok(), "{text}");
        }
        assert!(parse_text(b"\"\xff\"").is_err());
    }

    #[test]
    fn a_mistake_is_found_where_it_is() {
        for (text, at, expected) in [
            ("{oops", 1, "a key in quotes"),
            ("[1,\n x]", 5, "a value"),
            ("[1 2]", 3, "',' or ']'"),
            ("{\"a\" 1}", 5, "':'"),
            ("nul", 3, "null"),
            ("{}}", 2, "the end"),
        ] {
            let error = SyntaxError { at, expected };
            assert_eq!(parse_text(text.as_bytes()), Err(error), "{text}");
            assert_eq!(
                theirs(text.as_bytes()).unwrap_err().max(at),
                theirs(text.as_bytes()).unwrap_err()
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_by_serde(text in proptest::collection::vec(0u8.., 0..20)) {
            prop_assert_eq!(parse_text(&text).ok(), theirs(&text).ok());
        }

        #[test]
        fn what_looks_like_json_is_read_as_by_serde(text in "[\\[\\]{}\",:\\\\0-2eE.+tn u\n-]{0,14}") {
            prop_assert_eq!(parse_text(text.as_bytes()).ok(), theirs(text.as_bytes()).ok());
        }
    }
}
