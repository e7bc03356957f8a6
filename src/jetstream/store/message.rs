//! A message as a stream keeps it.

use bytes::Bytes;

use crate::kernel::{Span, Time};
use crate::nats::api::Storage;
use crate::nats::{Headers, Subject};

/// A message in a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its sequence.
    pub seq: u64,
    /// When it was stored, by the leader's clock.
    pub at: Time,
    /// Its subject, after any transform.
    pub subject: Subject,
    /// Its headers.
    pub headers: Option<Headers>,
    /// Its payload.
    pub payload: Bytes,
    /// How long it stays.
    pub ttl: Ttl,
}

/// How long a message stays, as its `Nats-TTL` header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ttl {
    /// As long as the stream's `max_age` says.
    #[default]
    Unset,
    /// For ever, whatever the stream's `max_age` says.
    Never,
    /// No longer than this.
    After(Span),
}

impl StoredMessage {
    /// The bytes it counts, which differ between file and memory.
    pub fn size(&self, storage: Storage) -> u64 {
        let headers = self.headers.as_ref().map(Headers::len);
        message_size(storage, self.subject.len(), headers, self.payload.len())
    }

    /// When its own time to live ends.
    pub fn expires(&self) -> Option<Time> {
        match self.ttl {
            Ttl::After(span) => Some(self.at + span),
            Ttl::Unset | Ttl::Never => None,
        }
    }

    /// The value of one of its headers, as the server finds it.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.as_ref()?.get(name)
    }
}

/// The bytes that a message counts. In a file there is a record of 22 bytes before it and a
/// checksum of 8 after it, and 4 more for the length of the headers if there are any; in memory
/// there are 16 for sequence and time.
pub fn message_size(
    storage: Storage,
    subject: usize,
    headers: Option<usize>,
    payload: usize,
) -> u64 {
    let overhead = match (storage, headers) {
        (Storage::Memory, _) => 16,
        (Storage::File, None) => 30,
        (Storage::File, Some(_)) => 34,
    };
    (subject + headers.unwrap_or(0) + payload + overhead) as u64
}
