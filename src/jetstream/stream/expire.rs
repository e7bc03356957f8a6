//! Messages that become too old, by the stream's `max_age` or by their own time to live, and the
//! markers that tell of subjects which vanish with them.

use std::sync::Arc;

use crate::jetstream::store::{StoredMessage, Ttl};
use crate::kernel::Time;
use crate::nats::api::Retention;
use crate::nats::time::go_duration;
use crate::nats::{Headers, Message};
use crate::sorted;

use super::{Publication, Removed, Stream, StreamCommand};

/// What comes of it that time passes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// These were too old and are gone: every copy removes them by its own clock.
    pub gone: Removed,
    /// These the leader is to propose: markers that take the place of messages which were the last of
    /// their subject, and scheduled messages.
    pub commands: Vec<StreamCommand>,
}

impl Stream {
    /// Whether vanished subjects get markers. Then only the leader lets messages expire.
    pub fn has_delete_markers(&self) -> bool {
        self.config.delete_marker_ttl().is_some()
    }

    /// When the next message becomes too old.
    pub fn next_expiry(&self) -> Option<Time> {
        let by_own_ttl = self.store.ttls().next().map(|(end, _)| end);
        let by_age = self.oldest_that_ages().map(|(_, end)| end);
        by_own_ttl.into_iter().chain(by_age).min()
    }

    /// The oldest message that `max_age` applies to, and when it becomes too old.
    fn oldest_that_ages(&self) -> Option<(&Arc<StoredMessage>, Time)> {
        let age = self.config.max_age()?;
        let mut messages = self.store.iter_from(0);
        let oldest = messages.find(|message| message.ttl != Ttl::Never)?;
        Some((oldest, oldest.at + age))
    }

    /// Does, or tells the leader to do, what is due now. `wanted` tells whether a consumer wants
    /// messages of a subject.
    pub fn due(&mut self, now: Time, leads: bool, wanted: &dyn Fn(&str) -> bool) -> Due {
        let mut due = Due::default();
        if !self.has_delete_markers() {
            due.gone = self.remove_too_old(now);
        } else if leads {
            due.commands = self.markers(now, wanted);
        }
        if leads && self.config.allow_msg_schedules {
            let scheduled = self.scheduled(now, wanted);
            due.commands.extend(scheduled.into_iter().map(StreamCommand::Publish));
        }
        due
    }

    fn remove_too_old(&mut self, now: Time) -> Removed {
        let mut gone = Vec::new();
        while let Some(seq) = self.one_too_old(now) {
            gone.extend(self.store.remove(seq));
        }
        sorted::sort_by_key(&mut gone, |message| message.seq);
        gone
    }

    fn one_too_old(&self, now: Time) -> Option<u64> {
        let by_own_ttl = self.store.ttls().next().filter(|(end, _)| *end <= now);
        let by_age = || self.oldest_that_ages().filter(|(_, end)| *end <= now);
        by_own_ttl.map(|(_, seq)| seq).or_else(|| by_age().map(|(message, _)| message.seq))
    }

    /// What is too old, in the order of sequences.
    fn too_old(&self, now: Time) -> Vec<&Arc<StoredMessage>> {
        let ended = self.store.ttls().take_while(|(end, _)| *end <= now);
        let mut due: Vec<_> = ended.filter_map(|(_, seq)| self.store.get(seq)).collect();
        if let Some(age) = self.config.max_age() {
            let aged = self.store.iter_from(0).take_while(|message| message.at + age <= now);
            due.extend(aged.filter(|message| message.ttl != Ttl::Never));
        }
        sorted::sort_by_key(&mut due, |message| message.seq);
        due.dedup_by_key(|message| message.seq);
        due
    }

    /// A marker for every subject that vanishes, and the removal of the other messages.
    fn markers(&self, now: Time, wanted: &dyn Fn(&str) -> bool) -> Vec<StreamCommand> {
        let (mut seqs, mut markers) = (Vec::new(), Vec::new());
        for message in self.too_old(now) {
            let is_last = self.store.last_of(&message.subject).map(|last| last.seq);
            if is_last == Some(message.seq) && !is_marker(message) {
                let marker = self.marker(message);
                let publication = self.internal(marker, now, wanted);
                markers.push(StreamCommand::Publish(publication));
            } else {
                seqs.push(message.seq);
            }
        }
        let removal = (!seqs.is_empty()).then_some(StreamCommand::Expire { seqs });
        removal.into_iter().chain(markers).collect()
    }

    fn marker(&self, vanished: &StoredMessage) -> Message {
        let ttl = self.config.delete_marker_ttl().unwrap_or_default();
        let ttl = go_duration(ttl.as_nanos());
        let headers = Headers::new([
            ("Nats-Marker-Reason", "MaxAge"),
            ("Nats-TTL", &*ttl),
            ("Nats-Rollup", "sub"),
        ]);
        Message::new(Arc::clone(&vanished.subject), "").with_headers(headers)
    }

    /// A message of the stream's own.
    pub(super) fn internal(
        &self,
        message: Message,
        at: Time,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Publication {
        let wanted = self.config.retention != Retention::Interest || wanted(&message.subject);
        Publication { message: Arc::new(message), at, wanted }
    }
}

/// Whether a message tells itself that something is gone.
fn is_marker(message: &StoredMessage) -> bool {
    message.header("Nats-Marker-Reason").is_some()
        || message.header("KV-Operation") == Some("PURGE")
}
