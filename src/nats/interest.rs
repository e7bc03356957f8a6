//! The interest index: who wants messages on a subject.
//!
//! A trie over tokens, and beside it a cache of answers for literal subjects, which is thrown away
//! whenever the interest changes. Members of a queue group are found by the group's name across all
//! patterns, as the real server does. Cloning shares everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Subject;
use super::subject::has_no_empty_token;

/// How many answers are remembered; then all are forgotten, which costs one more look each.
const CACHE_MAX: usize = 1024;

/// Who wants a message on some subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interested<T> {
    /// Each of these gets it.
    pub plain: Vec<T>,
    /// One member of each of these groups gets it.
    pub queues: Vec<(Subject, Vec<T>)>,
}

impl<T> Interested<T> {
    /// Whether nobody wants it.
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.queues.is_empty()
    }
}

#[derive(Debug, Clone)]
struct Node<T> {
    children: BTreeMap<Arc<str>, Node<T>>,
    plain: Vec<T>,
    queues: BTreeMap<Subject, Vec<T>>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { children: BTreeMap::new(), plain: Vec::new(), queues: BTreeMap::new() }
    }
}

/// The interest index. A value is whatever says who is interested; it may be in it several times.
#[derive(Debug, Clone)]
pub struct Interest<T> {
    root: Arc<Node<T>>,
    cache: Arc<BTreeMap<Subject, Arc<Interested<T>>>>,
}

impl<T> Default for Interest<T> {
    fn default() -> Self {
        Self { root: Arc::default(), cache: Arc::default() }
    }
}

impl<T: Clone + Ord> Interest<T> {
    /// Adds an interest.
    pub fn insert(&mut self, pattern: &str, queue: Option<&str>, value: T) {
        let mut node = Arc::make_mut(&mut self.root);
        for token in pattern.split('.') {
            node = node.children.entry(token.into()).or_default();
        }
        match queue {
            None => node.plain.push(value),
            Some(queue) => node.queues.entry(queue.into()).or_default().push(value),
        }
        self.cache = Arc::default();
    }

    /// Takes one such interest back. False if there is none.
    pub fn remove(&mut self, pattern: &str, queue: Option<&str>, value: &T) -> bool {
        let tokens: Vec<&str> = pattern.split('.').collect();
        let removed = remove_from(Arc::make_mut(&mut self.root), &tokens, queue, value);
        if removed {
            self.cache = Arc::default();
        }
        removed
    }

    /// Who wants a message on this subject.
    pub fn matches(&mut self, subject: &Subject) -> Arc<Interested<T>> {
        if let Some(answer) = self.cache.get(subject) {
            return Arc::clone(answer);
        }
        let answer = Arc::new(self.look_up(subject));
        let cache = Arc::make_mut(&mut self.cache);
        if cache.len() >= CACHE_MAX {
            cache.clear();
        }
        cache.insert(Arc::clone(subject), Arc::clone(&answer));
        answer
    }

    /// Who wants a message on this subject, without touching the cache.
    pub fn look_up(&self, subject: &str) -> Interested<T> {
        let mut plain = Vec::new();
        let mut queues: BTreeMap<Subject, Vec<T>> = BTreeMap::new();
        if has_no_empty_token(subject) {
            let tokens: Vec<&str> = subject.split('.').collect();
            collect(&self.root, &tokens, &mut |node: &Node<T>| {
                plain.extend(node.plain.iter().cloned());
                for (queue, members) in &node.queues {
                    queues.entry(Arc::clone(queue)).or_default().extend(members.iter().cloned());
                }
            });
        }
        plain.sort();
        let queues = queues
            .into_iter()
            .map(|(queue, mut members)| {
                members.sort();
                (queue, members)
            })
            .collect();
        Interested { plain, queues }
    }
}

fn collect<T>(node: &Node<T>, tokens: &[&str], found: &mut impl FnMut(&Node<T>)) {
    let Some((&token, rest)) = tokens.split_first() else { return found(node) };
    if let Some(all) = node.children.get(">") {
        found(all);
    }
    if let Some(any) = node.children.get("*") {
        collect(any, rest, found);
    }
    // A message on the literal subject `foo.*` must not meet the same node twice.
    if token != "*" && token != ">" {
        if let Some(child) = node.children.get(token) {
            collect(child, rest, found);
        }
    }
}

fn remove_from<T: Ord>(
    node: &mut Node<T>,
    tokens: &[&str],
    queue: Option<&str>,
    value: &T,
) -> bool {
    if let Some((&token, rest)) = tokens.split_first() {
        let Some(child) = node.children.get_mut(token) else { return false };
        let removed = remove_from(child, rest, queue, value);
        if removed && child.plain.is_empty() && child.queues.is_empty() && child.children.is_empty()
        {
            node.children.remove(token);
        }
        return removed;
    }
    let Some(queue) = queue else {
        return take(&mut node.plain, value);
    };
    let Some(members) = node.queues.get_mut(queue) else { return false };
    let removed = take(members, value);
    if members.is_empty() {
        node.queues.remove(queue);
    }
    removed
}

fn take<T: Ord>(values: &mut Vec<T>, value: &T) -> bool {
    match values.iter().position(|v| v == value) {
        Some(index) => {
            values.remove(index);
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nats::subject::matches;

    fn pattern() -> impl Strategy<Value = String> {
        prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("*")], 1..4).prop_flat_map(
            |tokens| {
                any::<bool>().prop_map(move |open| {
                    let mut all = tokens.clone();
                    if open {
                        all.push(">");
                    }
                    all.join(".")
                })
            },
        )
    }

    proptest! {
        #[test]
        fn it_finds_what_a_list_finds(
            entries in prop::collection::vec((pattern(), prop::option::of("[qr]"), 0..4u32), 0..12),
            removals in prop::collection::vec(0..12usize, 0..6),
            subjects in prop::collection::vec("[ab](\\.[ab]){0,3}", 1..6),
        ) {
            let mut index = Interest::default();
            let mut list = entries.clone();
            for (pattern, queue, value) in &entries {
                index.insert(pattern, queue.as_deref(), *value);
            }
            for n in removals {
                if n < list.len() {
                    let (pattern, queue, value) = list.remove(n);
                    prop_assert!(index.remove(&pattern, queue.as_deref(), &value));
                }
            }
            for subject in subjects {
                let mut plain: Vec<u32> = list
                    .iter()
                    .filter(|(p, q, _)| q.is_none() && matches(p, &subject))
                    .map(|(_, _, v)| *v)
                    .collect();
                plain.sort();
                let answer = index.matches(&subject.as_str().into());
                prop_assert_eq!(&answer.plain, &plain);
                for (queue, members) in &answer.queues {
                    let mut expected: Vec<u32> = list
                        .iter()
                        .filter(|(p, q, _)| q.as_deref() == Some(&**queue) && matches(p, &subject))
                        .map(|(_, _, v)| *v)
                        .collect();
                    expected.sort();
                    prop_assert_eq!(members, &expected);
                }
            }
        }
    }

    #[test]
    fn nothing_is_left_when_all_is_removed() {
        let mut index = Interest::default();
        index.insert("a.*", None, 1);
        index.insert("a.>", Some("q"), 2);
        assert_eq!(index.look_up("a.b").queues, [("q".into(), vec![2])]);
        assert!(index.remove("a.*", None, &1) && index.remove("a.>", Some("q"), &2));
        assert!(!index.remove("a.*", None, &1));
        assert!(index.root.children.is_empty());
        assert!(index.matches(&"a.b".into()).is_empty());
    }
}
