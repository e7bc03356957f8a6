//! A key-value bucket: keys, each with the revisions that are still in the stream.

use std::sync::Arc;

use crate::client::kv::Operation;
use crate::jetstream::store::{StoredMessage, Ttl};
use crate::jetstream::stream::Stream;
use crate::kernel::{Span, Time};
use crate::nats::api::StreamConfig;
use crate::sorted::Map;

use super::{MOST, Place};

/// The header with which a server says why it wrote a marker by itself.
const MARKER_REASON: &str = "Nats-Marker-Reason";

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
    /// What a message of a bucket is as a revision.
    pub fn of(message: &Arc<StoredMessage>) -> Self {
        let (said, reason) = (message.header("KV-Operation"), message.header(MARKER_REASON));
        Self { message: Arc::clone(message), operation: Operation::read(said, reason) }
    }

    /// Why the server wrote it by itself, if it did: `MaxAge`.
    pub fn reason(&self) -> Option<&str> {
        self.message.header(MARKER_REASON)
    }

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
        for message in stream.store().iter_back_from(u64::MAX).take(MOST) {
            seen += 1;
            match Place::of(&message.subject) {
                Some(Place::Key { key, .. }) => {
                    keys.entry(key.to_owned()).or_default().push(Revision::of(message));
                }
                _ => bucket.strangers += 1,
            }
        }
        bucket.left_out = stream.store().len().saturating_sub(seen);
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
