//! What the server tells about a stream and about the account.

use crate::sorted::Map;
use std::sync::Arc;

use serde::Serialize;

use super::source::{External, SubjectTransform};
use super::{ApiError, Stamp, StreamConfig, is_default};
use crate::nats::json::from_json;

/// What is in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
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
    #[serde(skip_serializing_if = "is_default")]
    pub num_subjects: u64,
    /// Messages per subject, if asked for.
    #[serde(skip_serializing_if = "is_default")]
    pub subjects: Map<String, u64>,
    /// Sequences missing between first and last.
    #[serde(skip_serializing_if = "is_default")]
    pub num_deleted: u64,
    /// Which ones, if asked for.
    #[serde(skip_serializing_if = "is_default")]
    pub deleted: Vec<u64>,
    /// How many consumers it has.
    pub consumer_count: u64,
}

from_json! {
    lenient StreamState;
    has messages, bytes, first_seq, first_ts, last_seq, last_ts, num_subjects, subjects, num_deleted,
        deleted, consumer_count;
}

/// A stream: what it is configured to do, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StreamInfo {
    /// Its configuration.
    pub config: Arc<StreamConfig>,
    /// When it was created.
    pub created: Stamp,
    /// What is in it.
    pub state: StreamState,
    /// The domain of the server that answered.
    #[serde(skip_serializing_if = "is_default")]
    pub domain: Option<Arc<str>>,
    /// The servers it lives on.
    #[serde(skip_serializing_if = "is_default")]
    pub cluster: Option<ClusterInfo>,
    /// How far its mirroring is.
    #[serde(skip_serializing_if = "is_default")]
    pub mirror: Option<SourceInfo>,
    /// How far its sources are.
    #[serde(skip_serializing_if = "is_default")]
    pub sources: Vec<SourceInfo>,
    /// Where else its messages can be read, nearest first.
    #[serde(skip_serializing_if = "is_default")]
    pub alternates: Vec<StreamAlternate>,
    /// When this was gathered.
    pub ts: Stamp,
}

from_json! {
    lenient StreamInfo;
    has config, created, state, domain, cluster, mirror, sources, alternates, ts;
}

/// The servers that a stream or consumer lives on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ClusterInfo {
    /// The cluster's name.
    #[serde(skip_serializing_if = "is_default")]
    pub name: String,
    /// The Raft group that replicates it.
    #[serde(skip_serializing_if = "is_default")]
    pub raft_group: String,
    /// The server that leads it.
    #[serde(skip_serializing_if = "is_default")]
    pub leader: String,
    /// Since when.
    #[serde(skip_serializing_if = "is_default")]
    pub leader_since: Option<Stamp>,
    /// Whether the servers replicate in the system account.
    #[serde(skip_serializing_if = "is_default")]
    pub system_account: bool,
    /// The account in which they replicate.
    #[serde(skip_serializing_if = "is_default")]
    pub traffic_account: String,
    /// The other members; all of them when nobody leads.
    #[serde(skip_serializing_if = "is_default")]
    pub replicas: Vec<PeerInfo>,
    /// Where it is to live, while it moves: `created`, `name`, `replicas`, `origin`, `status`.
    #[serde(skip_serializing_if = "is_default")]
    pub desired: Option<serde_json::Map<String, serde_json::Value>>,
}

from_json! {
    lenient ClusterInfo;
    has name, raft_group, leader, leader_since, system_account, traffic_account, replicas, desired;
}

/// A member of a Raft group, as its leader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PeerInfo {
    /// The server's name.
    pub name: String,
    /// Whether it has everything.
    pub current: bool,
    /// Whether it is known to be gone.
    #[serde(skip_serializing_if = "is_default")]
    pub offline: bool,
    /// Nanoseconds since it was heard of.
    pub active: i64,
    /// How many log entries it is behind.
    #[serde(skip_serializing_if = "is_default")]
    pub lag: u64,
    /// Its id in the Raft group.
    pub peer: String,
    /// Whether it is no member yet, or no member any more.
    #[serde(skip_serializing_if = "is_default")]
    pub pending: bool,
}

from_json! {
    lenient PeerInfo;
    has name, current, offline, active, lag, peer, pending;
}

/// How far a mirror or source is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SourceInfo {
    /// The origin.
    pub name: String,
    /// Where it is, if not here.
    #[serde(skip_serializing_if = "is_default")]
    pub external: Option<External>,
    /// Messages that are still to come.
    pub lag: u64,
    /// Its sequence of the last message that came.
    #[serde(skip_serializing_if = "is_default")]
    pub seq: u64,
    /// Nanoseconds since it was heard of, -1 if never.
    pub active: i64,
    /// What keeps it from working.
    #[serde(skip_serializing_if = "is_default")]
    pub error: Option<ApiError>,
    /// Which subjects come.
    #[serde(skip_serializing_if = "is_default")]
    pub filter_subject: String,
    /// Which subjects come, and what becomes of them.
    #[serde(skip_serializing_if = "is_default")]
    pub subject_transforms: Vec<SubjectTransform>,
}

from_json! {
    lenient SourceInfo;
    has name, external, lag, seq, active, error, filter_subject, subject_transforms;
}

/// A stream with the same messages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StreamAlternate {
    /// Its name.
    pub name: String,
    /// Its domain.
    #[serde(skip_serializing_if = "is_default")]
    pub domain: String,
    /// Its cluster.
    pub cluster: String,
}

from_json! {
    lenient StreamAlternate;
    has name, domain, cluster;
}

/// What an account uses of JetStream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
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
    #[serde(skip_serializing_if = "is_default")]
    pub domain: Option<Arc<str>>,
    /// Its requests so far.
    pub api: ApiStats,
}

/// What an account may use; -1 is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

from_json! {
    lenient AccountLimits;
    has max_memory, max_storage, max_streams, max_consumers, max_ack_pending, memory_max_stream_bytes,
        storage_max_stream_bytes, max_bytes_required;
}

/// The requests that were answered so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ApiStats {
    /// The level of the API.
    pub level: u32,
    /// All of them.
    pub total: u64,
    /// Those answered with an error.
    pub errors: u64,
}
