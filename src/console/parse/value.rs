//! The values of arguments and flags: which are right, and what is said of one that is not.

use crate::console::commands::Kind;
use crate::console::fault::percent;
use crate::console::format::parse_bytes;
use crate::console::suggest::nearest;
use crate::console::usage::UsageError;
use crate::nats::subject;
use crate::nats::time::parse_duration;

/// Checks a value that was typed.
pub(super) fn check(kind: Kind, value: &str, name: impl Fn() -> String) -> Result<(), UsageError> {
    let wants = |wanted: &'static str| {
        Err(UsageError::BadValue { name: name(), value: value.to_owned(), wanted })
    };
    match kind {
        Kind::Number if value.parse::<i64>().is_err() => wants("a whole number"),
        Kind::Duration if value != "-1" && parse_duration(value).is_none() => {
            wants("a duration such as 90s, 1h30m or 2d")
        }
        Kind::Percent if percent(value).is_none() => wants("a share below 100% such as 10%"),
        Kind::Bytes if parse_bytes(value).is_none() => wants("a size such as 100, 64KB or 1MiB"),
        Kind::Header if value.split_once(':').is_none_or(|(name, _)| name.trim().is_empty()) => {
            wants("a header such as name:value")
        }
        Kind::Header if value.contains(['\r', '\n']) => wants("a header on a single line"),
        Kind::Pair if value.split_once('=').is_none_or(|(name, _)| name.is_empty()) => {
            wants("a pair such as name=value")
        }
        Kind::OneOf(words) if !words.contains(&value) => Err(UsageError::NotOneOf {
            value: value.to_owned(),
            words,
            near: nearest(value, words.iter().copied()),
        }),
        Kind::Subject
            if !subject::has_no_empty_token(value) || value.contains(char::is_whitespace) =>
        {
            wants("a subject such as orders.new")
        }
        Kind::Token
            if value.is_empty()
                || value.contains(|c: char| c.is_whitespace() || ".*>".contains(c)) =>
        {
            wants("a name without spaces, dots, * and >")
        }
        // Several patterns may stand in one word, separated by commas or spaces.
        Kind::Pattern if !patterns(value).all(subject::is_valid_pattern) => {
            wants("a subject such as orders.new, orders.* or orders.>")
        }
        _ => Ok(()),
    }
}

/// The patterns in a word.
pub(crate) fn patterns(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t']).filter(|part| !part.is_empty())
}
