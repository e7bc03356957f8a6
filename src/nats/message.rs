//! A message as every floor above passes it on.

use std::borrow::Cow;

use bytes::Bytes;

use super::{Headers, Subject};

/// One message: where to, where an answer should go, headers, body. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The subject it was published on.
    pub subject: Subject,
    /// Where an answer should go, if one is wanted.
    pub reply: Option<Subject>,
    /// The header block, if there is one.
    pub headers: Option<Headers>,
    /// The body.
    pub payload: Bytes,
}

impl Message {
    /// A message without reply subject and headers.
    pub fn new(subject: impl Into<Subject>, payload: impl Into<Bytes>) -> Self {
        Self { subject: subject.into(), reply: None, headers: None, payload: payload.into() }
    }

    /// The same message, asking for answers on `reply`.
    #[must_use]
    pub fn with_reply(mut self, reply: impl Into<Subject>) -> Self {
        self.reply = Some(reply.into());
        self
    }

    /// The same message with these headers instead of its own.
    #[must_use]
    pub fn with_headers(mut self, headers: Headers) -> Self {
        self.headers = Some(headers);
        self
    }

    /// The same message with one more header line at the end of its block.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers = Some(match &self.headers {
            Some(headers) => headers.with(name, value),
            None => Headers::new([(name, value)]),
        });
        self
    }

    /// The value of the header `name`, by the rules of [`Headers::get`].
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.as_ref()?.get(name)
    }

    /// The status on the first line of its headers, such as 503 for "no responders".
    pub fn status(&self) -> Option<(u16, &str)> {
        self.headers.as_ref()?.status()
    }

    /// The body as text; bytes that are no text are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.payload)
    }

    /// Header bytes plus body bytes: what `max_payload` limits.
    pub fn size(&self) -> usize {
        self.headers.as_ref().map_or(0, Headers::len) + self.payload.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_counts_headers_and_body() {
        let message = Message::new("a", "four");
        assert_eq!(message.size(), 4);
        let message = message.with_header("K", "v");
        assert_eq!(message.size(), 4 + "NATS/1.0\r\nK: v\r\n\r\n".len());
        assert_eq!(message.header("K"), Some("v"));
    }
}
