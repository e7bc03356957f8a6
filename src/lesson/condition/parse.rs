//! Reading a condition.

use super::{Condition, Kind, Operator, Query, Term, Value};

/// What a condition can begin with; a right side that begins so is a query, anything else a value.
const NOUNS: &[&str] = &[
    "stream", "message", "consumer", "server", "app", "key", "store", "object", "event", "elapsed",
];

/// Reads one condition.
pub(super) fn condition(text: &str, line: u32) -> Result<Condition, String> {
    let text = text.trim();
    let Some(words) = shlex::split(text) else {
        return Err("a quote is not closed".to_owned());
    };
    let (negated, words) = match words.split_first() {
        Some((first, rest)) if first == "not" => (true, rest),
        _ => (false, words.as_slice()),
    };
    let place = words.iter().position(|word| Operator::ALL.iter().any(|(name, _)| name == word));
    let (left, right) = match place {
        None => (Query::parse(words).map_err(|why| one_equals_sign(words, why))?, None),
        Some(place) => {
            let left = Query::parse(&words[..place])?;
            let operator = Operator::ALL.iter().find(|(name, _)| *name == words[place]);
            let operator = operator.map_or(Operator::Equal, |(_, operator)| *operator);
            let term = term(&words[place + 1..], left.kind())?;
            fits(&left, operator, &term)?;
            (left, Some((operator, term)))
        }
    };
    Ok(Condition { line, text: text.to_owned(), negated, left, right })
}

/// The commonest slip deserves an answer of its own.
fn one_equals_sign(words: &[String], why: String) -> String {
    if words.iter().any(|word| word == "=") {
        return "equal is written ==".to_owned();
    }
    why
}

fn term(words: &[String], kind: Kind) -> Result<Term, String> {
    match words {
        [] => Err("there is nothing after the comparison".to_owned()),
        [first, ..]
            if NOUNS.contains(&first.as_str()) && (words.len() > 1 || first == "elapsed") =>
        {
            Query::parse(words).map(Term::Query)
        }
        [word] => Ok(Term::Literal(Value::of_kind(word, kind))),
        _ => Err(format!("a text of several words needs quotes: {:?}", words.join(" "))),
    }
}

/// Whether the two sides can be compared at all.
fn fits(left: &Query, operator: Operator, right: &Term) -> Result<(), String> {
    let kind = left.kind();
    let other = match right {
        Term::Literal(value) => value.kind(),
        Term::Query(query) => Some(query.kind()),
    };
    let ordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
    if ordered && !matches!(kind, Kind::Number | Kind::Span) {
        return Err(format!("{left} is {}: it can only be == or !=", kind.name()));
    }
    match other {
        Some(other) if other != kind => {
            Err(format!("{left} is {}, not {}", kind.name(), other.name()))
        }
        None if ordered => Err("none can only be compared with == and !=".to_owned()),
        _ => Ok(()),
    }
}

impl Kind {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Span => "a duration",
            Self::Text => "a text",
            Self::Flag => "yes or no",
        }
    }
}
