//! The work of a leader whose stream or consumer moves: it looks from time to time what is due, and
//! does it.

use std::sync::Arc;

use crate::jetstream::raft::PeerId;
use crate::kernel::{Context, ProcId, Span, Time};

use super::super::consumer::{home_of_consumer, replicas_of};
use super::super::group::{GroupRaft, Member};
use super::super::meta::MetaCommand;
use super::super::{Host, Server, Timer};
use super::next::{Next, next};
use super::{Desired, Move, MoveStep};

/// How often a leader looks what is due.
const STEP: Span = Span::millis(50);

/// A stream, or a consumer of it.
pub(in crate::server) type Asset = (Arc<str>, Option<Arc<str>>);

impl Server {
    /// Looks after the moves of what is led here, as long as there are any.
    pub(in crate::server) fn arm_moves<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        if !self.memory.moving && !self.moves_led_here().is_empty() {
            self.memory.moving = true;
            cx.set_timer(STEP, Timer::Move.into());
        }
    }

    fn moves_led_here(&self) -> Vec<Asset> {
        let mut all = Vec::new();
        if !self.assignments.has_moves() {
            return all;
        }
        for (stream, assignment) in self.assignments.streams() {
            let Some(hosted) = self.streams.get(stream) else { continue };
            if assignment.desired.is_some() && hosted.leading {
                all.push((Arc::clone(stream), None));
            }
            for (consumer, known) in &*assignment.consumers {
                let leads = hosted.consumers.get(consumer).is_some_and(|about| about.leading);
                if known.desired.is_some() && leads {
                    all.push((Arc::clone(stream), Some(Arc::clone(consumer))));
                }
            }
        }
        all
    }

    /// The timer for moves fired.
    pub(in crate::server) fn work_on_moves<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        self.memory.moving = false;
        for asset in self.moves_led_here() {
            self.work_on_move(cx, &asset);
        }
        self.arm_moves(cx);
    }

    /// Where something lives, where it is to live, and its member here.
    pub(super) fn moving(
        &self,
        (stream, consumer): &Asset,
    ) -> Option<(&[ProcId], &Desired, &Member)> {
        let (assignment, hosted) = (self.assignments.get(stream)?, self.streams.get(stream)?);
        let Some(consumer) = consumer else {
            let (_, member) = hosted.group.as_ref()?;
            return Some((&assignment.peers, assignment.desired.as_ref()?, member));
        };
        let (known, about) = (assignment.consumers.get(consumer)?, hosted.consumers.get(consumer)?);
        let (_, member) = about.group.as_ref()?;
        Some((&known.peers, known.desired.as_ref()?, member))
    }

    pub(super) fn next_of(&self, now: Time, asset: &Asset) -> Option<Next> {
        let (home, desired, member) = self.moving(asset)?;
        Some(next(home, desired, &member.raft, now, &|peer| self.is_offline(peer, now)))
    }

    fn work_on_move<H: Host>(&mut self, cx: &mut Context<'_, H>, asset: &Asset) {
        let Some(next) = self.next_of(cx.now(), asset) else { return };
        if next.is_complete() && asset.1.is_none() && self.move_consumers(cx, &asset.0) {
            return;
        }
        let Some((home, desired, member)) = self.moving(asset) else { return };
        let (raft, number) = (&member.raft, desired.number);
        let step = match next {
            Next::Wait | Next::Heir => return,
            Next::CatchUp => {
                let Some(group) = self.group_of(asset) else { return };
                return self.with_group(cx, &group, |raft, _, out| raft.greet(out));
            }
            Next::Add(peer) => {
                let peers = raft.peers().iter().copied().chain([peer]).collect();
                return self.change_members(cx, asset, peers);
            }
            Next::Remove(peer) => {
                let peers = raft.peers().iter().copied().filter(|other| *other != peer).collect();
                return self.change_members(cx, asset, peers);
            }
            Next::HandOver(heir) => {
                let Some(group) = self.group_of(asset) else { return };
                return self.with_group(cx, &group, |raft, now, out| {
                    // An heir that is not well any more is asked for again.
                    let _ = raft.step_down(now, Some(heir), out);
                });
            }
            Next::Select => MoveStep::Select(self.who_stays(asset, home, raft)),
            Next::Expand => MoveStep::Expand,
            Next::Finish => MoveStep::Finish,
        };
        let (stream, consumer) = asset.clone();
        self.forward_meta(cx, MetaCommand::Step { stream, consumer, number, step });
    }

    fn group_of(&self, (stream, consumer): &Asset) -> Option<Arc<str>> {
        let hosted = self.streams.get(stream)?;
        let group = match consumer {
            None => hosted.group.as_ref(),
            Some(consumer) => hosted.consumers.get(consumer)?.group.as_ref(),
        };
        group.map(|(group, _)| Arc::clone(group))
    }

    fn change_members<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        asset: &Asset,
        peers: Vec<PeerId>,
    ) {
        let Some(group) = self.group_of(asset) else { return };
        self.with_group(cx, &group, |raft, now, out| {
            raft.change_peers(now, peers, out);
        });
    }

    /// The leader stays, and then the others in their order, those that are well first.
    fn who_stays(&self, asset: &Asset, home: &[ProcId], raft: &GroupRaft) -> Vec<ProcId> {
        let (stream, consumer) = asset;
        let Some(assignment) = self.assignments.get(stream) else { return Vec::new() };
        let count = match consumer.as_ref().and_then(|name| assignment.consumers.get(name)) {
            Some(known) => replicas_of(&known.config, assignment, &assignment.peers),
            None => usize::try_from(assignment.config.num_replicas).unwrap_or(1),
        };
        let me = self.config.me;
        let is_online = |peer: &ProcId| self.memory.routes.contains_key(peer);
        let (well, others): (Vec<ProcId>, Vec<ProcId>) = home
            .iter()
            .copied()
            .filter(|peer| *peer != me)
            .partition(|peer| raft.is_member(peer.0) && is_online(peer));
        let mut all: Vec<ProcId> = [vec![me], well, others].concat();
        all.truncate(count.max(1));
        all
    }

    /// Lets the consumers of a stream that moves follow it. Returns whether it has to wait for one.
    fn move_consumers<H: Host>(&mut self, cx: &mut Context<'_, H>, stream: &Arc<str>) -> bool {
        let Some(assignment) = self.assignments.get(stream).cloned() else { return false };
        let Some(desired) = &assignment.desired else { return false };
        let mut waits = false;
        for (name, known) in &*assignment.consumers {
            let wanted = home_of_consumer(&known.config, &assignment, &known.peers, &desired.peers);
            let same = |peers: &[ProcId]| {
                peers.len() == wanted.len() && wanted.iter().all(|peer| peers.contains(peer))
            };
            let moves_there = known.desired.as_ref().is_some_and(|to| same(&to.peers));
            if known.desired.is_none() && same(&known.peers) {
                continue;
            }
            waits = true;
            if !moves_there {
                let group = Self::new_consumer_group(cx, &known.config, &assignment, wanted.len());
                let to = Move { peers: wanted, created: cx.now(), origin: None, group };
                let (stream, consumer) = (Arc::clone(stream), Some(Arc::clone(name)));
                self.forward_meta(cx, MetaCommand::Move { stream, consumer, to });
            }
        }
        waits
    }
}
