//! The transport: where in the course of events one is, and where one can go.

use crate::kernel::{BranchId, Time};
use crate::view::class::Class;
use crate::view::command::Pace;

/// The transport at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Transport {
    /// Whether it plays.
    pub playing: bool,
    /// What runs in slices right now, if anything does.
    pub busy: Option<Busy>,
    /// Minutes, seconds, milliseconds: `00:04.312`.
    pub clock: String,
    /// Microseconds: `.084`.
    pub clock_rest: String,
    /// The virtual time.
    pub now: Time,
    /// Where in the course of events this is.
    pub position: u64,
    /// The first position.
    pub start: u64,
    /// The last position reached on this branch.
    pub end: u64,
    /// The hop this is, counted from 0 = the beginning.
    pub hop: usize,
    /// How many hops the branch has so far.
    pub hops: usize,
    /// Where on the scrubber this is, 0 to 1. The scrubber counts visible hops, so that idle
    /// stretches take no room on it.
    pub fraction: f64,
    /// Whether this is the end of the branch.
    pub at_head: bool,
    /// Whether one can step back.
    pub can_back: bool,
    /// Whether there is something to undo.
    pub can_undo: bool,
    /// The pace.
    pub pace: Pace,
    /// What is on the way, for the scrubber: one for each hop, or as many as can be told apart.
    pub buckets: Vec<Bucket>,
    /// Where on the scrubber the branch's inputs are, and whether they are faults.
    pub inputs: Vec<(f64, bool)>,
    /// All branches, oldest first.
    pub branches: Vec<BranchInfo>,
    /// How long an idle stretch was skipped just now, for the mark "⏩ 4.2 s".
    pub skipped: Option<String>,
    /// Nothing visible is to come unless somebody does something.
    pub at_rest: bool,
}

/// Something that takes more than one frame of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Busy {
    /// What: "Running until idle", "Storing photo.png".
    pub what: String,
    /// How much of it is done, 0 to 1, if that is known.
    pub done: Option<f64>,
}

/// What happens in a part of the scrubber.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bucket {
    /// Where on the scrubber its end is, 0 to 1.
    pub place: f64,
    /// How many things of each class, most interesting first; classes without any are left out.
    pub counts: Vec<(Class, u32)>,
    /// How much happened in it, compared with the others, 0 to 1.
    pub height: f64,
    /// Whether it lies behind the cursor.
    pub past: bool,
    /// Whether something broke or was healed in it.
    pub fault: bool,
}

/// A branch.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchInfo {
    /// Which.
    pub id: BranchId,
    /// Its name: "A", "B" …
    pub name: String,
    /// What was done where it left its parent: "checkout publishes orders.new".
    pub what: String,
    /// The branch it left, and when.
    pub from: Option<(BranchId, Time)>,
    /// How far it goes.
    pub end: Time,
    /// Whether it is looked at.
    pub current: bool,
}
