//! Publishing many messages to a stream without waiting for each acknowledgement: all at once, each
//! with an acknowledgement of its own, or as one batch that is stored whole or not at all.

use std::sync::Arc;

use crate::kernel::Context;
use crate::nats::protocol::ClientOp;
use crate::nats::{Headers, Message, Subject};

use super::{API_TIMEOUT, Call, Client, Host, OpId, Outcome};

/// A message that is waited for: where its acknowledgement comes, and what came there.
pub(super) type Awaited = (Subject, Option<Message>);

impl Client {
    /// Sends all messages. Of a batch, the last one asks for it to be stored, and is answered.
    pub(super) fn begin_window<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
    ) {
        let Call::JsPublishAll { message, count, from, atomic } = &**call else { return };
        if *atomic {
            let id = cx.rng().base62(22);
            for n in 1..*count {
                let message = of_batch(message.fill(from + n - 1, None), &id, n);
                self.say(cx, ClientOp::Pub(message));
            }
            let last = of_batch(message.fill(from + count - 1, None), &id, *count);
            let headers = last.headers.as_ref().map(|all| all.with("Nats-Batch-Commit", "1"));
            return self.request(cx, op, Message { headers, ..last }, API_TIMEOUT);
        }
        self.ensure_inbox(cx);
        let first = self.next_reply;
        self.next_reply += u64::from(*count);
        let replies: Vec<Subject> =
            (first..self.next_reply).map(|n| format!("{}.{n}", self.inbox).into()).collect();
        if let Some(record) = self.ops.get_mut(&op) {
            record.progress.awaited = replies.iter().map(|to| (Arc::clone(to), None)).collect();
        }
        for (n, reply) in (*from..).zip(replies) {
            self.say(cx, ClientOp::Pub(message.fill(n, Some(reply))));
        }
        self.wait_for(cx, op, API_TIMEOUT);
    }

    /// An acknowledgement came for one of them.
    pub(super) fn acknowledged<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        message: Message,
    ) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        if message.status().is_some_and(|(status, _)| status == 503) {
            return self.end(cx, op, Outcome::NoResponders);
        }
        let awaited = &mut record.progress.awaited;
        match awaited.iter_mut().find(|(to, _)| *to == message.subject) {
            Some((_, came)) => *came = Some(message),
            // The answer to a batch.
            None => awaited.push((Arc::clone(&message.subject), Some(message))),
        }
        if awaited.iter().all(|(_, came)| came.is_some()) {
            let acks = std::mem::take(awaited).into_iter().filter_map(|(_, came)| came).collect();
            self.end(cx, op, Outcome::Acked { acks, retries: 0 });
        }
    }
}

/// Adds what makes it a message of a batch.
fn of_batch(message: Message, id: &str, number: u32) -> Message {
    let headers = message.headers.unwrap_or_else(|| Headers::new([("Nats-Batch-Id", id)]));
    let headers = headers.with("Nats-Batch-Id", id);
    let headers = Some(headers.with("Nats-Batch-Sequence", &number.to_string()));
    Message { headers, ..message }
}
