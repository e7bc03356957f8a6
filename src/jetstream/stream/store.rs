//! Storing a message that was found fit, and what has to go for it.

use std::sync::Arc;

use crate::jetstream::store::{StoredMessage, message_size};
use crate::nats::api::{ApiError, Discard, PurgeRequest, limit};
use crate::nats::{Headers, Message, Subject};

use super::{Applied, Publication, Removed, Stored, Stream, ttl};

impl Stream {
    /// What a message will take in this stream, in bytes.
    pub fn size_of(&self, message: &Message) -> u64 {
        let headers = message.headers.as_ref().map(Headers::len);
        let (subject, payload) = (message.subject.len(), message.payload.len());
        message_size(self.config.storage, subject, headers, payload)
    }

    /// Stores a message that was checked.
    pub(super) fn store_message(&mut self, publication: &Publication) -> Applied {
        self.note_position(publication.message.headers.as_ref());
        self.store_under(publication, self.store.last_seq() + 1)
    }

    /// Stores a message under a sequence that was not given yet.
    pub(super) fn store_under(&mut self, publication: &Publication, seq: u64) -> Applied {
        let Publication { message, at, wanted } = publication;
        self.remember_id(message.header("Nats-Msg-Id"), seq, *at);
        if !wanted {
            self.store.skip_to(seq - 1);
            self.store.skip(*at);
            return Applied::Skipped { seq };
        }
        let headers = message.headers.as_ref().and_then(Headers::for_storage);
        let stored = StoredMessage {
            seq,
            at: *at,
            subject: Arc::clone(&message.subject),
            payload: message.payload.clone(),
            ttl: ttl::of(headers.as_ref(), &self.config),
            headers,
        };
        let last_of_subject = self.last_to_tell(&message.subject);
        let Some(stored) = self.store.store(stored) else {
            return Applied::Refused(ApiError::store_failed("sequence mismatch"));
        };
        let mut removed = self.enforce_subject_limit(&stored.subject);
        removed.extend(self.enforce_stream_limits());
        let mut replaced = self.roll_up(message, seq);
        replaced.extend(self.note_schedule(&stored));
        let republished = last_of_subject.and_then(|last| self.republished(&stored, last));
        Applied::Stored(Stored { message: stored, removed, replaced, republished })
    }

    fn remember_id(&mut self, id: Option<&str>, seq: u64, at: crate::kernel::Time) {
        let id = id.map(Arc::<str>::from);
        if let (Some(id), Some(window)) = (&id, self.config.duplicate_window()) {
            self.dedupe.remember(id, seq, at, window);
        }
        self.last_msg_id = id;
    }

    /// Removes what a message with `Nats-Rollup` replaces: all older ones, or those of its subject.
    fn roll_up(&mut self, message: &Message, seq: u64) -> Removed {
        let Some(rollup) = message.header("Nats-Rollup") else { return Vec::new() };
        // What an origin replaced, who copies or gathers it replaces only if it may itself.
        if !self.config.allow_rollup_hdrs {
            return Vec::new();
        }
        let filter = if rollup.eq_ignore_ascii_case("sub") {
            message.subject.to_string()
        } else if rollup.eq_ignore_ascii_case("all") {
            String::new()
        } else {
            return Vec::new();
        };
        self.store.purge(&PurgeRequest { seq, filter, keep: 0 })
    }

    pub(super) fn enforce_subject_limit(&mut self, subject: &Subject) -> Removed {
        let mut removed = Vec::new();
        let Some(limit) = limit(self.config.max_msgs_per_subject) else { return removed };
        while self.store.count_of(subject) > limit {
            let Some(oldest) = self.store.first_of(subject).map(|message| message.seq) else {
                break;
            };
            removed.extend(self.store.remove(oldest));
        }
        removed
    }

    /// Where new messages give way, those that are there stay.
    pub(super) fn enforce_stream_limits(&mut self) -> Removed {
        let mut removed = Vec::new();
        if self.config.discard == Discard::New {
            return removed;
        }
        let over = |configured, used| limit(configured).is_some_and(|limit| used > limit);
        while over(self.config.max_msgs, self.store.len())
            || over(self.config.max_bytes, self.store.bytes())
        {
            let Some(first) = self.store.remove(self.store.first_seq()) else { break };
            removed.push(first);
        }
        removed
    }

    /// Removes whatever is beyond limits that have changed.
    pub(super) fn enforce_limits(&mut self) -> Removed {
        let mut removed = Vec::new();
        if let Some(most) = limit(self.config.max_msgs_per_subject) {
            let crowded = self.store.subjects(">").filter(|(_, count)| *count > most);
            let crowded: Vec<Subject> = crowded.map(|(subject, _)| Arc::clone(subject)).collect();
            for subject in &crowded {
                removed.extend(self.enforce_subject_limit(subject));
            }
        }
        removed.extend(self.enforce_stream_limits());
        removed
    }
}
