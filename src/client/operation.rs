//! Operations: how a call is carried out: begun, waited for, tried again, ended.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::kernel::{Context, Span, Time, TimerId};
use crate::nats::protocol::{ClientOp, Sid};
use crate::nats::{Message, Subject};

use super::check::check;
use super::composite::Composite;
use super::consume::Consuming;
use super::transfer::Transfer;
use super::window::Awaited;
use super::{API_TIMEOUT, Call, Client, Happening, Host, Note, OpId, OpRecord, Outcome, Timer};

/// Whether something could be said to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    Sent,
    NotConnected,
}

/// How far an operation is.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// The subscription it receives on.
    pub(super) sid: Option<Sid>,
    /// Where it waits for replies now.
    pub(super) reply: Option<Subject>,
    /// Counts every message sent, so that old timers are recognised.
    pub(super) attempt: u64,
    /// How many messages were published and answered.
    pub(super) done: u32,
    /// How often the current message was tried again.
    pub(super) tries: u32,
    /// How often any message was tried again.
    pub(super) retries: u32,
    /// What came so far.
    pub(super) replies: Vec<Message>,
    /// What is waited for, where that is more than one thing.
    pub(super) awaited: Vec<Awaited>,
    pub(super) timer: Option<TimerId>,
    /// When it is given up, if it goes on for a time only.
    pub(super) deadline: Option<Time>,
    /// Whether it waits for a connection before it can go on.
    waits_for_connection: bool,
    /// Of an operation that receives from a consumer: how far that is.
    pub(super) consuming: Option<Box<Consuming>>,
    /// Of a backup or a restore: how far that is.
    pub(super) transfer: Option<Box<Transfer>>,
    /// Of a call of several steps: how far that is.
    pub(super) composite: Option<Box<Composite>>,
}

impl Client {
    /// Somebody wants something done: a person, or the application itself (`own`).
    pub(super) fn call<H: Host>(&mut self, cx: &mut Context<'_, H>, call: Call, own: bool) -> OpId {
        self.call_part(cx, call, own, None)
    }

    /// Somebody wants something done, perhaps as a step of another call.
    pub(super) fn call_part<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        call: Call,
        own: bool,
        part_of: Option<OpId>,
    ) -> OpId {
        let op = OpId(self.next_op);
        self.next_op += 1;
        let call = Arc::new(call);
        let record = OpRecord {
            call: Arc::clone(&call),
            own,
            part_of,
            started: cx.now(),
            outcome: None,
            received: VecDeque::new(),
            received_total: 0,
            received_bytes: 0,
            first_at: None,
            caught_up: false,
            progress: Progress::default(),
        };
        self.ops.insert(op, record);
        self.forget_old_ops();
        let note = cx.note(Note::OpStarted { op, call: Arc::clone(&call) }.into());
        let before = cx.because(note);
        match check(&call) {
            Ok(()) => self.begin(cx, op, &call),
            Err(why) => self.end(cx, op, Outcome::Invalid(why.into())),
        }
        cx.because(before);
        op
    }

    /// Begins an operation, or begins it again after a reconnect.
    fn begin<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, call: &Arc<Call>) {
        if self.connected_to().is_none() && !matches!(**call, Call::Cancel { .. }) {
            if let Some(record) = self.ops.get_mut(&op) {
                record.progress.waits_for_connection = true;
            }
            return;
        }
        match &**call {
            Call::Publish { message, count } => {
                for n in 1..=*count {
                    self.say(cx, ClientOp::Pub(message.fill(n, None)));
                }
                self.end(cx, op, Outcome::Sent { messages: u64::from(*count) });
            }
            Call::JsPublish { .. } | Call::Request { .. } | Call::Api { .. } => self.ask(cx, op),
            Call::JsPublishAll { .. } => self.begin_window(cx, op, call),
            Call::Subscribe { subject, queue, max } | Call::Reply { subject, queue, max, .. } => {
                let sid = self.subscribe(cx, op, subject, queue.as_deref());
                if let Some(max) = max {
                    self.say(cx, ClientOp::Unsub { sid, max: Some(*max) });
                }
            }
            Call::Next { .. } => self.begin_next(cx, op, call),
            Call::Consume { .. } | Call::Ordered { .. } => self.begin_consuming(cx, op, call),
            Call::Answer { op: target, message, answer, wait } => {
                self.begin_answer(cx, op, (*target, *message), answer, *wait);
            }
            Call::Backup { .. } => self.begin_backup(cx, op, call),
            Call::Restore { .. } => self.begin_restore(cx, op, call),
            Call::Kv(_) | Call::Object(_) => self.begin_composite(cx, op, call),
            Call::Upload(upload) => self.begin_upload(cx, op, upload),
            Call::Flush => {
                self.wait_for(cx, op, API_TIMEOUT);
                self.say(cx, ClientOp::Ping);
            }
            Call::Cancel { op: target } => {
                let target = *target;
                let open = self.ops.get(&target).is_some_and(|record| record.outcome.is_none());
                if open {
                    let messages = self.ops.get(&target).map_or(0, |record| record.received_total);
                    self.end(cx, target, Outcome::Ended { messages });
                    self.end(cx, op, Outcome::Ended { messages });
                } else {
                    let why = format!("there is no operation {} to end", target.0);
                    self.end(cx, op, Outcome::Invalid(why.into()));
                }
            }
        }
    }

    pub(super) fn subscribe<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        subject: &str,
        queue: Option<&str>,
    ) -> Sid {
        let sid: Sid = self.next_sid.to_string().into();
        self.next_sid += 1;
        self.sids.insert(Arc::clone(&sid), op);
        if let Some(record) = self.ops.get_mut(&op) {
            record.progress.sid = Some(Arc::clone(&sid));
        }
        let (subject, queue) = (subject.into(), queue.map(Into::into));
        self.say(cx, ClientOp::Sub { subject, queue, sid: Arc::clone(&sid) });
        sid
    }

    /// Sends the current message of an operation that waits for replies.
    pub(super) fn ask<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId) {
        let Some(record) = self.ops.get(&op) else { return };
        let (message, timeout) = match &*record.call {
            Call::JsPublish { message, .. } => {
                (message.fill(record.progress.done + 1, None), API_TIMEOUT)
            }
            Call::Request { message, timeout, .. } => (message.fill(1, None), *timeout),
            Call::Api { subject, body } => {
                (Message::new(subject.as_str(), body.clone()), API_TIMEOUT)
            }
            _ => return,
        };
        self.request(cx, op, message, timeout);
    }

    /// Sends a message for an operation, which waits for what comes back.
    pub(super) fn request<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        message: Message,
        timeout: Span,
    ) {
        self.ensure_inbox(cx);
        let reply: Subject = format!("{}.{}", self.inbox, self.next_reply).into();
        self.next_reply += 1;
        let Some(record) = self.ops.get_mut(&op) else { return };
        record.progress.reply = Some(Arc::clone(&reply));
        let message = record.call.api(message);
        self.wait_for(cx, op, timeout);
        self.say(cx, ClientOp::Pub(message.with_reply(reply)));
    }

    /// Waits so long for what comes next; older waits are void.
    pub(super) fn wait_for<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, span: Span) {
        self.set_op_timer(cx, op, span, Timer::Late);
    }

    /// Lets a timer of an operation fire after a span; what it waited for before is void.
    pub(super) fn set_op_timer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        span: Span,
        timer: impl FnOnce(OpId, u64) -> Timer,
    ) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        let progress = &mut record.progress;
        progress.attempt += 1;
        let timer = cx.set_timer(span, timer(op, progress.attempt).into());
        if let Some(old) = progress.timer.replace(timer) {
            cx.cancel_timer(old);
        }
    }

    /// One subscription takes all replies, as client libraries do.
    pub(super) fn ensure_inbox<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        const INBOX: &str = "inbox";
        if self.sids.contains_key(INBOX) {
            return;
        }
        self.sids.insert(INBOX.into(), OpId(0));
        let subject: Subject = format!("{}.*", self.inbox).into();
        self.say(cx, ClientOp::Sub { subject, queue: None, sid: INBOX.into() });
    }

    /// An answer is late.
    pub(super) fn late<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, attempt: u64) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if record.outcome.is_some() || record.progress.attempt != attempt {
            return;
        }
        record.progress.timer = None;
        let after = match &*record.call {
            Call::Request { timeout, .. } => *timeout,
            Call::Next { .. } => return self.gave_up(cx, op),
            Call::Consume { .. } | Call::Ordered { .. } => return self.consuming_late(cx, op),
            _ => API_TIMEOUT,
        };
        let mut replies = std::mem::take(&mut record.progress.replies);
        let awaited = std::mem::take(&mut record.progress.awaited);
        replies.extend(awaited.into_iter().filter_map(|(_, came)| came));
        self.end(cx, op, Outcome::TimedOut { after, replies });
    }

    /// The server answers a `PING`: it has worked off all that was sent before.
    pub(super) fn ponged<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        let asked = |(_, record): &(&OpId, &OpRecord)| {
            let waits = record.outcome.is_none() && !record.progress.waits_for_connection;
            waits && *record.call == Call::Flush
        };
        if let Some(op) = self.ops.iter().find(asked).map(|(op, _)| *op) {
            self.end(cx, op, Outcome::Sent { messages: 0 });
        }
    }

    /// Something is tried again.
    pub(super) fn retry<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, attempt: u64) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if record.outcome.is_some() || record.progress.attempt != attempt {
            return;
        }
        let call = Arc::clone(&record.call);
        if !matches!(*call, Call::JsPublish { .. }) {
            return self.begin(cx, op, &call);
        }
        let attempt = record.progress.tries + 1;
        let note = cx.note(Note::Retried { op, attempt }.into());
        cx.because(note);
        if self.connected_to().is_some() {
            self.ask(cx, op);
        } else if let Some(record) = self.ops.get_mut(&op) {
            record.progress.waits_for_connection = true;
        }
    }

    /// The connection is up again: subscriptions are made anew, what waited goes on.
    pub(super) fn resume_operations<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        self.sids.clear();
        let open: Vec<(OpId, Arc<Call>)> = self
            .ops
            .iter()
            .filter(|(_, record)| record.outcome.is_none())
            .map(|(id, record)| (*id, Arc::clone(&record.call)))
            .collect();
        // Answers to what was asked over the lost connection still find their inbox.
        if open.iter().any(|(_, call)| call.waits_for_replies()) {
            self.ensure_inbox(cx);
        }
        for message in std::mem::take(&mut self.unsent) {
            self.say(cx, ClientOp::Pub(message));
        }
        for (op, call) in open {
            let Some(record) = self.ops.get_mut(&op) else { continue };
            let waited = std::mem::take(&mut record.progress.waits_for_connection);
            match *call {
                // The server forgot the request with the connection.
                Call::Next { .. } if !waited && record.own => {
                    self.end(cx, op, Outcome::ConnectionLost);
                }
                Call::Subscribe { .. }
                | Call::Reply { .. }
                | Call::Consume { .. }
                | Call::Ordered { .. } => self.begin(cx, op, &call),
                _ if waited => self.begin(cx, op, &call),
                _ => {}
            }
        }
    }

    /// An operation is over.
    pub(super) fn end<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, outcome: Outcome) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if record.outcome.is_some() {
            return;
        }
        let outcome = Arc::new(outcome);
        record.outcome = Some(Arc::clone(&outcome));
        record.progress.reply = None;
        let consuming = record.progress.consuming.take();
        let whole = record.progress.composite.take().is_some();
        record.progress.awaited = Vec::new();
        if let Some(timer) = record.progress.timer.take() {
            cx.cancel_timer(timer);
        }
        let (own, part_of) = (record.own, record.part_of);
        let call = Arc::clone(&record.call);
        if let Some(sid) = record.progress.sid.take()
            && self.sids.remove(&sid).is_some()
        {
            // The server counts along where it was told the number.
            let by_itself = matches!(*record.call, Call::Subscribe { .. } | Call::Reply { .. })
                && record.call.max().is_some_and(|max| record.received_total >= max);
            if !by_itself {
                self.say(cx, ClientOp::Unsub { sid, max: None });
                self.delete_reader(cx, &call, consuming.as_deref());
            }
        }
        if whole {
            self.end_parts(cx, op);
        }
        let note = cx.note(Note::OpEnded { op, outcome: Arc::clone(&outcome) }.into());
        if let Some(whole) = part_of {
            self.step_ended(note, whole, Arc::clone(&outcome));
        }
        if own {
            self.happened.push_back((note, Happening::Ended { op, outcome }));
        }
    }
}
