//! A worker: takes messages from a consumer, works on one at a time, acknowledges it, or does not.

use crate::kernel::{Ratio, Span};
use crate::nats::json::{as_json, words};
use crate::nats::subject::is_valid_pattern;

use crate::client::ConsumerDraft;
use crate::client::check::name;

/// How a worker gets its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WorkerMode {
    /// It asks for them.
    #[default]
    Pull,
    /// They are pushed to the queue group it is a member of; group and durable have the same name.
    Queue,
}

words! { WorkerMode: "pull" Pull, "queue" Queue }

/// The knobs of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Whether it is switched on. Switched off, it ends what it has in hand and takes no more.
    pub running: bool,
    /// The stream.
    pub stream: String,
    /// The consumer, which it shares with the other workers.
    pub consumer: String,
    /// How it gets its messages.
    pub mode: WorkerMode,
    /// The consumer to make if there is none; without it, the worker waits until there is one.
    pub create: Option<Box<ConsumerDraft>>,
    /// How long it works on a message.
    pub processing: Span,
    /// How likely it is to crash when the work is done, before it acknowledges.
    pub crash: Ratio,
    /// How likely it is to give the message back (`-NAK`) instead.
    pub nak: Ratio,
    /// How long a message that it gives back is to wait.
    pub nak_delay: Option<Span>,
    /// How likely it is to refuse the message for ever (`+TERM`) instead.
    pub term: Ratio,
    /// Says "still working" (`+WPI`) every so often.
    pub in_progress: Option<Span>,
    /// How many messages it asks for at a time.
    pub batch: u32,
    /// How many messages it holds at most, the one it works on included. For a pull worker only; what
    /// is pushed is limited by the consumer's `max_ack_pending`.
    pub max_in_hand: u32,
    /// How long after a crash of its own it is started again; none: it stays down.
    pub restart: Option<Span>,
}

as_json! {
    strict Worker;
    running, stream, consumer, mode, create, processing, crash, nak, nak_delay, term, in_progress,
    batch, max_in_hand, restart,
}

impl Default for Worker {
    fn default() -> Self {
        Self {
            running: true,
            stream: "TASKS".to_owned(),
            consumer: "workers".to_owned(),
            mode: WorkerMode::Pull,
            create: Some(Box::default()),
            processing: Span::secs(1),
            crash: Ratio::ZERO,
            nak: Ratio::ZERO,
            nak_delay: None,
            term: Ratio::ZERO,
            in_progress: None,
            batch: 1,
            max_in_hand: 1,
            restart: Some(Span::secs(2)),
        }
    }
}

impl Worker {
    /// How many messages it can hold or ask for.
    pub const IN_HAND_MAX: u32 = 1000;

    pub(super) fn check(&self) -> Result<(), String> {
        name("stream", &self.stream)?;
        name("consumer", &self.consumer)?;
        for filter in self.create.iter().flat_map(|create| &create.filters) {
            if !is_valid_pattern(filter) {
                return Err(format!("{filter:?} filters nothing: it is no subject or pattern"));
            }
        }
        for (what, number) in [("batch", self.batch), ("max_in_hand", self.max_in_hand)] {
            if !(1..=Self::IN_HAND_MAX).contains(&number) {
                return Err(format!("{what} is 1 to {}, not {number}", Self::IN_HAND_MAX));
            }
        }
        for (what, ratio) in [("crash", self.crash), ("nak", self.nak), ("term", self.term)] {
            if ratio.numerator > ratio.denominator {
                return Err(format!(
                    "{what} is a chance: {} of {} is more than always",
                    ratio.numerator, ratio.denominator
                ));
            }
        }
        if self.in_progress == Some(Span::ZERO) {
            return Err("in_progress is a time between two signs of life, more than nothing".into());
        }
        Ok(())
    }
}
