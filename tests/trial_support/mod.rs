//! A world to which things are done at random, all from one seed, and what was done, so that a failure can be
//! seen again.

use std::fmt::Write;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use windtunnel::kernel::{Rng, Span};
use windtunnel::world::check::Violation;
use windtunnel::world::{Input, Topology, World};

pub(crate) struct Trial {
    pub(crate) world: World,
    pub(crate) rng: Rng,
    /// All servers of the world, as `cluster/server`.
    pub(crate) servers: Vec<String>,
    /// What was done, a line each.
    done: String,
}

impl Trial {
    /// What happens in it follows from the topology's seed.
    pub(crate) fn new(topology: Topology) -> Self {
        let rng = Rng::new(topology.seed).fork("storm");
        let clusters = topology.clusters.iter();
        let servers =
            clusters.flat_map(|c| c.servers.iter().map(|server| format!("{}/{server}", c.name)));
        let servers = servers.collect();
        Self { world: World::new(topology).unwrap(), rng, servers, done: String::new() }
    }

    pub(crate) fn give(&mut self, input: Input) {
        let now = self.world.now().0 as f64 / 1e9;
        let _ = writeln!(self.done, "{now:10.4} {input:?}");
        self.world.give(&input).unwrap();
    }

    pub(crate) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.rng.below(choices.len() as u64) as usize].clone()
    }

    pub(crate) fn server(&mut self) -> String {
        let servers = self.servers.clone();
        self.one_of(&servers)
    }

    /// A span of up to one of these numbers of milliseconds.
    pub(crate) fn span(&mut self, longest: &[u64]) -> Span {
        let longest = self.one_of(longest);
        self.rng.span(Span::ZERO, Span::millis(longest))
    }
}

/// The seeds to run: these, or the one that this variable of the environment asks for.
pub(crate) fn seeds(variable: &str, all: Range<u64>) -> Range<u64> {
    let wanted = std::env::var(variable).ok().and_then(|seed| seed.parse::<u64>().ok());
    wanted.map_or(all, |seed| seed..seed + 1)
}

/// Runs a case. If it fails, its seed is named; if that seed is the only one, what was done is listed.
pub(crate) fn case<S, T>(
    seed: u64,
    alone: bool,
    storm: &mut S,
    trial: impl FnOnce(&S) -> &Trial,
    weather: impl FnOnce(&mut S) -> Result<T, Violation>,
) -> T {
    let result = catch_unwind(AssertUnwindSafe(|| weather(storm)));
    let list = if alone { trial(storm).done.as_str() } else { "" };
    match result {
        Ok(Ok(found)) => found,
        Ok(Err(violation)) => panic!("{list}seed {seed}: {violation}"),
        Err(panic) => {
            eprintln!("{list}seed {seed}");
            resume_unwind(panic)
        }
    }
}
