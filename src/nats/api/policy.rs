//! The words of a stream's configuration: each a choice between a few.

use serde::Serialize;

use super::decode::{DecodeError, Fields};

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
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, DecodeError> {
        let words = &[
            ("limits", Self::Limits),
            ("interest", Self::Interest),
            ("workqueue", Self::WorkQueue),
        ];
        Ok(fields.word("retention", words)?.unwrap_or_default())
    }
}

impl Discard {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, DecodeError> {
        let words = &[("old", Self::Old), ("new", Self::New)];
        Ok(fields.word("discard", words)?.unwrap_or_default())
    }
}

impl Storage {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, DecodeError> {
        let words = &[("file", Self::File), ("memory", Self::Memory)];
        Ok(fields.word("storage", words)?.unwrap_or_default())
    }
}

impl PersistMode {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, DecodeError> {
        let words = &[("default", Self::Default), ("async", Self::Async)];
        Ok(fields.word("persist_mode", words)?.unwrap_or_default())
    }
}

impl Compression {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, DecodeError> {
        let words = &[("none", Self::None), ("s2", Self::S2)];
        match fields.word("compression", words) {
            Ok(word) => Ok(word.unwrap_or_default()),
            Err(_) => Err(DecodeError("unknown compression algorithm".into())),
        }
    }
}
