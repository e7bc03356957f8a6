//! The syntax of nats-server's configuration files: `key: value`, `key = value` or `key value`, blocks in
//! braces, lists in brackets, comments, sizes such as `128KB`, variables, included files.

use std::fs;
use std::path::Path;

use super::{ConfError, Entry, Item, Place, Result, Value, sized};

/// How deep files may include each other.
const MAX_INCLUDES: usize = 16;

/// Reads a file that stands in these blocks, and in so many files.
pub(super) fn read_file(
    path: &Path,
    scopes: &mut Vec<Vec<Entry>>,
    depth: usize,
) -> Result<Vec<Entry>> {
    let text = fs::read_to_string(path).map_err(|error| ConfError {
        place: None,
        what: format!("{} cannot be read: {error}", path.display()),
    })?;
    let mut parser = Parser { text: &text, at: 0, file: path, scopes, depth };
    parser.skip_blank();
    // A file may also be one block in braces, as JSON is.
    let braces = parser.peek() == Some('{');
    if braces {
        parser.next();
    }
    let entries = parser.entries(braces.then_some('}'))?;
    parser.skip_blank();
    match parser.peek() {
        None => Ok(entries),
        Some(other) => Err(parser.error(format!("expected the end of the file, not {other:?}"))),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    file: &'a Path,
    /// The entries of the blocks around, outermost first: where variables are looked up.
    scopes: &'a mut Vec<Vec<Entry>>,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn place(&self) -> Place {
        let before = &self.text[..self.at];
        // nats-server counts the line break before a line as its first column; so do we.
        let line_start = before.rfind('\n').unwrap_or(0);
        Place {
            file: self.file.to_path_buf(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count(),
        }
    }

    fn error(&self, what: impl Into<String>) -> ConfError {
        ConfError { place: Some(self.place()), what: what.into() }
    }

    /// Skips white space, comments and the separators between entries.
    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with(|c: char| c.is_whitespace() || c == ',' || c == ';') {
                self.next();
            } else {
                return;
            }
        }
    }

    /// Skips white space on this line.
    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|c| c == ' ' || c == '\t') {
            self.next();
        }
    }

    /// Reads entries up to `end`, which is taken, or to the end of the text.
    fn entries(&mut self, end: Option<char>) -> Result<Vec<Entry>> {
        self.scopes.push(Vec::new());
        let result = self.fill_scope(end);
        let entries = self.scopes.pop().unwrap_or_default();
        result.map(|()| entries)
    }

    fn fill_scope(&mut self, end: Option<char>) -> Result<()> {
        loop {
            self.skip_blank();
            match self.peek() {
                None if end.is_none() => return Ok(()),
                None => return Err(self.error("a block is not closed: '}' is missing")),
                Some(c) if Some(c) == end => {
                    self.next();
                    return Ok(());
                }
                Some(_) => {}
            }
            let place = self.place();
            let key = self.key()?;
            self.skip_spaces();
            let entries = if key == "include" && !self.rest().starts_with([':', '=']) {
                self.include()?
            } else {
                if self.rest().starts_with([':', '=']) {
                    self.next();
                }
                let item = self.item()?;
                vec![Entry { key: key.to_lowercase(), item, place }]
            };
            if let Some(scope) = self.scopes.last_mut() {
                scope.extend(entries);
            }
        }
    }

    fn key(&mut self) -> Result<String> {
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            return self.quoted(quote);
        }
        let key = self.word(|c| matches!(c, ':' | '=' | '{' | '}' | '[' | ']'));
        if key.is_empty() {
            let found = self.peek().unwrap_or_default();
            return Err(self.error(format!("expected a key, not {found:?}")));
        }
        Ok(key)
    }

    /// Takes characters up to white space or what `ends` says.
    fn word(&mut self, ends: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let len = rest.find(|c: char| c.is_whitespace() || ends(c)).unwrap_or(rest.len());
        let word = rest[..len].to_owned();
        self.at += len;
        word
    }

    fn item(&mut self) -> Result<Item> {
        // A value may stand on the next line.
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
        let place = self.place();
        let value = match self.peek() {
            None => return Err(self.error("a value is missing")),
            Some('{') => {
                self.next();
                Value::Block(self.entries(Some('}'))?)
            }
            Some('[') => {
                self.next();
                Value::List(self.list()?)
            }
            Some('(') => Value::Text(self.raw_block()?),
            Some(quote @ ('"' | '\'')) => Value::Text(self.quoted(quote)?),
            Some(_) => {
                let word = self.word(|c| matches!(c, ',' | ';' | ']' | '}' | '#'));
                match word.strip_prefix('$') {
                    _ if word.is_empty() => return Err(self.error("a value is missing")),
                    Some(name) if !name.is_empty() => return self.variable(name),
                    _ => bare(&word),
                }
            }
        };
        Ok(Item { value, place })
    }

    fn list(&mut self) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        loop {
            self.skip_blank();
            match self.peek() {
                None => return Err(self.error("a list is not closed: ']' is missing")),
                Some(']') => {
                    self.next();
                    return Ok(items);
                }
                Some(_) => items.push(self.item()?),
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String> {
        let start = self.place();
        self.next();
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                c if c == quote => return Ok(text),
                '\\' if quote == '"' => text.push(self.escaped()?),
                c => text.push(c),
            }
        }
        Err(ConfError {
            place: Some(start),
            what: format!("a text is not closed: {quote} is missing"),
        })
    }

    fn escaped(&mut self) -> Result<char> {
        match self.next() {
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            Some('r') => Ok('\r'),
            Some(c @ ('"' | '\\')) => Ok(c),
            Some('x') => {
                let digits = self.rest().get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
                self.at += 2 * usize::from(digits.is_some());
                digits.map(char::from).ok_or_else(|| self.error("\\x wants two hexadecimal digits"))
            }
            other => Err(self.error(format!("there is no escape \\{}", other.unwrap_or_default()))),
        }
    }

    /// `(`, lines, and `)` alone on a line.
    fn raw_block(&mut self) -> Result<String> {
        let start = self.place();
        self.next();
        let mut len = 0;
        for line in self.rest().split_inclusive('\n') {
            if line.trim() == ")" {
                let text = self.rest()[..len].to_owned();
                self.at += len + line.trim_end().len();
                return Ok(text);
            }
            len += line.len();
        }
        let what =
            "a block in parentheses is not closed: a line with ')' alone is missing".to_owned();
        Err(ConfError { place: Some(start), what })
    }

    /// What a variable stands for: a key of this block or one around, or of the environment.
    fn variable(&mut self, name: &str) -> Result<Item> {
        let key = name.to_lowercase();
        let found = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        if let Some(entry) = found.into_iter().find(|entry| entry.key == key) {
            return Ok(entry.item.clone());
        }
        match std::env::var(name) {
            Ok(text) => Ok(Item { value: bare(&text), place: self.place() }),
            Err(_) => Err(self.error(format!("variable reference for '{name}' can not be found"))),
        }
    }

    fn include(&mut self) -> Result<Vec<Entry>> {
        let name = match self.peek() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote)?,
            _ => self.word(|c| matches!(c, ',' | ';' | '}' | '#')),
        };
        if self.depth >= MAX_INCLUDES {
            return Err(self.error(format!("more than {MAX_INCLUDES} files include each other")));
        }
        let path = self.file.parent().unwrap_or(Path::new("")).join(name);
        read_file(&path, self.scopes, self.depth + 1)
    }
}

/// A word without quotes: a number with or without a unit, yes or no, or a text.
fn bare(word: &str) -> Value {
    match word.to_lowercase().as_str() {
        "true" | "yes" | "on" => return Value::Bool(true),
        "false" | "no" | "off" => return Value::Bool(false),
        _ => {}
    }
    if let Some(number) = sized(word) {
        return Value::Int(number);
    }
    let numeric = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    match word.parse::<f64>() {
        Ok(number) if numeric && word.contains('.') => Value::Float(number),
        _ => Value::Text(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{entry, read_text};
    use super::*;

    fn value(text: &str) -> Value {
        let entries = read_text("value.conf", &format!("key {text}\n")).unwrap();
        assert_eq!(entries.len(), 1, "{text}");
        entries[0].item.value.clone()
    }

    #[test]
    fn values_are_what_they_look_like() {
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(value("4222"), Value::Int(4222));
        assert_eq!(value("-1"), Value::Int(-1));
        assert_eq!(value("128KB"), Value::Int(131_072));
        assert_eq!(value("3MiB"), Value::Int(3 << 20));
        assert_eq!(value("1k"), Value::Int(1_000));
        assert_eq!(value("1.5"), Value::Float(1.5));
        assert_eq!(value("yes"), Value::Bool(true));
        assert_eq!(value("Off"), Value::Bool(false));
        assert_eq!(value("127.0.0.1:4222"), text("127.0.0.1:4222"));
        assert_eq!(value("127.0.0.1"), text("127.0.0.1"));
        assert_eq!(value("2m"), Value::Int(2_000_000));
        assert_eq!(value("\"2m\""), text("2m"));
        assert_eq!(value("nats://a:1 # here"), text("nats://a:1"));
        assert_eq!(value("'a \"b\\'"), text("a \"b\\"));
        assert_eq!(value("\"a\\n\\\"\\x41\""), text("a\n\"A"));
        assert_eq!(value("(\nline 1\n line 2\n)"), text("\nline 1\n line 2\n"));
    }

    #[test]
    fn all_ways_of_writing_entries_are_the_same() {
        let plain = |text| -> Vec<(String, String)> {
            let entries = read_text("ways.conf", text).unwrap();
            entries.iter().map(|e| (e.key.clone(), e.text().unwrap())).collect()
        };
        let expected = vec![("a".to_owned(), "x".to_owned()), ("b".to_owned(), "1".to_owned())];
        for text in [
            "a: x\nb: 1\n",
            "a = x; b = 1",
            "A x\nB 1",
            "{\"a\": \"x\", \"b\": 1}",
            "# first\na: x // why\n// then\nb:1",
            "a:\n  x,\nb\t=\t1",
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn blocks_and_lists_nest() {
        let outer = entry("js { one: [1, 2 3], two { three: \"x\" } }");
        let Value::Block(inner) = &outer.item.value else { panic!("{outer:?}") };
        let Value::List(items) = &inner[0].item.value else { panic!("{inner:?}") };
        assert_eq!(items.len(), 3);
        let Value::Block(innermost) = &inner[1].item.value else { panic!("{inner:?}") };
        assert_eq!(innermost[0].text().unwrap(), "x");
    }

    #[test]
    fn variables_and_included_files_are_put_in() {
        read_text("inner.conf", "limit: 7\n").unwrap();
        let entries = read_text("outer.conf", "p: 4\nb { q: $P\n include inner.conf\n r: $limit }");
        let entries = entries.unwrap();
        let Value::Block(inner) = &entries[1].item.value else { panic!("{entries:?}") };
        let numbers: Vec<Value> = inner.iter().map(|entry| entry.item.value.clone()).collect();
        assert_eq!(numbers, [Value::Int(4), Value::Int(7), Value::Int(7)]);
    }
}
