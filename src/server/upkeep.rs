//! What time does to a stream: messages become too old, batches are abandoned.

use std::sync::Arc;

use crate::jetstream::stream::{Abandoned, Due};
use crate::kernel::Context;
use crate::nats::api::StreamAdvisory;

use super::{Host, HostedStream, Note, Removal, Server, Timer};

impl Server {
    /// Whether messages of a stream can become too old, and no timer waits for that.
    pub(super) fn needs_expiry(&self, name: &str) -> bool {
        self.streams.get(name).is_some_and(|hosted| {
            hosted.expiry.is_none() && hosted.expiring.is_none() && hosted.next_due().is_some()
        })
    }

    /// Sets the timer for the next message that becomes too old.
    pub(super) fn arm_expiry<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let now = self.wall(cx.now());
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if hosted.expiring.is_some() {
            return;
        }
        let Some(due) = hosted.next_due() else { return };
        if let Some((set, id)) = hosted.expiry {
            if set <= due {
                return;
            }
            cx.cancel_timer(id);
        }
        let id = cx.set_timer(due.since(now), Timer::Expire(Arc::clone(name)).into());
        hosted.expiry = Some((due, id));
    }

    /// Something in a stream is too old.
    pub(super) fn expire<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let now = self.wall(cx.now());
        let knows_all = self.knows_consumers(cx.now());
        let Some(hosted) = self.streams.get_mut(name) else { return };
        hosted.expiry = None;
        let leading = hosted.leading;
        let HostedStream { stream, consumers, .. } = hosted;
        let wanted = |subject: &str| !knows_all || Self::is_wanted_by(consumers, subject);
        let Due { gone, commands } = stream.due(now, leading, &wanted);
        self.removed(cx, name, &gone, Removal::Age);
        let mut last = None;
        for command in commands {
            last = self.carry_out_command(cx, name, command).or(last);
        }
        if let Some(hosted) = self.streams.get_mut(name) {
            // Until all of this is applied, the same would only be proposed again.
            hosted.expiring = last;
        }
        self.arm_expiry(cx, name);
    }

    /// An entry of a stream's log was applied: perhaps the last of what expiry proposed.
    pub(super) fn expiry_applied<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        index: u64,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if hosted.expiring.is_some_and(|last| last <= index) {
            hosted.expiring = None;
            self.arm_expiry(cx, name);
        }
    }

    /// Sets the timer for the next batch that waits for too long.
    pub(super) fn arm_batches<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let now = self.wall(cx.now());
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if hosted.abandoning.is_some() {
            return;
        }
        let Some(due) = hosted.leader.next_abandoned() else { return };
        let id = cx.set_timer(due.since(now), Timer::Abandon(Arc::clone(name)).into());
        hosted.abandoning = Some((due, id));
    }

    /// A batch may have waited for too long.
    pub(super) fn abandon_batches<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let now = self.wall(cx.now());
        let Some(hosted) = self.streams.get_mut(name) else { return };
        hosted.abandoning = None;
        for abandoned in hosted.leader.abandon(now) {
            self.batch_abandoned(cx, name, &abandoned);
        }
        self.arm_batches(cx, name);
    }

    /// A batch will never be stored.
    pub(super) fn batch_abandoned<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        abandoned: &Abandoned,
    ) {
        let Abandoned { id, reason } = abandoned;
        let (stream, batch) = (Arc::clone(name), Arc::clone(id));
        let note = cx.note(Note::BatchAbandoned { stream, batch, reason }.into());
        let before = cx.because(note);
        let advisory = StreamAdvisory::BatchAbandoned { batch: Arc::clone(id), reason };
        self.advise_stream(cx, name, &advisory);
        cx.because(before);
    }
}
