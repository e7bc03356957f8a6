//! Calls that are made of several steps, each a call of its own: a key-value `create` is a publish, and
//! where that is refused a read and perhaps another publish.
//!
//! Such a call is a script that is run again from its beginning whenever one of its steps is over. It
//! gets the outcomes so far, in order, and stops where it wants the next step ([`Stop::Ask`]); so it reads
//! like a program that blocks, and nothing of it is kept but the outcomes. Each step is an operation of
//! the client like any other (see [`OpRecord::part_of`]), with its own events; what begins it is the
//! end of the step before.

use std::sync::Arc;

use crate::kernel::{Context, Time};
use crate::nats::Message;
use crate::nats::api::PubAck;

use super::{
    Call, Client, Draft, Happening, Host, Note, OpId, OpRecord, Outcome, Reading, kv, object,
};

/// Why a script stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// This is its next step.
    Ask(Box<Call>),
    /// A step came to nothing, and with it the whole.
    Over(Box<Outcome>),
}

/// What a step of a script gives.
pub(super) type Step<T> = Result<T, Stop>;

impl Stop {
    /// The whole is over, with this outcome.
    pub(super) fn over<T>(outcome: Outcome) -> Step<T> {
        Err(Self::Over(Box::new(outcome)))
    }
}

/// A script being run.
#[derive(Debug)]
pub(super) struct Script<'a> {
    answers: &'a [Arc<Outcome>],
    used: usize,
    /// Now. It is another time in every run: it may decide about the next step only.
    pub(super) now: Time,
    /// 22 random characters, the same in every run of one call: a NUID.
    pub(super) id: &'a str,
    /// The JetStream domain in which its requests to the API are made.
    pub(super) domain: Option<&'a str>,
    /// How often a publish is tried again after "no responders" (nats-py: never; Go's client: twice).
    pub(super) retries: u32,
    /// Whether the client knew the bucket when the call began, and if so whether it reads directly.
    pub(super) known: Option<bool>,
    /// The stream of the bucket the client knows from now on, and whether it reads that directly.
    pub(super) learns: Option<(String, bool)>,
    /// The digest of the chunks that have come of an object that is got.
    pub(super) hasher: &'a object::Hasher,
}

impl<'a> Script<'a> {
    /// The outcome of the next step. The call is made only where the step is still to be taken.
    pub(super) fn ask_with(&mut self, call: &mut dyn FnMut() -> Call) -> Step<&'a Outcome> {
        let Some(answer) = self.answers.get(self.used) else {
            return Err(Stop::Ask(Box::new(call())));
        };
        self.used += 1;
        Ok(answer)
    }

    /// The outcome of the next step.
    pub(super) fn ask(&mut self, call: Call) -> Step<&'a Outcome> {
        let mut call = Some(call);
        self.ask_with(&mut || call.take().unwrap_or_default())
    }

    /// The subject of a request to the JetStream API.
    pub(super) fn api_subject(&self, endpoint: &str) -> String {
        match self.domain {
            Some(domain) => format!("$JS.{domain}.API.{endpoint}"),
            None => format!("$JS.API.{endpoint}"),
        }
    }

    /// The answer to a request to the JetStream API, such as `STREAM.INFO.KV_config`; it may be an error
    /// of the API. Without an answer the whole is over.
    pub(super) fn api(&mut self, endpoint: &str, body: String) -> Step<&'a Message> {
        let subject = self.api_subject(endpoint);
        match self.ask(Call::Api { subject, body })? {
            Outcome::Replies(replies) if !replies.is_empty() => Ok(&replies[0]),
            other => Stop::over(other.clone()),
        }
    }

    /// The acknowledgement of a message for a stream; it may be a refusal. Without one the whole is over.
    pub(super) fn publish(&mut self, message: Draft) -> Step<PubAck> {
        let (count, retries) = (1, self.retries);
        match self.ask(Call::JsPublish { message, count, retries })? {
            Outcome::Acked { acks, .. } => {
                Ok(acks.last().and_then(|ack| PubAck::parse(&ack.payload)).unwrap_or_default())
            }
            other => Stop::over(other.clone()),
        }
    }

    /// All messages that an ordered consumer has now, in order (see [`Reading::to_end`]). If the API refuses
    /// to make one, the whole is over.
    pub(super) fn read(&mut self, ordered: Call) -> Step<&'a [Message]> {
        match self.ask(ordered)? {
            Outcome::Fetched { messages, .. } => Ok(messages),
            other => Stop::over(other.clone()),
        }
    }
}

/// How far a call of several steps is.
#[derive(Debug, Clone, Default)]
pub(super) struct Composite {
    id: Arc<str>,
    known: Option<bool>,
    answers: Vec<Arc<Outcome>>,
    /// Of an object that is got: the digest of what has come of it. It is computed bit by bit, so that
    /// nobody waits for all of it in the end.
    hasher: object::Hasher,
}

/// What happened to a call of several steps that its script has not seen yet.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The call.
    whole: OpId,
    /// What came of its last step; none if it begins.
    outcome: Option<Arc<Outcome>>,
}

impl Client {
    /// Begins a call of several steps.
    pub(super) fn begin_composite<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Call,
    ) {
        let id: Arc<str> = cx.rng().base62(22).into();
        let known = call.bucket().and_then(|stream| self.buckets.get(&stream).copied());
        if let Some(record) = self.ops.get_mut(&op) {
            let composite = Composite { id, known, ..Composite::default() };
            record.progress.composite = Some(Box::new(composite));
            self.parts.push_back((cx.cause(), Part { whole: op, outcome: None }));
        }
    }

    /// A step of a call is over.
    pub(super) fn step_ended(
        &mut self,
        event: crate::kernel::EventId,
        whole: OpId,
        outcome: Arc<Outcome>,
    ) {
        self.parts.push_back((event, Part { whole, outcome: Some(outcome) }));
    }

    /// Lets the scripts see what happened, and the program what came of that.
    pub(super) fn settle<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        while !self.parts.is_empty() || !self.happened.is_empty() {
            while let Some((event, part)) = self.parts.pop_front() {
                let before = cx.because(event);
                self.go_on(cx, part);
                cx.because(before);
            }
            self.run_program(cx);
        }
    }

    /// Runs the script of a call.
    fn go_on<H: Host>(&mut self, cx: &mut Context<'_, H>, part: Part) {
        let now = cx.now();
        let Some(record) = self.ops.get_mut(&part.whole) else { return };
        let call = Arc::clone(&record.call);
        let Some(composite) = record.progress.composite.as_deref_mut() else { return };
        composite.answers.extend(part.outcome);
        let (answers, steps) = (composite.answers.as_slice(), composite.answers.len());
        let mut script = Script {
            answers,
            used: 0,
            now,
            id: &composite.id,
            domain: call.domain(),
            retries: 0,
            known: composite.known,
            learns: None,
            hasher: &composite.hasher,
        };
        let result = match &*call {
            Call::Kv(op) => kv::run(op, &mut script),
            Call::Object(op) => object::run(op, &mut script),
            _ => return,
        };
        let learns = script.learns.take();
        debug_assert!(script.used == steps || !matches!(result, Err(Stop::Ask(_))));
        if let Some((bucket, direct)) = learns {
            self.buckets.insert(bucket, direct);
        }
        match result {
            Err(Stop::Ask(step)) => drop(self.call_part(cx, *step, false, Some(part.whole))),
            Err(Stop::Over(outcome)) => self.end(cx, part.whole, *outcome),
            Ok(outcome) => self.end(cx, part.whole, outcome),
        }
    }

    /// A chunk of an object came, if it is one that is got.
    pub(super) fn hash_chunk(&mut self, whole: Option<OpId>, chunk: &[u8]) {
        let record = whole.and_then(|whole| self.ops.get_mut(&whole));
        if let Some(record) = record
            && matches!(&*record.call, Call::Object(op) if op.act == object::Act::Get)
            && let Some(composite) = record.progress.composite.as_deref_mut()
        {
            composite.hasher.update(chunk);
        }
    }

    /// A message came for a step: it is for whoever asked for the whole, if it is of those wanted.
    pub(super) fn pass_on<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        whole: OpId,
        message: Message,
    ) {
        let wanted = self.ops.get(&whole).is_some_and(|record| match &*record.call {
            Call::Kv(op) => kv::passes(op, &message),
            Call::Object(op) => object::passes(op, &message),
            _ => true,
        });
        if wanted {
            self.keep(cx, whole, message, |_, _| {});
        }
    }

    /// A reader has all there was when it asked: what comes from now on is new. One that reads to the end
    /// only is over.
    pub(super) fn caught_up<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if record.caught_up || record.outcome.is_some() {
            return;
        }
        if let Some(consuming) = record.progress.consuming.as_deref_mut()
            && consuming.informing > 0
        {
            consuming.at_end = true;
            return;
        }
        record.caught_up = true;
        if record.reading().is_some_and(|reading| reading.to_end) {
            let messages = std::mem::take(&mut record.progress.replies);
            return self.end(cx, op, Outcome::Fetched { messages, status: None });
        }
        let Some(whole) = record.part_of else { return };
        let Some(record) = self.ops.get_mut(&whole) else { return };
        record.caught_up = true;
        let own = record.own;
        let note = cx.note(Note::CaughtUp { op: whole }.into());
        if own {
            self.happened.push_back((note, Happening::CaughtUp));
        }
    }

    /// Ends the steps of a call that is over.
    pub(super) fn end_parts<H: Host>(&mut self, cx: &mut Context<'_, H>, whole: OpId) {
        let is_part =
            |(_, op): &(&OpId, &OpRecord)| op.part_of == Some(whole) && op.outcome.is_none();
        while let Some(part) = self.ops.iter().find(is_part).map(|(id, _)| *id) {
            let messages = self.ops.get(&part).map_or(0, |record| record.received_total);
            self.end(cx, part, Outcome::Ended { messages });
        }
    }
}

impl OpRecord {
    /// How it reads in order, if it does so as one of the libraries.
    pub(super) fn reading(&self) -> Option<&Reading> {
        match &*self.call {
            Call::Ordered { how, .. } => how.as_deref(),
            _ => None,
        }
    }
}

impl Call {
    /// Whether it is made of steps that are calls of their own.
    pub fn is_composite(&self) -> bool {
        matches!(self, Self::Kv(_) | Self::Object(_))
    }

    /// The bucket it is about, by the name of its stream.
    fn bucket(&self) -> Option<String> {
        match self {
            Self::Kv(op) => Some(op.stream()),
            Self::Object(op) => Some(object::name::stream(&op.bucket)),
            _ => None,
        }
    }
}
