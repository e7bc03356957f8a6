//! What only the leader of a stream knows: what it has proposed and not applied yet, and the
//! batches whose end has not come. It is lost with the leadership.

use crate::sorted::{Map, Set};
use std::sync::Arc;

use crate::nats::{Message, Subject};

use super::batch::Batches;
use super::counter::Total;
use super::fast::FastBatches;
use super::{Stream, StreamCommand};

/// What only the leader of a stream knows.
#[derive(Debug, Clone, Default)]
pub struct Leader {
    pub(super) inflight: Inflight,
    pub(super) batches: Batches,
    pub(super) fast: FastBatches,
}

/// Messages that were proposed and are not applied yet; the checks of later ones count them in.
#[derive(Debug, Clone, Default)]
pub(super) struct Inflight {
    pub(super) messages: u64,
    pub(super) bytes: u64,
    subjects: Map<Subject, u64>,
    msg_ids: Set<Arc<str>>,
    /// Running totals of counters, and how many messages of each are on their way.
    totals: Map<Subject, (Total, u64)>,
}

impl Leader {
    /// A command of a stream with other copies was proposed.
    pub fn proposed(&mut self, stream: &Stream, command: &StreamCommand) {
        for message in messages(command) {
            self.inflight.proposed(stream, message);
        }
    }

    /// A command that was proposed is applied now.
    pub fn applied(&mut self, stream: &Stream, command: &StreamCommand) {
        for message in messages(command) {
            self.inflight.applied(stream, message);
        }
    }
}

fn messages(command: &StreamCommand) -> impl Iterator<Item = &Message> {
    let (one, many) = match command {
        StreamCommand::Publish(publication) | StreamCommand::Copy { publication, .. } => {
            (Some(publication), &[][..])
        }
        StreamCommand::Batch(batch) => (None, &batch.messages[..]),
        _ => (None, &[][..]),
    };
    one.into_iter().chain(many).map(|publication| &*publication.message)
}

impl Inflight {
    pub(super) fn proposed(&mut self, stream: &Stream, message: &Message) {
        self.messages += 1;
        self.bytes += stream.size_of(message);
        *self.subjects.entry(Arc::clone(&message.subject)).or_default() += 1;
        if let Some(id) = message.header("Nats-Msg-Id") {
            self.msg_ids.insert(id.into());
        }
        if stream.config.allow_msg_counter
            && let Some(total) = Total::of_payload(&message.payload)
        {
            let entry = self.totals.entry(Arc::clone(&message.subject)).or_default();
            *entry = (total, entry.1 + 1);
        }
    }

    fn applied(&mut self, stream: &Stream, message: &Message) {
        self.messages = self.messages.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(stream.size_of(message));
        if let Some(count) = self.subjects.get_mut(&message.subject) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.subjects.remove(&message.subject);
            }
        }
        if let Some(id) = message.header("Nats-Msg-Id") {
            self.msg_ids.remove(id);
        }
        if let Some((_, count)) = self.totals.get_mut(&message.subject) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.totals.remove(&message.subject);
            }
        }
    }

    pub(super) fn has_subject(&self, subject: &str) -> bool {
        self.subjects.contains_key(subject)
    }

    pub(super) fn has_msg_id(&self, id: &str) -> bool {
        self.msg_ids.contains(id)
    }

    pub(super) fn total(&self, subject: &str) -> Option<&Total> {
        self.totals.get(subject).map(|(total, _)| total)
    }
}
