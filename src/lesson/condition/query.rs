//! What a condition can ask about: things, their attributes, and what kind of value each has.

use std::fmt;

use crate::lesson::error::unknown;
use crate::world::World;

use super::bucket;
use super::events::{self, EVENTS};
use super::look;
use super::{Kind, Since, Value};

/// A kind of thing that has attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// `stream CLUSTER/STREAM`
    Stream,
    /// `message CLUSTER/STREAM SEQUENCE`; for the sequence also `first` and `last`.
    Message,
    /// `consumer CLUSTER/STREAM/CONSUMER`
    Consumer,
    /// `server CLUSTER/SERVER`
    Server,
    /// `app NAME`
    App,
    /// `key CLUSTER/BUCKET KEY`
    Key,
    /// `store CLUSTER/STORE`
    Store,
    /// `object CLUSTER/STORE NAME`
    Object,
}

/// An attribute of a kind of thing.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Of what.
    pub noun: Noun,
    /// Its name.
    pub name: &'static str,
    /// What kind of value it has.
    pub kind: Kind,
    /// What it means.
    pub help: &'static str,
}

const fn attribute(noun: Noun, name: &'static str, kind: Kind, help: &'static str) -> Attribute {
    Attribute { noun, name, kind, help }
}

/// All attributes there are. `docs/lessons.md` explains each; a test sees to it.
pub const ATTRIBUTES: &[Attribute] = &[
    attribute(Noun::Stream, "exists", Kind::Flag, "whether there is such a stream"),
    attribute(Noun::Stream, "messages", Kind::Number, "how many messages it holds"),
    attribute(Noun::Stream, "bytes", Kind::Number, "how many bytes they take"),
    attribute(Noun::Stream, "first", Kind::Number, "the lowest sequence it holds"),
    attribute(Noun::Stream, "last", Kind::Number, "the highest sequence it ever gave"),
    attribute(Noun::Stream, "subjects", Kind::Number, "on how many subjects it holds messages"),
    attribute(Noun::Stream, "deleted", Kind::Number, "how many sequences in between are gone"),
    attribute(Noun::Stream, "consumers", Kind::Number, "how many consumers it has"),
    attribute(Noun::Stream, "leader", Kind::Text, "the server that leads it: CLUSTER/SERVER"),
    attribute(Noun::Stream, "replicas", Kind::Number, "how many servers keep a copy"),
    attribute(Noun::Stream, "complete", Kind::Number, "how many running copies hold all of it"),
    attribute(Noun::Stream, "follows", Kind::Number, "how many origins deliver to it"),
    attribute(Noun::Stream, "lag", Kind::Number, "how many messages its origins had yet to send"),
    attribute(Noun::Stream, "behind", Kind::Number, "how many messages of its origins it lacks"),
    attribute(Noun::Stream, "silent", Kind::Span, "since when it has heard nothing of an origin"),
    attribute(Noun::Message, "exists", Kind::Flag, "whether the stream holds it"),
    attribute(Noun::Message, "subject", Kind::Text, "its subject"),
    attribute(Noun::Message, "text", Kind::Text, "its payload"),
    attribute(Noun::Message, "sequence", Kind::Number, "its sequence, for `first` and `last`"),
    attribute(Noun::Consumer, "exists", Kind::Flag, "whether there is such a consumer"),
    attribute(Noun::Consumer, "pending", Kind::Number, "how many messages it has yet to deliver"),
    attribute(Noun::Consumer, "ack-pending", Kind::Number, "how many are out and unanswered"),
    attribute(Noun::Consumer, "redelivered", Kind::Number, "how many of those were sent again"),
    attribute(Noun::Consumer, "waiting", Kind::Number, "how many pull requests wait for messages"),
    attribute(Noun::Consumer, "delivered", Kind::Number, "the highest sequence it has delivered"),
    attribute(Noun::Consumer, "deliveries", Kind::Number, "how many deliveries it has made"),
    attribute(Noun::Consumer, "floor", Kind::Number, "up to this sequence all is acknowledged"),
    attribute(Noun::Consumer, "leader", Kind::Text, "the server that leads it: CLUSTER/SERVER"),
    attribute(Noun::Server, "state", Kind::Text, "`up`, `down` or `paused`"),
    attribute(Noun::App, "exists", Kind::Flag, "whether there is such an app"),
    attribute(Noun::App, "state", Kind::Text, "`up`, `down` or `paused`"),
    attribute(Noun::App, "server", Kind::Text, "the server it is connected to"),
    attribute(Noun::App, "open", Kind::Number, "how many of its calls wait for an answer"),
    attribute(Noun::App, "received", Kind::Number, "how many messages it got"),
    attribute(Noun::App, "published", Kind::Number, "how many messages it published by itself"),
    attribute(Noun::App, "in-hand", Kind::Number, "how many messages a worker has in hand"),
    attribute(Noun::App, "working-on", Kind::Number, "the sequence a worker works on, or none"),
    attribute(Noun::App, "finished", Kind::Number, "how many messages a worker acknowledged"),
    attribute(Noun::App, "given-back", Kind::Number, "how many messages a worker gave back"),
    attribute(Noun::App, "terminated", Kind::Number, "how many messages a worker refused for ever"),
    attribute(
        Noun::App,
        "says",
        Kind::Text,
        "what it says of itself: what it follows, holds, beats",
    ),
    attribute(Noun::App, "got", Kind::Text, "the value its last get of a key brought, or none"),
    attribute(
        Noun::App,
        "error",
        Kind::Text,
        "why its last call of a bucket or store gave nothing, or none",
    ),
    attribute(Noun::Key, "exists", Kind::Flag, "whether a reader finds a value there"),
    attribute(Noun::Key, "value", Kind::Text, "that value"),
    attribute(
        Noun::Key,
        "revision",
        Kind::Number,
        "the revision of its last message, marker or not",
    ),
    attribute(
        Noun::Key,
        "operation",
        Kind::Text,
        "of that message: `put`, `del`, `purge` or `expired`",
    ),
    attribute(Noun::Key, "history", Kind::Number, "how many of its messages the bucket keeps"),
    attribute(Noun::Store, "objects", Kind::Number, "how many objects it lists"),
    attribute(
        Noun::Store,
        "orphans",
        Kind::Number,
        "how many chunks it holds that are no object's",
    ),
    attribute(Noun::Object, "exists", Kind::Flag, "whether it is there and not deleted"),
    attribute(Noun::Object, "deleted", Kind::Flag, "whether there is a marker that it is deleted"),
    attribute(Noun::Object, "size", Kind::Number, "how many bytes it has, as its meta says"),
    attribute(Noun::Object, "chunks", Kind::Number, "how many chunks it has, as its meta says"),
    attribute(Noun::Object, "held", Kind::Number, "how many chunks of it there are"),
    attribute(Noun::Object, "digest", Kind::Text, "its digest, as its meta says"),
    attribute(Noun::Object, "description", Kind::Text, "its description, or none"),
];

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

/// Something the world is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// An attribute of a stream.
    Stream {
        /// The cluster's name.
        cluster: String,
        /// The stream's name.
        name: String,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An attribute of a message.
    Message {
        /// The cluster's name.
        cluster: String,
        /// The stream's name.
        stream: String,
        /// Which message.
        place: Place,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An attribute of a consumer.
    Consumer {
        /// The cluster's name.
        cluster: String,
        /// The stream's name.
        stream: String,
        /// The consumer's name.
        name: String,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An attribute of a server.
    Server {
        /// Its name with the cluster's.
        name: String,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An attribute of an app.
    App {
        /// Its name.
        name: String,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An attribute of a key of a bucket.
    Key {
        /// The cluster's name.
        cluster: String,
        /// The bucket's name.
        bucket: String,
        /// The key.
        key: String,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An attribute of an object store.
    Store {
        /// The cluster's name.
        cluster: String,
        /// The store's name.
        store: String,
        /// Which attribute.
        attribute: &'static str,
    },
    /// An attribute of an object of a store.
    Object {
        /// The cluster's name.
        cluster: String,
        /// The store's name.
        store: String,
        /// The object's name.
        name: String,
        /// Which attribute.
        attribute: &'static str,
    },
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

impl Noun {
    const ALL: [(&'static str, Self); 8] = [
        ("stream", Self::Stream),
        ("message", Self::Message),
        ("consumer", Self::Consumer),
        ("server", Self::Server),
        ("app", Self::App),
        ("key", Self::Key),
        ("store", Self::Store),
        ("object", Self::Object),
    ];

    /// How it is written.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, noun)| *noun == self).map_or("", |(name, _)| name)
    }

    fn attribute(self, name: &str) -> Result<&'static str, String> {
        let own = ATTRIBUTES.iter().filter(|attribute| attribute.noun == self);
        own.clone().find(|attribute| attribute.name == name).map(|found| found.name).ok_or_else(
            || unknown(&format!("{} attribute", self.name()), name, own.map(|found| found.name)),
        )
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
            ("event", [kind, words @ ..]) => {
                let known = EVENTS.iter().find(|event| event.name == *kind);
                let Some(known) = known else {
                    return Err(unknown("event", kind, EVENTS.iter().map(|event| event.name)));
                };
                let words = words.iter().map(|&word| word.to_owned()).collect();
                Ok(Self::Event { kind: known.name, words })
            }
            ("stream", [path, attribute]) => {
                let (cluster, name) = split(path, "CLUSTER/STREAM")?;
                let attribute = Noun::Stream.attribute(attribute)?;
                Ok(Self::Stream { cluster, name, attribute })
            }
            ("message", [path, place, attribute]) => {
                let (cluster, stream) = split(path, "CLUSTER/STREAM")?;
                let place = match (*place, place.parse()) {
                    ("first", _) => Place::First,
                    ("last", _) => Place::Last,
                    (_, Ok(sequence)) => Place::Sequence(sequence),
                    _ => {
                        return Err(format!(
                            "{place:?} is no message: a sequence, first or last is meant"
                        ));
                    }
                };
                let attribute = Noun::Message.attribute(attribute)?;
                Ok(Self::Message { cluster, stream, place, attribute })
            }
            ("consumer", [path, attribute]) => {
                let parts: Vec<&str> = path.split('/').collect();
                let [cluster, stream, name] = parts.as_slice() else {
                    return Err(format!("{path:?} is no CLUSTER/STREAM/CONSUMER"));
                };
                let (cluster, stream) = ((*cluster).to_owned(), (*stream).to_owned());
                let attribute = Noun::Consumer.attribute(attribute)?;
                Ok(Self::Consumer { cluster, stream, name: (*name).to_owned(), attribute })
            }
            ("server", [path, attribute]) => {
                let (cluster, server) = split(path, "CLUSTER/SERVER")?;
                let name = format!("{cluster}/{server}");
                Ok(Self::Server { name, attribute: Noun::Server.attribute(attribute)? })
            }
            ("app", [name, attribute]) => {
                let name = (*name).to_owned();
                Ok(Self::App { name, attribute: Noun::App.attribute(attribute)? })
            }
            ("key", [path, key, attribute]) => {
                let (cluster, bucket) = split(path, "CLUSTER/BUCKET")?;
                let attribute = Noun::Key.attribute(attribute)?;
                Ok(Self::Key { cluster, bucket, key: (*key).to_owned(), attribute })
            }
            ("store", [path, attribute]) => {
                let (cluster, store) = split(path, "CLUSTER/STORE")?;
                Ok(Self::Store { cluster, store, attribute: Noun::Store.attribute(attribute)? })
            }
            ("object", [path, name, attribute]) => {
                let (cluster, store) = split(path, "CLUSTER/STORE")?;
                let attribute = Noun::Object.attribute(attribute)?;
                Ok(Self::Object { cluster, store, name: (*name).to_owned(), attribute })
            }
            ("elapsed", _) => Err("elapsed stands alone: elapsed >= 5s".to_owned()),
            ("event", _) => Err("an event needs its name: event stored ORDERS".to_owned()),
            ("stream", _) => Err("write: stream CLUSTER/STREAM ATTRIBUTE".to_owned()),
            ("message", _) => Err("write: message CLUSTER/STREAM SEQUENCE ATTRIBUTE".to_owned()),
            ("consumer", _) => Err("write: consumer CLUSTER/STREAM/CONSUMER ATTRIBUTE".to_owned()),
            ("server", _) => Err("write: server CLUSTER/SERVER ATTRIBUTE".to_owned()),
            ("app", _) => Err("write: app NAME ATTRIBUTE".to_owned()),
            ("key", _) => Err("write: key CLUSTER/BUCKET KEY ATTRIBUTE".to_owned()),
            ("store", _) => Err("write: store CLUSTER/STORE ATTRIBUTE".to_owned()),
            ("object", _) => Err("write: object CLUSTER/STORE NAME ATTRIBUTE".to_owned()),
            (word, _) => {
                let nouns = Noun::ALL.iter().map(|(name, _)| *name);
                Err(unknown(
                    "what a condition asks about,",
                    word,
                    nouns.chain(["event", "elapsed"]),
                ))
            }
        }
    }

    /// What kind of answer it gives.
    pub fn kind(&self) -> Kind {
        let of = |noun: Noun, name: &str| {
            let found = ATTRIBUTES.iter().find(|found| found.noun == noun && found.name == name);
            found.map_or(Kind::Text, |found| found.kind)
        };
        match self {
            Self::Stream { attribute, .. } => of(Noun::Stream, attribute),
            Self::Message { attribute, .. } => of(Noun::Message, attribute),
            Self::Consumer { attribute, .. } => of(Noun::Consumer, attribute),
            Self::Server { attribute, .. } => of(Noun::Server, attribute),
            Self::App { attribute, .. } => of(Noun::App, attribute),
            Self::Key { attribute, .. } => of(Noun::Key, attribute),
            Self::Store { attribute, .. } => of(Noun::Store, attribute),
            Self::Object { attribute, .. } => of(Noun::Object, attribute),
            Self::Event { .. } => Kind::Number,
            Self::Elapsed => Kind::Span,
        }
    }

    /// The answer of this world.
    pub fn answer(&self, world: &World, since: Since) -> Value {
        match self {
            Self::Stream { cluster, name, attribute } => {
                look::stream(world, cluster, name, attribute)
            }
            Self::Message { cluster, stream, place, attribute } => {
                look::message(world, cluster, stream, *place, attribute)
            }
            Self::Consumer { cluster, stream, name, attribute } => {
                look::consumer(world, (cluster, stream, name), attribute)
            }
            Self::Server { name, attribute } => look::server(world, name, attribute),
            Self::App { name, attribute } => look::app(world, name, attribute),
            Self::Key { cluster, bucket, key, attribute } => {
                bucket::key(world, (cluster, bucket, key), attribute)
            }
            Self::Store { cluster, store, attribute } => {
                bucket::store(world, cluster, store, attribute)
            }
            Self::Object { cluster, store, name, attribute } => {
                bucket::object(world, (cluster, store, name), attribute)
            }
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

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream { cluster, name, attribute } => {
                write!(f, "stream {cluster}/{name} {attribute}")
            }
            Self::Message { cluster, stream, place, attribute } => {
                write!(f, "message {cluster}/{stream} {place} {attribute}")
            }
            Self::Consumer { cluster, stream, name, attribute } => {
                write!(f, "consumer {cluster}/{stream}/{name} {attribute}")
            }
            Self::Server { name, attribute } => write!(f, "server {name} {attribute}"),
            Self::App { name, attribute } => write!(f, "app {name} {attribute}"),
            Self::Key { cluster, bucket, key, attribute } => {
                write!(f, "key {cluster}/{bucket} {key} {attribute}")
            }
            Self::Store { cluster, store, attribute } => {
                write!(f, "store {cluster}/{store} {attribute}")
            }
            Self::Object { cluster, store, name, attribute } => {
                let name = shlex::try_quote(name).unwrap_or(name.into());
                write!(f, "object {cluster}/{store} {name} {attribute}")
            }
            Self::Event { kind, words } => {
                write!(f, "event {kind}")?;
                words.iter().try_for_each(|word| write!(f, " {word}"))
            }
            Self::Elapsed => f.write_str("elapsed"),
        }
    }
}
