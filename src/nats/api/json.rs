//! JSON as Go writes it: compact, in struct order, with `<`, `>` and `&` escaped.

use bytes::Bytes;

use crate::nats::json::{ToJson, go_text};

/// A value as the server would write it.
pub fn to_json(value: &dyn ToJson) -> Bytes {
    go_text(value).into()
}

/// The same as text.
pub fn to_json_text(value: &dyn ToJson) -> String {
    go_text(value)
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
