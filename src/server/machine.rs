//! The machine a server runs on: its disk and what has reached it for good; and its clock. What waits for
//! a slow disk: [`super::disk`].
//!
//! A server writes to its disk without waiting for the disk to have it: the operating system keeps the
//! tail in memory, and every two minutes nats-server has it flushed (`sync_interval`). A killed process
//! therefore loses nothing, a power failure all that was written since.

use std::sync::Arc;

use crate::jetstream::consumer::Consumer;
use crate::jetstream::raft::Luck;
use crate::jetstream::stream::Stream;
use crate::kernel::{Context, Digest, Fold, Span, Time};
use crate::sorted::Map;

use super::group::{GroupRaft, Member};
use super::{Host, HostedStream, Server};

/// What can be wrong with the machine of a server, and which luck the server has in elections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Everything written takes so long.
    Disk(Span),
    /// The clock is ahead by so many nanoseconds; behind, if negative.
    Clock(i64),
    /// The server's next election goes so, or as chance has it.
    Luck {
        /// Only that of this stream's group.
        stream: Option<Arc<str>>,
        /// How.
        luck: Option<Luck>,
    },
}

impl Fold for Condition {
    fn fold(&self, digest: &mut Digest) {
        match self {
            Self::Disk(latency) => digest.word(latency.0 ^ 1),
            Self::Clock(ahead) => digest.word(ahead.cast_unsigned() ^ 2),
            Self::Luck { stream, luck } => {
                digest.bytes(stream.as_deref().unwrap_or_default().as_bytes());
                digest.word(luck.map_or(3, |luck| luck as u64 + 4));
            }
        }
    }
}

/// The machine of a server.
#[derive(Debug, Clone, Default)]
pub(super) struct Machine {
    /// How long a write takes.
    pub(super) latency: Span,
    /// How far the clock is ahead, in nanoseconds.
    ahead: i64,
    /// When the disk is flushed next.
    next_sync: Time,
}

/// What the disk has of a stream for good.
#[derive(Debug, Clone)]
pub(super) struct Synced {
    stream: Stream,
    raft: Option<GroupRaft>,
    consumers: Map<Arc<str>, (Consumer, Option<GroupRaft>)>,
}

impl Server {
    /// How long its disk takes for a write; zero for a good one.
    pub fn disk_latency(&self) -> Span {
        self.machine.latency
    }
    /// How far its clock is ahead, in nanoseconds; behind, if negative.
    pub fn clock_ahead(&self) -> i64 {
        self.machine.ahead
    }
    /// What its clock shows.
    pub(super) const fn wall(&self, now: Time) -> Time {
        now.shifted(self.machine.ahead)
    }
    /// How often its disk is flushed: zero for with every write.
    pub fn sync_interval(&self) -> Span {
        self.config.settings.jetstream.as_ref().map_or(Span::ZERO, |config| config.sync_interval)
    }
    /// When its disk is flushed next.
    pub fn next_sync(&self, now: Time) -> Time {
        let (next, every) = (self.machine.next_sync, self.sync_interval().0.max(1));
        if now < next || next == Time::MAX {
            next
        } else {
            next + Span((now.since(next).0 / every + 1) * every)
        }
    }
    /// How many of the last sequences of a stream a power failure would take from its disk.
    pub fn unsynced(&self, now: Time, hosted: &HostedStream) -> u64 {
        if !hosted.is_on_disk()
            || self.sync_interval() == Span::ZERO
            || now >= self.machine.next_sync
        {
            return 0;
        }
        let last = hosted.stream.store().last_seq();
        let synced = hosted.synced.as_ref().map(|synced| synced.stream.store().last_seq());
        last.saturating_sub(synced.unwrap_or(0))
    }

    /// The server gets luck in elections, or has it no more.
    pub(super) fn set_condition<H: Host>(&mut self, cx: &mut Context<'_, H>, what: &Condition) {
        if let Condition::Luck { stream, luck } = what {
            let wanted = stream.as_ref().map(|name| {
                let group = self.streams.get(name).and_then(|hosted| hosted.group.as_ref());
                group.map_or_else(|| "".into(), |(group, _)| Arc::clone(group))
            });
            let all = self.groups().map(|(name, _)| name);
            let groups: Vec<Arc<str>> = all
                .filter(|name| wanted.as_ref().is_none_or(|wanted| **wanted == **name))
                .map(Arc::from)
                .collect();
            for group in groups {
                self.with_group(cx, &group, |raft, now, _| raft.set_luck(now, *luck));
            }
        }
    }

    /// Something about the machine changes, whether the server runs or not.
    pub fn set_machine(&mut self, what: &Condition) {
        match what {
            Condition::Disk(latency) => self.machine.latency = *latency,
            Condition::Clock(ahead) => self.machine.ahead = *ahead,
            Condition::Luck { .. } => {}
        }
    }

    /// The process starts: for the first time the disk is flushed after between half and all of the
    /// interval, so that not all servers do it at once.
    pub(super) fn start_syncing<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        let every = self.sync_interval();
        let first = cx.rng().fork("fsync").span(Span(every.0 / 2), every);
        let never = every == Span::ZERO;
        self.machine.next_sync = if never { Time::MAX } else { cx.now() + first };
    }

    /// Flushes the disk if it was time to since the server did something last: it is as it was then.
    #[inline]
    pub(super) fn sync_if_due(&mut self, now: Time) {
        if now >= self.machine.next_sync {
            self.machine.next_sync = self.next_sync(now);
            self.sync();
        }
    }

    /// The process dies: nobody has the disk flushed any more.
    pub(super) fn stop_syncing(&mut self, now: Time) {
        self.sync_if_due(now);
        self.machine.next_sync = Time::MAX;
    }

    /// Everything written so far reaches the disk for good.
    pub(super) fn sync(&mut self) {
        let raft = |group: &Option<(Arc<str>, Member)>| {
            group.as_ref().map(|(_, member)| member.raft.clone())
        };
        for hosted in self.streams.values_mut() {
            let consumers = hosted.consumers.iter().map(|(name, about)| {
                (Arc::clone(name), (about.consumer.clone(), raft(&about.group)))
            });
            let (stream, consumers) = (hosted.stream.clone(), consumers.collect());
            hosted.synced = Some(Arc::new(Synced { stream, raft: raft(&hosted.group), consumers }));
        }
    }

    /// The power fails: of what was written, only what was flushed is left. The list of streams, with
    /// their configurations, is not lost.
    pub(super) fn lose_unsynced(&mut self, now: Time) {
        if self.sync_interval() == Span::ZERO {
            return;
        }
        for hosted in self.streams.values_mut() {
            hosted.lose_unsynced(now);
        }
    }
}

impl HostedStream {
    /// The power fails.
    fn lose_unsynced(&mut self, now: Time) {
        let synced = self.synced.clone();
        let synced = synced.as_deref();
        let config = Arc::clone(self.stream.config());
        self.stream = match synced {
            Some(synced) => synced.stream.clone(),
            None => Stream::new(Arc::clone(&config), self.stream.created()),
        };
        self.stream.reconfigure(config);
        let back =
            |group: &mut Option<(Arc<str>, Member)>, to: Option<&GroupRaft>| match (group, to) {
                (Some((_, member)), Some(synced)) => member.raft.lose_unsynced(synced),
                (Some((_, member)), None) => member.raft.lose_log(now),
                (None, _) => {}
            };
        back(&mut self.group, synced.and_then(|synced| synced.raft.as_ref()));
        for (name, about) in &mut self.consumers {
            let had = synced.and_then(|synced| synced.consumers.get(name));
            let (old, now) = (&about.consumer, had.map(|(consumer, _)| consumer));
            let config = Arc::clone(old.config());
            about.consumer =
                now.cloned().filter(|now| *now.config() == config).unwrap_or_else(|| {
                    let (stream, name) = (Arc::clone(old.stream()), Arc::clone(old.name()));
                    Consumer::new(stream, name, config, old.created())
                });
            back(&mut about.group, had.and_then(|(_, raft)| raft.as_ref()));
        }
    }
}
