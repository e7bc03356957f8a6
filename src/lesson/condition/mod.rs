//! The language of conditions: what a lesson waits for, checks, and asks.
//!
//! A condition is one line: `stream us-east/TASKS messages == 0`, `event redelivered worker-2`,
//! `not consumer us-east/TASKS/workers exists`. It reads views of the world and its trace, nothing
//! else, and it always has an answer: what is not there is `none`, which equals only `none` and is
//! neither less nor more than anything.

mod attributes;
mod bucket;
mod events;
mod look;
mod parse;
mod query;

use crate::kernel::{EventId, Span, Time};
use crate::world::World;

pub use attributes::{ATTRIBUTES, Attribute, Noun};
pub use events::EVENTS;
pub use query::Query;

/// A value a condition compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// There is nothing.
    None,
    /// A number.
    Number(u64),
    /// A length of virtual time.
    Span(Span),
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

/// What kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Number,
    /// A length of virtual time.
    Span,
    /// A text.
    Text,
    /// Yes or no.
    Flag,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A value that is written down.
    Literal(Value),
    /// Something the world is asked.
    Query(Query),
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The line of the file.
    pub line: u32,
    /// As it was written.
    pub text: String,
    /// Whether the opposite is meant.
    pub negated: bool,
    /// What is looked at.
    pub left: Query,
    /// What it is compared with. Without it, it holds if there is something: a number above zero, a
    /// `yes`, a text.
    pub right: Option<(Operator, Term)>,
}

/// From where on a condition sees events and counts time: the beginning of its beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The first event that counts.
    pub event: EventId,
    /// The virtual time.
    pub at: Time,
}

impl Since {
    /// From this moment on.
    pub fn now(world: &World) -> Self {
        Self { event: EventId(world.sim().trace().len()), at: world.now() }
    }
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub fn parse(text: &str, line: u32) -> Result<Self, String> {
        parse::condition(text, line)
    }

    /// Whether it holds in this world.
    pub fn holds(&self, world: &World, since: Since) -> bool {
        let left = self.left.answer(world, since);
        let holds = match &self.right {
            None => left.is_something(),
            Some((operator, term)) => operator.compare(&left, &term.value(world, since)),
        };
        holds != self.negated
    }

    /// What it sees, for a message that says why it does not hold: `messages is 2`.
    pub fn seen(&self, world: &World, since: Since) -> String {
        format!("{} is {}", self.left, self.left.answer(world, since))
    }

    /// When time alone changes whether it holds, if it asks for the time.
    pub fn turns_at(&self, since: Since) -> Option<Time> {
        match (&self.left, &self.right) {
            (Query::Elapsed, Some((_, Term::Literal(Value::Span(span))))) => Some(since.at + *span),
            _ => None,
        }
    }
}

impl Term {
    fn value(&self, world: &World, since: Since) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Query(query) => query.answer(world, since),
        }
    }
}

impl Value {
    /// Whether there is anything: what a condition without a comparison asks.
    pub fn is_something(&self) -> bool {
        match self {
            Self::None => false,
            Self::Number(number) => *number > 0,
            Self::Span(span) => *span > Span::ZERO,
            Self::Text(text) => !text.is_empty(),
            Self::Flag(flag) => *flag,
        }
    }

    /// Reads a value as a lesson writes it: `3`, `2s`, `yes`, `none`, a word, a `"quoted text"`.
    pub fn parse(word: &str) -> Self {
        match word {
            "none" => return Self::None,
            "yes" => return Self::Flag(true),
            "no" => return Self::Flag(false),
            _ => {}
        }
        if let Ok(number) = word.parse() {
            return Self::Number(number);
        }
        match crate::nats::time::parse_duration(word) {
            Some(nanos) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                Self::Span(Span(nanos))
            }
            _ => Self::Text(word.to_owned()),
        }
    }

    /// Reads a value where one of this kind is meant: a text may look like a number.
    pub fn of_kind(word: &str, kind: Kind) -> Self {
        match kind {
            Kind::Text if word != "none" => Self::Text(word.to_owned()),
            _ => Self::parse(word),
        }
    }

    /// What kind it is; nothing for `none`.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::None => None,
            Self::Number(_) => Some(Kind::Number),
            Self::Span(_) => Some(Kind::Span),
            Self::Text(_) => Some(Kind::Text),
            Self::Flag(_) => Some(Kind::Flag),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Span(span) => f.write_str(&crate::nats::time::go_duration(span.0)),
            Self::Text(text) => f.write_str(text),
            Self::Flag(true) => f.write_str("yes"),
            Self::Flag(false) => f.write_str("no"),
        }
    }
}

impl Operator {
    /// All of them, as they are written.
    pub const ALL: [(&'static str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<", Self::Less),
        ("<=", Self::AtMost),
        (">", Self::More),
        (">=", Self::AtLeast),
    ];

    fn compare(self, left: &Value, right: &Value) -> bool {
        let order = match (left, right) {
            (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
            (Value::Span(a), Value::Span(b)) => Some(a.cmp(b)),
            _ => None,
        };
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => order.is_some_and(|order| order.is_lt()),
            Self::AtMost => order.is_some_and(|order| order.is_le()),
            Self::More => order.is_some_and(|order| order.is_gt()),
            Self::AtLeast => order.is_some_and(|order| order.is_ge()),
        }
    }
}

#[cfg(test)]
mod tests;
