//! Pull requests that wait for messages.

use std::collections::VecDeque;

use crate::kernel::Time;
use crate::nats::Subject;
use crate::nats::api::PriorityRequest;

/// A pull request that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) reply: Subject,
    /// How many more messages.
    pub(super) batch: i64,
    /// How many it got.
    pub(super) delivered: u64,
    /// How many more bytes; 0 is no limit.
    pub(super) bytes: i64,
    pub(super) since: Time,
    pub(super) expires: Option<Time>,
    pub(super) no_wait: bool,
    /// How many nanoseconds it may hear nothing; 0 is any.
    pub(super) heartbeat: i64,
    pub(super) heartbeat_at: Option<Time>,
    /// What it said about priority, if it could.
    pub(super) priority: Option<PriorityRequest>,
}

impl Waiting {
    /// Its class under the policy `prioritized`; those that could not say come last.
    fn class(&self) -> i64 {
        self.priority.as_ref().map_or(i64::MAX, |priority| priority.priority)
    }
}

/// The pull requests that wait, next first.
#[derive(Debug, Clone, Default)]
pub(super) struct WaitQueue {
    requests: VecDeque<Waiting>,
    max: usize,
}

impl WaitQueue {
    pub(super) fn new(max: i64) -> Self {
        Self { requests: VecDeque::new(), max: usize::try_from(max).unwrap_or(0) }
    }

    pub(super) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.requests.len() >= self.max
    }

    pub(super) fn head(&mut self) -> Option<&mut Waiting> {
        self.requests.front_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.requests.iter()
    }

    /// Adds a request: at the end, or, if classes count, at the end of its class.
    pub(super) fn add(&mut self, request: Waiting, classes: bool) {
        let place = if classes {
            let class = request.class();
            self.requests.iter().position(|other| other.class() > class)
        } else {
            None
        };
        match place {
            Some(place) => self.requests.insert(place, request),
            None => self.requests.push_back(request),
        }
    }

    pub(super) fn pop(&mut self) -> Option<Waiting> {
        self.requests.pop_front()
    }

    /// Moves the head to the end.
    pub(super) fn rotate(&mut self) {
        if let Some(head) = self.requests.pop_front() {
            self.requests.push_back(head);
        }
    }

    pub(super) fn find(&mut self, reply: &str) -> Option<&mut Waiting> {
        self.requests.iter_mut().find(|request| &*request.reply == reply)
    }

    /// Looks at all requests in order and drops those for which `keep` says so.
    pub(super) fn retain(&mut self, keep: impl FnMut(&mut Waiting) -> bool) {
        self.requests.retain_mut(keep);
    }
}
