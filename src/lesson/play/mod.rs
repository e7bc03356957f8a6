//! A lesson being played.
//!
//! It keeps a log of what happened in it, each entry with the position of history at which it did.
//! What there is to read at a moment follows from the log and that position, so that it goes back
//! when history does. On known ground nothing is given twice; only at the end of its branch does the
//! lesson go on ([`Play::poll`]).
//!
//! The log belongs to one branch of history. When the learner reaches a goal in another way than
//! before, the new branch becomes the lesson's ([`Play::forget_after`]); when they try something out
//! beside the lesson, whoever drives it keeps that on a branch of its own.

mod reader;
mod work;

use crate::sorted::Map;
use std::sync::Arc;

use crate::console::Session;
use crate::kernel::{EventId, EventKind, Span, Time};
use crate::world::{Input, World};

use super::condition::{Condition, Since, Value};
use super::model::{Ask, Lesson, Part};

pub use reader::{Asked, Standing};
use work::Work;

/// Something that happened in a lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The position of history.
    pub position: u64,
    /// The virtual time.
    pub at: Time,
    /// How many events had happened.
    pub events: u64,
    /// What.
    pub step: Step,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A beat began.
    Entered(usize),
    /// An item of the beat is over: read, done, come true, reached.
    Passed(usize),
    /// The engine answered a prediction.
    Answered(usize, Value),
    /// Something is not as the lesson says.
    Failed {
        /// The item.
        item: usize,
        /// The line of the file.
        line: u32,
        /// What is not as it should be.
        what: String,
    },
}

/// What a lesson wants next.
#[derive(Debug, Clone, PartialEq)]
pub enum Move {
    /// These inputs are to be given now, in order; then it is to be asked again.
    Give(Vec<Input>),
    /// It waits.
    Wait(Waiting),
}

/// What a lesson waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The engine: time has to pass.
    Engine,
    /// A prediction: this item of the beat.
    Choice(usize),
    /// The learner is to do something: this item of the beat.
    Goal(usize),
    /// The reader is to go on to the next beat.
    Next,
    /// The lesson is over.
    End,
    /// What was waited for did not come; it goes on only from an earlier beat.
    Stuck,
}

/// A lesson being played.
#[derive(Debug, Clone)]
pub struct Play {
    lesson: Arc<Lesson>,
    session: Session,
    log: Vec<Mark>,
    /// How many marks lie behind the reader.
    seen: usize,
    /// The position that decided it.
    followed: u64,
    /// What was predicted, by beat and item; nothing if the reader would not say.
    chosen: Map<(usize, usize), Option<usize>>,
    /// What is being done.
    work: Option<Work>,
    /// When the item that is waited for began to be waited for.
    waits_since: Option<Time>,
    /// How many events were looked at, and what was waited for then.
    looked: Option<(u64, Waiting)>,
    /// When to look again in any case.
    wakes: Option<Time>,
}

impl Play {
    /// A lesson at its beginning, in the world it begins in.
    pub fn new(lesson: Arc<Lesson>, world: &World) -> Self {
        let mut play = Self {
            lesson,
            session: Session::new("cli"),
            log: Vec::new(),
            seen: 0,
            followed: world.position(),
            chosen: Map::new(),
            work: None,
            waits_since: None,
            looked: None,
            wakes: None,
        };
        play.mark(world, Step::Entered(0));
        play
    }

    /// The lesson.
    pub fn lesson(&self) -> &Arc<Lesson> {
        &self.lesson
    }

    /// The console at which its lines are typed.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// All that happened in it, in order.
    pub fn log(&self) -> &[Mark] {
        &self.log
    }

    /// What is not as the lesson says, so far.
    pub fn failures(&self) -> impl Iterator<Item = (u32, &str)> {
        self.log.iter().filter_map(|mark| match &mark.step {
            Step::Failed { line, what, .. } => Some((*line, what.as_str())),
            _ => None,
        })
    }

    /// What to do now, at the end of the lesson's branch. To be asked after every step of the world
    /// and after everything the learner does; what it wants given must be given.
    pub fn poll(&mut self, world: &World) -> Move {
        if let Some(waiting) = self.still_waits(world) {
            return Move::Wait(waiting);
        }
        let waiting = loop {
            if let Some(inputs) = self.work_on(world) {
                if !inputs.is_empty() {
                    self.looked = None;
                    return Move::Give(inputs);
                }
                break Waiting::Engine;
            }
            let (beat, item) = self.place();
            let lesson = Arc::clone(&self.lesson);
            let Some(current) = lesson.beats.get(beat) else { break Waiting::End };
            let Some(current) = current.items.get(item) else {
                let last = beat + 1 == lesson.beats.len();
                break if last { Waiting::End } else { Waiting::Next };
            };
            match self.take(world, (beat, item), &current.part) {
                None => {}
                Some(waiting) => break waiting,
            }
        };
        self.looked = Some((world.sim().trace().len(), waiting));
        self.wakes = self.next_wake(world);
        Move::Wait(waiting)
    }

    /// Comes to an item; what it has to wait for there.
    fn take(&mut self, world: &World, at: (usize, usize), part: &Part) -> Option<Waiting> {
        match part {
            Part::Prose(_) | Part::Code(_) => self.pass(world, at),
            Part::Do(deeds) => {
                if self.is_worked_off(at) {
                    self.pass(world, at);
                } else {
                    self.work = Some(Work::new(at, deeds.clone()));
                }
            }
            Part::Until(until) => {
                return self.wait_for(world, at, &until.conditions, until.within, Waiting::Engine);
            }
            Part::Check(conditions) => {
                for (line, what) in self.broken(world, conditions) {
                    self.mark(world, Step::Failed { item: at.1, line, what });
                }
                self.pass(world, at);
            }
            Part::Ask(_) => {
                if !self.chosen.contains_key(&at) {
                    return Some(Waiting::Choice(at.1));
                }
                self.pass(world, at);
            }
            Part::Goal(goal) => {
                let waiting = Waiting::Goal(at.1);
                if !self.is_worked_off(at) {
                    if !self.all_hold(world, &goal.when) {
                        return Some(waiting);
                    }
                    self.pass(world, at);
                } else {
                    return self.wait_for(world, at, &goal.when, goal.within, waiting);
                }
            }
        }
        None
    }

    /// Passes an item once all the conditions hold; gives up after some time.
    fn wait_for(
        &mut self,
        world: &World,
        at: (usize, usize),
        conditions: &[Condition],
        within: Span,
        waiting: Waiting,
    ) -> Option<Waiting> {
        if self.all_hold(world, conditions) {
            self.pass(world, at);
            return None;
        }
        if matches!(self.log.last().map(|mark| &mark.step), Some(Step::Failed { item, .. }) if *item == at.1)
        {
            return Some(Waiting::Stuck);
        }
        let since = *self.waits_since.get_or_insert(world.now());
        if world.now().since(since) <= within {
            return Some(waiting);
        }
        for (line, what) in self.broken(world, conditions) {
            let what = format!("{what}, after {within} of waiting");
            self.mark(world, Step::Failed { item: at.1, line, what });
        }
        Some(Waiting::Stuck)
    }

    /// Whether nothing happened that could change what is waited for.
    fn still_waits(&mut self, world: &World) -> Option<Waiting> {
        let (events, waiting) = self.looked?;
        if self.wakes.is_some_and(|at| at <= world.now()) {
            return None;
        }
        let trace = world.sim().trace();
        let stirs = |kind: &EventKind<_>| {
            !matches!(
                kind,
                EventKind::Sent { .. } | EventKind::Arrived { .. } | EventKind::Timer(_)
            )
        };
        if trace.since(EventId(events)).any(|event| stirs(&event.kind)) {
            return None;
        }
        self.looked = Some((trace.len(), waiting));
        Some(waiting)
    }

    /// When the lesson wants to be asked although nothing may happen until then.
    pub fn wakes_at(&self) -> Option<Time> {
        self.wakes
    }

    /// When time alone may change what is waited for.
    fn next_wake(&self, world: &World) -> Option<Time> {
        let console = self.session.wakes_at(world);
        let (beat, item) = self.place();
        let part = self.lesson.beats.get(beat).and_then(|beat| beat.items.get(item));
        let (conditions, within) = match part.map(|item| &item.part) {
            Some(Part::Until(until)) => (until.conditions.as_slice(), until.within),
            Some(Part::Goal(goal)) => (goal.when.as_slice(), goal.within),
            _ => return console,
        };
        let since = self.since(world);
        let turns = conditions.iter().filter_map(|condition| condition.turns_at(since));
        let late = self.waits_since.map(|since| since + within + Span(1));
        turns.chain(late).chain(console).filter(|at| *at > world.now()).min()
    }

    /// The beat and the item that comes next in it.
    fn place(&self) -> (usize, usize) {
        let mut place = (0, 0);
        for mark in &self.log {
            match mark.step {
                Step::Entered(beat) => place = (beat, 0),
                Step::Passed(item) => place.1 = item + 1,
                Step::Answered(..) | Step::Failed { .. } => {}
            }
        }
        place
    }

    /// From where on the current beat counts events and time.
    fn since(&self, world: &World) -> Since {
        let entered = self.log.iter().rev().find(|mark| matches!(mark.step, Step::Entered(_)));
        entered.map_or_else(
            || Since::now(world),
            |mark| Since { event: EventId(mark.events), at: mark.at },
        )
    }

    fn all_hold(&self, world: &World, conditions: &[Condition]) -> bool {
        let since = self.since(world);
        conditions.iter().all(|condition| condition.holds(world, since))
    }

    /// The conditions that do not hold, in words.
    fn broken(&self, world: &World, conditions: &[Condition]) -> Vec<(u32, String)> {
        let since = self.since(world);
        let broken = conditions.iter().filter(|condition| !condition.holds(world, since));
        broken
            .map(|condition| {
                let seen = condition.seen(world, since);
                (condition.line, format!("{:?} does not hold: {seen}", condition.text))
            })
            .collect()
    }

    /// An item is over; predictions that this settles are answered.
    fn pass(&mut self, world: &World, (beat, item): (usize, usize)) {
        self.waits_since = None;
        self.work = None;
        self.mark(world, Step::Passed(item));
        let lesson = Arc::clone(&self.lesson);
        let Some(items) = lesson.beats.get(beat).map(|beat| &beat.items) else { return };
        for (n, asked) in items.iter().enumerate().take(item + 1) {
            if let Part::Ask(ask) = &asked.part
                && settles_at(items.iter().map(|item| &item.part), n) == item
            {
                self.answer(world, n, asked.line, ask);
            }
        }
    }

    fn answer(&mut self, world: &World, item: usize, line: u32, ask: &Ask) {
        let value = ask.answer.answer(world, self.since(world));
        if ask.choices.iter().all(|choice| choice.value != value) {
            let what = format!("the engine answers {value}, which is none of the choices");
            self.mark(world, Step::Failed { item, line, what });
        }
        self.mark(world, Step::Answered(item, value));
    }

    fn mark(&mut self, world: &World, step: Step) {
        self.log.push(Mark {
            position: world.position(),
            at: world.now(),
            events: world.sim().trace().len(),
            step,
        });
        self.seen = self.log.len();
        self.followed = world.position();
    }
}

/// The item with which a prediction is settled: the last of those in which something happens that
/// follow it, up to what there is to read next.
fn settles_at<'a>(items: impl Iterator<Item = &'a Part>, ask: usize) -> usize {
    let mut last = ask;
    for (n, part) in items.enumerate().skip(ask + 1) {
        match part {
            Part::Do(_) | Part::Until(_) | Part::Goal(_) => last = n,
            Part::Ask(_) => break,
            Part::Prose(_) | Part::Check(_) | Part::Code(_) if last > ask => break,
            Part::Prose(_) | Part::Check(_) | Part::Code(_) => {}
        }
    }
    last
}

#[cfg(test)]
mod tests;
