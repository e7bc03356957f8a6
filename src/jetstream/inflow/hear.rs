//! What an origin's consumer delivers: messages, signs of life, and questions whether to go on.

use crate::kernel::{Rng, Time};
use crate::nats::subject::matches;
use crate::nats::{Headers, Message, Subject};

use super::name::source_header;
use super::{Inflow, Kind, Phase};

/// What a message from the origin comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Nothing is to be done.
    Nothing,
    /// The consumer waits for a message there before it goes on.
    Flow(Message),
    /// Messages are missing: the consumer is no good any more.
    Lost,
    /// A message is to be stored.
    Take(Incoming),
}

/// A message of the origin as it is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Its sequence in the origin.
    pub seq: u64,
    /// When the origin stored it.
    pub at: Time,
    /// The message, with the subject and the headers that it gets.
    pub message: Message,
}

/// What the reply subject of a delivery says.
struct Delivered<'a> {
    consumer: &'a str,
    deliveries: u64,
    seq: u64,
    dseq: u64,
    at: Time,
    pending: u64,
}

impl<'a> Delivered<'a> {
    fn parse(reply: &'a str) -> Option<Self> {
        let tokens: Vec<&str> = reply.split('.').collect();
        // With domain and account there are two tokens more in front, and perhaps more behind.
        let rest = match (tokens.len(), tokens.starts_with(&["$JS", "ACK"])) {
            (9, true) => tokens.get(3..)?,
            (11.., true) => tokens.get(5..)?,
            _ => return None,
        };
        let number = |n: usize| rest.get(n)?.parse::<u64>().ok();
        Some(Self {
            consumer: rest.first()?,
            deliveries: number(1)?,
            seq: number(2)?,
            dseq: number(3)?,
            at: Time(number(4)?.saturating_sub(Time::UNIX_NS)),
            pending: number(5)?,
        })
    }
}

impl Inflow {
    /// Something came where the consumer delivers.
    pub fn hear(&mut self, now: Time, message: &Message, rng: &mut Rng) -> Heard {
        let Phase::Following { consumer, deliver, .. } = &self.phase else { return Heard::Nothing };
        if let Some(delivered) = message.reply.as_deref().and_then(Delivered::parse) {
            if *delivered.consumer != **consumer {
                return Heard::Nothing;
            }
            self.heard_at = Some(now);
            return self.delivered(&delivered, message, rng);
        }
        if message.subject != *deliver || message.status().is_none_or(|(code, _)| code != 100) {
            return Heard::Nothing;
        }
        self.heard_at = Some(now);
        if let Some(reply) = &message.reply {
            return Heard::Flow(self.go_on(reply));
        }
        let last = message.header("Nats-Last-Consumer").and_then(|last| last.parse::<u64>().ok());
        if last.is_some_and(|last| last > 0 && last != self.dseq) {
            return Heard::Lost;
        }
        match message.header("Nats-Consumer-Stalled") {
            // The real server says nothing here of what was stored; it will be asked again.
            Some(subject) => Heard::Flow(Message::new(subject, "")),
            None => Heard::Nothing,
        }
    }

    /// Lets the consumer go on. One that waits for acknowledgements learns what was stored.
    fn go_on(&self, to: &Subject) -> Message {
        let go_on = Message::new(to.clone(), "");
        if !self.acknowledges() {
            return go_on;
        }
        let (seq, dseq) = (self.seq.to_string(), self.dseq.to_string());
        let pairs = [("Nats-Last-Stream", seq), ("Nats-Last-Consumer", dseq)];
        go_on.with_headers(Headers::new(pairs))
    }

    fn delivered(&mut self, delivered: &Delivered<'_>, message: &Message, rng: &mut Rng) -> Heard {
        let Delivered { deliveries, seq, dseq, at, pending, .. } = *delivered;
        if deliveries > 1 {
            return Heard::Nothing;
        }
        let contiguous = dseq == self.dseq + 1;
        if seq <= self.seq {
            // It was taken before.
            if contiguous {
                self.dseq = dseq;
            }
            return Heard::Nothing;
        }
        match self.kind {
            Kind::Source if dseq <= self.dseq => return Heard::Nothing,
            Kind::Mirror if seq == self.seq + 1 => {}
            // Where no delivery is missing, the origin has nothing in between.
            _ if !contiguous => return Heard::Lost,
            _ => {}
        }
        self.dseq = dseq;
        self.seq = seq;
        self.anew = false;
        self.behind = pending;
        self.lag = pending.saturating_sub(1);
        let message = self.incoming(seq, message, rng);
        Heard::Take(Incoming { seq, at, message })
    }

    /// A message could not be stored: it counts as not taken, and comes again with another consumer. The
    /// real server does so for sources. A full mirror without other copies leaves it out there, and gives
    /// the next one its sequence: that is not done here.
    pub fn not_taken(&mut self, seq: u64) {
        self.seq = self.seq.min(seq.saturating_sub(1));
    }

    /// The message as it is to be stored.
    fn incoming(&self, seq: u64, message: &Message, rng: &mut Rng) -> Message {
        let source = self.kind == Kind::Source;
        let drop = |name: &str| {
            name.starts_with("Nats-Expected-")
                || name.starts_with("Nats-Batch-")
                || (source && name == "Nats-Stream-Source")
        };
        let mut headers = message.headers.as_ref().and_then(|headers| headers.without(drop));
        if source {
            let from = source_header(&self.id, seq, &message.subject, &self.identity);
            headers = Some(Headers::appended(headers.as_ref(), &[("Nats-Stream-Source", from)]));
        }
        let first = self.transforms.iter().find(|(src, _)| matches(src, &message.subject));
        let subject = first.and_then(|(_, to)| to.as_ref()?.apply(&message.subject, rng));
        let subject = subject.map_or_else(|| message.subject.clone(), Subject::from);
        Message { subject, reply: None, headers, payload: message.payload.clone() }
    }
}
