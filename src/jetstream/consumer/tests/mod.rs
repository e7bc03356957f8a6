//! The consumer as its host sees it: one event after the other, and what comes out of each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is wrong is to stop")]

mod acks;
mod config;
mod model;
mod priority;
mod pulls;
mod push;
mod redelivery;
mod replicas;
mod starts;
mod stream;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Admitted, Consumer, ConsumerCommand, Cx, Output, Surroundings, admit};
use crate::jetstream::store::{MessageStore, StoredMessage, Ttl};
use crate::kernel::{Rng, Span, Time};
use crate::nats::api::{
    ApiError, ConsumerAdvisory, ConsumerCreateRequest, ConsumerInfo, PurgeRequest, Storage,
    StreamConfig,
};
use crate::nats::{Headers, Message, Subject};

/// A consumer with its stream, and what came out of it as short lines.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) stream: StreamConfig,
    pub(super) store: MessageStore,
    pub(super) consumer: Consumer,
    pub(super) now: Time,
    rng: Rng,
    /// The subjects to which nobody subscribes.
    deaf: BTreeSet<String>,
    lines: Vec<String>,
    pub(super) proposed: Vec<ConsumerCommand>,
    pub(super) outputs: Vec<Output>,
}

/// A normalised configuration from JSON.
pub(super) fn config(stream: &StreamConfig, json: &str) -> Result<Admitted, ApiError> {
    let body = format!(r#"{{"stream_name":"S","config":{json}}}"#);
    let request = ConsumerCreateRequest::decode(body.as_bytes())?;
    admit(request, Surroundings { stream, existing: None, others: &[], is_bound: false })
}

/// An empty stream with subjects `s.>`.
pub(super) fn stream() -> StreamConfig {
    StreamConfig { num_replicas: 1, ..StreamConfig::new("S", ["s.>"]) }
}

impl Bench {
    /// A consumer that is not led yet.
    pub(super) fn new(json: &str) -> Self {
        Self::on(stream(), json)
    }

    pub(super) fn on(stream: StreamConfig, json: &str) -> Self {
        let Admitted::Create(config) = config(&stream, json).unwrap() else { panic!("exists") };
        Self {
            store: MessageStore::new(Storage::File, 0),
            consumer: Consumer::new("S".into(), "C".into(), Arc::new(config), Time::ZERO),
            stream,
            now: Time::ZERO,
            rng: Rng::new(1),
            deaf: BTreeSet::new(),
            lines: Vec::new(),
            proposed: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// A consumer that is led, over a stream with messages on these subjects.
    pub(super) fn led(json: &str, subjects: &[&str]) -> Self {
        let mut bench = Self::new(json);
        for subject in subjects {
            bench.store_only(subject);
        }
        bench.lead(false);
        bench.take();
        bench
    }

    pub(super) fn with<T>(&mut self, act: impl FnOnce(&mut Consumer, &mut Cx<'_>) -> T) -> T {
        let mut out = Vec::new();
        let deaf = &self.deaf;
        let mut cx = Cx {
            now: self.now,
            store: &self.store,
            stream: &self.stream,
            rng: &mut self.rng,
            interest: &|subject| !deaf.contains(subject),
            linked: false,
            out: &mut out,
        };
        let result = act(&mut self.consumer, &mut cx);
        for output in out {
            self.lines.extend(line(&output));
            match output {
                Output::Propose(command) => self.proposed.push(command),
                output => self.outputs.push(output),
            }
        }
        result
    }

    pub(super) fn lead(&mut self, replicated: bool) -> ConsumerInfo {
        self.with(|consumer, cx| consumer.lead(cx, replicated, true))
    }

    /// Applies what was proposed.
    pub(super) fn commit(&mut self) -> Vec<ConsumerCommand> {
        let mut done = Vec::new();
        while !self.proposed.is_empty() {
            let command = self.proposed.remove(0);
            self.with(|consumer, cx| consumer.apply(cx, &command));
            done.push(command);
        }
        done
    }

    fn store_only(&mut self, subject: &str) -> Arc<StoredMessage> {
        let seq = self.store.last_seq() + 1;
        let message = StoredMessage {
            seq,
            at: self.now,
            subject: subject.into(),
            headers: None,
            payload: seq.to_string().into(),
            ttl: Ttl::Unset,
        };
        self.store.store(message).unwrap()
    }

    pub(super) fn publish(&mut self, subject: &str) {
        let message = self.store_only(subject);
        self.with(|consumer, cx| consumer.stored(cx, &message));
    }

    pub(super) fn remove(&mut self, seq: u64) {
        let Some(message) = self.store.remove(seq) else { return };
        self.with(|consumer, cx| consumer.removed(cx, seq, &message.subject));
    }

    pub(super) fn purge(&mut self, filter: &str) {
        self.store.purge(&PurgeRequest { filter: filter.to_owned(), ..PurgeRequest::default() });
        self.with(|consumer, cx| consumer.purged(cx, filter));
    }

    pub(super) fn pull(&mut self, reply: &str, body: &str) {
        let reply: Subject = reply.into();
        self.with(|consumer, cx| consumer.pull(cx, &reply, None, body.as_bytes()));
    }

    /// Acknowledges the delivery `dc.sseq.dseq`.
    pub(super) fn ack(&mut self, delivery: &str, body: &str) {
        self.ack_to(delivery, body, "");
    }

    pub(super) fn ack_to(&mut self, delivery: &str, body: &str, reply: &str) {
        let subject = format!("$JS.ACK.S.C.{delivery}.17.0");
        let reply: Option<Subject> = (!reply.is_empty()).then(|| reply.into());
        self.with(|consumer, cx| consumer.ack(cx, &subject, reply.as_ref(), body.as_bytes()));
    }

    pub(super) fn listen(&mut self, subject: &str, anybody: bool) {
        if anybody {
            self.deaf.remove(subject);
        } else {
            self.deaf.insert(subject.to_owned());
        }
    }

    /// Lets time pass, until so many milliseconds after the beginning.
    pub(super) fn until(&mut self, millis: u64) {
        let end = Time::ZERO + Span::millis(millis);
        while let Some(due) = self.consumer.next_deadline().filter(|due| *due <= end) {
            self.now = due.max(self.now);
            self.with(|consumer, cx| consumer.tick(cx));
        }
        self.now = end.max(self.now);
    }

    pub(super) fn info(&mut self) -> ConsumerInfo {
        self.with(|consumer, cx| consumer.info(cx))
    }

    /// What came out since this was called last.
    pub(super) fn take(&mut self) -> Vec<String> {
        self.outputs.clear();
        std::mem::take(&mut self.lines)
    }

    /// `delivered ack_floor num_ack_pending num_redelivered num_waiting num_pending`.
    pub(super) fn numbers(&mut self) -> String {
        let info = self.info();
        let pair =
            |at: crate::nats::api::SequenceInfo| format!("{}/{}", at.consumer_seq, at.stream_seq);
        let (delivered, floor) = (pair(info.delivered), pair(info.ack_floor));
        let ConsumerInfo { num_ack_pending, num_redelivered, num_waiting, num_pending, .. } = info;
        format!(
            "{delivered} {floor} {num_ack_pending} {num_redelivered} {num_waiting} {num_pending}"
        )
    }
}

/// An output as a short line: where to, then what.
fn line(output: &Output) -> Option<String> {
    Some(match output {
        Output::Deliver { to, message, .. } => format!("{to} {}", delivery(message)),
        Output::Status { to, headers, reply } => {
            let (code, text) = headers.status().unwrap_or_default();
            let more: Vec<&str> = headers.iter().map(|(_, value)| value).collect();
            let more = if more.is_empty() { String::new() } else { format!(" {}", more.join("/")) };
            let reply = reply.as_ref().map_or("", |_| " reply");
            format!("{to} {code} {text}{more}{reply}")
        }
        Output::Answer { to } => format!("{to} answer"),
        Output::WasReset { sseq, .. } => format!("reset {sseq}"),
        Output::Advise(advisory) => advice(advisory),
        Output::Inactive => "inactive".to_owned(),
        Output::Released { .. } | Output::Happened(_) | Output::Propose(_) => return None,
    })
}

/// `deliveries.sseq.dseq.pending`, from the ack subject.
fn delivery(message: &Message) -> String {
    let reply = message.reply.as_ref().unwrap();
    let tokens: Vec<&str> = reply.split('.').collect();
    let headers = message.headers.as_ref().map_or("", |headers: &Headers| {
        headers.get("Nats-Msg-Size").or(headers.get("Nats-Pin-Id")).unwrap_or("?")
    });
    let gap = if headers.is_empty() { "" } else { " " };
    format!("{}.{}.{}.{}{gap}{headers}", tokens[4], tokens[5], tokens[6], tokens[8])
}

fn advice(advisory: &ConsumerAdvisory) -> String {
    use ConsumerAdvisory as A;
    let what = advisory.subject("S", "C");
    let what = what.split('.').nth(4).unwrap_or_default();
    match advisory {
        A::MaxDeliver { sseq, deliveries } => format!("{what} {deliveries}.{sseq}"),
        A::Nak { dseq, sseq, deliveries } => format!("{what} {deliveries}.{sseq}.{dseq}"),
        A::Terminated { dseq, sseq, deliveries, reason } => {
            format!("{what} {deliveries}.{sseq}.{dseq} {reason}")
        }
        A::Pause { paused, .. } => format!("{what} {paused}"),
        A::Unpinned { reason, .. } => format!("{what} {reason}"),
        _ => what.to_owned(),
    }
}

/// The lines of a bench since it was last asked.
#[track_caller]
pub(super) fn expect(bench: &mut Bench, lines: &[&str]) {
    assert_eq!(bench.take(), lines);
}
