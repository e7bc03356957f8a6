//! Messages for a stream: taken in by its leader, applied on every copy, acknowledged.

use std::sync::Arc;

use crate::jetstream::store::{StoredMessage, Ttl};
use crate::jetstream::stream::{Applied, Arrival, Stored, StreamCommand, Taken, Told, is_fast};
use crate::kernel::Context;
use crate::nats::api::{ApiError, PubAck};
use crate::nats::{Message, Subject};

use super::group::GroupEntry;
use super::meta::Requester;
use super::{Host, HostedStream, Note, Removal, Server};

impl Server {
    /// A message came for a stream led here.
    pub(super) fn ingest<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        message: &Message,
    ) {
        let before = cx.cause();
        let now = self.wall(cx.now());
        // As long as a consumer may be unknown here, everything may be wanted.
        let knows_all = self.knows_consumers(cx.now());
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let replicated = hosted.group.is_some();
        let HostedStream { stream, leader, consumers, .. } = hosted;
        let wanted = |subject: &str| !knows_all || Self::is_wanted_by(consumers, subject);
        let domain = self.config.domain.as_deref();
        let arrival = Arrival { now, replicated, domain, wanted: &wanted };
        let taken = stream.take(leader, message, arrival, cx.rng());
        let reply = message.reply.as_ref();
        match taken {
            Taken::Command(command) => {
                self.carry_out_command(cx, name, command);
            }
            Taken::Duplicate(seq) => {
                let note = cx.note(Note::Duplicate { stream: Arc::clone(name), seq }.into());
                cx.because(note);
                let stored = PubAck::stored(name, self.config.domain.as_deref(), seq);
                self.acknowledge(cx, name, reply, PubAck { duplicate: true, ..stored });
            }
            Taken::Refused { error, abandoned } => {
                self.reject(cx, name, reply, error);
                if let Some(abandoned) = abandoned {
                    self.batch_abandoned(cx, name, &abandoned);
                }
            }
            Taken::Fast { told, command } => {
                self.tell_publisher(cx, told);
                if let Some(command) = command {
                    self.carry_out_command(cx, name, command);
                }
                self.arm_batches(cx, name);
            }
            Taken::Staged { batch, number } => {
                let stream = Arc::clone(name);
                let note = cx.note(Note::Staged { stream, batch, number }.into());
                cx.because(note);
                self.confirm_staged(cx, name, reply);
                self.arm_batches(cx, name);
            }
        }
        cx.because(before);
    }

    /// Applies a command of a stream led here, or proposes it if there are other copies.
    pub(super) fn carry_out_command<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        command: StreamCommand,
    ) -> Option<u64> {
        match self.streams.get(name)?.group.as_ref().map(|(group, _)| Arc::clone(group)) {
            None => {
                self.apply_stream(cx, name, &command, 0);
                None
            }
            Some(group) => {
                let before = cx.cause();
                if let Some(hosted) = self.streams.get_mut(name) {
                    hosted.leader.proposed(&hosted.stream, &command);
                }
                let index = self.propose(cx, &group, GroupEntry::Stream(Arc::new(command)));
                cx.because(before);
                index
            }
        }
    }

    fn reject<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        reply: Option<&Subject>,
        error: ApiError,
    ) {
        let note = Note::Rejected {
            stream: Arc::clone(name),
            err_code: error.err_code,
            description: (&*error.description).into(),
        };
        let note = cx.note(note.into());
        cx.because(note);
        self.acknowledge(cx, name, reply, PubAck::refused(name, error));
    }

    /// Answers a publish, if its sender waits and the stream acknowledges at all.
    fn acknowledge<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        reply: Option<&Subject>,
        ack: PubAck,
    ) {
        self.answer_publish(cx, name, reply, || ack.to_json());
    }

    /// A message of a batch that waits for the others gets an empty answer.
    fn confirm_staged<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        reply: Option<&Subject>,
    ) {
        self.answer_publish(cx, name, reply, bytes::Bytes::new);
    }

    /// What the publisher of a fast batch is told.
    fn tell_publisher<H: Host>(&mut self, cx: &mut Context<'_, H>, told: Told) {
        for (reply, text) in told {
            self.publish(cx, &Message::new(reply, text));
        }
    }

    fn answer_publish<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        reply: Option<&Subject>,
        answer: impl FnOnce() -> bytes::Bytes,
    ) {
        let Some(reply) = reply else { return };
        let Some(hosted) = self.streams.get(name) else { return };
        if !hosted.stream.config().no_ack {
            self.publish(cx, &Message::new(Arc::clone(reply), answer()));
        }
    }

    /// Applies what a stream's group has committed, or what a lone copy decided.
    pub(super) fn apply_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        command: &StreamCommand,
        index: u64,
    ) {
        let before = cx.cause();
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let applied = hosted.stream.apply(command);
        if hosted.leading && hosted.group.is_some() {
            hosted.leader.applied(&hosted.stream, command);
        }
        let follows = !hosted.inflows.is_empty();
        let requester = hosted.waiting.remove(&index);
        let reply = match command {
            StreamCommand::Publish(publication) => publication.message.reply.as_ref(),
            StreamCommand::Batch(batch) => batch.reply.as_ref(),
            _ => None,
        };
        match applied {
            Applied::Stored(stored) => {
                let ack = self.stored(cx, name, &stored);
                self.stored_and_told(cx, name, reply, ack, &[stored]);
            }
            Applied::Skipped { seq } => {
                let ack = self.skipped(cx, name, seq);
                self.stored_and_told(cx, name, reply, ack, &[]);
            }
            Applied::Batch(all) => self.batch_stored(cx, name, command, all),
            Applied::Passed => {}
            Applied::Refused(error) => {
                if self.leads(name) {
                    self.reject(cx, name, reply, error);
                }
            }
            Applied::Deleted(result) => {
                if let Ok(message) = &result {
                    self.removed(cx, name, std::slice::from_ref(message), Removal::Deleted);
                }
                if let Some(requester) = requester {
                    self.answer_msg_deleted(cx, name, &requester, result.map(|_| ()));
                }
            }
            Applied::Purged(messages) => {
                self.removed(cx, name, &messages, Removal::Purged);
                if let StreamCommand::Purge(purge) = command {
                    self.with_consumers_led(cx, name, |consumer, cx| {
                        consumer.purged(cx, &purge.filter);
                    });
                }
                if let Some(requester) = requester {
                    self.answer_purged(cx, name, &requester, messages.len() as u64);
                }
            }
            Applied::Unneeded(messages) => self.removed(cx, name, &messages, Removal::Consumed),
            Applied::Expired(messages) => self.removed(cx, name, &messages, Removal::Age),
        }
        self.expiry_applied(cx, name, index);
        if follows {
            self.settle_owed(cx, name, index);
        }
        if let StreamCommand::Copy { .. } = command
            && self.streams.get(name).is_some_and(HostedStream::may_offer_more)
        {
            self.offer_direct(cx, name);
        }
        cx.because(before);
    }

    fn leads(&self, name: &str) -> bool {
        self.streams.get(name).is_some_and(|hosted| hosted.leading)
    }

    /// Tells the trace that a message was stored and what went for it, and sends it on where the
    /// stream republishes. Gives the acknowledgement.
    fn stored<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        stored: &Stored,
    ) -> PubAck {
        let Stored { message, removed, replaced, republished } = stored;
        let (stream, seq) = (Arc::clone(name), message.seq);
        let note = Note::Stored { stream, seq, subject: Arc::clone(&message.subject) };
        let note = cx.note(note.into());
        cx.because(note);
        self.removed(cx, name, removed, Removal::Limit);
        self.removed(cx, name, replaced, Removal::Rollup);
        if let Some(republished) = republished
            && self.leads(name)
        {
            self.publish(cx, republished);
        }
        let hosted = self.streams.get(name);
        let val = hosted.and_then(|hosted| hosted.stream.counter_total(message));
        PubAck { val, ..PubAck::stored(name, self.config.domain.as_deref(), seq) }
    }

    fn skipped<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>, seq: u64) -> PubAck {
        let note = cx.note(Note::Unwanted { stream: Arc::clone(name), seq }.into());
        cx.because(note);
        PubAck::stored(name, self.config.domain.as_deref(), seq)
    }

    /// Acknowledges what was stored, and lets consumers have it.
    fn stored_and_told<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        reply: Option<&Subject>,
        ack: PubAck,
        all: &[Stored],
    ) {
        if let Some(hosted) = self.streams.get_mut(name).filter(|hosted| hosted.leading) {
            match reply.filter(|reply| is_fast(reply)) {
                Some(reply) => {
                    let told = hosted.leader.stored_of_batch(reply, &ack);
                    self.tell_publisher(cx, told);
                }
                None => self.acknowledge(cx, name, reply, ack),
            }
        }
        for Stored { message, .. } in all {
            self.with_consumers_led(cx, name, |consumer, cx| consumer.stored(cx, message));
        }
        if all.iter().any(|s| s.message.ttl != Ttl::Unset) || self.needs_expiry(name) {
            self.arm_expiry(cx, name);
        }
    }

    fn batch_stored<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        command: &StreamCommand,
        all: Vec<Applied>,
    ) {
        let StreamCommand::Batch(batch) = command else { return };
        let mut last = PubAck::default();
        let mut told = Vec::with_capacity(all.len());
        for applied in all {
            match applied {
                Applied::Stored(stored) => {
                    last = self.stored(cx, name, &stored);
                    told.push(stored);
                }
                Applied::Skipped { seq } => last = self.skipped(cx, name, seq),
                _ => {}
            }
        }
        let (id, count) = (Some(batch.id.to_string()), batch.messages.len() as u64);
        let ack = PubAck { batch: id, count, ..last };
        self.stored_and_told(cx, name, batch.reply.as_ref(), ack, &told);
    }

    /// Changes a stream led here on behalf of somebody who waits for it.
    pub(super) fn change_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        command: StreamCommand,
        requester: Requester,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        // Where alone is a quorum the entry is applied before we hear of its index.
        let next = hosted.group.as_ref().map_or(0, |(_, member)| member.raft.last_index() + 1);
        hosted.waiting.insert(next, requester);
        self.carry_out_command(cx, name, command);
    }

    /// Tells the trace and the stream's consumers that messages are gone.
    pub(super) fn removed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        messages: &[Arc<StoredMessage>],
        reason: Removal,
    ) {
        let Some(first_seq) = messages.iter().map(|message| message.seq).min() else { return };
        let (stream, count) = (Arc::clone(name), messages.len() as u64);
        let note = cx.note(Note::Removed { stream, first_seq, count, reason }.into());
        let before = cx.because(note);
        // What a purge leaves, consumers find out by themselves.
        if reason != Removal::Purged {
            self.tell_consumers_removed(cx, name, messages);
        }
        cx.because(before);
    }
}
