//! What kind of traffic a frame is: one of a few classes that a person can tell apart by shape,
//! by word and by colour, never by colour alone.

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
