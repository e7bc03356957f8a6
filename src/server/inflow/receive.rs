//! What comes from origins: their answers, their messages, their questions whether to go on.

use std::sync::Arc;

use crate::jetstream::inflow::{Answered, Heard, Incoming, Kind, Phase};
use crate::jetstream::stream::{Arrival, StreamCommand};
use crate::kernel::Context;
use crate::nats::Message;

use super::super::{Host, HostedStream, Server};
use super::{HostedInflow, InflowNote, note_inflow};

impl Server {
    /// A message came for an inflow of a stream led here.
    pub(in crate::server) fn inflow_message<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        id: &Arc<str>,
        message: &Message,
    ) {
        let Some(about) = self.streams.get_mut(name).and_then(|hosted| hosted.inflow_mut(id))
        else {
            return;
        };
        let before = cx.cause();
        if let Phase::Asking { .. } = about.inflow.phase() {
            self.origin_answered(cx, name, id, message);
        } else {
            match about.inflow.hear(cx.now(), message, cx.rng()) {
                Heard::Nothing => {}
                Heard::Flow(reply) => self.let_origin_go_on(cx, name, id, reply),
                Heard::Lost => {
                    let note = note_inflow(cx, name, &about.inflow, InflowNote::Lost);
                    cx.because(note);
                    self.retry_inflow(cx, name, id);
                }
                Heard::Take(incoming) => self.take_from_origin(cx, name, id, &incoming),
            }
        }
        cx.because(before);
    }

    fn origin_answered<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        id: &Arc<str>,
        message: &Message,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let last = hosted.stream.store().last_seq();
        let Some(about) = hosted.inflow_mut(id) else { return };
        let inflow = &mut about.inflow;
        match inflow.answered(cx.now(), message, cx.rng()) {
            Answered::Nothing => return,
            Answered::Refused(error) => {
                let (err_code, description) = (error.err_code, (&*error.description).into());
                let what = InflowNote::Refused { err_code, description };
                let note = note_inflow(cx, name, inflow, what);
                cx.because(note);
                self.listen(cx, name, id);
            }
            Answered::Following { consumer, after } => {
                let skips = inflow.kind() == Kind::Mirror && after > last;
                let what = InflowNote::Following { consumer, after };
                let note = note_inflow(cx, name, inflow, what);
                cx.because(note);
                self.listen(cx, name, id);
                if skips {
                    // The origin has nothing there any more, or was not asked for it.
                    self.carry_out_command(cx, name, StreamCommand::Skip { to: after });
                }
                self.offer_direct(cx, name);
            }
        }
        self.arm_inflows(cx, name);
    }

    /// The origin may go on as soon as everything it sent before is in the stream.
    fn let_origin_go_on<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        id: &Arc<str>,
        reply: Message,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let applied = hosted.group.as_ref().map_or(u64::MAX, |(_, member)| member.raft.applied());
        let Some(about) = hosted.inflow_mut(id) else { return };
        if about.proposed > applied {
            about.owed.push_back((about.proposed, reply));
        } else {
            self.publish(cx, &reply);
        }
    }

    /// An entry of a stream's log was applied: what waited for it is told.
    pub(in crate::server) fn settle_owed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        index: u64,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let mut due = Vec::new();
        for about in &mut hosted.inflows {
            while about.owed.front().is_some_and(|(waits_for, _)| *waits_for <= index) {
                due.extend(about.owed.pop_front().map(|(_, reply)| reply));
            }
        }
        for reply in due {
            self.publish(cx, &reply);
        }
    }

    fn take_from_origin<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        id: &Arc<str>,
        incoming: &Incoming,
    ) {
        let now = self.wall(cx.now());
        let knows_all = self.knows_consumers(cx.now());
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let replicated = hosted.group.is_some();
        let HostedStream { stream, leader, consumers, inflows, .. } = hosted;
        let about = inflows.iter_mut().find(|about| about.inflow.id() == id);
        let Some(HostedInflow { inflow, .. }) = about else { return };
        let wanted = |subject: &str| !knows_all || Self::is_wanted_by(consumers, subject);
        let domain = self.config.domain.as_deref();
        let arrival = Arrival { now, replicated, domain, wanted: &wanted };
        let taken = match inflow.kind() {
            Kind::Mirror => stream.take_copy(leader, incoming, arrival, cx.rng()).map(Some),
            Kind::Source => stream.take_sourced(leader, incoming, arrival, cx.rng()),
        };
        let seq = incoming.seq;
        let what = match &taken {
            Ok(Some(_)) => InflowNote::Taken { seq },
            Ok(None) => InflowNote::Duplicate { seq },
            Err(error) => InflowNote::NotTaken { seq, description: (&*error.description).into() },
        };
        let note = note_inflow(cx, name, inflow, what);
        cx.because(note);
        match taken {
            Ok(Some(command)) => {
                let index = self.carry_out_command(cx, name, command);
                let hosted = self.streams.get_mut(name);
                if let Some(about) = hosted.and_then(|hosted| hosted.inflow_mut(id)) {
                    about.proposed = index.unwrap_or(about.proposed);
                }
            }
            Ok(None) => {}
            Err(_) => {
                inflow.not_taken(seq);
                self.retry_inflow(cx, name, id);
            }
        }
    }
}
