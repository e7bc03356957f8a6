//! Sentences for what is sent, arrives and gets lost.

use crate::jetstream::raft;
use crate::kernel::{DropReason, EventId, EventKind};
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::server::{Account, Frame, LeafOp, RouteOp};
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::frame::Caption;
use crate::view::say::Say;
use crate::world::Event;

use super::Step;
use super::api_name::api_name;
use super::frames::{client_op, leaf_op, raft_message, route_op, server_op};
use super::reply::{Reply, kind_of_reply, reply};
use super::work::Answered;

/// "checkout sends …".
pub(super) fn sent(cast: Cast<'_>, event: &Event) -> Caption {
    let EventKind::Sent { to, frame, .. } = &event.kind else { return Caption::default() };
    let class = Class::of(cast.trace(), event).unwrap_or(Class::Protocol);
    let (from, to) = (event.place, *to);
    let say = Say::about(event.id).class(class).who(cast, from);
    match frame {
        Frame::Client(op) => client_op(cast, say, op, to),
        Frame::Server(op) => server_op(cast, say, op, to),
        Frame::Route(RouteOp::Raft(raft)) => raft_message(cast, say, raft, to),
        Frame::Route(op) => route_op(cast, say, op, to),
        Frame::Leaf(op) => leaf_op(cast, say, op, to),
    }
    .done()
}

/// "orders.new arrives at n2": what an arrival is by itself.
pub(super) fn arrives(cast: Cast<'_>, event: &Event, sent: EventId) -> Caption {
    let say = Say::about(event.id);
    let Some((sending, _, frame)) = cast.sent(sent) else {
        return say.text("Something arrives at ").who(cast, event.place).done();
    };
    let class = Class::of(cast.trace(), sending).unwrap_or(Class::Protocol);
    let from = sending.place;
    let say = say.class(class);
    match (frame, class) {
        (Frame::Server(ServerOp::Msg { message, .. }), Class::Deliver) => {
            say.who(cast, event.place).text(" receives ").code(&message.subject)
        }
        (Frame::Server(ServerOp::Msg { message, .. }), _) => {
            reply(say.who(cast, event.place), message)
        }
        _ => match subject(frame) {
            Some(subject) => say.code(&subject).text(" from ").who(cast, from).text(" is at "),
            None => say.text(what(frame)).text(" of ").who(cast, from).text(" is at "),
        }
        .who(cast, event.place),
    }
    .done()
}

/// An arrival and what the receiver does next: "n2 routes it to n1, which leads ORDERS".
pub(super) fn arrived(step: Step<'_>, event: &Event, sent: EventId) -> Caption {
    let cast = step.cast;
    let next = step.events().find(|next| {
        matches!(&next.kind, EventKind::Sent { frame, .. }
            if !matches!(frame, Frame::Client(ClientOp::Pong) | Frame::Server(ServerOp::Pong))
                && Class::of(cast.trace(), next).is_some_and(|c| c != Class::Heartbeat))
    });
    match next {
        // What goes on is told from where it goes on; the arrival is seen.
        Some(next) => Caption { event: Some(event.id), ..self::sent(cast, next) },
        None => arrives(cast, event, sent),
    }
}

/// "orders.new is lost: …".
pub(super) fn lost(cast: Cast<'_>, event: &Event, sent: EventId, reason: DropReason) -> Caption {
    let say = Say::about(event.id).fault();
    let Some((sending, _, frame)) = cast.sent(sent) else {
        return say.text("A frame is lost").done();
    };
    let say = match subject(frame) {
        Some(subject) => say.code(&subject).text(" from "),
        None => say.text(what(frame)).text(" of "),
    };
    let say = say.who(cast, sending.place).text(" never arrives: ");
    match reason {
        DropReason::LinkCut => say.text("the link to ").who(cast, event.place).text(" is cut"),
        DropReason::Trap => say.text("just this one was to get lost"),
        DropReason::PeerGone => say.who(cast, event.place).text(" is not there any more"),
    }
    .done()
}

/// "A packet is lost and sent again …".
pub(super) fn again(cast: Cast<'_>, event: &Event, times: u32) -> Caption {
    let times = if times == 1 { "once".to_owned() } else { format!("{times} times") };
    Say::about(event.id)
        .text("The link loses a packet of ")
        .who(cast, event.place)
        .text(&format!(" {times}: TCP sends it again, so it arrives late"))
        .done()
}

/// The subject of a frame that carries a message for people.
fn subject(frame: &Frame) -> Option<String> {
    let (Frame::Client(ClientOp::Pub(message))
    | Frame::Server(ServerOp::Msg { message, .. })
    | Frame::Route(RouteOp::Message { account: Account::Global, message, .. })
    | Frame::Leaf(LeafOp::Message { message, .. })) = frame
    else {
        return None;
    };
    match kind_of_reply(message) {
        Reply::No if Answered::of(message).is_none() => Some(api_name(&message.subject)),
        _ => None,
    }
}

/// What a frame without a subject for people is.
fn what(frame: &Frame) -> &'static str {
    match frame {
        Frame::Route(RouteOp::Raft(raft)) => match &raft.message {
            raft::Message::Append { entries, .. } if entries.is_empty() => "A heartbeat",
            raft::Message::Append { .. } => "A log entry",
            raft::Message::AppendResponse { .. } => "The confirmation",
            raft::Message::VoteRequest { .. } => "The request for a vote",
            raft::Message::VoteResponse { .. } => "The vote",
            raft::Message::InstallSnapshot { .. } => "The state",
        },
        Frame::Client(ClientOp::Pub(message)) if Answered::of(message).is_some() => {
            "The acknowledgement"
        }
        Frame::Route(RouteOp::Message { message, .. })
        | Frame::Leaf(LeafOp::Message { message, .. })
            if Answered::of(message).is_some() =>
        {
            "The acknowledgement"
        }
        Frame::Server(ServerOp::Msg { .. })
        | Frame::Route(RouteOp::Message { .. })
        | Frame::Leaf(LeafOp::Message { .. }) => "The answer",
        Frame::Client(op) => op.verb(),
        Frame::Server(op) => op.verb(),
        Frame::Route(_) | Frame::Leaf(_) => "A word",
    }
}
