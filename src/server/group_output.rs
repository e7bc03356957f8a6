//! What the Raft of a group wants is carried out: messages are sent, entries applied, leaderships begun and
//! ended, and what is applied is folded into snapshots.

use std::sync::Arc;

use crate::jetstream::raft::Output;
use crate::kernel::{Context, ProcId};

use super::disk::Said;
use super::group::{GroupEntry, GroupRaft, GroupState, META, Member};
use super::groups::{Out, Owner, is_named};
use super::{Host, Note, RaftFrame, RouteOp, Server};

/// Entries a log may hold before what is applied is folded into a snapshot.
const COMPACT_AFTER: u64 = 4_096;

impl Server {
    /// Does what the Raft of a group wants.
    pub(super) fn carry_out<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        out: Out,
    ) {
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
                Output::Apply { index, entry, .. } => self.apply_entry(cx, group, &entry, index),
                Output::InstallSnapshot { snapshot, index } => {
                    let note = cx.note(Note::SnapshotInstalled { group: name(), index }.into());
                    cx.because(note);
                    self.install(cx, group, snapshot);
                }
                Output::BecameLeader { term } => self.leads_group(cx, group, term),
                Output::LostLeadership { term, why } => {
                    let note = Note::LostLeadership { group: name(), term, why };
                    self.leads_group_no_more(cx, group, note);
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
                Output::QuorumLost => self.misses_quorum(cx, group),
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

    fn apply_entry<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        entry: &GroupEntry,
        index: u64,
    ) {
        match entry {
            GroupEntry::Meta(command) => self.apply_meta(cx, command),
            GroupEntry::Stream(command) => {
                if let Some(Owner::Stream(stream)) = self.owner_of(group) {
                    self.apply_stream(cx, &stream, command, index);
                }
            }
            GroupEntry::Consumer(command) => {
                if let Some(Owner::Consumer(stream, consumer)) = self.owner_of(group) {
                    self.apply_consumer(cx, &stream, &consumer, command);
                }
            }
        }
    }

    fn leads_group<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &Arc<str>, term: u64) {
        let note = cx.note(Note::Elected { group: Arc::clone(group), term }.into());
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

    /// `note` says why.
    fn leads_group_no_more<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        note: Note,
    ) {
        let note = cx.note(note.into());
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

    fn misses_quorum<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &Arc<str>) {
        let note = cx.note(Note::QuorumLost { group: Arc::clone(group) }.into());
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
}
