//! Operations to bytes.

use crate::nats::Message;
use crate::nats::protocol::{ClientOp, ServerOp};

/// Writes an operation of a client, exactly as it is on the wire.
pub fn write_client_op(op: &ClientOp, out: &mut Vec<u8>) {
    match op {
        ClientOp::Connect(options) => {
            out.extend_from_slice(b"CONNECT ");
            out.extend_from_slice(&serde_json::to_vec(options).unwrap_or_default());
        }
        ClientOp::Pub(message) => return write_message(op.verb(), None, message, out),
        ClientOp::Sub { subject, queue, sid } => {
            out.extend_from_slice(b"SUB ");
            out.extend_from_slice(subject.as_bytes());
            for part in queue.iter().chain([sid]) {
                out.push(b' ');
                out.extend_from_slice(part.as_bytes());
            }
        }
        ClientOp::Unsub { sid, max } => {
            out.extend_from_slice(b"UNSUB ");
            out.extend_from_slice(sid.as_bytes());
            if let Some(max) = max {
                out.push(b' ');
                write_number(*max, out);
            }
        }
        ClientOp::Ping | ClientOp::Pong => out.extend_from_slice(op.verb().as_bytes()),
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes an operation of a server, exactly as it is on the wire.
pub fn write_server_op(op: &ServerOp, out: &mut Vec<u8>) {
    match op {
        ServerOp::Info(info) => {
            out.extend_from_slice(b"INFO ");
            out.extend_from_slice(&serde_json::to_vec(info).unwrap_or_default());
            out.push(b' ');
        }
        ServerOp::Msg { sid, message } => return write_message(op.verb(), Some(sid), message, out),
        ServerOp::Err(text) => {
            out.extend_from_slice(b"-ERR '");
            out.extend_from_slice(text.as_bytes());
            out.push(b'\'');
        }
        ServerOp::Ok | ServerOp::Ping | ServerOp::Pong => {
            out.extend_from_slice(op.verb().as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn write_message(verb: &str, sid: Option<&str>, message: &Message, out: &mut Vec<u8>) {
    out.extend_from_slice(verb.as_bytes());
    let names = [Some(&*message.subject), sid, message.reply.as_deref()];
    for name in names.into_iter().flatten() {
        out.push(b' ');
        out.extend_from_slice(name.as_bytes());
    }
    if let Some(headers) = &message.headers {
        out.push(b' ');
        write_number(headers.len() as u64, out);
    }
    out.push(b' ');
    write_number(message.size() as u64, out);
    out.extend_from_slice(b"\r\n");
    if let Some(headers) = &message.headers {
        out.extend_from_slice(headers.block());
    }
    out.extend_from_slice(&message.payload);
    out.extend_from_slice(b"\r\n");
}

fn write_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(number.to_string().as_bytes());
}
