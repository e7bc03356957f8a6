//! Which message ids a stream has seen lately.
//!
//! An id is remembered from the stored message's time for the duplicate window, whatever becomes of
//! the message. Hits do not refresh it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::kernel::{Span, Time};

#[derive(Debug, Clone, Default)]
pub(super) struct Dedupe {
    seen: Arc<BTreeMap<Arc<str>, (u64, Time)>>,
    order: Arc<VecDeque<(Time, Arc<str>)>>,
}

impl Dedupe {
    /// The sequence under which this id is known, if it still counts.
    pub(super) fn find(&self, id: &str, now: Time, window: Span) -> Option<u64> {
        let (seq, at) = self.seen.get(id)?;
        (now < *at + window).then_some(*seq)
    }

    /// Remembers an id, and forgets those that are too old.
    pub(super) fn remember(&mut self, id: &Arc<str>, seq: u64, at: Time, window: Span) {
        let seen = Arc::make_mut(&mut self.seen);
        let order = Arc::make_mut(&mut self.order);
        while let Some((since, old)) = order.front().filter(|(since, _)| *since + window <= at) {
            if seen.get(old).is_some_and(|(_, at)| at == since) {
                seen.remove(old);
            }
            order.pop_front();
        }
        seen.insert(Arc::clone(id), (seq, at));
        order.push_back((at, Arc::clone(id)));
    }
}
