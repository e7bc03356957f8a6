//! The configuration of a stream, as clients send it and as the server gives it back.

use crate::sorted::Map;

use serde_json::Value;

use super::decode::{Fields, lenient};
use super::policy::{Compression, Discard, PersistMode, Retention, Storage};
use super::source::{StreamSource, SubjectTransform};
use crate::kernel::Span;
use crate::nats::json::{self, FromJson, as_json};

/// Where a stream wants to live.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Placement {
    /// In this cluster.
    pub cluster: String,
    /// On servers with all these tags.
    pub tags: Vec<String>,
    /// On this server; only allowed in requests to step down.
    pub preferred: String,
}

as_json! {
    written Placement;
    cluster omitempty, tags omitempty, preferred omitempty,
}

/// Sends every stored message on, on another subject.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Republish {
    /// Which messages; empty stands for all.
    pub src: String,
    /// The subject they get.
    pub dest: String,
    /// Whether the payload is left out.
    pub headers_only: bool,
}

as_json! {
    written Republish;
    src omitempty, dest, headers_only omitempty,
}

/// Defaults and bounds for the stream's consumers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerLimits {
    /// Nanoseconds without interest after which a consumer is deleted.
    pub inactive_threshold: i64,
    /// Messages out for acknowledgement at a time.
    pub max_ack_pending: i64,
}

as_json! {
    written ConsumerLimits;
    inactive_threshold omitempty, max_ack_pending omitempty,
}

/// A stream's configuration. Fields are in the order in which the server writes them; lengths of
/// time are in nanoseconds; -1 means "no limit" once the server has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StreamConfig {
    /// The stream's name.
    pub name: String,
    /// What it is for, in words.
    pub description: String,
    /// The subjects whose messages it keeps.
    pub subjects: Vec<String>,
    /// How long messages stay.
    pub retention: Retention,
    /// How many consumers it may have.
    pub max_consumers: i64,
    /// How many messages it may hold.
    pub max_msgs: i64,
    /// How many bytes it may hold, as the store counts them.
    pub max_bytes: i64,
    /// How old messages may get; 0 is for ever.
    pub max_age: i64,
    /// How many messages of one subject it may hold.
    pub max_msgs_per_subject: i64,
    /// How large header block and payload together may be.
    pub max_msg_size: i32,
    /// What gives way when it is full.
    pub discard: Discard,
    /// Where messages are kept.
    pub storage: Storage,
    /// On how many servers.
    pub num_replicas: i64,
    /// Whether publishers get no acknowledgements.
    pub no_ack: bool,
    /// How long message ids are remembered; 0 is not at all.
    pub duplicate_window: i64,
    /// Where it wants to live.
    pub placement: Option<Placement>,
    /// The stream of which it is a copy.
    pub mirror: Option<StreamSource>,
    /// The streams from which it gathers.
    pub sources: Vec<StreamSource>,
    /// How messages are compressed.
    pub compression: Compression,
    /// The first sequence it gives.
    pub first_seq: u64,
    /// Rewrites subjects before anything else happens.
    pub subject_transform: Option<SubjectTransform>,
    /// Sends what was stored on.
    pub republish: Option<Republish>,
    /// Whether every replica answers `DIRECT.GET`.
    pub allow_direct: bool,
    /// Whether a mirror answers `DIRECT.GET` for its origin.
    pub mirror_direct: bool,
    /// Whether `discard: new` counts for single subjects too.
    pub discard_new_per_subject: bool,
    /// Whether it is closed for good.
    pub sealed: bool,
    /// Whether single messages cannot be deleted.
    pub deny_delete: bool,
    /// Whether it cannot be purged.
    pub deny_purge: bool,
    /// Whether a message may replace those before it.
    pub allow_rollup_hdrs: bool,
    /// Defaults and bounds for its consumers.
    pub consumer_limits: ConsumerLimits,
    /// Whether messages may have a time to live of their own.
    pub allow_msg_ttl: bool,
    /// How long markers of vanished subjects stay; 0 is no markers.
    pub subject_delete_marker_ttl: i64,
    /// Whether its subjects are counters.
    pub allow_msg_counter: bool,
    /// Whether several messages may be published as one.
    pub allow_atomic: bool,
    /// Whether messages may be scheduled.
    pub allow_msg_schedules: bool,
    /// Whether acknowledged messages are on disk.
    pub persist_mode: PersistMode,
    /// Whether messages may be published in fast batches.
    pub allow_batched: bool,
    /// What clients and the server note about it.
    pub metadata: Map<String, String>,
}

as_json! {
    written StreamConfig;
    name, description omitempty, subjects omitempty, retention, max_consumers, max_msgs,
    max_bytes, max_age, max_msgs_per_subject, max_msg_size omitempty, discard, storage,
    num_replicas, no_ack omitempty, duplicate_window omitempty, placement omitempty,
    mirror omitempty, sources omitempty, compression, first_seq omitempty,
    subject_transform omitempty, republish omitempty, allow_direct, mirror_direct,
    discard_new_per_subject omitempty, sealed, deny_delete, deny_purge, allow_rollup_hdrs,
    consumer_limits, allow_msg_ttl, subject_delete_marker_ttl omitempty,
    allow_msg_counter omitempty, allow_atomic omitempty, allow_msg_schedules omitempty,
    persist_mode omitempty, allow_batched omitempty, metadata omitempty,
}

impl FromJson for StreamConfig {
    fn from_json(value: &Value) -> json::Result<Self> {
        lenient(value, "StreamConfig", Self::decode)
    }
}

impl StreamConfig {
    /// A configuration with this name and these subjects, everything else left to the server.
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        subjects: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            name: name.into(),
            subjects: subjects.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Reads the fields of a configuration as strictly as the server.
    pub fn decode(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.text("name"),
            description: fields.text("description"),
            subjects: fields.texts("subjects"),
            retention: Retention::decode(fields),
            max_consumers: fields.int("max_consumers"),
            max_msgs: fields.int("max_msgs"),
            max_bytes: fields.int("max_bytes"),
            max_age: fields.duration("max_age"),
            max_msgs_per_subject: fields.int("max_msgs_per_subject"),
            max_msg_size: fields.int32("max_msg_size"),
            discard: Discard::decode(fields),
            storage: Storage::decode(fields),
            num_replicas: fields.int("num_replicas"),
            no_ack: fields.flag("no_ack"),
            duplicate_window: fields.duration("duplicate_window"),
            placement: fields.object("placement", "server.Placement", Placement::decode),
            mirror: fields.object("mirror", "server.StreamSource", StreamSource::decode),
            sources: fields.objects("sources", "*server.StreamSource", StreamSource::decode),
            compression: Compression::decode(fields),
            first_seq: fields.unsigned("first_seq"),
            subject_transform: fields.object(
                "subject_transform",
                "server.SubjectTransformConfig",
                SubjectTransform::decode,
            ),
            republish: fields.object("republish", "server.RePublish", Republish::decode),
            allow_direct: fields.flag("allow_direct"),
            mirror_direct: fields.flag("mirror_direct"),
            discard_new_per_subject: fields.flag("discard_new_per_subject"),
            sealed: fields.flag("sealed"),
            deny_delete: fields.flag("deny_delete"),
            deny_purge: fields.flag("deny_purge"),
            allow_rollup_hdrs: fields.flag("allow_rollup_hdrs"),
            consumer_limits: fields
                .object("consumer_limits", "server.StreamConsumerLimits", ConsumerLimits::decode)
                .unwrap_or_default(),
            allow_msg_ttl: fields.flag("allow_msg_ttl"),
            subject_delete_marker_ttl: fields.duration("subject_delete_marker_ttl"),
            allow_msg_counter: fields.flag("allow_msg_counter"),
            allow_atomic: fields.flag("allow_atomic"),
            allow_msg_schedules: fields.flag("allow_msg_schedules"),
            persist_mode: PersistMode::decode(fields),
            allow_batched: fields.flag("allow_batched"),
            metadata: fields.map("metadata"),
        }
    }

    /// How old messages may get, if not for ever.
    pub fn max_age(&self) -> Option<Span> {
        positive(self.max_age)
    }

    /// How long message ids are remembered, if at all.
    pub fn duplicate_window(&self) -> Option<Span> {
        positive(self.duplicate_window)
    }

    /// How long markers of vanished subjects stay, if there are any.
    pub fn delete_marker_ttl(&self) -> Option<Span> {
        positive(self.subject_delete_marker_ttl)
    }

    /// Whether it lives on more than one server.
    pub fn is_replicated(&self) -> bool {
        self.num_replicas > 1
    }
}

/// A limit as the server writes it (-1 or 0 for none), as a number or none.
pub fn limit(value: i64) -> Option<u64> {
    u64::try_from(value).ok().filter(|limit| *limit > 0)
}

fn positive(nanos: i64) -> Option<Span> {
    limit(nanos).map(Span)
}

impl Placement {
    /// Reads the fields of a placement.
    pub fn decode(fields: &mut Fields<'_>) -> Self {
        Self {
            cluster: fields.text("cluster"),
            tags: fields.texts("tags"),
            preferred: fields.text("preferred"),
        }
    }
}

impl Republish {
    fn decode(fields: &mut Fields<'_>) -> Self {
        Self {
            src: fields.text("src"),
            dest: fields.text("dest"),
            headers_only: fields.flag("headers_only"),
        }
    }
}

impl ConsumerLimits {
    fn decode(fields: &mut Fields<'_>) -> Self {
        Self {
            inactive_threshold: fields.duration("inactive_threshold"),
            max_ack_pending: fields.int("max_ack_pending"),
        }
    }
}
