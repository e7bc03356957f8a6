//! What the server tells about a consumer, and its responses to requests about consumers.

use std::sync::Arc;

use crate::sorted::Map;

use super::{ClusterInfo, ConsumerConfig, Moment, Stamp};
use crate::kernel::Time;
use crate::nats::json::as_json;

/// A message as its consumer and as its stream count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SequenceInfo {
    /// The delivery's number.
    pub consumer_seq: u64,
    /// The message's sequence in the stream.
    pub stream_seq: u64,
    /// When it last moved.
    pub last_active: Option<Stamp>,
}

as_json! {
    lenient SequenceInfo;
    consumer_seq, stream_seq, last_active omitempty,
}

/// A consumer: what it is configured to do, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerInfo {
    /// Its stream.
    pub stream_name: String,
    /// Its name.
    pub name: String,
    /// When it was created.
    pub created: Stamp,
    /// Its configuration.
    pub config: Arc<ConsumerConfig>,
    /// The last message it delivered.
    pub delivered: SequenceInfo,
    /// Up to where everything is acknowledged.
    pub ack_floor: SequenceInfo,
    /// Messages out for acknowledgement.
    pub num_ack_pending: u64,
    /// Of these and others that are not acknowledged, those delivered more than once.
    pub num_redelivered: u64,
    /// Pull requests that wait.
    pub num_waiting: u64,
    /// Messages never delivered yet.
    pub num_pending: u64,
    /// The servers it lives on.
    pub cluster: Option<ClusterInfo>,
    /// Whether somebody subscribes where a push consumer sends.
    pub push_bound: bool,
    /// Whether it pauses.
    pub paused: bool,
    /// For how many nanoseconds yet.
    pub pause_remaining: i64,
    /// When this was gathered.
    pub ts: Stamp,
    /// Its priority groups.
    pub priority_groups: Vec<PriorityGroupState>,
}

as_json! {
    lenient ConsumerInfo;
    stream_name, name, created, config, delivered, ack_floor, num_ack_pending, num_redelivered,
    num_waiting, num_pending, cluster omitempty, push_bound omitempty, paused omitempty,
    pause_remaining omitempty, ts, priority_groups omitempty,
}

/// Who is pinned in a priority group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriorityGroupState {
    /// The group.
    pub group: String,
    /// The pin, if somebody has it.
    pub pinned_client_id: String,
    /// Since when.
    pub pinned_ts: Stamp,
}

as_json! {
    lenient PriorityGroupState;
    group, pinned_client_id omitempty, pinned_ts,
}

/// A consumer, as the answer to a request to create it or to tell about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerBody {
    /// The consumer.
    pub info: Option<ConsumerInfo>,
}

as_json! {
    written ConsumerBody;
    info flatten,
}

/// That a consumer was set back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerReset {
    /// The consumer.
    pub info: Option<ConsumerInfo>,
    /// The sequence with which it begins again.
    pub reset_seq: u64,
}

as_json! {
    written ConsumerReset;
    info flatten, reset_seq,
}

/// That a consumer pauses, or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerPaused {
    /// Whether it pauses.
    pub paused: bool,
    /// Until when, in UTC.
    pub pause_until: Moment,
    /// For how many nanoseconds yet.
    pub pause_remaining: i64,
}

as_json! {
    lenient ConsumerPaused;
    paused required, pause_until required, pause_remaining omitempty,
}

impl ConsumerPaused {
    /// What is told about a consumer that is to pause until then.
    pub fn new(until: Option<&Moment>, now: Time) -> Self {
        let Some(until) = until else { return Self::default() };
        let left = until.unix_ns() - i128::from(now.unix_ns());
        Self {
            paused: left > 0,
            pause_until: until.utc(),
            pause_remaining: i64::try_from(left.max(0)).unwrap_or(i64::MAX),
        }
    }
}

impl Default for ConsumerPaused {
    fn default() -> Self {
        Self { paused: false, pause_until: Moment::zero(), pause_remaining: 0 }
    }
}

/// Names of consumers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerNames {
    /// How many there are.
    pub total: u64,
    /// How many come before those listed here.
    pub offset: u64,
    /// How many are listed at most.
    pub limit: u64,
    /// Some of them.
    pub consumers: Vec<String>,
}

as_json! {
    lenient ConsumerNames;
    total, offset, limit, consumers,
}

/// Consumers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerList {
    /// How many there are.
    pub total: u64,
    /// How many come before those listed here.
    pub offset: u64,
    /// How many are listed at most.
    pub limit: u64,
    /// Some of them.
    pub consumers: Vec<ConsumerInfo>,
    /// Those whose leaders did not answer in time.
    pub missing: Vec<String>,
    /// Those that cannot run, and why.
    pub offline: Map<String, String>,
}

as_json! {
    lenient ConsumerList;
    total, offset, limit, consumers, missing omitempty, offline omitempty,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::api::{AckPolicy, ApiError, Response, to_json_text};

    #[test]
    fn a_consumer_is_written_as_the_server_does() {
        let config = ConsumerConfig {
            durable_name: "c1".into(),
            name: "c1".into(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: 30_000_000_000,
            max_deliver: -1,
            max_waiting: 512,
            max_ack_pending: 1000,
            ..ConsumerConfig::default()
        };
        let info = ConsumerInfo {
            stream_name: "S".into(),
            name: "c1".into(),
            config: config.into(),
            ..ConsumerInfo::default()
        };
        let body = ConsumerReset { info: Some(info), reset_seq: 1 };
        assert_eq!(
            to_json_text(&Response::new("consumer_reset", body)),
            concat!(
                r#"{"type":"io.nats.jetstream.api.v1.consumer_reset_response","stream_name":"S","#,
                r#""name":"c1","created":"0001-01-01T00:00:00Z","config":{"durable_name":"c1","#,
                r#""name":"c1","deliver_policy":"all","ack_policy":"explicit","#,
                r#""ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","#,
                r#""max_waiting":512,"max_ack_pending":1000,"num_replicas":0},"#,
                r#""delivered":{"consumer_seq":0,"stream_seq":0},"#,
                r#""ack_floor":{"consumer_seq":0,"stream_seq":0},"num_ack_pending":0,"#,
                r#""num_redelivered":0,"num_waiting":0,"num_pending":0,"#,
                r#""ts":"0001-01-01T00:00:00Z","reset_seq":1}"#
            )
        );
    }

    #[test]
    fn zeroes_stand_beside_errors() {
        let error = || ApiError::CONSUMER_NOT_FOUND;
        let end = |text: String| text.split_once("\"consumer not found\"}").unwrap().1.to_owned();
        let paused = Response::<ConsumerPaused>::error("consumer_pause", error());
        assert_eq!(
            end(to_json_text(&paused)),
            r#","paused":false,"pause_until":"0001-01-01T00:00:00Z"}"#
        );
        let names = Response::<ConsumerNames>::error("consumer_names", error());
        assert_eq!(end(to_json_text(&names)), r#","total":0,"offset":0,"limit":0,"consumers":[]}"#);
        let reset = Response::<ConsumerReset>::error("consumer_reset", error());
        assert_eq!(end(to_json_text(&reset)), r#","reset_seq":0}"#);
        let info = Response::<ConsumerBody>::error("consumer_info", error());
        assert_eq!(end(to_json_text(&info)), "}");
    }
}
