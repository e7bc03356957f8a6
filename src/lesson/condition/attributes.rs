//! What a condition can ask of things: the kinds of things there are, and the attributes of each.

use crate::lesson::error::unknown;

use super::Kind;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Noun {
    /// Each with how it is written, and how a thing of its kind is named.
    pub(super) const ALL: [(&'static str, Self, &'static str); 8] = [
        ("stream", Self::Stream, "CLUSTER/STREAM"),
        ("message", Self::Message, "CLUSTER/STREAM SEQUENCE"),
        ("consumer", Self::Consumer, "CLUSTER/STREAM/CONSUMER"),
        ("server", Self::Server, "CLUSTER/SERVER"),
        ("app", Self::App, "NAME"),
        ("key", Self::Key, "CLUSTER/BUCKET KEY"),
        ("store", Self::Store, "CLUSTER/STORE"),
        ("object", Self::Object, "CLUSTER/STORE NAME"),
    ];

    /// How it is written.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, noun, _)| *noun == self).map_or("", |(name, ..)| name)
    }

    /// Its attribute of this name.
    pub(super) fn attribute(self, name: &str) -> Result<&'static Attribute, String> {
        let own = ATTRIBUTES.iter().filter(|attribute| attribute.noun == self);
        own.clone().find(|attribute| attribute.name == name).ok_or_else(|| {
            unknown(&format!("{} attribute", self.name()), name, own.map(|found| found.name))
        })
    }
}
