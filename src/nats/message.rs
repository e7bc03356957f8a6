//! A message as it is published and delivered.

use bytes::Bytes;

use super::{Headers, Subject};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub subject: Subject,
    /// Where replies go.
    pub reply: Option<Subject>,
    /// Its headers.
    pub headers: Option<Headers>,
    /// Its payload.
    pub payload: Bytes,
}

impl Message {
    /// A message without reply subject and headers.
    pub fn new(subject: impl Into<Subject>, payload: impl Into<Bytes>) -> Self {
        Self { subject: subject.into(), reply: None, headers: None, payload: payload.into() }
    }

    /// The bytes that count against `max_payload`: header block and payload.
    pub fn size(&self) -> usize {
        self.headers.as_ref().map_or(0, Headers::len) + self.payload.len()
    }

    /// The payload as text; bytes that are no text are replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.payload)
    }

    /// The status of its headers, such as 503 for "no responders".
    pub fn status(&self) -> Option<(u16, &str)> {
        self.headers.as_ref()?.status()
    }
}
