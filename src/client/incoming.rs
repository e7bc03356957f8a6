//! What comes for an operation: replies to what it asked, and messages of what it subscribed to.

use std::sync::Arc;

use crate::kernel::Context;
use crate::nats::Message;
use crate::nats::protocol::Sid;

use super::{
    Call, Client, Happening, Host, Note, OpId, OpRecord, Outcome, RECEIVED_KEPT, RETRY_WAIT, Timer,
};

impl Client {
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
            let awaited = &record.progress.awaited;
            record.outcome.is_none()
                && (record.progress.reply.as_ref() == Some(&message.subject)
                    || awaited.iter().any(|(to, _)| *to == message.subject))
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
        match &*record.call {
            Call::JsPublish { count, retries, .. } => {
                if no_responders {
                    if progress.tries < *retries {
                        progress.tries += 1;
                        progress.retries += 1;
                        return self.set_op_timer(cx, op, RETRY_WAIT, Timer::Retry);
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
            Call::JsPublishAll { .. } => self.acknowledged(cx, op, message),
            Call::Backup { .. } | Call::Restore { .. } => self.transfer_answered(cx, op, message),
            Call::Upload(_) => self.upload_acknowledged(cx, op, message),
            Call::Consume { .. } | Call::Ordered { .. } => {
                self.consuming_answered(cx, op, message, no_responders);
            }
            Call::Api { .. } | Call::Answer { .. } if no_responders => {
                self.end(cx, op, Outcome::NoResponders);
            }
            Call::Api { .. } | Call::Answer { .. } => {
                self.end(cx, op, Outcome::Replies(vec![message]));
            }
            _ => {}
        }
    }

    /// A message came for a subscription.
    fn delivered<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, message: Message) {
        let Some(record) = self.ops.get(&op) else { return };
        let call = Arc::clone(&record.call);
        match &*call {
            Call::Next { .. } => self.fetched(cx, op, &call, message),
            Call::Backup { .. } => self.chunk_delivered(cx, op, message),
            Call::Consume { .. } | Call::Ordered { .. } => self.consumed(cx, op, &call, message),
            Call::Reply { body, .. } => {
                let answer = message.reply.clone().map(|reply| {
                    let payload = body.clone().map_or_else(|| message.payload.clone(), Into::into);
                    Message::new(reply, payload)
                });
                self.keep(cx, op, message, |client, cx| {
                    if let Some(answer) = answer {
                        client.publish(cx, answer);
                    }
                });
            }
            _ => self.keep(cx, op, message, |_, _| {}),
        }
    }

    /// Keeps a message that an operation received, does what is to be done because of it, and ends the
    /// operation if that was its last.
    pub(super) fn keep<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        message: Message,
        then: impl FnOnce(&mut Self, &mut Context<'_, H>),
    ) {
        let now = cx.now();
        let Some(record) = self.ops.get_mut(&op) else { return };
        record.received_total += 1;
        record.received_bytes += message.payload.len() as u64;
        record.first_at.get_or_insert(now);
        record.received.push_back((now, message.clone()));
        if record.received.len() > RECEIVED_KEPT {
            record.received.pop_front();
        }
        if record.reading().is_some_and(|reading| reading.to_end) {
            let (whole, payload) = (record.part_of, message.payload.clone());
            record.progress.replies.push(message);
            self.hash_chunk(whole, &payload);
            return then(self, cx);
        }
        if let Some(whole) = record.part_of {
            self.pass_on(cx, whole, message);
            return then(self, cx);
        }
        let (total, own, max) = (record.received_total, record.own, record.call.max());
        let note = cx.note(Note::Received { op, subject: Arc::clone(&message.subject) }.into());
        let before = cx.because(note);
        if own {
            self.happened.push_back((note, Happening::Message { op, message }));
        }
        then(self, cx);
        if max.is_some_and(|max| total >= max) {
            self.end(cx, op, Outcome::Ended { messages: total });
        }
        cx.because(before);
    }
}
