//! A publisher: one message after the other, at a steady rate.

use serde::{Deserialize, Serialize};

use crate::kernel::Span;
use crate::nats::subject::is_valid_subject;

use super::super::template;

/// The knobs of a publisher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Publisher {
    /// Whether it is switched on.
    pub running: bool,
    /// Where it publishes. See [`super::super::template`] for `{{Count}}` and the like.
    pub subject: String,
    /// What it publishes; the same words are replaced.
    pub text: String,
    /// How many bytes a payload has at least; a shorter text is filled up with dots.
    pub size: u32,
    /// How long from one message to the next. With acknowledgements it takes longer if the
    /// acknowledgement does.
    pub every: Span,
    /// After how many messages it stops; none: it goes on.
    pub limit: Option<u64>,
    /// Whether every message has an id, so that the stream recognises what is sent twice.
    pub message_ids: bool,
    /// Whether it waits for the stream's acknowledgement.
    pub acknowledged: bool,
}

impl Default for Publisher {
    fn default() -> Self {
        Self {
            running: true,
            subject: "orders.new".to_owned(),
            text: "{\"id\":{{Count}}}".to_owned(),
            size: 0,
            every: Span::secs(1),
            limit: None,
            message_ids: false,
            acknowledged: true,
        }
    }
}

impl Publisher {
    /// The shortest time between two messages.
    pub const EVERY_MIN: Span = Span::millis(1);
    /// The largest payload, in bytes: the server takes no more than 1 MiB.
    pub const SIZE_MAX: u32 = 1024 * 1024;

    pub(super) fn check(&self) -> Result<(), String> {
        let example = template::example(&self.subject)?;
        template::example(&self.text)?;
        if !is_valid_subject(&example) {
            return Err(format!(
                "{:?} is no subject to publish on: it needs tokens separated by single dots, without \
                 spaces, * or >",
                self.subject
            ));
        }
        if self.every < Self::EVERY_MIN {
            return Err(format!("there are at least {} between two messages", Self::EVERY_MIN));
        }
        if self.size > Self::SIZE_MAX {
            return Err(format!(
                "a payload has at most {} bytes, not {}",
                Self::SIZE_MAX,
                self.size
            ));
        }
        Ok(())
    }
}
