//! Publishing a content to a stream in pieces: as nats-py does, each after the acknowledgement of the
//! one before, or as nats.go does, all at once.

use std::sync::Arc;

use crate::kernel::Context;
use crate::nats::protocol::ClientOp;
use crate::nats::{Message, Subject};

use super::object::Content;
use super::{API_TIMEOUT, Call, Client, Delivery, Draft, Host, OpId, OpRecord, Outcome};

/// Where a content goes, piece by piece.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upload {
    /// The subject of every piece.
    pub subject: String,
    /// The content.
    pub content: Content,
    /// How many bytes a piece has; the last one may have fewer.
    pub piece: u32,
    /// What is published after the last piece.
    pub then: Option<Draft>,
    /// Whether nothing is waited for until all is published.
    pub at_once: bool,
}

crate::nats::json::as_json! {
    strict Upload;
    subject required, content required, piece required, then omitempty, at_once omitempty,
}

impl Upload {
    /// How many messages it is.
    fn messages(&self) -> u64 {
        self.pieces() + u64::from(self.then.is_some())
    }

    fn pieces(&self) -> u64 {
        self.content.size().div_ceil(u64::from(self.piece.max(1)))
    }

    /// The n-th message, counted from 0.
    fn message(&self, n: u64) -> Message {
        match &self.then {
            Some(last) if n >= self.pieces() => last.fill(1, None),
            _ => {
                let size = u64::from(self.piece.max(1));
                Message::new(self.subject.as_str(), self.content.piece(n * size, size))
            }
        }
    }
}

impl OpRecord {
    /// Of an upload: how many of its messages are acknowledged, and how many there are.
    pub fn uploaded(&self) -> Option<(u64, u64)> {
        let Call::Upload(upload) = &*self.call else { return None };
        let awaited = &self.progress.awaited;
        let came = awaited.iter().filter(|(_, came)| came.is_some()).count();
        let all = upload.messages();
        let done = (self.progress.replies.len() + came) as u64;
        Some((if self.outcome.is_some() { all } else { done }, all))
    }

    /// Of what is read to its end: how many messages have come, and how many there are; none before the
    /// first.
    pub fn read_so_far(&self) -> Option<(u64, u64)> {
        self.reading().filter(|reading| reading.to_end)?;
        let came = match self.outcome.as_deref() {
            Some(Outcome::Fetched { messages, .. }) => messages,
            _ => &self.progress.replies,
        };
        let here = came.len() as u64;
        Some((here, here + Delivery::of(came.last()?)?.pending))
    }
}

impl Client {
    /// Begins with the first piece, or sends them all.
    pub(super) fn begin_upload<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        upload: &Upload,
    ) {
        let largest = u64::from(upload.piece).min(upload.content.size());
        if largest > self.max_payload {
            let (size, most) = (largest, self.max_payload);
            let why =
                format!("maximum payload exceeded: a chunk has {size} bytes of at most {most}");
            return self.end(cx, op, Outcome::Invalid(why.into()));
        }
        if upload.messages() == 0 {
            return self.end(cx, op, Outcome::Acked { acks: Vec::new(), retries: 0 });
        }
        if !upload.at_once {
            return self.upload_next(cx, op, upload);
        }
        self.ensure_inbox(cx);
        let first = self.next_reply;
        self.next_reply += upload.messages();
        let replies: Vec<Subject> =
            (first..self.next_reply).map(|n| format!("{}.{n}", self.inbox).into()).collect();
        if let Some(record) = self.ops.get_mut(&op) {
            record.progress.awaited = replies.iter().map(|to| (Arc::clone(to), None)).collect();
        }
        for (n, reply) in (0..).zip(replies) {
            self.say(cx, ClientOp::Pub(upload.message(n).with_reply(reply)));
        }
        self.wait_for(cx, op, API_TIMEOUT);
    }

    fn upload_next<H: Host>(&mut self, cx: &mut Context<'_, H>, op: OpId, upload: &Upload) {
        let Some(record) = self.ops.get(&op) else { return };
        let n = record.progress.replies.len() as u64;
        self.request(cx, op, upload.message(n), API_TIMEOUT);
    }

    /// An acknowledgement came.
    pub(super) fn upload_acknowledged<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        ack: Message,
    ) {
        let Some(call) = self.ops.get(&op).map(|record| Arc::clone(&record.call)) else { return };
        let Call::Upload(upload) = &*call else { return };
        if upload.at_once {
            // Every one of them shows that the way is open.
            self.wait_for(cx, op, API_TIMEOUT);
            return self.acknowledged(cx, op, ack);
        }
        if ack.status().is_some_and(|(status, _)| status == 503) {
            return self.end(cx, op, Outcome::NoResponders);
        }
        let Some(record) = self.ops.get_mut(&op) else { return };
        let refused = ack.payload.starts_with(b"{\"error\"");
        record.progress.replies.push(ack);
        if !refused && (record.progress.replies.len() as u64) < upload.messages() {
            return self.upload_next(cx, op, upload);
        }
        let acks = std::mem::take(&mut record.progress.replies);
        self.end(cx, op, Outcome::Acked { acks, retries: 0 });
    }
}
