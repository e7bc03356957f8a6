//! The message store: a sequence of messages with holes, an index by subject, and the state that
//! `STREAM.INFO` shows.
//!
//! A world is cloned often, so a store shares what it can with its clones: messages live in
//! segments behind `Arc`, and only the segment that changes is copied.

mod segment;
mod subjects;

use std::sync::Arc;

use bytes::Bytes;

use crate::kernel::Time;
use crate::nats::api::{Stamp, Storage, StreamState};
use crate::nats::subject::{is_literal, matches};
use crate::nats::{Headers, Message, Subject};

use segment::Segments;
use subjects::Subjects;

/// A message in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its sequence.
    pub seq: u64,
    /// When the leader took it in.
    pub at: Time,
    /// Its subject.
    pub subject: Subject,
    /// Its headers.
    pub headers: Option<Headers>,
    /// Its payload.
    pub payload: Bytes,
}

impl StoredMessage {
    /// What the message takes in a store of this kind, in bytes (nats-server's own arithmetic).
    pub fn stored_size(&self, storage: Storage) -> u64 {
        let headers = self.headers.as_ref().map_or(0, Headers::len);
        let content = self.subject.len() + headers + self.payload.len();
        let overhead = match storage {
            Storage::Memory => 16,
            Storage::File if self.headers.is_some() => 34,
            Storage::File => 30,
        };
        (content + overhead) as u64
    }

    /// The message as it was published, without a reply subject.
    pub fn message(&self) -> Message {
        Message {
            subject: Arc::clone(&self.subject),
            reply: None,
            headers: self.headers.clone(),
            payload: self.payload.clone(),
        }
    }
}

/// Which messages to purge.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purge {
    /// Only of these subjects.
    pub filter: Option<String>,
    /// Only those below this sequence.
    pub below: Option<u64>,
    /// All but the newest so many.
    pub keep: Option<u64>,
}

/// The messages of a stream on one server.
#[derive(Debug, Clone)]
pub struct MessageStore {
    storage: Storage,
    segments: Segments,
    subjects: Subjects,
    messages: u64,
    bytes: u64,
    first_seq: u64,
    last_seq: u64,
    last_at: Option<Time>,
}

impl MessageStore {
    /// An empty store whose first message will have `first_seq`, or 1 if that is 0.
    pub fn new(storage: Storage, first_seq: u64) -> Self {
        Self {
            storage,
            segments: Segments::default(),
            subjects: Subjects::default(),
            messages: 0,
            bytes: 0,
            first_seq,
            last_seq: first_seq.saturating_sub(1),
            last_at: None,
        }
    }

    /// Where the messages are kept.
    pub fn storage(&self) -> Storage {
        self.storage
    }
    /// How many messages there are.
    pub fn messages(&self) -> u64 {
        self.messages
    }
    /// What they take, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
    /// The lowest sequence there is; behind the last one if there is none.
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }
    /// The highest sequence that was ever given.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }
    /// How many subjects there are messages of.
    pub fn num_subjects(&self) -> u64 {
        self.subjects.len() as u64
    }

    /// Stores a message under the next sequence.
    pub fn append(&mut self, message: &Message, at: Time) -> StoredMessage {
        let stored = StoredMessage {
            seq: self.last_seq + 1,
            at,
            subject: Arc::clone(&message.subject),
            headers: message.headers.clone(),
            payload: message.payload.clone(),
        };
        if self.messages == 0 {
            self.first_seq = stored.seq;
        }
        self.messages += 1;
        self.bytes += stored.stored_size(self.storage);
        self.last_seq = stored.seq;
        self.last_at = Some(at);
        self.subjects.added(&stored.subject, stored.seq);
        self.segments.insert(stored.clone());
        stored
    }

    /// The message of this sequence.
    pub fn get(&self, seq: u64) -> Option<&StoredMessage> {
        self.segments.get(seq)
    }

    /// All messages from this sequence on, in order.
    pub fn since(&self, seq: u64) -> impl DoubleEndedIterator<Item = &StoredMessage> + Clone {
        self.segments.since(seq.max(self.first_seq))
    }

    /// All messages.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &StoredMessage> + Clone {
        self.since(0)
    }

    /// The first message from `seq` on whose subject the filter takes in.
    pub fn next(&self, filter: &str, seq: u64) -> Option<&StoredMessage> {
        if is_literal(filter) && self.subjects.get(filter).is_none() {
            return None;
        }
        self.since(seq).find(|message| matches(filter, &message.subject))
    }

    /// The first message that is not older than `at`.
    pub fn from_time(&self, unix_ns: i128) -> Option<&StoredMessage> {
        self.iter().find(|message| i128::from(message.at.unix_ns()) >= unix_ns)
    }

    /// The last message whose subject the filter takes in.
    ///
    /// The server looks only at the very last sequence when asked for `>`, so a deleted tail hides
    /// everything before it.
    pub fn last_for(&self, filter: &str) -> Option<&StoredMessage> {
        if filter == ">" {
            return self.get(self.last_seq);
        }
        if is_literal(filter) {
            let last = self.subjects.get(filter)?.last;
            return self.segments.before(last).find(|message| &*message.subject == filter);
        }
        self.iter().rev().find(|message| matches(filter, &message.subject))
    }

    /// The sequence of the last message on a subject, 0 if there is none.
    pub fn last_seq_of(&self, filter: &str) -> u64 {
        self.last_for(filter).map_or(0, |message| message.seq)
    }

    /// How many messages there are on a subject.
    pub fn count_of(&self, subject: &str) -> u64 {
        self.subjects.get(subject).map_or(0, |state| state.count)
    }

    /// The subjects a filter takes in, with how many messages each has.
    pub fn counts<'a>(&'a self, filter: &'a str) -> impl Iterator<Item = (&'a Subject, u64)> {
        self.subjects
            .iter()
            .filter(move |(subject, _)| matches(filter, subject))
            .map(|(subject, state)| (subject, state.count))
    }

    /// The oldest message on a subject.
    pub fn oldest_of(&self, subject: &str) -> Option<&StoredMessage> {
        let first = self.subjects.get(subject)?.first;
        self.since(first).find(|message| &*message.subject == subject)
    }

    /// Removes one message.
    pub fn remove(&mut self, seq: u64) -> Option<StoredMessage> {
        let removed = self.segments.remove(seq)?;
        self.messages -= 1;
        self.bytes -= removed.stored_size(self.storage);
        self.subjects.removed(&removed.subject, seq);
        if seq == self.first_seq {
            self.first_seq = self.segments.since(seq).next().map_or(self.last_seq + 1, |m| m.seq);
        }
        Some(removed)
    }

    /// Removes what the purge says; returns the sequences.
    pub fn purge(&mut self, purge: &Purge) -> Vec<u64> {
        let filter = purge.filter.as_deref().filter(|filter| !filter.is_empty() && *filter != ">");
        let wanted = |m: &&StoredMessage| filter.is_none_or(|filter| matches(filter, &m.subject));
        let mut seqs: Vec<u64> = self.iter().filter(wanted).map(|message| message.seq).collect();
        if let Some(below) = purge.below {
            seqs.retain(|&seq| seq < below);
        } else if let Some(keep) = purge.keep {
            let keep = usize::try_from(keep).unwrap_or(usize::MAX);
            seqs.truncate(seqs.len().saturating_sub(keep));
        }
        for &seq in &seqs {
            self.remove(seq);
        }
        // A purge to a sequence beyond the end moves the stream there.
        if let (Some(below), None) = (purge.below, filter)
            && below > self.last_seq + 1
        {
            self.last_seq = below - 1;
            self.first_seq = below;
        }
        seqs
    }

    /// The sequences between the first and the last that are not there.
    pub fn deleted(&self) -> Vec<u64> {
        if self.messages == 0 {
            return Vec::new();
        }
        (self.first_seq..=self.last_seq).filter(|&seq| self.get(seq).is_none()).collect()
    }

    /// How many sequences between the first and the last are not there.
    pub fn num_deleted(&self) -> u64 {
        if self.last_seq <= self.first_seq {
            0
        } else {
            self.last_seq + 1 - self.first_seq - self.messages
        }
    }

    /// Forgets all messages, as memory does when its process dies.
    pub fn lose(&mut self, first_seq: u64) {
        *self = Self::new(self.storage, first_seq);
    }

    /// The state as the API tells it.
    pub fn state(&self) -> StreamState {
        let first = self.get(self.first_seq);
        StreamState {
            messages: self.messages,
            bytes: self.bytes,
            first_seq: self.first_seq,
            first_ts: Stamp(first.map(|message| message.at)),
            last_seq: self.last_seq,
            last_ts: Stamp(self.last_at),
            num_subjects: self.num_subjects(),
            num_deleted: self.num_deleted(),
            ..StreamState::default()
        }
    }
}

#[cfg(test)]
mod tests;
