//! The words of a consumer's configuration: each a choice between a few.

use serde::Serialize;

use super::decode::Fields;

/// Where a consumer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// How a client says that it is done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// How fast messages that are there already are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayPolicy {
    /// At once.
    #[default]
    Instant,
    /// In the rhythm in which they were stored.
    Original,
}

/// Which of several waiting pull requests gets the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// What a request to create a consumer is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum ConsumerAction {
    /// Create or update, whichever it takes.
    #[default]
    #[serde(rename = "")]
    CreateOrUpdate,
    /// Create only.
    #[serde(rename = "create")]
    Create,
    /// Update only.
    #[serde(rename = "update")]
    Update,
}

impl DeliverPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[
            ("all", Self::All),
            ("undefined", Self::All),
            ("last", Self::Last),
            ("new", Self::New),
            ("by_start_sequence", Self::ByStartSequence),
            ("by_start_time", Self::ByStartTime),
            ("last_per_subject", Self::LastPerSubject),
        ];
        fields.word("deliver_policy", words)
    }
}

impl AckPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[
            ("none", Self::None),
            ("all", Self::All),
            ("explicit", Self::Explicit),
            ("flow_control", Self::FlowControl),
        ];
        fields.word("ack_policy", words)
    }
}

impl ReplayPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[("instant", Self::Instant), ("original", Self::Original)];
        fields.word("replay_policy", words)
    }
}

impl PriorityPolicy {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words = &[
            ("none", Self::None),
            ("overflow", Self::Overflow),
            ("pinned_client", Self::PinnedClient),
            ("prioritized", Self::Prioritized),
        ];
        fields.word_or("priority_policy", words, |text| format!("unknown priority policy: {text}"))
    }
}

impl ConsumerAction {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Self {
        let words =
            &[("", Self::CreateOrUpdate), ("create", Self::Create), ("update", Self::Update)];
        fields.word_or("action", words, |text| format!("unknown consumer action: {text}"))
    }
}
