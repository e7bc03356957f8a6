//! Receiving from a consumer without end: the consumer is looked up or made, then listened to.
//!
//! A push consumer is subscribed to; a pull consumer is asked again and again. An ordered consumer is
//! one that the library makes for itself, and makes anew whenever a message is missing: a push
//! consumer (ADR-17), or in newer libraries a pull consumer.

use std::sync::Arc;

use crate::kernel::{Context, Span};
use crate::nats::api::ApiError;
use crate::nats::json::{self, as_json};
use crate::nats::protocol::ClientOp;
use crate::nats::{Message, Subject};

use super::{API_TIMEOUT, Call, Client, ConsumerDraft, Deliver, Host, Note, OpId, Outcome, Timer};

/// How long after a failure something is tried again.
pub(super) const AGAIN: Span = Span::secs(1);

/// Errors that say that somebody else made the consumer first: the name is in use, it is active, it is
/// another one.
pub(super) const EXISTS: [u16; 3] = [10013, 10105, 10148];

/// How far an operation that receives from a consumer is.
#[derive(Debug, Clone, Default)]
pub(super) struct Consuming {
    /// Whether the consumer is known and listened to.
    listening: bool,
    /// Whether what is waited for is the making of a consumer.
    making: bool,
    /// Where the consumer delivers, and to which queue group; none for a pull consumer.
    deliver: Option<(Subject, Option<Subject>)>,
    /// Of a pull consumer: where its answers come, and how many messages were asked for.
    pub(super) inbox: Option<Subject>,
    pub(super) asked: u32,
    /// Of an ordered consumer: the last message it delivered, in its own and the stream's count.
    pub(super) consumer_seq: u64,
    pub(super) stream_seq: u64,
    /// Of an ordered pull consumer: what all its names begin with, and the number of the last one.
    prefix: Arc<str>,
    pub(super) serial: u32,
    /// Of one that is read as a library does: what it is called, and how
    /// often it is still to be asked for.
    pub(super) called: Arc<str>,
    pub(super) informing: u32,
    /// Whether all has come while it was still asked for.
    pub(super) at_end: bool,
}

/// What is read of the API's answers about a consumer.
#[derive(Debug, Default)]
struct Info {
    error: Option<ApiError>,
    config: InfoConfig,
    push_bound: bool,
    name: String,
    num_pending: u64,
}

as_json! {
    read Info;
    error, config, push_bound, name, num_pending,
}

#[derive(Debug, Default)]
struct InfoConfig {
    deliver_subject: Option<String>,
    deliver_group: Option<String>,
}

as_json! {
    read InfoConfig;
    deliver_subject, deliver_group,
}

/// The error in an answer of the API, if it is one.
pub(super) fn api_error(answer: &Message) -> Option<ApiError> {
    json::read::<Info>(&answer.payload).ok()?.error
}

impl Consuming {
    /// Begins to make one as a library does; whether it is the first.
    pub(super) fn begin_making(&mut self) -> bool {
        (self.making, self.deliver, self.informing) = (true, None, 0);
        self.is_first()
    }

    /// Whether none was made so far, as a library does.
    pub(super) fn is_first(&self) -> bool {
        self.serial == 0
    }

    /// What an ordered pull consumer is called now.
    pub(super) fn name(&self) -> String {
        format!("{}_{}", self.prefix, self.serial)
    }
}

impl Client {
    pub(super) fn consuming(&mut self, op: OpId) -> Option<&mut Consuming> {
        Some(self.ops.get_mut(&op)?.progress.consuming.get_or_insert_default())
    }

    /// Begins, or goes on after the connection was lost.
    pub(super) fn begin_consuming<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
    ) {
        let Some(consuming) = self.consuming(op) else { return };
        if consuming.listening {
            return self.listen(cx, op, call);
        }
        match &**call {
            Call::Consume { stream, consumer: Some(consumer), .. } => {
                consuming.making = false;
                let subject = format!("$JS.API.CONSUMER.INFO.{stream}.{consumer}");
                self.request(cx, op, Message::new(subject, ""), API_TIMEOUT);
            }
            Call::Consume { stream, create, .. } => {
                let inbox = self.new_inbox(cx);
                let draft = create.as_deref().cloned().unwrap_or_default();
                self.make(cx, op, draft.ephemeral(stream, &inbox), (inbox, None));
            }
            Call::Ordered { stream, filters, deliver, pull, how, .. } => {
                let deliver = match consuming.stream_seq {
                    0 => *deliver,
                    last => Deliver::Sequence(last + 1),
                };
                consuming.consumer_seq = 0;
                let draft =
                    ConsumerDraft { filters: filters.clone(), deliver, ..ConsumerDraft::default() };
                if *pull {
                    return self.make_ordered_pull(cx, op, call, stream, &draft);
                }
                match how {
                    Some(how) => self.make_reader(cx, op, stream, &draft, how),
                    None => {
                        let inbox = self.new_inbox(cx);
                        self.make(cx, op, draft.ordered(stream, &inbox), (inbox, None));
                    }
                }
            }
            _ => {}
        }
    }

    /// Makes an ordered pull consumer, under another name than the one before, which is deleted.
    fn make_ordered_pull<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
        stream: &str,
        draft: &ConsumerDraft,
    ) {
        let Some(consuming) = self.consuming(op) else { return };
        let old = (consuming.serial > 0).then(|| consuming.name());
        if old.is_none() {
            consuming.prefix = cx.rng().base62(22).into();
        }
        consuming.serial += 1;
        consuming.making = true;
        consuming.inbox = None;
        let request = draft.ordered_pull(stream, &consuming.name());
        if let Some(old) = old {
            // Nobody waits for the answer: it may be gone already.
            let delete = Message::new(format!("$JS.API.CONSUMER.DELETE.{stream}.{old}"), "");
            let reply = self.new_inbox(cx);
            self.say(cx, ClientOp::Pub(call.api(delete).with_reply(reply)));
        }
        self.request(cx, op, Message::new(request.0, request.1), API_TIMEOUT);
    }

    /// Makes the consumer. Whoever chose the inbox listens there first, so that nothing is missed.
    pub(super) fn make<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        (subject, body): (String, String),
        deliver: (Subject, Option<Subject>),
    ) {
        self.unsubscribe(cx, op);
        self.subscribe(cx, op, &deliver.0, deliver.1.as_deref());
        if let Some(consuming) = self.consuming(op) {
            consuming.making = true;
            consuming.deliver = Some(deliver);
        }
        self.request(cx, op, Message::new(subject, body), API_TIMEOUT);
    }

    pub(super) fn unsubscribe<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if let Some(sid) = record.progress.sid.take()
            && self.sids.remove(&sid).is_some()
        {
            self.say(cx, ClientOp::Unsub { sid, max: None });
        }
    }

    /// The API answered about the consumer.
    pub(super) fn consuming_answered<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        answer: Message,
        no_responders: bool,
    ) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        record.progress.reply = None;
        let call = Arc::clone(&record.call);
        let ordered = matches!(*call, Call::Ordered { .. });
        if no_responders {
            return if ordered && !self.is_first_reading(op) {
                self.set_op_timer(cx, op, AGAIN, Timer::Retry);
            } else {
                self.end(cx, op, Outcome::NoResponders);
            };
        }
        let Some(consuming) = self.consuming(op) else { return };
        let info: Info = json::read(&answer.payload).unwrap_or_default();
        let made = consuming.making;
        if consuming.informing > 0 {
            consuming.informing -= 1;
            return self.reader_known(cx, op, info.num_pending);
        }
        consuming.called = info.name.into();
        match (&*call, info.error) {
            (Call::Consume { stream, consumer: Some(name), create, queue, .. }, Some(error))
                if !made && error.err_code == ApiError::CONSUMER_NOT_FOUND.err_code =>
            {
                let Some(draft) = create else {
                    return self.end(cx, op, Outcome::Refused(answer));
                };
                let inbox = self.new_inbox(cx);
                let request = draft.push(stream, name, &inbox, queue.as_deref());
                self.make(cx, op, request, (inbox, queue.as_deref().map(Into::into)));
            }
            // Of several members that make the consumer at once, one is first: its is taken.
            (Call::Consume { consumer: Some(_), .. }, Some(error))
                if made && EXISTS.contains(&error.err_code) =>
            {
                self.unsubscribe(cx, op);
                self.begin_consuming(cx, op, &call);
            }
            (_, Some(_)) => self.end(cx, op, Outcome::Refused(answer)),
            (_, None) => {
                consuming.listening = true;
                let InfoConfig { deliver_subject, deliver_group } = info.config;
                let deliver = deliver_subject.filter(|subject| !subject.is_empty());
                let group = deliver_group.filter(|group| !group.is_empty());
                if !made && deliver.is_some() && group.is_none() && info.push_bound {
                    let why = "consumer is already bound to a subscription";
                    return self.end(cx, op, Outcome::Invalid(why.into()));
                }
                if made && consuming.deliver.is_some() {
                    self.heard(cx, op, ordered);
                } else {
                    consuming.deliver = deliver.map(|s| (s.into(), group.map(Into::into)));
                    self.listen(cx, op, &call);
                }
                self.reader_made(cx, op, &call, info.num_pending);
            }
        }
    }

    /// Listens to a consumer that is known.
    fn listen<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, call: &Arc<Call>) {
        let Some(consuming) = self.consuming(op) else { return };
        match consuming.deliver.clone() {
            Some((subject, queue)) => {
                self.subscribe(cx, op, &subject, queue.as_deref());
                self.heard(cx, op, matches!(**call, Call::Ordered { .. }));
            }
            None => {
                consuming.asked = 0;
                let inbox = self.new_inbox(cx);
                self.subscribe(cx, op, &inbox, None);
                if let Some(consuming) = self.consuming(op) {
                    consuming.inbox = Some(inbox);
                }
                self.pull(cx, op, call);
            }
        }
    }

    /// What was waited for did not come in time.
    pub(super) fn consuming_late<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        record.progress.reply = None;
        let call = Arc::clone(&record.call);
        let Some(consuming) = self.consuming(op) else { return };
        let listening = consuming.listening;
        match &*call {
            Call::Ordered { .. } if !self.is_first_reading(op) => {
                self.order_lost(cx, op, "nothing was heard of it for too long");
            }
            _ if listening => {
                // Heartbeats are missing: whatever was asked for is not remembered.
                self.unsubscribe(cx, op);
                if self.connected_to().is_some() {
                    self.listen(cx, op, &call);
                }
            }
            _ => {
                let (after, replies) = (API_TIMEOUT, Vec::new());
                self.end(cx, op, Outcome::TimedOut { after, replies });
            }
        }
    }

    /// An ordered consumer is of no use any more: another one begins after the last good message.
    pub(super) fn order_lost<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        why: &'static str,
    ) {
        let Some(consuming) = self.consuming(op) else { return };
        consuming.listening = false;
        let after = consuming.stream_seq;
        let note = cx.note(Note::OrderLost { op, after, why }.into());
        let before = cx.because(note);
        self.unsubscribe(cx, op);
        // Without a connection, it goes on with the next one.
        if self.connected_to().is_some()
            && let Some(call) = self.ops.get(&op).map(|record| Arc::clone(&record.call))
        {
            self.begin_consuming(cx, op, &call);
        }
        cx.because(before);
    }
}
