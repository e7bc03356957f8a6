//! How a server runs its Raft groups: messages in, outputs carried out, timers kept.

use std::sync::Arc;

use crate::jetstream::raft::{Config, Output, Raft, Timing};
use crate::kernel::{Context, ProcId, Time};
use crate::nats::api::Storage;

use super::disk::Said;
use super::group::{GroupEntry, GroupRaft, GroupState, META, Member};
use super::meta::{MetaCommand, MetaState};
use super::{Host, Note, RaftFrame, RouteOp, Server, Timer};

/// Entries a log may hold before what is applied is folded into a snapshot.
const COMPACT_AFTER: u64 = 4_096;

type Out = Vec<Output<GroupEntry, GroupState>>;

/// What a group other than the meta group is of.
enum Owner {
    Stream(Arc<str>),
    Consumer(Arc<str>, Arc<str>),
}

/// Whether a group has this name. The names of groups begin alike and end differently.
fn is_named(name: &str, group: &str) -> bool {
    name.as_bytes().last() == group.as_bytes().last() && *name == *group
}

impl Server {
    /// A member of this server in a group of these servers. One that joins a group that is there
    /// learns from its log who is a member.
    pub(super) fn new_member<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        group: &str,
        peers: &[ProcId],
        joins: bool,
        preferred: bool,
    ) -> Member {
        let contacts: Vec<u32> = peers.iter().map(|peer| peer.0).collect();
        let config = Config {
            id: self.config.me.0,
            peers: if joins { Vec::new() } else { contacts.clone() },
            preferred,
            timing: Timing::default(),
        };
        let rng = cx.rng().fork(group);
        let mut raft = Raft::new(config, rng, cx.now());
        raft.set_contacts(cx.now(), contacts, &mut Vec::new());
        Member::new(raft)
    }

    pub(super) fn member_mut(&mut self, group: &str) -> Option<&mut Member> {
        if group == META {
            return self.meta.as_mut();
        }
        let assets = self.streams.values_mut().flat_map(|hosted| {
            let consumers = hosted.consumers.values_mut().map(|about| about.group.as_mut());
            std::iter::once(hosted.group.as_mut()).chain(consumers)
        });
        assets.flatten().find(|(name, _)| is_named(name, group)).map(|(_, member)| member)
    }

    /// Whose group this is.
    fn owner_of(&self, group: &str) -> Option<Owner> {
        let is = |asset: &Option<(Arc<str>, Member)>| {
            asset.as_ref().is_some_and(|(name, _)| is_named(name, group))
        };
        self.streams.iter().find_map(|(stream, hosted)| {
            if is(&hosted.group) {
                return Some(Owner::Stream(Arc::clone(stream)));
            }
            let (consumer, _) = hosted.consumers.iter().find(|(_, about)| is(&about.group))?;
            Some(Owner::Consumer(Arc::clone(stream), Arc::clone(consumer)))
        })
    }

    /// The process starts: groups take up where their disks are.
    pub(super) fn start_groups<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        if self.is_clustered() {
            let peers: Vec<ProcId> = self.config.members.iter().map(|(id, _)| *id).collect();
            if self.meta.is_none() {
                // The first server of the list is the one that starts the cluster.
                let preferred = self.config.me == peers[0];
                self.meta = Some(self.new_member(cx, META, &peers, false, preferred));
                self.arm(cx, &META.into());
            } else {
                self.with_group(cx, &META.into(), |raft, now, out| {
                    let applied = raft.applied();
                    raft.restart(now, applied, out);
                });
            }
        }
        let streams: Vec<Arc<str>> = self.streams.keys().cloned().collect();
        for stream in streams {
            self.start_stream(cx, &stream);
        }
    }

    fn start_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, stream: &Arc<str>) {
        let Some(hosted) = self.streams.get(stream) else { return };
        let on_disk = hosted.stream.config().storage == Storage::File;
        match &hosted.group {
            None => self.lead_stream(cx, stream),
            Some((group, _)) => {
                let group = Arc::clone(group);
                self.restart_group(cx, &group, on_disk);
                self.offer_direct(cx, stream);
            }
        }
        self.arm_expiry(cx, stream);
        self.start_consumers(cx, stream);
    }

    /// A group of a stream or consumer takes up where its disk is, or begins with nothing where all was in
    /// memory.
    pub(super) fn restart_group<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        on_disk: bool,
    ) {
        self.with_group(cx, group, |raft, now, out| {
            let applied = if on_disk { raft.applied() } else { 0 };
            if !on_disk {
                raft.lose_log(now);
            }
            raft.restart(now, applied, out);
        });
    }

    /// The process dies: what its groups had in memory is gone.
    pub(super) fn crash_groups(&mut self, lose_disk: bool) {
        if let Some(meta) = &mut self.meta {
            meta.timer = None;
            if lose_disk {
                meta.raft.wipe(Time::ZERO);
                self.relearns = true;
            }
        }
        let lone = !self.is_clustered();
        self.streams.retain(|_, hosted| {
            hosted.crash();
            // A lone server keeps not even the name of a stream that was in memory.
            !(lone && hosted.stream.config().storage == Storage::Memory)
        });
        if lone {
            let left: Vec<Arc<str>> = self
                .assignments
                .streams()
                .map(|(name, _)| Arc::clone(name))
                .filter(|name| !self.streams.contains_key(name))
                .collect();
            for name in left {
                self.assignments.forget(&name);
            }
            self.forget_consumers_in_memory();
        }
    }

    pub(super) fn group_timer<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &Arc<str>) {
        if let Some(member) = self.member_mut(group) {
            member.timer = None;
        }
        self.with_group(cx, group, |raft, now, out| raft.tick(now, out));
    }

    pub(super) fn group_message<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        from: ProcId,
        frame: &RaftFrame,
    ) {
        let message = frame.message.clone();
        self.with_group(cx, &frame.group, |raft, now, out| raft.handle(now, from.0, message, out));
        self.end_relearning(cx);
    }

    /// A server that has lost its disk knows the list of streams again: now it acts on it.
    fn end_relearning<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        if self.relearns && self.meta().is_some_and(GroupRaft::is_up_to_date) {
            self.relearns = false;
            self.settle_everything(cx, &MetaState::default());
        }
    }

    /// Proposes an entry. False if this server does not lead the group.
    pub(super) fn propose<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        entry: GroupEntry,
    ) -> Option<u64> {
        let mut proposed = None;
        let now = cx.now();
        let member = self.member_mut(group)?;
        let mut out = Vec::new();
        if let Ok(index) = member.raft.propose(now, entry, &mut out) {
            let term = member.raft.term();
            let note = Note::Proposed { group: Arc::clone(group), term, index };
            let note = cx.note(note.into());
            cx.because(note);
            proposed = Some(index);
        }
        self.carry_out(cx, group, out);
        self.arm(cx, group);
        proposed
    }

    /// Lets a group's Raft do something, and carries out what it wants.
    pub(super) fn with_group<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        act: impl FnOnce(&mut GroupRaft, Time, &mut Out),
    ) {
        let now = cx.now();
        let mut out = Vec::new();
        let Some(member) = self.member_mut(group) else { return };
        act(&mut member.raft, now, &mut out);
        self.carry_out(cx, group, out);
        self.arm(cx, group);
    }

    /// Sets the timer of a group for its next deadline, if that is earlier than the one set.
    fn arm<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &Arc<str>) {
        let now = cx.now();
        let Some(member) = self.member_mut(group) else { return };
        let due = member.raft.next_deadline();
        if due == Time::MAX {
            return;
        }
        if let Some((set, id)) = member.timer {
            if set <= due {
                return;
            }
            cx.cancel_timer(id);
        }
        let id = cx.set_timer(due.since(now), Timer::Raft(Arc::clone(group)).into());
        member.timer = Some((due, id));
    }

    fn carry_out<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &Arc<str>, out: Out) {
        let name = || Arc::clone(group);
        let slow = self.has_slow_disk();
        let mut said = Said::default();
        for output in out {
            match output {
                Output::Send { to, message } => {
                    let frame = Arc::new(RaftFrame { group: name(), message });
                    if slow {
                        said.frames.push((ProcId(to), frame));
                    } else {
                        self.send_route(cx, ProcId(to), RouteOp::Raft(frame));
                    }
                }
                Output::Write { index, alone } => said.entry = Some((index, alone)),
                Output::Apply { index, entry, .. } => match entry {
                    GroupEntry::Meta(command) => self.apply_meta(cx, &command),
                    GroupEntry::Stream(command) => {
                        if let Some(Owner::Stream(stream)) = self.owner_of(group) {
                            self.apply_stream(cx, &stream, &command, index);
                        }
                    }
                    GroupEntry::Consumer(command) => {
                        if let Some(Owner::Consumer(stream, consumer)) = self.owner_of(group) {
                            self.apply_consumer(cx, &stream, &consumer, &command);
                        }
                    }
                },
                Output::InstallSnapshot { snapshot, index } => {
                    let note = cx.note(Note::SnapshotInstalled { group: name(), index }.into());
                    cx.because(note);
                    self.install(cx, group, snapshot);
                }
                Output::BecameLeader { term } => {
                    let note = cx.note(Note::Elected { group: name(), term }.into());
                    let before = cx.because(note);
                    match self.owner_of(group) {
                        Some(Owner::Stream(stream)) => self.lead_stream(cx, &stream),
                        Some(Owner::Consumer(stream, consumer)) => {
                            self.lead_consumer(cx, &stream, &consumer);
                        }
                        None => {}
                    }
                    cx.because(before);
                }
                Output::LostLeadership { term, why } => {
                    let note = cx.note(Note::LostLeadership { group: name(), term, why }.into());
                    let before = cx.because(note);
                    match self.owner_of(group) {
                        Some(Owner::Stream(stream)) => self.unlead_stream(cx, &stream),
                        Some(Owner::Consumer(stream, consumer)) => {
                            self.unlead_consumer(cx, &stream, &consumer);
                        }
                        None => {}
                    }
                    cx.because(before);
                }
                Output::MembersChanged { peers } => {
                    let members = peers.iter().map(|peer| ProcId(*peer)).collect();
                    let note = cx.note(Note::MembersChanged { group: name(), members }.into());
                    cx.because(note);
                    if let Some(Owner::Stream(stream)) = self.owner_of(group) {
                        self.offer_direct(cx, &stream);
                    }
                }
                Output::Campaigned { term } => {
                    let note = cx.note(Note::Campaigned { group: name(), term }.into());
                    cx.because(note);
                }
                Output::VotedFor { term, candidate } => {
                    let candidate = ProcId(candidate);
                    let note = cx.note(Note::Voted { group: name(), term, candidate }.into());
                    cx.because(note);
                }
                Output::Appended { term, index } => {
                    let note = cx.note(Note::Appended { group: name(), term, index }.into());
                    cx.because(note);
                }
                Output::Committed { term, index } => {
                    if self.member_mut(group).is_some_and(|member| member.raft.is_leader()) {
                        let note = cx.note(Note::Committed { group: name(), term, index }.into());
                        cx.because(note);
                    }
                }
                Output::QuorumLost => {
                    let note = cx.note(Note::QuorumLost { group: name() }.into());
                    let before = cx.because(note);
                    match self.owner_of(group) {
                        Some(Owner::Stream(stream)) => {
                            self.advise_stream_quorum_lost(cx, &stream);
                        }
                        Some(Owner::Consumer(stream, consumer)) => {
                            self.advise_quorum_lost(cx, &stream, &consumer);
                        }
                        None => {}
                    }
                    cx.because(before);
                }
                Output::LeaderChanged { leader, .. } => {
                    if leader.is_some_and(|leader| leader != self.config.me.0) {
                        self.another_leads(group);
                    }
                }
            }
        }
        if slow || matches!(said.entry, Some((_, true))) {
            self.say_when_written(cx, group, said);
        }
        self.compact(group);
    }

    /// Another server leads a group: whoever waits for its first leader hears from that one.
    fn another_leads(&mut self, group: &str) {
        match self.owner_of(group) {
            Some(Owner::Stream(stream)) => {
                if let Some(hosted) = self.streams.get_mut(&stream) {
                    hosted.created_for = None;
                }
            }
            Some(Owner::Consumer(stream, consumer)) => {
                self.another_leads_consumer(&stream, &consumer);
            }
            None => {}
        }
    }

    /// Replaces a state that is too far behind.
    fn install<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &Arc<str>, state: GroupState) {
        match state {
            GroupState::Meta(state) if self.relearns => self.assignments = state,
            GroupState::Meta(state) => {
                let before = std::mem::replace(&mut self.assignments, state);
                self.settle_everything(cx, &before);
            }
            GroupState::Stream(state) => {
                let Some(Owner::Stream(stream)) = self.owner_of(group) else { return };
                if let Some(hosted) = self.streams.get_mut(&stream) {
                    // The configuration is not the group's: the meta group carries it.
                    let config = Arc::clone(hosted.stream.config());
                    hosted.stream = *state;
                    hosted.stream.reconfigure(config);
                }
                self.arm_expiry(cx, &stream);
                // Consumers led here find another store than the one they knew.
                self.with_consumers_led(cx, &stream, |consumer, cx| {
                    consumer.purged(cx, "");
                    if let Some(last) = cx.store.last() {
                        consumer.stored(cx, last);
                    }
                });
            }
            GroupState::Consumer(state) => {
                let Some(Owner::Consumer(stream, consumer)) = self.owner_of(group) else { return };
                self.install_consumer(cx, &stream, &consumer, *state);
            }
        }
    }

    /// Folds what is applied into a snapshot once the log is long.
    fn compact(&mut self, group: &str) {
        let is_long = |raft: &GroupRaft| raft.applied() >= raft.first_index() + COMPACT_AFTER;
        if !self.member_mut(group).is_some_and(|member| is_long(&member.raft)) {
            return;
        }
        if group == META {
            let state = GroupState::Meta(self.assignments.clone());
            if let Some(Member { raft, .. }) = &mut self.meta {
                raft.compact(raft.applied(), state);
            }
            return;
        }
        for hosted in self.streams.values_mut() {
            if let Some((name, Member { raft, .. })) = &mut hosted.group
                && is_named(name, group)
            {
                let state = GroupState::Stream(Box::new(hosted.stream.clone()));
                raft.compact(raft.applied(), state);
            }
            for about in hosted.consumers.values_mut() {
                if let Some((name, Member { raft, .. })) = &mut about.group
                    && is_named(name, group)
                {
                    let state = GroupState::Consumer(Box::new(about.consumer.clone()));
                    raft.compact(raft.applied(), state);
                }
            }
        }
    }

    /// Hands over the leadership of every group led here.
    pub(super) fn hand_over_everything<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        let groups: Vec<Arc<str>> = self
            .groups()
            .filter(|(_, raft)| raft.is_leader())
            .map(|(name, _)| name.into())
            .collect();
        for group in groups {
            self.with_group(cx, &group, |raft, now, out| {
                // A group that has nobody to hand over to just goes on without this server.
                let _ = raft.step_down(now, None, out);
            });
        }
    }

    /// Whether this server leads the meta group and may act for it.
    pub(super) fn leads_meta(&self) -> bool {
        self.meta.as_ref().is_some_and(|member| member.raft.is_established())
    }

    /// Puts a change to the list of streams on its way; a lone server just makes it.
    pub(super) fn propose_meta<H: Host>(&mut self, cx: &mut Context<'_, H>, command: MetaCommand) {
        if self.is_clustered() {
            self.propose(cx, &META.into(), GroupEntry::Meta(Arc::new(command)));
        } else {
            self.apply_meta(cx, &command);
        }
    }

    /// The same from a server that need not lead the meta group: it asks the one that does. What
    /// gets lost on the way, has to be asked for again.
    pub(super) fn forward_meta<H: Host>(&mut self, cx: &mut Context<'_, H>, command: MetaCommand) {
        let leader = self.meta().and_then(|meta| meta.leader());
        match leader {
            Some(leader) if leader != self.config.me.0 => {
                self.send_route(cx, ProcId(leader), RouteOp::Proposal(Arc::new(command)));
            }
            _ => self.propose_meta(cx, command),
        }
    }
}
