//! Subject transforms: `orders.*.new` to `in.{{wildcard(1)}}`.
//!
//! Streams, mirrors, sources, republishing and domain mapping all use them. Behaviour and error texts
//! are nats-server's, its oddities included; what was not observed follows its source.

mod error;
mod function;

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

pub use error::{DestinationFault, TransformError};

use self::function::{Function, Token};
use super::subject::{is_valid_subject, matches, tokens};
use crate::kernel::Rng;

/// A way to turn the subjects that match one pattern into others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transform {
    source: Box<str>,
    destination: Box<str>,
    /// What the destination is made of; empty when the subject is to stay as it is.
    parts: Vec<Part>,
}

/// One token of the destination, with wildcards replaced by the places of the source's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(Box<str>),
    /// The result of a function of these tokens of the subject.
    Function(Function, Vec<usize>),
    /// What the source's `>` stands for: all tokens from this one on.
    Rest(usize),
}

impl Transform {
    /// A transform of the subjects that match `source` (all, if it is empty). An empty `destination`
    /// leaves them as they are, which makes the transform a mere filter.
    ///
    /// # Errors
    ///
    /// What is wrong with the two, in the server's words.
    pub fn new(source: &str, destination: &str) -> Result<Self, TransformError> {
        let source = if source.is_empty() { ">" } else { source };
        let mut parts = Vec::new();
        if !destination.is_empty() {
            check_tokens(destination)?;
            let shape = Shape::of(source).ok_or(TransformError::InvalidSubject)?;
            let wanted = Shape::of(destination).ok_or(TransformError::InvalidSubject)?;
            if !wanted.wildcards.is_empty() || shape.rest.is_some() != wanted.rest.is_some() {
                return Err(TransformError::InvalidSubject);
            }
            for token in tokens(destination) {
                parts.push(shape.part(token)?);
            }
        }
        Ok(Self { source: source.into(), destination: destination.into(), parts })
    }

    /// The pattern of the subjects it is for.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What they become; empty if they stay.
    pub fn destination(&self) -> &str {
        &self.destination
    }

    /// Whether the result depends on chance, so that applying it twice may give two results.
    pub fn is_random(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Function(Function::Random(_), _)))
    }

    /// What `subject` becomes. `None` if it does not match the source, or is not a literal subject.
    /// Draws from `rng` for `random` only.
    pub fn apply(&self, subject: &str, rng: &mut Rng) -> Option<String> {
        if !is_valid_subject(subject) || !matches(&self.source, subject) {
            return None;
        }
        if self.parts.is_empty() {
            return Some(subject.to_owned());
        }
        let found: Vec<&str> = tokens(subject).collect();
        let mut result = Vec::with_capacity(subject.len() + self.destination.len());
        for (i, part) in self.parts.iter().enumerate() {
            if i > 0 {
                result.push(b'.');
            }
            match part {
                Part::Literal(text) => result.extend_from_slice(text.as_bytes()),
                Part::Function(function, places) => {
                    function.apply(subject, &found, places, rng, &mut result);
                }
                Part::Rest(from) => {
                    let rest = found.get(*from..).unwrap_or_default();
                    result.extend_from_slice(rest.join(".").as_bytes());
                }
            }
        }
        // Functions cut by bytes, as the server's do, and may cut a character apart.
        Some(match String::from_utf8(result) {
            Ok(result) => result,
            Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
        })
    }
}

/// Looks at the destination by itself. The server does so first, and its errors are more exact here.
fn check_tokens(destination: &str) -> Result<(), TransformError> {
    let mut open = false;
    for token in tokens(destination) {
        if token.is_empty() || open {
            return Err(TransformError::invalid(token));
        }
        if function::is_braced(token) {
            function::parse_name(token)?;
        } else if token == ">" {
            open = true;
        } else if token.contains([' ', '\t', '\n', '\r', '\x0c']) {
            return Err(TransformError::invalid(""));
        }
    }
    Ok(())
}

/// Where a pattern has its wildcards.
struct Shape {
    /// The places of the `*` tokens.
    wildcards: Vec<usize>,
    /// The place of the `>` token.
    rest: Option<usize>,
}

impl Shape {
    /// `None` if a token is empty or `>` is not the last.
    fn of(pattern: &str) -> Option<Self> {
        let mut shape = Self { wildcards: Vec::new(), rest: None };
        for (place, token) in tokens(pattern).enumerate() {
            match token {
                "" => return None,
                _ if shape.rest.is_some() => return None,
                "*" => shape.wildcards.push(place),
                ">" => shape.rest = Some(place),
                _ => {}
            }
        }
        Some(shape)
    }

    /// Reads one token of the destination, seen from this source.
    fn part(&self, token: &str) -> Result<Part, TransformError> {
        if let (">", Some(place)) = (token, self.rest) {
            return Ok(Part::Rest(place));
        }
        let (function, indexes) = match Token::parse(token)? {
            Token::Literal => return Ok(Part::Literal(token.into())),
            Token::Function(function, indexes) => (function, indexes),
        };
        if self.wildcards.is_empty() && self.rest.is_none() {
            // The server forgets the indexes here: a partition is then one of the whole subject.
            return match function {
                Function::Random(_) | Function::Partition(_) => {
                    Ok(Part::Function(function, Vec::new()))
                }
                _ => Err(TransformError::index_out_of_range(token.to_owned())),
            };
        }
        let mut places = Vec::with_capacity(indexes.len());
        for index in indexes {
            // An index below 1 means the first token, an oddity of the server.
            let place = match usize::try_from(index) {
                Err(_) | Ok(0) => Some(0),
                Ok(index) => self.wildcards.get(index - 1).copied(),
            };
            let Some(place) = place else {
                let mut text = token.to_owned();
                // Writing to a string cannot fail.
                let _ = write!(text, ": [{index}]");
                return Err(TransformError::index_out_of_range(text));
            };
            places.push(place);
        }
        Ok(Part::Function(function, places))
    }
}
