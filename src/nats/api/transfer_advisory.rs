//! What servers publish about backups of streams on `$JS.EVENT.ADVISORY.STREAM.>`.

use bytes::Bytes;

use super::{AuditedClient, Stamp, StreamState, to_json};
use crate::nats::json::as_json;

/// An advisory about a stream that is sent or taken in, without what all have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferAdvisory {
    /// A stream is going to be sent.
    SnapshotBegun {
        /// What is in it.
        state: StreamState,
    },
    /// It was sent, or not all of it.
    SnapshotDone {
        /// When it began.
        start: Stamp,
        /// When it ended.
        end: Stamp,
        /// Why not all of it was sent.
        error: Option<&'static str>,
    },
    /// A stream is going to be taken in.
    RestoreBegun,
    /// It was taken in, or not.
    RestoreDone {
        /// When it began.
        start: Stamp,
        /// When it ended.
        end: Stamp,
        /// How many bytes came.
        bytes: u64,
    },
}

/// The JSON of all of them; what one does not have is left out.
#[derive(Default)]
struct Event<'a> {
    r#type: String,
    id: &'a str,
    timestamp: Stamp,
    stream: &'a str,
    state: Option<&'a StreamState>,
    start: Stamp,
    end: Stamp,
    bytes: Option<u64>,
    client: Option<AuditedClient<'a>>,
    domain: Option<&'a str>,
    error: Option<&'static str>,
}

as_json! {
    written Event<'_>;
    r#type, id, timestamp, stream, state omitempty, start omitempty, end omitempty,
    bytes omitempty, client omitempty, domain omitempty, error omitempty,
}

impl TransferAdvisory {
    fn word(&self) -> &'static str {
        match self {
            Self::SnapshotBegun { .. } => "snapshot_create",
            Self::SnapshotDone { .. } => "snapshot_complete",
            Self::RestoreBegun => "restore_create",
            Self::RestoreDone { .. } => "restore_complete",
        }
    }

    /// The subject on which it is published.
    pub fn subject(&self, stream: &str) -> String {
        format!("$JS.EVENT.ADVISORY.STREAM.{}.{stream}", self.word().to_uppercase())
    }

    /// Its bytes, with an id that is its own, and who asked for the transfer.
    pub fn to_json(
        &self,
        id: &str,
        timestamp: Stamp,
        stream: &str,
        client: Option<AuditedClient<'_>>,
        domain: Option<&str>,
    ) -> Bytes {
        let r#type = format!("io.nats.jetstream.advisory.v1.{}", self.word());
        let mut event = Event { r#type, id, timestamp, stream, client, domain, ..Event::default() };
        match self {
            Self::SnapshotBegun { state } => event.state = Some(state),
            Self::RestoreBegun => {}
            Self::SnapshotDone { start, end, error } => {
                (event.start, event.end, event.error) = (*start, *end, *error);
            }
            Self::RestoreDone { start, end, bytes } => {
                (event.start, event.end, event.bytes) = (*start, *end, Some(*bytes));
            }
        }
        to_json(&event)
    }
}
