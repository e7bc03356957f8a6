//! Writes operations as the exact bytes of the protocol. Nothing is validated here: who builds an
//! operation vouches for its subjects.

use crate::nats::Message;
use crate::nats::api::to_json_text;
use crate::nats::protocol::{ClientOp, ServerOp};

/// Appends what a client library would send for `op`.
pub fn write_client_op(op: &ClientOp, out: &mut Vec<u8>) {
    out.extend_from_slice(op.verb().as_bytes());
    match op {
        ClientOp::Connect(options) => push(out, &to_json_text(&**options)),
        ClientOp::Pub(message) => return push_message(out, message, None),
        ClientOp::Sub { subject, queue, sid } => {
            push(out, subject);
            if let Some(queue) = queue {
                push(out, queue);
            }
            push(out, sid);
        }
        ClientOp::Unsub { sid, max } => {
            push(out, sid);
            if let Some(max) = max {
                push_number(out, *max);
            }
        }
        ClientOp::Ping | ClientOp::Pong => {}
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends what nats-server would send for `op`.
pub fn write_server_op(op: &ServerOp, out: &mut Vec<u8>) {
    out.extend_from_slice(op.verb().as_bytes());
    match op {
        ServerOp::Info(info) => {
            push(out, &to_json_text(&**info));
            // The real server has a space here; byte-exact is byte-exact.
            out.push(b' ');
        }
        ServerOp::Msg { sid, message } => return push_message(out, message, Some(sid)),
        ServerOp::Err(text) => {
            out.extend_from_slice(b" '");
            out.extend_from_slice(text.as_bytes());
            out.push(b'\'');
        }
        ServerOp::Ok | ServerOp::Ping | ServerOp::Pong => {}
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends the rest of `PUB`, `HPUB`, `MSG` or `HMSG` after its verb.
fn push_message(out: &mut Vec<u8>, message: &Message, sid: Option<&str>) {
    out.reserve(message.subject.len() + message.size() + 48);
    push(out, &message.subject);
    if let Some(sid) = sid {
        push(out, sid);
    }
    if let Some(reply) = &message.reply {
        push(out, reply);
    }
    if let Some(headers) = &message.headers {
        push_number(out, headers.len() as u64);
    }
    push_number(out, message.size() as u64);
    out.extend_from_slice(b"\r\n");
    if let Some(headers) = &message.headers {
        out.extend_from_slice(headers.block());
    }
    out.extend_from_slice(&message.payload);
    out.extend_from_slice(b"\r\n");
}

fn push(out: &mut Vec<u8>, argument: &str) {
    out.push(b' ');
    out.extend_from_slice(argument.as_bytes());
}

/// Appends a space and a number, without the detour over a `String`.
fn push_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.push(b' ');
    out.extend_from_slice(&digits[start..]);
}
