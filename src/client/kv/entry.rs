//! Entries: what a stored message says about a key.

use bytes::Bytes;

use crate::client::{Delivery, Dialect};
use crate::kernel::Time;
use crate::nats::api::Stamp;
use crate::nats::api::response::{RawMessage, decoded};
use crate::nats::{Headers, Message};

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operation {
    /// It got a value.
    #[default]
    Put,
    /// It was marked as deleted.
    Delete,
    /// It was marked as deleted, and what it was before is gone; or its value grew too old.
    Purge,
}

impl Operation {
    /// Reads it from a message.
    pub fn of(message: &Message) -> Self {
        Self::read(message.header("KV-Operation"), message.header("Nats-Marker-Reason"))
    }

    /// Reads it from the values of `KV-Operation` and `Nats-Marker-Reason`.
    pub fn read(operation: Option<&str>, reason: Option<&str>) -> Self {
        match (operation, reason) {
            (Some("DEL"), _) | (_, Some("Remove")) => Self::Delete,
            (Some("PURGE"), _) | (_, Some("MaxAge" | "Purge")) => Self::Purge,
            _ => Self::Put,
        }
    }

    /// As the CLI writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Purge => "PURGE",
        }
    }
}

/// What a stored message says about a key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Its value; empty where only its size was asked for.
    pub value: Bytes,
    /// How long the value is.
    pub length: u64,
    /// Its revision: the sequence of the message in the stream.
    pub revision: u64,
    /// When it was stored.
    pub created: Option<Time>,
    /// How many messages came after it when it was sent to a reader.
    pub delta: u64,
    /// What happened.
    pub operation: Operation,
}

impl Entry {
    /// Reads what a watch brought: the key is what follows the bucket in the subject.
    pub fn delivered(bucket: &str, message: &Message) -> Option<Self> {
        let delivery = Delivery::of(message)?;
        let size = message.header("Nats-Msg-Size").and_then(|size| size.parse().ok());
        Some(Self {
            key: key_of(bucket, &message.subject)?.to_owned(),
            value: message.payload.clone(),
            length: size.unwrap_or(message.payload.len() as u64),
            revision: delivery.stream_seq,
            created: Some(delivery.stored),
            delta: delivery.pending,
            operation: Operation::of(message),
        })
    }

    /// Reads the answer to a direct get; the second is the subject of the message.
    pub(super) fn direct(message: &Message, dialect: Dialect) -> Option<(Self, String)> {
        let reason = message.header("Nats-Marker-Reason").filter(|_| dialect == Dialect::Go);
        let created = message.header("Nats-Time-Stamp").and_then(Stamp::read);
        let entry = Self {
            key: String::new(),
            value: message.payload.clone(),
            length: message.payload.len() as u64,
            revision: message.header("Nats-Sequence")?.parse().ok()?,
            created,
            delta: 0,
            operation: Operation::read(message.header("KV-Operation"), reason),
        };
        Some((entry, message.header("Nats-Subject")?.to_owned()))
    }

    /// Reads a message that the API gave; the second is its subject.
    pub(super) fn raw(message: &RawMessage, dialect: Dialect) -> Option<(Self, String)> {
        let headers = match &message.hdrs {
            Some(text) => Some(Headers::from_block(decoded(text)?)),
            None => None,
        };
        let header = |name: &str| headers.as_ref().and_then(|headers| headers.get(name));
        let reason = header("Nats-Marker-Reason").filter(|_| dialect == Dialect::Go);
        let value: Bytes = match &message.data {
            Some(text) => decoded(text)?.into(),
            None => Bytes::new(),
        };
        let entry = Self {
            key: String::new(),
            length: value.len() as u64,
            value,
            revision: message.seq,
            created: message.time.0,
            delta: 0,
            operation: Operation::read(header("KV-Operation"), reason),
        };
        Some((entry, message.subject.clone()))
    }

    /// Its value as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value).into_owned()
    }
}

/// The key that a subject stands for. Mirrors keep the subjects of their origin, so the bucket's name is
/// not looked at but counted.
fn key_of<'a>(bucket: &str, subject: &'a str) -> Option<&'a str> {
    let rest = subject.strip_prefix("$KV.")?;
    match rest.strip_prefix(bucket).and_then(|rest| rest.strip_prefix('.')) {
        Some(key) => Some(key),
        None => rest.split_once('.').map(|(_, key)| key),
    }
}
