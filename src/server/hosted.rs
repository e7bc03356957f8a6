//! A stream on a server: led here or followed, taking messages in, applying what its group commits.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::jetstream::store::StoredMessage;
use crate::jetstream::stream::{Applied, Check, DirectReply, Inflight, Stream, StreamCommand};
use crate::kernel::{Context, Time, TimerId};
use crate::nats::api::{ApiError, DirectGetRequest, PubAck};
use crate::nats::{Message, Subject};

use super::consumer::HostedConsumer;
use super::group::{GroupEntry, Member};
use super::meta::{Assignment, MetaCommand, Requester};
use super::{Host, Note, Removal, Server, Target, Timer};

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
    pub consumers: BTreeMap<Arc<str>, HostedConsumer>,
    /// What the leader has proposed and not applied.
    inflight: Inflight,
    /// Who waits for an entry to be applied.
    pub(super) waiting: BTreeMap<u64, Requester>,
    /// Who waits for the stream to have its first leader.
    pub(super) created_for: Option<Requester>,
    expiry: Option<(Time, TimerId)>,
    /// Which subjects this server has asked for on the stream's behalf.
    subscribed: Vec<Subject>,
    offers_direct: bool,
}

impl HostedStream {
    pub(super) fn new(stream: Stream, group: Option<(Arc<str>, Member)>) -> Self {
        Self {
            stream,
            group,
            leading: false,
            consumers: BTreeMap::new(),
            inflight: Inflight::default(),
            waiting: BTreeMap::new(),
            created_for: None,
            expiry: None,
            subscribed: Vec::new(),
            offers_direct: false,
        }
    }

    /// The process died.
    pub(super) fn crash(&mut self) {
        self.stream.crash();
        self.leading = false;
        self.inflight = Inflight::default();
        self.waiting.clear();
        self.created_for = None;
        self.expiry = None;
        self.subscribed.clear();
        self.offers_direct = false;
        let storage = self.stream.config().storage;
        self.consumers.values_mut().for_each(|about| about.crash(storage));
        if let Some((_, member)) = &mut self.group {
            member.timer = None;
        }
    }
}

impl Server {
    /// Carries out a change to the list of streams, on every server of the cluster.
    pub(super) fn apply_meta<H: Host>(&mut self, cx: &mut Context<'_, H>, command: &MetaCommand) {
        match command {
            MetaCommand::Create { assignment, preferred, requester } => {
                let name: Arc<str> = assignment.config.name.as_str().into();
                if self.assignments.get(&name).is_some() {
                    return;
                }
                self.assignments.insert(Arc::clone(&name), assignment.clone());
                self.assign(cx, &name, assignment, *preferred);
                if let Some(hosted) = self.streams.get_mut(&name) {
                    if hosted.leading {
                        self.answer_created(cx, &name, requester);
                    } else {
                        hosted.created_for = Some(requester.clone());
                    }
                }
            }
            MetaCommand::Update { config, requester } => {
                self.assignments.reconfigure(config);
                let name: Arc<str> = config.name.as_str().into();
                let Some(hosted) = self.streams.get_mut(&name) else { return };
                let removed = hosted.stream.reconfigure(Arc::clone(config));
                cx.note(Note::StreamUpdated { stream: Arc::clone(&name) }.into());
                let leading = hosted.leading;
                self.removed(cx, &name, &removed, Removal::Limit);
                if leading {
                    self.subscribe_stream(cx, &name);
                    self.answer_updated(cx, &name, requester);
                }
                self.offer_direct(cx, &name);
                self.arm_expiry(cx, &name);
            }
            MetaCommand::Delete { stream, requester } => {
                self.assignments.remove(stream);
                self.remove_stream(cx, stream);
                if !self.is_clustered() || self.leads_meta() {
                    self.answer_deleted(cx, stream, requester);
                }
            }
            MetaCommand::CreateConsumer { .. }
            | MetaCommand::UpdateConsumer { .. }
            | MetaCommand::DeleteConsumer { .. } => self.apply_consumer_meta(cx, command),
        }
    }

    /// Starts a copy of a stream here, if this server is to have one.
    pub(super) fn assign<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        assignment: &Assignment,
        preferred: crate::kernel::ProcId,
    ) {
        let me = self.config.me;
        if !assignment.peers.contains(&me) || self.streams.contains_key(name) {
            return;
        }
        let stream = Stream::new(Arc::clone(&assignment.config), assignment.created);
        let group = assignment.group.as_ref().map(|group| {
            let member = self.new_member(cx, group, &assignment.peers, me == preferred);
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

    /// Gives up the copy of a stream here.
    pub(super) fn remove_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get(name) else { return };
        let consumers: Vec<Arc<str>> = hosted.consumers.keys().cloned().collect();
        for consumer in consumers {
            self.remove_consumer(cx, name, &consumer);
        }
        self.unlead_stream(cx, name);
        self.withdraw_direct(cx, name);
        if let Some(hosted) = self.streams.remove(name) {
            for timer in
                hosted.group.and_then(|(_, member)| member.timer).into_iter().chain(hosted.expiry)
            {
                cx.cancel_timer(timer.1);
            }
        }
        cx.note(Note::StreamDeleted { stream: Arc::clone(name) }.into());
    }

    /// This server takes messages for the stream from now on.
    pub(super) fn lead_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        hosted.leading = true;
        hosted.inflight = Inflight::default();
        let created_for = hosted.created_for.take();
        self.subscribe_stream(cx, name);
        self.offer_direct(cx, name);
        if let Some(requester) = created_for {
            self.answer_created(cx, name, &requester);
        }
        self.sweep(cx, name);
    }

    /// This server takes no more messages for the stream.
    pub(super) fn unlead_stream<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        hosted.leading = false;
        hosted.inflight = Inflight::default();
        hosted.waiting.clear();
        for subject in std::mem::take(&mut hosted.subscribed) {
            self.forget(cx, &subject, None, &Target::Stream(Arc::clone(name)));
        }
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

    /// Lets the copy here answer direct gets, if the stream allows it.
    pub(super) fn offer_direct<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if !hosted.stream.config().allow_direct {
            return self.withdraw_direct(cx, name);
        }
        if std::mem::replace(&mut hosted.offers_direct, true) {
            return;
        }
        for subject in Self::direct_subjects(name) {
            self.want(cx, &subject, Some(&"_sys_".into()), Target::Direct(Arc::clone(name)));
        }
    }

    fn withdraw_direct<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        if !std::mem::replace(&mut hosted.offers_direct, false) {
            return;
        }
        for subject in Self::direct_subjects(name) {
            self.forget(cx, &subject, Some(&"_sys_".into()), &Target::Direct(Arc::clone(name)));
        }
    }

    /// A message came for a stream led here.
    pub(super) fn ingest<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        message: &Message,
    ) {
        let before = cx.cause();
        let now = cx.now();
        let wanted = self.is_wanted(now, name, &message.subject);
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let inflight = hosted.group.is_some().then_some(&hosted.inflight);
        match hosted.stream.check(message, now, inflight) {
            Check::Store => {
                let message = Arc::new(message.clone());
                let command =
                    StreamCommand::Publish { message: Arc::clone(&message), at: now, wanted };
                match hosted.group.as_ref().map(|(group, _)| Arc::clone(group)) {
                    None => self.apply_stream(cx, name, &command, 0),
                    Some(group) => {
                        let size = hosted.stream.size_of(&message);
                        hosted.inflight.proposed(&message, size);
                        self.propose(cx, &group, GroupEntry::Stream(Arc::new(command)));
                    }
                }
            }
            Check::Duplicate(seq) => {
                let note = cx.note(Note::Duplicate { stream: Arc::clone(name), seq }.into());
                cx.because(note);
                self.acknowledge(cx, name, message, Ok((seq, true)));
            }
            Check::Refuse(error) => self.reject(cx, name, message, error),
        }
        cx.because(before);
    }

    fn reject<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        message: &Message,
        error: ApiError,
    ) {
        let note = Note::Rejected {
            stream: Arc::clone(name),
            err_code: error.err_code,
            description: (&*error.description).into(),
        };
        let note = cx.note(note.into());
        cx.because(note);
        self.acknowledge(cx, name, message, Err(error));
    }

    /// Answers a publish, if its sender waits and the stream acknowledges at all.
    fn acknowledge<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        message: &Message,
        result: Result<(u64, bool), ApiError>,
    ) {
        let Some(reply) = &message.reply else { return };
        let Some(hosted) = self.streams.get(name) else { return };
        if hosted.stream.config().no_ack {
            return;
        }
        let ack = match result {
            Ok((seq, duplicate)) => {
                PubAck { duplicate, ..PubAck::stored(name, self.config.domain.as_deref(), seq) }
            }
            Err(error) => PubAck::refused(name, error),
        };
        self.publish(cx, &Message::new(Arc::clone(reply), ack.to_json()));
    }

    /// Applies what a stream's group has committed, or what a lone copy decided.
    pub(super) fn apply_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        command: &StreamCommand,
        index: u64,
    ) {
        let before = cx.cause();
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let applied = hosted.stream.apply(command);
        let leading = hosted.leading;
        if let (StreamCommand::Publish { message, .. }, true) = (command, hosted.group.is_some()) {
            let size = hosted.stream.size_of(message);
            hosted.inflight.applied(message, size);
        }
        let requester = hosted.waiting.remove(&index);
        match applied {
            Applied::Stored { message: stored, removed } => {
                let (stream, seq) = (Arc::clone(name), stored.seq);
                let note = Note::Stored { stream, seq, subject: Arc::clone(&stored.subject) };
                let note = cx.note(note.into());
                cx.because(note);
                self.removed(cx, name, &removed, Removal::Limit);
                if let (StreamCommand::Publish { message, .. }, true) = (command, leading) {
                    self.acknowledge(cx, name, message, Ok((seq, false)));
                }
                self.with_consumers_led(cx, name, |consumer, cx| consumer.stored(cx, &stored));
                if seq == 1 || removed.len() > 1 || self.needs_expiry(name) {
                    self.arm_expiry(cx, name);
                }
            }
            Applied::Skipped { seq } => {
                let note = cx.note(Note::Unwanted { stream: Arc::clone(name), seq }.into());
                cx.because(note);
                if let (StreamCommand::Publish { message, .. }, true) = (command, leading) {
                    self.acknowledge(cx, name, message, Ok((seq, false)));
                }
            }
            Applied::Refused(error) => {
                if let (StreamCommand::Publish { message, .. }, true) = (command, leading) {
                    self.reject(cx, name, message, error);
                }
            }
            Applied::Deleted(result) => {
                if let Ok(message) = &result {
                    self.removed(cx, name, std::slice::from_ref(message), Removal::Deleted);
                }
                if let Some(requester) = requester {
                    self.answer_msg_deleted(cx, name, &requester, result.map(|_| ()));
                }
            }
            Applied::Purged(messages) => {
                self.removed(cx, name, &messages, Removal::Purged);
                if let StreamCommand::Purge(purge) = command {
                    self.with_consumers_led(cx, name, |consumer, cx| {
                        consumer.purged(cx, &purge.filter);
                    });
                }
                if let Some(requester) = requester {
                    self.answer_purged(cx, name, &requester, messages.len() as u64);
                }
            }
            Applied::Unneeded(messages) => self.removed(cx, name, &messages, Removal::Consumed),
        }
        cx.because(before);
    }

    /// Changes a stream led here on behalf of somebody who waits for it.
    pub(super) fn change_stream<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        command: StreamCommand,
        requester: Requester,
    ) {
        let Some(hosted) = self.streams.get_mut(name) else { return };
        match hosted.group.as_ref().map(|(group, _)| Arc::clone(group)) {
            None => {
                hosted.waiting.insert(0, requester);
                self.apply_stream(cx, name, &command, 0);
            }
            Some(group) => {
                // Where alone is a quorum the entry is applied before we hear of its index.
                let next = hosted.group.as_ref().map_or(0, |(_, m)| m.raft.last_index() + 1);
                hosted.waiting.insert(next, requester);
                self.propose(cx, &group, GroupEntry::Stream(Arc::new(command)));
            }
        }
    }

    fn needs_expiry(&self, name: &Arc<str>) -> bool {
        self.streams
            .get(name)
            .is_some_and(|hosted| hosted.expiry.is_none() && hosted.stream.next_expiry().is_some())
    }

    /// Sets the timer for the next message that becomes too old.
    pub(super) fn arm_expiry<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let now = cx.now();
        let Some(hosted) = self.streams.get_mut(name) else { return };
        let Some(due) = hosted.stream.next_expiry() else { return };
        if let Some((set, id)) = hosted.expiry {
            if set <= due {
                return;
            }
            cx.cancel_timer(id);
        }
        let id = cx.set_timer(due.since(now), Timer::Expire(Arc::clone(name)).into());
        hosted.expiry = Some((due, id));
    }

    /// Each replica removes what is too old by its own clock, without asking the others.
    pub(super) fn expire<H: Host>(&mut self, cx: &mut Context<'_, H>, name: &Arc<str>) {
        let now = cx.now();
        let Some(hosted) = self.streams.get_mut(name) else { return };
        hosted.expiry = None;
        let expired = hosted.stream.expire(now);
        self.removed(cx, name, &expired, Removal::Age);
        self.arm_expiry(cx, name);
    }

    /// Answers a direct get from the copy here.
    pub(super) fn direct_get<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        request: &Message,
    ) {
        let Some(reply) = request.reply.clone() else { return };
        let Some(hosted) = self.streams.get(name) else { return };
        let prefix = format!("$JS.API.DIRECT.GET.{name}.");
        let subject = super::clients::domain_free(&request.subject, self.config.domain.as_deref());
        let body = &request.payload;
        let replies = match subject.strip_prefix(&prefix) {
            Some(_) if !body.is_empty() => vec![DirectReply::empty()],
            Some(last) => vec![hosted.stream.direct_last(last, false)],
            None if body.is_empty() => vec![DirectReply::empty()],
            None => match DirectGetRequest::decode_direct(body) {
                Ok(request) => hosted.stream.direct_get(&request),
                Err(_) => vec![DirectReply::malformed()],
            },
        };
        for DirectReply { headers, payload } in replies {
            let message = Message { subject: Arc::clone(&reply), reply: None, headers, payload };
            self.publish(cx, &message);
        }
    }

    /// Tells the trace and the stream's consumers that messages are gone.
    fn removed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        messages: &[Arc<StoredMessage>],
        reason: Removal,
    ) {
        let Some(first_seq) = messages.iter().map(|message| message.seq).min() else { return };
        let (stream, count) = (Arc::clone(name), messages.len() as u64);
        let note = cx.note(Note::Removed { stream, first_seq, count, reason }.into());
        let before = cx.because(note);
        // What a purge leaves, consumers find out by themselves.
        if reason != Removal::Purged {
            self.tell_consumers_removed(cx, name, messages);
        }
        cx.because(before);
    }
}
