//! Whether a world is at rest: nothing that a person would want to see happens by itself any more.

use crate::client::Doing;
use crate::kernel::ProcState;
use crate::nats::api::AckPolicy;
use crate::view::class::Class;
use crate::view::content::{self, last_seq};
use crate::view::filter::Filter;
use crate::view::flow::RECENT;
use crate::world::World;

/// Whether nothing shown will happen unless somebody does something. It may say no when the answer
/// is yes; never the other way round.
pub(super) fn is_quiet(world: &World, filter: &Filter) -> bool {
    if filter.shows(Class::Heartbeat) || filter.shows(Class::Protocol) {
        return false;
    }
    world.open_ops() == 0
        && clients_are(world)
        && apps_are(world)
        && servers_are(world)
        && streams_are(world)
        && consumers_are(world)
        && inflows_are(world)
}

/// Every mirror and source is heard of and has all there is.
fn inflows_are(world: &World) -> bool {
    world.inflows().iter().all(|inflow| {
        let heard = inflow.silent_for(world).is_some_and(|silent| silent <= RECENT);
        heard && inflow.origin_server.is_some() && inflow.behind == 0
    })
}

/// No application does anything by itself but wait for messages, and none will be started again.
fn apps_are(world: &World) -> bool {
    world.clients().all(|(process, state, client)| match client.doing() {
        None | Some(Doing::Off | Doing::Done) => true,
        _ if state == ProcState::Paused => true,
        Some(Doing::Crashed { .. }) => !world.sim().will_start(process),
        Some(Doing::Idle) => client.behaviour().is_none_or(|does| does.kind() != "publisher"),
        Some(Doing::Says { .. }) => client.behaviour().is_some_and(|does| does.kind() == "config"),
        Some(Doing::Preparing { .. } | Doing::Publishing { .. } | Doing::Working { .. }) => false,
    })
}

/// Every client that runs is connected.
fn clients_are(world: &World) -> bool {
    world
        .clients()
        .all(|(_, state, client)| state == ProcState::Down || client.connected_to().is_some())
}

/// No consumer waits for an acknowledgement or to go on, and no request waits that will expire.
fn consumers_are(world: &World) -> bool {
    world.consumers().iter().all(|consumer| {
        let pauses = consumer.config().is_some_and(|config| config.pause_until.is_some());
        // What a mirror or source has stored, it says soon.
        let told = consumer.config().is_some_and(|c| c.ack_policy == AckPolicy::FlowControl);
        let waits = consumer.pending().iter().any(|p| told || p.queued || p.deadline.is_some())
            || consumer.waiting().iter().any(|waiting| waiting.expires.is_some());
        let dead = consumer.replicas.iter().all(|replica| replica.state == ProcState::Down);
        dead || !pauses && !waits && consumer.leader().is_some()
    })
}

/// Every cluster has a meta leader, if enough of it is there to have one, and its servers have found
/// each other.
fn servers_are(world: &World) -> bool {
    let clusters = 0..world.topology().clusters.len();
    clusters.into_iter().all(|cluster| {
        let own = || world.servers().filter(move |(id, ..)| world.cluster_of(*id) == Some(cluster));
        let frozen = own().any(|(_, state, _)| state == ProcState::Paused);
        let alone = own().all(|(_, _, server)| server.meta().is_none());
        let led = own().any(|(_, state, server)| {
            state == ProcState::Up && server.meta().is_some_and(|meta| meta.is_leader())
        });
        let up: Vec<_> = own().filter(|(_, state, _)| *state == ProcState::Up).collect();
        let apart = up.iter().any(|(one, ..)| {
            let mut others = up.iter().filter(|(other, ..)| other != one);
            others.any(|(_, _, server)| !server.routes().any(|route| route == *one))
        });
        let links = world.sim().links().any(|(_, link)| link.is_faulty());
        !frozen && !links && !apart && (alone || led)
    })
}

/// Every stream has a leader, every copy that runs is complete, and nothing grows too old.
fn streams_are(world: &World) -> bool {
    world.streams().iter().all(|stream| {
        let Some(best) = stream.best() else { return true };
        let complete = stream.replicas.iter().all(|replica| {
            replica.state == ProcState::Down || last_seq(replica.stream) == last_seq(best.stream)
        });
        let aging = stream
            .config()
            .is_some_and(|config| config.max_age > 0 && content::state(best.stream).messages > 0);
        stream.leader().is_some() && complete && !aging && !content::runs_out(best.stream)
    })
}
