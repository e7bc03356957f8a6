//! Republishing: what is stored is sent on, under another subject and with where it came from.

use std::sync::Arc;

use bytes::Bytes;

use crate::jetstream::store::StoredMessage;
use crate::kernel::Rng;
use crate::nats::time::rfc3339;
use crate::nats::{Headers, Message, Subject};

use super::Stream;

impl Stream {
    /// The last sequence on a subject, if it will have to be told with the next message.
    pub(super) fn last_to_tell(&self, subject: &Subject) -> Option<u64> {
        self.republish.as_ref()?;
        Some(self.store.last_of(subject).map_or(0, |message| message.seq))
    }

    /// What is sent on for a stored message; `last` is the sequence that was the last of its subject.
    pub(super) fn republished(&self, stored: &Arc<StoredMessage>, last: u64) -> Option<Message> {
        let transform = self.republish.as_ref()?;
        // Chance may choose a subject; drawn from the sequence it is the same on every copy.
        let subject = transform.apply(&stored.subject, &mut Rng::new(stored.seq))?;
        let mut pairs = vec![
            ("Nats-Stream", self.config.name.clone()),
            ("Nats-Subject", stored.subject.to_string()),
            ("Nats-Sequence", stored.seq.to_string()),
            ("Nats-Time-Stamp", rfc3339(stored.at)),
            ("Nats-Last-Sequence", last.to_string()),
        ];
        let headers_only = self.config.republish.as_ref().is_some_and(|r| r.headers_only);
        if headers_only {
            pairs.push(("Nats-Msg-Size", stored.payload.len().to_string()));
        }
        let headers = Some(Headers::appended(stored.headers.as_ref(), &pairs));
        let payload = if headers_only { Bytes::new() } else { stored.payload.clone() };
        Some(Message { subject: subject.into(), reply: None, headers, payload })
    }
}
