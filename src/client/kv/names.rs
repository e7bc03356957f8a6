//! What buckets and keys may be called: client libraries look before anything is sent.

use crate::client::Dialect;

/// Whether this can be a bucket: `^[a-zA-Z0-9_-]+$`.
///
/// # Errors
/// That it cannot, and what can.
pub(in crate::client) fn bucket(name: &str) -> Result<(), String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(good) {
        return Ok(());
    }
    Err(format!("invalid bucket name: letters, digits, _ and - only, not {name:?}"))
}

/// Whether this can be a key: `^[-/_=\.a-zA-Z0-9]+$`, no dot at either end; in Go's client no two dots in
/// a row either.
///
/// # Errors
/// That it cannot, and what can.
pub(in crate::client) fn key(key: &str, dialect: Dialect) -> Result<(), String> {
    let dots = dialect == Dialect::Go && key.contains("..");
    if !key.is_empty() && key.chars().all(of_key) && !edged(key) && !dots {
        return Ok(());
    }
    Err(format!("invalid key: letters, digits, - _ = / and single dots inside, not {key:?}"))
}

/// Whether this can be looked for: a key, with `*` anywhere and `>` at its end (Go's client).
///
/// # Errors
/// That it cannot, and what can.
pub(in crate::client) fn pattern(key: &str) -> Result<(), String> {
    let rest = key.strip_suffix('>').unwrap_or(key);
    let good = rest.chars().all(|c| of_key(c) || c == '*');
    if !key.is_empty() && good && !edged(key) && !key.contains("..") {
        return Ok(());
    }
    Err(format!("invalid key: what a key has, * for a token, > at its end, not {key:?}"))
}

fn of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_' | '=' | '.')
}

fn edged(key: &str) -> bool {
    key.starts_with('.') || key.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_by_the_clients() {
        for (name, good) in [("config", true), ("A_b-9", true), ("", false), ("a.b", false)] {
            assert_eq!(bucket(name).is_ok(), good, "{name}");
        }
        for name in ["", ".a", "a.", "a b", "a*", "a.>", "a.*", "é", "a:b", "a\tb", "$x"] {
            assert!(key(name, Dialect::Python).is_err(), "{name}");
        }
        for name in ["_kv", "a/b=c", "db.host", "a..b"] {
            assert!(key(name, Dialect::Python).is_ok(), "{name}");
        }
        assert!(key("a..b", Dialect::Go).is_err());
        for (name, good) in
            [(">", true), ("db.*", true), ("a.>", true), ("a.>.b", false), (".>", false)]
        {
            assert_eq!(pattern(name).is_ok(), good, "{name}");
        }
    }
}
