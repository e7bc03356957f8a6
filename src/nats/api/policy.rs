//! The words of a stream's configuration: each a choice between a few.

use super::decode::Fields;
use crate::nats::json::words;

/// What decides how long a message stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retention {
    /// Until a limit removes it.
    #[default]
    Limits,
    /// Until every consumer that wants it has acknowledged it.
    Interest,
    /// Until its one consumer has acknowledged it.
    WorkQueue,
}

words! { Retention: "limits" Limits, "interest" Interest, "workqueue" WorkQueue }

/// What gives way when a limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Discard {
    /// The oldest messages are removed.
    #[default]
    Old,
    /// New messages are refused.
    New,
}

words! { Discard: "old" Old, "new" New }

/// Where messages are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// On disk: they survive the server's process.
    #[default]
    File,
    /// In memory: they do not.
    Memory,
}

words! { Storage: "file" File, "memory" Memory }

/// How stored messages are compressed. Nothing that a client sees depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// They are not.
    #[default]
    None,
    /// With S2.
    S2,
}

words! { Compression: "none" None, "s2" S2 }

/// Whether an acknowledged message is on disk already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PersistMode {
    /// It is with the operating system at least.
    #[default]
    Default,
    /// It may still be in the server's memory.
    Async,
}

words! { PersistMode: "default" Default, "async" Async }

impl Retention {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word("retention", Self::WORDS)
    }
}

impl Discard {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word("discard", Self::WORDS)
    }
}

impl Storage {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word("storage", Self::WORDS)
    }
}

impl PersistMode {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word("persist_mode", Self::WORDS)
    }
}

impl Compression {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word_or("compression", Self::WORDS, |_| "unknown compression algorithm".to_owned())
    }
}
