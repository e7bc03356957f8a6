//! The trie of the interest index: one node per pattern, one edge per token.

use crate::sorted::Map;
use std::sync::Arc;

use crate::nats::Subject;
use crate::nats::subject::next_token;

#[derive(Debug, Clone)]
pub(super) struct Node<T> {
    /// Keys are shared between clones, so that copying a node allocates little.
    literal: Map<Arc<str>, Arc<Self>>,
    /// `*`
    any: Option<Arc<Self>>,
    /// `>`
    rest: Option<Arc<Self>>,
    pub(super) plain: Vec<T>,
    pub(super) queues: Map<Subject, Vec<T>>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { literal: Map::new(), any: None, rest: None, plain: Vec::new(), queues: Map::new() }
    }
}

impl<T: Clone + Ord> Node<T> {
    pub(super) fn child(&self, token: &str) -> Option<&Arc<Self>> {
        match token {
            "*" => self.any.as_ref(),
            ">" => self.rest.as_ref(),
            _ => self.literal.get(token),
        }
    }

    pub(super) fn child_mut(&mut self, token: &str) -> &mut Self {
        let child = match token {
            "*" => self.any.get_or_insert_default(),
            ">" => self.rest.get_or_insert_default(),
            _ => self.literal.entry(token.into()).or_default(),
        };
        Arc::make_mut(child)
    }

    fn is_empty(&self) -> bool {
        self.plain.is_empty()
            && self.queues.is_empty()
            && self.literal.is_empty()
            && self.any.is_none()
            && self.rest.is_none()
    }

    /// Calls `found` with every node whose pattern takes in the subject, until it returns true.
    pub(super) fn visit<'a>(
        &'a self,
        subject: Option<&str>,
        found: &mut impl FnMut(&'a Self) -> bool,
    ) -> bool {
        let Some(subject) = subject else {
            return !(self.plain.is_empty() && self.queues.is_empty()) && found(self);
        };
        let (token, rest) = next_token(subject);
        self.rest.as_ref().is_some_and(|child| found(child))
            || self.any.as_ref().is_some_and(|child| child.visit(rest, found))
            || self.literal.get(token).is_some_and(|child| child.visit(rest, found))
    }

    /// Takes out an interest that is there, and the nodes it leaves empty.
    pub(super) fn remove(&mut self, pattern: Option<&str>, queue: Option<&str>, value: &T) {
        let Some(pattern) = pattern else {
            let values = match queue {
                None => &mut self.plain,
                Some(queue) => self.queues.entry(queue.into()).or_default(),
            };
            if let Ok(at) = values.binary_search(value) {
                values.remove(at);
            }
            if let Some(queue) = queue.filter(|_| values.is_empty()) {
                self.queues.remove(queue);
            }
            return;
        };
        let (token, rest) = next_token(pattern);
        let child = self.child_mut(token);
        child.remove(rest, queue, value);
        if child.is_empty() {
            match token {
                "*" => self.any = None,
                ">" => self.rest = None,
                _ => drop(self.literal.remove(token)),
            }
        }
    }

    /// Collects all interests at and below this node, whose pattern is `path`.
    pub(super) fn entries<'a>(
        &'a self,
        path: &mut String,
        entries: &mut Vec<(Subject, Option<&'a Subject>, &'a T)>,
    ) {
        if !(self.plain.is_empty() && self.queues.is_empty()) {
            let pattern = Subject::from(path.as_str());
            let plain = self.plain.iter().map(|value| (Arc::clone(&pattern), None, value));
            entries.extend(plain);
            for (queue, members) in &self.queues {
                let members =
                    members.iter().map(|value| (Arc::clone(&pattern), Some(queue), value));
                entries.extend(members);
            }
        }
        let wild = [("*", self.any.as_ref()), (">", self.rest.as_ref())];
        let wild = wild.into_iter().filter_map(|(token, child)| Some((token, child?)));
        let literal = self.literal.iter().map(|(token, child)| (&**token, child));
        for (token, child) in wild.chain(literal) {
            let len = path.len();
            if len > 0 {
                path.push('.');
            }
            path.push_str(token);
            child.entries(path, entries);
            path.truncate(len);
        }
    }
}
