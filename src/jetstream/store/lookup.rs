//! Finding messages: by sequence, subject, pattern and time.

use std::sync::Arc;

use super::{MessageStore, StoredMessage, SubjectEntry};
use crate::kernel::Time;
use crate::nats::Subject;
use crate::nats::subject::{is_literal, matches};

/// How many messages a search by pattern looks at one by one before it asks the subjects.
const SCAN: usize = 64;

impl MessageStore {
    /// The message of this sequence.
    pub fn get(&self, seq: u64) -> Option<&Arc<StoredMessage>> {
        self.messages.get(&seq)
    }

    /// The first message.
    pub fn first(&self) -> Option<&Arc<StoredMessage>> {
        self.messages.first().map(|(_, message)| message)
    }

    /// The last message that is still there.
    pub fn last(&self) -> Option<&Arc<StoredMessage>> {
        self.messages.last().map(|(_, message)| message)
    }

    /// All messages from this sequence on, in order.
    pub fn iter_from(&self, seq: u64) -> impl Iterator<Item = &Arc<StoredMessage>> + Clone {
        self.messages.iter_from(&seq).map(|(_, message)| message)
    }

    /// All messages up to this sequence, it included, newest first.
    pub fn iter_back_from(&self, seq: u64) -> impl Iterator<Item = &Arc<StoredMessage>> {
        self.messages.iter_back_from(&seq).map(|(_, message)| message)
    }

    /// The first message stored at this moment or later.
    pub fn first_since(&self, at: Time) -> Option<&Arc<StoredMessage>> {
        self.messages.search(|_, message| message.at < at).map(|(_, message)| message)
    }

    /// The last message stored at this moment or earlier.
    pub fn last_until(&self, at: Time) -> Option<&Arc<StoredMessage>> {
        match self.messages.search(|_, message| message.at <= at) {
            Some((seq, _)) => self.iter_back_from(seq.checked_sub(1)?).next(),
            None => self.last(),
        }
    }

    /// The first message on a literal subject.
    pub fn first_of(&self, subject: &str) -> Option<&Arc<StoredMessage>> {
        self.next_of(subject, 0)
    }

    /// The first message on a literal subject from this sequence on.
    pub fn next_of(&self, subject: &str, from: u64) -> Option<&Arc<StoredMessage>> {
        let seq = self.place_from(self.subjects.get(subject)?, from)?;
        self.get(seq)
    }

    /// The last message on a literal subject.
    pub fn last_of(&self, subject: &str) -> Option<&Arc<StoredMessage>> {
        let seq = self.place_until(self.subjects.get(subject)?, u64::MAX)?;
        self.get(seq)
    }

    /// How many messages there are on a literal subject.
    pub fn count_of(&self, subject: &str) -> u64 {
        self.subjects.get(subject).map_or(0, |entry| entry.count)
    }

    /// The last message that matches a pattern, as the server looks for it: for `>` it looks at the
    /// last sequence only, and finds nothing if that was deleted.
    pub fn load_last(&self, pattern: &str) -> Option<&Arc<StoredMessage>> {
        if pattern == ">" {
            return self.get(self.last_seq);
        }
        let ends = self.matching(pattern).filter_map(|(_, e)| self.place_until(e, u64::MAX));
        self.get(ends.max()?)
    }

    /// The first message from this sequence on that matches a pattern.
    pub fn next_matching(&self, pattern: &str, from: u64) -> Option<&Arc<StoredMessage>> {
        if pattern == ">" {
            return self.iter_from(from).next();
        }
        if is_literal(pattern) {
            return self.next_of(pattern, from);
        }
        let mut near = self.iter_from(from).take(SCAN);
        if let Some(found) = near.find(|message| matches(pattern, &message.subject)) {
            return Some(found);
        }
        let starts = self.matching(pattern).filter_map(|(_, entry)| self.place_from(entry, from));
        self.get(starts.min()?)
    }

    /// The first message from this sequence on that matches one of several patterns; no patterns
    /// match everything.
    pub fn next_of_any(&self, patterns: &[Subject], from: u64) -> Option<&Arc<StoredMessage>> {
        match patterns {
            [] => self.iter_from(from).next(),
            patterns => patterns
                .iter()
                .filter_map(|pattern| self.next_matching(pattern, from))
                .min_by_key(|message| message.seq),
        }
    }

    /// How many messages from this sequence on match a pattern.
    pub fn pending(&self, pattern: &str, from: u64) -> u64 {
        if pattern == ">" {
            return (self.messages.len() - self.messages.rank(&from)) as u64;
        }
        let all = from <= self.first_seq();
        let left = |entry: &SubjectEntry| {
            if all {
                return entry.count;
            }
            let before = self.places.rank(&(entry.number, from));
            let end = self.places.rank(&(entry.number + 1, 0));
            (end - before) as u64
        };
        self.matching(pattern).map(|(_, entry)| left(entry)).sum()
    }

    /// How many messages from this sequence on match one of several patterns that do not overlap;
    /// no patterns match everything.
    pub fn pending_of_any(&self, patterns: &[Subject], from: u64) -> u64 {
        match patterns {
            [] => self.pending(">", from),
            patterns => patterns.iter().map(|pattern| self.pending(pattern, from)).sum(),
        }
    }

    /// The subjects that match a pattern with the number of their messages, sorted.
    pub fn subjects<'a>(&'a self, pattern: &'a str) -> impl Iterator<Item = (&'a Subject, u64)> {
        self.matching(pattern).map(|(subject, entry)| (subject, entry.count))
    }

    /// The last message of every subject that matches a pattern, not counting what was stored after
    /// sequence `up_to`; sorted by subject.
    pub fn last_per_subject<'a>(
        &'a self,
        pattern: &'a str,
        up_to: u64,
    ) -> impl Iterator<Item = &'a Arc<StoredMessage>> {
        self.matching(pattern)
            .filter_map(move |(_, entry)| self.place_until(entry, up_to))
            .filter_map(|seq| self.get(seq))
    }

    /// The sequences missing between the first message and the last sequence.
    pub fn deleted(&self) -> Vec<u64> {
        let mut missing = Vec::new();
        let mut next = self.first_seq();
        for (seq, _) in self.messages.iter() {
            missing.extend(next..*seq);
            next = seq + 1;
        }
        if !self.is_empty() {
            missing.extend(next..=self.last_seq);
        }
        missing
    }

    /// The messages whose own time to live ends first, with when that is.
    pub fn ttls(&self) -> impl Iterator<Item = (Time, u64)> {
        self.ttls.iter().map(|(place, ())| *place)
    }

    /// The subjects that match a pattern. Only those that begin like it are looked at.
    pub(super) fn matching<'a>(
        &'a self,
        pattern: &'a str,
    ) -> impl Iterator<Item = (&'a Subject, &'a SubjectEntry)> {
        let prefix = literal_prefix(pattern);
        let most = if is_literal(pattern) { 1 } else { usize::MAX };
        self.subjects
            .iter_from(prefix)
            .take(most)
            .take_while(move |(subject, _)| subject.starts_with(prefix))
            .filter(move |(subject, _)| matches(pattern, subject))
    }

    fn place_from(&self, entry: &SubjectEntry, from: u64) -> Option<u64> {
        let ((number, seq), ()) = self.places.iter_from(&(entry.number, from)).next()?;
        (*number == entry.number).then_some(*seq)
    }

    fn place_until(&self, entry: &SubjectEntry, until: u64) -> Option<u64> {
        let ((number, seq), ()) = self.places.iter_back_from(&(entry.number, until)).next()?;
        (*number == entry.number).then_some(*seq)
    }
}

/// What every subject that matches begins with.
fn literal_prefix(pattern: &str) -> &str {
    let mut end = 0;
    for token in pattern.split('.') {
        if token == "*" || token == ">" {
            return pattern.get(..end).unwrap_or_default();
        }
        end += token.len() + 1;
    }
    pattern
}
