//! What the meta group knows of moves, and how its commands change that.

use std::sync::Arc;

use crate::kernel::{ProcId, Time};

use super::super::meta::MetaState;

/// The servers that a stream or consumer is to live on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// The servers. None as long as its leader has not chosen the ones that stay.
    pub peers: Vec<ProcId>,
    /// When this was wished for.
    pub created: Time,
    /// How many replicas a stream had before, if that was to change.
    pub origin: Option<i64>,
    /// Which of all moves of the cluster it is.
    pub number: u64,
}

/// The beginning of a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The servers it is to live on; none if its leader is to choose which of them stay.
    pub peers: Vec<ProcId>,
    /// When this was wished for.
    pub created: Time,
    /// How many replicas a stream had before, if that is to change.
    pub origin: Option<i64>,
    /// The name of its Raft group, if it had none.
    pub group: Arc<str>,
}

/// A step of a move, which the leader asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoveStep {
    /// It has chosen the servers that stay.
    Select(Vec<ProcId>),
    /// The servers to come get their copies.
    Expand,
    /// Those and no others are members now.
    Finish,
}

/// Where something lives.
type Home<'a> = (&'a mut Vec<ProcId>, &'a mut Option<Arc<str>>, &'a mut Option<Desired>);

impl MetaState {
    /// Where a stream or one of its consumers lives.
    fn home(&mut self, stream: &str, consumer: Option<&Arc<str>>) -> Option<Home<'_>> {
        let stream = Arc::make_mut(&mut self.streams).get_mut(stream)?;
        let Some(consumer) = consumer else {
            return Some((&mut stream.peers, &mut stream.group, &mut stream.desired));
        };
        let known = Arc::make_mut(&mut stream.consumers).get_mut(consumer)?;
        Some((&mut known.peers, &mut known.group, &mut known.desired))
    }

    /// Whether anything ever moved.
    pub(in crate::server) fn has_moves(&self) -> bool {
        self.moves > 0
    }

    /// A move begins, in place of one that is not done.
    pub(in crate::server) fn begin_move(
        &mut self,
        stream: &str,
        consumer: Option<&Arc<str>>,
        to: &Move,
    ) -> bool {
        self.moves += 1;
        let number = self.moves;
        let mut peers = to.peers.clone();
        if consumer.is_some() {
            // The stream may have left some of them meanwhile.
            let there = self.get(stream).map_or(&[][..], |stream| &stream.peers);
            peers.retain(|peer| there.contains(peer));
            if peers.is_empty() && !to.peers.is_empty() {
                return false;
            }
        }
        let Some((_, group, desired)) = self.home(stream, consumer) else { return false };
        group.get_or_insert_with(|| Arc::clone(&to.group));
        let created = to.created;
        let origin = desired.as_ref().map_or(to.origin, |before| before.origin.or(to.origin));
        *desired = Some(Desired { peers, created, origin, number });
        true
    }

    /// A move goes on, unless another one has begun or the step was done before. Returns whether it
    /// does.
    pub(in crate::server) fn move_on(
        &mut self,
        stream: &str,
        consumer: Option<&Arc<str>>,
        number: u64,
        step: &MoveStep,
    ) -> bool {
        if *step == MoveStep::Finish && consumer.is_none() && !self.consumers_are_there(stream) {
            return false;
        }
        let Some((peers, group, desired)) = self.home(stream, consumer) else { return false };
        let Some(to) = desired.as_mut().filter(|to| to.number == number) else { return false };
        match step {
            MoveStep::Select(chosen) if to.peers.is_empty() => to.peers.clone_from(chosen),
            MoveStep::Expand if to.peers.iter().any(|peer| !peers.contains(peer)) => {
                let new = to.peers.iter().filter(|peer| !peers.contains(peer));
                let new: Vec<ProcId> = new.copied().collect();
                peers.extend(new);
            }
            MoveStep::Finish if !to.peers.is_empty() => {
                peers.clone_from(&to.peers);
                *desired = None;
                if peers.len() == 1 {
                    *group = None;
                }
            }
            _ => return false,
        }
        true
    }

    /// Whether all consumers of a stream live where the stream is to live.
    fn consumers_are_there(&self, stream: &str) -> bool {
        let Some(known) = self.get(stream) else { return false };
        let Some(to) = &known.desired else { return false };
        let mut homes = known.consumers.values().map(|consumer| &consumer.peers);
        homes.all(|home| home.iter().all(|peer| to.peers.contains(peer)))
    }

    /// What has only one server begins anew on another one; consumers go with their stream.
    pub(in crate::server) fn replace_only(
        &mut self,
        stream: &str,
        consumer: Option<&Arc<str>>,
        from: ProcId,
        to: ProcId,
    ) -> bool {
        let Some(home) = self.home(stream, consumer) else { return false };
        if *home.0 != [from] {
            return false;
        }
        let begin_anew = |(peers, group, desired): Home<'_>| {
            *peers = vec![to];
            *group = None;
            *desired = None;
        };
        begin_anew(home);
        let Some(known) = self.get(stream).filter(|_| consumer.is_none()) else { return true };
        let consumers: Vec<Arc<str>> = known.consumers.keys().cloned().collect();
        for consumer in consumers {
            if let Some(home) = self.home(stream, Some(&consumer)) {
                begin_anew(home);
            }
        }
        true
    }

    /// No consumer is to have more replicas than its stream.
    pub(in crate::server) fn limit_replicas_of_consumers(&mut self, stream: &str) {
        let Some(known) = Arc::make_mut(&mut self.streams).get_mut(stream) else { return };
        let most = known.config.num_replicas;
        for consumer in Arc::make_mut(&mut known.consumers).values_mut() {
            if consumer.config.num_replicas > most {
                Arc::make_mut(&mut consumer.config).num_replicas = most;
            }
        }
    }
}
