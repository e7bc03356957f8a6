//! Atomic batches: messages that wait with the leader until the last one comes, and are stored
//! together or not at all. The limits are nats-server's defaults.

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{Span, Time};
use crate::nats::api::ApiError;
use crate::nats::{Message, Subject};

use super::arrive::{Arrival, Taken};
use super::check::{Trial, Verdict};
use super::known::Known;
use super::leader::{Inflight, Leader};
use super::{Batch, Publication, Stream, StreamCommand};

/// Without a message for so long a batch is abandoned.
const TIMEOUT: Span = Span::secs(10);
const MAX_ID: usize = 64;
const MAX_MESSAGES: usize = 1_000;
const MAX_BATCHES: usize = 50;
const COMMIT: &str = "Nats-Batch-Commit";

/// The batches whose end has not come.
#[derive(Debug, Clone, Default)]
pub(super) struct Batches {
    open: Map<Arc<str>, Open>,
}

#[derive(Debug, Clone)]
struct Open {
    messages: Vec<Message>,
    last: Time,
}

/// A batch that will never be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abandoned {
    /// The batch.
    pub id: Arc<str>,
    /// Why, in the word of the server's advisory.
    pub reason: &'static str,
}

impl Leader {
    /// When the next batch will have waited for too long.
    pub fn next_abandoned(&self) -> Option<Time> {
        let atomic = self.batches.open.values().map(|open| open.last + TIMEOUT).min();
        atomic.into_iter().chain(self.next_dropped()).min()
    }

    /// Gives up the batches that have waited for too long.
    pub fn abandon(&mut self, now: Time) -> Vec<Abandoned> {
        let mut late = Vec::new();
        self.batches.open.retain(|id, open| {
            let is_late = open.last + TIMEOUT <= now;
            if is_late {
                late.push(Abandoned { id: Arc::clone(id), reason: "timeout" });
            }
            !is_late
        });
        late.extend(self.drop_silent(now));
        late
    }

    /// The batches whose end has not come, with how many messages wait in each.
    pub fn open_batches(&self) -> impl Iterator<Item = (&Arc<str>, usize)> {
        self.batches.open.iter().map(|(id, open)| (id, open.messages.len()))
    }
}

impl Stream {
    /// Takes a message of a batch in.
    pub(super) fn take_of_batch(
        &self,
        leader: &mut Leader,
        message: &Message,
        known: &Known<'_>,
        arrival: Arrival<'_>,
    ) -> Taken {
        let id = known.batch_id.unwrap_or_default();
        if !self.config.allow_atomic {
            return Taken::refused(ApiError::BATCH_DISABLED);
        }
        if id.len() > MAX_ID {
            return Taken::refused(ApiError::BATCH_INVALID_ID);
        }
        let Some(number) = known.batch_seq.and_then(|text| text.parse::<usize>().ok()) else {
            return Taken::refused(ApiError::BATCH_MISSING_SEQUENCE);
        };
        let batches = &mut leader.batches.open;
        let abandoned = |reason| Some(Abandoned { id: id.into(), reason });
        let waiting = batches.get(id).map_or(0, |open| open.messages.len());
        if number != waiting + 1 {
            let was_open = batches.remove(id).is_some();
            let abandoned = was_open.then(|| abandoned("incomplete")).flatten();
            return Taken::Refused { error: ApiError::BATCH_INCOMPLETE, abandoned };
        }
        if waiting == 0 && batches.len() >= MAX_BATCHES {
            return Taken::refused(ApiError::BATCH_TOO_MANY_INFLIGHT);
        }
        let (ends, stores) = match known.batch_commit {
            None => (false, true),
            Some("1") => (true, true),
            Some("eob") if waiting > 0 => (true, false),
            Some("eob") => return Taken::refused(ApiError::BATCH_INCOMPLETE),
            Some(_) => {
                batches.remove(id);
                return Taken::refused(ApiError::BATCH_INVALID_COMMIT);
            }
        };
        if stores && waiting == MAX_MESSAGES {
            batches.remove(id);
            let error = ApiError::batch_too_large(MAX_MESSAGES);
            return Taken::Refused { error, abandoned: abandoned("large") };
        }
        if !ends {
            let new = || Open { messages: Vec::new(), last: arrival.now };
            let open = batches.entry(id.into()).or_insert_with(new);
            open.messages.push(message.clone());
            open.last = arrival.now;
            return Taken::Staged { batch: id.into(), number: number as u64 };
        }
        let mut messages = batches.remove(id).map(|open| open.messages).unwrap_or_default();
        if stores {
            messages.push(message.clone());
        } else if let Some(last) = messages.last_mut() {
            *last = last.clone().with_header(COMMIT, "1");
        }
        match self.try_batch(leader, &messages, arrival) {
            Ok(messages) => {
                let (id, reply) = (id.into(), message.reply.clone());
                Taken::Command(StreamCommand::Batch(Batch { id, reply, messages }))
            }
            Err(error) => {
                let unsupported = error.err_code == 10177;
                let abandoned = unsupported.then(|| abandoned("unsupported")).flatten();
                Taken::Refused { error, abandoned }
            }
        }
    }

    /// Checks the messages of a batch one after the other, each as if those before were on their
    /// way. A batch is checked in the order of a replicated stream, whether it is one or not.
    fn try_batch(
        &self,
        leader: &Leader,
        messages: &[Message],
        arrival: Arrival<'_>,
    ) -> Result<Vec<Publication>, ApiError> {
        let mut inflight: Inflight = leader.inflight.clone();
        let mut earlier = Vec::new();
        let mut checked = Vec::with_capacity(messages.len());
        for message in messages {
            let known = Known::of(message);
            if known.expected_last_msg_id.is_some() {
                return Err(ApiError::batch_unsupported_header("Nats-Expected-Last-Msg-Id"));
            }
            if !earlier.is_empty() {
                self.fits_behind(message, &known, &earlier)?;
            }
            let Arrival { now, wanted, .. } = arrival;
            let trial = Trial { stream: self, message, known, now, inflight: &inflight, wanted };
            match trial.replicated() {
                Ok(Verdict::Store { wanted, total }) => {
                    let publication = self.publication(message, &known, now, wanted, total);
                    inflight.proposed(self, &publication.message);
                    checked.push(publication);
                }
                Ok(Verdict::Duplicate(_)) => return Err(ApiError::BATCH_DUPLICATE_ID),
                Err(error) if error.err_code == ApiError::DUPLICATE_IN_PROCESS.err_code => {
                    return Err(ApiError::BATCH_DUPLICATE_ID);
                }
                Err(error) => return Err(error),
            }
            earlier.push(&message.subject);
        }
        Ok(checked)
    }

    /// What holds only for messages that are not the first of their batch.
    fn fits_behind(
        &self,
        message: &Message,
        known: &Known<'_>,
        earlier: &[&Subject],
    ) -> Result<(), ApiError> {
        if known.expected_last_seq.is_some() {
            return Err(ApiError::WRONG_LAST_SEQUENCE_UNKNOWN);
        }
        match known.rollup {
            Some(rollup) if rollup.eq_ignore_ascii_case("all") => {
                Err(ApiError::rollup_failed("batch rollup all invalid"))
            }
            Some(rollup) if rollup.eq_ignore_ascii_case("sub") => {
                if earlier.iter().any(|subject| **subject == message.subject) {
                    return Err(ApiError::rollup_failed("batch rollup sub invalid"));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
