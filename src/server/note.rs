//! What a server tells the trace beyond what it sends and receives.
//!
//! These are the events a person wants to see between the arrows: proposed, appended, committed,
//! stored, elected. Nothing else keeps account of them; the page reads them from the trace.

use std::sync::Arc;

use crate::kernel::{Digest, Fold, ProcId};
use crate::nats::Subject;

use super::consumer::ConsumerNote;
use super::inflow::InflowNote;
use crate::jetstream::inflow::Kind;

/// Something that happened inside a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The leader of a group put an entry into its own log and sends it to the others.
    Proposed {
        /// The Raft group.
        group: Arc<str>,
        /// The leader's term.
        term: u64,
        /// The entry's place in the log.
        index: u64,
    },
    /// A follower put entries of its leader into its log.
    Appended {
        /// The Raft group.
        group: Arc<str>,
        /// The leader's term.
        term: u64,
        /// The last index in its log now.
        index: u64,
    },
    /// The leader knows that a quorum has everything up to this index.
    Committed {
        /// The Raft group.
        group: Arc<str>,
        /// The leader's term.
        term: u64,
        /// Everything up to here is safe.
        index: u64,
    },
    /// A member asks for votes.
    Campaigned {
        /// The Raft group.
        group: Arc<str>,
        /// The term it wants to lead.
        term: u64,
    },
    /// A member gave its vote.
    Voted {
        /// The Raft group.
        group: Arc<str>,
        /// For which term.
        term: u64,
        /// To whom: the process of that server.
        candidate: ProcId,
    },
    /// A member leads the group from now on.
    Elected {
        /// The Raft group.
        group: Arc<str>,
        /// The term it leads.
        term: u64,
    },
    /// A member leads no more.
    LostLeadership {
        /// The Raft group.
        group: Arc<str>,
        /// The term it led.
        term: u64,
        /// Why, in words.
        why: &'static str,
    },
    /// The leader has not heard from a majority for too long.
    QuorumLost {
        /// The Raft group.
        group: Arc<str>,
    },
    /// A follower that was too far behind took over the leader's state.
    SnapshotInstalled {
        /// The Raft group.
        group: Arc<str>,
        /// The last index in that state.
        index: u64,
    },
    /// A member of a group counts these as its members from now on.
    MembersChanged {
        /// The Raft group.
        group: Arc<str>,
        /// The processes of all its members.
        members: Arc<[ProcId]>,
    },
    /// A stream exists on this server from now on.
    StreamCreated {
        /// The stream.
        stream: Arc<str>,
    },
    /// A stream came to this server out of a backup.
    StreamRestored {
        /// The stream.
        stream: Arc<str>,
        /// How many messages it has.
        messages: u64,
    },
    /// A stream has another configuration on this server now.
    StreamUpdated {
        /// The stream.
        stream: Arc<str>,
    },
    /// A stream is gone from this server.
    StreamDeleted {
        /// The stream.
        stream: Arc<str>,
    },
    /// A stream lives on, but not on this server.
    CopyRemoved {
        /// The stream.
        stream: Arc<str>,
    },
    /// A message was stored on this server.
    Stored {
        /// The stream.
        stream: Arc<str>,
        /// Its sequence.
        seq: u64,
        /// Its subject.
        subject: Subject,
    },
    /// A message was taken, but not stored, because the stream has no consumer for it.
    Unwanted {
        /// The stream.
        stream: Arc<str>,
        /// The sequence it used up.
        seq: u64,
    },
    /// A message waits until the last one of its batch comes.
    Staged {
        /// The stream.
        stream: Arc<str>,
        /// The batch.
        batch: Arc<str>,
        /// Its place in the batch, from 1.
        number: u64,
    },
    /// A batch will never be stored.
    BatchAbandoned {
        /// The stream.
        stream: Arc<str>,
        /// The batch.
        batch: Arc<str>,
        /// Why, in the server's word.
        reason: &'static str,
    },
    /// A publish was recognised by its message id as one that is stored already.
    Duplicate {
        /// The stream.
        stream: Arc<str>,
        /// The sequence of the first one.
        seq: u64,
    },
    /// A publish was refused.
    Rejected {
        /// The stream.
        stream: Arc<str>,
        /// The API error code.
        err_code: u16,
        /// What the server says.
        description: Arc<str>,
    },
    /// Messages were removed from a stream on this server.
    Removed {
        /// The stream.
        stream: Arc<str>,
        /// The lowest sequence that was removed.
        first_seq: u64,
        /// How many.
        count: u64,
        /// Why.
        reason: Removal,
    },
    /// Nobody wanted a message whose sender waits for a reply.
    NoResponders {
        /// The subject.
        subject: Subject,
    },
    /// A message that is wanted at the other end of a leaf link was not sent there, because the link was
    /// configured so.
    Withheld {
        /// The subject.
        subject: Subject,
        /// The server at the other end.
        peer: ProcId,
        /// What is denied.
        pattern: Subject,
    },
    /// What this server told over one leaf link has come back over another: the links go round in a
    /// circle.
    LoopFound {
        /// The server from which it came back.
        peer: ProcId,
    },
    /// A JetStream API request was carried out here.
    ApiHandled {
        /// The subject of the request.
        subject: Subject,
        /// The code of the error that was answered, if any.
        err_code: Option<u16>,
    },
    /// Something happened to a consumer.
    Consumer {
        /// Its stream.
        stream: Arc<str>,
        /// Its name.
        consumer: Arc<str>,
        /// What happened.
        what: ConsumerNote,
    },
    /// Something happened to a stream that follows an origin.
    Inflow {
        /// The stream.
        stream: Arc<str>,
        /// The origin, in words.
        origin: Arc<str>,
        /// What the origin is to the stream.
        kind: Kind,
        /// What happened.
        what: InflowNote,
    },
}

/// Why messages were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// A limit of the stream.
    Limit,
    /// Their age.
    Age,
    /// Somebody deleted one message.
    Deleted,
    /// Somebody purged the stream.
    Purged,
    /// A message with a rollup header replaced them.
    Rollup,
    /// No consumer needs them any more.
    Consumed,
}

impl Note {
    /// The Raft group it is about, if it is about one.
    pub fn group(&self) -> Option<&Arc<str>> {
        match self {
            Self::Proposed { group, .. }
            | Self::Appended { group, .. }
            | Self::Committed { group, .. }
            | Self::Campaigned { group, .. }
            | Self::Voted { group, .. }
            | Self::Elected { group, .. }
            | Self::LostLeadership { group, .. }
            | Self::QuorumLost { group }
            | Self::SnapshotInstalled { group, .. }
            | Self::MembersChanged { group, .. } => Some(group),
            _ => None,
        }
    }

    /// The stream it is about, if it is about one.
    pub fn stream(&self) -> Option<&Arc<str>> {
        match self {
            Self::StreamCreated { stream }
            | Self::StreamRestored { stream, .. }
            | Self::StreamUpdated { stream }
            | Self::StreamDeleted { stream }
            | Self::CopyRemoved { stream }
            | Self::Stored { stream, .. }
            | Self::Unwanted { stream, .. }
            | Self::Staged { stream, .. }
            | Self::BatchAbandoned { stream, .. }
            | Self::Duplicate { stream, .. }
            | Self::Rejected { stream, .. }
            | Self::Removed { stream, .. }
            | Self::Inflow { stream, .. }
            | Self::Consumer { stream, .. } => Some(stream),
            _ => None,
        }
    }
}

impl Fold for Note {
    fn fold(&self, digest: &mut Digest) {
        let (tag, name, a, b) = match self {
            Self::Proposed { group, term, index } => (1, group, *term, *index),
            Self::Appended { group, term, index } => (2, group, *term, *index),
            Self::Committed { group, term, index } => (3, group, *term, *index),
            Self::Campaigned { group, term } => (4, group, *term, 0),
            Self::Voted { group, term, candidate } => (5, group, *term, u64::from(candidate.0)),
            Self::Elected { group, term } => (6, group, *term, 0),
            Self::LostLeadership { group, term, .. } => (7, group, *term, 0),
            Self::QuorumLost { group } => (8, group, 0, 0),
            Self::SnapshotInstalled { group, index } => (9, group, *index, 0),
            Self::MembersChanged { group, members } => {
                members.iter().for_each(|member| digest.word(u64::from(member.0)));
                (23, group, 0, 0)
            }
            Self::StreamCreated { stream } => (10, stream, 0, 0),
            Self::StreamUpdated { stream } => (11, stream, 0, 0),
            Self::StreamRestored { stream, messages } => (25, stream, *messages, 0),
            Self::StreamDeleted { stream } => (12, stream, 0, 0),
            Self::CopyRemoved { stream } => (24, stream, 0, 0),
            Self::Stored { stream, seq, .. } => (13, stream, *seq, 0),
            Self::Unwanted { stream, seq } => (20, stream, *seq, 0),
            Self::Staged { stream, number, .. } => (21, stream, *number, 0),
            Self::BatchAbandoned { stream, .. } => (22, stream, 0, 0),
            Self::Duplicate { stream, seq } => (14, stream, *seq, 0),
            Self::Rejected { stream, err_code, .. } => (15, stream, u64::from(*err_code), 0),
            Self::Removed { stream, first_seq, count, .. } => (16, stream, *first_seq, *count),
            Self::NoResponders { subject } => (17, subject, 0, 0),
            Self::Withheld { subject, peer, .. } => (25, subject, u64::from(peer.0), 0),
            Self::LoopFound { peer } => {
                digest.word(26);
                return digest.word(u64::from(peer.0));
            }
            Self::ApiHandled { subject, err_code } => {
                (18, subject, err_code.map_or(0, u64::from), 0)
            }
            Self::Consumer { stream, consumer, what } => {
                digest.bytes(consumer.as_bytes());
                what.fold(digest);
                (19, stream, 0, 0)
            }
            Self::Inflow { stream, origin, what, .. } => {
                digest.bytes(origin.as_bytes());
                what.fold(digest);
                (25, stream, 0, 0)
            }
        };
        digest.word(tag);
        digest.bytes(name.as_bytes());
        digest.word(a);
        digest.word(b);
    }
}
