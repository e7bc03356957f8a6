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
    },
    /// Remove one message.
    Delete {
        /// Its sequence.
        seq: u64,
    },
    /// Remove many.
    Purge(PurgeRequest),
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// A message was stored.
    Stored {
        /// The message.
        message: Arc<StoredMessage>,
        /// What had to make room.
        removed: Vec<u64>,
    },
    /// A message was refused.
    Refused(ApiError),
    /// One message was deleted, or could not be.
    Deleted(Result<u64, ApiError>),
    /// Messages were purged: their sequences.
    Purged(Vec<u64>),
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
            StreamCommand::Publish { message, at } => self.store_message(message, *at),
            StreamCommand::Delete { seq } => Applied::Deleted(self.delete(*seq)),
            StreamCommand::Purge(purge) => Applied::Purged(self.store.purge(purge)),
        }
    }

    /// Takes a new configuration, already checked with [`check_update`]; what is beyond the new
    /// limits goes at once. Returns the sequences that went.
    pub fn reconfigure(&mut self, config: Arc<StreamConfig>) -> Vec<u64> {
        self.config = config;
        if self.config.discard == Discard::New { Vec::new() } else { self.enforce_limits() }
    }

    /// When the oldest message becomes too old.
    pub fn next_expiry(&self) -> Option<Time> {
        let age = u64::try_from(self.config.max_age).ok().filter(|&age| age > 0)?;
        let oldest = self.store.first()?;
        Some(oldest.at + Span(age))
    }

    /// Removes what is too old; returns the sequences.
    pub fn expire(&mut self, now: Time) -> Vec<u64> {
        let mut expired = Vec::new();
        while let Some(due) = self.next_expiry().filter(|&due| due <= now) {
            let _ = due;
            let seq = self.store.first_seq();
            self.store.remove(seq);
            expired.push(seq);
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

    fn delete(&mut self, seq: u64) -> Result<u64, ApiError> {
        if self.store.remove(seq).is_some() {
            return Ok(seq);
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
