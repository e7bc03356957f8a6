//! Operations: how a call is carried out, message by message.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::kernel::{Context, Span, TimerId};
use crate::nats::protocol::{ClientOp, Sid};
use crate::nats::subject::{has_no_empty_token, is_valid_pattern};
use crate::nats::{Headers, Message, Subject};

use super::{
    API_TIMEOUT, Call, Client, Draft, Host, Note, OpId, OpRecord, Outcome, RECEIVED_KEPT,
    RETRY_WAIT, Timer,
};

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
    sid: Option<Sid>,
    /// Where it waits for replies now.
    reply: Option<Subject>,
    /// Counts every message sent, so that old timers are recognised.
    attempt: u64,
    /// How many messages were published and answered.
    done: u32,
    /// How often the current message was tried again.
    tries: u32,
    /// How often any message was tried again.
    retries: u32,
    /// What came so far.
    replies: Vec<Message>,
    timer: Option<TimerId>,
    /// Whether it waits for a connection before it can go on.
    waits_for_connection: bool,
}

impl Client {
    /// Somebody wants something done.
    pub(super) fn call<H: Host>(&mut self, cx: &mut Context<'_, H>, call: Call) {
        let op = OpId(self.next_op);
        self.next_op += 1;
        let call = Arc::new(call);
        let record = OpRecord {
            call: Arc::clone(&call),
            started: cx.now(),
            outcome: None,
            received: VecDeque::new(),
            received_total: 0,
            progress: Progress::default(),
        };
        self.ops.insert(op, record);
        self.forget_old_ops();
        let note = cx.note(Note::OpStarted { op, call: Arc::clone(&call) }.into());
        cx.because(note);
        if let Err(why) = check(&call) {
            return self.end(cx, op, Outcome::Invalid(why.into()));
        }
        self.begin(cx, op, &call);
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
            Call::Subscribe { subject, queue, max } | Call::Reply { subject, queue, max, .. } => {
                let sid = self.subscribe(cx, op, subject, queue.as_deref());
                if let Some(max) = max {
                    self.say(cx, ClientOp::Unsub { sid, max: Some(*max) });
                }
            }
            Call::Next { .. }
            | Call::Consume { .. }
            | Call::Ordered { .. }
            | Call::Answer { .. } => {
                self.end(cx, op, Outcome::Invalid("not possible yet".into()));
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

    fn subscribe<H: Host>(
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
    fn ask<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId) {
        self.ensure_inbox(cx);
        let reply: Subject = format!("{}.{}", self.inbox, self.next_reply).into();
        self.next_reply += 1;
        let Some(record) = self.ops.get_mut(&op) else { return };
        let progress = &mut record.progress;
        progress.attempt += 1;
        progress.reply = Some(Arc::clone(&reply));
        let (message, timeout) = match &*record.call {
            Call::JsPublish { message, .. } => {
                (message.fill(progress.done + 1, Some(reply)), API_TIMEOUT)
            }
            Call::Request { message, timeout, .. } => (message.fill(1, Some(reply)), *timeout),
            Call::Api { subject, body } => {
                let message = Message::new(subject.as_str(), body.clone());
                (Message { reply: Some(reply), ..message }, API_TIMEOUT)
            }
            _ => return,
        };
        let attempt = progress.attempt;
        let timer = cx.set_timer(timeout, Timer::Late(op, attempt).into());
        if let Some(old) = progress.timer.replace(timer) {
            cx.cancel_timer(old);
        }
        self.say(cx, ClientOp::Pub(message));
    }

    /// One subscription takes all replies, as client libraries do.
    fn ensure_inbox<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        const INBOX: &str = "inbox";
        if self.sids.contains_key(INBOX) {
            return;
        }
        self.sids.insert(INBOX.into(), OpId(0));
        let subject: Subject = format!("{}.*", self.inbox).into();
        self.say(cx, ClientOp::Sub { subject, queue: None, sid: INBOX.into() });
    }

    /// A message came.
    pub(super) fn received<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        sid: &Sid,
        message: Message,
    ) {
        let Some(&owner) = self.sids.get(sid) else { return };
        if owner != OpId(0) {
            return self.delivered(cx, owner, message);
        }
        let waits = |record: &OpRecord| {
            record.outcome.is_none() && record.progress.reply.as_ref() == Some(&message.subject)
        };
        let found = self.ops.iter().rev().find(|(_, record)| waits(record)).map(|(id, _)| *id);
        // An answer that comes too late finds nobody.
        if let Some(op) = found {
            self.answered(cx, op, message);
        }
    }

    /// A reply came for an operation that waits.
    fn answered<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, message: Message) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        let no_responders = message.status().is_some_and(|(status, _)| status == 503);
        let progress = &mut record.progress;
        let attempt = progress.attempt;
        match &*record.call {
            Call::JsPublish { count, retries, .. } => {
                if no_responders {
                    if progress.tries < *retries {
                        progress.tries += 1;
                        progress.retries += 1;
                        let timer = cx.set_timer(RETRY_WAIT, Timer::Retry(op, attempt).into());
                        if let Some(old) = progress.timer.replace(timer) {
                            cx.cancel_timer(old);
                        }
                        return;
                    }
                    return self.end(cx, op, Outcome::NoResponders);
                }
                let refused = message.payload.starts_with(b"{\"error\"");
                progress.replies.push(message);
                progress.done += 1;
                progress.tries = 0;
                if progress.done < *count && !refused {
                    return self.ask(cx, op);
                }
                let acks = std::mem::take(&mut progress.replies);
                let retries = progress.retries;
                self.end(cx, op, Outcome::Acked { acks, retries });
            }
            Call::Request { replies, .. } => {
                if no_responders {
                    return self.end(cx, op, Outcome::NoResponders);
                }
                progress.replies.push(message);
                if progress.replies.len() as u64 >= u64::from(*replies) {
                    let replies = std::mem::take(&mut progress.replies);
                    self.end(cx, op, Outcome::Replies(replies));
                }
            }
            Call::Api { .. } if no_responders => self.end(cx, op, Outcome::NoResponders),
            Call::Api { .. } => self.end(cx, op, Outcome::Replies(vec![message])),
            _ => {}
        }
    }

    /// A message came for a subscription.
    fn delivered<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, message: Message) {
        let now = cx.now();
        let Some(record) = self.ops.get_mut(&op) else { return };
        record.received_total += 1;
        record.received.push_back((now, message.clone()));
        if record.received.len() > RECEIVED_KEPT {
            record.received.pop_front();
        }
        let total = record.received_total;
        let call = Arc::clone(&record.call);
        let subject = Arc::clone(&message.subject);
        let note = cx.note(Note::Received { op, subject }.into());
        let before = cx.because(note);
        if let (Call::Reply { body, .. }, Some(reply)) = (&*call, &message.reply) {
            let payload = body.clone().map_or_else(|| message.payload.clone(), Into::into);
            self.say(cx, ClientOp::Pub(Message::new(Arc::clone(reply), payload)));
        }
        if let Call::Subscribe { max: Some(max), .. } | Call::Reply { max: Some(max), .. } = &*call
            && total >= *max
        {
            self.end(cx, op, Outcome::Ended { messages: total });
        }
        cx.because(before);
    }

    /// An answer is late.
    pub(super) fn late<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, attempt: u64) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if record.outcome.is_some() || record.progress.attempt != attempt {
            return;
        }
        record.progress.timer = None;
        let replies = std::mem::take(&mut record.progress.replies);
        let after = match &*record.call {
            Call::Request { timeout, .. } => *timeout,
            _ => API_TIMEOUT,
        };
        self.end(cx, op, Outcome::TimedOut { after, replies });
    }

    /// A publish is tried again.
    pub(super) fn retry<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, attempt: u64) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if record.outcome.is_some() || record.progress.attempt != attempt {
            return;
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
        for (op, call) in open {
            let Some(record) = self.ops.get_mut(&op) else { continue };
            let waited = std::mem::take(&mut record.progress.waits_for_connection);
            if waited || record.is_lasting() {
                self.begin(cx, op, &call);
            }
        }
    }

    /// An operation is over.
    fn end<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, outcome: Outcome) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        let outcome = Arc::new(outcome);
        record.outcome = Some(Arc::clone(&outcome));
        record.progress.reply = None;
        if let Some(timer) = record.progress.timer.take() {
            cx.cancel_timer(timer);
        }
        let lasting = record.is_lasting();
        if let Some(sid) = record.progress.sid.take() {
            self.sids.remove(&sid);
            let by_itself = matches!(
                &*record.call,
                Call::Subscribe { max: Some(max), .. } | Call::Reply { max: Some(max), .. }
                    if record.received_total >= *max
            );
            if lasting && !by_itself {
                self.say(cx, ClientOp::Unsub { sid, max: None });
            }
        }
        cx.note(Note::OpEnded { op, outcome }.into());
    }
}

impl Call {
    /// Whether it waits for replies in the client's inbox.
    fn waits_for_replies(&self) -> bool {
        matches!(self, Self::JsPublish { .. } | Self::Request { .. } | Self::Api { .. })
    }
}

/// Whether a call makes sense at all.
fn check(call: &Call) -> Result<(), String> {
    let published = |subject: &str| {
        if has_no_empty_token(subject) && !subject.contains(char::is_whitespace) {
            return Ok(());
        }
        Err(format!(
            "{subject:?} is no subject: tokens are separated by single dots, without spaces"
        ))
    };
    match call {
        Call::Publish { message, count } | Call::JsPublish { message, count, .. } => {
            if *count == 0 || *count > MAX_COUNT {
                return Err(format!("publish 1 to {MAX_COUNT} messages, not {count}"));
            }
            published(&message.subject)
        }
        Call::Request { message, timeout, .. } => {
            if *timeout == Span::ZERO {
                return Err("a request needs a timeout of more than nothing".to_owned());
            }
            published(&message.subject)
        }
        Call::Api { subject, .. } => published(subject),
        Call::Subscribe { subject, .. } | Call::Reply { subject, .. } => {
            if is_valid_pattern(subject) {
                return Ok(());
            }
            Err(format!("{subject:?} cannot be subscribed to: no empty tokens, > only at the end"))
        }
        Call::Next { .. }
        | Call::Consume { .. }
        | Call::Ordered { .. }
        | Call::Answer { .. }
        | Call::Cancel { .. } => Ok(()),
    }
}

/// Messages one call may publish, so that a slip of the finger does not stop the world.
const MAX_COUNT: u32 = 10_000;

impl Draft {
    /// The message, with `{{Count}}` replaced by `n`.
    fn fill(&self, n: u32, reply: Option<Subject>) -> Message {
        let fill = |text: &str| {
            if text.contains("{{Count}}") {
                text.replace("{{Count}}", &n.to_string())
            } else {
                text.to_owned()
            }
        };
        let headers = (!self.headers.is_empty())
            .then(|| Headers::new(self.headers.iter().map(|(n, v)| (n, fill(v)))));
        Message {
            subject: fill(&self.subject).into(),
            reply: reply.or_else(|| self.reply.as_deref().map(Into::into)),
            headers,
            payload: fill(&self.text).into(),
        }
    }
}
