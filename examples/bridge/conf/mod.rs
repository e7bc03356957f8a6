//! nats-server's configuration files: [`read`] gives their entries, [`Entry`] says what an entry means.

mod meaning;
mod parser;

use std::fmt;
use std::path::{Path, PathBuf};

/// A value, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) value: Value,
    place: Place,
}

/// What can be written behind a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Item>),
    Block(Vec<Entry>),
}

/// A key with its value. Keys are compared in lower case, as nats-server does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) item: Item,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: PathBuf,
    line: usize,
    column: usize,
}

/// What is wrong with a configuration file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfError {
    place: Option<Place>,
    what: String,
}

impl fmt::Display for ConfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(Place { file, line, column }) => {
                write!(f, "{}:{line}:{column}: {}", file.display(), self.what)
            }
            None => write!(f, "{}", self.what),
        }
    }
}

type Result<T> = std::result::Result<T, ConfError>;

/// Reads a file.
///
/// # Errors
/// That it cannot be read, or the first thing wrong with it.
pub(crate) fn read(path: &Path) -> Result<Vec<Entry>> {
    parser::read_file(path, &mut Vec::new(), 0)
}

/// A whole number, with a unit if it has one: `k` is a thousand, `kb`, `ki` and `kib` are 1024.
fn sized(word: &str) -> Option<i64> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let len = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    if len == 0 {
        return None;
    }
    let split = word.len() - digits.len() + len;
    let number: i64 = word[..split].parse().ok()?;
    let unit = word[split..].to_lowercase();
    let mut letters = unit.chars();
    let Some(letter) = letters.next() else { return Some(number) };
    let power = "kmgtpe".find(letter)? as u32 + 1;
    let base: i64 = match letters.as_str() {
        "" => 1000,
        "b" | "i" | "ib" => 1024,
        _ => return None,
    };
    number.checked_mul(base.checked_pow(power)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Reads a text as a file of its own. Tests run side by side: each has a folder, by its thread.
    pub(super) fn read_text(name: &str, text: &str) -> Result<Vec<Entry>> {
        let (process, thread) = (std::process::id(), std::thread::current().id());
        let folder = std::env::temp_dir().join(format!("bridge-conf-{process}-{thread:?}"));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        read(&path)
    }

    pub(super) fn entry(text: &str) -> Entry {
        read_text("entry.conf", text).unwrap().remove(0)
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let wrong = |text| {
            let told = read_text("wrong.conf", text).unwrap_err().to_string();
            told.split_once("wrong.conf:").map(|(_, rest)| rest.to_owned()).unwrap_or(told)
        };
        assert_eq!(wrong("a: 1\nb {"), "2:4: a block is not closed: '}' is missing");
        assert_eq!(wrong("a: [1"), "1:5: a list is not closed: ']' is missing");
        assert_eq!(wrong("a: \"x"), "1:3: a text is not closed: \" is missing");
        assert_eq!(wrong("a:\n"), "2:1: a value is missing");
        assert_eq!(
            wrong("a: $nobody_knows_this"),
            "1:21: variable reference for 'nobody_knows_this' can not be found"
        );
        assert_eq!(wrong("}"), "1:0: expected a key, not '}'");
        let error = entry("x: 1\n").unknown().to_string();
        assert!(error.ends_with("entry.conf:1:0: unknown field \"x\""), "{error}");
        assert!(entry("x: y").port().unwrap_err().to_string().contains("-1 for any"));
    }
}
