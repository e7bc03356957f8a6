//! How a server makes of its copy of a stream what the meta group says: it gets one, gives it up, or
//! keeps it with other members.

use std::sync::Arc;

use crate::jetstream::raft::{Config, Raft, Timing};
use crate::kernel::{Context, ProcId};

use super::super::group::{GroupState, Member};
use super::super::meta::MetaState;
use super::super::{Host, Note, Server};

/// What becomes of a copy that is here.
pub(in crate::server) enum Fate {
    /// It goes on as it is, with these contacts.
    Stays,
    /// It was alone and founds a group.
    Founds(Arc<str>),
    /// It was the last of its group and is alone from now on.
    IsAlone,
    /// It is of another time, or other servers have it now.
    Goes,
}

impl Server {
    /// What becomes of a copy here in this group, when it is to live on `home` in `assigned`.
    pub(in crate::server) fn fate(
        &self,
        home: &[ProcId],
        assigned: Option<&Arc<str>>,
        group: Option<&(Arc<str>, Member)>,
    ) -> Fate {
        let me = self.config.me;
        let is_sole = |member: &Member| member.raft.peers() == [me.0];
        match (assigned, group) {
            _ if !home.contains(&me) => Fate::Goes,
            (None, None) => Fate::Stays,
            (Some(assigned), Some((known, _))) if assigned == known => Fate::Stays,
            (None, Some((_, member))) if is_sole(member) => Fate::IsAlone,
            // A server that was away: its group came to an end here, and another one begins.
            (Some(_), Some((_, member))) if home == [me] && is_sole(member) => Fate::IsAlone,
            (Some(assigned), None) if home == [me] => Fate::Founds(Arc::clone(assigned)),
            _ => Fate::Goes,
        }
    }

    /// The first member of a group for something that is here and alone.
    pub(in crate::server) fn founder<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        state: GroupState,
    ) -> Member {
        let id = self.config.me.0;
        let config = Config { id, peers: vec![id], preferred: true, timing: Timing::default() };
        let rng = cx.rng().fork(group);
        Member::new(Raft::take_up(config, rng, cx.now(), state))
    }

    /// Makes of the copy of a stream here what the meta group says.
    pub(in crate::server) fn settle_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        preferred: ProcId,
    ) {
        let Some(assignment) = self.assignments.get(name).cloned() else { return };
        if let Some(hosted) = self.streams.get(name) {
            let fate = if hosted.stream.created() == assignment.created {
                self.fate(&assignment.peers, assignment.group.as_ref(), hosted.group.as_ref())
            } else {
                Fate::Goes
            };
            match fate {
                Fate::Stays => {}
                Fate::Goes => {
                    let stream = Arc::clone(name);
                    self.remove_stream(cx, name, Note::CopyRemoved { stream });
                }
                Fate::Founds(group) => {
                    let state = GroupState::Stream(Box::new(hosted.stream.clone()));
                    let founder = self.founder(cx, &group, state);
                    if let Some(hosted) = self.streams.get_mut(name) {
                        hosted.group = Some((group, founder));
                    }
                }
                Fate::IsAlone => {
                    self.conclude_stream(cx, name);
                    return self.settle_stream(cx, name, preferred);
                }
            }
        }
        self.assign(cx, name, &assignment, preferred);
        self.set_contacts(cx, assignment.group.as_ref(), &assignment.peers);
        self.arm_moves(cx);
    }

    /// These servers have copies of what this group is of.
    pub(in crate::server) fn set_contacts<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: Option<&Arc<str>>,
        home: &[ProcId],
    ) {
        let Some(group) = group else { return };
        let contacts = home.iter().map(|peer| peer.0).collect();
        self.with_group(cx, group, |raft, now, out| raft.set_contacts(now, contacts, out));
    }

    /// The group of a stream ends with the copy here.
    fn conclude_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get(name) else { return };
        let Some((group, _)) = &hosted.group else { return };
        let group = Arc::clone(group);
        self.with_group(cx, &group, |raft, _, out| raft.conclude(out));
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if let Some((_, id)) = hosted.group.take().and_then(|(_, member)| member.timer) {
            cx.cancel_timer(id);
        }
        if !hosted.leading {
            self.lead_stream(cx, name);
        }
    }

    /// The founder of a group need not wait for its turn to lead it.
    pub(in crate::server) fn lead_alone<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &str) {
        self.with_group(cx, &group.into(), |raft, now, out| raft.lead_alone(now, out));
    }

    /// The whole list of streams is another one than this server knew before.
    pub(in crate::server) fn settle_everything<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        before: &MetaState,
    ) {
        for (name, _) in before.streams() {
            if self.assignments.get(name).is_none() {
                let stream = Arc::clone(name);
                self.remove_stream(cx, name, Note::StreamDeleted { stream });
            }
        }
        let all: Vec<_> =
            self.assignments.streams().map(|(name, a)| (Arc::clone(name), a.clone())).collect();
        for (name, assignment) in all {
            if before.get(&name) == Some(&assignment) {
                continue;
            }
            self.settle_stream(cx, &name, assignment.peers[0]);
            self.reconfigure_stream(cx, &name, &assignment.config);
            self.settle_consumers(cx, &name, &assignment);
            let groups = assignment.consumers.values().map(|known| &known.group);
            for group in groups.chain([&assignment.group]).flatten() {
                self.lead_alone(cx, group);
            }
        }
    }
}
