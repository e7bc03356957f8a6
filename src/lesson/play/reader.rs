//! The reader of a lesson: where they are in it, going on and back, predicting.

use crate::lesson::condition::Value;
use crate::lesson::model::Part;

use super::{Mark, Play, Step, Waiting};

/// How far an item is, for the reader.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It is over.
    Over,
    /// It is the one that is waited for.
    Current,
    /// It is over, and was not as the lesson says.
    Failed(String),
}

/// A prediction, for the reader.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What was chosen; the inner nothing: the reader would not say.
    pub chosen: Option<Option<usize>>,
    /// What the engine answered, and which choice that is.
    pub answer: Option<(Value, Option<usize>)>,
}

impl Play {
    /// The marks that lie behind the reader.
    fn behind(&self) -> &[Mark] {
        &self.log[..self.seen]
    }

    /// The beat the reader is in.
    pub fn beat(&self) -> usize {
        let entered = self.behind().iter().rev().find_map(|mark| match mark.step {
            Step::Entered(beat) => Some(beat),
            _ => None,
        });
        entered.unwrap_or(0)
    }

    /// The furthest beat that was entered.
    pub fn furthest(&self) -> usize {
        self.log.iter().filter(|mark| matches!(mark.step, Step::Entered(_))).count().max(1) - 1
    }

    /// How many marks of the log lie behind the reader.
    pub const fn seen(&self) -> usize {
        self.seen
    }

    /// Puts the reader behind so many marks of the log, at this position of history.
    pub fn read_to(&mut self, marks: usize, position: u64) {
        self.seen = marks.clamp(1, self.log.len().max(1));
        self.followed = position;
    }

    /// Whether the reader is at the end of what has happened in the lesson.
    pub fn is_at_end(&self) -> bool {
        self.seen == self.log.len()
    }

    /// What the lesson waits for, if the reader is at the end of what has happened.
    pub fn waiting(&self) -> Option<Waiting> {
        self.looked.map(|(_, waiting)| waiting).filter(|_| self.is_at_end())
    }

    /// The items of the beat that the reader sees, each with how far it is.
    pub fn items(&self) -> Vec<(usize, Standing)> {
        let behind = self.behind();
        let from = behind.iter().rposition(|mark| matches!(mark.step, Step::Entered(_)));
        let own = &behind[from.unwrap_or(0)..];
        let mut items: Vec<(usize, Standing)> = Vec::new();
        let mut failed: Option<(usize, String)> = None;
        for mark in own {
            match &mark.step {
                Step::Failed { item, what, .. } => failed = Some((*item, what.clone())),
                Step::Passed(item) => {
                    let own = failed.take_if(|(of, _)| of == item);
                    items.push((
                        *item,
                        own.map_or(Standing::Over, |(_, why)| Standing::Failed(why)),
                    ));
                }
                Step::Entered(_) | Step::Answered(..) => {}
            }
        }
        let next = items.last().map_or(0, |(item, _)| item + 1);
        let count = self.lesson.beats.get(self.beat()).map_or(0, |beat| beat.items.len());
        if next < count {
            let own = failed.filter(|(of, _)| *of == next);
            items.push((next, own.map_or(Standing::Current, |(_, why)| Standing::Failed(why))));
        }
        items
    }

    /// A prediction of the reader's beat.
    pub fn asked(&self, item: usize) -> Asked {
        let beat = self.beat();
        let behind = self.behind();
        let from = behind.iter().rposition(|mark| matches!(mark.step, Step::Entered(_)));
        let value = behind[from.unwrap_or(0)..].iter().find_map(|mark| match &mark.step {
            Step::Answered(of, value) if *of == item => Some(value.clone()),
            _ => None,
        });
        let part = self.lesson.beats.get(beat).and_then(|beat| beat.items.get(item));
        let choices = match part.map(|item| &item.part) {
            Some(Part::Ask(ask)) => ask.choices.as_slice(),
            _ => &[],
        };
        Asked {
            chosen: self.chosen.get(&(beat, item)).copied(),
            answer: value.map(|value| {
                let which = choices.iter().position(|choice| choice.value == value);
                (value, which)
            }),
        }
    }

    /// Predicts, or declines to. False if that was not asked, or is answered already.
    pub fn choose(&mut self, item: usize, choice: Option<usize>) -> bool {
        let beat = self.beat();
        let part = self.lesson.beats.get(beat).and_then(|beat| beat.items.get(item));
        let Some(Part::Ask(ask)) = part.map(|item| &item.part) else { return false };
        let sensible = choice.is_none_or(|choice| choice < ask.choices.len());
        if !sensible || self.asked(item).answer.is_some() {
            return false;
        }
        self.chosen.insert((beat, item), choice);
        self.looked = None;
        true
    }

    /// Goes on to the next beat. On known ground this is the mark to go to; at the end of it the
    /// beat is entered at this moment of the world. Nothing if the beat is not over yet.
    pub fn next(&mut self, world: &crate::world::World) -> Option<Mark> {
        let beat = self.beat();
        if let Some(mark) = self.go_to(beat + 1) {
            return Some(mark);
        }
        if self.waiting() != Some(Waiting::Next) {
            return None;
        }
        self.looked = None;
        self.waits_since = None;
        self.mark(world, Step::Entered(beat + 1));
        self.log.last().cloned()
    }

    /// Goes to a beat that was entered before: the mark to go to.
    pub fn go_to(&mut self, beat: usize) -> Option<Mark> {
        let place = self.log.iter().position(|mark| mark.step == Step::Entered(beat))?;
        let mark = self.log[place].clone();
        // What was there to read at once is there again.
        let items = self.lesson.beats.get(beat).map_or(&[][..], |beat| &beat.items);
        let is_read = |item: usize| {
            let part = items.get(item).map(|item| &item.part);
            matches!(part, Some(Part::Prose(_) | Part::Code(_)))
        };
        let same = |later: &&Mark| {
            later.position == mark.position
                && matches!(later.step, Step::Passed(item) if is_read(item))
        };
        self.followed = mark.position;
        self.seen = place + 1 + self.log[place + 1..].iter().take_while(same).count();
        Some(mark)
    }

    /// Follows history to a position of the lesson's branch.
    pub fn follow(&mut self, position: u64) {
        // Several marks may share a position; who has gone back to one of them is not moved on.
        if self.followed != position {
            self.followed = position;
            self.seen = self.log.partition_point(|mark| mark.position <= position).max(1);
        }
    }

    /// Whether the learner may act at this position without leaving the lesson: a goal is open.
    pub fn lets_act(&self, position: u64) -> bool {
        let known =
            self.log.partition_point(|mark| mark.position <= position).max(self.seen.min(1));
        let behind = &self.log[..known.min(self.log.len())];
        let mut place = (0, 0);
        for mark in behind {
            match mark.step {
                Step::Entered(beat) => place = (beat, 0),
                Step::Passed(item) => place.1 = item + 1,
                _ => {}
            }
        }
        let part = self.lesson.beats.get(place.0).and_then(|beat| beat.items.get(place.1));
        part.is_some_and(|item| matches!(item.part, Part::Goal(_)))
    }

    /// History goes another way from this position: what came later in the lesson is taken back.
    pub fn forget_after(&mut self, position: u64) {
        let kept = self.log.partition_point(|mark| mark.position <= position).max(1);
        if kept < self.log.len() {
            self.log.truncate(kept);
            self.work = None;
            self.waits_since = None;
        }
        self.session.forget_after(position);
        self.seen = self.seen.min(self.log.len());
        self.looked = None;
    }
}
