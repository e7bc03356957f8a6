//! What both parsers share: the buffer, control lines, arguments, payloads.

use std::sync::Arc;

use bytes::{Buf as _, Bytes, BytesMut};

use super::ProtocolError;
use crate::nats::{Headers, Message, Subject};

/// The most bytes after a verb and its separator that nats-server accepts on one line.
pub const MAX_CONTROL_LINE: usize = 4096;

/// Payloads below this size are copied out of the buffer: a few bytes in a message store should not
/// keep a whole read buffer alive.
const COPY_BELOW: usize = 512;

/// A verb of the wire, and what must follow it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb<Op> {
    pub(super) text: &'static [u8],
    /// A space or tab must follow. Otherwise anything up to the end of the line may.
    pub(super) separated: bool,
    pub(super) op: Op,
}

/// Bytes that arrived and were not yet taken out.
#[derive(Debug, Clone, Default)]
pub(super) struct Input {
    bytes: BytesMut,
    /// No line break in the first so many bytes.
    scanned: usize,
}

/// One whole control line: its verb and what follows it.
#[derive(Debug)]
pub(super) struct Line<Op> {
    pub(super) op: Op,
    /// Without verb, line break and surrounding white space.
    pub(super) arguments: Bytes,
}

impl Input {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Takes out the next control line, if it is complete. A wrong verb is noticed with its first
    /// wrong byte, an overlong line with its first byte too many, complete or not.
    pub(super) fn line<Op: Copy>(
        &mut self,
        verbs: &[Verb<Op>],
        max_line: usize,
    ) -> Result<Option<Line<Op>>, ProtocolError> {
        let Some(verb) = self.verb(verbs)? else {
            return Ok(None);
        };
        let verb_len = verb.text.len() + usize::from(verb.separated);
        let from = self.scanned.max(verb_len);
        let unseen = self.bytes.get(from..).unwrap_or_default();
        let end = unseen.iter().position(|&b| b == b'\n').map(|at| from + at);
        let so_far = &self.bytes[..end.unwrap_or(self.bytes.len())];
        let so_far = so_far.strip_suffix(b"\r").unwrap_or(so_far);
        if so_far.len() > verb_len + max_line {
            return Err(ProtocolError::MaxControlLine);
        }
        let Some(end) = end else {
            self.scanned = self.bytes.len();
            return Ok(None);
        };
        self.scanned = 0;
        let mut line = self.bytes.split_to(end + 1);
        line.advance(verb_len.min(end));
        let arguments = line.freeze();
        let trimmed = arguments.trim_ascii();
        let arguments = arguments.slice_ref(trimmed);
        Ok(Some(Line { op: verb.op, arguments }))
    }

    /// The verb the buffer starts with; `None` if there are too few bytes to tell.
    fn verb<'v, Op>(&self, verbs: &'v [Verb<Op>]) -> Result<Option<&'v Verb<Op>>, ProtocolError> {
        let bytes = &self.bytes[..];
        for verb in verbs {
            let seen = bytes.len().min(verb.text.len());
            if !bytes[..seen].eq_ignore_ascii_case(&verb.text[..seen]) {
                continue;
            }
            return match bytes.get(verb.text.len()) {
                None => Ok(None),
                Some(b' ' | b'\t') => Ok(Some(verb)),
                Some(_) if verb.separated => Err(ProtocolError::UnknownOperation),
                Some(_) => Ok(Some(verb)),
            };
        }
        Err(ProtocolError::UnknownOperation)
    }

    /// Takes out the body that follows a control line, if all of it and its CRLF are there.
    pub(super) fn body(&mut self, size: usize) -> Result<Option<Bytes>, ProtocolError> {
        match self.bytes.get(size..) {
            None | Some([] | [b'\r']) => Ok(None),
            Some([b'\r', b'\n', ..]) => {
                let body = if size < COPY_BELOW {
                    let copy = Bytes::copy_from_slice(&self.bytes[..size]);
                    self.bytes.advance(size);
                    copy
                } else {
                    self.bytes.split_to(size).freeze()
                };
                self.bytes.advance(2);
                Ok(Some(body))
            }
            Some(_) => Err(ProtocolError::UnknownOperation),
        }
    }
}

/// A message whose control line was read and whose body was not.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) subject: Subject,
    pub(super) reply: Option<Subject>,
    /// The length of the header block, if there is one.
    pub(super) header_len: Option<usize>,
    /// The length of header block and body together.
    pub(super) size: usize,
}

impl Pending {
    /// The message, once its body is there.
    pub(super) fn message(self, mut body: Bytes) -> Message {
        // NATS's client for JavaScript says 0 where there are none.
        let headers = self
            .header_len
            .filter(|len| *len > 0)
            .map(|len| Headers::from_block(body.split_to(len)));
        Message { subject: self.subject, reply: self.reply, headers, payload: body }
    }
}

/// The arguments of a line: up to `N` of them, separated by runs of spaces and tabs. `None` if there
/// are more.
pub(super) fn split_arguments<const N: usize>(line: &[u8]) -> Option<([&[u8]; N], usize)> {
    let mut arguments = [&[][..]; N];
    let mut count = 0;
    for argument in line.split(|&b| b == b' ' || b == b'\t').filter(|a| !a.is_empty()) {
        *arguments.get_mut(count)? = argument;
        count += 1;
    }
    Some((arguments, count))
}

/// A number as nats-server reads sizes: one to nine digits, nothing else.
pub(super) fn parse_size(text: &[u8]) -> Option<usize> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + usize::from(byte - b'0')))
}

/// An argument as text. The server takes any bytes; ours must be UTF-8, so others are replaced.
pub(super) fn text(argument: &[u8]) -> Arc<str> {
    match std::str::from_utf8(argument) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(argument).into(),
    }
}
