//! Opening a session that was shared within a lesson: the lesson is taken to where it was, and what was done
//! otherwise is done again beside it.

use std::sync::Arc;

use crate::kernel::LoggedInput;
use crate::lesson::{Lesson, Waiting};
use crate::world::{Input, TopologyError};

use super::Player;
use super::lesson::LessonCommand;

/// Steps from stop to stop at most; a lesson has some dozens.
const STEPS: usize = 1_000;
/// Screen time that passes at once while the lesson is run.
const TICK_MS: f64 = 16.0;

impl Player {
    /// A player for a session that was recorded in a lesson, when so many `marks` of its log lay behind the
    /// reader. If the lesson comes to the very same inputs by itself, one is in it; else the session is
    /// beside it, and the lesson waits.
    ///
    /// # Errors
    /// Why the lesson's world cannot be.
    pub fn resume(
        lesson: Arc<Lesson>,
        marks: usize,
        inputs: &[LoggedInput<Input>],
        position: u64,
    ) -> Result<Self, TopologyError> {
        let mut player = Self::for_lesson(lesson)?;
        player.reduced_motion = true;
        player.take_lesson_to(marks);
        player.reduced_motion = false;
        player.rest();
        if player.comes_to(inputs, position) {
            player.history.seek(position);
            if let Some(course) = &mut player.course {
                course.play.read_to(marks, position);
            }
        } else {
            player.history.seek(player.history.start_position());
            player.leave_lesson();
            if let Some(course) = &mut player.course {
                course.left = None;
            }
            player.give_again(inputs, Some(position));
        }
        player.undo.clear();
        player.arrived();
        Ok(player)
    }

    /// Goes on in the lesson, as somebody who will not predict and has every goal done, until so many marks
    /// are in its log.
    fn take_lesson_to(&mut self, marks: usize) {
        for _ in 0..STEPS {
            while self.is_active() {
                self.tick(TICK_MS);
            }
            let Some(play) = self.lesson().filter(|play| play.log().len() < marks) else { return };
            let command = match play.waiting() {
                Some(Waiting::Next) => LessonCommand::Next,
                Some(Waiting::Choice(item)) => LessonCommand::Choose(item, None),
                Some(Waiting::Goal(_)) if !play.is_doing() => LessonCommand::DoIt,
                Some(Waiting::Engine | Waiting::Goal(_)) => LessonCommand::Skip,
                Some(Waiting::End | Waiting::Stuck) | None => return,
            };
            self.lesson_command(command);
        }
    }

    /// Whether the lesson's branch gave exactly these inputs before this position.
    fn comes_to(&self, inputs: &[LoggedInput<Input>], position: u64) -> bool {
        let branch = self.history.branches().get(self.history.current().0);
        let own = branch.map_or(&[][..], |branch| &branch.inputs);
        let before = own.iter().take_while(|logged| logged.position < position).count();
        self.history.end_position() >= position && own.get(..before) == Some(inputs)
    }
}
