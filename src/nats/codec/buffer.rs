//! Bytes that came and were not read yet.

use bytes::{Buf, Bytes, BytesMut};

/// The longest control line, in bytes, without its line end (nats-server's default).
pub(super) const MAX_CONTROL_LINE: usize = 4096;

#[derive(Debug, Clone, Default)]
pub(super) struct Buffer {
    bytes: BytesMut,
    /// How far the search for a line end has come.
    searched: usize,
}

/// What a look for a line finds.
pub(super) enum Line {
    Complete(Bytes),
    Incomplete,
    TooLong,
}

impl Buffer {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.searched = 0;
    }

    /// Takes one line, without its end. Lines end with LF; a CR before it belongs to the end.
    pub(super) fn line(&mut self, limit: usize) -> Line {
        let found = self.bytes[self.searched..].iter().position(|&b| b == b'\n');
        let Some(offset) = found else {
            self.searched = self.bytes.len();
            return if self.bytes.len() > limit + 1 { Line::TooLong } else { Line::Incomplete };
        };
        let end = self.searched + offset;
        self.searched = 0;
        let mut line = self.bytes.split_to(end + 1).freeze();
        line.truncate(end);
        if line.last() == Some(&b'\r') {
            line.truncate(end - 1);
        }
        if line.len() > limit { Line::TooLong } else { Line::Complete(line) }
    }

    /// Takes a payload of this length and the line end behind it. `None`: not all there yet.
    /// `Some(None)`: what is behind it is not a line end.
    pub(super) fn payload(&mut self, len: usize) -> Option<Option<Bytes>> {
        if self.bytes.len() < len + 2 {
            // Wrong bytes are noticed as soon as they are there.
            let wrong = self.bytes.get(len).is_some_and(|&b| b != b'\r');
            return wrong.then_some(None);
        }
        if &self.bytes[len..len + 2] != b"\r\n" {
            return Some(None);
        }
        let payload = self.bytes.split_to(len).freeze();
        self.bytes.advance(2);
        self.searched = 0;
        Some(Some(payload))
    }
}
