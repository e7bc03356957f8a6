//! The configuration of a consumer, as clients send it and as the server gives it back.

use crate::sorted::Map;

use serde_json::Value;

use super::Moment;
use super::consumer_policy::{AckPolicy, DeliverPolicy, PriorityPolicy, ReplayPolicy};
use super::decode::{Fields, lenient};
use crate::nats::json::{self, FromJson, as_json};

/// A consumer's configuration. Fields are in the order in which the server writes them; lengths of
/// time are in nanoseconds; -1 means "no limit" once the server has looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConsumerConfig {
    /// Its name, if it is to stay until it is deleted.
    pub durable_name: String,
    /// Its name; empty if the server is to make one up.
    pub name: String,
    /// What it is for, in words.
    pub description: String,
    /// Where it begins.
    pub deliver_policy: DeliverPolicy,
    /// The sequence it begins with, if it begins with one.
    pub opt_start_seq: u64,
    /// The moment it begins with, if it begins with one.
    pub opt_start_time: Option<Moment>,
    /// How clients say that they are done with a message.
    pub ack_policy: AckPolicy,
    /// How long they have for it.
    pub ack_wait: i64,
    /// How often a message is delivered at most.
    pub max_deliver: i64,
    /// How long they have for it at the first delivery, the second and so on.
    pub backoff: Vec<i64>,
    /// Which messages it delivers; empty is all.
    pub filter_subject: String,
    /// The same, if there are several subjects.
    pub filter_subjects: Vec<String>,
    /// How fast it delivers what is there already.
    pub replay_policy: ReplayPolicy,
    /// Bits that it sends in a second at most; 0 is no limit.
    pub rate_limit_bps: u64,
    /// For how many percent of all acknowledgements it publishes a metric, as a number with or
    /// without `%`.
    pub sample_freq: String,
    /// How many pull requests may wait.
    pub max_waiting: i64,
    /// How many messages may be out for acknowledgement.
    pub max_ack_pending: i64,
    /// Whether it stops when the subscriber does not keep up.
    pub flow_control: bool,
    /// Whether payloads are left out.
    pub headers_only: bool,
    /// How many messages a pull request may ask for.
    pub max_batch: i64,
    /// How long a pull request may wait.
    pub max_expires: i64,
    /// How many bytes a pull request may ask for.
    pub max_bytes: i64,
    /// Where a push consumer sends; empty for a pull consumer.
    pub deliver_subject: String,
    /// The queue group that it sends to.
    pub deliver_group: String,
    /// How long a push consumer is silent at most.
    pub idle_heartbeat: i64,
    /// How long nobody may be interested in it before it is deleted; 0 is for ever.
    pub inactive_threshold: i64,
    /// On how many servers it lives; 0 is as its stream.
    pub num_replicas: i64,
    /// Whether its state is kept in memory only.
    pub mem_storage: bool,
    /// Whether it serves a mirror or source and is not listed.
    pub direct: bool,
    /// Whether it serves a mirror or source.
    pub sourcing: bool,
    /// What clients and the server note about it.
    pub metadata: Map<String, String>,
    /// Until when it pauses.
    pub pause_until: Option<Moment>,
    /// Groups of clients.
    pub priority_groups: Vec<String>,
    /// Which of several waiting pull requests gets the next message.
    pub priority_policy: PriorityPolicy,
    /// How long a client stays pinned without asking again.
    pub priority_timeout: i64,
}

as_json! {
    written ConsumerConfig;
    durable_name omitempty, name omitempty, description omitempty, deliver_policy,
    opt_start_seq omitempty, opt_start_time omitempty, ack_policy, ack_wait omitempty,
    max_deliver omitempty, backoff omitempty, filter_subject omitempty, filter_subjects omitempty,
    replay_policy, rate_limit_bps omitempty, sample_freq omitempty, max_waiting omitempty,
    max_ack_pending omitempty, flow_control omitempty, headers_only omitempty,
    max_batch omitempty, max_expires omitempty, max_bytes omitempty, deliver_subject omitempty,
    deliver_group omitempty, idle_heartbeat omitempty, inactive_threshold omitempty, num_replicas,
    mem_storage omitempty, direct omitempty, sourcing omitempty, metadata omitempty,
    pause_until omitempty, priority_groups omitempty, priority_policy omitempty,
    priority_timeout omitempty,
}

impl FromJson for ConsumerConfig {
    fn from_json(value: &Value) -> json::Result<Self> {
        lenient(value, "ConsumerConfig", Self::decode)
    }
}

impl ConsumerConfig {
    /// Reads the fields of a configuration as strictly as the server.
    pub fn decode(fields: &mut Fields<'_>) -> Self {
        Self {
            durable_name: fields.text("durable_name"),
            name: fields.text("name"),
            description: fields.text("description"),
            deliver_policy: DeliverPolicy::decode(fields),
            opt_start_seq: fields.unsigned("opt_start_seq"),
            opt_start_time: fields.moment("opt_start_time"),
            ack_policy: AckPolicy::decode(fields),
            ack_wait: fields.duration("ack_wait"),
            max_deliver: fields.whole("max_deliver"),
            backoff: fields.durations("backoff"),
            filter_subject: fields.text("filter_subject"),
            filter_subjects: fields.texts("filter_subjects"),
            replay_policy: ReplayPolicy::decode(fields),
            rate_limit_bps: fields.unsigned("rate_limit_bps"),
            sample_freq: fields.text("sample_freq"),
            max_waiting: fields.whole("max_waiting"),
            max_ack_pending: fields.whole("max_ack_pending"),
            flow_control: fields.flag("flow_control"),
            headers_only: fields.flag("headers_only"),
            max_batch: fields.whole("max_batch"),
            max_expires: fields.duration("max_expires"),
            max_bytes: fields.whole("max_bytes"),
            deliver_subject: fields.text("deliver_subject"),
            deliver_group: fields.text("deliver_group"),
            idle_heartbeat: fields.duration("idle_heartbeat"),
            inactive_threshold: fields.duration("inactive_threshold"),
            num_replicas: fields.whole("num_replicas"),
            mem_storage: fields.flag("mem_storage"),
            direct: fields.flag("direct"),
            sourcing: fields.flag("sourcing"),
            metadata: fields.map("metadata"),
            pause_until: fields.moment("pause_until"),
            priority_groups: fields.texts("priority_groups"),
            priority_policy: PriorityPolicy::decode(fields),
            priority_timeout: fields.duration("priority_timeout"),
        }
    }

    /// Whether it stays until it is deleted.
    pub fn is_durable(&self) -> bool {
        !self.durable_name.is_empty()
    }

    /// Whether it sends by itself, as opposed to being asked.
    pub fn is_push(&self) -> bool {
        !self.deliver_subject.is_empty()
    }

    /// The subjects it delivers; none stands for all.
    pub fn filters(&self) -> impl Iterator<Item = &str> {
        let one = Some(self.filter_subject.as_str()).filter(|filter| !filter.is_empty());
        one.into_iter().chain(self.filter_subjects.iter().map(String::as_str))
    }
}
