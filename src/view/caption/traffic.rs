//! Sentences for what is sent, arrives and gets lost.

use std::sync::Arc;

use crate::client::Delivery;
use crate::jetstream::raft;
use crate::kernel::{DropReason, EventId, EventKind, ProcId};
use crate::nats::api::PubAck;
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::nats::{Message, json};
use crate::server::{Account, Frame, LeafOp, RaftFrame, RouteOp};
use crate::view::cast::Cast;
use crate::view::class::{Class, is_api};
use crate::view::frame::Caption;
use crate::view::say::Say;
use crate::world::Event;

use super::Step;
use super::bucket;
use super::work::{Answered, Pull};

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

fn client_op(cast: Cast<'_>, say: Say, op: &ClientOp, to: ProcId) -> Say {
    match op {
        ClientOp::Pub(message) if is_api(&message.subject) => match Pull::of(message) {
            Some(pull) => pull.asks(cast, say, to),
            None => say.text(" asks ").who(cast, to).text(": ").code(&api_name(&message.subject)),
        },
        ClientOp::Pub(message) if message.subject.starts_with("$JS.ACK.") => {
            match Answered::of(message) {
                Some(answered) => answered.says(cast, say, to),
                None => say.text(" acknowledges to ").who(cast, to),
            }
        }
        ClientOp::Pub(message) => match bucket::publishes_message(say, message) {
            Ok(say) => say.text(": it publishes ").code(&message.subject),
            Err(say) => say.text(" publishes ").code(&message.subject),
        }
        .text(" to ")
        .who(cast, to),
        ClientOp::Connect(_) => say.text(" introduces itself to ").who(cast, to),
        ClientOp::Sub { subject, queue, .. } => {
            let say = say.text(" asks ").who(cast, to).text(" for ").code(subject);
            match queue {
                Some(queue) => say.text(" as a member of ").code(queue),
                None => say,
            }
        }
        ClientOp::Unsub { .. } => say.text(" ends a subscription at ").who(cast, to),
        ClientOp::Ping => say.text(" asks ").who(cast, to).text(" whether it is there"),
        ClientOp::Pong => say.text(" tells ").who(cast, to).text(" that it is there"),
    }
}

fn server_op(cast: Cast<'_>, say: Say, op: &ServerOp, to: ProcId) -> Say {
    match op {
        ServerOp::Msg { message, .. } => match kind_of_reply(message) {
            Reply::Stored(ack) => say
                .text(" acknowledges to ")
                .who(cast, to)
                .text(": ")
                .code(&ack.stream)
                .text(&format!(" has it as sequence {}", ack.seq)),
            Reply::Refused => say.text(" tells ").who(cast, to).text(" that it was refused"),
            Reply::NobodyThere => {
                say.text(" tells ").who(cast, to).text(" at once that nobody listens there")
            }
            Reply::Api => say.text(" answers ").who(cast, to),
            Reply::No => {
                let say = say.text(" delivers ").code(&message.subject).text(" to ").who(cast, to);
                match Delivery::of(message) {
                    Some(delivery) => say.text(&delivered(message, &delivery)),
                    None => say,
                }
            }
        },
        ServerOp::Info(_) => say.text(" tells ").who(cast, to).text(" who it is"),
        ServerOp::Ok => say.text(" confirms to ").who(cast, to),
        ServerOp::Err(text) => {
            say.text(" complains to ").who(cast, to).text(": ").code(text).fault()
        }
        ServerOp::Ping => say.text(" asks ").who(cast, to).text(" whether it is there"),
        ServerOp::Pong => say.text(" tells ").who(cast, to).text(" that it is there"),
    }
}

fn route_op(cast: Cast<'_>, say: Say, op: &RouteOp, to: ProcId) -> Say {
    match op {
        RouteOp::Message { account: Account::System, message, .. } => {
            if message.subject.contains(".API.") {
                let say = say.text(" passes the request on to ").who(cast, to);
                if leads_meta(cast, to) { say.text(", which leads the meta group") } else { say }
            } else {
                say.text(" sends the answer to ").who(cast, to)
            }
        }
        RouteOp::Message { message, to: meant, .. } => {
            passed_on(cast, say, message, meant.as_deref(), to, " routes ")
        }
        RouteOp::Info { .. } => say.text(" introduces itself to ").who(cast, to),
        RouteOp::Sub { subject, .. } => {
            say.text(" tells ").who(cast, to).text(" that somebody there wants ").code(subject)
        }
        RouteOp::Unsub { subject, .. } => {
            say.text(" tells ").who(cast, to).text(" that nobody there wants ").code(subject)
        }
        RouteOp::Proposal(_) => {
            say.text(" asks ").who(cast, to).text(", which leads the meta group, for a change")
        }
        RouteOp::Raft(_) => say,
        RouteOp::Ping => say.text(" asks ").who(cast, to).text(" whether it is there"),
        RouteOp::Pong => say.text(" tells ").who(cast, to).text(" that it is there"),
    }
}

/// What a server passes on for its clients, to another of its cluster or over a leaf link.
fn passed_on(
    cast: Cast<'_>,
    say: Say,
    message: &Message,
    meant: Option<&str>,
    to: ProcId,
    verb: &str,
) -> Say {
    let say_to = |say: Say, what: &str| say.text(verb).text(what).text(" to ").who(cast, to);
    if let Some(meant) = meant {
        let say = say.text(verb).code(&message.subject).text(" to ").who(cast, to);
        return say.text(match meant {
            _ if meant.starts_with("$JS.M.") => ", for a mirror",
            _ if meant.starts_with("$JS.S.") => ", for a stream that sources it",
            _ => ", where whoever is to get it is connected",
        });
    }
    match kind_of_reply(message) {
        Reply::Stored(_) | Reply::Refused => say_to(say, "the acknowledgement"),
        Reply::Api | Reply::NobodyThere => say_to(say, "the answer"),
        Reply::No => match (Pull::of(message), Answered::of(message)) {
            (Some(pull), _) => pull.passed_on(cast, say, to),
            (_, Some(answered)) => answered.passed_on(cast, say, to),
            _ => routed(cast, say.text(verb), message, to),
        },
    }
}

fn leaf_op(cast: Cast<'_>, say: Say, op: &LeafOp, to: ProcId) -> Say {
    match op {
        LeafOp::Message { message, .. } if is_api(&message.subject) => say
            .text(" passes ")
            .code(&api_name(&message.subject))
            .text(" on over the leaf link to ")
            .who(cast, to),
        LeafOp::Message { message, to: meant, .. } => {
            passed_on(cast, say, message, meant.as_deref(), to, " sends over the leaf link ")
        }
        LeafOp::Info(_) => {
            say.text(" tells ").who(cast, to).text(" whose leaf it becomes who it is")
        }
        LeafOp::Connect(_) => say.text(" introduces itself to ").who(cast, to).text(" as its leaf"),
        LeafOp::Sub { subject, .. } => {
            let say = say.text(" tells ").who(cast, to);
            match domain_of(subject) {
                _ if subject.starts_with("$LDS.") => say
                    .text(" its mark: should that come back to it, the leaf links go in a circle"),
                Some(domain) => {
                    say.text(" that it can be asked for the API of domain ").code(domain)
                }
                None => say.text(" that somebody on its side wants ").code(subject),
            }
        }
        LeafOp::Unsub { subject, .. } => {
            let say = say.text(" tells ").who(cast, to);
            say.text(" that nobody on its side wants ").code(subject).text(" any more")
        }
        LeafOp::Err(text) => say.text(" complains to ").who(cast, to).text(": ").code(text).fault(),
        LeafOp::Ping => say.text(" asks ").who(cast, to).text(" whether it is there"),
        LeafOp::Pong => say.text(" tells ").who(cast, to).text(" that it is there"),
    }
}

/// The domain in `$JS.<domain>.API.…`.
fn domain_of(subject: &str) -> Option<&str> {
    let (domain, rest) = subject.strip_prefix("$JS.")?.split_once('.')?;
    rest.starts_with("API.").then_some(domain)
}

/// ": sequence 3, for the second time"
fn delivered(message: &Message, delivery: &Delivery) -> String {
    match delivery.deliveries {
        0 | 1 => bucket::delivered(message, delivery.stream_seq)
            .unwrap_or_else(|| format!(": sequence {}", delivery.stream_seq)),
        n => format!(": sequence {}, delivery number {n}", delivery.stream_seq),
    }
}

/// "… routes orders.new to n1, which leads ORDERS".
fn routed(cast: Cast<'_>, say: Say, message: &Message, to: ProcId) -> Say {
    let say = say.code(&message.subject).text(" to ").who(cast, to);
    match cast.stream_for(to, &message.subject) {
        Some((crate::view::Entity::Stream { cluster, name }, Some(leader))) if leader == to => {
            say.text(", which leads ").stream(cluster, &name)
        }
        _ => say.text(", where somebody wants it"),
    }
}

fn raft_message(cast: Cast<'_>, say: Say, raft: &RaftFrame, to: ProcId) -> Say {
    let group = |say: Say| say.group(cast, &raft.group, to);
    match &raft.message {
        raft::Message::Append { entries, commit, .. } if entries.is_empty() => {
            group(say.text(" tells ").who(cast, to).text(" that it leads "))
                .text(&format!(" and that everything up to {commit} is committed"))
        }
        raft::Message::Append { entries, .. } => {
            let (first, last) = (entries.first().map(|e| e.index), entries.last().map(|e| e.index));
            group(say.text(" sends ").who(cast, to).text(&indexes(first, last)).text(" of "))
        }
        raft::Message::AppendResponse { success: true, index, .. } => {
            group(say.text(" tells ").who(cast, to).text(" that it has "))
                .text(&format!(" up to index {index}"))
        }
        raft::Message::AppendResponse { index, .. } => {
            group(say.text(" asks ").who(cast, to).text(" for all of "))
                .text(&format!(" after index {index}"))
        }
        raft::Message::VoteRequest { term, .. } => {
            group(say.text(" asks ").who(cast, to).text(" for its vote: it wants to lead "))
                .text(&format!(" in term {term}"))
        }
        raft::Message::VoteResponse { granted: true, term, .. } => {
            group(say.text(" gives ").who(cast, to).text(" its vote for "))
                .text(&format!(" in term {term}"))
        }
        raft::Message::VoteResponse { .. } => {
            group(say.text(" refuses ").who(cast, to).text(" its vote for "))
        }
        raft::Message::InstallSnapshot { last_index, .. } => {
            group(say.text(" sends ").who(cast, to).text(" the whole state of "))
                .text(&format!(" up to index {last_index}"))
        }
    }
}

fn indexes(first: Option<u64>, last: Option<u64>) -> String {
    match (first, last) {
        (Some(first), Some(last)) if first < last => format!(" indexes {first} to {last}"),
        (Some(first), _) => format!(" index {first}"),
        _ => " nothing new".to_owned(),
    }
}

/// What a reply inbox is told.
enum Reply {
    Stored(PubAck),
    Refused,
    NobodyThere,
    Api,
    No,
}

fn kind_of_reply(message: &Message) -> Reply {
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

fn reply(say: Say, message: &Message) -> Say {
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

fn leads_meta(cast: Cast<'_>, process: ProcId) -> bool {
    cast.world()
        .server(process)
        .and_then(|server| server.meta())
        .is_some_and(|meta| meta.is_leader())
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

/// An API subject as people say it: `$JS.API.STREAM.INFO.ORDERS` is `STREAM.INFO ORDERS`.
pub fn api_name(subject: &str) -> String {
    let Some((_, rest)) = subject.split_once(".API.").filter(|_| is_api(subject)) else {
        return subject.to_owned();
    };
    let verbs = if VERBS_OF_THREE.iter().any(|verb| rest.starts_with(verb)) { 3 } else { 2 };
    let mut tokens = rest.splitn(verbs + 1, '.');
    let verb: Vec<&str> = tokens.by_ref().take(verbs).collect();
    match tokens.next() {
        Some(name) => format!("{} {}", verb.join("."), name.replacen('.', " ", 1)),
        None => verb.join("."),
    }
}

/// Verbs of the API that are three words long.
const VERBS_OF_THREE: [&str; 10] = [
    "CONSUMER.MSG.NEXT",
    "CONSUMER.DURABLE.CREATE",
    "CONSUMER.LEADER.STEPDOWN",
    "STREAM.MSG.GET",
    "STREAM.MSG.DELETE",
    "STREAM.LEADER.STEPDOWN",
    "STREAM.PEER.REMOVE",
    "STREAM.PEER.EVACUATE",
    "CONSUMER.PEER.REMOVE",
    "CONSUMER.PEER.EVACUATE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_subject_reads_as_a_verb_and_a_name() {
        assert_eq!(api_name("$JS.API.STREAM.INFO.ORDERS"), "STREAM.INFO ORDERS");
        assert_eq!(api_name("$JS.hub.API.STREAM.NAMES"), "STREAM.NAMES");
        assert_eq!(api_name("$JS.API.CONSUMER.INFO.ORDERS.work"), "CONSUMER.INFO ORDERS work");
        assert_eq!(api_name("$JS.API.CONSUMER.MSG.NEXT.S.c"), "CONSUMER.MSG.NEXT S c");
        assert_eq!(api_name("$JS.API.INFO"), "INFO");
        assert_eq!(api_name("orders.new"), "orders.new");
    }
}
