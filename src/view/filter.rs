//! What is shown and what counts as a step.

use crate::sorted::Set;

use crate::client;
use crate::kernel::{EventKind, Trace};
use crate::server::{self, ConsumerNote, InflowNote, Removal};
use crate::world::{Event, Node, Note};

use super::class::Class;
use super::frame::MarkKind;

/// Which classes of traffic are hidden. Hidden traffic is not drawn, and its arrival is no step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    hidden: Set<Class>,
}

impl Filter {
    /// What is usual for a world with so many clusters: heartbeats and protocol are hidden, and what
    /// goes on inside a cluster only where there is just one.
    pub fn for_clusters(clusters: usize) -> Self {
        let mut hidden = Set::from([Class::Heartbeat, Class::Protocol]);
        if clusters > 1 {
            hidden.extend([Class::Replicate, Class::ReplicateAck, Class::Vote]);
        }
        Self { hidden }
    }

    /// Whether a class is shown.
    pub fn shows(&self, class: Class) -> bool {
        !self.hidden.contains(&class)
    }

    /// Whether all of [`Class::INNER`] is shown, or nothing of it; none if a part of it is.
    pub fn inner(&self) -> Option<bool> {
        match Class::INNER.into_iter().filter(|class| self.shows(*class)).count() {
            0 => Some(false),
            n => (n == Class::INNER.len()).then_some(true),
        }
    }

    /// Shows or hides a class; false if it was so already.
    pub fn set(&mut self, class: Class, shown: bool) -> bool {
        if shown { self.hidden.remove(&class) } else { self.hidden.insert(class) }
    }
}

/// What an event is to somebody who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// A frame leaves.
    Leaves(Class),
    /// A frame arrives.
    Arrives(Class),
    /// A frame gets lost.
    Lost(Class),
    /// Something happens at a place.
    Mark(MarkKind, bool),
}

impl Sight {
    /// What an event is, whether it is shown or not; none if there is nothing to see. The flag of a
    /// mark says whether it is a step by itself; the others go with an arrival.
    pub fn of(trace: &Trace<Node>, event: &Event) -> Option<Self> {
        let class = |sent| trace.get(sent).and_then(|sent| Class::of(trace, sent));
        match &event.kind {
            EventKind::Sent { .. } => Class::of(trace, event).map(Self::Leaves),
            EventKind::Arrived { sent, .. } => class(*sent).map(Self::Arrives),
            EventKind::Dropped { sent, .. } => class(*sent).map(Self::Lost),
            EventKind::Input(_) => Some(Self::Mark(MarkKind::Input, true)),
            EventKind::Crashed { .. }
            | EventKind::Paused
            | EventKind::LinkCut { .. }
            | EventKind::TrapSet { .. }
            | EventKind::LinkBlocked { .. } => Some(Self::Mark(MarkKind::Fault, true)),
            EventKind::Removed => Some(Self::Mark(MarkKind::Input, true)),
            EventKind::Started
            | EventKind::Resumed
            | EventKind::TrapsCleared
            | EventKind::LinkHealed { .. }
            | EventKind::LinkChanged { .. } => Some(Self::Mark(MarkKind::Healed, true)),
            EventKind::Note(Note::Server(note)) => server_mark(note),
            EventKind::Note(Note::Client(note)) => client_mark(note),
            _ => None,
        }
    }

    /// Whether it is shown.
    pub fn is_shown(self, filter: &Filter) -> bool {
        match self {
            Self::Leaves(class) | Self::Arrives(class) | Self::Lost(class) => filter.shows(class),
            Self::Mark(MarkKind::Election | MarkKind::Committed, _) => {
                filter.shows(Class::Replicate)
            }
            Self::Mark(..) => true,
        }
    }

    /// Whether it makes the moment a step of its own.
    pub fn is_step(self, filter: &Filter) -> bool {
        match self {
            Self::Leaves(_) => false,
            Self::Mark(_, step) => step && self.is_shown(filter),
            Self::Arrives(_) | Self::Lost(_) => self.is_shown(filter),
        }
    }

    /// The class of traffic, if it is some.
    pub fn class(self) -> Option<Class> {
        match self {
            Self::Leaves(class) | Self::Arrives(class) | Self::Lost(class) => Some(class),
            Self::Mark(..) => None,
        }
    }
}

fn server_mark(note: &server::Note) -> Option<Sight> {
    use server::Note;
    let (kind, step) = match note {
        Note::Elected { .. } => (MarkKind::Elected, true),
        Note::Campaigned { .. } | Note::LostLeadership { .. } | Note::QuorumLost { .. } => {
            (MarkKind::Election, true)
        }
        Note::Voted { .. } => (MarkKind::Election, false),
        Note::Committed { .. } => (MarkKind::Committed, false),
        Note::Stored { .. } => (MarkKind::Stored, false),
        Note::Staged { .. } => return None,
        Note::Duplicate { .. }
        | Note::Rejected { .. }
        | Note::Unwanted { .. }
        | Note::BatchAbandoned { .. }
        | Note::NoResponders { .. }
        | Note::Withheld { .. } => (MarkKind::Refused, false),
        Note::LoopFound { .. } => (MarkKind::Refused, true),
        Note::Consumer { what, .. } => match what {
            ConsumerNote::AckWaitOver { .. } | ConsumerNote::GaveUp { .. } => {
                (MarkKind::Refused, true)
            }
            ConsumerNote::Created
            | ConsumerNote::Updated
            | ConsumerNote::Deleted
            | ConsumerNote::CopyRemoved => (MarkKind::Stream, false),
            _ => return None,
        },
        Note::Inflow { what, .. } => match what {
            InflowNote::Refused { .. }
            | InflowNote::NoAnswer
            | InflowNote::Stalled
            | InflowNote::Lost
            | InflowNote::NotTaken { .. } => (MarkKind::Refused, true),
            InflowNote::Following { .. } | InflowNote::Ended => (MarkKind::Stream, true),
            InflowNote::Asked | InflowNote::Taken { .. } | InflowNote::Duplicate { .. } => {
                return None;
            }
        },
        Note::StreamCreated { .. }
        | Note::StreamRestored { .. }
        | Note::StreamUpdated { .. }
        | Note::StreamDeleted { .. }
        | Note::CopyRemoved { .. }
        | Note::MembersChanged { .. }
        | Note::SnapshotInstalled { .. } => (MarkKind::Stream, false),
        // What a limit removes goes with the message that was stored; what grew too old does not.
        Note::Removed { reason, .. } => (MarkKind::Stream, *reason == Removal::Age),
        Note::Proposed { .. } | Note::Appended { .. } | Note::ApiHandled { .. } => return None,
    };
    Some(Sight::Mark(kind, step))
}

fn client_mark(note: &client::Note) -> Option<Sight> {
    use client::{Answer, Note};
    match note {
        Note::OpEnded { outcome, .. } if failed(outcome) => {
            Some(Sight::Mark(MarkKind::Refused, true))
        }
        Note::OpEnded { .. } => Some(Sight::Mark(MarkKind::Done, false)),
        Note::Retried { .. } => Some(Sight::Mark(MarkKind::Refused, true)),
        Note::Disconnected { .. } => Some(Sight::Mark(MarkKind::Fault, true)),
        Note::Connected { .. } => Some(Sight::Mark(MarkKind::Healed, true)),
        Note::WorkStarted { .. } => Some(Sight::Mark(MarkKind::Done, false)),
        Note::WorkEnded { answer: Answer::Ack | Answer::InProgress, .. } => {
            Some(Sight::Mark(MarkKind::Done, true))
        }
        Note::WorkEnded { .. } | Note::OrderLost { .. } => {
            Some(Sight::Mark(MarkKind::Refused, true))
        }
        Note::WorkerCrashes { .. } => Some(Sight::Mark(MarkKind::Fault, true)),
        Note::Turn { turn: client::Turn::StepsDown | client::Turn::Loses, .. } => {
            Some(Sight::Mark(MarkKind::Refused, true))
        }
        Note::Turn { .. } => Some(Sight::Mark(MarkKind::Done, true)),
        Note::StillWorking { .. } => Some(Sight::Mark(MarkKind::Done, true)),
        Note::OpStarted { .. }
        | Note::Received { .. }
        | Note::CaughtUp { .. }
        | Note::Behaves { .. } => None,
    }
}

/// Whether an operation ended badly.
pub(super) fn failed(outcome: &client::Outcome) -> bool {
    use client::Outcome;
    matches!(
        outcome,
        Outcome::NoResponders
            | Outcome::TimedOut { .. }
            | Outcome::Invalid(_)
            | Outcome::ConnectionLost
            | Outcome::Refused(_)
            | Outcome::Kv(Err(_))
            | Outcome::Object(Err(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_say_among_themselves_is_hidden_where_there_are_several_clusters() {
        let one = Filter::for_clusters(1);
        assert!(one.shows(Class::Replicate) && !one.shows(Class::Heartbeat));
        assert_eq!(one.inner(), None, "a part of it");
        let mut three = Filter::for_clusters(3);
        assert_eq!(three.inner(), Some(false));
        assert!(three.shows(Class::Publish) && three.shows(Class::Mirror));
        for class in Class::INNER {
            assert!(three.set(class, true));
        }
        assert_eq!(three.inner(), Some(true));
        assert!(!three.shows(Class::Protocol), "that is another matter");
    }
}
