//! The words of a stream's configuration: each a choice between a few.

use serde::Serialize;

use super::decode::Fields;

/// What decides how long a message stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Retention {
    /// Until a limit removes it.
    #[default]
    Limits,
    /// Until every consumer that wants it has acknowledged it.
    Interest,
    /// Until its one consumer has acknowledged it.
    WorkQueue,
}

/// What gives way when a limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Discard {
    /// The oldest messages are removed.
    #[default]
    Old,
    /// New messages are refused.
    New,
}

/// Where messages are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// On disk: they survive the server's process.
    #[default]
    File,
    /// In memory: they do not.
    Memory,
}

/// How stored messages are compressed. Nothing that a client sees depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// They are not.
    #[default]
    None,
    /// With S2.
    S2,
}

/// Whether an acknowledged message is on disk already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PersistMode {
    /// It is with the operating system at least.
    #[default]
    Default,
    /// It may still be in the server's memory.
    Async,
}

impl Retention {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[
            ("limits", Self::Limits),
            ("interest", Self::Interest),
            ("workqueue", Self::WorkQueue),
        ];
        fields.word("retention", words)
    }
}

impl Discard {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[("old", Self::Old), ("new", Self::New)];
        fields.word("discard", words)
    }
}

impl Storage {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[("file", Self::File), ("memory", Self::Memory)];
        fields.word("storage", words)
    }
}

impl PersistMode {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[("default", Self::Default), ("async", Self::Async)];
        fields.word("persist_mode", words)
    }
}

impl Compression {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[("none", Self::None), ("s2", Self::S2)];
        fields.word_or("compression", words, |_| "unknown compression algorithm".to_owned())
    }
}
