//! The words of a consumer's configuration: each a choice between a few.

use super::decode::Fields;
use crate::nats::json::words;

/// Where a consumer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeliverPolicy {
    /// With the first message there is.
    #[default]
    All,
    /// With the last message there is.
    Last,
    /// With the next message that is stored.
    New,
    /// With a given sequence.
    ByStartSequence,
    /// With the first message from a given moment on.
    ByStartTime,
    /// With the last message of every subject.
    LastPerSubject,
}

words! {
    DeliverPolicy: "all" All, "undefined" All, "last" Last, "new" New,
        "by_start_sequence" ByStartSequence, "by_start_time" ByStartTime,
        "last_per_subject" LastPerSubject
}

/// How a client says that it is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AckPolicy {
    /// It does not: what was sent is done.
    #[default]
    None,
    /// One acknowledgement stands for all messages before it, too.
    All,
    /// Every message is acknowledged by itself.
    Explicit,
    /// As [`AckPolicy::All`], by the answers to flow control.
    FlowControl,
}

words! { AckPolicy: "none" None, "all" All, "explicit" Explicit, "flow_control" FlowControl }

/// How fast messages that are there already are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplayPolicy {
    /// At once.
    #[default]
    Instant,
    /// In the rhythm in which they were stored.
    Original,
}

words! { ReplayPolicy: "instant" Instant, "original" Original }

/// Which of several waiting pull requests gets the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PriorityPolicy {
    /// One after the other.
    #[default]
    None,
    /// Some only when there is much to do.
    Overflow,
    /// All of them to one client, as long as it asks.
    PinnedClient,
    /// Those of the most urgent class first.
    Prioritized,
}

words! {
    PriorityPolicy: "none" None, "overflow" Overflow, "pinned_client" PinnedClient,
        "prioritized" Prioritized
}

/// What a request to create a consumer is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConsumerAction {
    /// Create or update, whichever it takes.
    #[default]
    CreateOrUpdate,
    /// Create only.
    Create,
    /// Update only.
    Update,
}

words! { ConsumerAction: "" CreateOrUpdate, "create" Create, "update" Update }

impl DeliverPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word("deliver_policy", Self::WORDS)
    }
}

impl AckPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word("ack_policy", Self::WORDS)
    }
}

impl ReplayPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word("replay_policy", Self::WORDS)
    }
}

impl PriorityPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word_or("priority_policy", Self::WORDS, |text| {
            format!("unknown priority policy: {text}")
        })
    }
}

impl ConsumerAction {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        fields.word_or("action", Self::WORDS, |text| format!("unknown consumer action: {text}"))
    }
}
