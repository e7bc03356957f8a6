//! Copies of a replicated stream are the same after the same commands, whenever each applies them.

use proptest::prelude::*;

use super::*;
use crate::nats::api::{Discard, PurgeRequest};

const SUBJECTS: &[&str] = &["a", "a.b", "b", "c"];

#[derive(Debug, Clone)]
enum Step {
    Publish(usize, usize),
    Staged(usize, bool),
    Delete(u64),
    Purge(u64, u64, usize),
    Unneeded(Vec<u64>),
    /// Apply so many entries on this copy.
    Apply(usize, usize),
    /// A copy takes the state of another one.
    Install(usize),
    Wait(u64),
}

const HEADERS: &[&[(&str, &str)]] = &[
    &[],
    &[("Nats-TTL", "1s")],
    &[("Nats-TTL", "never")],
    &[("Nats-Rollup", "sub")],
    &[("Nats-Rollup", "all")],
    &[("Nats-Msg-Id", "one")],
    &[("Nats-Msg-Id", "two"), ("Nats-Expected-Last-Subject-Sequence", "3")],
    &[("Nats-Expected-Last-Sequence", "5")],
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..SUBJECTS.len(), 0..HEADERS.len()).prop_map(|(s, h)| Step::Publish(s, h)),
        2 => (0..SUBJECTS.len(), any::<bool>()).prop_map(|(s, last)| Step::Staged(s, last)),
        1 => (0..30u64).prop_map(Step::Delete),
        1 => (0..30u64, 0..3u64, 0..=SUBJECTS.len()).prop_map(|(s, k, f)| Step::Purge(s, k, f)),
        1 => prop::collection::vec(0..30u64, 0..4).prop_map(Step::Unneeded),
        6 => (0..3usize, 0..6usize).prop_map(|(copy, n)| Step::Apply(copy, n)),
        1 => (1..3usize).prop_map(Step::Install),
        1 => (0..1_500u64).prop_map(Step::Wait),
    ]
}

/// A leader, number 0, and two followers.
struct Group {
    copies: Vec<(Stream, usize)>,
    leader: Leader,
    log: Vec<StreamCommand>,
    now: Time,
    staged: u64,
}

impl Group {
    fn new(config: StreamConfig) -> Self {
        let stream = Stream::new(Arc::new(config), Time::ZERO);
        Self {
            copies: vec![(stream.clone(), 0), (stream.clone(), 0), (stream, 0)],
            leader: Leader::default(),
            log: Vec::new(),
            now: Time(1_000),
            staged: 0,
        }
    }

    fn propose(&mut self, command: StreamCommand) {
        self.leader.proposed(&self.copies[0].0, &command);
        self.log.push(command);
    }

    fn publish(&mut self, message: &Message) {
        self.now += Span(1);
        let arrival = Arrival { now: self.now, replicated: true, domain: None, wanted: &|_| true };
        let rng = &mut crate::kernel::Rng::new(1);
        if let Taken::Command(command) =
            self.copies[0].0.take(&mut self.leader, message, arrival, rng)
        {
            self.propose(command);
        }
    }

    fn apply(&mut self, copy: usize, entries: usize) {
        for _ in 0..entries {
            let (stream, applied) = &mut self.copies[copy];
            let Some(command) = self.log.get(*applied) else { return };
            let result = stream.apply(command);
            *applied += 1;
            if copy == 0 {
                self.leader.applied(&self.copies[0].0, command);
            }
            assert!(!matches!(result, Applied::Refused(_)), "{result:?}");
        }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Publish(subject, headers) => {
                self.publish(&message(SUBJECTS[*subject], HEADERS[*headers], "x"));
            }
            Step::Staged(subject, last) => {
                self.staged += 1;
                let number = self.staged.to_string();
                let commit = [("Nats-Batch-Commit", "1")];
                let own = [("Nats-Batch-Id", "b"), ("Nats-Batch-Sequence", &*number)];
                let headers: Vec<_> =
                    own.iter().chain(commit.iter().filter(|_| *last)).copied().collect();
                if *last {
                    self.staged = 0;
                }
                self.publish(&message(SUBJECTS[*subject], &headers, "b"));
            }
            Step::Delete(seq) => self.propose(StreamCommand::Delete { seq: *seq }),
            Step::Purge(seq, keep, filter) => {
                let filter = SUBJECTS.get(*filter).copied().unwrap_or_default().to_owned();
                let (seq, keep) = if *seq > 0 { (*seq, 0) } else { (0, *keep) };
                self.propose(StreamCommand::Purge(PurgeRequest { seq, filter, keep }));
            }
            Step::Unneeded(seqs) => self.propose(StreamCommand::Unneeded { seqs: seqs.clone() }),
            Step::Apply(copy, entries) => self.apply(*copy, *entries),
            Step::Install(copy) => {
                let (state, applied) = self.copies[0].clone();
                if self.copies[*copy].1 < applied {
                    self.copies[*copy] = (state, applied);
                }
            }
            Step::Wait(millis) => {
                self.now += Span::millis(*millis);
                let due = self.copies[0].0.due(self.now, true, &|_| true);
                assert!(due.gone.is_empty(), "with markers the leader only proposes");
                for command in due.commands {
                    self.propose(command);
                }
                // What was proposed is not proposed again before it is applied.
                self.apply(0, usize::MAX);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn copies_are_the_same(
        steps in prop::collection::vec(step(), 1..80),
        max_msgs in prop::option::of(1..8i64),
        per_subject in prop::option::of(1..4i64),
        markers in any::<bool>(),
        new in any::<bool>(),
    ) {
        let mut group = Group::new(config(|config| {
            config.num_replicas = 3;
            config.subjects = vec!["a".to_owned(), "a.*".to_owned(), "b".to_owned(), "c".to_owned()];
            config.no_ack = false;
            config.allow_atomic = true;
            config.allow_msg_ttl = true;
            config.allow_rollup_hdrs = true;
            config.max_msgs = max_msgs.unwrap_or(-1);
            config.max_msgs_per_subject = per_subject.unwrap_or(-1);
            config.subject_delete_marker_ttl = 2_000_000_000;
            config.max_age = if markers { 1_000_000_000 } else { 0 };
            config.discard = if new { Discard::New } else { Discard::Old };
        }));
        for step in &steps {
            group.run(step);
            let messages = group.leader.inflight.messages;
            let waiting = group.log[group.copies[0].1..].iter().map(|command| match command {
                StreamCommand::Publish(_) => 1,
                StreamCommand::Batch(batch) => batch.messages.len() as u64,
                _ => 0,
            });
            prop_assert_eq!(messages, waiting.sum::<u64>());
        }
        for copy in 0..3 {
            group.apply(copy, usize::MAX);
        }
        let [(leader, _), (one, _), (two, _)] = &group.copies[..] else { unreachable!() };
        prop_assert_eq!(leader.store(), one.store());
        prop_assert_eq!(leader.store(), two.store());
        prop_assert_eq!(&leader.dedupe, &one.dedupe);
        prop_assert_eq!(&leader.last_msg_id, &two.last_msg_id);
    }
}
