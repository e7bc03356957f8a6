//! Inputs put into effect.

use std::sync::Arc;

use crate::jetstream::raft::Luck;
use crate::kernel::{EventId, Loss, ProcId, ProcState, Span, Trap};
use crate::server::{Condition, Server};

use super::{Input, InputError, Node, NodeInput, World};

/// Puts an input into effect.
pub(super) fn apply(world: &mut World, input: &Input) -> Result<EventId, InputError> {
    world.check(input)?;
    let find = |world: &World, name: &str| world.find("process", name);
    Ok(match input {
        Input::Call { client, call } => {
            let process = find(world, client)?;
            world.sim.input(process, NodeInput::Call(call.clone()))
        }
        Input::AddClient(spec) => {
            Arc::make_mut(&mut world.topology).clients.push(spec.clone());
            world.add_client(spec);
            world.set_going(spec);
            last(world)
        }
        Input::RemoveClient { client } => {
            let process = find(world, client)?;
            world.remove_client(process)
        }
        Input::SetBehaviour { client, behaviour } => {
            let process = find(world, client)?;
            world.sim.input(process, NodeInput::Behave(behaviour.clone()))
        }
        Input::SetKnob { client, knob, value } => {
            let (process, behaviour) = world.turned(client, knob, value)?;
            world.sim.input(process, NodeInput::Behave(behaviour))
        }
        Input::Bytes { client, bytes } => {
            let process = find(world, client)?;
            world.sim.input(process, NodeInput::Bytes(bytes.clone()))
        }
        Input::Read { client, operations } => {
            let process = find(world, client)?;
            world.sim.input(process, NodeInput::Read(*operations))
        }
        Input::Crash { process, lose_disk } => {
            let loss = if *lose_disk { Loss::Disk } else { Loss::Memory };
            // Who of a whole cluster is dead already does not die again.
            let lives = |world: &World, id| world.sim.state(id) != Some(ProcState::Down);
            let whole = world.process(process).is_none() && !lose_disk;
            each(world, process, |world, id| match whole && !lives(world, id) {
                true => last(world),
                false => world.sim.crash(id, loss),
            })?
        }
        Input::PowerCut { process } => {
            each(world, process, |world, process| world.sim.crash(process, Loss::Unsynced))?
        }
        Input::Stop { process } => {
            each(world, process, |world, process| world.sim.input(process, NodeInput::Stop))?
        }
        Input::Restart { process } => each(world, process, |world, process| {
            finish_stop(world, process);
            world.sim.start(process).unwrap_or_else(|| last(world))
        })?,
        Input::Pause { process } => {
            each(world, process, |world, process| world.sim.pause(process))?
        }
        Input::Resume { process } => {
            each(world, process, |world, process| world.sim.resume(process))?
        }
        Input::SlowDisk { process, latency } => {
            condition(world, process, &Condition::Disk(*latency))?
        }
        Input::Clock { process, ahead } => condition(world, process, &Condition::Clock(*ahead))?,
        Input::Favour { process, stream } => {
            let winner = find(world, process)?;
            let cluster = world.cluster_name(winner);
            elect(world, &cluster, stream.as_deref(), |server| {
                if server == winner { Luck::First } else { Luck::Last }
            })?
        }
        Input::SplitVote { cluster, stream } => {
            elect(world, cluster, stream.as_deref(), |_| Luck::Together)?
        }
        Input::LoseAck { client } => {
            let client = find(world, client)?;
            world.sim.set_trap(client, Trap::Lose)
        }
        Input::Duplicate { client } => {
            let client = find(world, client)?;
            world.sim.set_trap(client, Trap::Twice)
        }
        Input::Partition { sides, silent } => {
            for (a, b) in world.across(sides)? {
                if *silent {
                    world.sim.block(a, b);
                    world.sim.block(b, a);
                } else {
                    world.sim.cut(a, b);
                }
            }
            last(world)
        }
        Input::Cut { a, b } => between(world, a, b, |world, a, b| world.sim.cut(a, b))?,
        Input::Block { from, to } => {
            between(world, from, to, |world, from, to| world.sim.block(from, to))?
        }
        Input::Heal { a, b } => between(world, a, b, |world, a, b| world.sim.heal(a, b))?,
        Input::HealAll => {
            heal_all(world);
            last(world)
        }
        Input::Link { a, b, spec } => {
            between(world, a, b, |world, a, b| world.sim.set_link(a, b, *spec))?
        }
    })
}

/// The last event so far.
fn last(world: &World) -> EventId {
    EventId(world.sim.trace().len().saturating_sub(1))
}

/// Ends a server at once that is about to end by itself, so that it can start again; whether there was one.
fn finish_stop(world: &mut World, process: ProcId) -> bool {
    let up = world.sim.state(process) == Some(ProcState::Up);
    let stopping = up && world.server(process).is_some_and(Server::is_stopping);
    if stopping {
        world.sim.crash(process, Loss::Memory);
    }
    stopping
}

/// Does something to each link between two ends; the last event of it.
fn between(
    world: &mut World,
    a: &str,
    b: &str,
    does: impl Fn(&mut World, ProcId, ProcId) -> EventId,
) -> Result<EventId, InputError> {
    let pairs = world.between(a, b)?;
    let events = pairs.into_iter().map(|(a, b)| does(world, a, b));
    let event = events.last();
    Ok(event.unwrap_or_else(|| last(world)))
}

/// Does something to a process, or to all servers of a cluster; the last event of it.
fn each(
    world: &mut World,
    name: &str,
    does: impl Fn(&mut World, ProcId) -> EventId,
) -> Result<EventId, InputError> {
    let all = world.find_all(name)?;
    let events = all.into_iter().map(|process| does(world, process));
    let event = events.last();
    Ok(event.unwrap_or_else(|| last(world)))
}

/// So is the machine of a server, or of all of a cluster, from now on.
fn condition(world: &mut World, name: &str, what: &Condition) -> Result<EventId, InputError> {
    each(world, name, |world, process| world.sim.input(process, NodeInput::Condition(what.clone())))
}

/// Settles how the next election goes.
fn elect(
    world: &mut World,
    cluster: &str,
    stream: Option<&str>,
    luck: impl Fn(ProcId) -> Luck,
) -> Result<EventId, InputError> {
    let mut event = last(world);
    for server in world.electors(cluster, stream)? {
        let (stream, luck) = (stream.map(Into::into), Some(luck(server)));
        let what = NodeInput::Condition(Condition::Luck { stream, luck });
        event = world.sim.input(server, what);
    }
    Ok(event)
}

fn heal_all(world: &mut World) {
    let trapped: Vec<ProcId> = world.sim.traps().map(|(process, _)| process).collect();
    for process in trapped {
        if world.sim.traps().any(|(set, _)| set == process) {
            world.sim.clear_traps(process);
        }
    }
    let mut wrong: Vec<(ProcId, Condition)> = Vec::new();
    for (process, state, server) in world.servers() {
        if server.disk_latency() != Span::ZERO {
            wrong.push((process, Condition::Disk(Span::ZERO)));
        }
        if server.clock_ahead() != 0 {
            wrong.push((process, Condition::Clock(0)));
        }
        // A frozen one may only hear of its luck when it goes on.
        if state == ProcState::Paused || server.groups().any(|(_, raft)| raft.luck().is_some()) {
            wrong.push((process, Condition::Luck { stream: None, luck: None }));
        }
    }
    for (process, right) in wrong {
        world.sim.input(process, NodeInput::Condition(right));
    }

    let faulty: Vec<(ProcId, ProcId)> =
        world.sim.links().filter(|(_, link)| link.is_faulty()).map(|(pair, _)| pair).collect();
    for (a, b) in faulty {
        world.sim.heal(a, b);
    }
    let processes: Vec<(ProcId, ProcState)> = world.processes().collect();
    for (process, state) in processes {
        match state {
            ProcState::Up if finish_stop(world, process) => {
                world.sim.start(process);
            }
            ProcState::Up => {}
            ProcState::Paused => {
                world.sim.resume(process);
            }
            // A connection from outside that is over cannot be brought back from here.
            ProcState::Down if matches!(world.sim.process(process), Some(Node::Wire(_))) => {}
            ProcState::Down if world.is_removed(process) => {}
            ProcState::Down => {
                world.sim.start(process);
            }
        }
    }
}
