//! What must hold of every world, one property a file.
//!
//! | property | when | check |
//! | --- | --- | --- |
//! | at most one leader a term | always | [`Leaders`] |
//! | logs match | always | [`logs_match`] |
//! | copies of a stream agree | always | [`copies_agree`] |
//! | what a client settled stays settled | always | [`Settled`] |
//! | a task is not lost before its ack, and done in the end | always; once it came to rest | [`Tasks`] |
//! | a mirror has its origin's messages | always | [`mirrors_agree`] |
//! | what comes from a source comes once, in order | always | [`sources_agree`] |
//! | nothing of an origin is missing | once it caught up | [`mirrors_are_complete`], [`sources_are_complete`] |
//! | what an origin forgets its mirror has | always; all of it once it caught up | [`nothing_goes_before_its_mirror_has_it`], [`all_is_handed_on`] |
//! | what links deny stays at home | always | [`AtHome`] |
//! | what was acknowledged is stored | once it converged | [`Acknowledged`] |
//! | one leader, the same state everywhere | some time after the last fault | [`has_converged`] |
//!
//! All but the last hold as long as no majority of a group loses its disk. The checks look at traces,
//! logs and stores only and know nothing of the protocol. Each has a core that works on plain data,
//! so that a test can show it a state to which it has to object.

mod acknowledged;
mod at_home;
mod converged;
mod copies;
mod handed_on;
mod leaders;
mod logs;
mod mirrored;
mod settled;
mod sourced;
mod tasks;

use std::sync::Arc;

use crate::kernel::ProcId;

pub use acknowledged::{Acked, Acknowledged};
pub use at_home::AtHome;
pub use converged::has_converged;
pub use copies::copies_agree;
pub use handed_on::{all_is_handed_on, nothing_goes_before_its_mirror_has_it};
pub use leaders::Leaders;
pub use logs::logs_match;
pub use mirrored::{mirrors_agree, mirrors_are_complete};
pub use settled::Settled;
pub use sourced::{sources_agree, sources_are_complete};
pub use tasks::Tasks;

/// A property that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Two members of a group led it in the same term.
    #[error("group {group}: processes {first:?} and {second:?} both led term {term}")]
    TwoLeaders {
        /// The group.
        group: Arc<str>,
        /// The term.
        term: u64,
        /// Who led it first.
        first: ProcId,
        /// Who led it as well.
        second: ProcId,
    },
    /// Two logs agree on the term of an index, but not on all that is before it.
    #[error(
        "group {group}: the logs of {first:?} and {second:?} differ at {index}, before they agree"
    )]
    LogsDiffer {
        /// The group.
        group: Arc<str>,
        /// One member.
        first: ProcId,
        /// The other.
        second: ProcId,
        /// The first index at which they differ.
        index: u64,
    },
    /// Two copies of a stream have different messages at the same sequence.
    #[error("stream {stream}: the copies on {first:?} and {second:?} differ at sequence {seq}")]
    CopiesDiffer {
        /// The stream.
        stream: Arc<str>,
        /// One server.
        first: ProcId,
        /// The other.
        second: ProcId,
        /// The sequence.
        seq: u64,
    },
    /// A message was acknowledged, but a copy of the stream does not have it.
    #[error("stream {stream}: {text:?} was acknowledged as {seq}, but is not there on {server:?}")]
    Lost {
        /// The stream.
        stream: Arc<str>,
        /// The sequence that was acknowledged.
        seq: u64,
        /// The payload.
        text: String,
        /// The server whose copy lacks it.
        server: ProcId,
    },
    /// A message was delivered again after its acknowledgement had been confirmed.
    #[error(
        "stream {stream}: {consumer} delivers sequence {seq}, whose acknowledgement it has confirmed"
    )]
    CameAgain {
        /// The stream.
        stream: Arc<str>,
        /// The consumer.
        consumer: Arc<str>,
        /// The sequence.
        seq: u64,
    },
    /// A work queue lost a message before a client said that it is done.
    #[error("work queue {stream}: {server:?} has lost sequence {seq} before its acknowledgement")]
    TaskLost {
        /// The stream.
        stream: Arc<str>,
        /// The sequence.
        seq: u64,
        /// The server whose copy lacks it.
        server: ProcId,
    },
    /// A work queue was never worked off.
    #[error("work queue {stream}: sequence {seq} is not done and gone on {server:?}")]
    TaskLeft {
        /// The stream.
        stream: Arc<str>,
        /// The sequence.
        seq: u64,
        /// The server with that copy.
        server: ProcId,
    },
    /// A mirror has another message than its origin, or lacks one.
    #[error("mirror {stream} on {server:?} does not have its origin's sequence {seq}")]
    MirrorDiffers {
        /// The mirror.
        stream: Arc<str>,
        /// The server with that copy.
        server: ProcId,
        /// The sequence.
        seq: u64,
    },
    /// A message of a source came twice, too late, changed or not at all.
    #[error(
        "stream {stream} on {server:?}: sequence {seq} of {origin} is not there once, in order"
    )]
    SourceDiffers {
        /// The stream.
        stream: Arc<str>,
        /// The source.
        origin: Arc<str>,
        /// The server with that copy.
        server: ProcId,
        /// The sequence in the source.
        seq: u64,
    },
    /// A stream has a message from another cluster that no link carries.
    #[error(
        "stream {stream} on {server:?}: sequence {seq} comes from afar, where the links deny it"
    )]
    FromAfar {
        /// The stream.
        stream: Arc<str>,
        /// The server with that copy.
        server: ProcId,
        /// The sequence.
        seq: u64,
    },
    /// A group has not come to rest.
    #[error("{group} has not converged: {what}")]
    NotConverged {
        /// The group, or the stream.
        group: Arc<str>,
        /// What is missing.
        what: String,
    },
}
