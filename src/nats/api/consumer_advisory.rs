//! What a consumer publishes about itself on `$JS.EVENT.>`.

use std::sync::Arc;

use bytes::Bytes;

use super::{Moment, to_json};
use crate::kernel::Time;
use crate::nats::json::as_json;

/// An advisory or metric, without what all have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsumerAdvisory {
    /// The consumer was created.
    Created,
    /// The consumer was deleted.
    Deleted,
    /// A message was delivered as often as allowed.
    MaxDeliver {
        /// Its sequence in the stream.
        sseq: u64,
        /// How often.
        deliveries: u64,
    },
    /// A message came back.
    Nak {
        /// The number of the delivery.
        dseq: u64,
        /// The message's sequence in the stream.
        sseq: u64,
        /// How often it was delivered.
        deliveries: u64,
    },
    /// A message will not be delivered any more.
    Terminated {
        /// The number of the delivery.
        dseq: u64,
        /// The message's sequence in the stream.
        sseq: u64,
        /// How often it was delivered.
        deliveries: u64,
        /// Why, if that was said.
        reason: Arc<str>,
    },
    /// The consumer pauses or goes on.
    Pause {
        /// Whether it pauses.
        paused: bool,
        /// Until when, if it ever did.
        until: Option<Moment>,
    },
    /// A client gets all messages from now on.
    Pinned {
        /// Its group.
        group: Arc<str>,
        /// Its pin.
        id: Arc<str>,
    },
    /// A client gets all messages no more.
    Unpinned {
        /// Its group.
        group: Arc<str>,
        /// `timeout` or `admin`.
        reason: &'static str,
    },
    /// Another server leads the consumer.
    LeaderElected {
        /// Which.
        leader: Arc<str>,
        /// All that have a replica, as the stream's info lists them.
        replicas: Vec<super::PeerInfo>,
    },
    /// Too few servers are there to lead the consumer.
    QuorumLost {
        /// All that have a replica.
        replicas: Vec<super::PeerInfo>,
    },
    /// A sample of an acknowledgement.
    Acked {
        /// The number of the delivery.
        dseq: u64,
        /// The message's sequence in the stream.
        sseq: u64,
        /// Nanoseconds since it was delivered.
        delay: i64,
        /// How often it was delivered.
        deliveries: u64,
    },
}

/// The JSON of all advisories; what one does not have is left out.
#[derive(Default)]
struct Event<'a> {
    r#type: String,
    id: &'a str,
    timestamp: String,
    account: Option<&'a str>,
    stream: &'a str,
    consumer: &'a str,
    action: Option<&'a str>,
    paused: Option<bool>,
    pause_until: Option<Moment>,
    leader: Option<&'a str>,
    replicas: Option<&'a [super::PeerInfo]>,
    consumer_seq: Option<u64>,
    stream_seq: Option<u64>,
    ack_time: Option<i64>,
    deliveries: Option<u64>,
    group: Option<&'a str>,
    pinned_id: Option<&'a str>,
    reason: Option<&'a str>,
    domain: Option<&'a str>,
}

as_json! {
    written Event<'_>;
    r#type, id, timestamp, account omitempty, stream, consumer, action omitempty,
    paused omitempty, pause_until omitempty, leader omitempty, replicas omitempty,
    consumer_seq omitempty, stream_seq omitempty, ack_time omitempty, deliveries omitempty,
    group omitempty, pinned_id omitempty, reason omitempty, domain omitempty,
}

/// Who publishes an advisory, and where.
#[derive(Debug, Clone, Copy)]
pub struct Publisher<'a> {
    /// The stream.
    pub stream: &'a str,
    /// The consumer.
    pub consumer: &'a str,
    /// The account.
    pub account: &'a str,
    /// The domain of the server, if it has one.
    pub domain: Option<&'a str>,
}

impl ConsumerAdvisory {
    /// The subject on which it is published.
    pub fn subject(&self, stream: &str, consumer: &str) -> String {
        let (kind, what) = match self {
            Self::Acked { .. } => ("METRIC", "ACK"),
            Self::Created => ("ADVISORY", "CREATED"),
            Self::Deleted => ("ADVISORY", "DELETED"),
            Self::MaxDeliver { .. } => ("ADVISORY", "MAX_DELIVERIES"),
            Self::Nak { .. } => ("ADVISORY", "MSG_NAKED"),
            Self::Terminated { .. } => ("ADVISORY", "MSG_TERMINATED"),
            Self::Pause { .. } => ("ADVISORY", "PAUSE"),
            Self::Pinned { .. } => ("ADVISORY", "PINNED"),
            Self::Unpinned { .. } => ("ADVISORY", "UNPINNED"),
            Self::LeaderElected { .. } => ("ADVISORY", "LEADER_ELECTED"),
            Self::QuorumLost { .. } => ("ADVISORY", "QUORUM_LOST"),
        };
        format!("$JS.EVENT.{kind}.CONSUMER.{what}.{stream}.{consumer}")
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Acked { .. } => "metric.v1.consumer_ack",
            Self::Created | Self::Deleted => "advisory.v1.consumer_action",
            Self::MaxDeliver { .. } => "advisory.v1.max_deliver",
            Self::Nak { .. } => "advisory.v1.nak",
            Self::Terminated { .. } => "advisory.v1.terminated",
            Self::Pause { .. } => "advisory.v1.consumer_pause",
            Self::Pinned { .. } => "advisory.v1.consumer_group_pinned",
            Self::Unpinned { .. } => "advisory.v1.consumer_group_unpinned",
            Self::LeaderElected { .. } => "advisory.v1.consumer_leader_elected",
            Self::QuorumLost { .. } => "advisory.v1.consumer_quorum_lost",
        }
    }

    /// Its bytes, with an id that is its own.
    pub fn to_json(&self, id: &str, now: Time, by: Publisher<'_>) -> Bytes {
        let mut event = Event {
            r#type: format!("io.nats.jetstream.{}", self.kind()),
            id,
            timestamp: crate::nats::time::rfc3339(now),
            stream: by.stream,
            consumer: by.consumer,
            domain: by.domain,
            ..Event::default()
        };
        match self {
            Self::Created => event.action = Some("create"),
            Self::Deleted => event.action = Some("delete"),
            Self::MaxDeliver { sseq, deliveries } => {
                event.stream_seq = Some(*sseq);
                event.deliveries = Some(*deliveries);
            }
            Self::Nak { dseq, sseq, deliveries } => event.delivery(*dseq, *sseq, *deliveries),
            Self::Terminated { dseq, sseq, deliveries, reason } => {
                event.delivery(*dseq, *sseq, *deliveries);
                event.reason = Some(&**reason).filter(|reason| !reason.is_empty());
            }
            Self::Acked { dseq, sseq, delay, deliveries } => {
                event.delivery(*dseq, *sseq, *deliveries);
                event.ack_time = Some(*delay);
            }
            Self::Pause { paused, until } => {
                event.paused = Some(*paused);
                event.pause_until = Some(until.clone().unwrap_or_else(Moment::zero));
            }
            Self::Pinned { group, id } => {
                event.account = Some(by.account);
                event.group = Some(group);
                event.pinned_id = Some(id);
            }
            Self::Unpinned { group, reason } => {
                event.account = Some(by.account);
                event.group = Some(group);
                event.reason = Some(reason);
            }
            Self::LeaderElected { leader, replicas } => {
                event.leader = Some(leader);
                event.replicas = Some(replicas);
            }
            Self::QuorumLost { replicas } => event.replicas = Some(replicas),
        }
        to_json(&event)
    }
}

impl Event<'_> {
    fn delivery(&mut self, dseq: u64, sseq: u64, deliveries: u64) {
        self.consumer_seq = Some(dseq);
        self.stream_seq = Some(sseq);
        self.deliveries = Some(deliveries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advisory_is_written_as_the_server_does() {
        let by = Publisher { stream: "S", consumer: "C", account: "$G", domain: None };
        let reason = "".into();
        let term = ConsumerAdvisory::Terminated { dseq: 2, sseq: 3, deliveries: 1, reason };
        assert_eq!(
            term.to_json("x", Time::ZERO, by),
            concat!(
                r#"{"type":"io.nats.jetstream.advisory.v1.terminated","id":"x","#,
                r#""timestamp":"2026-01-05T09:00:00Z","stream":"S","consumer":"C","#,
                r#""consumer_seq":2,"stream_seq":3,"deliveries":1}"#
            )
        );
        assert_eq!(term.subject("S", "C"), "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.S.C");
        let by = Publisher { domain: Some("hub"), ..by };
        let pinned = ConsumerAdvisory::Pinned { group: "g".into(), id: "p".into() };
        assert_eq!(
            pinned.to_json("x", Time::ZERO, by),
            concat!(
                r#"{"type":"io.nats.jetstream.advisory.v1.consumer_group_pinned","id":"x","#,
                r#""timestamp":"2026-01-05T09:00:00Z","account":"$G","stream":"S","#,
                r#""consumer":"C","group":"g","pinned_id":"p","domain":"hub"}"#
            )
        );
    }
}
