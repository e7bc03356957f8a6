//! Inputs put into effect. What makes no sense is refused before anything happens.

use std::sync::Arc;

use crate::client::Behaviour;
use crate::jetstream::raft::Luck;
use crate::kernel::{EventId, Loss, ProcId, ProcState, Span, Trap};
use crate::server::Condition;

use super::{Input, Node, NodeInput, TopologyError, World};

/// Why an input was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// There is no such process.
    #[error("there is no {what} called {name:?}; there are {known}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        name: String,
        /// What there is.
        known: String,
    },
    /// The process is not what the input needs.
    #[error("{name} is no {wanted}")]
    WrongKind {
        /// Its name.
        name: String,
        /// What it would have to be.
        wanted: &'static str,
    },
    /// A link from a process to itself.
    #[error("a link has two different ends, not {0} twice")]
    SameEnds(String),
    /// The new client cannot be.
    #[error(transparent)]
    Client(#[from] TopologyError),
    /// A clock that would show a time before all time.
    #[error(
        "the clock of {name} can go back by {most} at most: there is no time before the beginning"
    )]
    TooEarly {
        /// The server.
        name: String,
        /// How far it can.
        most: Span,
    },
    /// A stream that is not where it would have to be.
    #[error("there is no replicated stream {stream:?} in {cluster}; there are {known}")]
    NoStream {
        /// The stream.
        stream: String,
        /// The cluster.
        cluster: String,
        /// Which there are.
        known: String,
    },
    /// A partition of less than two sides, or with somebody on two of them.
    #[error("{0}")]
    Sides(String),
    /// The client is not running, so it can do nothing.
    #[error("{0} is not running; restart it first")]
    NotRunning(String),
}

impl World {
    fn find(&self, what: &'static str, name: &str) -> Result<ProcId, InputError> {
        self.process(name).ok_or_else(|| {
            let mut known: Vec<&str> = self.names.keys().map(|name| &**name).collect();
            if what.ends_with("cluster") {
                known.extend(self.topology.clusters.iter().map(|cluster| &*cluster.name));
            }
            InputError::Unknown { what, name: name.to_owned(), known: known.join(", ") }
        })
    }

    /// The process of this name, or all servers of the cluster of this name.
    pub(super) fn find_all(&self, name: &str) -> Result<Vec<ProcId>, InputError> {
        let cluster = self.topology.clusters.iter().position(|cluster| cluster.name == name);
        match (self.process(name), cluster) {
            (None, Some(cluster)) => Ok(self.processes_of(cluster).collect()),
            _ if self.topology.links.is_empty() => Ok(vec![self.find("process", name)?]),
            _ => Ok(vec![self.find("process or cluster", name)?]),
        }
    }

    /// The same, where only servers will do.
    fn find_servers(&self, name: &str) -> Result<Vec<ProcId>, InputError> {
        let all = match self.process(name) {
            None => self.find_all(name)?,
            Some(_) => vec![self.find("server", name)?],
        };
        let wrong = || InputError::WrongKind { name: name.to_owned(), wanted: "server" };
        if all.iter().all(|id| self.server(*id).is_some()) { Ok(all) } else { Err(wrong()) }
    }

    /// Which servers an election is about: those of this cluster, if the stream is there.
    fn electors(&self, cluster: &str, stream: Option<&str>) -> Result<Vec<ProcId>, InputError> {
        let at = self.topology.clusters.iter().position(|known| known.name == cluster);
        let Some(at) = at else {
            let known = self.topology.clusters.iter().map(|known| &*known.name);
            let known = known.collect::<Vec<_>>().join(", ");
            return Err(InputError::Unknown { what: "cluster", name: cluster.to_owned(), known });
        };
        if let Some(stream) = stream {
            let all = self.streams();
            let here = || all.iter().filter(|view| view.cluster == at && view.group.is_some());
            if !here().any(|view| **view.name == *stream) {
                let known: Vec<&str> = here().map(|view| &**view.name).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let (stream, cluster) = (stream.to_owned(), cluster.to_owned());
                return Err(InputError::NoStream { stream, cluster, known });
            }
        }
        Ok(self.processes_of(at).collect())
    }

    /// The pairs of processes of different sides of a partition.
    fn across(&self, sides: &[Vec<String>]) -> Result<Vec<(ProcId, ProcId)>, InputError> {
        let mut found: Vec<Vec<ProcId>> = Vec::new();
        for side in sides.iter().filter(|side| !side.is_empty()) {
            let mut members = Vec::new();
            for name in side {
                members.extend(self.find_all(name)?);
            }
            if let Some(twice) = found.iter().flatten().find(|id| members.contains(id)) {
                let name = self.name(*twice);
                return Err(InputError::Sides(format!("{name} cannot be on two sides at once")));
            }
            found.push(members);
        }
        if found.len() < 2 {
            return Err(InputError::Sides("a partition has two sides at least".to_owned()));
        }
        let mut pairs = Vec::new();
        for (n, side) in found.iter().enumerate() {
            for other in found.iter().skip(n + 1) {
                pairs.extend(side.iter().flat_map(|a| other.iter().map(|b| (*a, *b))));
            }
        }
        Ok(pairs)
    }

    /// The pairs of processes between two ends of a link: each a process, or a cluster that stands for
    /// all its servers.
    ///
    /// # Errors
    /// An end is not there, or both are the same.
    pub fn between(&self, a: &str, b: &str) -> Result<Vec<(ProcId, ProcId)>, InputError> {
        if a == b {
            return Err(InputError::SameEnds(a.to_owned()));
        }
        let (a, b) = (self.find_all(a)?, self.find_all(b)?);
        let pairs = a.iter().flat_map(|a| b.iter().map(|b| (*a, *b)));
        Ok(pairs.filter(|(a, b)| a != b).collect())
    }

    /// What a client is to do by itself when one of its knobs is turned.
    fn turned(
        &self,
        name: &str,
        knob: &str,
        value: &str,
    ) -> Result<(ProcId, Behaviour), InputError> {
        let process = self.find("client", name)?;
        let wrong = |wanted| InputError::WrongKind { name: name.to_owned(), wanted };
        let client = self.client(process).ok_or_else(|| wrong("client"))?;
        let behaviour = client.behaviour().ok_or_else(|| wrong("app with knobs"))?;
        let mut behaviour = (**behaviour).clone();
        behaviour.set(knob, value).map_err(|why| {
            InputError::Client(TopologyError::Behaviour { client: name.to_owned(), why })
        })?;
        Ok((process, behaviour))
    }

    /// Whether an input makes sense now, without giving it.
    ///
    /// # Errors
    /// What about it makes no sense.
    pub fn check(&self, input: &Input) -> Result<(), InputError> {
        match input {
            Input::Call { client, .. } => {
                let process = self.find("client", client)?;
                let wrong = || InputError::WrongKind { name: client.clone(), wanted: "client" };
                self.client(process).ok_or_else(wrong)?;
                match self.sim.state(process) {
                    Some(ProcState::Down) => Err(InputError::NotRunning(client.clone())),
                    _ => Ok(()),
                }
            }
            Input::AddClient(spec) => Ok(self.topology.check_new_client(spec)?),
            Input::RemoveClient { client } => {
                let process = self.find("client", client)?;
                let wrong = || InputError::WrongKind { name: client.clone(), wanted: "client" };
                self.client_spec(process).map(|_| ()).ok_or_else(wrong)
            }
            Input::SetBehaviour { client, behaviour } => {
                let process = self.find("client", client)?;
                let wrong = || InputError::WrongKind { name: client.clone(), wanted: "client" };
                self.client(process).ok_or_else(wrong)?;
                behaviour.check().map_err(|why| {
                    InputError::Client(TopologyError::Behaviour { client: client.clone(), why })
                })
            }
            Input::SetKnob { client, knob, value } => self.turned(client, knob, value).map(|_| ()),
            Input::Bytes { client, .. } | Input::Read { client, .. } => {
                let process = self.find("client", client)?;
                let wanted = "connection from outside";
                let wrong = || InputError::WrongKind { name: client.clone(), wanted };
                self.wire(process).map(|_| ()).ok_or_else(wrong)
            }
            Input::Stop { process }
            | Input::PowerCut { process }
            | Input::SlowDisk { process, .. } => self.find_servers(process).map(|_| ()),
            Input::Clock { process, ahead } => {
                self.find_servers(process)?;
                let most = Span(self.now().0);
                if *ahead < 0 && ahead.unsigned_abs() > most.0 {
                    return Err(InputError::TooEarly { name: process.clone(), most });
                }
                Ok(())
            }
            Input::Favour { process, stream } => {
                let id = self.find("server", process)?;
                let wrong = || InputError::WrongKind { name: process.clone(), wanted: "server" };
                self.server(id).ok_or_else(wrong)?;
                self.electors(&self.cluster_name(id), stream.as_deref()).map(|_| ())
            }
            Input::SplitVote { cluster, stream } => {
                self.electors(cluster, stream.as_deref()).map(|_| ())
            }
            Input::LoseAck { client } | Input::Duplicate { client } => {
                let id = self.find("client", client)?;
                let wrong = || InputError::WrongKind { name: client.clone(), wanted: "client" };
                self.client_spec(id).map(|_| ()).ok_or_else(wrong)
            }
            Input::Partition { sides, .. } => self.across(sides).map(|_| ()),
            Input::Crash { process, .. }
            | Input::Restart { process }
            | Input::Pause { process }
            | Input::Resume { process } => self.find_all(process).map(|_| ()),
            Input::Cut { a, b } | Input::Heal { a, b } | Input::Link { a, b, .. } => {
                self.between(a, b).map(|_| ())
            }
            Input::Block { from, to } => self.between(from, to).map(|_| ()),
            Input::HealAll => Ok(()),
        }
    }
}

/// Puts an input into effect.
pub(super) fn apply(world: &mut World, input: &Input) -> Result<EventId, InputError> {
    world.check(input)?;
    let last = |world: &World| EventId(world.sim.trace().len().saturating_sub(1));
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

/// Does something to each link between two ends; the last event of it.
fn between(
    world: &mut World,
    a: &str,
    b: &str,
    does: impl Fn(&mut World, ProcId, ProcId) -> EventId,
) -> Result<EventId, InputError> {
    let pairs = world.between(a, b)?;
    let events = pairs.into_iter().map(|(a, b)| does(world, a, b));
    let last = events.last();
    Ok(last.unwrap_or(EventId(world.sim.trace().len().saturating_sub(1))))
}

/// Does something to a process, or to all servers of a cluster; the last event of it.
fn each(
    world: &mut World,
    name: &str,
    does: impl Fn(&mut World, ProcId) -> EventId,
) -> Result<EventId, InputError> {
    let all = world.find_all(name)?;
    let events = all.into_iter().map(|process| does(world, process));
    let last = events.last();
    Ok(last.unwrap_or(EventId(world.sim.trace().len().saturating_sub(1))))
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
    let mut last = EventId(world.sim.trace().len().saturating_sub(1));
    for server in world.electors(cluster, stream)? {
        let (stream, luck) = (stream.map(Into::into), Some(luck(server)));
        let what = NodeInput::Condition(Condition::Luck { stream, luck });
        last = world.sim.input(server, what);
    }
    Ok(last)
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
