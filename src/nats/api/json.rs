//! JSON as Go writes it: compact, in struct order, with `<`, `>` and `&` escaped.

use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// A value as the server would write it, or nothing if it cannot be written (a map with keys that
/// are no texts, which no type of this crate has).
pub fn to_json(value: &impl Serialize) -> Bytes {
    let mut out = Vec::with_capacity(512);
    let mut serializer = Serializer::with_formatter(&mut out, Go);
    match value.serialize(&mut serializer) {
        Ok(()) => out.into(),
        Err(_) => Bytes::new(),
    }
}

/// The same as text.
pub fn to_json_text(value: &impl Serialize) -> String {
    String::from_utf8_lossy(&to_json(value)).into_owned()
}

/// Go's `encoding/json` escapes what would be markup in HTML, and the two line separators.
struct Go;

impl Formatter for Go {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut chars = from.chars();
            let special = chars.next().map_or(0, u32::from);
            write!(writer, "\\u{special:04x}")?;
            rest = chars.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_as_go_does() {
        assert_eq!(
            to_json_text(&["a.>", "<b>&\"c\""]),
            r#"["a.\u003e","\u003cb\u003e\u0026\"c\""]"#
        );
        assert_eq!(to_json_text(&"\u{2028}\u{1}\t"), r#""\u2028\u0001\t""#);
    }
}
