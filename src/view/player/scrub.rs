//! The transport's data: scrubber, branches, times.

use crate::kernel::BranchId;
use crate::sorted;
use crate::view::files;
use crate::view::frame::{BranchInfo, Bucket, Busy, Transport};
use crate::view::text::clock;

use super::act::describe_input;
use super::{Goal, Mode, Player};

/// So many bars of the scrubber can be told apart.
const BUCKETS: usize = 96;

impl Player {
    pub(super) fn transport(&self) -> Transport {
        let world = self.world();
        let (clock, clock_rest) = clock(world.now());
        let hop = self.hop_number();
        Transport {
            playing: matches!(self.mode, Mode::Play | Mode::Hop),
            busy: self.busy(),
            clock,
            clock_rest,
            now: world.now(),
            position: world.position(),
            start: self.history.start_position(),
            end: self.history.end_position(),
            hop,
            hops: self.hops().len(),
            fraction: self.fraction(),
            at_head: self.history.at_head(),
            can_back: hop > 0 || world.position() > self.history.start_position(),
            can_undo: !self.undo.is_empty(),
            pace: self.pace,
            buckets: self.buckets(hop),
            inputs: self.inputs(),
            branches: self.branches(),
            skipped: self.skipped.map(|(span, _)| span.to_string()),
            at_rest: self.at_rest,
        }
    }

    fn busy(&self) -> Option<Busy> {
        let Mode::Run(run) = self.mode else { return None };
        let world = self.world();
        if let Goal::Op(client, op) = run.goal
            && let Some(transfer) = files::transfer(world, client, op)
        {
            let done = transfer.done as f64 / transfer.all.max(1) as f64;
            return Some(Busy { what: transfer.what, done: Some(done.clamp(0.0, 1.0)) });
        }
        let what = match run.goal {
            Goal::Hop => "Looking for the next step",
            Goal::OpEnd | Goal::Op(..) => "Running to the end of the operation",
            Goal::Idle => "Running until idle",
            Goal::Time(_) => "Running",
            Goal::Lesson => "Running to where the lesson goes on",
        };
        let whole = run.limit.since(run.from).0.max(1) as f64;
        let part = world.now().since(run.from).0 as f64 / whole;
        let done = matches!(run.goal, Goal::Time(_)).then_some(part.clamp(0.0, 1.0));
        Some(Busy { what: what.to_owned(), done })
    }

    /// Where on the scrubber the cursor is: hops behind it, and its way to the next one.
    fn fraction(&self) -> f64 {
        let (hop, hops) = (self.hop_number(), self.hops().len());
        if hops == 0 || hop >= hops {
            return if hops == 0 { 0.0 } else { 1.0 };
        }
        let way = match (self.hop(), self.hops().get(hop)) {
            (Some(last), Some(next)) => {
                let whole = next.at.since(last.at).0.max(1) as f64;
                (self.world().now().since(last.at).0 as f64 / whole).clamp(0.0, 1.0)
            }
            _ => 0.0,
        };
        (hop as f64 + way) / hops as f64
    }

    fn buckets(&self, here: usize) -> Vec<Bucket> {
        let hops = self.hops();
        let bars = hops.len().min(BUCKETS);
        let place = |n: usize| (n + 1) as f64 / bars as f64;
        let new = |n| Bucket { place: place(n), ..Bucket::default() };
        let mut buckets: Vec<Bucket> = (0..bars).map(new).collect();
        let mut events = vec![0_u64; bars];
        for (n, hop) in hops.iter().enumerate() {
            let bar = n * bars / hops.len();
            let (Some(bucket), Some(events)) = (buckets.get_mut(bar), events.get_mut(bar)) else {
                continue;
            };
            *events += hop.end.0 - hop.first.0;
            bucket.past = n < here;
            bucket.fault |= hop.fault;
            let Some(class) = hop.class else { continue };
            match bucket.counts.iter_mut().find(|(known, _)| *known == class) {
                Some((_, count)) => *count += 1,
                None => bucket.counts.push((class, 1)),
            }
        }
        let most = events.iter().copied().max().unwrap_or(0).max(1) as f64;
        for (bucket, events) in buckets.iter_mut().zip(events) {
            sorted::sort(&mut bucket.counts);
            // A root, so that what is small beside a storm is still seen.
            bucket.height = (events as f64 / most).sqrt();
        }
        buckets
    }

    fn inputs(&self) -> Vec<(f64, bool)> {
        let hops = self.hops();
        let all = hops.iter().enumerate().filter(|(_, hop)| hop.input || hop.fault);
        all.map(|(n, hop)| ((n + 1) as f64 / hops.len() as f64, hop.fault)).collect()
    }

    fn branches(&self) -> Vec<BranchInfo> {
        let branches = self.history.branches().iter().enumerate();
        branches
            .map(|(n, branch)| {
                let left = branch.parent.and_then(|(parent, position)| {
                    let first = branch.inputs.iter().find(|logged| logged.position >= position)?;
                    Some((parent, first))
                });
                BranchInfo {
                    id: BranchId(n),
                    name: name(n),
                    what: match &left {
                        Some((_, first)) => describe_input(&first.input),
                        None => "the first course of events".to_owned(),
                    },
                    from: left.map(|(parent, first)| (parent, first.at)),
                    end: if BranchId(n) == self.history.current() {
                        self.history.head().now()
                    } else {
                        branch.head().now()
                    },
                    current: BranchId(n) == self.history.current(),
                }
            })
            .collect()
    }
}

/// A branch's name: A to Z, then A2 …
fn name(n: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    match n / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}
