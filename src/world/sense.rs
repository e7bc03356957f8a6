//! Whether an input makes sense: what it names is there and of the right kind. What does not is refused
//! before anything happens.

use crate::client::Behaviour;
use crate::kernel::{ProcId, ProcState, Span};

use super::{Input, TopologyError, World};

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
    pub(super) fn find(&self, what: &'static str, name: &str) -> Result<ProcId, InputError> {
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
        let are_servers = all.iter().all(|id| self.server(*id).is_some());
        of_kind(name, "server", are_servers.then_some(all))
    }

    /// Which servers an election is about: those of this cluster, if the stream is there.
    pub(super) fn electors(
        &self,
        cluster: &str,
        stream: Option<&str>,
    ) -> Result<Vec<ProcId>, InputError> {
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
    pub(super) fn across(
        &self,
        sides: &[Vec<String>],
    ) -> Result<Vec<(ProcId, ProcId)>, InputError> {
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
    pub(super) fn turned(
        &self,
        name: &str,
        knob: &str,
        value: &str,
    ) -> Result<(ProcId, Behaviour), InputError> {
        let process = self.find("client", name)?;
        let client = of_kind(name, "client", self.client(process))?;
        let behaviour = of_kind(name, "app with knobs", client.behaviour())?;
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
                of_kind(client, "client", self.client(process))?;
                match self.sim.state(process) {
                    Some(ProcState::Down) => Err(InputError::NotRunning(client.clone())),
                    _ => Ok(()),
                }
            }
            Input::AddClient(spec) => Ok(self.topology.check_new_client(spec)?),
            Input::RemoveClient { client }
            | Input::LoseAck { client }
            | Input::Duplicate { client } => {
                let process = self.find("client", client)?;
                of_kind(client, "client", self.client_spec(process)).map(|_| ())
            }
            Input::SetBehaviour { client, behaviour } => {
                let process = self.find("client", client)?;
                of_kind(client, "client", self.client(process))?;
                behaviour.check().map_err(|why| {
                    InputError::Client(TopologyError::Behaviour { client: client.clone(), why })
                })
            }
            Input::SetKnob { client, knob, value } => self.turned(client, knob, value).map(|_| ()),
            Input::Bytes { client, .. } | Input::Read { client, .. } => {
                let process = self.find("client", client)?;
                of_kind(client, "connection from outside", self.wire(process)).map(|_| ())
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
                of_kind(process, "server", self.server(id))?;
                self.electors(&self.cluster_name(id), stream.as_deref()).map(|_| ())
            }
            Input::SplitVote { cluster, stream } => {
                self.electors(cluster, stream.as_deref()).map(|_| ())
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

/// What was found under a name, if that is of the kind that is wanted.
fn of_kind<T>(name: &str, wanted: &'static str, found: Option<T>) -> Result<T, InputError> {
    found.ok_or_else(|| InputError::WrongKind { name: name.to_owned(), wanted })
}
