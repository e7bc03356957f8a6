//! History: an input log with keyframes, so that any moment can be visited again and left in
//! another direction.
//!
//! A *position* counts steps and inputs from the beginning. A [`Branch`] is one course of events:
//! its inputs, keyframes along the way, and the furthest state reached. Going somewhere clones the
//! nearest keyframe at or before it and steps forward from there. Acting before the end of a branch
//! makes a new one; the old stays.

use std::fmt::Debug;
use std::sync::Arc;

use super::Time;

/// Something whose whole course follows from its inputs.
pub trait Machine: Clone + Debug {
    /// What it can be told from outside.
    type Input: Clone + Debug;
    /// How many steps and inputs it has seen.
    fn position(&self) -> u64;
    /// Its virtual time.
    fn now(&self) -> Time;
    /// When its next step happens, if ever.
    fn next_at(&mut self) -> Option<Time>;
    /// Takes one step; false if there is nothing to do.
    fn step(&mut self) -> bool;
    /// Lets time pass up to `at`, but not beyond the next step.
    fn idle_until(&mut self, at: Time);
    /// Takes an input. It must advance the position by at least one.
    fn apply(&mut self, input: &Self::Input);
}

/// An input, and where in the course of events it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedInput<I> {
    /// The position before it.
    pub position: u64,
    /// The virtual time.
    pub at: Time,
    /// What was asked.
    pub input: I,
}

/// Which branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchId(pub usize);

/// One course of events.
#[derive(Debug, Clone)]
pub struct Branch<M: Machine> {
    /// The branch it left, and the position where it left it.
    pub parent: Option<(BranchId, u64)>,
    /// Its inputs from the very beginning, in order.
    pub inputs: Vec<LoggedInput<M::Input>>,
    keyframes: Vec<Arc<M>>,
    head: Arc<M>,
}

impl<M: Machine> Branch<M> {
    /// The furthest state reached.
    pub fn head(&self) -> &M {
        &self.head
    }
}

/// A machine with all its pasts.
#[derive(Debug, Clone)]
pub struct History<M: Machine> {
    branches: Vec<Branch<M>>,
    current: BranchId,
    cursor: M,
    /// Positions between keyframes: few enough that stepping from one to the next is not felt.
    interval: u64,
}

impl<M: Machine> History<M> {
    /// A history that begins with this machine and keeps a keyframe every `interval` positions.
    pub fn new(machine: M, interval: u64) -> Self {
        let start = Arc::new(machine.clone());
        Self {
            branches: vec![Branch {
                parent: None,
                inputs: Vec::new(),
                keyframes: vec![Arc::clone(&start)],
                head: start,
            }],
            current: BranchId(0),
            cursor: machine,
            interval: interval.max(1),
        }
    }

    /// The machine at the moment that is looked at.
    pub fn cursor(&self) -> &M {
        &self.cursor
    }

    /// The branch that is looked at.
    pub fn current(&self) -> BranchId {
        self.current
    }

    /// All branches, oldest first.
    pub fn branches(&self) -> &[Branch<M>] {
        &self.branches
    }

    /// The furthest state reached on this branch.
    pub fn head(&self) -> &M {
        if self.at_head() { &self.cursor } else { &self.branch().head }
    }

    /// Whether the cursor is at the end of its branch.
    pub fn at_head(&self) -> bool {
        self.cursor.position() >= self.branch().head.position()
    }

    /// The first position that can be visited.
    pub fn start_position(&self) -> u64 {
        self.branch().keyframes.first().map_or(0, |frame| frame.position())
    }

    /// The last position reached on this branch.
    pub fn end_position(&self) -> u64 {
        self.head().position()
    }

    /// When the next thing happens, an input of this branch or a step.
    pub fn next_at(&mut self) -> Option<Time> {
        let position = self.cursor.position();
        match self.input_at(position) {
            Some(logged) => Some(logged.at),
            None => self.cursor.next_at(),
        }
    }

    /// One position forward: along the known course, or into the new. False if nothing is to come.
    pub fn forward(&mut self) -> bool {
        let position = self.cursor.position();
        if let Some(logged) = self.input_at(position).cloned() {
            self.cursor.idle_until(logged.at);
            self.cursor.apply(&logged.input);
        } else if !self.cursor.step() {
            return false;
        }
        self.keep();
        true
    }

    /// Lets time pass up to `at`, but not beyond what happens next.
    pub fn idle_until(&mut self, at: Time) {
        let limit = self.next_at().unwrap_or(Time::MAX);
        self.cursor.idle_until(at.min(limit));
    }

    /// Goes to a position, at most to the end of the branch.
    pub fn seek(&mut self, position: u64) {
        let position = position.clamp(self.start_position(), self.end_position());
        self.save_head();
        if position < self.cursor.position()
            || self.keyframe(position).position() > self.cursor.position()
        {
            self.cursor = (*self.keyframe(position)).clone();
        }
        while self.cursor.position() < position && self.forward() {}
    }

    /// Goes to the last moment at or before `at`, at most to the end of the branch.
    pub fn seek_time(&mut self, at: Time) {
        self.save_head();
        if at < self.cursor.now() {
            let frames = &self.branch().keyframes;
            // Strictly before, since things of one time may straddle a keyframe.
            let index = frames.partition_point(|frame| frame.now() < at).saturating_sub(1);
            self.cursor = (*frames[index]).clone();
        }
        let end = self.end_position();
        while self.cursor.position() < end {
            match self.next_at() {
                Some(next) if next <= at => {
                    if !self.forward() {
                        break;
                    }
                }
                _ => break,
            }
        }
        self.idle_until(at);
    }

    /// Gives the machine an input at this moment. Before the end of the branch this makes a new
    /// branch, which becomes the current one; the old one is kept.
    pub fn act(&mut self, input: M::Input) -> BranchId {
        if !self.at_head() {
            self.fork();
        }
        let logged = LoggedInput { position: self.cursor.position(), at: self.cursor.now(), input };
        self.cursor.apply(&logged.input);
        let branch = &mut self.branches[self.current.0];
        branch.inputs.push(logged);
        self.keep();
        self.save_head();
        self.current
    }

    /// Looks at another branch, at the position of the cursor or at the branch's end if that comes
    /// first. False if there is no such branch.
    pub fn switch(&mut self, branch: BranchId) -> bool {
        if branch.0 >= self.branches.len() {
            return false;
        }
        self.save_head();
        let position = self.cursor.position();
        self.current = branch;
        self.cursor = (*self.keyframe(position)).clone();
        self.seek(position);
        true
    }

    /// Begins a new branch at the cursor, also at the end of the current one; it becomes the current
    /// one, the old one is kept.
    pub fn fork(&mut self) {
        self.save_head();
        let position = self.cursor.position();
        let old = self.branch();
        let branch = Branch {
            parent: Some((self.current, position)),
            inputs: old.inputs.iter().filter(|i| i.position < position).cloned().collect(),
            keyframes: old.keyframes.iter().filter(|k| k.position() <= position).cloned().collect(),
            head: Arc::new(self.cursor.clone()),
        };
        self.branches.push(branch);
        self.current = BranchId(self.branches.len() - 1);
    }

    fn branch(&self) -> &Branch<M> {
        &self.branches[self.current.0]
    }

    fn input_at(&self, position: u64) -> Option<&LoggedInput<M::Input>> {
        let inputs = &self.branch().inputs;
        let index = inputs.partition_point(|logged| logged.position < position);
        inputs.get(index).filter(|logged| logged.position == position)
    }

    /// The last keyframe at or before a position.
    fn keyframe(&self, position: u64) -> Arc<M> {
        let frames = &self.branch().keyframes;
        let index = frames.partition_point(|frame| frame.position() <= position);
        Arc::clone(&frames[index.saturating_sub(1)])
    }

    /// Keeps a keyframe if the last one is far enough behind.
    fn keep(&mut self) {
        let (position, interval) = (self.cursor.position(), self.interval);
        let branch = &mut self.branches[self.current.0];
        if branch.keyframes.last().is_none_or(|last| position >= last.position() + interval) {
            branch.keyframes.push(Arc::new(self.cursor.clone()));
        }
    }

    /// Remembers the furthest state before the cursor leaves it.
    fn save_head(&mut self) {
        let branch = &mut self.branches[self.current.0];
        if self.cursor.position() >= branch.head.position() {
            branch.head = Arc::new(self.cursor.clone());
        }
    }
}
