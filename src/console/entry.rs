//! A line that was typed, and what it prints.

use crate::client::{Call, OpId};
use crate::kernel::Time;
use crate::world::Input;

use super::line::Line;
use super::parse::Invocation;

/// A line that was typed. What it prints follows from it and the world that is looked at; see
/// [`super::Session::render`].
#[derive(Debug, Clone)]
pub struct Entry {
    /// The line as it was typed.
    pub line: String,
    /// Which client typed it.
    pub client: String,
    /// The world's position when it was typed.
    pub position: u64,
    /// The virtual time when it was typed.
    pub at: Time,
    pub(super) what: What,
}

/// What a line is.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// Its output was there at once and stays as it is.
    Fixed(Output),
    /// Likewise, but it did something to the world at its position.
    Given(Output),
    /// A command that sends messages.
    Script {
        invocation: Box<Invocation>,
        /// The operations it has asked for so far.
        ops: Vec<Issued>,
        /// What it printed in the end, and the position at which that was noticed.
        finished: Option<(u64, Output)>,
    },
}

/// An operation that a line asked for.
#[derive(Debug, Clone)]
pub(super) struct Issued {
    /// The world's position when it was asked for.
    pub(super) position: u64,
    /// Which operation of the client it is.
    pub(super) op: OpId,
    /// What was asked; another branch of history may have another operation of that number.
    pub(super) call: Call,
    /// When it ended, once that was noticed.
    pub(super) ended: Option<Time>,
}

/// What a line prints, as far as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The lines.
    pub lines: Vec<Line>,
    /// How far it is.
    pub state: State,
    /// The input it needs to go on, if it needs one at this time.
    pub next: Option<Input>,
}

/// How far a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The world has not come to it.
    NotYet,
    /// It waits for an answer, or for time to pass.
    Running,
    /// It goes on until it is interrupted.
    Listening,
    /// It is over.
    Done,
    /// It is over and has failed.
    Failed,
}

impl Entry {
    /// Whether the world has come to it at a position.
    pub fn is_visible_at(&self, position: u64) -> bool {
        match self.what {
            What::Fixed(_) | What::Given(_) => self.position <= position,
            // Its first input made the world advance.
            What::Script { .. } => self.position < position,
        }
    }
}
