//! The messages of a stream: stored in order, found by sequence, subject and time.
//!
//! One structure stands for both kinds of storage; they differ in how they count bytes and in what
//! a crash leaves of them. A store is cheap to clone, see [`super::cow`].

mod lookup;
mod message;
mod purge;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::jetstream::cow::CowMap;
use crate::kernel::Time;
use crate::nats::Subject;
use crate::nats::api::{Stamp, Storage, StreamState};

pub use message::{StoredMessage, Ttl, message_size};

/// The messages of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageStore {
    storage: Storage,
    messages: CowMap<u64, Arc<StoredMessage>>,
    /// Every subject that has messages.
    subjects: CowMap<Subject, SubjectEntry>,
    /// Where the messages of a subject are: its number, then the sequence.
    places: CowMap<(u64, u64), ()>,
    /// Messages with a time to live of their own, by when it ends.
    ttls: CowMap<(Time, u64), ()>,
    /// The number the next new subject gets.
    next_subject: u64,
    bytes: u64,
    last_seq: u64,
    last_at: Option<Time>,
    /// What `first_seq` is as long as there are no messages.
    first_when_empty: u64,
}

/// A subject that has messages.
#[derive(Debug, Clone, Copy, PartialEq)]
struct SubjectEntry {
    number: u64,
    count: u64,
}

impl MessageStore {
    /// An empty store that gives `first_seq` as its first sequence; 0 and 1 mean the same but look
    /// different in the state of a new stream.
    pub fn new(storage: Storage, first_seq: u64) -> Self {
        Self {
            storage,
            messages: CowMap::default(),
            subjects: CowMap::default(),
            places: CowMap::default(),
            ttls: CowMap::default(),
            next_subject: 0,
            bytes: 0,
            last_seq: first_seq.saturating_sub(1),
            last_at: None,
            first_when_empty: first_seq,
        }
    }

    /// How it stores.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// How many messages it has.
    pub fn len(&self) -> u64 {
        self.messages.len() as u64
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The bytes of its messages.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The lowest sequence it has a message for; one above the last when it was emptied.
    pub fn first_seq(&self) -> u64 {
        self.messages.first().map_or(self.first_when_empty, |(seq, _)| *seq)
    }

    /// The highest sequence it ever gave.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// When it last stored a message.
    pub fn last_at(&self) -> Option<Time> {
        self.last_at
    }

    /// How many subjects it has messages of.
    pub fn num_subjects(&self) -> u64 {
        self.subjects.len() as u64
    }

    /// How many sequences are missing between the first message and the last sequence.
    pub fn num_deleted(&self) -> u64 {
        if self.is_empty() || self.last_seq <= self.first_seq() {
            return 0;
        }
        (self.last_seq - self.first_seq() + 1).saturating_sub(self.len())
    }

    /// What is in it, without what must be asked for.
    pub fn state(&self) -> StreamState {
        StreamState {
            messages: self.len(),
            bytes: self.bytes,
            first_seq: self.first_seq(),
            first_ts: Stamp(self.first().map(|message| message.at)),
            last_seq: self.last_seq,
            last_ts: Stamp(self.last_at),
            num_subjects: self.num_subjects(),
            num_deleted: self.num_deleted(),
            ..StreamState::default()
        }
    }

    /// Stores a message under the sequence it brings, which must be above all given so far; what
    /// lies between is missing from then on. Gives back nothing and does nothing if it is not.
    pub fn store(&mut self, message: StoredMessage) -> Option<Arc<StoredMessage>> {
        let seq = message.seq;
        if seq <= self.last_seq {
            return None;
        }
        let message = Arc::new(message);
        let number = match self.subjects.get_mut(&*message.subject) {
            Some(entry) => {
                entry.count += 1;
                entry.number
            }
            None => {
                let number = self.next_subject;
                self.next_subject += 1;
                let entry = SubjectEntry { number, count: 1 };
                self.subjects.insert(Arc::clone(&message.subject), entry);
                number
            }
        };
        self.places.insert((number, seq), ());
        if let Some(end) = message.expires() {
            self.ttls.insert((end, seq), ());
        }
        self.bytes += message.size(self.storage);
        self.last_seq = seq;
        self.last_at = Some(message.at);
        self.messages.insert(seq, Arc::clone(&message));
        Some(message)
    }

    /// Uses up a sequence without storing anything, as of a message that nobody wants.
    pub fn skip(&mut self, at: Time) -> u64 {
        self.skip_to(self.last_seq + 1);
        self.last_at = Some(at);
        self.last_seq
    }

    /// Uses up all sequences up to this one.
    pub fn skip_to(&mut self, seq: u64) {
        self.last_seq = self.last_seq.max(seq);
        if self.is_empty() {
            self.first_when_empty = self.last_seq + 1;
        }
    }

    /// Removes a message.
    pub fn remove(&mut self, seq: u64) -> Option<Arc<StoredMessage>> {
        let message = self.messages.remove(&seq)?;
        self.bytes = self.bytes.saturating_sub(message.size(self.storage));
        if let Some(end) = message.expires() {
            self.ttls.remove(&(end, seq));
        }
        if let Some(entry) = self.subjects.get(&*message.subject).copied() {
            self.places.remove(&(entry.number, seq));
            if entry.count == 1 {
                self.subjects.remove(&*message.subject);
            } else if let Some(entry) = self.subjects.get_mut(&*message.subject) {
                entry.count -= 1;
            }
        }
        if self.is_empty() {
            self.first_when_empty = self.last_seq + 1;
        }
        Some(message)
    }

    /// Removes all messages; the sequence goes on. Gives their number.
    pub fn clear(&mut self) -> u64 {
        let removed = self.len();
        *self = Self {
            next_subject: self.next_subject,
            last_seq: self.last_seq,
            last_at: self.last_at,
            first_when_empty: self.last_seq + 1,
            ..Self::new(self.storage, 0)
        };
        removed
    }

    /// What is left of it when the process ends: nothing in memory, everything in a file.
    #[must_use]
    pub fn after_crash(self, first_seq: u64) -> Self {
        match self.storage {
            Storage::File => self,
            Storage::Memory => Self::new(Storage::Memory, first_seq),
        }
    }
}
