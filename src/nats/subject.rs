//! Subjects and wildcard patterns: validity, matching, overlap, containment.
//!
//! A subject is dot-separated tokens, case-sensitive. In a pattern a token `*` stands for exactly
//! one token and a last token `>` for one or more; `e*` or `b>` are ordinary tokens. Everything here
//! works on `&str` without allocating: these are the innermost loops of a server.

use std::str::Split;
use std::sync::Arc;

/// A subject or pattern as frames carry it.
pub type Subject = Arc<str>;

/// The tokens of `subject`, in order. A subject without a dot is one token.
pub fn tokens(subject: &str) -> Split<'_, char> {
    subject.split('.')
}

/// Whether `subject` may be published to in pedantic mode: well-formed tokens and no wildcards.
pub fn is_valid_subject(subject: &str) -> bool {
    is_valid_pattern(subject) && is_literal(subject)
}

/// Whether `pattern` may be subscribed to: no empty token, no white space, `>` only at the end.
pub fn is_valid_pattern(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let mut start = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        match byte {
            b'.' => {
                if i == start || &bytes[start..i] == b">" {
                    return false;
                }
                start = i + 1;
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'\x0c' | 0 => return false,
            _ => {}
        }
    }
    start < bytes.len()
}

/// Whether `subject` has no wildcard token. Says nothing of its validity.
pub fn is_literal(subject: &str) -> bool {
    !subject.bytes().any(|b| b == b'*' || b == b'>')
        || tokens(subject).all(|token| token != "*" && token != ">")
}

/// Whether `subject` has an empty token. Such a subject matches nothing.
pub fn has_empty_token(subject: &str) -> bool {
    has_empty_token_bytes(subject.as_bytes())
}

/// Whether every token of `subject` has something in it.
pub fn has_no_empty_token(subject: &str) -> bool {
    !has_empty_token(subject)
}

/// Whether a message published on `subject` is for those who subscribed to `pattern`. Wildcard
/// characters in `subject` are taken literally; a subject with an empty token matches nothing.
pub fn matches(pattern: &str, subject: &str) -> bool {
    let mut rest = subject.as_bytes();
    let pattern = pattern.as_bytes();
    let mut at = 0;
    loop {
        let token = &pattern[at..at + token_len(&pattern[at..])];
        let last = at + token.len() == pattern.len();
        if token == b">" && last {
            return !has_empty_token_bytes(rest);
        }
        let found = &rest[..token_len(rest)];
        if found.is_empty() || (token != b"*" && token != found) {
            return false;
        }
        if last || found.len() == rest.len() {
            return last && found.len() == rest.len();
        }
        at += token.len() + 1;
        rest = &rest[found.len() + 1..];
    }
}

/// Whether some subject matches both patterns.
pub fn overlaps(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (Some(a), Some(b));
    loop {
        let ((token_a, rest_a), (token_b, rest_b)) = match (a, b) {
            (None, None) => return true,
            (Some(a), Some(b)) => (next_token(a), next_token(b)),
            _ => return false,
        };
        if (token_a == ">" && rest_a.is_none()) || (token_b == ">" && rest_b.is_none()) {
            return true;
        }
        if token_a != token_b && token_a != "*" && token_b != "*" {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// Whether every subject that matches `a` also matches `b`.
pub fn is_subset(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (Some(a), Some(b));
    loop {
        let ((token_a, rest_a), (token_b, rest_b)) = match (a, b) {
            (None, None) => return true,
            (Some(a), Some(b)) => (next_token(a), next_token(b)),
            _ => return false,
        };
        if token_b == ">" && rest_b.is_none() {
            return true;
        }
        let open_ended = token_a == ">" && rest_a.is_none();
        if open_ended || (token_b != "*" && token_a != token_b) {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// The first token of `subject`, and what follows its dot.
pub(crate) fn next_token(subject: &str) -> (&str, Option<&str>) {
    let len = token_len(subject.as_bytes());
    (&subject[..len], subject.get(len + 1..))
}

fn token_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|&b| b == b'.').unwrap_or(bytes.len())
}

fn has_empty_token_bytes(bytes: &[u8]) -> bool {
    let mut previous = b'.';
    for &byte in bytes {
        if byte == b'.' && previous == b'.' {
            return true;
        }
        previous = byte;
    }
    previous == b'.'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word for word.
    fn naive(pattern: &[&str], subject: &[&str]) -> bool {
        match (pattern, subject) {
            ([], []) => true,
            ([">"], [_, ..]) => subject.iter().all(|token| !token.is_empty()),
            ([p, pattern @ ..], [s, subject @ ..]) => {
                !s.is_empty() && (*p == "*" || p == s) && naive(pattern, subject)
            }
            _ => false,
        }
    }

    fn pattern() -> impl Strategy<Value = String> {
        let token = prop_oneof![Just("a"), Just("bb"), Just("*")];
        (prop::collection::vec(token, 0..4), any::<bool>()).prop_map(|(mut tokens, open)| {
            if open || tokens.is_empty() {
                tokens.push(">");
            }
            tokens.join(".")
        })
    }

    /// Subjects of every kind: literal, with wildcard characters in them, malformed.
    fn subject() -> impl Strategy<Value = String> {
        let token = prop_oneof![
            6 => Just("a"), 6 => Just("bb"), 2 => Just("c"), 1 => Just("*"), 1 => Just(">"),
            1 => Just(""), 1 => Just("e*"),
        ];
        prop::collection::vec(token, 1..5).prop_map(|tokens| tokens.join("."))
    }

    /// All subjects of up to five tokens over an alphabet that has one token the patterns have not.
    fn all_subjects() -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut last = vec![String::new()];
        for _ in 0..5 {
            let longer = |head: &String| {
                ["a", "bb", "c"].map(|token| match head.as_str() {
                    "" => token.to_owned(),
                    head => format!("{head}.{token}"),
                })
            };
            last = last.iter().flat_map(longer).collect();
            all.extend_from_slice(&last);
        }
        all
    }

    proptest! {
        #[test]
        fn matching_is_what_a_naive_matcher_says(p in pattern(), s in subject()) {
            let (parts, tokens): (Vec<_>, Vec<_>) = (tokens(&p).collect(), tokens(&s).collect());
            prop_assert_eq!(matches(&p, &s), naive(&parts, &tokens));
        }

        #[test]
        fn matching_takes_any_text(p in "[ab.*>é ]{0,8}", s in "[ab.*>é ]{0,8}") {
            let _ = (matches(&p, &s), overlaps(&p, &s), is_subset(&p, &s), is_literal(&p));
            prop_assert_eq!(has_empty_token(&s), tokens(&s).any(str::is_empty));
            if is_valid_pattern(&s) {
                prop_assert!(matches(&s, &s));
            }
        }

        #[test]
        fn overlap_means_a_common_subject(a in pattern(), b in pattern()) {
            let common = all_subjects().iter().any(|s| matches(&a, s) && matches(&b, s));
            prop_assert_eq!(overlaps(&a, &b), common);
            prop_assert_eq!(overlaps(&b, &a), common);
        }

        #[test]
        fn a_subset_has_no_subject_of_its_own(a in pattern(), b in pattern()) {
            let none_own = all_subjects().iter().all(|s| !matches(&a, s) || matches(&b, s));
            prop_assert_eq!(is_subset(&a, &b), none_own);
        }
    }

    #[test]
    fn validity_follows_the_real_server() {
        for good in ["a", "a.b", "a.*", "a.>", ">", "*", "e*.x", "foo.b>", "$JS.API.>", "ü.x"] {
            assert!(is_valid_pattern(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a.>.b", ">.a", "a b", "a\tb", "a.\0"] {
            assert!(!is_valid_pattern(bad), "{bad}");
        }
        assert!(is_valid_subject("e*.x") && is_valid_subject("foo.b>"));
        assert!(!is_valid_subject("foo.*") && !is_valid_subject("foo.>"));
    }

    #[test]
    fn the_observed_cases_hold() {
        assert!(!matches("w.>", "w"));
        assert!(matches("w.>", "w.x") && matches("w.>", "w.x.y"));
        // Published to without pedantic mode: the subject is literal.
        assert!(matches("foo.*", "foo.*") && !matches("foo.bar", "foo.*"));
        assert!(!matches(">", "a..b") && !matches("*", ""));
    }
}
