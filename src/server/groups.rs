//! How a server runs its Raft groups: they start and end, hear and propose; timers are kept.

use std::sync::Arc;

use crate::jetstream::raft::{Config, Output, Raft, Timing};
use crate::kernel::{Context, ProcId, Time};
use crate::nats::api::Storage;

use super::group::{GroupEntry, GroupRaft, GroupState, META, Member};
use super::meta::{MetaCommand, MetaState};
use super::{Host, Note, RaftFrame, RouteOp, Server, Timer};

/// What the Raft of a group wants.
pub(super) type Out = Vec<Output<GroupEntry, GroupState>>;

/// What a group other than the meta group is of.
pub(super) enum Owner {
    Stream(Arc<str>),
    Consumer(Arc<str>, Arc<str>),
}

/// Whether a group has this name. The names of groups begin alike and end differently.
pub(super) fn is_named(name: &str, group: &str) -> bool {
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
    pub(super) fn owner_of(&self, group: &str) -> Option<Owner> {
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
