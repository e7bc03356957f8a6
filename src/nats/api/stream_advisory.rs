//! What servers publish about streams on `$JS.EVENT.ADVISORY.>`.

use std::sync::Arc;

use bytes::Bytes;

use super::{PeerInfo, Stamp, to_json};
use crate::kernel::Time;
use crate::nats::json::as_json;

/// An advisory about a stream, without what all have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamAdvisory {
    /// The stream was created.
    Created,
    /// It has another configuration.
    Updated,
    /// It was deleted.
    Deleted,
    /// Another server leads it.
    LeaderElected {
        /// Which.
        leader: Arc<str>,
        /// All that have a copy.
        replicas: Vec<PeerInfo>,
    },
    /// Too few servers are there to lead it.
    QuorumLost {
        /// All that have a copy.
        replicas: Vec<PeerInfo>,
    },
    /// A batch will never be stored.
    BatchAbandoned {
        /// Which.
        batch: Arc<str>,
        /// `timeout`, `large`, `incomplete` or `unsupported`.
        reason: &'static str,
    },
}

/// The JSON of all of them; what one does not have is left out.
#[derive(Default)]
struct Event<'a> {
    r#type: &'static str,
    id: &'a str,
    timestamp: Stamp,
    stream: &'a str,
    action: Option<&'static str>,
    leader: Option<&'a str>,
    replicas: Option<&'a [PeerInfo]>,
    domain: Option<&'a str>,
    batch: Option<&'a str>,
    reason: Option<&'static str>,
}

as_json! {
    written Event<'_>;
    r#type, id, timestamp, stream, action omitempty, leader omitempty, replicas omitempty,
    domain omitempty, batch omitempty, reason omitempty,
}

impl StreamAdvisory {
    /// The subject on which it is published.
    pub fn subject(&self, stream: &str) -> String {
        let what = match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
            Self::Deleted => "DELETED",
            Self::LeaderElected { .. } => "LEADER_ELECTED",
            Self::QuorumLost { .. } => "QUORUM_LOST",
            Self::BatchAbandoned { .. } => "BATCH_ABANDONED",
        };
        format!("$JS.EVENT.ADVISORY.STREAM.{what}.{stream}")
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Created | Self::Updated | Self::Deleted => {
                "io.nats.jetstream.advisory.v1.stream_action"
            }
            Self::LeaderElected { .. } => "io.nats.jetstream.advisory.v1.stream_leader_elected",
            Self::QuorumLost { .. } => "io.nats.jetstream.advisory.v1.stream_quorum_lost",
            Self::BatchAbandoned { .. } => "io.nats.jetstream.advisory.v1.stream_batch_abandoned",
        }
    }

    /// Its bytes, with an id that is its own.
    pub fn to_json(&self, id: &str, now: Time, stream: &str, domain: Option<&str>) -> Bytes {
        let timestamp = now.into();
        let mut event =
            Event { r#type: self.kind(), id, timestamp, stream, domain, ..Event::default() };
        match self {
            Self::Created => event.action = Some("create"),
            Self::Updated => event.action = Some("modify"),
            Self::Deleted => event.action = Some("delete"),
            Self::LeaderElected { leader, replicas } => {
                event.leader = Some(leader);
                event.replicas = Some(replicas);
            }
            Self::QuorumLost { replicas } => event.replicas = Some(replicas),
            Self::BatchAbandoned { batch, reason } => {
                event.batch = Some(batch);
                event.reason = Some(reason);
            }
        }
        to_json(&event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advisory_says_what_happened_to_which_stream() {
        let text = StreamAdvisory::Created.to_json("ID", Time::ZERO, "S", None);
        let expected = r#"{"type":"io.nats.jetstream.advisory.v1.stream_action","id":"ID","#;
        let rest = r#""timestamp":"2026-01-05T09:00:00Z","stream":"S","action":"create"}"#;
        assert_eq!(String::from_utf8_lossy(&text), format!("{expected}{rest}"));
        let abandoned = StreamAdvisory::BatchAbandoned { batch: "b".into(), reason: "timeout" };
        assert_eq!(abandoned.subject("S"), "$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.S");
        let text = abandoned.to_json("ID", Time::ZERO, "S", Some("hub"));
        assert!(text.ends_with(br#""domain":"hub","batch":"b","reason":"timeout"}"#));
    }
}
