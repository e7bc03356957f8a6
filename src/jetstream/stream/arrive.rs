//! What the leader of a stream does with a message that arrives: it decides, and what it decided
//! is a command that every copy carries out alike.

use std::borrow::Cow;
use std::sync::Arc;

use crate::kernel::{Rng, Time};
use crate::nats::Message;
use crate::nats::api::ApiError;

use super::batch::Abandoned;
use super::check::{Trial, Verdict};
use super::counter::Total;
use super::fast::{Told, is_fast};
use super::known::Known;
use super::leader::Leader;
use super::{Publication, Stream, StreamCommand, schedule, ttl};

/// Under what circumstances a message arrives.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// When.
    pub now: Time,
    /// Whether the stream has other copies; then the command must be proposed to them.
    pub replicated: bool,
    /// The domain of the server.
    pub domain: Option<&'a str>,
    /// Whether a consumer wants messages of this subject. Only asked for interest retention.
    pub wanted: &'a dyn Fn(&str) -> bool,
}

/// What becomes of a message that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// This is to be applied, after the other copies have it too.
    Command(StreamCommand),
    /// It was stored before, under this sequence.
    Duplicate(u64),
    /// It is refused.
    Refused {
        /// Why.
        error: ApiError,
        /// The batch that is given up with it.
        abandoned: Option<Abandoned>,
    },
    /// It is one of a fast batch.
    Fast {
        /// What the publisher is told at once.
        told: Told,
        /// This is to be applied, after the other copies have it too.
        command: Option<StreamCommand>,
    },
    /// It waits until the last message of its batch comes.
    Staged {
        /// The batch.
        batch: Arc<str>,
        /// Its place in the batch, from 1.
        number: u64,
    },
}

/// What the checks of a message come to.
pub(super) enum Tried {
    /// It may be stored: with this command.
    Store(StreamCommand),
    /// It was stored before, under this sequence.
    Duplicate(u64),
}

impl Taken {
    pub(super) fn refused(error: ApiError) -> Self {
        Self::Refused { error, abandoned: None }
    }
}

impl Stream {
    /// Takes a message in.
    pub fn take(
        &self,
        leader: &mut Leader,
        message: &Message,
        arrival: Arrival<'_>,
        rng: &mut Rng,
    ) -> Taken {
        let message = &*self.transformed(message, rng);
        let known = Known::of(message);
        if known.batch_id.is_some() {
            return self.take_of_batch(leader, message, &known, arrival);
        }
        if message.reply.as_ref().is_some_and(|reply| is_fast(reply)) {
            return self.take_of_fast_batch(leader, message, known, arrival);
        }
        match self.try_one(leader, message, known, arrival) {
            Ok(Tried::Store(command)) => Taken::Command(command),
            Ok(Tried::Duplicate(seq)) => Taken::Duplicate(seq),
            Err(error) => Taken::refused(error),
        }
    }

    /// Checks a message that comes for itself.
    pub(super) fn try_one(
        &self,
        leader: &Leader,
        message: &Message,
        known: Known<'_>,
        arrival: Arrival<'_>,
    ) -> Result<Tried, ApiError> {
        let Arrival { now, replicated, wanted, .. } = arrival;
        let inflight = &leader.inflight;
        let trial = Trial { stream: self, message, known, now, inflight, wanted };
        Ok(match if replicated { trial.replicated() } else { trial.alone() }? {
            Verdict::Store { wanted, total } => {
                let publication = self.publication(message, &known, now, wanted, total);
                Tried::Store(StreamCommand::Publish(publication))
            }
            Verdict::Duplicate(seq) => Tried::Duplicate(seq),
        })
    }

    /// The message under the subject that the stream gives it.
    pub(super) fn transformed<'a>(&self, message: &'a Message, rng: &mut Rng) -> Cow<'a, Message> {
        let subject = self.transform.as_ref().and_then(|t| t.apply(&message.subject, rng));
        match subject {
            Some(subject) => Cow::Owned(Message { subject: subject.into(), ..message.clone() }),
            None => Cow::Borrowed(message),
        }
    }

    /// A checked message as it is to be stored.
    pub(super) fn publication(
        &self,
        message: &Message,
        known: &Known<'_>,
        at: Time,
        wanted: bool,
        total: Option<Total>,
    ) -> Publication {
        let raised = known.ttl.and_then(|text| ttl::raised(message, text, &self.config));
        let mut message = schedule::rolled_up(raised.unwrap_or_else(|| message.clone()), known);
        if let Some(total) = total {
            message.payload = total.to_payload();
        }
        Publication { message: Arc::new(message), at, wanted }
    }
}
