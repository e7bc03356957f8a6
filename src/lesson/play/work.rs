//! Doing what a lesson does: lines at the console, apps, faults, one after the other.

use crate::console::State;
use crate::kernel::Time;
use crate::world::{Input, World};

use crate::lesson::model::{Act, Deed, PATIENCE, Part};

use crate::lesson::parse::app::turning;

use super::{Play, Step};

/// Deeds being done.
#[derive(Debug, Clone)]
pub(super) struct Work {
    /// For which item of which beat.
    at: (usize, usize),
    deeds: Vec<Deed>,
    next: usize,
    /// The console entry that must be over before the next deed.
    entry: Option<usize>,
    /// When the next deed was come to.
    since: Option<Time>,
}

impl Work {
    pub(super) fn new(at: (usize, usize), deeds: Vec<Deed>) -> Self {
        Self { at, deeds, next: 0, entry: None, since: None }
    }
}

impl Play {
    /// Goes on with what is being done: the inputs for now (none if the engine must come to
    /// something first), or nothing if there is nothing to do.
    pub(super) fn work_on(&mut self, world: &World) -> Option<Vec<Input>> {
        let mut inputs = self.session.poll(world);
        let Some(work) = self.work.as_mut() else {
            // A line that was not waited for goes on.
            return (!inputs.is_empty()).then_some(inputs);
        };
        if let Some(index) = work.entry {
            let entry = self.session.entries().get(index);
            let state = entry.map(|entry| self.session.render(entry, world).state);
            if matches!(state, Some(State::Running | State::NotYet)) {
                return Some(inputs);
            }
            work.entry = None;
        }
        if !inputs.is_empty() {
            return Some(inputs);
        }
        let Some(deed) = work.deeds.get(work.next).cloned() else {
            // All is done; the item looks at what came of it.
            return None;
        };
        let (item, since) = (work.at.1, *work.since.get_or_insert(world.now()));
        if let Act::Await(condition) = &deed.act
            && !condition.holds(world, self.since(world))
            && world.now().since(since) <= PATIENCE
        {
            return Some(inputs);
        }
        if let Some(work) = &mut self.work {
            work.next += 1;
            work.since = None;
        }
        let refused = match self.begin(&deed, world) {
            Ok(mut more) => {
                inputs.append(&mut more);
                return if inputs.is_empty() { self.work_on(world) } else { Some(inputs) };
            }
            Err(refused) => refused,
        };
        self.mark(world, Step::Failed { item, line: deed.line, what: refused });
        self.work_on(world)
    }

    /// Begins a deed: what it gives to the world, or why it cannot be.
    fn begin(&mut self, deed: &Deed, world: &World) -> Result<Vec<Input>, String> {
        let input = match &deed.act {
            Act::Type(line) => {
                // As in a shell: what ends with & is not waited for.
                let (line, waits) =
                    line.strip_suffix(" &").map_or((&**line, true), |line| (line, false));
                let submission = self.session.submit(line, world).map_err(|why| why.to_string())?;
                if let Some(work) = self.work.as_mut().filter(|_| waits) {
                    work.entry = submission.entry;
                }
                return Ok(submission.inputs);
            }
            Act::Give(input) => input.clone(),
            Act::Turn { app, knobs } => {
                let client = world.process(app).and_then(|process| world.client(process));
                let Some(client) = client else { return Err(format!("there is no app {app}")) };
                let Some(behaviour) = client.behaviour() else {
                    return Err(format!("{app} has no knobs: it does nothing by itself"));
                };
                turning(app, behaviour, knobs)?
            }
            Act::Await(condition) => {
                let since = self.since(world);
                if condition.holds(world, since) {
                    return Ok(Vec::new());
                }
                return Err(format!(
                    "{:?} does not come true: {}",
                    condition.text,
                    condition.seen(world, since)
                ));
            }
            Act::Fault(fault) => return fault.inputs(world),
        };
        // Of several inputs of one line, a later one may need the earlier ones; those are checked
        // when it is their turn.
        world.check(&input).map_err(|why| why.to_string())?;
        Ok(vec![input])
    }

    /// Whether all deeds of this item have been done.
    pub(super) fn is_worked_off(&self, at: (usize, usize)) -> bool {
        self.work.as_ref().is_some_and(|work| {
            work.at == at && work.next >= work.deeds.len() && work.entry.is_none()
        })
    }

    /// Whether a goal is being done for the learner.
    pub fn is_doing(&self) -> bool {
        let at = self.place();
        let part = self.lesson.beats.get(at.0).and_then(|beat| beat.items.get(at.1));
        let goal = part.is_some_and(|item| matches!(item.part, Part::Goal(_)));
        goal && self.work.as_ref().is_some_and(|work| work.at == at)
    }

    /// Does a goal for the learner. False if no goal is open.
    pub fn do_it(&mut self) -> bool {
        let at = self.place();
        let part = self.lesson.beats.get(at.0).and_then(|beat| beat.items.get(at.1));
        let Some(Part::Goal(goal)) = part.map(|item| &item.part) else { return false };
        if self.work.as_ref().is_some_and(|work| work.at == at) || self.seen < self.log.len() {
            return false;
        }
        self.work = Some(Work::new(at, goal.deeds.clone()));
        self.looked = None;
        true
    }
}
