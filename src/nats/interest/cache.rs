//! What the interest index remembers of earlier answers.

use std::sync::Arc;

use super::Interested;
use crate::nats::Subject;

/// How many answers are remembered at most, when the slots are half full.
const MAX_ANSWERS: usize = 1024;

/// In how many slots, from its own one on, an answer may be.
const PROBES: usize = 4;

/// Remembered answers, in slots found by a hash of the subject. An answer that finds its slots taken
/// drives another one out. Whether an answer is remembered changes nothing but the time it takes.
#[derive(Debug)]
pub(super) struct Cache<T> {
    /// A power of two of them, or none. Grows with use.
    slots: Vec<Option<Entry<T>>>,
    /// How many answers of this generation there are.
    used: usize,
    /// Answers of earlier generations are outdated; counting is quicker than clearing.
    generation: u64,
}

#[derive(Debug)]
struct Entry<T> {
    generation: u64,
    subject: Subject,
    answer: Arc<Interested<T>>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), used: 0, generation: 0 }
    }
}

impl<T> Clone for Cache<T> {
    /// A clone starts with nothing remembered: cloning a world must be cheap.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> Cache<T> {
    /// The hash of a subject: FNV-1a, eight bytes at a time.
    pub(super) fn hash(subject: &str) -> usize {
        const PRIME: u64 = 0x0100_0000_01b3;
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut chunks = subject.as_bytes().chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
            hash = (hash ^ word).wrapping_mul(PRIME);
            hash ^= hash >> 32;
        }
        for &byte in chunks.remainder() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        }
        (hash ^ hash >> 32) as usize
    }

    /// The answer for a subject with this hash.
    pub(super) fn get(&self, hash: usize, subject: &str) -> Option<&Arc<Interested<T>>> {
        let mask = self.slots.len().checked_sub(1)?;
        probes(hash, mask)
            .filter_map(|slot| self.slots.get(slot)?.as_ref())
            .find(|entry| entry.generation == self.generation && *entry.subject == *subject)
            .map(|entry| &entry.answer)
    }

    /// Remembers an answer that [`get`](Self::get) does not know.
    pub(super) fn put(&mut self, hash: usize, subject: &Subject, answer: &Arc<Interested<T>>) {
        if self.used * 2 >= self.slots.len() && self.used < MAX_ANSWERS {
            self.grow();
        }
        let entry = Entry {
            generation: self.generation,
            subject: Arc::clone(subject),
            answer: Arc::clone(answer),
        };
        self.place(hash, entry);
    }

    /// Outdates all answers.
    pub(super) const fn clear(&mut self) {
        self.used = 0;
        self.generation += 1;
    }

    fn is_free(&self, slot: usize) -> bool {
        self.slots[slot].as_ref().is_none_or(|entry| entry.generation != self.generation)
    }

    fn place(&mut self, hash: usize, entry: Entry<T>) {
        let mask = self.slots.len() - 1;
        let slot = match probes(hash, mask).find(|&slot| self.is_free(slot)) {
            Some(slot) => {
                self.used += 1;
                slot
            }
            None => hash & mask,
        };
        self.slots[slot] = Some(entry);
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(16);
        let old = std::mem::take(&mut self.slots);
        self.slots.resize_with(len, || None);
        self.used = 0;
        for entry in old.into_iter().flatten() {
            if entry.generation == self.generation {
                self.place(Self::hash(&entry.subject), entry);
            }
        }
    }
}

/// The slots an answer may be in.
fn probes(hash: usize, mask: usize) -> impl Iterator<Item = usize> {
    (0..PROBES).map(move |n| hash.wrapping_add(n) & mask)
}
