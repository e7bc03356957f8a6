//! A subscriber: listens on subjects, or reads a stream in order.

use serde::{Deserialize, Serialize};

use crate::nats::subject::is_valid_pattern;

use super::super::Deliver;
use super::worker::name;

/// What a subscriber listens to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A plain subscription: what is published while it listens.
    Core {
        /// The subjects.
        subject: String,
        /// The queue group, if it is a member of one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        queue: Option<String>,
    },
    /// A stream through an ordered consumer: everything once and in order, without acknowledgements.
    Ordered {
        /// The stream.
        stream: String,
        /// Only messages on these subjects; all if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        filters: Vec<String>,
        /// Where it begins.
        #[serde(default)]
        deliver: Deliver,
    },
    /// A stream through a push consumer without a name, each message acknowledged at once.
    Ephemeral {
        /// The stream.
        stream: String,
        /// Only messages on these subjects; all if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        filters: Vec<String>,
        /// Where it begins.
        #[serde(default)]
        deliver: Deliver,
    },
}

/// The knobs of a subscriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subscriber {
    /// Whether it is switched on.
    pub running: bool,
    /// What it listens to.
    pub source: Source,
}

impl Default for Subscriber {
    fn default() -> Self {
        let source = Source::Core { subject: "orders.>".to_owned(), queue: None };
        Self { running: true, source }
    }
}

impl Subscriber {
    pub(super) fn check(&self) -> Result<(), String> {
        let pattern = |text: &String| {
            if is_valid_pattern(text) {
                Ok(())
            } else {
                Err(format!("{text:?} is nothing to listen to: no empty tokens, > only at the end"))
            }
        };
        match &self.source {
            Source::Core { subject, .. } => pattern(subject),
            Source::Ordered { stream, filters, .. } | Source::Ephemeral { stream, filters, .. } => {
                name("stream", stream)?;
                filters.iter().try_for_each(pattern)
            }
        }
    }
}
