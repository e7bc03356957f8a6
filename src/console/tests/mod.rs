//! The console in a whole world: lines are typed, time passes, and what is printed is read.

mod any_line;
mod backup;
mod balance;
mod fault;
mod graph;
mod invocations;
mod kv;
mod mirrors;
mod object;

use super::{Session, State};
use crate::kernel::Span;
use crate::world::{World, scenes};

/// Somebody at the console of a world.
struct Typist {
    world: World,
    session: Session,
}

impl Typist {
    fn new() -> Self {
        let world = World::new(scenes::one_order()).expect("a scene");
        Self { world, session: Session::new("cli") }
    }

    /// Types a line, waits until it is over or listens, and gives what it printed and how far it is.
    fn types(&mut self, line: &str) -> (String, State) {
        let Self { world, session } = self;
        for input in session.enter(line, world) {
            world.give(&input).expect(line);
        }
        session.run(world, Span::secs(30));
        let entry = session.entries().last().expect(line);
        let output = session.render(entry, world);
        let lines: Vec<&str> = output.lines.iter().map(|line| line.text.as_str()).collect();
        (lines.join("\n"), output.state)
    }
}
