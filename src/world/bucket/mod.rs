//! Buckets and object stores as their users see them, read from the messages of their streams: keys with
//! their revisions, objects with their chunks. Nothing is kept beside the stream.

mod keys;
mod objects;

use crate::client::object;
use crate::nats::api::StreamConfig;

pub use keys::{Bucket, Key, Revision};
pub use objects::{Object, ObjectStore, Upload};

/// So many of the newest messages are looked through.
pub const MOST: usize = 2_000;

/// What a stream is to those who use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A key-value bucket of this name.
    Bucket(&'a str),
    /// An object store of this name.
    Store(&'a str),
}

impl<'a> Kind<'a> {
    /// What a stream is by its name; none if it is a stream and nothing else.
    pub fn of_name(stream: &'a str) -> Option<Self> {
        let named = |prefix| stream.strip_prefix(prefix).filter(|name| !name.is_empty());
        named("KV_").map(Self::Bucket).or_else(|| named("OBJ_").map(Self::Store))
    }

    /// What a stream is. A stream that is only called so, and takes other subjects, is a stream.
    pub fn of(config: &'a StreamConfig) -> Option<Self> {
        let kind = Self::of_name(&config.name)?;
        let prefix = match kind {
            Self::Bucket(_) => "$KV.",
            Self::Store(_) => "$O.",
        };
        config.subjects.iter().all(|subject| subject.starts_with(prefix)).then_some(kind)
    }

    /// Its word: "bucket", "object store".
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bucket(_) => "bucket",
            Self::Store(_) => "object store",
        }
    }

    /// Its word on the switch.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Bucket(_) => "Bucket",
            Self::Store(_) => "Store",
        }
    }

    /// Its name.
    pub const fn name(self) -> &'a str {
        match self {
            Self::Bucket(name) | Self::Store(name) => name,
        }
    }
}

/// What a subject means in a bucket or store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place<'a> {
    /// A key of a bucket.
    Key {
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
    },
    /// The description of an object.
    Meta {
        /// The store.
        store: &'a str,
        /// The object's name.
        object: String,
    },
    /// A chunk of an object.
    Chunk {
        /// The store.
        store: &'a str,
        /// The upload it belongs to.
        nuid: &'a str,
    },
}

impl<'a> Place<'a> {
    /// Reads a subject; none if it is of neither.
    pub fn of(subject: &'a str) -> Option<Self> {
        // With a domain, the API's prefix stands before it.
        let subject = subject
            .strip_prefix("$JS.")
            .map_or(subject, |rest| rest.split_once(".API.").map_or(subject, |(_, inner)| inner));
        if let Some((bucket, key)) = subject.strip_prefix("$KV.").and_then(|s| s.split_once('.')) {
            return Some(Self::Key { bucket, key });
        }
        Some(match object::name::place(subject)? {
            object::name::Place::Chunk { bucket, nuid } => Self::Chunk { store: bucket, nuid },
            object::name::Place::Meta { bucket, name } => {
                Self::Meta { store: bucket, object: name }
            }
        })
    }

    /// As people write it: `config/db.host`.
    pub fn text(&self) -> String {
        match self {
            Self::Key { bucket, key } => format!("{bucket}/{key}"),
            Self::Meta { store, object } => format!("{store}/{object}"),
            Self::Chunk { store, .. } => (*store).to_owned(),
        }
    }
}
