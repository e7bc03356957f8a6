//! Random histories of a pull consumer, held against a naive account of what must be.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Publish(bool),
    Pull {
        batch: i64,
        no_wait: bool,
    },
    /// Answers one of the deliveries so far.
    Answer(usize, &'static str),
    Wait(u64),
    Remove(u64),
    /// The server dies, and another, or the same again, goes on from the record.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let body = prop_oneof![
        6 => Just("+ACK"), 2 => Just("-NAK"), 1 => Just("-NAK 700ms"), 1 => Just("+WPI"),
        1 => Just("+TERM"),
    ];
    prop_oneof![
        6 => any::<bool>().prop_map(Step::Publish),
        3 => (-1..5i64, any::<bool>()).prop_map(|(batch, no_wait)| Step::Pull { batch, no_wait }),
        7 => (any::<usize>(), body).prop_map(|(which, body)| Step::Answer(which, body)),
        3 => (0..1_500u64).prop_map(Step::Wait),
        1 => (1..20u64).prop_map(Step::Remove),
        1 => Just(Step::Restart),
    ]
}

/// The naive account.
#[derive(Default)]
struct Account {
    max_deliver: u64,
    max_ack_pending: usize,
    /// Every delivery, as `dc.sseq.dseq`.
    deliveries: Vec<(u64, u64, u64)>,
    /// How often each message was delivered.
    times: BTreeMap<u64, u64>,
    /// Out, with the number of the first delivery.
    out: BTreeMap<u64, u64>,
    /// Acknowledged or terminated: never to come again.
    done: Vec<u64>,
    given_up: Vec<u64>,
    floor: (u64, u64),
    wanted: i64,
}

impl Account {
    /// Reads what came out.
    fn read(&mut self, bench: &mut Bench) {
        for output in std::mem::take(&mut bench.outputs) {
            match output {
                Output::Deliver { sseq, dseq, deliveries, .. } => {
                    self.delivered(sseq, dseq, deliveries);
                }
                Output::Advise(ConsumerAdvisory::MaxDeliver { sseq, deliveries }) => {
                    assert_eq!(
                        (deliveries, self.times[&sseq]),
                        (self.max_deliver, self.max_deliver)
                    );
                    assert!(self.out.remove(&sseq).is_some(), "{sseq} was given up twice");
                    self.given_up.push(sseq);
                }
                Output::Advise(ConsumerAdvisory::Terminated { sseq, .. }) => self.finish(sseq),
                _ => {}
            }
        }
    }

    fn delivered(&mut self, sseq: u64, dseq: u64, deliveries: u64) {
        let times = self.times.entry(sseq).or_default();
        *times += 1;
        assert_eq!(*times, deliveries, "{sseq} was delivered {times} times");
        assert!(self.max_deliver == 0 || deliveries <= self.max_deliver);
        assert!(!self.done.contains(&sseq), "{sseq} comes after its acknowledgement");
        assert!(!self.given_up.contains(&sseq), "{sseq} comes after it was given up");
        let last = self.deliveries.last().map_or(0, |(_, _, dseq)| *dseq);
        assert_eq!(dseq, last + 1);
        if deliveries == 1 {
            assert!(self.out.len() < self.max_ack_pending, "{sseq} came though too many are out");
            assert!(self.times.keys().all(|other| *other <= sseq), "{sseq} came out of order");
            self.out.insert(sseq, dseq);
        }
        self.deliveries.push((deliveries, sseq, dseq));
        self.wanted -= 1;
    }

    /// A message is done with: the floor follows, sequence by sequence.
    fn finish(&mut self, sseq: u64) {
        if !self.times.contains_key(&sseq) {
            return;
        }
        self.done.push(sseq);
        let Some(first) = self.out.remove(&sseq) else { return };
        let delivered = self.deliveries.last().map_or(0, |(_, _, dseq)| *dseq);
        let highest = self.times.keys().max().copied().unwrap_or(0);
        if self.out.is_empty() {
            self.floor = (delivered, highest);
        } else if first == self.floor.0 + 1 {
            self.floor = (first, sseq);
            for next in sseq + 1..=highest {
                if let Some(dseq) = self.out.get(&next) {
                    self.floor = (dseq - 1, next - 1);
                    break;
                }
            }
        }
    }

    fn check(&self, bench: &mut Bench) {
        let info = bench.info();
        let floor = (info.ack_floor.consumer_seq, info.ack_floor.stream_seq);
        assert_eq!(floor, self.floor);
        assert!(self.out.keys().all(|sseq| *sseq > floor.1), "the floor passed what is out");
        assert_eq!(info.num_ack_pending, self.out.len() as u64);
        let next = bench.consumer.next_sequence();
        let left = bench.store.iter_from(next).filter(|m| bench.consumer.matches(&m.subject));
        assert_eq!(info.num_pending, left.count() as u64);
        let pending: Vec<u64> = bench.consumer.pending().map(|pending| pending.sseq).collect();
        assert!(pending.iter().eq(self.out.keys()));
    }
}

fn bench(max_deliver: u64, max_ack_pending: usize, filtered: bool) -> (Bench, Account) {
    let filter = if filtered { r#","filter_subject":"s.a""# } else { "" };
    let limit = if max_deliver == 0 { -1 } else { max_deliver as i64 };
    let bench = Bench::new(&format!(
        r#"{{"durable_name":"C","ack_policy":"explicit","ack_wait":1000000000,
            "max_deliver":{limit},"max_ack_pending":{max_ack_pending}{filter}}}"#
    ));
    (bench, Account { max_deliver, max_ack_pending, ..Account::default() })
}

fn take_step(bench: &mut Bench, account: &mut Account, step: &Step) {
    match step {
        Step::Pull { batch, .. } => account.wanted += (*batch).max(1),
        Step::Restart => {
            bench.with(|consumer, cx| {
                consumer.unlead();
                consumer.lead(cx, false, true);
            });
        }
        _ => {}
    }
    if let Some((sseq, "+ACK")) = drive(bench, &account.deliveries, step) {
        account.finish(sseq);
    }
    account.read(bench);
    account.check(bench);
}

/// Goes on until nothing is left to do: whatever was stored and matches is acknowledged then, or
/// was given up, or was removed.
fn finish(bench: &mut Bench, account: &mut Account) {
    for _ in 0..200 {
        account.wanted += 20;
        take_step(bench, account, &Step::Pull { batch: 20, no_wait: true });
        let out: Vec<u64> = account.out.keys().copied().collect();
        for sseq in out {
            let at = account.deliveries.iter().rposition(|(_, other, _)| *other == sseq);
            if let Some(at) = at {
                take_step(bench, account, &Step::Answer(at, "+ACK"));
            }
        }
        take_step(bench, account, &Step::Wait(1_100));
    }
    assert!(account.out.is_empty());
    for message in bench.store.iter_from(0).filter(|m| bench.consumer.matches(&m.subject)) {
        let seq = message.seq;
        assert!(account.done.contains(&seq) || account.given_up.contains(&seq), "{seq} was lost");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_lost_and_nothing_comes_too_often(
        max_deliver in prop_oneof![Just(0u64), 1..4u64],
        max_ack_pending in 1..6usize,
        filtered in any::<bool>(),
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let (mut bench, mut account) = bench(max_deliver, max_ack_pending, filtered);
        bench.lead(false);
        for step in &steps {
            take_step(&mut bench, &mut account, step);
        }
        finish(&mut bench, &mut account);
    }

    #[test]
    fn replicas_agree_and_a_new_leader_delivers_exactly_what_is_out(
        steps in prop::collection::vec((step(), any::<bool>()), 0..60),
    ) {
        let (mut leader, _) = bench(0, 5, false);
        let mut follower = leader.clone();
        leader.lead(true);
        for (step, commits) in &steps {
            let delivered = deliveries(&leader);
            drive(&mut leader, &delivered, step);
            if *commits {
                replicate(&mut leader, &mut follower);
            }
        }
        replicate(&mut leader, &mut follower);
        prop_assert_eq!(&leader.consumer.record, &follower.consumer.record);
        let out: BTreeSet<u64> = follower.consumer.pending().map(|pending| pending.sseq).collect();
        let delivered = follower.consumer.delivered().sseq;
        follower.lead(true);
        replicate(&mut follower, &mut leader);
        follower.pull("in", r#"{"batch":100,"expires":5000000000}"#);
        let end = follower.now.0 / 1_000_000 + 1_050;
        follower.until(end);
        replicate(&mut follower, &mut leader);
        let again = deliveries(&follower).into_iter().map(|(_, sseq, _)| sseq);
        let again = again.filter(|sseq| *sseq <= delivered);
        prop_assert_eq!(again.collect::<BTreeSet<u64>>(), out);
    }
}

/// Takes a step, but for restarts. Gives the message that was answered, and how.
fn drive(
    bench: &mut Bench,
    deliveries: &[(u64, u64, u64)],
    step: &Step,
) -> Option<(u64, &'static str)> {
    match step {
        Step::Publish(a) => bench.publish(if *a { "s.a" } else { "s.b" }),
        Step::Pull { batch, no_wait } => {
            bench.pull("in", &format!(r#"{{"batch":{batch},"no_wait":{no_wait}}}"#));
        }
        Step::Answer(which, body) if !deliveries.is_empty() => {
            let (times, sseq, dseq) = deliveries[which % deliveries.len()];
            bench.ack(&format!("{times}.{sseq}.{dseq}"), body);
            return Some((sseq, body));
        }
        Step::Wait(millis) => {
            let now = bench.now.0 / 1_000_000;
            bench.until(now + millis);
        }
        Step::Remove(seq) => bench.remove(*seq),
        Step::Answer(..) | Step::Restart => {}
    }
    None
}

/// Everything that was delivered, as `(dc, sseq, dseq)`.
fn deliveries(bench: &Bench) -> Vec<(u64, u64, u64)> {
    let delivery = |output: &Output| match output {
        Output::Deliver { sseq, dseq, deliveries, .. } => Some((*deliveries, *sseq, *dseq)),
        _ => None,
    };
    bench.outputs.iter().filter_map(delivery).collect()
}

/// Commits what a leader proposed.
fn replicate(leader: &mut Bench, follower: &mut Bench) {
    follower.now = leader.now;
    follower.store = leader.store.clone();
    for command in leader.commit() {
        follower.with(|consumer, cx| consumer.apply(cx, &command));
    }
}
