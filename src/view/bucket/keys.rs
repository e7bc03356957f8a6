//! A key-value bucket: keys, each with the revisions that are still in the stream.

use std::sync::Arc;

use crate::jetstream::store::Ttl;
use crate::kernel::{Span, Time};
use crate::nats::api::StreamConfig;
use crate::sorted::Map;
use crate::view::content::{self, StoredMessage, Stream};

use super::{MOST, Place};

/// A bucket at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bucket {
    /// Its keys by name. One without a revision is not among them.
    pub keys: Vec<Key>,
    /// Messages in the stream that are no key's.
    pub strangers: u64,
    /// How many older messages were not looked through.
    pub left_out: u64,
}

/// A key and what the stream has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Its revisions, oldest first; at least one.
    pub revisions: Vec<Revision>,
}

/// A revision of a key: a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The message. Its sequence is the revision.
    pub message: Arc<StoredMessage>,
    /// What it did.
    pub operation: Operation,
}

/// What a revision did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It gave the key a value.
    Put,
    /// It deleted the key; what was before stays as history.
    Delete,
    /// It deleted the key and all that was before.
    Purge,
    /// The server wrote it because the last value ran out.
    Expired,
    /// The server wrote it because the last value was removed.
    Removed,
}

impl Operation {
    /// What a message in a bucket did.
    pub fn of(message: &StoredMessage) -> Self {
        match (message.header("KV-Operation"), message.header("Nats-Marker-Reason")) {
            (Some("DEL"), _) => Self::Delete,
            (Some("PURGE"), _) => Self::Purge,
            (_, Some("MaxAge")) => Self::Expired,
            (_, Some(_)) => Self::Removed,
            _ => Self::Put,
        }
    }

    /// Its word on a cell; none for a value.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Self::Put => None,
            Self::Delete => Some("DEL"),
            Self::Purge => Some("PURGE"),
            Self::Expired => Some("TTL"),
            Self::Removed => Some("GONE"),
        }
    }

    /// What the key is after it.
    pub const fn state(self) -> &'static str {
        match self {
            Self::Put => "has a value",
            Self::Delete => "deleted",
            Self::Purge => "purged",
            Self::Expired => "expired",
            Self::Removed => "removed",
        }
    }
}

impl Key {
    /// Its newest revision.
    pub fn last(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// Whether it has a value.
    pub fn is_live(&self) -> bool {
        self.last().is_some_and(|last| last.operation == Operation::Put)
    }
}

impl Revision {
    /// Its number.
    pub fn number(&self) -> u64 {
        self.message.seq
    }

    /// When it leaves the stream by itself, and how long it stays altogether.
    pub fn expires(&self, config: &StreamConfig) -> Option<(Time, Span)> {
        let span = stays(&self.message, config)?;
        Some((self.message.at + span, span))
    }
}

/// How long a message stays in its stream.
fn stays(message: &StoredMessage, config: &StreamConfig) -> Option<Span> {
    let bucket = config.max_age();
    match message.ttl {
        Ttl::Never => None,
        Ttl::Unset => bucket,
        Ttl::After(own) => Some(bucket.map_or(own, |bucket| own.min(bucket))),
    }
}

impl Bucket {
    /// The bucket that a stream is.
    pub fn of(stream: &Stream) -> Self {
        let mut bucket = Self::default();
        let mut keys: Map<String, Vec<Revision>> = Map::new();
        let mut seen = 0;
        for message in content::newest(stream).take(MOST) {
            seen += 1;
            match Place::of(&message.subject) {
                Some(Place::Key { key, .. }) => {
                    let operation = Operation::of(message);
                    let revision = Revision { message: Arc::clone(message), operation };
                    keys.entry(key.to_owned()).or_default().push(revision);
                }
                _ => bucket.strangers += 1,
            }
        }
        bucket.left_out = content::state(stream).messages.saturating_sub(seen);
        for (name, revisions) in keys.iter_mut() {
            revisions.reverse();
            let revisions = std::mem::take(revisions);
            bucket.keys.push(Key { name: name.clone(), revisions });
        }
        bucket
    }

    /// A key.
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// How many keys have a value.
    pub fn live(&self) -> usize {
        self.keys.iter().filter(|key| key.is_live()).count()
    }
}
