//! The log of one member: consecutive entries after a starting point.
//!
//! A world is cloned often and a log can be long, so entries live in chunks which clones share. A
//! clone costs one reference count; the first change after it copies the list of chunks and one
//! chunk.

use std::sync::Arc;

use super::message::{Entries, LogEntry};

/// How many entries a chunk holds at most.
const CHUNK: usize = 64;

/// A place in a log. The order of positions is Raft's order of logs: by term, then by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Position {
    /// The term of the entry there.
    pub term: u64,
    /// Its index.
    pub index: u64,
}

/// Consecutive entries that share an allocation; never empty.
type Chunk<E> = Arc<Vec<Arc<LogEntry<E>>>>;

/// The entries of one member after a starting point.
#[derive(Debug, Clone)]
pub(super) struct Log<E> {
    /// The last entry that is no longer here; all zero if there never was one.
    start: Position,
    /// The last entry, or the starting point. It is asked for all the time.
    end: Position,
    chunks: Arc<Vec<Chunk<E>>>,
}

impl<E> Log<E> {
    /// A log without entries that goes on after `start`.
    pub(super) fn starting_at(start: Position) -> Self {
        Self { start, end: start, chunks: Arc::default() }
    }

    /// The last entry that is no longer here.
    pub(super) const fn start(&self) -> Position {
        self.start
    }

    /// Where the log ends: its last entry, or its starting point.
    pub(super) const fn last(&self) -> Position {
        self.end
    }

    /// The index of the first entry that is here, or would be.
    pub(super) const fn first_index(&self) -> u64 {
        self.start.index + 1
    }

    /// Whether nothing was ever written.
    pub(super) const fn is_empty(&self) -> bool {
        self.end.index == 0
    }

    /// The entry at `index`, if it is here.
    pub(super) fn get(&self, index: u64) -> Option<&Arc<LogEntry<E>>> {
        let at = usize::try_from(index.checked_sub(self.first_index())?).ok()?;
        let first = self.chunks.first()?;
        // All chunks between the first and the last are full.
        match at.checked_sub(first.len()) {
            None => first.get(at),
            Some(at) => self.chunks.get(1 + at / CHUNK)?.get(at % CHUNK),
        }
    }

    /// The term of the entry at `index`; also known for the starting point.
    pub(super) fn term_at(&self, index: u64) -> Option<u64> {
        if index == self.start.index {
            return Some(self.start.term);
        }
        self.get(index).map(|entry| entry.term)
    }

    /// The entries from `from` on, at most `count`.
    pub(super) fn range(&self, from: u64, count: u64) -> Entries<E> {
        (from..from.saturating_add(count)).map_while(|index| self.get(index).cloned()).collect()
    }

    /// Puts an entry at the end. Its index must be the next one.
    pub(super) fn push(&mut self, entry: Arc<LogEntry<E>>) {
        debug_assert_eq!(entry.index, self.last().index + 1, "a log has no gaps");
        self.end = Position { term: entry.term, index: entry.index };
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => Arc::make_mut(chunk).push(entry),
            _ => chunks.push(Arc::new(vec![entry])),
        }
    }

    /// Removes every entry after `index`. The starting point stays where it is.
    pub(super) fn truncate_after(&mut self, index: u64) {
        if self.last().index <= index {
            return;
        }
        let chunks = Arc::make_mut(&mut self.chunks);
        let kept = chunks.partition_point(|chunk| first_of(chunk) <= index);
        chunks.truncate(kept);
        if let Some(chunk) = chunks.last_mut() {
            let len = index_in(chunk, index + 1);
            if len < chunk.len() {
                Arc::make_mut(chunk).truncate(len);
            }
        }
        let last = self.chunks.last().and_then(|chunk| chunk.last());
        let position = |entry: &Arc<LogEntry<E>>| Position { term: entry.term, index: entry.index };
        self.end = last.map_or(self.start, position);
    }

    /// Removes every entry up to `index`, which becomes the starting point. Does nothing if there
    /// is no such entry.
    pub(super) fn compact(&mut self, index: u64) {
        let Some(term) = self.term_at(index) else { return };
        self.start = Position { term, index };
        self.end = self.end.max(self.start);
        let chunks = Arc::make_mut(&mut self.chunks);
        let gone =
            chunks.partition_point(|chunk| first_of(chunk) + chunk.len() as u64 <= index + 1);
        chunks.drain(..gone);
        if let Some(chunk) = chunks.first_mut() {
            let gone = index_in(chunk, index + 1);
            if gone > 0 {
                Arc::make_mut(chunk).drain(..gone);
            }
        }
    }
}

/// The index of a chunk's first entry.
fn first_of<E>(chunk: &Chunk<E>) -> u64 {
    chunk.first().map_or(u64::MAX, |entry| entry.index)
}

/// How many of a chunk's entries come before `index`.
fn index_in<E>(chunk: &Chunk<E>, index: u64) -> usize {
    chunk.partition_point(|entry| entry.index < index)
}

#[cfg(test)]
mod tests {
    use super::super::Entry;
    use super::*;

    fn entry(index: u64, term: u64) -> Arc<LogEntry<u64>> {
        Arc::new(LogEntry { index, term, data: Entry::Normal(index * 10) })
    }

    fn log_of(indexes: std::ops::RangeInclusive<u64>) -> Log<u64> {
        let start = Position { term: 1, index: indexes.start() - 1 };
        let mut log = Log::starting_at(if start.index == 0 { Position::default() } else { start });
        indexes.for_each(|index| log.push(entry(index, 1 + index / 100)));
        log
    }

    fn indexes(log: &Log<u64>) -> Vec<u64> {
        log.range(log.first_index(), u64::MAX).iter().map(|entry| entry.index).collect()
    }

    #[test]
    fn every_entry_is_found_by_its_index() {
        let log = log_of(1..=200);
        for index in 1..=200 {
            assert_eq!(log.get(index), Some(&entry(index, 1 + index / 100)));
        }
        assert_eq!((log.get(0), log.get(201)), (None, None));
        assert_eq!((log.term_at(0), log.term_at(150), log.term_at(201)), (Some(0), Some(2), None));
        assert_eq!(log.last(), Position { term: 3, index: 200 });
    }

    #[test]
    fn truncating_and_compacting_at_every_place_keeps_exactly_the_rest() {
        // Both ends of the log and all seams between chunks.
        for cut in 0..=200 {
            let mut log = log_of(1..=200);
            log.truncate_after(cut);
            assert_eq!(indexes(&log), (1..=cut).collect::<Vec<_>>());
            let mut log = log_of(1..=200);
            log.compact(cut);
            assert_eq!(indexes(&log), (cut + 1..=200).collect::<Vec<_>>());
            assert_eq!((log.first_index(), log.last().index), (cut + 1, 200));
            log.push(entry(201, 3));
            assert_eq!(log.last(), Position { term: 3, index: 201 });
        }
    }

    #[test]
    fn a_compacted_log_still_knows_the_term_of_its_starting_point() {
        let mut log = log_of(1..=150);
        log.compact(120);
        assert_eq!((log.term_at(119), log.term_at(120)), (None, Some(2)));
        log.truncate_after(3);
        assert_eq!(log.last(), Position { term: 2, index: 120 });
        log.compact(999);
        assert_eq!(log.start().index, 120);
    }

    #[test]
    fn a_range_is_bounded_by_its_count_and_by_the_log() {
        let log = log_of(1..=100);
        let picked: Vec<u64> = log.range(60, 10).iter().map(|entry| entry.index).collect();
        assert_eq!(picked, (60..70).collect::<Vec<_>>());
        assert_eq!(log.range(99, 10).len(), 2);
        assert!(log.range(101, 10).is_empty());
    }

    #[test]
    fn clones_do_not_see_each_others_changes() {
        let mut log = log_of(1..=100);
        let before = log.clone();
        log.push(entry(101, 2));
        log.truncate_after(50);
        log.compact(10);
        assert_eq!(indexes(&before), (1..=100).collect::<Vec<_>>());
        assert_eq!(indexes(&log), (11..=50).collect::<Vec<_>>());
    }
}
