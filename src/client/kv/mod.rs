//! Key-value buckets as client libraries make them of a stream (ADR-8): a bucket is a stream `KV_<bucket>`
//! on `$KV.<bucket>.>`, a key is a subject, a revision is a sequence of the stream.
//!
//! What is sent is what an official client sends, message by message. Applications speak as nats-py 2.16
//! does, the console as Go's client does, of which the CLI is made; [`Dialect`] says which. They differ
//! where the reference says so: Go's client looks the bucket up before every command, writes with two
//! more tries, names and deletes the consumers of its watches. Where nats-py has no such call (a watch of
//! updates only, from a revision or of several patterns, the list of buckets) Go's messages are sent.
//! In one thing this is better than nats-py: `purge_deletes` unsubscribes its watch.

mod config;
mod entry;
pub(in crate::client) mod names;
mod outcome;
mod run;
mod writes;

use crate::kernel::Span;
use crate::nats::Message;
use crate::nats::json::{as_json, words};

use super::Dialect;
use super::composite::{Script, Step, Stop};

pub use config::Bucket;
pub use entry::{Entry, Operation};
pub use outcome::{Got, KvError};

pub(super) use config::refuse_unknown;
pub(super) use outcome::weight;
pub(super) use run::run;

/// What can be done with buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Act {
    /// Make a bucket.
    Add,
    /// Change a bucket's configuration (Go's `UpdateKeyValue`).
    Edit,
    /// Delete a bucket.
    Remove,
    /// What the bucket is and has.
    #[default]
    Status,
    /// All buckets.
    Buckets,
    /// Give a key a value.
    Put,
    /// The value of a key, now or at a revision.
    Get,
    /// Give a key a value if it has none.
    Create,
    /// Give a key a value if its last revision is the one that was seen.
    Update,
    /// Mark a key as deleted.
    Delete,
    /// Mark a key as deleted and forget what it was.
    Purge,
    /// Remove what is left of deleted keys.
    PurgeDeletes,
    /// The keys there are.
    Keys,
    /// The values of the keys there are: the keys, then each of them (as the CLI does).
    Entries,
    /// All stored values of a key.
    History,
    /// The values of keys, now and as they change.
    Watch,
}

words! {
    Act: "add" Add, "edit" Edit, "remove" Remove, "status" Status, "buckets" Buckets, "put" Put, "get" Get,
    "create" Create, "update" Update, "delete" Delete, "purge" Purge, "purge_deletes" PurgeDeletes,
    "keys" Keys, "entries" Entries, "history" History, "watch" Watch,
}

impl Act {
    /// Whether it is a message to a key.
    pub fn writes(self) -> bool {
        matches!(self, Self::Put | Self::Create | Self::Update | Self::Delete | Self::Purge)
    }
}

/// Something to be done with a bucket. What an act does not ask for is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Op {
    /// What.
    pub act: Act,
    /// The bucket.
    pub bucket: String,
    /// The key, or the pattern of a history.
    pub key: String,
    /// The value.
    pub value: String,
    /// The revision to get, to update (without it 0: no message at all), to delete or purge (the latter in
    /// Go's client only), or to watch from.
    pub revision: Option<u64>,
    /// How long a created key lives, or the marker of a purged one.
    pub ttl: Option<Span>,
    /// How old markers have to be to vanish altogether (without it 30 min); younger ones lose their
    /// history only.
    pub older_than: Option<Span>,
    /// The patterns to watch; none is all. Of keys: what they are to match (Go), or have in them
    /// (nats-py).
    pub keys: Vec<String>,
    /// Whether a watch begins with all stored values, not with the last of each key.
    pub history: bool,
    /// Whether a watch begins with what comes from now on.
    pub updates: bool,
    /// Whether a watch leaves out deletions.
    pub ignore_deletes: bool,
    /// Whether a watch, or the values of `history`, come without their data.
    pub meta_only: bool,
    /// The options of a bucket to be made or changed.
    pub config: Option<Box<Bucket>>,
    /// Whose messages are sent.
    pub dialect: Dialect,
    /// The JetStream domain of the bucket.
    pub domain: Option<String>,
}

as_json! {
    strict Op;
    act required, bucket omitempty, key omitempty, value omitempty, revision omitempty, ttl omitempty,
    older_than omitempty, keys omitempty, history omitempty, updates omitempty,
    ignore_deletes omitempty, meta_only omitempty, config omitempty, dialect omitempty, domain omitempty
}

impl Op {
    /// Something to be done with a bucket.
    pub fn new(act: Act, bucket: &str) -> Self {
        Self { act, bucket: bucket.to_owned(), ..Self::default() }
    }

    /// Something to be done with a key.
    pub fn key(act: Act, bucket: &str, key: &str) -> Self {
        Self { key: key.to_owned(), ..Self::new(act, bucket) }
    }

    /// The same with this value.
    #[must_use]
    pub fn value(self, value: &str) -> Self {
        Self { value: value.to_owned(), ..self }
    }

    /// The same for this revision.
    #[must_use]
    pub fn revision(self, revision: u64) -> Self {
        Self { revision: Some(revision), ..self }
    }

    /// Whether it goes on until somebody ends it.
    pub fn is_lasting(&self) -> bool {
        self.act == Act::Watch
    }

    /// The name of the stream.
    pub fn stream(&self) -> String {
        format!("KV_{}", self.bucket)
    }

    /// Whether it makes sense.
    ///
    /// # Errors
    /// What about it does not, and what would.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.act != Act::Buckets {
            names::bucket(&self.bucket)?;
        }
        match self.act {
            Act::Put | Act::Get | Act::Create | Act::Update | Act::Delete => {
                names::key(&self.key, self.dialect)
            }
            // nats-py looks at the key of a purge not at all: a pattern purges all keys that match it.
            Act::Purge if self.dialect == Dialect::Go => names::key(&self.key, self.dialect),
            Act::History if self.dialect == Dialect::Go => names::pattern(&self.key),
            Act::Watch | Act::Keys | Act::Entries if self.dialect == Dialect::Go => {
                self.keys.iter().try_for_each(|key| names::pattern(key))
            }
            Act::Add | Act::Edit => {
                self.config.iter().try_for_each(|config| config.check(self.act, self.dialect))
            }
            _ => Ok(()),
        }
    }
}

/// Whether a message that a watch brings is one of those wanted.
pub(super) fn passes(op: &Op, message: &Message) -> bool {
    !(op.ignore_deletes && Operation::of(message) != Operation::Put)
}
