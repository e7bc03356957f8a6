//! The interest index: who wants messages on a subject.
//!
//! A trie over the tokens of the patterns, and a cache of answers beside it, because the same few
//! subjects are published to again and again. Members of a queue group are found by the group's name
//! across all patterns, as in the real server.
//!
//! Clones share everything: a change copies only the nodes on its own way through the trie.

mod cache;
mod node;

use crate::sorted;
use crate::sorted::Map;
use std::sync::Arc;

use self::cache::Cache;
use self::node::Node;
use super::Subject;
use super::subject::{has_empty_token, is_valid_pattern, tokens};

/// Who wants a message on some subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interested<T> {
    /// Each of these gets it. Sorted; a value stands here once per subscription.
    pub plain: Vec<T>,
    /// One member of each of these groups gets it. Sorted by name, members sorted.
    pub queues: Vec<(Subject, Vec<T>)>,
}

impl<T> Interested<T> {
    /// Whether nobody wants it.
    pub const fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.queues.is_empty()
    }
}

/// The interest index. A value is whatever says who is interested; it may be in it several times.
#[derive(Debug, Clone)]
pub struct Interest<T> {
    root: Arc<Node<T>>,
    len: usize,
    cache: Cache<T>,
}

impl<T> Default for Interest<T> {
    fn default() -> Self {
        Self { root: Arc::default(), len: 0, cache: Cache::default() }
    }
}

impl<T: Clone + Ord> Interest<T> {
    /// Adds an interest. Returns false and does nothing if the pattern is not a valid one.
    pub fn insert(&mut self, pattern: &str, queue: Option<&str>, value: T) -> bool {
        if !is_valid_pattern(pattern) {
            return false;
        }
        let mut node = Arc::make_mut(&mut self.root);
        for token in tokens(pattern) {
            node = node.child_mut(token);
        }
        let values = match queue {
            None => &mut node.plain,
            Some(queue) => node.queues.entry(queue.into()).or_default(),
        };
        let at = values.partition_point(|other| *other <= value);
        values.insert(at, value);
        self.len += 1;
        self.cache.clear();
        true
    }

    /// Takes one such interest back. False if there is none.
    pub fn remove(&mut self, pattern: &str, queue: Option<&str>, value: &T) -> bool {
        // Looking first keeps a clone's trie shared when there is nothing to take away.
        if !self.contains(pattern, queue, value) {
            return false;
        }
        Arc::make_mut(&mut self.root).remove(Some(pattern), queue, value);
        self.len -= 1;
        self.cache.clear();
        true
    }

    /// Of a value that was in the index so many times for this interest, it is there as often as `after`
    /// says from now on.
    pub fn change(
        &mut self,
        pattern: &str,
        queue: Option<&str>,
        value: &T,
        before: u32,
        after: u32,
    ) {
        for _ in before..after {
            self.insert(pattern, queue, value.clone());
        }
        for _ in after..before {
            self.remove(pattern, queue, value);
        }
    }

    /// Whether this very interest is in the index.
    pub fn contains(&self, pattern: &str, queue: Option<&str>, value: &T) -> bool {
        let mut node = &self.root;
        for token in tokens(pattern) {
            let Some(child) = node.child(token) else { return false };
            node = child;
        }
        let values = match queue {
            None => Some(&node.plain),
            Some(queue) => node.queues.get(queue),
        };
        values.is_some_and(|values| values.binary_search(value).is_ok())
    }

    /// Who wants a message on this subject, which is taken literally. An answer given before is
    /// remembered until the interest changes.
    pub fn matches(&mut self, subject: &Subject) -> Arc<Interested<T>> {
        let hash = Cache::<T>::hash(subject);
        if let Some(answer) = self.cache.get(hash, subject) {
            return Arc::clone(answer);
        }
        let answer = Arc::new(self.look_up(subject));
        self.cache.put(hash, subject, &answer);
        answer
    }

    /// Who wants a message on this subject, without touching what is remembered.
    pub fn look_up(&self, subject: &str) -> Interested<T> {
        let mut plain = Vec::new();
        let mut queues: Map<&Subject, Vec<T>> = Map::new();
        if !has_empty_token(subject) {
            self.root.visit(Some(subject), &mut |node| {
                plain.extend_from_slice(&node.plain);
                for (queue, members) in &node.queues {
                    queues.entry(queue).or_default().extend_from_slice(members);
                }
                false
            });
        }
        sorted::sort(&mut plain);
        let mut queues: Vec<_> =
            queues.into_iter().map(|(queue, members)| (Arc::clone(queue), members)).collect();
        queues.iter_mut().for_each(|(_, members)| sorted::sort(members));
        Interested { plain, queues }
    }

    /// Whether anybody wants a message on this subject.
    pub fn has_interest(&self, subject: &str) -> bool {
        !has_empty_token(subject) && self.root.visit(Some(subject), &mut |_| true)
    }

    /// Whether anybody has subscribed to exactly this pattern: as a member of this queue group, or
    /// plainly.
    pub fn has_exactly(&self, pattern: &str, queue: Option<&str>) -> bool {
        let mut node = &self.root;
        for token in tokens(pattern) {
            let Some(child) = node.child(token) else { return false };
            node = child;
        }
        match queue {
            None => !node.plain.is_empty(),
            Some(queue) => node.queues.contains_key(queue),
        }
    }

    /// All interests as pattern, queue group and value, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (Subject, Option<&Subject>, &T)> {
        let mut entries = Vec::with_capacity(self.len);
        self.root.entries(&mut String::new(), &mut entries);
        entries.into_iter()
    }

    /// How many interests there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no interest at all.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests;
