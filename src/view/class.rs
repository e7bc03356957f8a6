//! What kind of traffic a frame is: one of a few classes that a person can tell apart by shape,
//! by word and by colour, never by colour alone.

use crate::jetstream::raft;
use crate::kernel::{EventId, EventKind, Trace};
use crate::nats::Message;
use crate::nats::protocol::{ClientOp, ServerOp};
use crate::server::{self, Account, Frame, LeafOp, RouteOp};
use crate::world::{Event, Node, Note};

use super::palette::Token;

/// A kind of traffic, from the most to the least interesting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A message on its way to a stream or to subscribers.
    Publish,
    /// A message on its way to the application that wants it.
    Deliver,
    /// A stream's or a consumer's acknowledgement.
    Ack,
    /// A message on its way to a mirror or an aggregate.
    Mirror,
    /// A request to the JetStream API.
    Control,
    /// Its answer.
    ControlReply,
    /// Log entries from a Raft leader, or a snapshot.
    Replicate,
    /// A follower's word that it has them.
    ReplicateAck,
    /// A request for a vote, or a vote.
    Vote,
    /// An empty append and its answer: "I still lead".
    Heartbeat,
    /// What the protocol itself needs: `CONNECT`, `SUB`, `PING`, interest between servers.
    Protocol,
}

/// How a packet of a class is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// A filled disc.
    Disc,
    /// A small filled diamond.
    Diamond,
    /// A filled triangle that points along its way.
    Triangle,
    /// The same, hollow.
    HollowTriangle,
    /// A ring.
    Ring,
    /// A square.
    Square,
    /// A small dot.
    Dot,
}

impl Class {
    /// All classes, most interesting first.
    pub const ALL: [Self; 11] = [
        Self::Publish,
        Self::Deliver,
        Self::Ack,
        Self::Mirror,
        Self::Control,
        Self::ControlReply,
        Self::Replicate,
        Self::ReplicateAck,
        Self::Vote,
        Self::Heartbeat,
        Self::Protocol,
    ];

    /// What servers say among themselves so that copies agree and leaders are known: Raft, and signs of life.
    pub const INNER: [Self; 4] = [Self::Replicate, Self::ReplicateAck, Self::Vote, Self::Heartbeat];

    /// Its name, for the legend, the filter and screen readers.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Deliver => "deliver",
            Self::Ack => "ack",
            Self::Mirror => "mirror",
            Self::Control => "API request",
            Self::ControlReply => "API reply",
            Self::Replicate => "replicate",
            Self::ReplicateAck => "replicate ack",
            Self::Vote => "vote",
            Self::Heartbeat => "heartbeat",
            Self::Protocol => "protocol",
        }
    }

    /// How its packets are drawn.
    pub const fn shape(self) -> Shape {
        match self {
            Self::Publish | Self::Deliver | Self::Mirror | Self::Replicate => Shape::Disc,
            Self::Ack | Self::ReplicateAck => Shape::Diamond,
            Self::Control => Shape::Triangle,
            Self::ControlReply => Shape::HollowTriangle,
            Self::Vote => Shape::Ring,
            Self::Heartbeat | Self::Protocol => Shape::Dot,
        }
    }

    /// Its colour.
    pub const fn token(self) -> Token {
        match self {
            Self::Publish => Token::Publish,
            Self::Deliver => Token::Deliver,
            Self::Ack => Token::Ack,
            Self::Mirror => Token::Mirror,
            Self::Replicate | Self::ReplicateAck | Self::Vote => Token::Replicate,
            Self::Control | Self::ControlReply | Self::Heartbeat | Self::Protocol => Token::Control,
        }
    }

    /// Its place in [`Class::ALL`]; the lower, the more interesting.
    pub fn rank(self) -> usize {
        Self::ALL.iter().position(|&class| class == self).unwrap_or(Self::ALL.len())
    }
}

impl Class {
    /// What kind of traffic a frame is that was sent with this event.
    pub fn of(trace: &Trace<Node>, event: &Event) -> Option<Self> {
        let EventKind::Sent { frame, .. } = &event.kind else { return None };
        Some(match frame {
            Frame::Route(RouteOp::Raft(raft)) => match &raft.message {
                raft::Message::AppendResponse { .. } => answer(trace, event.cause),
                other => Self::of_raft(other),
            },
            other => Self::of_frame(other),
        })
    }

    /// The same from the frame alone. It takes every answer of a Raft follower for the answer to
    /// new entries, though it may be to a heartbeat; [`Class::of`] knows.
    pub fn of_frame(frame: &Frame) -> Self {
        match frame {
            Frame::Client(ClientOp::Pub(message)) => of_published(message),
            Frame::Server(ServerOp::Msg { message, .. }) => of_delivered(message),
            Frame::Client(_) | Frame::Server(_) => Self::Protocol,
            Frame::Route(RouteOp::Message { to: Some(_), message, .. })
            | Frame::Leaf(LeafOp::Message { to: Some(_), message, .. }) => of_consumer(message),
            Frame::Leaf(LeafOp::Message { message, .. }) => of_routed(message),
            Frame::Route(RouteOp::Message { account, message, .. }) => match account {
                Account::Global => of_routed(message),
                Account::System if message.subject.starts_with("_R_.") => Self::ControlReply,
                Account::System => Self::Control,
            },
            Frame::Route(RouteOp::Raft(raft)) => Self::of_raft(&raft.message),
            Frame::Route(_) | Frame::Leaf(_) => Self::Protocol,
        }
    }

    fn of_raft<E, S>(message: &raft::Message<E, S>) -> Self {
        match message {
            raft::Message::VoteRequest { .. } | raft::Message::VoteResponse { .. } => Self::Vote,
            raft::Message::Append { entries, .. } if entries.is_empty() => Self::Heartbeat,
            raft::Message::Append { .. } | raft::Message::InstallSnapshot { .. } => Self::Replicate,
            raft::Message::AppendResponse { .. } => Self::ReplicateAck,
        }
    }
}

/// Whether a follower answers to entries or to a heartbeat: what arrived there tells.
fn answer(trace: &Trace<Node>, cause: Option<EventId>) -> Class {
    // Between arrival and answer there are at most a few notes.
    for event in cause.into_iter().flat_map(|cause| trace.causes(cause)).take(8) {
        match &event.kind {
            EventKind::Note(Note::Server(server::Note::Appended { .. })) => {
                return Class::ReplicateAck;
            }
            EventKind::Arrived { sent, .. } => {
                let heartbeat = trace.get(*sent).is_some_and(|sent| match &sent.kind {
                    EventKind::Sent { frame: Frame::Route(RouteOp::Raft(raft)), .. } => {
                        raft.message.is_heartbeat()
                    }
                    _ => false,
                });
                return if heartbeat { Class::Heartbeat } else { Class::ReplicateAck };
            }
            _ => {}
        }
    }
    Class::ReplicateAck
}

/// Whether a subject is one of the JetStream API, with or without a domain in it.
pub(super) fn is_api(subject: &str) -> bool {
    subject.strip_prefix("$JS.").is_some_and(|rest| {
        rest.starts_with("API.")
            || rest.split_once('.').is_some_and(|(_, rest)| rest.starts_with("API."))
    })
}

fn of_published(message: &Message) -> Class {
    if is_api(&message.subject) {
        Class::Control
    } else if message.subject.starts_with("$JS.ACK.") {
        Class::Ack
    } else {
        Class::Publish
    }
}

/// Something a reply inbox gets is told by its contents: the acknowledgement of a publish names the
/// stream first, an answer of the API its type.
fn of_reply(message: &Message) -> Option<Class> {
    if !message.subject.starts_with("_INBOX.") && !message.subject.starts_with("_R_.") {
        return None;
    }
    let text = message.text();
    if message.status().is_some_and(|(code, _)| code == 503)
        || text.starts_with(r#"{"type":"io.nats.jetstream.api"#)
    {
        Some(Class::ControlReply)
    } else if text.starts_with(r#"{"stream":"#)
        || text.starts_with(r#"{"error":"#) && text.contains(r#""stream":"#)
    {
        Some(Class::Ack)
    } else {
        None
    }
}

fn of_delivered(message: &Message) -> Class {
    of_reply(message).unwrap_or(Class::Deliver)
}

fn of_routed(message: &Message) -> Class {
    let subject = &message.subject;
    // Between a mirror or source and its origin: signs of life, and whether to go on.
    let signs = ["$JS.M.", "$JS.S.", "$JS.FC."];
    if signs.iter().any(|prefix| subject.starts_with(prefix)) {
        return Class::Heartbeat;
    }
    if subject.starts_with("$JSC.R.") {
        return Class::ControlReply;
    }
    of_reply(message).unwrap_or_else(|| of_published(message))
}

/// What a consumer sends: to a client, or to a stream that is a mirror of its own or gathers from it.
fn of_consumer(message: &Message) -> Class {
    let serves = |name: &str| message.reply.as_ref().is_some_and(|reply| reply.contains(name));
    if serves(".JS_MIRROR_") || serves(".JS_SRC_") { Class::Mirror } else { Class::Deliver }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(subject: &str) -> Class {
        Class::of_frame(&Frame::Client(ClientOp::Pub(Message::new(subject, "x"))))
    }

    fn delivered(subject: &str, text: &'static str) -> Class {
        let message = Message::new(subject, text);
        Class::of_frame(&Frame::Server(ServerOp::Msg { sid: "1".into(), message }))
    }

    #[test]
    fn frames_are_told_by_their_contents() {
        assert_eq!(published("orders.new"), Class::Publish);
        assert_eq!(published("$JS.API.STREAM.INFO.ORDERS"), Class::Control);
        assert_eq!(published("$JS.hub.API.STREAM.INFO.ORDERS"), Class::Control);
        assert_eq!(published("$JS.ACK.ORDERS.c.1.1.1.0.0"), Class::Ack);
        assert_eq!(delivered("orders.new", "x"), Class::Deliver);
        assert_eq!(delivered("_INBOX.a.b", r#"{"stream":"ORDERS","seq":1}"#), Class::Ack);
        let info = r#"{"type":"io.nats.jetstream.api.v1.stream_info_response"}"#;
        assert_eq!(delivered("_INBOX.a.b", info), Class::ControlReply);
        assert_eq!(delivered("_INBOX.a.b", "pong"), Class::Deliver);
        assert_eq!(Class::of_frame(&Frame::Client(ClientOp::Ping)), Class::Protocol);
        let leaf = |subject: &str, reply: Option<&str>| {
            let message = Message { reply: reply.map(Into::into), ..Message::new(subject, "x") };
            let to = reply.map(|_| "$JS.M.abc".into());
            Class::of_frame(&Frame::Leaf(LeafOp::Message {
                message,
                to,
                queues: Vec::new(),
                plain: true,
            }))
        };
        assert_eq!(leaf("orders.new", Some("$JS.ACK.O.JS_MIRROR_a-b.1.1.1.0.0")), Class::Mirror);
        assert_eq!(leaf("orders.new", Some("$JS.ACK.O.worker.1.1.1.0.0")), Class::Deliver);
        assert_eq!(leaf("$JS.M.abc", None), Class::Heartbeat);
        assert_eq!(leaf("$JSC.R.abc", None), Class::ControlReply);
    }

    #[test]
    fn every_class_differs_from_every_other_by_more_than_its_colour() {
        for a in Class::ALL {
            for b in Class::ALL {
                if a != b && a.shape() == b.shape() {
                    assert!(a.token() != b.token() || a.shape() == Shape::Dot, "{a:?} {b:?}");
                }
                assert!(a == b || a.label() != b.label());
            }
            assert_eq!(Class::ALL[a.rank()], a);
        }
    }
}
