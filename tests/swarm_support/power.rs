//! Whose power may fail: who loses what was written since its disk was flushed, and nothing that is promised.
//!
//! A power failure breaks the promise that Raft rests on, that a member keeps what it has confirmed. With a
//! `sync_interval` of minutes, acknowledged messages are lost for good when a majority of a group forgets
//! them, all at once or one after the other before those before it have caught up; and of a stream without
//! copies when its only server does. A real nats-server loses them too. So power fails only where what a
//! server forgets is still on a majority of the disks, and there nothing may be lost and no property is
//! any weaker. A server that flushes with every write loses nothing, and may go dark at any time.

use windtunnel::kernel::{ProcId, Span};
use windtunnel::server::{GroupRaft, HostedStream, META, Server};
use windtunnel::world::World;

/// Whether this server's power may fail.
pub(super) fn may_fail(world: &World, process: ProcId) -> bool {
    let Some(server) = world.server(process) else { return false };
    // The list of streams is never lost, see `Server`.
    let mut groups = server.groups().filter(|(group, _)| *group != META);
    flushes_always(world, process)
        || (groups.all(|(group, raft)| others_have_all(world, process, group, raft))
            && server.streams().all(|(_, hosted)| has_copies_or_nothing_new(world, server, hosted)))
}

/// Whether this server flushes with every write.
pub(super) fn flushes_always(world: &World, process: ProcId) -> bool {
    world.server(process).is_some_and(|server| server.sync_interval() == Span::ZERO)
}

/// How many messages this server would forget.
pub(super) fn would_forget(world: &World, process: ProcId) -> u64 {
    let Some(server) = world.server(process) else { return 0 };
    server.streams().map(|(_, hosted)| server.unsynced(world.now(), hosted)).sum()
}

/// Whether a majority of a group's members without this one has the whole log of this one, what it has only
/// confirmed included: it may count as confirmed elsewhere.
fn others_have_all(world: &World, process: ProcId, group: &str, raft: &GroupRaft) -> bool {
    let (last, term) = (raft.last_index(), raft.last_term());
    let cluster = world.cluster_of(process);
    let has = |(other, _, server): &(ProcId, _, &Server)| {
        let mut groups = server.groups().filter(|(name, _)| *name == group);
        *other != process
            && world.cluster_of(*other) == cluster
            && raft.is_member(other.0)
            && groups.any(|(_, other)| {
                other.entry(last).is_some_and(|entry| entry.term == term)
                    || (other.last_index(), other.last_term()) == (last, term)
            })
    };
    world.servers().filter(has).count() > raft.peers().len() / 2
}

/// Whether a stream without copies is as it was when the disk was flushed: it has no message more, and no
/// consumer that may have taken an acknowledgement since.
fn has_copies_or_nothing_new(world: &World, server: &Server, hosted: &HostedStream) -> bool {
    let is_as_flushed = || hosted.consumers.is_empty() && server.unsynced(world.now(), hosted) == 0;
    hosted.group.is_some() || is_as_flushed()
}
