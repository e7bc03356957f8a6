//! Texts, durations and options as Python and a shell write them.

use crate::kernel::Span;

/// Options of one call, as Python's keyword arguments and as flags of a command.
#[derive(Debug, Default)]
pub(super) struct Options {
    python: Vec<(&'static str, String)>,
    flags: Vec<String>,
}

impl Options {
    /// An argument of the Python call alone.
    pub(super) fn python(&mut self, name: &'static str, value: String) {
        self.python.push((name, value));
    }

    /// A flag of the command alone.
    pub(super) fn flag(&mut self, flag: &str) {
        self.flags.push(flag.to_owned());
    }

    /// An argument of both.
    pub(super) fn both(&mut self, name: &'static str, value: String, flag: &str, text: &str) {
        self.python(name, value);
        self.flags.push(format!("--{flag} {}", shell(text)));
    }

    /// The Python call, an argument a line.
    pub(super) fn call(&self, what: &str) -> String {
        let lines: Vec<String> =
            self.python.iter().map(|(name, value)| format!("    {name}={value},\n")).collect();
        format!("{what}(\n{})\n", lines.concat())
    }

    /// The same, with an argument before the others.
    pub(super) fn call_with(&self, what: &str, first: &str) -> String {
        self.call(what).replacen("(\n", &format!("(\n    {first},\n"), 1)
    }

    /// The command, broken where it gets long.
    pub(super) fn command(&self, what: &str) -> String {
        let mut text = what.to_owned();
        let mut width = text.len();
        for flag in &self.flags {
            if width + flag.len() > 60 {
                text.push_str(" \\\n   ");
                width = 3;
            }
            text.push(' ');
            text.push_str(flag);
            width += flag.len() + 1;
        }
        text + "\n"
    }
}

/// A text of Python.
pub(super) fn string(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out + "\""
}

/// A list of texts.
pub(super) fn strings(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| string(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// Bytes of Python.
pub(super) fn bytes(text: &str) -> String {
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'\\');
    match (plain, text.contains('"'), text.contains('\'')) {
        (true, true, false) => format!("b'{text}'"),
        (true, false, _) => format!("b\"{text}\""),
        _ => format!("{}.encode()", string(text)),
    }
}

/// A duration in Python's seconds.
pub(super) fn seconds(span: Span) -> String {
    let (whole, rest) = (span.0 / 1_000_000_000, span.0 % 1_000_000_000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:09}").trim_end_matches('0').to_owned()
}

/// A word of a command line, quoted where a shell needs it.
pub(super) fn shell(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| string(text), |quoted| quoted.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_python_reads_them() {
        assert_eq!(string("a\"b\\"), r#""a\"b\\""#);
        assert_eq!(bytes(r#"{"id":1}"#), r#"b'{"id":1}'"#);
        assert_eq!(bytes("it's"), "b\"it's\"");
        assert_eq!(bytes("é"), "\"é\".encode()");
        assert_eq!(seconds(Span::secs(30)), "30");
        assert_eq!(seconds(Span::millis(1_500)), "1.5");
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(shell("orders.new"), "orders.new");
        assert_eq!(shell("orders.>"), "'orders.>'");
        assert_eq!(shell(r#"{"id":1}"#), r#"'{"id":1}'"#);
    }
}
