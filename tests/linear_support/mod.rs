//! A small checker of linearizability for one key of a bucket, by exhaustive search (Wing and Gong): is there
//! one order of all operations, each between its beginning and its end, that explains every answer?
//!
//! An operation without an answer may have happened at any time after its beginning, or never. One that
//! was refused must never have happened.

use std::collections::BTreeSet;

/// What was to be done with the key. A revision is that of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whatever it is.
    Put,
    /// If this is still its last revision.
    Update(u64),
    /// If it has no value.
    Create,
    /// If this is still its last revision: marks it as deleted.
    Delete(u64),
    /// Looks at it.
    Read,
}

/// What is known of an operation's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was done, and the key has this revision; of a read, had it (0: it has no value).
    Done(u64),
    /// It was refused.
    Refused,
    /// Nobody knows. If its revision was seen later, it is this one.
    Unknown(Option<u64>),
}

/// An operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Op {
    /// When it began.
    pub(crate) begin: u64,
    /// When it ended; without meaning where no answer came.
    pub(crate) end: u64,
    /// What was to be done.
    pub(crate) kind: Kind,
    /// What came of it.
    pub(crate) answer: Answer,
}

/// The key between two operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// Its last revision; 0 is none, nothing one that nobody ever saw.
    revision: Option<u64>,
    live: bool,
}

/// Whether there is an order that explains all answers.
pub(crate) fn is_linearizable(ops: &[Op]) -> bool {
    // What was refused has no place in the order.
    let ops: Vec<Op> = ops.iter().filter(|op| op.answer != Answer::Refused).copied().collect();
    assert!(ops.len() <= 64, "this search is for small histories");
    let nothing = State { revision: Some(0), live: false };
    search(&ops, 0, nothing, &mut BTreeSet::new())
}

fn search(ops: &[Op], done: u64, state: State, seen: &mut BTreeSet<(u64, State)>) -> bool {
    let left = |n: &usize| done & 1 << n == 0;
    let certain = |op: &Op| matches!(op.answer, Answer::Done(_));
    if !(0..ops.len()).filter(left).any(|n| certain(&ops[n])) {
        return true;
    }
    if !seen.insert((done, state)) {
        return false;
    }
    // The next one began before any that is left ended.
    let first_end = (0..ops.len()).filter(left).map(|n| &ops[n]).filter(|op| certain(op));
    let first_end = first_end.map(|op| op.end).min().unwrap_or(u64::MAX);
    let next = (0..ops.len()).filter(left).filter(|n| ops[*n].begin <= first_end);
    for n in next {
        if let Some(state) = after(state, &ops[n])
            && search(ops, done | 1 << n, state, seen)
        {
            return true;
        }
    }
    false
}

/// What the key is after an operation, if that is possible now.
fn after(state: State, op: &Op) -> Option<State> {
    let last = |wanted: u64| state.revision == Some(wanted);
    let revision = match op.answer {
        Answer::Done(revision) => Some(revision),
        Answer::Unknown(revision) => revision,
        Answer::Refused => return None,
    };
    let possible = match op.kind {
        Kind::Put => true,
        Kind::Update(wanted) | Kind::Delete(wanted) => last(wanted),
        Kind::Create => !state.live,
        Kind::Read => {
            let seen = if state.live { state.revision } else { Some(0) };
            return (seen == revision).then_some(state);
        }
    };
    // Revisions only grow.
    let grows = match (state.revision, revision) {
        (Some(before), Some(now)) => now > before,
        _ => true,
    };
    let live = !matches!(op.kind, Kind::Delete(_));
    (possible && grows).then_some(State { revision, live })
}
