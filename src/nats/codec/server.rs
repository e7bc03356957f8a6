//! Reads what a server sends, as a client library does.

use super::ProtocolError;
use super::line::{Input, Line, Pending, Verb, parse_size, split_arguments, text};
use crate::nats::json;
use crate::nats::protocol::{ServerOp, Sid};

/// `INFO` of a large cluster is long; a line longer than this is no `INFO` any more.
const MAX_LINE: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Msg,
    Hmsg,
    Ping,
    Pong,
    Ok,
    Err,
    Info,
}

const VERBS: [Verb<Op>; 7] = [
    Verb { text: b"MSG", separated: true, op: Op::Msg },
    Verb { text: b"HMSG", separated: true, op: Op::Hmsg },
    Verb { text: b"PING", separated: false, op: Op::Ping },
    Verb { text: b"PONG", separated: false, op: Op::Pong },
    Verb { text: b"+OK", separated: false, op: Op::Ok },
    Verb { text: b"-ERR", separated: false, op: Op::Err },
    Verb { text: b"INFO", separated: true, op: Op::Info },
];

/// Turns a server's bytes into operations. After an error it takes and yields nothing more.
#[derive(Debug, Clone, Default)]
pub struct ServerParser {
    input: Input,
    pending: Option<(Sid, Pending)>,
    failed: bool,
}

impl ServerParser {
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
    pub fn read(&mut self) -> Result<Option<ServerOp>, ProtocolError> {
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

    fn parse(&mut self) -> Result<Option<ServerOp>, ProtocolError> {
        if self.pending.is_none() {
            let Some(line) = self.input.line(&VERBS, MAX_LINE)? else {
                return Ok(None);
            };
            match operation(&line)? {
                Read::Op(op) => return Ok(Some(op)),
                Read::Message(sid, pending) => self.pending = Some((sid, pending)),
            }
        }
        let Some((sid, pending)) = self.pending.take() else {
            return Ok(None);
        };
        let Some(body) = self.input.body(pending.size)? else {
            self.pending = Some((sid, pending));
            return Ok(None);
        };
        Ok(Some(ServerOp::Msg { sid, message: pending.message(body) }))
    }
}

enum Read {
    Op(ServerOp),
    /// A body must follow.
    Message(Sid, Pending),
}

fn operation(line: &Line<Op>) -> Result<Read, ProtocolError> {
    let arguments = &line.arguments[..];
    Ok(Read::Op(match line.op {
        Op::Msg => return message(arguments),
        Op::Hmsg => return message_with_headers(arguments),
        Op::Ping => ServerOp::Ping,
        Op::Pong => ServerOp::Pong,
        Op::Ok => ServerOp::Ok,
        Op::Err => ServerOp::Err(text(unquoted(arguments))),
        Op::Info => ServerOp::Info(Box::new(
            json::read(arguments)
                .map_err(|_| ProtocolError::BadArguments("INFO needs a JSON object"))?,
        )),
    }))
}

fn unquoted(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"'").and_then(|text| text.strip_suffix(b"'")).unwrap_or(text)
}

/// `<subject> <sid> [reply] <size>`
fn message(line: &[u8]) -> Result<Read, ProtocolError> {
    let (subject, sid, reply, size) = match split_arguments::<4>(line) {
        Some(([subject, sid, size, _], 3)) => (subject, sid, None, size),
        Some(([subject, sid, reply, size], 4)) => (subject, sid, Some(reply), size),
        _ => return Err(ProtocolError::BadArguments("MSG needs <subject> <sid> [reply] <size>")),
    };
    let size = parse_size(size).ok_or(ProtocolError::BadArguments("MSG with a bad size"))?;
    let (subject, reply) = (text(subject), reply.map(text));
    Ok(Read::Message(text(sid), Pending { subject, reply, header_len: None, size }))
}

/// `<subject> <sid> [reply] <header size> <total size>`
fn message_with_headers(line: &[u8]) -> Result<Read, ProtocolError> {
    let (subject, sid, reply, header_len, size) = match split_arguments::<5>(line) {
        Some(([subject, sid, header_len, size, _], 4)) => (subject, sid, None, header_len, size),
        Some(([subject, sid, reply, header_len, size], 5)) => {
            (subject, sid, Some(reply), header_len, size)
        }
        _ => {
            let wanted = "HMSG needs <subject> <sid> [reply] <header size> <total size>";
            return Err(ProtocolError::BadArguments(wanted));
        }
    };
    let (header_len, size) = match (parse_size(header_len), parse_size(size)) {
        (Some(header_len), Some(size)) if header_len <= size => (Some(header_len), size),
        _ => return Err(ProtocolError::BadArguments("HMSG with a bad size")),
    };
    let (subject, reply) = (text(subject), reply.map(text));
    Ok(Read::Message(text(sid), Pending { subject, reply, header_len, size }))
}
