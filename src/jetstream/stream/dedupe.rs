//! Which message ids a stream has seen lately.
//!
//! An id is remembered from the stored message's time for the duplicate window, whatever becomes of
//! the message. Hits do not refresh it.

use std::sync::Arc;

use crate::jetstream::cow::CowMap;
use crate::kernel::{Span, Time};

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dedupe {
    seen: CowMap<Arc<str>, (u64, Time)>,
    /// The same by age: when it was stored, and under which sequence.
    ages: CowMap<(Time, u64), Arc<str>>,
}

impl Dedupe {
    /// The sequence under which this id is known, if it still counts.
    pub(super) fn find(&self, id: &str, now: Time, window: Span) -> Option<u64> {
        let (seq, at) = self.seen.get(id)?;
        (now < *at + window).then_some(*seq)
    }

    /// Remembers an id, and forgets those that are too old.
    pub(super) fn remember(&mut self, id: &Arc<str>, seq: u64, at: Time, window: Span) {
        while let Some((&age, old)) = self.ages.first()
            && age.0 + window <= at
        {
            // The id may have come again since.
            if self.seen.get(old).is_some_and(|(seq, _)| *seq == age.1) {
                self.seen.remove(&Arc::clone(old));
            }
            self.ages.remove(&age);
        }
        self.seen.insert(Arc::clone(id), (seq, at));
        self.ages.insert((at, seq), Arc::clone(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_counts_for_the_window_from_when_it_was_stored() {
        let (window, id) = (Span(10), Arc::<str>::from("a"));
        let mut dedupe = Dedupe::default();
        dedupe.remember(&id, 1, Time(5), window);
        assert_eq!(dedupe.find("a", Time(14), window), Some(1));
        assert_eq!(dedupe.find("a", Time(15), window), None);
        dedupe.remember(&id, 2, Time(20), window);
        dedupe.remember(&"b".into(), 3, Time(21), window);
        assert_eq!(dedupe.find("a", Time(29), window), Some(2));
        assert_eq!((dedupe.seen.len(), dedupe.ages.len()), (2, 2));
    }
}
