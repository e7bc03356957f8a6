//! What a condition can ask about: a thing of the world, what happened, and how long it took.

use std::fmt;

use crate::lesson::error::unknown;
use crate::world::World;

use super::attributes::{Attribute, Noun};
use super::bucket;
use super::events::{self, EVENTS};
use super::look;
use super::{Kind, Since, Value};

/// Which message of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The first it holds.
    First,
    /// The last it holds.
    Last,
    /// The one of this sequence.
    Sequence(u64),
}

/// A thing of the world, by the names of all it is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A stream: its cluster, its name.
    Stream(String, String),
    /// A message: its cluster, its stream, which one.
    Message(String, String, Place),
    /// A consumer: its cluster, its stream, its name.
    Consumer(String, String, String),
    /// A server: its name with the cluster's.
    Server(String),
    /// An app: its name.
    App(String),
    /// A key: its cluster, its bucket, the key.
    Key(String, String, String),
    /// An object store: its cluster, its name.
    Store(String, String),
    /// An object: its cluster, its store, its name.
    Object(String, String, String),
}

/// Something the world is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// An attribute of a thing.
    Of(Thing, &'static Attribute),
    /// How often something happened since the beat began.
    Event {
        /// What.
        kind: &'static str,
        /// What its place, stream, subject … must be among, each.
        words: Vec<String>,
    },
    /// The virtual time since the beat began.
    Elapsed,
}

impl Thing {
    /// The thing of this kind that these words name.
    fn parse(noun: Noun, usage: &str, words: &[&str]) -> Result<Self, String> {
        let owned = |name: &str| name.to_owned();
        Ok(match (noun, words) {
            (Noun::Stream, [path]) => {
                let (cluster, name) = split(path, usage)?;
                Self::Stream(cluster, name)
            }
            (Noun::Message, [path, place]) => {
                let (cluster, stream) = split(path, "CLUSTER/STREAM")?;
                Self::Message(cluster, stream, Place::parse(place)?)
            }
            (Noun::Consumer, [path]) => {
                let parts: Vec<&str> = path.split('/').collect();
                let [cluster, stream, name] = parts.as_slice() else {
                    return Err(format!("{path:?} is no {usage}"));
                };
                Self::Consumer(owned(cluster), owned(stream), owned(name))
            }
            (Noun::Server, [path]) => {
                split(path, usage)?;
                Self::Server(owned(path))
            }
            (Noun::App, [name]) => Self::App(owned(name)),
            (Noun::Key, [path, key]) => {
                let (cluster, bucket) = split(path, "CLUSTER/BUCKET")?;
                Self::Key(cluster, bucket, owned(key))
            }
            (Noun::Store, [path]) => {
                let (cluster, store) = split(path, usage)?;
                Self::Store(cluster, store)
            }
            (Noun::Object, [path, name]) => {
                let (cluster, store) = split(path, "CLUSTER/STORE")?;
                Self::Object(cluster, store, owned(name))
            }
            _ => return Err(format!("write: {} {usage} ATTRIBUTE", noun.name())),
        })
    }

    fn answer(&self, world: &World, attribute: &str) -> Value {
        match self {
            Self::Stream(cluster, name) => look::stream(world, cluster, name, attribute),
            Self::Message(cluster, stream, place) => {
                look::message(world, cluster, stream, *place, attribute)
            }
            Self::Consumer(cluster, stream, name) => {
                look::consumer(world, (cluster, stream, name), attribute)
            }
            Self::Server(name) => look::server(world, name, attribute),
            Self::App(name) => look::app(world, name, attribute),
            Self::Key(cluster, name, key) => bucket::key(world, (cluster, name, key), attribute),
            Self::Store(cluster, name) => bucket::store(world, cluster, name, attribute),
            Self::Object(cluster, store, name) => {
                bucket::object(world, (cluster, store, name), attribute)
            }
        }
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("first", _) => Ok(Self::First),
            ("last", _) => Ok(Self::Last),
            (_, Ok(sequence)) => Ok(Self::Sequence(sequence)),
            _ => Err(format!("{text:?} is no message: a sequence, first or last is meant")),
        }
    }
}

impl Query {
    /// Reads a query from its words.
    pub(super) fn parse(words: &[String]) -> Result<Self, String> {
        let Some((first, rest)) = words.split_first() else {
            return Err("a condition begins with stream, message, consumer, server, app, key, \
                        store, object, event or elapsed"
                .to_owned());
        };
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        match (first.as_str(), rest.as_slice()) {
            ("elapsed", []) => Ok(Self::Elapsed),
            ("elapsed", _) => Err("elapsed stands alone: elapsed >= 5s".to_owned()),
            ("event", [kind, words @ ..]) => {
                let known = EVENTS.iter().find(|event| event.name == *kind);
                let Some(known) = known else {
                    return Err(unknown("event", kind, EVENTS.iter().map(|event| event.name)));
                };
                let words = words.iter().map(|&word| word.to_owned()).collect();
                Ok(Self::Event { kind: known.name, words })
            }
            ("event", []) => Err("an event needs its name: event stored ORDERS".to_owned()),
            (word, rest) => {
                let nouns = Noun::ALL.iter();
                let Some(&(_, noun, usage)) = nouns.clone().find(|(name, ..)| *name == word) else {
                    let known = nouns.map(|(name, ..)| *name).chain(["event", "elapsed"]);
                    return Err(unknown("what a condition asks about,", word, known));
                };
                let (attribute, names) = rest.split_last().unwrap_or((&"", &[]));
                let thing = Thing::parse(noun, usage, names)?;
                Ok(Self::Of(thing, noun.attribute(attribute)?))
            }
        }
    }

    /// What kind of answer it gives.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Of(_, attribute) => attribute.kind,
            Self::Event { .. } => Kind::Number,
            Self::Elapsed => Kind::Span,
        }
    }

    /// The answer of this world.
    pub fn answer(&self, world: &World, since: Since) -> Value {
        match self {
            Self::Of(thing, attribute) => thing.answer(world, attribute.name),
            Self::Event { kind, words } => {
                Value::Number(events::count(world, kind, words, since.event))
            }
            Self::Elapsed => Value::Span(world.now().since(since.at)),
        }
    }
}

/// `a/b` into its two names.
fn split(path: &str, wanted: &str) -> Result<(String, String), String> {
    match path.split_once('/') {
        Some((a, b)) if !a.is_empty() && !b.is_empty() && !b.contains('/') => {
            Ok((a.to_owned(), b.to_owned()))
        }
        _ => Err(format!("{path:?} is no {wanted}")),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            Self::Sequence(sequence) => write!(f, "{sequence}"),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(cluster, name) => write!(f, "stream {cluster}/{name}"),
            Self::Message(cluster, stream, place) => {
                write!(f, "message {cluster}/{stream} {place}")
            }
            Self::Consumer(cluster, stream, name) => {
                write!(f, "consumer {cluster}/{stream}/{name}")
            }
            Self::Server(name) => write!(f, "server {name}"),
            Self::App(name) => write!(f, "app {name}"),
            Self::Key(cluster, bucket, key) => write!(f, "key {cluster}/{bucket} {key}"),
            Self::Store(cluster, name) => write!(f, "store {cluster}/{name}"),
            Self::Object(cluster, store, name) => {
                let name = shlex::try_quote(name).unwrap_or(name.into());
                write!(f, "object {cluster}/{store} {name}")
            }
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(thing, attribute) => write!(f, "{thing} {}", attribute.name),
            Self::Event { kind, words } => {
                write!(f, "event {kind}")?;
                words.iter().try_for_each(|word| write!(f, " {word}"))
            }
            Self::Elapsed => f.write_str("elapsed"),
        }
    }
}
