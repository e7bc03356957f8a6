//! Reads what a client sends, as nats-server's parser does.

use super::ProtocolError;
use super::line::{
    Input, Line, MAX_CONTROL_LINE, Pending, Verb, parse_size, split_arguments, text,
};
use crate::nats::json;
use crate::nats::protocol::{ClientOp, ConnectOptions};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Pub,
    Hpub,
    Ping,
    Pong,
    Sub,
    Unsub,
    Connect,
    /// Of a server; the real parser lets clients say it and does nothing.
    Ignored,
    /// `-ERR`: the client says goodbye.
    Err,
}

const VERBS: [Verb<Op>; 10] = [
    Verb { text: b"PUB", separated: true, op: Op::Pub },
    Verb { text: b"HPUB", separated: true, op: Op::Hpub },
    Verb { text: b"PING", separated: false, op: Op::Ping },
    Verb { text: b"PONG", separated: false, op: Op::Pong },
    Verb { text: b"SUB", separated: true, op: Op::Sub },
    Verb { text: b"UNSUB", separated: true, op: Op::Unsub },
    Verb { text: b"CONNECT", separated: false, op: Op::Connect },
    Verb { text: b"INFO", separated: false, op: Op::Ignored },
    Verb { text: b"+OK", separated: false, op: Op::Ignored },
    Verb { text: b"-ERR", separated: true, op: Op::Err },
];

/// Turns a client's bytes into operations.
///
/// After an error it takes and yields nothing more: the server closes such a connection.
#[derive(Debug, Clone)]
pub struct ClientParser {
    input: Input,
    max_payload: usize,
    /// The client's `CONNECT` negotiated headers.
    headers: bool,
    pending: Option<Pending>,
    failed: bool,
}

impl ClientParser {
    /// A parser for a connection on which a message may have `max_payload` bytes of headers and
    /// body together.
    pub fn new(max_payload: usize) -> Self {
        Self { input: Input::default(), max_payload, headers: false, pending: None, failed: false }
    }

    /// Adds bytes that arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.failed {
            self.input.feed(bytes);
        }
    }

    /// The next operation, or `None` if more bytes are needed.
    ///
    /// # Errors
    ///
    /// The first thing wrong with the bytes. After that there is nothing to read any more.
    pub fn read(&mut self) -> Result<Option<ClientOp>, ProtocolError> {
        if self.failed {
            return Ok(None);
        }
        let result = self.parse();
        if result.is_err() {
            self.failed = true;
            self.input = Input::default();
        }
        result
    }

    fn parse(&mut self) -> Result<Option<ClientOp>, ProtocolError> {
        loop {
            if let Some(pending) = self.pending.take() {
                let Some(body) = self.input.body(pending.size)? else {
                    self.pending = Some(pending);
                    return Ok(None);
                };
                return Ok(Some(ClientOp::Pub(pending.message(body))));
            }
            let Some(line) = self.input.line(&VERBS, MAX_CONTROL_LINE)? else {
                return Ok(None);
            };
            if let Some(op) = self.operation(&line)? {
                return Ok(Some(op));
            }
        }
    }

    /// What a control line says; `None` if a body must follow or it says nothing.
    fn operation(&mut self, line: &Line<Op>) -> Result<Option<ClientOp>, ProtocolError> {
        let arguments = &line.arguments[..];
        Ok(Some(match line.op {
            Op::Ping => ClientOp::Ping,
            Op::Pong => ClientOp::Pong,
            Op::Pub => {
                self.pending = Some(publish(arguments, self.max_payload)?);
                return Ok(None);
            }
            Op::Hpub if !self.headers => {
                return Err(ProtocolError::BadArguments("message headers not supported"));
            }
            Op::Hpub => {
                self.pending = Some(publish_with_headers(arguments, self.max_payload)?);
                return Ok(None);
            }
            Op::Sub => subscribe(arguments)?,
            Op::Unsub => unsubscribe(arguments)?,
            Op::Connect => {
                let options: ConnectOptions = json::read(arguments)
                    .map_err(|_| ProtocolError::BadArguments("CONNECT needs a JSON object"))?;
                self.headers = options.headers;
                ClientOp::Connect(Box::new(options))
            }
            Op::Ignored => return Ok(None),
            Op::Err => return Err(ProtocolError::BadArguments("the client reported an error")),
        }))
    }
}

/// `<subject> [reply] <size>`
fn publish(line: &[u8], max_payload: usize) -> Result<Pending, ProtocolError> {
    let (subject, reply, size) = match split_arguments::<3>(line) {
        Some(([subject, size, _], 2)) => (subject, None, size),
        Some(([subject, reply, size], 3)) => (subject, Some(reply), size),
        _ => return Err(ProtocolError::BadArguments("PUB needs <subject> [reply] <size>")),
    };
    let size = parse_size(size).ok_or(ProtocolError::BadArguments("PUB with a bad size"))?;
    if size > max_payload {
        return Err(ProtocolError::MaxPayload);
    }
    Ok(Pending { subject: text(subject), reply: reply.map(text), header_len: None, size })
}

/// `<subject> [reply] <header size> <total size>`
fn publish_with_headers(line: &[u8], max_payload: usize) -> Result<Pending, ProtocolError> {
    let (subject, reply, header_len, size) = match split_arguments::<4>(line) {
        Some(([subject, header_len, size, _], 3)) => (subject, None, header_len, size),
        Some(([subject, reply, header_len, size], 4)) => (subject, Some(reply), header_len, size),
        _ => {
            let wanted = "HPUB needs <subject> [reply] <header size> <total size>";
            return Err(ProtocolError::BadArguments(wanted));
        }
    };
    let bad_size = ProtocolError::BadArguments("HPUB with a bad size");
    let (Some(header_len), Some(size)) = (parse_size(header_len), parse_size(size)) else {
        return Err(bad_size);
    };
    if header_len > size {
        return Err(bad_size);
    }
    if size > max_payload {
        return Err(ProtocolError::MaxPayload);
    }
    let header_len = Some(header_len);
    Ok(Pending { subject: text(subject), reply: reply.map(text), header_len, size })
}

/// `<subject> [queue] <sid>`
fn subscribe(line: &[u8]) -> Result<ClientOp, ProtocolError> {
    let (subject, queue, sid) = match split_arguments::<3>(line) {
        Some(([subject, sid, _], 2)) => (subject, None, sid),
        Some(([subject, queue, sid], 3)) => (subject, Some(queue), sid),
        _ => return Err(ProtocolError::BadArguments("SUB needs <subject> [queue] <sid>")),
    };
    Ok(ClientOp::Sub { subject: text(subject), queue: queue.map(text), sid: text(sid) })
}

/// `<sid> [max]`; a maximum that is zero or no number means at once, as in the real server.
fn unsubscribe(line: &[u8]) -> Result<ClientOp, ProtocolError> {
    let (sid, max) = match split_arguments::<2>(line) {
        Some(([sid, _], 1)) => (sid, None),
        Some(([sid, max], 2)) => (sid, parse_size(max)),
        _ => return Err(ProtocolError::BadArguments("UNSUB needs <sid> [max]")),
    };
    let max = max.filter(|&max| max > 0).map(|max| max as u64);
    Ok(ClientOp::Unsub { sid: text(sid), max })
}
