//! Streams as a leader and its followers run them, without servers.

mod batches;
mod copies;
mod fast;
mod model;
mod order;
mod times;

use std::sync::Arc;

use super::*;
use crate::kernel::{Rng, Span};
use crate::nats::Headers;
use crate::nats::api::{CreateRequest, Storage};

/// A stream with one copy, and its leader.
#[derive(Clone)]
struct Lone {
    stream: Stream,
    leader: Leader,
    now: Time,
}

/// What a publisher is told.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Stored(u64),
    Duplicate(u64),
    Refused(u16),
    Staged,
}

fn config(change: impl FnOnce(&mut StreamConfig)) -> StreamConfig {
    let mut config = StreamConfig::new("S", [">"]);
    config.no_ack = true;
    config.storage = Storage::Memory;
    change(&mut config);
    let limits = Limits { clustered: true, memory: 1 << 30, storage: 1 << 30 };
    normalise(CreateRequest { config, pedantic: false }, limits, &|_| None).unwrap()
}

fn message(subject: &str, headers: &[(&str, &str)], payload: &str) -> Message {
    let message = Message::new(subject, payload.to_owned());
    if headers.is_empty() {
        message
    } else {
        message.with_headers(Headers::new(headers.iter().copied()))
    }
}

impl Lone {
    fn new(change: impl FnOnce(&mut StreamConfig)) -> Self {
        let stream = Stream::new(Arc::new(config(change)), Time::ZERO);
        Self { stream, leader: Leader::default(), now: Time(1_000) }
    }

    fn publish(&mut self, subject: &str, headers: &[(&str, &str)], payload: &str) -> Told {
        self.take(&message(subject, headers, payload), &|_| true)
    }

    fn take(&mut self, message: &Message, wanted: &dyn Fn(&str) -> bool) -> Told {
        self.now += Span(1);
        let arrival = Arrival { now: self.now, replicated: false, domain: None, wanted };
        match self.stream.take(&mut self.leader, message, arrival, &mut Rng::new(1)) {
            Taken::Command(command) => self.apply(&command),
            Taken::Duplicate(seq) => Told::Duplicate(seq),
            Taken::Refused { error, .. } => Told::Refused(error.err_code),
            Taken::Staged { .. } => Told::Staged,
            other @ Taken::Fast { .. } => panic!("{other:?}"),
        }
    }

    fn apply(&mut self, command: &StreamCommand) -> Told {
        match self.stream.apply(command) {
            Applied::Stored(stored) => Told::Stored(stored.message.seq),
            Applied::Skipped { seq } => Told::Stored(seq),
            Applied::Batch(all) => match all.last() {
                Some(Applied::Stored(stored)) => Told::Stored(stored.message.seq),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    /// Lets time pass and does what is due then.
    fn wait(&mut self, span: Span) {
        let until = self.now + span;
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            for command in self.stream.due(self.now, true, &|_| true).commands {
                self.stream.apply(&command);
            }
        }
        self.now = until;
    }

    fn next_due(&self) -> Option<Time> {
        self.stream.next_expiry().into_iter().chain(self.stream.next_schedule()).min()
    }

    /// What is in the stream: sequence, subject and payload of every message.
    fn content(&self) -> Vec<(u64, String, String)> {
        content(&self.stream)
    }

    fn seqs(&self) -> Vec<u64> {
        self.stream.store().iter_from(0).map(|message| message.seq).collect()
    }
}

fn content(stream: &Stream) -> Vec<(u64, String, String)> {
    let shown = |message: &Arc<StoredMessage>| {
        let payload = String::from_utf8_lossy(&message.payload).into_owned();
        (message.seq, message.subject.to_string(), payload)
    };
    stream.store().iter_from(0).map(shown).collect()
}
