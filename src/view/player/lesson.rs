//! A lesson being played by the player: it gives its inputs at the end of its branch, and what the
//! learner tries out beside it goes on a branch of its own.

use std::sync::Arc;

use crate::kernel::BranchId;
use crate::lesson::link::LessonPlace;
use crate::lesson::{Lesson, Mark, Move, Play, Waiting};
use crate::view::lesson::{FAR, Left, LessonView, panel};
use crate::world::{TopologyError, World};

use super::{Goal, Mode, Player};

/// A lesson in the hands of the player.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) play: Play,
    /// The branch on which it is played.
    branch: BranchId,
    /// Where it was left last.
    pub(super) left: Option<Left>,
    /// Counts changes that no position tells.
    version: u64,
}

/// Something asked of a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LessonCommand {
    /// On to the next beat.
    Next,
    /// Back to the beat before.
    Back,
    /// To a beat that was entered.
    GoTo(usize),
    /// A prediction: item and choice, or none.
    Choose(usize, Option<usize>),
    /// Do the goal for the learner.
    DoIt,
    /// Play on to where the lesson waits for somebody; without motion, run there.
    GoOn,
    /// Run there.
    Skip,
    /// Leave the lesson to try something out.
    Leave,
    /// Back to where it was left.
    Return,
}

impl Player {
    /// A player for a lesson, at its beginning.
    ///
    /// # Errors
    /// Why the lesson's world cannot be.
    pub fn for_lesson(lesson: Arc<Lesson>) -> Result<Self, TopologyError> {
        let world = World::new(lesson.beginning()?)?;
        let play = Play::new(lesson, &world);
        let mut player = Self::new(world);
        let branch = player.history.current();
        player.course = Some(Course { play, branch, left: None, version: 0 });
        player.follow_lesson();
        Ok(player)
    }

    /// The lesson that is played.
    pub fn lesson(&self) -> Option<&Play> {
        self.course.as_ref().map(|course| &course.play)
    }

    /// The place in the lesson that is played, for a link.
    pub fn lesson_place(&self) -> Option<LessonPlace> {
        let play = self.lesson()?;
        Some(LessonPlace(play.lesson().file.to_string(), play.seen()))
    }

    /// The lesson panel, and what it follows from beside the moment.
    pub(super) fn lesson_view(&self) -> Option<Arc<LessonView>> {
        let course = self.course.as_ref()?;
        let free = self.history.current() != course.branch;
        Some(Arc::new(panel(&course.play, self.world(), free)))
    }

    /// Counts changes of the lesson that no position tells.
    pub(super) fn lesson_version(&self) -> u64 {
        let course = self.course.as_ref();
        course.map_or(0, |course| course.version + course.play.log().len() as u64)
    }

    /// Lets the lesson see this moment, and do what it has to do.
    pub(super) fn follow_lesson(&mut self) {
        while let Some(course) = &mut self.course {
            if self.history.current() != course.branch {
                return;
            }
            let before = course.play.waiting();
            course.play.follow(self.history.cursor().position());
            if !self.history.at_head() || !course.play.is_at_end() {
                return;
            }
            match course.play.poll(self.history.cursor()) {
                Move::Give(inputs) => {
                    for input in inputs {
                        self.give(input);
                    }
                }
                Move::Wait(waiting) => {
                    let news = before != Some(waiting);
                    let for_somebody =
                        !matches!(waiting, Waiting::Engine) && !course.play.is_doing();
                    if news && for_somebody && self.mode != Mode::Rest {
                        // What there is to read now is about this moment.
                        self.rest();
                    }
                    return;
                }
            }
        }
    }

    /// Whether the lesson waits for the engine: then time has to go on.
    pub(super) fn lesson_waits(&self) -> bool {
        self.course.as_ref().is_some_and(|course| {
            self.history.current() == course.branch
                && course.play.is_at_end()
                && (course.play.waiting() == Some(Waiting::Engine) || course.play.is_doing())
        })
    }

    /// The learner is about to act: within the lesson if a goal is open, else beside it.
    pub(super) fn before_learner_acts(&mut self) {
        let Some(course) = &self.course else { return };
        let position = self.world().position();
        if self.history.current() == course.branch && !course.play.lets_act(position) {
            self.leave_lesson();
        }
    }

    /// An input of the learner made a new branch: it is the lesson's if they acted within it.
    pub(super) fn lesson_forked(&mut self, from: BranchId, position: u64) {
        let current = self.history.current();
        let Some(course) = &mut self.course else { return };
        if from == course.branch && course.play.lets_act(position) {
            course.branch = current;
            course.play.forget_after(position);
            course.version += 1;
        } else if from == course.branch {
            course.left = Some(Left { position, at: self.history.cursor().now() });
        }
    }

    /// From here on a branch beside the lesson's.
    pub(super) fn leave_lesson(&mut self) {
        let (position, at) = (self.world().position(), self.world().now());
        let before = self.history.current();
        self.remember();
        self.history.fork();
        self.track_of_fork(before, position);
        if let Some(course) = &mut self.course {
            course.left = Some(Left { position, at });
            course.version += 1;
        }
    }

    /// Does what is asked of the lesson.
    pub(super) fn lesson_command(&mut self, command: LessonCommand) {
        let Some(course) = &mut self.course else { return };
        let on_course = self.history.current() == course.branch;
        course.version += 1;
        match command {
            LessonCommand::Return => return self.return_to_lesson(),
            LessonCommand::Leave if on_course => return self.leave_lesson(),
            // Everything else is about the lesson, so that is where it happens.
            _ if !on_course => {
                self.return_to_lesson();
                return self.lesson_command(command);
            }
            _ => {}
        }
        match command {
            LessonCommand::Next => self.next_beat(),
            LessonCommand::Back => {
                let beat = course.play.beat();
                let mark = course.play.go_to(beat.saturating_sub(1));
                self.go_to_mark(mark);
            }
            LessonCommand::GoTo(beat) => {
                let mark = course.play.go_to(beat);
                self.go_to_mark(mark);
            }
            LessonCommand::Choose(item, choice) => {
                if course.play.choose(item, choice) {
                    self.go_on();
                }
            }
            LessonCommand::DoIt => {
                if course.play.do_it() {
                    self.go_on();
                }
            }
            LessonCommand::GoOn if !self.reduced_motion => self.play(),
            LessonCommand::GoOn | LessonCommand::Skip => self.skip_to_somebody(),
            LessonCommand::Leave | LessonCommand::Return => {}
        }
    }

    fn next_beat(&mut self) {
        let at_end = self.course.as_ref().is_some_and(|course| course.play.is_at_end());
        if at_end && !self.history.at_head() {
            self.seek(self.history.end_position());
        }
        let Some(course) = &mut self.course else { return };
        let known = course.play.beat() < course.play.furthest();
        let mark = course.play.next(self.history.cursor());
        match mark {
            Some(mark) if known => self.go_to_mark(Some(mark)),
            Some(_) => self.go_on(),
            None => {}
        }
    }

    /// The lesson goes on, before the eyes of the person.
    fn go_on(&mut self) {
        let position = self.world().position();
        self.follow_lesson();
        if self.lesson_waits() && !self.reduced_motion {
            self.play();
        } else if self.world().position() != position && self.mode == Mode::Rest {
            self.moved();
        }
    }

    fn skip_to_somebody(&mut self) {
        if self.history.at_head() {
            self.run(Goal::Lesson, FAR);
        } else {
            // On known ground what comes next happened already.
            self.play();
        }
    }

    fn go_to_mark(&mut self, mark: Option<Mark>) {
        let Some(mark) = mark else { return };
        self.rest();
        self.history.seek(mark.position);
        self.history.idle_until(mark.at);
        self.arrived();
    }

    fn return_to_lesson(&mut self) {
        let Some(course) = &mut self.course else { return };
        let branch = course.branch;
        if self.history.current() == branch {
            return;
        }
        let left = course.left;
        self.remember();
        self.rest();
        self.history.switch(branch);
        self.tracks_are_current();
        match left {
            Some(left) => {
                self.history.seek(left.position);
                self.history.idle_until(left.at);
            }
            None => self.history.seek(self.history.end_position()),
        }
        self.arrived();
    }
}
