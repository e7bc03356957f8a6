//! What the server tells about a stream and about the account.

use std::sync::Arc;

use crate::sorted::Map;

use super::source::{External, SubjectTransform};
use super::{ApiError, Stamp, StreamConfig};
use crate::nats::json::as_json;

/// What is in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamState {
    /// Messages in it.
    pub messages: u64,
    /// Their bytes, as the store counts them.
    pub bytes: u64,
    /// The lowest sequence in it; one above `last_seq` when it was emptied, 0 when it is new.
    pub first_seq: u64,
    /// When the first message was stored.
    pub first_ts: Stamp,
    /// The highest sequence ever given.
    pub last_seq: u64,
    /// When the last message was stored.
    pub last_ts: Stamp,
    /// How many subjects it has messages of.
    pub num_subjects: u64,
    /// Messages per subject, if asked for.
    pub subjects: Map<String, u64>,
    /// Sequences missing between first and last.
    pub num_deleted: u64,
    /// Which ones, if asked for.
    pub deleted: Vec<u64>,
    /// How many consumers it has.
    pub consumer_count: u64,
}

as_json! {
    lenient StreamState;
    messages, bytes, first_seq, first_ts, last_seq, last_ts, num_subjects omitempty,
    subjects omitempty, num_deleted omitempty, deleted omitempty, consumer_count,
}

/// A stream: what it is configured to do, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamInfo {
    /// Its configuration.
    pub config: Arc<StreamConfig>,
    /// When it was created.
    pub created: Stamp,
    /// What is in it.
    pub state: StreamState,
    /// The domain of the server that answered.
    pub domain: Option<Arc<str>>,
    /// The servers it lives on.
    pub cluster: Option<ClusterInfo>,
    /// How far its mirroring is.
    pub mirror: Option<SourceInfo>,
    /// How far its sources are.
    pub sources: Vec<SourceInfo>,
    /// Where else its messages can be read, nearest first.
    pub alternates: Vec<StreamAlternate>,
    /// When this was gathered.
    pub ts: Stamp,
}

as_json! {
    lenient StreamInfo;
    config, created, state, domain omitempty, cluster omitempty, mirror omitempty,
    sources omitempty, alternates omitempty, ts,
}

/// The servers that a stream or consumer lives on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterInfo {
    /// The cluster's name.
    pub name: String,
    /// The Raft group that replicates it.
    pub raft_group: String,
    /// The server that leads it.
    pub leader: String,
    /// Since when.
    pub leader_since: Option<Stamp>,
    /// Whether the servers replicate in the system account.
    pub system_account: bool,
    /// The account in which they replicate.
    pub traffic_account: String,
    /// The other members; all of them when nobody leads.
    pub replicas: Vec<PeerInfo>,
    /// Where it is to live, while it moves: `created`, `name`, `replicas`, `origin`, `status`.
    pub desired: Option<serde_json::Map<String, serde_json::Value>>,
}

as_json! {
    lenient ClusterInfo;
    name omitempty, raft_group omitempty, leader omitempty, leader_since omitempty,
    system_account omitempty, traffic_account omitempty, replicas omitempty, desired omitempty,
}

/// A member of a Raft group, as its leader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerInfo {
    /// The server's name.
    pub name: String,
    /// Whether it has everything.
    pub current: bool,
    /// Whether it is known to be gone.
    pub offline: bool,
    /// Nanoseconds since it was heard of.
    pub active: i64,
    /// How many log entries it is behind.
    pub lag: u64,
    /// Its id in the Raft group.
    pub peer: String,
    /// Whether it is no member yet, or no member any more.
    pub pending: bool,
}

as_json! {
    lenient PeerInfo;
    name, current, offline omitempty, active, lag omitempty, peer, pending omitempty,
}

/// How far a mirror or source is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceInfo {
    /// The origin.
    pub name: String,
    /// Where it is, if not here.
    pub external: Option<External>,
    /// Messages that are still to come.
    pub lag: u64,
    /// Its sequence of the last message that came.
    pub seq: u64,
    /// Nanoseconds since it was heard of, -1 if never.
    pub active: i64,
    /// What keeps it from working.
    pub error: Option<ApiError>,
    /// Which subjects come.
    pub filter_subject: String,
    /// Which subjects come, and what becomes of them.
    pub subject_transforms: Vec<SubjectTransform>,
}

as_json! {
    lenient SourceInfo;
    name, external omitempty, lag, seq omitempty, active, error omitempty,
    filter_subject omitempty, subject_transforms omitempty,
}

/// A stream with the same messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamAlternate {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// Its cluster.
    pub cluster: String,
}

as_json! {
    lenient StreamAlternate;
    name, domain omitempty, cluster,
}

/// What an account uses of JetStream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountInfo {
    /// Bytes in memory.
    pub memory: u64,
    /// Bytes on disk.
    pub storage: u64,
    /// Bytes in memory that streams have reserved.
    pub reserved_memory: u64,
    /// Bytes on disk that streams have reserved.
    pub reserved_storage: u64,
    /// Streams.
    pub streams: u64,
    /// Their consumers.
    pub consumers: u64,
    /// What it may use.
    pub limits: AccountLimits,
    /// The domain.
    pub domain: Option<Arc<str>>,
    /// Its requests so far.
    pub api: ApiStats,
}

as_json! {
    written AccountInfo;
    memory, storage, reserved_memory, reserved_storage, streams, consumers, limits,
    domain omitempty, api,
}

/// What an account may use; -1 is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLimits {
    /// Bytes in memory.
    pub max_memory: i64,
    /// Bytes on disk.
    pub max_storage: i64,
    /// Streams.
    pub max_streams: i64,
    /// Consumers.
    pub max_consumers: i64,
    /// Messages out for acknowledgement per consumer.
    pub max_ack_pending: i64,
    /// Bytes of one stream in memory.
    pub memory_max_stream_bytes: i64,
    /// Bytes of one stream on disk.
    pub storage_max_stream_bytes: i64,
    /// Whether every stream must have `max_bytes`.
    pub max_bytes_required: bool,
}

impl Default for AccountLimits {
    fn default() -> Self {
        Self {
            max_memory: -1,
            max_storage: -1,
            max_streams: -1,
            max_consumers: -1,
            max_ack_pending: -1,
            memory_max_stream_bytes: -1,
            storage_max_stream_bytes: -1,
            max_bytes_required: false,
        }
    }
}

as_json! {
    lenient AccountLimits;
    max_memory, max_storage, max_streams, max_consumers, max_ack_pending, memory_max_stream_bytes,
    storage_max_stream_bytes, max_bytes_required,
}

/// The requests that were answered so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApiStats {
    /// The level of the API.
    pub level: u32,
    /// All of them.
    pub total: u64,
    /// Those answered with an error.
    pub errors: u64,
}

as_json! {
    written ApiStats;
    level, total, errors,
}
