//! Bytes to operations.

use bytes::Bytes;

use super::buffer::{Buffer, Line, MAX_CONTROL_LINE};
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::nats::{Headers, Message, Subject};

/// What is wrong with the bytes of a peer. Each of these closes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// A verb there is not, or a payload that does not end where it says.
    #[error("Unknown Protocol Operation")]
    UnknownOperation,
    /// A control line of more than 4096 bytes.
    #[error("maximum control line exceeded")]
    MaxControlLine,
    /// A message larger than `max_payload`.
    #[error("Maximum Payload Violation")]
    MaxPayload,
    /// The wrong number of arguments, or a size that is none.
    #[error("wrong arguments of a protocol operation")]
    BadArguments,
}

impl ProtocolError {
    /// What the server says in `-ERR` before it closes; nothing for bad arguments.
    pub fn wire_text(self) -> Option<String> {
        (self != Self::BadArguments).then(|| self.to_string())
    }
}

/// A message whose control line was read and whose payload was not.
#[derive(Debug, Clone)]
struct Pending<T> {
    to: T,
    subject: Subject,
    reply: Option<Subject>,
    header_len: Option<usize>,
    total_len: usize,
}

#[derive(Debug, Clone)]
struct Reader<T> {
    buffer: Buffer,
    pending: Option<Pending<T>>,
    max_payload: usize,
    failed: bool,
}

impl<T> Reader<T> {
    fn new(max_payload: usize) -> Self {
        Self { buffer: Buffer::default(), pending: None, max_payload, failed: false }
    }

    fn fail<R>(&mut self, error: ProtocolError) -> Result<R, ProtocolError> {
        self.failed = true;
        self.buffer.clear();
        Err(error)
    }

    /// The message whose payload is waited for, if it is there by now.
    fn complete(&mut self) -> Result<Option<(T, Message)>, ProtocolError> {
        let Some(pending) = self.pending.take() else { return Ok(None) };
        match self.buffer.payload(pending.total_len) {
            None => {
                self.pending = Some(pending);
                Ok(None)
            }
            Some(None) => self.fail(ProtocolError::UnknownOperation),
            Some(Some(mut payload)) => {
                let headers =
                    pending.header_len.map(|len| Headers::from_block(payload.split_to(len)));
                let Pending { to, subject, reply, .. } = pending;
                Ok(Some((to, Message { subject, reply, headers, payload })))
            }
        }
    }

    /// Remembers a message's control line. `args` are its sizes behind the names.
    fn expect(
        &mut self,
        to: T,
        subject: &str,
        reply: Option<&str>,
        sizes: (Option<&str>, &str),
    ) -> Result<(), ProtocolError> {
        let header_len = match sizes.0.map(size) {
            Some(None) => return self.fail(ProtocolError::BadArguments),
            Some(len) => len,
            None => None,
        };
        let Some(total_len) = size(sizes.1) else { return self.fail(ProtocolError::BadArguments) };
        if header_len.is_some_and(|len| len > total_len) {
            return self.fail(ProtocolError::BadArguments);
        }
        if total_len > self.max_payload {
            return self.fail(ProtocolError::MaxPayload);
        }
        let (subject, reply) = (subject.into(), reply.map(Into::into));
        self.pending = Some(Pending { to, subject, reply, header_len, total_len });
        Ok(())
    }
}

/// Reads what a client sends.
#[derive(Debug, Clone)]
pub struct ClientParser(Reader<()>);

impl ClientParser {
    /// A parser that refuses messages of more than `max_payload` bytes.
    pub fn new(max_payload: usize) -> Self {
        Self(Reader::new(max_payload))
    }

    /// Takes bytes as they come.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.0.failed {
            self.0.buffer.feed(bytes);
        }
    }

    /// The next complete operation, if there is one.
    ///
    /// # Errors
    /// When the bytes are not of the protocol; nothing can be read after that.
    pub fn read(&mut self) -> Result<Option<ClientOp>, ProtocolError> {
        loop {
            if self.0.failed {
                return Ok(None);
            }
            if self.0.pending.is_some() {
                return Ok(self.0.complete()?.map(|((), message)| ClientOp::Pub(message)));
            }
            let line = match self.0.buffer.line(MAX_CONTROL_LINE) {
                Line::Incomplete => return Ok(None),
                Line::TooLong => return self.0.fail(ProtocolError::MaxControlLine),
                Line::Complete(line) => line,
            };
            if let Some(op) = self.control(&line)? {
                return Ok(Some(op));
            }
        }
    }

    fn control(&mut self, line: &Bytes) -> Result<Option<ClientOp>, ProtocolError> {
        let Ok(line) = std::str::from_utf8(line) else {
            return self.0.fail(ProtocolError::UnknownOperation);
        };
        let (verb, rest) = split_verb(line);
        let args = arguments(rest);
        let args = args.as_slice();
        let is = |name: &str| verb.eq_ignore_ascii_case(name);
        let op = if is("PUB") {
            match *args {
                [subject, len] => self.0.expect((), subject, None, (None, len))?,
                [subject, reply, len] => self.0.expect((), subject, Some(reply), (None, len))?,
                _ => return self.0.fail(ProtocolError::BadArguments),
            }
            return Ok(None);
        } else if is("HPUB") {
            match *args {
                [subject, head, len] => self.0.expect((), subject, None, (Some(head), len))?,
                [subject, reply, head, len] => {
                    self.0.expect((), subject, Some(reply), (Some(head), len))?;
                }
                _ => return self.0.fail(ProtocolError::BadArguments),
            }
            return Ok(None);
        } else if is("SUB") {
            match *args {
                [subject, sid] => {
                    ClientOp::Sub { subject: subject.into(), queue: None, sid: sid.into() }
                }
                [subject, queue, sid] => ClientOp::Sub {
                    subject: subject.into(),
                    queue: Some(queue.into()),
                    sid: sid.into(),
                },
                _ => return self.0.fail(ProtocolError::BadArguments),
            }
        } else if is("UNSUB") {
            match *args {
                [sid] => ClientOp::Unsub { sid: sid.into(), max: None },
                [sid, max] => match size(max) {
                    Some(max) => ClientOp::Unsub { sid: sid.into(), max: Some(max as u64) },
                    None => return self.0.fail(ProtocolError::BadArguments),
                },
                _ => return self.0.fail(ProtocolError::BadArguments),
            }
        } else if is("PING") {
            ClientOp::Ping
        } else if is("PONG") {
            ClientOp::Pong
        } else if is("CONNECT") {
            match serde_json::from_str(rest) {
                Ok(options) => ClientOp::Connect(Box::new(options)),
                Err(_) => return self.0.fail(ProtocolError::BadArguments),
            }
        } else {
            return self.0.fail(ProtocolError::UnknownOperation);
        };
        Ok(Some(op))
    }
}

/// Reads what a server sends.
#[derive(Debug, Clone)]
pub struct ServerParser(Reader<Subject>);

impl Default for ServerParser {
    fn default() -> Self {
        Self(Reader::new(usize::MAX - 2))
    }
}

impl ServerParser {
    /// Takes bytes as they come.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.0.failed {
            self.0.buffer.feed(bytes);
        }
    }

    /// The next complete operation, if there is one.
    ///
    /// # Errors
    /// When the bytes are not of the protocol; nothing can be read after that.
    pub fn read(&mut self) -> Result<Option<ServerOp>, ProtocolError> {
        loop {
            if self.0.failed {
                return Ok(None);
            }
            if self.0.pending.is_some() {
                let complete = self.0.complete()?;
                return Ok(complete.map(|(sid, message)| ServerOp::Msg { sid, message }));
            }
            // A server's INFO may be longer than any control line of a client.
            let line = match self.0.buffer.line(1 << 20) {
                Line::Incomplete => return Ok(None),
                Line::TooLong => return self.0.fail(ProtocolError::MaxControlLine),
                Line::Complete(line) => line,
            };
            if let Some(op) = self.control(&line)? {
                return Ok(Some(op));
            }
        }
    }

    fn control(&mut self, line: &Bytes) -> Result<Option<ServerOp>, ProtocolError> {
        let Ok(line) = std::str::from_utf8(line) else {
            return self.0.fail(ProtocolError::UnknownOperation);
        };
        let (verb, rest) = split_verb(line);
        let args = arguments(rest);
        let is = |name: &str| verb.eq_ignore_ascii_case(name);
        let op = if is("MSG") {
            match *args.as_slice() {
                [subject, sid, len] => self.0.expect(sid.into(), subject, None, (None, len))?,
                [subject, sid, reply, len] => {
                    self.0.expect(sid.into(), subject, Some(reply), (None, len))?;
                }
                _ => return self.0.fail(ProtocolError::BadArguments),
            }
            return Ok(None);
        } else if is("HMSG") {
            match *args.as_slice() {
                [subject, sid, head, len] => {
                    self.0.expect(sid.into(), subject, None, (Some(head), len))?;
                }
                [subject, sid, reply, head, len] => {
                    self.0.expect(sid.into(), subject, Some(reply), (Some(head), len))?;
                }
                _ => return self.0.fail(ProtocolError::BadArguments),
            }
            return Ok(None);
        } else if is("PING") {
            ServerOp::Ping
        } else if is("PONG") {
            ServerOp::Pong
        } else if is("+OK") {
            ServerOp::Ok
        } else if is("-ERR") {
            ServerOp::Err(rest.trim().trim_matches('\'').into())
        } else if is("INFO") {
            match serde_json::from_str(rest) {
                Ok(info) => ServerOp::Info(Box::new(info)),
                Err(_) => return self.0.fail(ProtocolError::BadArguments),
            }
        } else {
            return self.0.fail(ProtocolError::UnknownOperation);
        };
        Ok(Some(op))
    }
}

fn split_verb(line: &str) -> (&str, &str) {
    let line = line.trim_start_matches([' ', '\t']);
    match line.find([' ', '\t']) {
        Some(end) => (&line[..end], &line[end + 1..]),
        None => (line, ""),
    }
}

/// The arguments of a control line. More than five are never right, so no more are kept.
fn arguments(rest: &str) -> Vec<&str> {
    rest.split([' ', '\t']).filter(|argument| !argument.is_empty()).take(6).collect()
}

fn size(text: &str) -> Option<usize> {
    // Longer numbers are sizes nobody can mean; the server parses at most nine digits as well.
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())?
}
