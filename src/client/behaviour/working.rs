//! How a worker works: it finds or makes its consumer, fetches, works on one message at a time, and
//! answers, or crashes before.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Map;

use crate::client::consume::{EXISTS, api_error};
use crate::client::consumed::{PULL_EXPIRES, PULL_HEARTBEAT};
use crate::client::{Answer, Call, Client, Host, Note, OpId, Outcome};
use crate::kernel::{Context, Span, Time};
use crate::nats::api::ApiError;
use crate::nats::{Message, Subject};

use super::program::{Pending, Program};
use super::{Alarm, Doing, Happening, Task, Worker, WorkerMode};

/// How long after a failure it tries again.
const AGAIN: Span = Span::secs(1);

/// How far a worker is.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    stage: Stage,
    again: Option<Pending>,
    /// The operation that brings messages: a fetch, or the membership in a queue group.
    source: Option<OpId>,
    /// What it has in hand; it works on the first.
    hand: VecDeque<InHand>,
    work: Option<Work>,
    still_working: Option<Pending>,
}

/// What a worker knows of its consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    /// Nothing.
    #[default]
    Unknown,
    /// It asked whether it is there.
    LookingUp(OpId),
    /// It asked to make it.
    Making(OpId),
    /// It is there.
    Found,
}

/// A message in hand.
#[derive(Debug, Clone)]
struct InHand {
    task: Arc<Task>,
    /// Where it is answered.
    reply: Subject,
}

/// Work on the first message in hand.
#[derive(Debug, Clone)]
struct Work {
    since: Time,
    until: Time,
    done: Option<Pending>,
}

impl State {
    /// What it has in hand, the one it works on first.
    pub(super) fn tasks(&self) -> Vec<Arc<Task>> {
        self.hand.iter().map(|in_hand| Arc::clone(&in_hand.task)).collect()
    }

    pub(super) fn doing(&self, knobs: &Worker) -> Doing {
        if let (Some(first), Some(work)) = (self.hand.front(), &self.work) {
            return Doing::Working {
                task: Arc::clone(&first.task),
                since: work.since,
                until: work.until,
                in_hand: self.hand.len(),
            };
        }
        if !knobs.running {
            return Doing::Off;
        }
        let why = match self.stage {
            _ if self.again.is_some() => "waits for its consumer",
            Stage::LookingUp(_) => "looks for its consumer",
            Stage::Making(_) => "makes its consumer",
            Stage::Unknown | Stage::Found => return Doing::Idle,
        };
        Doing::Preparing { why: why.into() }
    }
}

impl Program {
    fn worker(&mut self) -> Option<&mut State> {
        match &mut self.state {
            super::program::State::Worker(state) => Some(state),
            _ => None,
        }
    }

    /// Its knobs were turned, or it begins.
    pub(super) fn worker_turned<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Worker,
        before: Option<&Worker>,
    ) {
        let Some(state) = self.worker() else { return };
        Pending::cancel(&mut state.again, cx);
        let moved = before.is_some_and(|before| {
            (&before.stream, &before.consumer, before.mode)
                != (&knobs.stream, &knobs.consumer, knobs.mode)
        });
        if moved || !knobs.running {
            state.stage = Stage::Unknown;
            if let Some(op) = state.source.take() {
                client.cancel(cx, op);
            }
        }
        self.take_more(client, cx, knobs);
    }

    /// Takes the next step towards more messages, if there is room for them.
    fn take_more<H: Host>(&mut self, client: &mut Client, cx: &mut Context<'_, H>, knobs: &Worker) {
        let Some(state) = self.worker() else { return };
        if !knobs.running || state.again.is_some() {
            return;
        }
        match (knobs.mode, state.stage) {
            (WorkerMode::Queue, _) if state.source.is_none() => {
                state.source = Some(client.call(cx, knobs.join(), true));
            }
            (WorkerMode::Pull, Stage::Unknown) => {
                state.stage = Stage::LookingUp(client.call(cx, knobs.look_up(), true));
            }
            (WorkerMode::Pull, Stage::Found) if state.source.is_none() => {
                let room = knobs.max_in_hand.saturating_sub(state.hand.len() as u32);
                // It asks for a whole batch at a time, if it can hold one at all.
                let batch = knobs.batch.min(knobs.max_in_hand);
                if room >= batch {
                    state.source = Some(client.call(cx, knobs.fetch(batch), true));
                }
            }
            _ => {}
        }
    }

    pub(super) fn worker_saw<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Worker,
        happening: &Happening,
    ) {
        match happening {
            Happening::CaughtUp => {}
            Happening::Message { message, .. } => self.take(client, cx, knobs, message),
            Happening::Ended { op, outcome } => {
                self.worker_op_ended(client, cx, knobs, *op, outcome)
            }
            Happening::Alarm(alarm, number) => {
                let Some(state) = self.worker() else { return };
                match alarm {
                    Alarm::Again if Pending::fired(&mut state.again, *number) => {
                        self.take_more(client, cx, knobs);
                    }
                    Alarm::WorkDone => {
                        let work = state.work.as_mut();
                        if work.is_some_and(|work| Pending::fired(&mut work.done, *number)) {
                            self.work_done(client, cx, knobs);
                        }
                    }
                    Alarm::StillWorking if Pending::fired(&mut state.still_working, *number) => {
                        self.still_working(client, cx, knobs);
                    }
                    _ => {}
                }
            }
        }
    }

    /// One of its calls is over.
    fn worker_op_ended<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Worker,
        op: OpId,
        outcome: &Outcome,
    ) {
        let Some(state) = self.worker() else { return };
        if state.source == Some(op) {
            state.source = None;
            if knobs.mode == WorkerMode::Pull && may_ask_again_at_once(outcome) {
                return self.take_more(client, cx, knobs);
            }
            // Whatever is wrong, the consumer may be another one next time.
            state.stage = Stage::Unknown;
            return self.worker_tries_again(cx);
        }
        let error = match outcome {
            Outcome::Replies(replies) => replies.first().map(api_error),
            _ => None,
        };
        let made = match state.stage {
            Stage::LookingUp(waits) if waits == op => false,
            Stage::Making(waits) if waits == op => true,
            _ => return,
        };
        state.stage = match error {
            Some(None) => Stage::Found,
            Some(Some(error)) if made && EXISTS.contains(&error.err_code) => Stage::Unknown,
            Some(Some(error))
                if !made && error.err_code == ApiError::CONSUMER_NOT_FOUND.err_code =>
            {
                match knobs.make() {
                    Some(call) => Stage::Making(client.call(cx, call, true)),
                    None => {
                        state.stage = Stage::Unknown;
                        return self.worker_tries_again(cx);
                    }
                }
            }
            _ => {
                state.stage = Stage::Unknown;
                return self.worker_tries_again(cx);
            }
        };
        self.take_more(client, cx, knobs);
    }

    fn worker_tries_again<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        let again = self.alarm(cx, AGAIN, Alarm::Again);
        if let Some(state) = self.worker() {
            state.again = Some(again);
        }
    }

    /// A message comes into its hand.
    fn take<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Worker,
        message: &Message,
    ) {
        let (Some(task), Some(reply)) = (Task::of(message), message.reply.clone()) else { return };
        self.tally.received += 1;
        let Some(state) = self.worker() else { return };
        state.hand.push_back(InHand { task: Arc::new(task), reply });
        self.work(cx, knobs);
        self.take_more(client, cx, knobs);
    }

    /// Begins to work on the first message in hand, if it does not work already.
    fn work<H: Host>(&mut self, cx: &mut Context<'_, H>, knobs: &Worker) {
        let Some(state) = self.worker() else { return };
        let (None, Some(first)) = (&state.work, state.hand.front()) else { return };
        let takes = knobs.processing;
        let note = cx.note(Note::WorkStarted { task: Arc::clone(&first.task), takes }.into());
        let before = cx.because(note);
        let done = Some(self.alarm(cx, takes, Alarm::WorkDone));
        let sign = knobs.in_progress.filter(|every| *every < takes);
        let sign = sign.map(|every| self.alarm(cx, every, Alarm::StillWorking));
        let (since, until) = (cx.now(), cx.now() + takes);
        if let Some(state) = self.worker() {
            state.work = Some(Work { since, until, done });
            state.still_working = sign;
        }
        cx.because(before);
    }

    /// Says that it still works on the message.
    fn still_working<H: Host>(
        &mut self,
        client: &mut Client,
        cx: &mut Context<'_, H>,
        knobs: &Worker,
    ) {
        let Some(state) = self.worker() else { return };
        let Some(first) = state.hand.front() else { return };
        let reply = Some(Arc::clone(&first.reply));
        cx.note(Note::StillWorking { task: Arc::clone(&first.task) }.into());
        client.answer_with(cx, reply, Some(&Answer::InProgress));
        if let Some(every) = knobs.in_progress {
            let sign = Some(self.alarm(cx, every, Alarm::StillWorking));
            if let Some(state) = self.worker() {
                state.still_working = sign;
            }
        }
    }

    /// The work on the first message in hand is done. Now it answers, or crashes before it does.
    fn work_done<H: Host>(&mut self, client: &mut Client, cx: &mut Context<'_, H>, knobs: &Worker) {
        let Some(state) = self.worker() else { return };
        state.work = None;
        Pending::cancel(&mut state.still_working, cx);
        if cx.rng().chance(knobs.crash) {
            let note = cx.note(Note::WorkerCrashes { tasks: state.tasks() }.into());
            cx.because(note);
            self.tally.crashes += 1;
            match knobs.restart {
                Some(after) => cx.exit_and_start_again(after),
                None => cx.exit(),
            }
            return;
        }
        let answer = if cx.rng().chance(knobs.nak) {
            Answer::Nak { delay: knobs.nak_delay }
        } else if cx.rng().chance(knobs.term) {
            Answer::Term { reason: None }
        } else {
            Answer::Ack
        };
        let Some(InHand { task, reply }) = state.hand.pop_front() else { return };
        match answer {
            Answer::Nak { .. } => self.tally.given_back += 1,
            Answer::Term { .. } => self.tally.terminated += 1,
            Answer::Ack | Answer::InProgress => self.tally.finished += 1,
        }
        let note = cx.note(Note::WorkEnded { task, answer: answer.clone() }.into());
        let before = cx.because(note);
        client.answer_with(cx, Some(reply), Some(&answer));
        cx.because(before);
        self.work(cx, knobs);
        self.take_more(client, cx, knobs);
    }
}

/// Whether a fetch that ended so is simply followed by the next.
fn may_ask_again_at_once(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Fetched { status: None, .. } | Outcome::ConnectionLost => true,
        Outcome::Fetched { status: Some((code, text)), .. } => {
            *code == 408 || matches!(&**text, "Leadership Change" | "Batch Completed")
        }
        _ => false,
    }
}

impl Worker {
    /// Asks whether the consumer is there.
    fn look_up(&self) -> Call {
        let subject = format!("$JS.API.CONSUMER.INFO.{}.{}", self.stream, self.consumer);
        Call::Api { subject, body: String::new() }
    }

    /// Makes the consumer, if it may.
    fn make(&self) -> Option<Call> {
        let (subject, body) = self.create.as_ref()?.pull(&self.stream, &self.consumer);
        Some(Call::Api { subject, body })
    }

    /// Asks for messages.
    fn fetch(&self, batch: u32) -> Call {
        Call::Next {
            stream: self.stream.clone(),
            consumer: self.consumer.clone(),
            batch,
            expires: Some(PULL_EXPIRES),
            no_wait: false,
            heartbeat: Some(PULL_HEARTBEAT),
            max_bytes: None,
            domain: None,
            more: Map::new(),
            answer: None,
        }
    }

    /// Becomes a member of the queue group.
    fn join(&self) -> Call {
        Call::Consume {
            stream: self.stream.clone(),
            consumer: Some(self.consumer.clone()),
            create: self.create.clone(),
            queue: Some(self.consumer.clone()),
            answer: None,
            domain: None,
            batch: 1,
            max: None,
        }
    }
}
