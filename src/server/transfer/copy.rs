//! The copy of a restored stream on one of its servers, with its consumers.
//!
//! Every copy begins with the same content, which stands before the beginning of its group's log; a
//! server that comes later gets it from the others.

use std::sync::Arc;

use crate::jetstream::backup::Backup;
use crate::jetstream::stream::Stream;
use crate::kernel::{Context, ProcId};

use super::super::group::GroupState;
use super::super::meta::{Assignment, Requester};
use super::super::{Host, HostedStream, Note, Server};

impl Server {
    /// Makes the copy here, if this server is to have one.
    pub(in crate::server) fn restore_copy<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        name: &Arc<str>,
        assignment: &Assignment,
        preferred: ProcId,
        content: &Backup,
        requester: &Requester,
    ) {
        let Assignment { config, created, peers, group, consumers, .. } = assignment;
        let me = self.config.me;
        if !peers.contains(&me) || self.streams.contains_key(name) {
            return;
        }
        let stream = Stream::restored(Arc::clone(config), *created, content);
        let messages = stream.store().len();
        let member = group.as_ref().map(|group| {
            let mut member = self.new_member(cx, group, peers, false, me == preferred);
            member.raft.begin_after(GroupState::Stream(Box::new(stream.clone())));
            (Arc::clone(group), member)
        });
        let mut hosted = HostedStream::new(stream, member);
        hosted.created_for = Some(requester.clone());
        self.streams.insert(Arc::clone(name), hosted);
        let note = Note::StreamRestored { stream: Arc::clone(name), messages };
        let note = cx.note(note.into());
        let before = cx.because(note);
        // Consumers are there before anything is led: what they still need must not go.
        for saved in &content.consumers {
            let Some(known) = consumers.get(&*saved.config.name) else { continue };
            let consumer = saved.config.name.as_str().into();
            self.restore_consumer(cx, name, &consumer, known, &saved.state);
        }
        match group {
            None => self.lead_stream(cx, name),
            Some(group) => {
                self.offer_direct(cx, name);
                self.with_group(cx, group, |_, _, _| {});
            }
        }
        self.arm_expiry(cx, name);
        for (consumer, known) in &**consumers {
            self.begin_consumer(cx, name, consumer, known.group.as_ref());
        }
        cx.because(before);
    }
}
