//! How a server makes of its copies of consumers what the meta group says, and how consumers follow
//! a stream with fewer replicas than they have.

use std::sync::Arc;

use crate::kernel::{Context, ProcId};

use super::super::group::GroupState;
use super::super::meta::{Assignment, Requester};
use super::super::moving::Fate;
use super::super::{Host, Server};
use super::{ConsumerNote, is_hidden};

impl Server {
    /// Makes of the copy of a consumer here what the meta group says.
    pub(in crate::server) fn settle_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        name: &Arc<str>,
        preferred: ProcId,
        created_for: Option<Requester>,
    ) {
        let Some(known) = self.assignments.consumer(stream, name).cloned() else { return };
        if let Some(about) = self.hosted_consumer(stream, name) {
            let fate = if about.consumer.created() == known.created {
                self.fate(&known.peers, known.group.as_ref(), about.group.as_ref())
            } else {
                Fate::Goes
            };
            match fate {
                Fate::Stays => {}
                Fate::Goes => self.remove_consumer(cx, stream, name, ConsumerNote::CopyRemoved),
                Fate::Founds(group) => {
                    let mut state = Box::new(about.consumer.clone());
                    state.unlead();
                    let founder = self.founder(cx, &group, GroupState::Consumer(state));
                    if let Some(about) = self.hosted_consumer_mut(stream, name) {
                        about.consumer.set_replicated(true);
                        about.group = Some((group, founder));
                    }
                }
                Fate::IsAlone => {
                    self.conclude_consumer(cx, stream, name);
                    return self.settle_consumer(cx, stream, name, preferred, created_for);
                }
            }
        }
        self.assign_consumer(cx, stream, name, &known, preferred, created_for);
        self.set_contacts(cx, known.group.as_ref(), &known.peers);
        self.arm_moves(cx);
    }

    /// The group of a consumer ends with the copy here.
    fn conclude_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        name: &Arc<str>,
    ) {
        let Some(about) = self.hosted_consumer(stream, name) else { return };
        let Some((group, _)) = &about.group else { return };
        let group = Arc::clone(group);
        self.with_group(cx, &group, |raft, _, out| raft.conclude(out));
        let Some(about) = self.hosted_consumer_mut(stream, name) else { return };
        about.consumer.set_replicated(false);
        if let Some((_, id)) = about.group.take().and_then(|(_, member)| member.timer) {
            cx.cancel_timer(id);
        }
        if !about.leading {
            self.lead_consumer(cx, stream, name);
        }
    }

    /// Makes of all copies of a stream's consumers here what an assignment says that was not heard
    /// of step by step.
    pub(in crate::server) fn settle_consumers<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        assignment: &Assignment,
    ) {
        let Some(hosted) = self.streams.get(stream) else { return };
        let seen = hosted.consumers.iter().filter(|(_, about)| !is_hidden(about));
        let here: Vec<Arc<str>> = seen.map(|(name, _)| Arc::clone(name)).collect();
        for name in here.iter().filter(|name| !assignment.consumers.contains_key(*name)) {
            self.remove_consumer(cx, stream, name, ConsumerNote::Deleted);
        }
        for (name, known) in &*assignment.consumers {
            self.settle_consumer(cx, stream, name, known.peers[0], None);
            let about = self.hosted_consumer(stream, name);
            if about.is_some_and(|about| about.consumer.config() != &known.config) {
                self.reconfigure_consumer(cx, stream, name, &known.config, None);
            }
        }
    }

    /// Consumers of a stream here may have had fewer replicas prescribed.
    pub(in crate::server) fn reconfigure_consumers<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
    ) {
        let Some(assignment) = self.assignments.get(stream).cloned() else { return };
        for (name, known) in &*assignment.consumers {
            let about = self.hosted_consumer(stream, name);
            let replicas = about.map(|about| about.consumer.config().num_replicas);
            if replicas.is_some_and(|replicas| replicas != known.config.num_replicas) {
                self.reconfigure_consumer(cx, stream, name, &known.config, None);
            }
        }
    }
}
