//! What is wrong with a world just now because somebody did it, and what waits to happen: one list for
//! the page and the console. Each entry says how it is mended.

use crate::jetstream::raft::Luck;
use crate::kernel::{ProcId, ProcState, Span, Trap};
use crate::nats::time::go_duration;

use super::{Input, Node, World};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// A process is dead, and nobody will start it by himself.
    Down(ProcId),
    /// A process is frozen.
    Paused(ProcId),
    /// A server's disk takes so long for a write.
    SlowDisk(ProcId, Span),
    /// A server's clock is ahead by so many nanoseconds; behind, if negative.
    Clock(ProcId, i64),
    /// A link is cut.
    Cut(ProcId, ProcId),
    /// Nothing gets from one process to the other.
    Blocked(ProcId, ProcId),
    /// The same in both directions.
    BlackHole(ProcId, ProcId),
    /// A trap waits for what a client sends or is sent next.
    Trap(ProcId, Trap),
    /// A server will win the next election of a stream, or of everything in its cluster.
    Favoured(ProcId, Option<String>),
    /// The next vote about a stream, or about anything in a cluster, will be split.
    Split(usize, Option<String>),
}

impl World {
    /// All that is wrong, processes first.
    pub fn troubles(&self) -> Vec<Trouble> {
        let mut all = Vec::new();
        for (process, state) in self.processes() {
            let over = || {
                let wire = matches!(self.sim.process(process), Some(Node::Wire(_)));
                wire || self.is_removed(process) || self.sim.will_start(process)
            };
            match state {
                ProcState::Down if over() => {}
                ProcState::Down => all.push(Trouble::Down(process)),
                ProcState::Paused => all.push(Trouble::Paused(process)),
                ProcState::Up => {}
            }
        }
        for (process, _, server) in self.servers() {
            if server.disk_latency() != Span::ZERO {
                all.push(Trouble::SlowDisk(process, server.disk_latency()));
            }
            if server.clock_ahead() != 0 {
                all.push(Trouble::Clock(process, server.clock_ahead()));
            }
        }
        for ((a, b), link) in self.sim.links() {
            all.extend(match (link.cut, link.blocked) {
                (true, _) => Some(Trouble::Cut(a, b)),
                (_, [true, true]) => Some(Trouble::BlackHole(a, b)),
                (_, [true, false]) => Some(Trouble::Blocked(a, b)),
                (_, [false, true]) => Some(Trouble::Blocked(b, a)),
                (false, [false, false]) => None,
            });
        }
        all.extend(self.sim.traps().map(|(process, trap)| Trouble::Trap(process, trap)));
        all.extend(self.lucks());
        all
    }

    /// Elections that are settled already.
    fn lucks(&self) -> Vec<Trouble> {
        let mut all: Vec<Trouble> = Vec::new();
        for (process, _, server) in self.servers() {
            let cluster = self.cluster_of(process).unwrap_or(0);
            let meta = server.meta().and_then(|meta| meta.luck()).map(|luck| (None, luck));
            // Where the meta group has it, everything has.
            let streams = server.streams().filter(|_| meta.is_none());
            let streams = streams.filter_map(|(name, hosted)| {
                let (_, member) = hosted.group.as_ref()?;
                Some((Some(name.to_string()), member.raft.luck()?))
            });
            for (stream, luck) in meta.iter().cloned().chain(streams) {
                let one = match luck {
                    Luck::First => Trouble::Favoured(process, stream),
                    Luck::Together => Trouble::Split(cluster, stream),
                    Luck::Last => continue,
                };
                if !all.contains(&one) {
                    all.push(one);
                }
            }
        }
        all
    }

    /// What mends something; none for what waits to happen, which only healing everything takes away.
    pub fn mending(&self, trouble: &Trouble) -> Option<Input> {
        let name = |process: &ProcId| self.name(*process).to_owned();
        Some(match trouble {
            Trouble::Down(process) => Input::Restart { process: name(process) },
            Trouble::Paused(process) => Input::Resume { process: name(process) },
            Trouble::SlowDisk(process, _) => {
                Input::SlowDisk { process: name(process), latency: Span::ZERO }
            }
            Trouble::Clock(process, _) => Input::Clock { process: name(process), ahead: 0 },
            Trouble::Cut(a, b) | Trouble::Blocked(a, b) | Trouble::BlackHole(a, b) => {
                Input::Heal { a: name(a), b: name(b) }
            }
            Trouble::Trap(..) | Trouble::Favoured(..) | Trouble::Split(..) => return None,
        })
    }

    /// It in words, with the names that inputs have.
    pub fn describe(&self, trouble: &Trouble) -> String {
        let name = |process: &ProcId| self.name(*process);
        let of = |stream: &Option<String>, all: &str| match stream {
            Some(stream) => format!("of {stream}"),
            None => format!("in {all}"),
        };
        match trouble {
            Trouble::Down(process) => format!("{} is down", name(process)),
            Trouble::Paused(process) => format!("{} is frozen", name(process)),
            Trouble::SlowDisk(process, latency) => {
                format!("the disk of {} takes {latency} for a write", name(process))
            }
            Trouble::Clock(process, ahead) => {
                let way = if *ahead < 0 { "behind" } else { "ahead" };
                let span = go_duration(ahead.unsigned_abs());
                format!("the clock of {} is {span} {way}", name(process))
            }
            Trouble::Cut(a, b) => format!("{} – {} is cut", name(a), name(b)),
            Trouble::Blocked(a, b) => {
                format!("nothing gets from {} to {}", name(a), name(b))
            }
            Trouble::BlackHole(a, b) => {
                format!("{} – {} is a black hole", name(a), name(b))
            }
            Trouble::Trap(process, Trap::Lose) => {
                format!("the next acknowledgement of {} will get lost", name(process))
            }
            Trouble::Trap(process, Trap::Twice) => {
                format!("{} will send its next message twice", name(process))
            }
            Trouble::Favoured(process, stream) => {
                let all = self.cluster_name(*process);
                format!("{} will win the next election {}", name(process), of(stream, &all))
            }
            Trouble::Split(cluster, stream) => {
                let all = self.topology.clusters.get(*cluster);
                let all = all.map_or("", |cluster| &*cluster.name);
                format!("the next vote {} will be split", of(stream, all))
            }
        }
    }
}
