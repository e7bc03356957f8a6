//! Which subjects a store has messages of.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::nats::Subject;

/// What is known of a subject's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SubjectState {
    /// How many there are.
    pub(super) count: u64,
    /// None of them has a lower sequence than this.
    pub(super) first: u64,
    /// None of them has a higher sequence than this.
    pub(super) last: u64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Subjects(Arc<BTreeMap<Subject, SubjectState>>);

impl Subjects {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, subject: &str) -> Option<SubjectState> {
        self.0.get(subject).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Subject, &SubjectState)> {
        self.0.iter()
    }

    pub(super) fn added(&mut self, subject: &Subject, seq: u64) {
        let map = Arc::make_mut(&mut self.0);
        match map.get_mut(subject) {
            Some(state) => {
                state.count += 1;
                state.last = seq;
            }
            None => {
                let state = SubjectState { count: 1, first: seq, last: seq };
                map.insert(Arc::clone(subject), state);
            }
        }
    }

    pub(super) fn removed(&mut self, subject: &str, seq: u64) {
        let map = Arc::make_mut(&mut self.0);
        let Some(state) = map.get_mut(subject) else { return };
        state.count -= 1;
        if state.count == 0 {
            map.remove(subject);
        } else if seq == state.first {
            state.first += 1;
        } else if seq == state.last {
            state.last -= 1;
        }
    }
}
