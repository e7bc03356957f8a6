//! What waits for a slow disk.
//!
//! A server writes before it goes on: a stream without copies its store, a member of a Raft group its log.
//! nats-server holds the group's lock meanwhile (`storeToWAL` in `processAppendEntry` of a follower and in
//! `sendAppendEntry` of the leader, there before the entry is sent). So a follower's answer comes after its
//! write, a leader's entry leaves after its own, and whatever else the member is sent or would send comes
//! after that. An entry therefore counts for nobody whose disk does not have it.
//!
//! A slow disk is not narrow: what has piled up during a write is written at once after it.

use std::sync::Arc;

use crate::jetstream::raft::Message as RaftMessage;
use crate::kernel::{Context, ProcId, Span};
use crate::nats::Message;
use crate::nats::api::Storage;

use super::group::{META, Member};
use super::{Host, HostedStream, RaftFrame, RouteOp, Server, Target, Timer};

/// What waits for the disk before the server goes on with it.
#[derive(Debug, Clone)]
pub(super) enum Write {
    /// A message for a stream led here that has no other copies.
    Message(Target, Message),
    /// What another server says as a member of a group.
    Heard(ProcId, Arc<RaftFrame>),
    /// What the member here of this group has to say to these.
    Said(Arc<str>, Said),
}

/// What a member says, and the entry that its disk has to have before, if it leads and made one.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// To whom, and what.
    pub(super) frames: Vec<(ProcId, Arc<RaftFrame>)>,
    /// The entry's place in the log, and whether the member is alone and waits for it.
    pub(super) entry: Option<(u64, bool)>,
}

impl Write {
    /// The group whose log it is about.
    fn group(&self) -> Option<&Arc<str>> {
        match self {
            Self::Message(..) => None,
            Self::Heard(_, frame) => Some(&frame.group),
            Self::Said(group, _) => Some(group),
        }
    }

    /// Whether it brings something to write; if not, it only keeps its place behind what does.
    fn is_written(&self) -> bool {
        match self {
            Self::Message(..) => true,
            Self::Heard(_, frame) => match &frame.message {
                RaftMessage::Append { entries, .. } => !entries.is_empty(),
                RaftMessage::InstallSnapshot { .. } => true,
                _ => false,
            },
            Self::Said(_, said) => said.entry.is_some(),
        }
    }
}

impl Server {
    /// Whether what is written has to wait.
    pub(super) fn has_slow_disk(&self) -> bool {
        self.machine.latency != Span::ZERO || !self.memory.writes.is_empty()
    }

    /// What has to wait for a slow disk, waits; the rest is given back.
    pub(super) fn put_on_disk<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        write: Write,
    ) -> Option<Write> {
        let is_written = self.has_slow_disk() && write.is_written() && self.is_in_file(&write);
        if !is_written && !write.group().is_some_and(|group| self.is_writing(group)) {
            return Some(write);
        }
        let (now, waiting) = (cx.now(), &self.memory.writes);
        let begins = waiting.front().map_or(now, |(due, _)| now.max(*due));
        let last = waiting.back().map_or(now, |(due, _)| *due);
        let latency = if is_written { self.machine.latency } else { Span::ZERO };
        let due = if is_written { last.max(begins + latency) } else { last };
        self.memory.writes.push_back((due, write));
        cx.set_timer(due.since(now), Timer::Written.into());
        None
    }

    /// Whether the member here of a group waits for its disk.
    fn is_writing(&self, group: &str) -> bool {
        self.memory.writes.iter().any(|(_, write)| write.group().is_some_and(|of| **of == *group))
    }

    /// Whether it goes to the disk, and not to memory.
    fn is_in_file(&self, write: &Write) -> bool {
        match write {
            Write::Message(Target::Stream(stream) | Target::Inflow(stream, _), _) => {
                let hosted = self.streams.get(stream);
                hosted.is_some_and(|hosted| hosted.group.is_none() && hosted.is_on_disk())
            }
            Write::Message(..) => false,
            Write::Heard(..) | Write::Said(..) => {
                write.group().is_some_and(|group| self.has_log_in_file(group))
            }
        }
    }

    /// Whether the log of a group is on the disk.
    fn has_log_in_file(&self, group: &str) -> bool {
        let is = |asset: &Option<(Arc<str>, Member)>| {
            asset.as_ref().is_some_and(|(name, _)| **name == *group)
        };
        let of_stream = |hosted: &HostedStream| {
            let storage = hosted.stream.config().storage;
            let mut consumers = hosted.consumers.values();
            (hosted.is_on_disk() && is(&hosted.group))
                || consumers.any(|about| is(&about.group) && about.is_on_disk(storage))
        };
        group == META || self.streams.values().any(of_stream)
    }

    /// The disk has written what waited longest.
    pub(super) fn written<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        match self.memory.writes.pop_front() {
            Some((_, Write::Message(Target::Stream(stream), message))) => {
                self.ingest(cx, &stream, &message);
            }
            Some((_, Write::Message(Target::Inflow(stream, id), message))) => {
                self.inflow_message(cx, &stream, &id, &message);
            }
            Some((_, Write::Heard(from, frame))) => self.group_message(cx, from, &frame),
            Some((_, Write::Said(group, said))) => self.say(cx, &group, said),
            _ => {}
        }
    }

    /// A member says what it has to, after its disk has what it speaks of.
    fn say<H: Host>(&mut self, cx: &mut Context<'_, H>, group: &Arc<str>, said: Said) {
        for (to, frame) in said.frames {
            self.send_route(cx, to, RouteOp::Raft(frame));
        }
        if let Some((index, true)) = said.entry {
            self.with_group(cx, group, |raft, _, out| raft.written(index, out));
        }
    }

    /// The same as soon as a slow disk lets it.
    pub(super) fn say_when_written<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        group: &Arc<str>,
        said: Said,
    ) {
        if said.frames.is_empty() && said.entry.is_none() {
            return;
        }
        if let Some(Write::Said(group, said)) =
            self.put_on_disk(cx, Write::Said(Arc::clone(group), said))
        {
            self.say(cx, &group, said);
        }
    }
}

impl HostedStream {
    /// Whether its messages are on the disk.
    pub(super) fn is_on_disk(&self) -> bool {
        self.stream.config().storage == Storage::File
    }
}
