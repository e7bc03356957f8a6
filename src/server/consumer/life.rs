//! The life of a consumer on a server: created, led, followed, given up; the process starts and
//! dies.

use std::sync::Arc;

use crate::jetstream::consumer::{Consumer, SavedState};
use crate::kernel::{Context, ProcId};
use crate::nats::Subject;
use crate::nats::api::{ConsumerAdvisory, ConsumerConfig, ConsumerInfo};

use super::super::group::GroupState;
use super::super::meta::{ConsumerAssignment, MetaCommand, Requester};
use super::super::{Host, Server, Target};
use super::{ACCOUNT, ConsumerNote, HostedConsumer, is_hidden};

impl Server {
    pub(super) fn hosted_consumer(&self, stream: &str, consumer: &str) -> Option<&HostedConsumer> {
        self.streams.get(stream)?.consumers.get(consumer)
    }

    pub(super) fn hosted_consumer_mut(
        &mut self,
        stream: &str,
        consumer: &str,
    ) -> Option<&mut HostedConsumer> {
        self.streams.get_mut(stream)?.consumers.get_mut(consumer)
    }

    /// Whether this server delivers for a consumer.
    pub(super) fn leads_consumer(&self, stream: &str, consumer: &str) -> bool {
        self.hosted_consumer(stream, consumer).is_some_and(|about| about.leading)
    }

    /// Carries out a change to the list of consumers, on every server of the cluster. `done`: whether
    /// it changed the list.
    pub(in crate::server) fn apply_consumer_meta<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        command: &MetaCommand,
        done: bool,
    ) {
        match command {
            MetaCommand::CreateConsumer { stream, consumer, preferred, requester, .. } => {
                if self.assignments.get(stream).is_none() {
                    // The stream went meanwhile.
                    return self.answer_consumer_gone(cx, stream, consumer, requester);
                }
                // Of two that wanted the same at once, the second finds what the first made.
                if done {
                    let waits = Some(requester.clone());
                    return self.settle_consumer(cx, stream, consumer, *preferred, waits);
                }
                match self.hosted_consumer_mut(stream, consumer) {
                    Some(about) if !about.leading => about.created_for = Some(requester.clone()),
                    Some(_) => self.answer_consumer_known(cx, stream, consumer, requester),
                    None => {}
                }
            }
            MetaCommand::UpdateConsumer { stream, consumer, config, moved, pause, requester } => {
                if !done {
                    return self.answer_consumer_gone(cx, stream, consumer, requester);
                }
                if moved.is_some() {
                    self.settle_consumer(cx, stream, consumer, self.config.me, None);
                }
                let waits = (!pause).then_some(requester);
                self.reconfigure_consumer(cx, stream, consumer, config, waits);
                if let Some(to) = moved {
                    self.lead_alone(cx, &to.group);
                }
                if *pause && (!self.is_clustered() || self.leads_meta()) {
                    self.answer_consumer_paused(cx, stream, consumer, requester);
                }
            }
            MetaCommand::DeleteConsumer { stream, consumer, requester } => {
                self.remove_consumer(cx, stream, consumer, ConsumerNote::Deleted);
                self.sweep(cx, stream);
                if let Some(requester) = requester
                    && (!self.is_clustered() || self.leads_meta())
                {
                    self.answer_consumer_deleted(cx, stream, consumer, done, requester);
                }
            }
            _ => {}
        }
    }

    /// Starts a copy of a consumer here, if this server is to have one.
    pub(super) fn assign_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        name: &Arc<str>,
        assignment: &ConsumerAssignment,
        preferred: ProcId,
        created_for: Option<Requester>,
    ) {
        let me = self.config.me;
        if !assignment.peers.contains(&me) || self.hosted_consumer(stream, name).is_some() {
            return;
        }
        let group = assignment.group.as_ref().map(|group| {
            let joins = assignment.desired.is_some() && assignment.peers.len() > 1;
            let member = self.new_member(cx, group, &assignment.peers, joins, me == preferred);
            (Arc::clone(group), member)
        });
        let Some(hosted) = self.streams.get_mut(stream) else { return };
        let config = Arc::clone(&assignment.config);
        let consumer =
            Consumer::new(Arc::clone(stream), Arc::clone(name), config, assignment.created);
        let about = HostedConsumer { created_for, ..HostedConsumer::new(consumer, group) };
        hosted.consumers.insert(Arc::clone(name), about);
        Self::note_consumer(cx, stream, name, ConsumerNote::Created);
        self.begin_consumer(cx, stream, name, assignment.group.as_ref());
    }

    /// Makes a copy of a consumer that goes on where a backup ends, if this server is to have one. It
    /// does nothing yet, see [`Self::begin_consumer`].
    pub(in crate::server) fn restore_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        name: &Arc<str>,
        assignment: &ConsumerAssignment,
        state: &SavedState,
    ) {
        if !assignment.peers.contains(&self.config.me) {
            return;
        }
        let ConsumerAssignment { config, created, peers, group, .. } = assignment;
        let (of, called, config) = (Arc::clone(stream), Arc::clone(name), Arc::clone(config));
        let consumer = Consumer::restored(of, called, config, *created, state);
        let group = group.as_ref().map(|group| {
            let mut member = self.new_member(cx, group, peers, false, peers[0] == self.config.me);
            member.raft.begin_after(GroupState::Consumer(Box::new(consumer.clone())));
            (Arc::clone(group), member)
        });
        let Some(hosted) = self.streams.get_mut(stream) else { return };
        hosted.consumers.insert(Arc::clone(name), HostedConsumer::new(consumer, group));
        Self::note_consumer(cx, stream, name, ConsumerNote::Created);
    }

    /// A new copy of a consumer begins to work: alone, or as a member of its group.
    pub(in crate::server) fn begin_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        name: &Arc<str>,
        group: Option<&Arc<str>>,
    ) {
        if self.hosted_consumer(stream, name).is_none() {
            return;
        }
        match group {
            None => self.lead_consumer(cx, stream, name),
            Some(group) => self.with_group(cx, group, |_, _, _| {}),
        }
    }

    /// This server delivers for the consumer from now on.
    pub(in crate::server) fn lead_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return };
        if about.leading {
            // It was alone and has a group now.
            return self.advise_elected(cx, stream, consumer);
        }
        about.leading = true;
        let created_for = about.created_for.take();
        let replicated = about.group.is_some();
        self.subscribe_consumer(cx, stream, consumer);
        // Nothing is delivered before those who wait know that the consumer is there.
        let told = self.tell_consumer(cx, stream, consumer, |consumer, cx| {
            consumer.lead(cx, replicated, false)
        });
        let Some((info, out)) = told else { return };
        if let Some(requester) = created_for {
            self.consumer_is_new(cx, stream, consumer, info, &requester);
        }
        self.carry_out_consumer(cx, stream, consumer, out);
        self.arm_consumer(cx, stream, consumer);
        if replicated {
            self.advise_elected(cx, stream, consumer);
        }
        self.watch_deliver_subject(cx, stream, consumer);
        self.arm_moves(cx);
    }

    /// This server delivers no more for the consumer.
    pub(in crate::server) fn unlead_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        self.unwatch_deliver_subject(stream, consumer);
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return };
        about.leading = false;
        about.consumer.unlead();
        about.told = Default::default();
        if let Some((_, id)) = about.timer.take() {
            cx.cancel_timer(id);
        }
        for subject in std::mem::take(&mut about.subscribed) {
            let target = Target::Consumer(Arc::clone(stream), Arc::clone(consumer));
            self.forget(cx, &subject, None, &target);
        }
    }

    /// Asks for the subjects that the consumer's leader listens to, and for none that it does not
    /// any more.
    fn subscribe_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        let domain = self.config.domain.clone();
        let Some(about) = self.hosted_consumer_mut(stream, consumer) else { return };
        let ports = about.consumer.subscriptions(ACCOUNT, domain.as_deref());
        let wanted: Vec<Subject> = ports.into_iter().map(|(subject, _)| subject).collect();
        let had = std::mem::replace(&mut about.subscribed, wanted.clone());
        let target = || Target::Consumer(Arc::clone(stream), Arc::clone(consumer));
        for subject in had.iter().filter(|subject| !wanted.contains(subject)) {
            self.forget(cx, subject, None, &target());
        }
        for subject in wanted.iter().filter(|subject| !had.contains(subject)) {
            self.want(cx, subject, None, target());
        }
    }

    pub(super) fn reconfigure_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        config: &Arc<ConsumerConfig>,
        waits: Option<&Requester>,
    ) {
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        let (leading, before) = (about.leading, cx.cause());
        if about.consumer.config() != config {
            let note = Self::note_consumer(cx, stream, consumer, ConsumerNote::Updated);
            cx.because(note);
        }
        let told = self.tell_consumer(cx, stream, consumer, |consumer, cx| {
            consumer.reconfigure(cx, Arc::clone(config))
        });
        let Some((info, out)) = told else { return };
        if let Some(requester) = waits.filter(|_| leading) {
            self.answer_consumer_created(cx, stream, consumer, info, requester);
        }
        self.carry_out_consumer(cx, stream, consumer, out);
        self.arm_consumer(cx, stream, consumer);
        if leading {
            self.subscribe_consumer(cx, stream, consumer);
            self.watch_deliver_subject(cx, stream, consumer);
        }
        self.sweep(cx, stream);
        cx.because(before);
    }

    /// Gives up the copy of a consumer here. `note` says why.
    pub(in crate::server) fn remove_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        note: ConsumerNote,
    ) {
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        if about.leading && note == ConsumerNote::Deleted {
            self.with_consumer(cx, stream, consumer, |consumer, cx| consumer.deleted(cx));
        }
        self.unlead_consumer(cx, stream, consumer);
        let Some(hosted) = self.streams.get_mut(stream) else { return };
        let gone = hosted.consumers.remove(consumer);
        if let Some((_, id)) = gone.and_then(|about| about.group).and_then(|(_, m)| m.timer) {
            cx.cancel_timer(id);
        }
        Self::note_consumer(cx, stream, consumer, note);
    }

    /// A consumer that nobody was interested in for too long goes, by way of the meta leader.
    pub(super) fn give_up_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
    ) {
        if self.hosted_consumer(stream, consumer).is_some_and(is_hidden) {
            return self.remove_consumer(cx, stream, consumer, ConsumerNote::Deleted);
        }
        let (stream, consumer) = (Arc::clone(stream), Arc::clone(consumer));
        let command = MetaCommand::DeleteConsumer { stream, consumer, requester: None };
        self.forward_meta(cx, command);
    }

    /// The process starts: consumers take up where their disks are.
    pub(in crate::server) fn start_consumers<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
    ) {
        let Some(hosted) = self.streams.get(stream) else { return };
        let names: Vec<Arc<str>> = hosted.consumers.keys().cloned().collect();
        let storage = hosted.stream.config().storage;
        for name in names {
            let Some(about) = self.hosted_consumer(stream, &name) else { continue };
            let on_disk = about.is_on_disk(storage);
            match &about.group {
                None => self.lead_consumer(cx, stream, &name),
                Some((group, _)) => {
                    let group = Arc::clone(group);
                    self.restart_group(cx, &group, on_disk);
                }
            }
        }
    }

    /// Another server leads the consumer.
    pub(in crate::server) fn another_leads_consumer(&mut self, stream: &str, consumer: &str) {
        if let Some(about) = self.hosted_consumer_mut(stream, consumer) {
            about.created_for = None;
        }
    }

    /// Replaces a record that is too far behind. Its configuration is not the record's.
    pub(in crate::server) fn install_consumer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        state: Consumer,
    ) {
        self.with_consumer(cx, stream, consumer, |consumer, cx| {
            let config = Arc::clone(consumer.config());
            *consumer = state;
            consumer.unlead();
            consumer.reconfigure(cx, config);
        });
    }

    /// The process of a lone server died: consumers in memory are gone for good.
    pub(in crate::server) fn forget_consumers_in_memory(&mut self) {
        for (stream, hosted) in &mut self.streams {
            let storage = hosted.stream.config().storage;
            hosted.consumers.retain(|_, about| about.is_on_disk(storage));
            if let Some(assigned) = self.assignments.consumers_mut(stream) {
                assigned.retain(|name, _| hosted.consumers.contains_key(name));
            }
        }
    }

    /// Somebody waited for a new consumer, and now it has its leader.
    fn consumer_is_new<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &Arc<str>,
        consumer: &Arc<str>,
        info: ConsumerInfo,
        requester: &Requester,
    ) {
        self.advise(cx, stream, consumer, &ConsumerAdvisory::Created);
        let Some(about) = self.hosted_consumer(stream, consumer) else { return };
        // It is led before it is told who listens.
        let push_bound = self.has_subscribers(about.consumer.config());
        let info = ConsumerInfo { push_bound, ..info };
        self.answer_consumer_created(cx, stream, consumer, info, requester);
    }
}
