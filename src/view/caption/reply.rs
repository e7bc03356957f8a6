//! What a message to a reply inbox is: an acknowledgement, a refusal, an answer of the API.

use std::sync::Arc;

use crate::nats::api::PubAck;
use crate::nats::protocol::ServerOp;
use crate::nats::{Message, json};
use crate::server::Frame;
use crate::view::class::Class;
use crate::view::say::Say;

/// What a reply inbox is told.
pub(super) enum Reply {
    Stored(PubAck),
    Refused,
    NobodyThere,
    Api,
    No,
}

pub(super) fn kind_of_reply(message: &Message) -> Reply {
    let frame = Frame::Server(ServerOp::Msg { sid: Arc::from(""), message: message.clone() });
    match Class::of_frame(&frame) {
        Class::Ack => match json::read::<PubAck>(&message.payload) {
            Ok(ack) if ack.seq > 0 => Reply::Stored(ack),
            _ => Reply::Refused,
        },
        Class::ControlReply if message.status().is_some() => Reply::NobodyThere,
        Class::ControlReply => Reply::Api,
        _ => Reply::No,
    }
}

/// What who waits for it hears.
pub(super) fn reply(say: Say, message: &Message) -> Say {
    match kind_of_reply(message) {
        Reply::Stored(ack) => say
            .text(" gets its acknowledgement: ")
            .code(&ack.stream)
            .text(&format!(" has it as sequence {}", ack.seq)),
        Reply::Refused => say.text(" is told that its message was refused"),
        Reply::NobodyThere => say.text(" is told at once that nobody listens there"),
        Reply::Api => say.text(" gets the answer of the JetStream API"),
        Reply::No => say.text(" receives ").code(&message.subject),
    }
}
