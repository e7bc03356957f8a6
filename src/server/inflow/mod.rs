//! How a server runs the inflows of the streams it leads: what mirrors and sources take from their
//! origins.
//!
//! Everything goes over the wire: the request for a consumer, its answer, what that consumer
//! delivers, and the replies to its flow control.

mod note;
mod receive;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::jetstream::inflow::{Inflow, Kind, Owner, Phase, Start, Tick, source_id};
use crate::kernel::{Context, EventId, Time};
use crate::nats::api::{SourceInfo, StreamSource};
use crate::nats::subject::matches;
use crate::nats::{Message, Subject};

use super::{Account, Host, HostedStream, Note, Server, Target, Timer};

pub use note::InflowNote;

/// How many messages a mirror may be behind when it begins to answer direct gets of its origin.
const CAUGHT_UP: u64 = 10;

/// An inflow of a stream led here.
#[derive(Debug, Clone)]
pub struct HostedInflow {
    /// It.
    pub inflow: Inflow,
    /// What this server listens to for it.
    listens: Option<Subject>,
    /// The last entry of the stream's log that stores something of it.
    proposed: u64,
    /// What the origin is told as soon as that entry is applied.
    owed: VecDeque<(u64, Message)>,
}

impl HostedStream {
    fn inflow_mut(&mut self, id: &str) -> Option<&mut HostedInflow> {
        self.inflows.iter_mut().find(|about| **about.inflow.id() == *id)
    }

    /// Whether a mirror has nearly everything; the copies that follow its leader take its word.
    pub(super) fn has_caught_up(&self) -> bool {
        if !self.leading {
            return self.stream.store().last_seq() > 0;
        }
        self.inflows.iter().any(|about| about.inflow.has_caught_up(CAUGHT_UP))
    }

    /// How far its mirroring is, and its sources, as the API tells it.
    pub(super) fn inflow_infos(&self, now: Time) -> (Option<SourceInfo>, Vec<SourceInfo>) {
        let (mut mirror, mut sources) = (None, Vec::new());
        for HostedInflow { inflow, .. } in &self.inflows {
            match inflow.kind() {
                Kind::Mirror => mirror = Some(inflow.info(now, 0)),
                Kind::Source => {
                    let seq = self.stream.position(inflow.id()).map_or(0, |at| at.seq);
                    sources.push(inflow.info(now, seq));
                }
            }
        }
        (mirror, sources)
    }
}

impl Server {
    /// Begins to follow the origins that a stream led here is configured with, and leaves others.
    pub(super) fn settle_inflows<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get(name) else { return };
        let config = Arc::clone(hosted.stream.config());
        let mut wanted: Vec<(Kind, &StreamSource)> = Vec::new();
        if hosted.leading {
            wanted.extend(config.mirror.iter().map(|mirror| (Kind::Mirror, mirror)));
            wanted.extend(config.sources.iter().map(|source| (Kind::Source, source)));
        }
        let keeps = |about: &HostedInflow| {
            let inflow = &about.inflow;
            wanted.iter().any(|(kind, source)| *kind == inflow.kind() && *source == inflow.source())
        };
        let gone: Vec<Arc<str>> = hosted
            .inflows
            .iter()
            .filter(|about| !keeps(about))
            .map(|about| Arc::clone(about.inflow.id()))
            .collect();
        let leading = hosted.leading;
        for id in gone {
            self.end_inflow(cx, name, &id, leading);
        }
        for (kind, source) in &wanted {
            let id = source_id(source);
            let Some(hosted) = self.streams.get_mut(name) else { return };
            if hosted.inflow_mut(&id).is_some() {
                continue;
            }
            let owner = Owner {
                stream: Arc::clone(name),
                account: Account::Global.name(),
                domain: self.config.domain.clone(),
                several: config.sources.iter().filter(|s| s.name == source.name).count() > 1,
            };
            let (replicated, now) = (hosted.group.is_some(), cx.now());
            let inflow = Inflow::new(*kind, (*source).clone(), owner, replicated, now, cx.rng());
            let owed = VecDeque::new();
            hosted.inflows.push(HostedInflow { inflow, listens: None, proposed: 0, owed });
        }
        self.arm_inflows(cx, name);
    }

    /// A stream is led here no more. `for_good`: nor anywhere else.
    pub(super) fn end_inflows<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        for_good: bool,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if let Some((_, timer)) = hosted.inflow_timer.take() {
            cx.cancel_timer(timer);
        }
        let ids: Vec<Arc<str>> =
            hosted.inflows.iter().map(|about| Arc::clone(about.inflow.id())).collect();
        for id in ids {
            self.end_inflow(cx, name, &id, for_good);
        }
    }

    /// A stream follows an origin no more. `for_good`: nobody else will follow it instead.
    fn end_inflow<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        id: &Arc<str>,
        for_good: bool,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let Some(at) = hosted.inflows.iter().position(|about| about.inflow.id() == id) else {
            return;
        };
        let HostedInflow { inflow, listens, .. } = hosted.inflows.remove(at);
        let before = cx.cause();
        let note = note_inflow(cx, name, &inflow, InflowNote::Ended);
        cx.because(note);
        if let Some(subject) = listens {
            self.forget(cx, &subject, None, &target(name, id));
        }
        self.delete_consumer_of(cx, &inflow, for_good);
        cx.because(before);
    }

    /// Asks the origin to delete the consumer, without waiting for an answer. One that others see
    /// is kept as long as it may be of use.
    fn delete_consumer_of<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        inflow: &Inflow,
        for_good: bool,
    ) {
        if let Some(request) = inflow.deletion(for_good) {
            self.publish(cx, &request);
        }
    }

    /// Something is due for inflows of a stream.
    pub(super) fn inflow_timer<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        hosted.inflow_timer = None;
        let ids: Vec<Arc<str>> =
            hosted.inflows.iter().map(|about| Arc::clone(about.inflow.id())).collect();
        for id in ids {
            self.tick_inflow(cx, name, &id);
        }
        self.arm_inflows(cx, name);
    }

    fn tick_inflow<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>, id: &Arc<str>) {
        let before = cx.cause();
        loop {
            let Some(hosted) = self.streams.get_mut(name) else { return };
            let Some(about) = hosted.inflow_mut(id) else { return };
            let stale = about.inflow.clone();
            match about.inflow.tick(cx.now(), cx.rng()) {
                Tick::Nothing => break,
                Tick::Ask => {
                    self.ask_origin(cx, name, id);
                    break;
                }
                Tick::NoAnswer => {
                    let note = note_inflow(cx, name, &stale, InflowNote::NoAnswer);
                    cx.because(note);
                }
                Tick::Stalled => {
                    let note = note_inflow(cx, name, &stale, InflowNote::Stalled);
                    cx.because(note);
                    self.delete_consumer_of(cx, &stale, false);
                }
            }
            self.listen(cx, name, id);
        }
        cx.because(before);
    }

    /// The consumer of an inflow is no good any more.
    fn retry_inflow<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>, id: &Arc<str>) {
        let Some(about) = self.streams.get_mut(name).and_then(|hosted| hosted.inflow_mut(id))
        else {
            return;
        };
        let stale = about.inflow.clone();
        about.inflow.retry(cx.now(), cx.rng());
        self.listen(cx, name, id);
        self.delete_consumer_of(cx, &stale, false);
        self.arm_inflows(cx, name);
    }

    fn ask_origin<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>, id: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let HostedStream { stream, inflows, .. } = hosted;
        let about = inflows.iter_mut().find(|about| about.inflow.id() == id);
        let Some(HostedInflow { inflow, .. }) = about else { return };
        let start = match inflow.kind() {
            Kind::Mirror => stream.mirror_start(inflow.source()),
            Kind::Source if inflow.is_anew() => Start::All,
            Kind::Source => {
                let known = stream.position(id);
                if let Some(position) = known {
                    inflow.set_identity(&position.identity);
                }
                match known.map_or(0, |position| position.seq).max(inflow.seq()) {
                    0 => stream.source_start(inflow.source()),
                    seq => Start::Seq(seq + 1),
                }
            }
        };
        let request = inflow.ask(cx.now(), start, cx.rng());
        let before = cx.cause();
        let note = note_inflow(cx, name, inflow, InflowNote::Asked);
        cx.because(note);
        self.listen(cx, name, id);
        self.publish(cx, &request);
        cx.because(before);
    }

    /// Listens for the answer of an origin, or to its consumer, or to nothing.
    fn listen<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>, id: &Arc<str>) {
        let Some(about) = self.streams.get_mut(name).and_then(|hosted| hosted.inflow_mut(id))
        else {
            return;
        };
        let wanted = match about.inflow.phase() {
            Phase::Waiting { .. } => None,
            Phase::Asking { reply, .. } => Some(Arc::clone(reply)),
            Phase::Following { deliver, .. } => Some(Arc::clone(deliver)),
        };
        let had = std::mem::replace(&mut about.listens, wanted.clone());
        if had == wanted {
            return;
        }
        if let Some(subject) = had {
            self.forget(cx, &subject, None, &target(name, id));
        }
        if let Some(subject) = wanted {
            self.want(cx, &subject, None, target(name, id));
        }
    }

    /// Sets the timer of a stream's inflows for the first deadline.
    fn arm_inflows<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let due = hosted.inflows.iter().map(|about| about.inflow.deadline()).min();
        let Some(due) = due else { return };
        if let Some((set, timer)) = hosted.inflow_timer {
            if set <= due {
                return;
            }
            cx.cancel_timer(timer);
        }
        let timer = cx.set_timer(due.since(cx.now()), Timer::Inflow(Arc::clone(name)).into());
        hosted.inflow_timer = Some((due, timer));
    }
}

impl Server {
    /// A leaf link leads to whoever wants this subject: origins whose API it is part of may be asked
    /// from now on.
    pub(super) fn origins_reachable<H: Host>(&mut self, cx: &mut Context<'_, H>, subject: &str) {
        let mut kicked = Vec::new();
        for (name, hosted) in &mut self.streams {
            for about in &mut hosted.inflows {
                let Some(external) = &about.inflow.source().external else { continue };
                if !matches(subject, &format!("{}.CONSUMER.CREATE.S", external.api)) {
                    continue;
                }
                let stale = about.inflow.clone();
                if about.inflow.kick(cx.now(), cx.rng()) {
                    kicked.push((Arc::clone(name), stale));
                }
            }
        }
        for (name, stale) in kicked {
            self.listen(cx, &name, stale.id());
            self.delete_consumer_of(cx, &stale, false);
            self.arm_inflows(cx, &name);
        }
    }

    /// Somebody listens for resets of a consumer, `<stream>.<consumer>`, or does no more: streams that are to
    /// use it need not wait any longer.
    pub(super) fn consumer_made<H: Host>(&mut self, cx: &mut Context<'_, H>, made: &str) {
        let names: Vec<Arc<str>> = self.streams.keys().cloned().collect();
        for name in names {
            let Some(hosted) = self.streams.get_mut(&name) else { continue };
            let mut waits = false;
            for HostedInflow { inflow, .. } in &mut hosted.inflows {
                let source = inflow.source();
                let wanted = source.consumer.as_ref().filter(|_| source.external.is_none());
                let id = wanted.map(|wanted| format!("{}.{}", source.name, wanted.name));
                if id.as_deref() == Some(made) {
                    inflow.consumer_made(cx.now(), cx.rng());
                    waits = true;
                }
            }
            if waits {
                self.arm_inflows(cx, &name);
            }
        }
    }
}

fn target(name: &Arc<str>, id: &Arc<str>) -> Target {
    Target::Inflow(Arc::clone(name), Arc::clone(id))
}

fn note_inflow<H: Host>(
    cx: &mut Context<'_, H>,
    stream: &Arc<str>,
    inflow: &Inflow,
    what: InflowNote,
) -> EventId {
    let (stream, origin) = (Arc::clone(stream), Arc::clone(inflow.origin()));
    cx.note(Note::Inflow { stream, origin, kind: inflow.kind(), what }.into())
}
