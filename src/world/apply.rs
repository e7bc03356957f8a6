//! Inputs put into effect. What makes no sense is refused before anything happens.

use std::sync::Arc;

use crate::client::Behaviour;
use crate::kernel::{EventId, ProcId, ProcState};

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

    /// The processes at one end of a link: the one of this name, or all servers of the cluster of this
    /// name.
    fn find_end(&self, name: &str) -> Result<Vec<ProcId>, InputError> {
        let cluster = self.topology.clusters.iter().position(|cluster| cluster.name == name);
        match (self.process(name), cluster) {
            (None, Some(cluster)) => Ok(self.processes_of(cluster).collect()),
            _ if self.topology.links.is_empty() => Ok(vec![self.find("process", name)?]),
            _ => Ok(vec![self.find("process or cluster", name)?]),
        }
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
        let (a, b) = (self.find_end(a)?, self.find_end(b)?);
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
            Input::Stop { process } => {
                let id = self.find("server", process)?;
                let wrong = || InputError::WrongKind { name: process.clone(), wanted: "server" };
                self.server(id).map(|_| ()).ok_or_else(wrong)
            }
            Input::Crash { process, .. }
            | Input::Restart { process }
            | Input::Pause { process }
            | Input::Resume { process } => self.find("process", process).map(|_| ()),
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
            let process = find(world, process)?;
            world.sim.crash(process, *lose_disk)
        }
        Input::Stop { process } => {
            let process = find(world, process)?;
            world.sim.input(process, NodeInput::Stop)
        }
        Input::Restart { process } => {
            let process = find(world, process)?;
            world.sim.start(process).unwrap_or_else(|| last(world))
        }
        Input::Pause { process } => {
            let process = find(world, process)?;
            world.sim.pause(process)
        }
        Input::Resume { process } => {
            let process = find(world, process)?;
            world.sim.resume(process)
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

fn heal_all(world: &mut World) {
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
