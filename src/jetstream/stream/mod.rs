//! A stream on one server: its configuration, its messages, and the rules of publishing.
//!
//! On every replica the same commands are applied in the same order, and give the same result.
//! What only the leader decides, it decides before it proposes ([`Stream::take`]).

mod arrive;
mod batch;
mod check;
mod copies;
mod counter;
mod dedupe;
mod direct;
mod expire;
mod fast;
mod known;
mod leader;
mod reads;
mod republish;
mod restore;
mod rules;
mod schedule;
mod store;
mod ttl;
mod update;
mod validate;
mod validate_sources;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::jetstream::inflow::Position;
use crate::jetstream::store::{MessageStore, StoredMessage};
use crate::kernel::Time;
use crate::nats::api::{ApiError, PurgeRequest, Storage, StreamConfig, StreamState};
use crate::nats::transform::Transform;
use crate::nats::{Message, Subject};
use crate::sorted::Map;

use dedupe::Dedupe;
use schedule::Schedules;

pub use arrive::{Arrival, Taken};
pub use batch::Abandoned;
pub use direct::DirectReply;
pub use expire::Due;
pub use fast::{Told, is_fast};
pub use leader::Leader;
pub use update::check_update;
pub use validate::{Limits, normalise};
pub use validate_sources::{Known, check_filters};

/// Everything that changes a stream after its creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamCommand {
    /// Store a message.
    Publish(Publication),
    /// Store messages that belong together.
    Batch(Batch),
    /// Store a message of the stream's origin under the sequence it has there; what lies between it
    /// and the message before is missing. Without effect if that sequence was given already.
    Copy {
        /// The message.
        publication: Publication,
        /// Its sequence.
        seq: u64,
    },
    /// Use up all sequences up to this one: the origin has nothing there.
    Skip {
        /// The last of them.
        to: u64,
    },
    /// Remove one message.
    Delete {
        /// Its sequence.
        seq: u64,
    },
    /// Remove many.
    Purge(PurgeRequest),
    /// Remove what no consumer needs any more.
    Unneeded {
        /// The sequences.
        seqs: Vec<u64>,
    },
    /// Remove what the leader found to be too old. Only streams with delete markers need to be told;
    /// in others every copy sees it by itself.
    Expire {
        /// The sequences.
        seqs: Vec<u64>,
    },
}

/// A message that the leader has found fit to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The message, with subject, headers and payload as they are stored.
    pub message: Arc<Message>,
    /// When the leader took it in.
    pub at: Time,
    /// Whether there is a consumer for it, under interest retention. What nobody wants uses up
    /// a sequence and is not stored.
    pub wanted: bool,
}

impl Publication {
    /// Its bytes in a log entry on the wire, roughly.
    pub fn wire_len(&self) -> usize {
        self.message.subject.len() + self.message.size() + 32
    }
}

/// Messages that are stored together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: Arc<str>,
    /// Where the acknowledgement goes.
    pub reply: Option<Subject>,
    /// The messages.
    pub messages: Vec<Publication>,
}

/// Messages that were removed, in the order in which they went.
pub type Removed = Vec<Arc<StoredMessage>>;

/// A message that was stored, and what that did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The message.
    pub message: Arc<StoredMessage>,
    /// What had to make room.
    pub removed: Removed,
    /// What it took the place of, because it asked for that.
    pub replaced: Removed,
    /// The same message for the subscribers of another subject, if the stream is configured so.
    /// Only the leader sends it.
    pub republished: Option<Message>,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// A message was stored.
    Stored(Stored),
    /// A message was taken and not stored, because there is no consumer for it.
    Skipped {
        /// The sequence it used up.
        seq: u64,
    },
    /// Messages were stored together: what became of each.
    Batch(Vec<Self>),
    /// Nothing was stored: sequences were used up, or had been before.
    Passed,
    /// A message was refused.
    Refused(ApiError),
    /// One message was deleted, or could not be.
    Deleted(Result<Arc<StoredMessage>, ApiError>),
    /// Messages were purged.
    Purged(Removed),
    /// Messages went because no consumer needs them any more.
    Unneeded(Removed),
    /// Messages went because they were too old.
    Expired(Removed),
}

/// A stream.
#[derive(Debug, Clone)]
pub struct Stream {
    config: Arc<StreamConfig>,
    created: Time,
    store: MessageStore,
    dedupe: Dedupe,
    last_msg_id: Option<Arc<str>>,
    schedules: Schedules,
    /// How far it is with its sources, those it had once among them.
    positions: Arc<Map<Arc<str>, Position>>,
    /// What becomes of subjects, and of those of republished messages.
    transform: Option<Arc<Transform>>,
    republish: Option<Arc<Transform>>,
}

impl Stream {
    /// A new stream with a normalised configuration (see [`normalise`]).
    pub fn new(config: Arc<StreamConfig>, created: Time) -> Self {
        let store = MessageStore::new(config.storage, config.first_seq);
        let mut stream = Self {
            config,
            created,
            store,
            dedupe: Dedupe::default(),
            last_msg_id: None,
            schedules: Schedules::default(),
            positions: Arc::default(),
            transform: None,
            republish: None,
        };
        stream.prepare();
        stream
    }

    /// Its configuration.
    pub fn config(&self) -> &Arc<StreamConfig> {
        &self.config
    }
    /// When it was created.
    pub fn created(&self) -> Time {
        self.created
    }
    /// Its messages.
    pub fn store(&self) -> &MessageStore {
        &self.store
    }
    /// Its state as the API tells it.
    pub fn state(&self) -> StreamState {
        self.store.state()
    }

    /// Applies a command. Every replica does this in the same order with the same result.
    pub fn apply(&mut self, command: &StreamCommand) -> Applied {
        match command {
            StreamCommand::Publish(publication) => self.store_message(publication),
            StreamCommand::Batch(batch) => {
                Applied::Batch(batch.messages.iter().map(|m| self.store_message(m)).collect())
            }
            StreamCommand::Copy { publication, seq } => self.store_copy(publication, *seq),
            StreamCommand::Skip { to } => {
                self.store.skip_to(*to);
                Applied::Passed
            }
            StreamCommand::Delete { seq } => Applied::Deleted(self.delete(*seq)),
            StreamCommand::Purge(purge) => Applied::Purged(self.store.purge(purge)),
            StreamCommand::Unneeded { seqs } => Applied::Unneeded(self.remove(seqs)),
            StreamCommand::Expire { seqs } => Applied::Expired(self.remove(seqs)),
        }
    }

    /// Takes a new configuration, already checked with [`check_update`]; what is beyond the new
    /// limits goes at once. Returns what went.
    pub fn reconfigure(&mut self, config: Arc<StreamConfig>) -> Removed {
        self.config = config;
        self.prepare();
        self.enforce_limits()
    }

    /// The process died: what was only in memory is gone.
    pub fn crash(&mut self) {
        if self.config.storage == Storage::Memory {
            self.store = MessageStore::new(Storage::Memory, self.config.first_seq);
            self.dedupe = Dedupe::default();
            self.last_msg_id = None;
            self.schedules = Schedules::default();
            self.positions = Arc::default();
        }
    }

    /// Makes ready what would be slow to make for every message. A transform that cannot be was
    /// refused before; here it does nothing.
    fn prepare(&mut self) {
        let transform = self.config.subject_transform.as_ref();
        self.transform = transform.and_then(|t| Transform::new(&t.src, &t.dest).ok().map(Arc::new));
        let republish = self.config.republish.as_ref();
        // Without a destination nothing is sent on.
        let republish = republish.filter(|republish| !republish.dest.is_empty());
        self.republish = republish.and_then(|r| Transform::new(&r.src, &r.dest).ok().map(Arc::new));
    }

    fn remove(&mut self, seqs: &[u64]) -> Removed {
        seqs.iter().filter_map(|seq| self.store.remove(*seq)).collect()
    }

    fn delete(&mut self, seq: u64) -> Result<Arc<StoredMessage>, ApiError> {
        if let Some(removed) = self.store.remove(seq) {
            return Ok(removed);
        }
        let last = self.store.last_seq();
        let before = seq <= last && (self.store.is_empty() || seq < self.store.first_seq());
        Err(match self.config.storage {
            // A replicated stream does not tell what is missing between others from what went first.
            Storage::File if seq == 0 || before || self.config.is_replicated() && seq <= last => {
                ApiError::message_delete_failed("no message found")
            }
            Storage::File if seq > last => ApiError::message_delete_failed("stream store EOF"),
            _ => ApiError::sequence_not_found(seq),
        })
    }
}
