//! The functions of a transform's destination: reading and applying them.

use super::error::{DestinationFault as Fault, TransformError};
use crate::kernel::Rng;

/// A function of tokens of the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Function {
    /// The token itself.
    Wildcard,
    /// A number below this one, from a hash of the tokens, or of the whole subject if there are none.
    Partition(i32),
    /// The token, split in two behind so many bytes.
    SplitFromLeft(i32),
    /// The token, split in two so many bytes before its end.
    SplitFromRight(i32),
    /// The token in slices of so many bytes, the odd one last.
    SliceFromLeft(i32),
    /// The token in slices of so many bytes, the odd one first.
    SliceFromRight(i32),
    /// The token, split at every separator.
    Split(Box<str>),
    /// The first so many bytes of the token.
    Left(i32),
    /// The last so many bytes of the token.
    Right(i32),
    /// A random number below this one.
    Random(i32),
}

/// What a destination token turns out to be.
pub(super) enum Token {
    Literal,
    /// A function and the wildcards it is of, counted from 1.
    Function(Function, Vec<i64>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Wildcard,
    Partition,
    SplitFromLeft,
    SplitFromRight,
    SliceFromLeft,
    SliceFromRight,
    Split,
    Left,
    Right,
    Random,
}

/// The words of the names: the first letter of each may be of either case.
const NAMES: [(&[&str], Name); 10] = [
    (&["wildcard"], Name::Wildcard),
    (&["partition"], Name::Partition),
    (&["split", "from", "left"], Name::SplitFromLeft),
    (&["split", "from", "right"], Name::SplitFromRight),
    (&["slice", "from", "left"], Name::SliceFromLeft),
    (&["slice", "from", "right"], Name::SliceFromRight),
    (&["split"], Name::Split),
    (&["left"], Name::Left),
    (&["right"], Name::Right),
    (&["random"], Name::Random),
];

const SPACE: [char; 5] = [' ', '\t', '\n', '\r', '\x0c'];

/// Whether a token has the form `{{…}}`, with something between the braces.
pub(super) fn is_braced(token: &str) -> bool {
    token.len() > 4 && token.starts_with("{{") && token.ends_with("}}")
}

/// Splits `{{name(arguments)}}`, white space around the name allowed.
pub(super) fn parse_name(token: &str) -> Result<(Name, &str), TransformError> {
    let unknown = || TransformError::of(Fault::UnknownFunction, token);
    let inner = token.strip_prefix("{{").and_then(|token| token.strip_suffix("}}"));
    let call = inner.ok_or_else(unknown)?.trim_matches(SPACE);
    let (name, arguments) =
        call.strip_suffix(')').and_then(|call| call.split_once('(')).ok_or_else(unknown)?;
    let name = name.trim_end_matches(SPACE);
    let known = NAMES.iter().find(|(words, _)| is_name(name, words)).ok_or_else(unknown)?;
    Ok((known.1, arguments))
}

fn is_name(mut text: &str, words: &[&str]) -> bool {
    for word in words {
        let Some((head, tail)) = text.split_at_checked(word.len()) else { return false };
        if head[..].get(1..) != word.get(1..) || !head.eq_ignore_ascii_case(word) {
            return false;
        }
        text = tail;
    }
    text.is_empty()
}

impl Token {
    pub(super) fn parse(token: &str) -> Result<Self, TransformError> {
        if let Some(digits) = token.strip_prefix('$') {
            // Other subjects start with `$` as well, so no number is no error.
            return Ok(match digits.parse() {
                Ok(index) => Self::Function(Function::Wildcard, vec![index]),
                Err(_) => Self::Literal,
            });
        }
        if !is_braced(token) {
            return Ok(Self::Literal);
        }
        let (name, arguments) = parse_name(token)?;
        let arguments = Arguments {
            token,
            list: arguments
                .split(',')
                .enumerate()
                // White space after a comma belongs to it.
                .map(|(i, text)| if i == 0 { text } else { text.trim_start_matches(SPACE) })
                .collect(),
        };
        arguments.function(name)
    }
}

struct Arguments<'a> {
    token: &'a str,
    /// Never empty: no arguments are one empty argument.
    list: Vec<&'a str>,
}

impl Arguments<'_> {
    fn function(&self, name: Name) -> Result<Token, TransformError> {
        let (function, indexes) = match name {
            Name::Wildcard => {
                self.count(1, 1)?;
                if self.list == [""] {
                    return Err(self.fault(Fault::NotEnoughArguments));
                }
                (Function::Wildcard, vec![self.number(0)?])
            }
            Name::Partition => {
                let buckets = self.buckets()?;
                let indexes = (1..self.list.len()).map(|i| self.number(i));
                (Function::Partition(buckets), indexes.collect::<Result<_, _>>()?)
            }
            Name::Random => {
                if self.list.len() > 1 {
                    return Err(self.fault(Fault::NotEnoughArguments));
                }
                (Function::Random(self.buckets()?), Vec::new())
            }
            Name::Split => {
                self.count(2, 2)?;
                let index = self.number(0)?;
                let separator = self.list.get(1).copied().unwrap_or_default();
                if separator.contains([' ', '.']) {
                    return Err(self.fault(Fault::InvalidArgument));
                }
                (Function::Split(separator.into()), vec![index])
            }
            Name::SplitFromLeft => self.index_and_size(Function::SplitFromLeft)?,
            Name::SplitFromRight => self.index_and_size(Function::SplitFromRight)?,
            Name::SliceFromLeft => self.index_and_size(Function::SliceFromLeft)?,
            Name::SliceFromRight => self.index_and_size(Function::SliceFromRight)?,
            Name::Left => self.index_and_size(Function::Left)?,
            Name::Right => self.index_and_size(Function::Right)?,
        };
        Ok(Token::Function(function, indexes))
    }

    fn fault(&self, fault: Fault) -> TransformError {
        TransformError::of(fault, self.token)
    }

    fn count(&self, low: usize, high: usize) -> Result<(), TransformError> {
        match self.list.len() {
            n if n < low => Err(self.fault(Fault::NotEnoughArguments)),
            n if n > high => Err(self.fault(Fault::TooManyArguments)),
            _ => Ok(()),
        }
    }

    fn number(&self, at: usize) -> Result<i64, TransformError> {
        let text = self.list.get(at).copied().unwrap_or_default();
        text.trim_matches(' ').parse().map_err(|_| self.fault(Fault::InvalidArgument))
    }

    /// The first argument, as a number of partitions.
    fn buckets(&self) -> Result<i32, TransformError> {
        i32::try_from(self.number(0)?).map_err(|_| self.fault(Fault::InvalidArgument))
    }

    fn index_and_size(
        &self,
        function: fn(i32) -> Function,
    ) -> Result<(Function, Vec<i64>), TransformError> {
        self.count(2, 2)?;
        let index = self.number(0)?;
        let size =
            i32::try_from(self.number(1)?).map_err(|_| self.fault(Fault::InvalidArgument))?;
        Ok((function(size), vec![index]))
    }
}

impl Function {
    /// Appends the function's result for `subject` with these `tokens`, `places` of which it is of.
    pub(super) fn apply(
        &self,
        subject: &str,
        tokens: &[&str],
        places: &[usize],
        rng: &mut Rng,
        out: &mut Vec<u8>,
    ) {
        let chosen = || places.iter().filter_map(|&place| tokens.get(place)).copied();
        let token = chosen().next().unwrap_or_default().as_bytes();
        // A size that does not cut the token leaves it whole.
        let cut = |size: &i32| usize::try_from(*size).ok().filter(|&n| n > 0 && n < token.len());
        match self {
            Self::Wildcard => out.extend_from_slice(token),
            Self::Partition(buckets) => {
                let hash = match places {
                    [] => fnv1a([subject]),
                    _ => fnv1a(chosen()),
                };
                push_number(hash.checked_rem(*buckets as u32).unwrap_or_default(), out);
            }
            Self::Random(limit) => {
                let limit = u64::try_from(*limit).unwrap_or_default();
                push_number(rng.below(limit) as u32, out);
            }
            Self::SplitFromLeft(size) => match cut(size) {
                Some(n) => push_joined([&token[..n], &token[n..]], out),
                None => out.extend_from_slice(token),
            },
            Self::SplitFromRight(size) => match cut(size).map(|n| token.len() - n) {
                Some(n) => push_joined([&token[..n], &token[n..]], out),
                None => out.extend_from_slice(token),
            },
            Self::SliceFromLeft(size) => match cut(size) {
                Some(n) => push_joined(token.chunks(n), out),
                None => out.extend_from_slice(token),
            },
            Self::SliceFromRight(size) => match cut(size) {
                Some(n) => {
                    let (odd, rest) = token.split_at(token.len() % n);
                    let odd = Some(odd).filter(|odd| !odd.is_empty());
                    push_joined(odd.into_iter().chain(rest.chunks(n)), out);
                }
                None => out.extend_from_slice(token),
            },
            Self::Split(separator) => {
                let token = chosen().next().unwrap_or_default();
                if separator.is_empty() {
                    let mut buffer = [0; 4];
                    for (i, c) in token.chars().enumerate() {
                        if i > 0 {
                            out.push(b'.');
                        }
                        out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                    }
                } else {
                    push_split(&token.split(&**separator).collect::<Vec<_>>(), out);
                }
            }
            Self::Left(size) => out.extend_from_slice(&token[..cut(size).unwrap_or(token.len())]),
            Self::Right(size) => {
                let start = cut(size).map_or(0, |n| token.len() - n);
                out.extend_from_slice(&token[start..]);
            }
        }
    }
}

/// Joins what `split` cut, without the empty parts. Two separators at the very beginning leave an
/// empty token, as in the server.
fn push_split(parts: &[&str], out: &mut Vec<u8>) {
    for (i, part) in parts.iter().enumerate() {
        out.extend_from_slice(part.as_bytes());
        let more = parts.get(i + 1).is_some_and(|next| !next.is_empty());
        if more && !(i == 0 && part.is_empty()) {
            out.push(b'.');
        }
    }
}

fn push_joined<'a>(parts: impl IntoIterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            out.push(b'.');
        }
        out.extend_from_slice(part);
    }
}

fn push_number(number: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(number.to_string().as_bytes());
}

/// FNV-1a with 32 bits over the texts, one after the other.
fn fnv1a<'a>(texts: impl IntoIterator<Item = &'a str>) -> u32 {
    texts
        .into_iter()
        .flat_map(str::bytes)
        .fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
