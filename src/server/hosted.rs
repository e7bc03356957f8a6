//! A stream on a server: led here or followed, taking messages in, applying what its group commits.

use crate::sorted::Map;
use std::sync::Arc;

use crate::jetstream::stream::{Leader, Stream, StreamCommand};
use crate::kernel::{Context, ProcId, Time, TimerId};
use crate::nats::Subject;
use crate::nats::api::{PurgeRequest, Retention, StreamAdvisory, StreamConfig};

use super::consumer::{ConsumerNote, HostedConsumer};
use super::group::Member;
use super::inflow::HostedInflow;
use super::machine::Synced;
use super::meta::{Assignment, MetaCommand, Requester};
use super::{Host, Note, Removal, Server, Target};

/// A stream that a server has a copy of.
#[derive(Debug, Clone)]
pub struct HostedStream {
    /// The stream.
    pub stream: Stream,
    /// Its Raft group and this server's member, if it is replicated.
    pub group: Option<(Arc<str>, Member)>,
    /// Whether this server takes messages for it.
    pub leading: bool,
    /// Its consumers that this server has a copy of.
    pub consumers: Map<Arc<str>, HostedConsumer>,
    /// What only its leader knows.
    pub leader: Leader,
    /// What it takes from its origins, where it is led here.
    pub inflows: Vec<HostedInflow>,
    /// The timer for the next thing to do for it.
    pub(super) inflow_timer: Option<(Time, TimerId)>,
    /// Who waits for an entry to be applied.
    pub(super) waiting: Map<u64, Requester>,
    /// Who waits for the stream to have its first leader.
    pub(super) created_for: Option<Requester>,
    /// The timer for the next message that is too old or due.
    pub(super) expiry: Option<(Time, TimerId)>,
    /// The last entry that was proposed for such messages, until it is applied.
    pub(super) expiring: Option<u64>,
    /// The timer for the next batch that is abandoned.
    pub(super) abandoning: Option<(Time, TimerId)>,
    /// Which subjects this server has asked for on the stream's behalf.
    subscribed: Vec<Subject>,
    /// For which direct gets its copy here answers.
    offers: Vec<Subject>,
    /// What a power failure would leave of it.
    pub(super) synced: Option<Arc<Synced>>,
}

impl HostedStream {
    pub(super) fn new(stream: Stream, group: Option<(Arc<str>, Member)>) -> Self {
        Self {
            stream,
            group,
            leading: false,
            consumers: Map::new(),
            leader: Leader::default(),
            inflows: Vec::new(),
            inflow_timer: None,
            waiting: Map::new(),
            created_for: None,
            expiry: None,
            expiring: None,
            abandoning: None,
            subscribed: Vec::new(),
            offers: Vec::new(),
            synced: None,
        }
    }

    /// The process died.
    pub(super) fn crash(&mut self) {
        self.stream.crash();
        self.leading = false;
        self.leader = Leader::default();
        self.inflows.clear();
        self.inflow_timer = None;
        self.waiting.clear();
        self.created_for = None;
        self.expiry = None;
        self.expiring = None;
        self.abandoning = None;
        self.subscribed.clear();
        self.offers.clear();
        // Those of mirrors and sources live in memory.
        self.consumers.retain(|_, about| !about.consumer.config().direct);
        let storage = self.stream.config().storage;
        self.consumers.values_mut().for_each(|about| about.crash(storage));
        if let Some((_, member)) = &mut self.group {
            member.timer = None;
        }
    }

    /// Whether a mirror may answer direct gets of its origin and does not yet.
    pub(super) fn may_offer_more(&self) -> bool {
        let config = self.stream.config();
        let own = if config.allow_direct { 2 } else { 0 };
        config.mirror_direct && self.offers.len() <= own
    }

    /// When the copy here has something to do for a message: it is too old, or due by a schedule.
    /// Schedules are the leader's business, and so is age where vanished subjects get markers.
    pub(super) fn next_due(&self) -> Option<Time> {
        let expires = self.leading || !self.stream.has_delete_markers();
        let expiry = expires.then(|| self.stream.next_expiry()).flatten();
        let schedule = self.leading.then(|| self.stream.next_schedule()).flatten();
        expiry.into_iter().chain(schedule).min()
    }
}

impl Server {
    /// Carries out a change to the list of streams, on every server of the cluster.
    pub(super) fn apply_meta<H: Host>(&mut self, cx: &mut Context<'_, H>, command: &MetaCommand) {
        let done = self.assignments.apply(command);
        if self.relearns {
            // Nothing of what it reads of the past is to be done again.
            return;
        }
        match command {
            MetaCommand::Create { assignment, preferred, requester } => {
                let name: Arc<str> = assignment.config.name.as_str().into();
                if !done {
                    return;
                }
                self.assign(cx, &name, assignment, *preferred);
                if let Some(hosted) = self.streams.get_mut(&name) {
                    if hosted.leading {
                        self.answer_created(cx, &name, requester);
                    } else {
                        hosted.created_for = Some(requester.clone());
                    }
                }
            }
            MetaCommand::Restore { assignment, preferred, content, requester } => {
                let name: Arc<str> = assignment.config.name.as_str().into();
                if !done {
                    return;
                }
                self.restore_copy(cx, &name, assignment, *preferred, content, requester);
            }
            MetaCommand::Update { config, moved, requester } => {
                let name: Arc<str> = config.name.as_str().into();
                if moved.is_some() {
                    self.settle_stream(cx, &name, self.config.me);
                    self.reconfigure_consumers(cx, &name);
                }
                self.reconfigure_stream(cx, &name, config);
                if self.streams.get(&name).is_some_and(|hosted| hosted.leading) {
                    self.advise_stream(cx, &name, &StreamAdvisory::Updated);
                    self.answer_updated(cx, &name, requester);
                }
                if let Some(to) = moved {
                    self.lead_alone(cx, &to.group);
                }
            }
            MetaCommand::Move { stream, consumer, to } => {
                self.moved(cx, stream, consumer.as_ref(), self.config.me);
                self.lead_alone(cx, &to.group);
            }
            MetaCommand::Step { stream, consumer, .. } => {
                if done {
                    self.moved(cx, stream, consumer.as_ref(), self.config.me);
                }
            }
            MetaCommand::Replace { stream, consumer, to, .. } => {
                self.moved(cx, stream, consumer.as_ref(), *to);
                if let Some(assignment) = self.assignments.get(stream).cloned() {
                    self.settle_consumers(cx, stream, &assignment);
                }
            }
            MetaCommand::Delete { stream, requester } => {
                let leading = self.streams.get(stream).is_some_and(|hosted| hosted.leading);
                let note = Note::StreamDeleted { stream: Arc::clone(stream) };
                self.remove_stream(cx, stream, note);
                if leading {
                    self.advise_stream(cx, stream, &StreamAdvisory::Deleted);
                }
                if !self.is_clustered() || self.leads_meta() {
                    self.answer_deleted(cx, stream, requester);
                }
            }
            MetaCommand::CreateConsumer { .. }
            | MetaCommand::UpdateConsumer { .. }
            | MetaCommand::DeleteConsumer { .. } => self.apply_consumer_meta(cx, command, done),
        }
    }

    /// A stream has this configuration from now on.
    pub(super) fn reconfigure_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        config: &Arc<StreamConfig>,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let before = hosted.stream.config().retention;
        let removed = hosted.stream.reconfigure(Arc::clone(config));
        cx.note(Note::StreamUpdated { stream: Arc::clone(name) }.into());
        let leading = hosted.leading;
        self.removed(cx, name, &removed, Removal::Limit);
        if leading {
            if before == Retention::Limits && config.retention == Retention::Interest {
                self.forget_what_none_needs(cx, name);
            }
            self.subscribe_stream(cx, name);
            self.settle_inflows(cx, name);
        }
        self.offer_direct(cx, name);
        self.arm_expiry(cx, name);
    }

    /// A stream or consumer is on its way to other servers, or has come there.
    fn moved<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: Option<&Arc<str>>,
        preferred: ProcId,
    ) {
        if let Some(consumer) = consumer {
            return self.settle_consumer(cx, stream, consumer, preferred, None);
        }
        self.settle_stream(cx, stream, preferred);
        if self.streams.get(stream).is_some_and(|hosted| hosted.leading) {
            self.advise_stream(cx, stream, &StreamAdvisory::Updated);
        }
    }

    /// A stream keeps messages for its consumers from now on: what lies before the first one that is
    /// still needed goes, without consumers all of them.
    fn forget_what_none_needs<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        if !self.knows_consumers(cx.now()) {
            return;
        }
        let Some(HostedStream { stream, consumers, .. }) = self.streams.get(name) else { return };
        let needed = stream.store().iter_from(0).find(|message| {
            consumers.values().any(|about| about.consumer.needs(message.seq, &message.subject))
        });
        let seq = needed.map_or(0, |message| message.seq);
        let purge = PurgeRequest { seq, ..PurgeRequest::default() };
        self.carry_out_command(cx, name, StreamCommand::Purge(purge));
    }

    /// Starts a copy of a stream here, if this server is to have one.
    pub(super) fn assign<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        assignment: &Assignment,
        preferred: ProcId,
    ) {
        let me = self.config.me;
        if !assignment.peers.contains(&me) || self.streams.contains_key(name) {
            return;
        }
        let stream = Stream::new(Arc::clone(&assignment.config), assignment.created);
        let group = assignment.group.as_ref().map(|group| {
            let joins = assignment.desired.is_some() && assignment.peers.len() > 1;
            let member = self.new_member(cx, group, &assignment.peers, joins, me == preferred);
            (Arc::clone(group), member)
        });
        let lone = group.is_none();
        let timer_for = assignment.group.clone();
        self.streams.insert(Arc::clone(name), HostedStream::new(stream, group));
        cx.note(Note::StreamCreated { stream: Arc::clone(name) }.into());
        if lone {
            self.lead_stream(cx, name);
        } else if let Some(group) = timer_for {
            self.offer_direct(cx, name);
            self.with_group(cx, &group, |_, _, _| {});
        }
        self.arm_expiry(cx, name);
    }

    /// Gives up the copy of a stream here. `note` says why.
    pub(super) fn remove_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        note: Note,
    ) {
        let copy = matches!(note, Note::CopyRemoved { .. });
        let about_consumers = if copy { ConsumerNote::CopyRemoved } else { ConsumerNote::Deleted };
        let Some(hosted) = self.streams.get(name) else { return };
        let consumers: Vec<Arc<str>> = hosted.consumers.keys().cloned().collect();
        for consumer in consumers {
            self.remove_consumer(cx, name, &consumer, about_consumers.clone());
        }
        self.end_inflows(cx, name, !copy);
        self.unlead_stream(cx, name);
        self.withdraw_direct(cx, name);
        if let Some(hosted) = self.streams.remove(name) {
            let timers = hosted.expiry.into_iter().chain(hosted.abandoning);
            for timer in hosted.group.and_then(|(_, member)| member.timer).into_iter().chain(timers)
            {
                cx.cancel_timer(timer.1);
            }
        }
        cx.note(note.into());
    }

    /// This server takes messages for the stream from now on.
    pub(super) fn lead_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if hosted.leading {
            // It was alone and has a group now.
            return self.advise_stream_elected(cx, name);
        }
        hosted.leading = true;
        hosted.leader = Leader::default();
        let (created_for, replicated) = (hosted.created_for.take(), hosted.group.is_some());
        self.subscribe_stream(cx, name);
        self.settle_inflows(cx, name);
        self.offer_direct(cx, name);
        if replicated {
            self.advise_stream_elected(cx, name);
        }
        if let Some(requester) = created_for {
            self.answer_created(cx, name, &requester);
        }
        self.sweep(cx, name);
        self.arm_expiry(cx, name);
        self.arm_moves(cx);
    }

    /// This server takes no more messages for the stream.
    pub(super) fn unlead_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        hosted.leading = false;
        hosted.leader = Leader::default();
        hosted.expiring = None;
        hosted.waiting.clear();
        for subject in std::mem::take(&mut hosted.subscribed) {
            self.forget(cx, &subject, None, &Target::Stream(Arc::clone(name)));
        }
        self.end_inflows(cx, name, false);
    }

    /// Asks for the subjects of a stream led here, and for none that it no longer has.
    fn subscribe_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let wanted: Vec<Subject> =
            hosted.stream.config().subjects.iter().map(|subject| subject.as_str().into()).collect();
        let had = std::mem::replace(&mut hosted.subscribed, wanted.clone());
        for subject in had.iter().filter(|subject| !wanted.contains(subject)) {
            self.forget(cx, subject, None, &Target::Stream(Arc::clone(name)));
        }
        for subject in wanted.iter().filter(|subject| !had.contains(subject)) {
            self.want(cx, subject, None, Target::Stream(Arc::clone(name)));
        }
    }

    fn direct_subjects(name: &str) -> [Subject; 2] {
        [format!("$JS.API.DIRECT.GET.{name}").into(), format!("$JS.API.DIRECT.GET.{name}.>").into()]
    }

    /// Lets the copy here answer direct gets, if the stream allows it; that of a mirror those of its
    /// origin, too.
    pub(super) fn offer_direct<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        // A server that joins has nothing to answer with yet.
        let joins = |(_, member): &(_, Member)| !member.raft.is_member(member.raft.id());
        let mut wanted = Vec::new();
        if !hosted.group.as_ref().is_some_and(joins) {
            let config = hosted.stream.config();
            if config.allow_direct {
                wanted.extend(Self::direct_subjects(name));
            }
            if let Some(mirror) = config.mirror.as_ref().filter(|_| config.mirror_direct) {
                let subjects = Self::direct_subjects(&mirror.name);
                // It began when it had caught up, and goes on whatever happens.
                if hosted.offers.contains(&subjects[0]) || hosted.has_caught_up() {
                    wanted.extend(subjects);
                }
            }
        }
        self.offer(cx, name, wanted);
    }

    fn withdraw_direct<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        self.offer(cx, name, Vec::new());
    }

    fn offer<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>, wanted: Vec<Subject>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let had = std::mem::replace(&mut hosted.offers, wanted.clone());
        let (queue, target) = ("_sys_".into(), Target::Direct(Arc::clone(name)));
        for subject in had.iter().filter(|subject| !wanted.contains(subject)) {
            self.forget(cx, subject, Some(&queue), &target);
        }
        for subject in wanted.iter().filter(|subject| !had.contains(subject)) {
            self.want(cx, subject, Some(&queue), target.clone());
        }
    }
}
