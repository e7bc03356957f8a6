//! A stream on one server: its configuration, its messages, and the rules of publishing.
//!
//! On every replica the same commands are applied in the same order, and give the same result.
//! What only the leader decides, it decides before it proposes ([`Stream::check`]).

mod dedupe;
mod publish;
mod reads;
mod update;
mod validate;

use std::sync::Arc;

use crate::kernel::{Span, Time};
use crate::nats::Message;
use crate::nats::api::{ApiError, Discard, PurgeRequest, Storage, StreamConfig, StreamState};

use crate::jetstream::store::{MessageStore, StoredMessage};
use dedupe::Dedupe;

pub use publish::{Check, Inflight};
pub use reads::DirectReply;
pub use update::check_update;
pub use validate::{Limits, normalise};

/// Everything that changes a stream after its creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamCommand {
    /// Store a message.
    Publish {
        /// The message; its subject as it was published.
        message: Arc<Message>,
        /// When the leader took it in.
        at: Time,
        /// Whether there is a consumer for it, under interest retention. What nobody wants uses up
        /// a sequence and is not stored.
        wanted: bool,
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
}

/// Messages that were removed, in the order in which they went.
pub type Removed = Vec<Arc<StoredMessage>>;

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// A message was stored.
    Stored {
        /// The message.
        message: Arc<StoredMessage>,
        /// What had to make room.
        removed: Removed,
    },
    /// A message was taken and not stored, because there is no consumer for it.
    Skipped {
        /// The sequence it used up.
        seq: u64,
    },
    /// A message was refused.
    Refused(ApiError),
    /// One message was deleted, or could not be.
    Deleted(Result<Arc<StoredMessage>, ApiError>),
    /// Messages were purged.
    Purged(Removed),
    /// Messages went because no consumer needs them any more.
    Unneeded(Removed),
}

/// A stream.
#[derive(Debug, Clone)]
pub struct Stream {
    config: Arc<StreamConfig>,
    created: Time,
    store: MessageStore,
    dedupe: Dedupe,
    last_msg_id: Option<Arc<str>>,
}

impl Stream {
    /// A new stream with a normalised configuration (see [`normalise`]).
    pub fn new(config: Arc<StreamConfig>, created: Time) -> Self {
        let store = MessageStore::new(config.storage, config.first_seq);
        Self { config, created, store, dedupe: Dedupe::default(), last_msg_id: None }
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
            StreamCommand::Publish { message, at, wanted } => {
                self.store_message(message, *at, *wanted)
            }
            StreamCommand::Delete { seq } => Applied::Deleted(self.delete(*seq)),
            StreamCommand::Purge(purge) => Applied::Purged(self.store.purge(purge)),
            StreamCommand::Unneeded { seqs } => {
                let gone = seqs.iter().filter_map(|seq| self.store.remove(*seq));
                Applied::Unneeded(gone.collect())
            }
        }
    }

    /// Takes a new configuration, already checked with [`check_update`]; what is beyond the new
    /// limits goes at once. Returns what went.
    pub fn reconfigure(&mut self, config: Arc<StreamConfig>) -> Removed {
        self.config = config;
        if self.config.discard == Discard::New { Vec::new() } else { self.enforce_limits() }
    }

    /// When the oldest message becomes too old.
    pub fn next_expiry(&self) -> Option<Time> {
        let age = u64::try_from(self.config.max_age).ok().filter(|&age| age > 0)?;
        let oldest = self.store.first()?;
        Some(oldest.at + Span(age))
    }

    /// Removes what is too old, and returns it.
    pub fn expire(&mut self, now: Time) -> Removed {
        let mut expired = Vec::new();
        while let Some(due) = self.next_expiry().filter(|&due| due <= now) {
            let _ = due;
            let seq = self.store.first_seq();
            expired.extend(self.store.remove(seq));
        }
        expired
    }

    /// The process died: what was only in memory is gone.
    pub fn crash(&mut self) {
        if self.config.storage == Storage::Memory {
            self.store = MessageStore::new(Storage::Memory, self.config.first_seq);
            self.dedupe = Dedupe::default();
            self.last_msg_id = None;
        }
    }

    fn delete(&mut self, seq: u64) -> Result<Arc<StoredMessage>, ApiError> {
        if let Some(removed) = self.store.remove(seq) {
            return Ok(removed);
        }
        Err(match self.config.storage {
            Storage::File if seq == 0 => ApiError::message_delete_failed("no message found"),
            Storage::File if seq > self.store.last_seq() => {
                ApiError::message_delete_failed("stream store EOF")
            }
            _ => ApiError::sequence_not_found(seq),
        })
    }
}
