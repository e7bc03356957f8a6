//! Subjects and patterns: dot-separated tokens, `*` for one token, `>` for all that follow.
//!
//! Wildcards count only as whole tokens: `e*.x` and `foo.b>` are literals.

use std::sync::Arc;

/// A subject or pattern, shared.
pub type Subject = Arc<str>;

/// Whether this can be subscribed to: no empty token, no white space, `>` only at the end.
pub fn is_valid_pattern(pattern: &str) -> bool {
    let mut closed = false;
    !pattern.is_empty()
        && pattern.split('.').all(|token| {
            let fine = !closed && !token.is_empty() && !token.contains(is_space);
            closed = token == ">";
            fine
        })
}

/// Whether this is a literal subject: valid, and without wildcards.
pub fn is_valid_subject(subject: &str) -> bool {
    is_valid_pattern(subject) && is_literal(subject)
}

/// Whether there is no wildcard token in it.
pub fn is_literal(subject: &str) -> bool {
    !subject.split('.').any(|token| token == "*" || token == ">")
}

/// Whether no token is empty. Messages on other subjects reach nobody.
pub fn has_no_empty_token(subject: &str) -> bool {
    !subject.is_empty() && subject.split('.').all(|token| !token.is_empty())
}

/// Whether a pattern takes in a subject. The subject is taken literally, even `foo.*`.
pub fn matches(pattern: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for part in pattern.split('.') {
        let Some(token) = tokens.next() else { return false };
        match part {
            ">" => return true,
            "*" => {}
            _ if part == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

/// Whether there is a subject that both patterns take in.
pub fn overlaps(a: &str, b: &str) -> bool {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(">"), Some(_)) | (Some(_), Some(">")) => return true,
            (Some(x), Some(y)) if x == "*" || y == "*" || x == y => {}
            _ => return false,
        }
    }
}

/// Whether every subject that `inner` takes in is also taken in by `outer`.
pub fn is_subset(inner: &str, outer: &str) -> bool {
    let mut tokens = inner.split('.');
    for part in outer.split('.') {
        let Some(token) = tokens.next() else { return false };
        match part {
            ">" => return true,
            "*" if token != ">" => {}
            _ if part == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{c}' | '\0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word for word, by trying every way.
    fn naive(pattern: &[&str], subject: &[&str]) -> bool {
        match (pattern.first(), subject.first()) {
            (None, None) => true,
            (Some(&">"), Some(_)) => pattern.len() == 1,
            (Some(&p), Some(&s)) => (p == "*" || p == s) && naive(&pattern[1..], &subject[1..]),
            _ => false,
        }
    }

    fn pattern() -> impl Strategy<Value = String> {
        let token = prop_oneof![Just("a"), Just("b"), Just("*")];
        (prop::collection::vec(token, 1..4), any::<bool>()).prop_map(|(mut tokens, open)| {
            if open {
                tokens.push(">");
            }
            tokens.join(".")
        })
    }

    fn subject() -> impl Strategy<Value = String> {
        prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 1..5)
            .prop_map(|tokens| tokens.join("."))
    }

    /// All subjects of up to five tokens over a small alphabet.
    fn all_subjects() -> Vec<String> {
        let mut all: Vec<String> = vec![];
        let mut last = vec![String::new()];
        for _ in 0..5 {
            last = last
                .iter()
                .flat_map(|head| {
                    ["a", "b", "c"]
                        .map(|t| if head.is_empty() { t.to_owned() } else { format!("{head}.{t}") })
                })
                .collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    proptest! {
        #[test]
        fn matching_is_what_a_naive_matcher_says(p in pattern(), s in subject()) {
            let (parts, tokens): (Vec<_>, Vec<_>) = (p.split('.').collect(), s.split('.').collect());
            prop_assert_eq!(matches(&p, &s), naive(&parts, &tokens));
        }

        #[test]
        fn overlap_means_a_common_subject(a in pattern(), b in pattern()) {
            let common = all_subjects().iter().any(|s| matches(&a, s) && matches(&b, s));
            prop_assert_eq!(overlaps(&a, &b), common);
        }

        #[test]
        fn a_subset_takes_in_nothing_more(a in pattern(), b in pattern()) {
            if is_subset(&a, &b) {
                prop_assert!(all_subjects().iter().all(|s| !matches(&a, s) || matches(&b, s)));
            }
        }
    }

    #[test]
    fn validity_follows_the_real_server() {
        for good in ["a", "a.b", "a.*", "a.>", ">", "*", "e*.x", "foo.b>"] {
            assert!(is_valid_pattern(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a.>.b", "a b", "a\tb"] {
            assert!(!is_valid_pattern(bad), "{bad}");
        }
        assert!(is_literal("foo.b>") && !is_literal("foo.*"));
        assert!(!matches("w.>", "w"));
    }
}
