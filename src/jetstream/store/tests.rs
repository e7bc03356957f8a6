//! The store against a model so simple that it can only be right, and against recorded values.

use proptest::prelude::*;

use super::*;
use crate::nats::Headers;
use crate::nats::api::PurgeRequest;
use crate::nats::subject::matches;

const SUBJECTS: &[&str] = &["a", "a.b", "a.c", "a.b.c", "b", "b.a"];
const PATTERNS: &[&str] =
    &["a", "a.b", "a.*", "a.>", "*", "*.*", ">", "*.b", "*.a.>", "b.*", "z", "a.*.c"];

fn message(seq: u64, subject: &str, ttl: Ttl) -> StoredMessage {
    let payload = format!("{seq}").into();
    StoredMessage { seq, at: Time(seq * 10), subject: subject.into(), headers: None, payload, ttl }
}

/// All messages ever stored, those that are gone as none; the first has sequence 1.
#[derive(Debug, Clone, Default)]
struct Model {
    slots: Vec<Option<(String, Ttl)>>,
    touched: bool,
}

impl Model {
    fn live(&self) -> impl DoubleEndedIterator<Item = (u64, &str)> {
        let live =
            |(i, slot): (usize, &'_ Option<(String, Ttl)>)| slot.as_ref().map(|_| i as u64 + 1);
        let seqs: Vec<u64> = self.slots.iter().enumerate().filter_map(live).collect();
        seqs.into_iter().map(|seq| (seq, self.slots[seq as usize - 1].as_ref().unwrap().0.as_str()))
    }

    fn remove(&mut self, seq: u64) -> bool {
        let slot = (seq as usize).checked_sub(1).and_then(|i| self.slots.get_mut(i));
        slot.is_some_and(|slot| slot.take().is_some())
    }

    /// The words of the reference, one after the other.
    fn purge(&mut self, PurgeRequest { seq, filter, keep }: &PurgeRequest) -> Vec<u64> {
        let last = self.slots.len() as u64;
        let all = filter.is_empty() || filter == ">";
        let fits = |subject: &str| all || matches(filter, subject);
        let mut doomed: Vec<u64> =
            self.live().filter(|(_, subject)| fits(subject)).map(|(seq, _)| seq).collect();
        if *seq > 0 {
            doomed.retain(|s| s < seq);
        } else if *keep > 0 {
            doomed.truncate(doomed.len().saturating_sub(*keep as usize));
        }
        for seq in &doomed {
            self.remove(*seq);
        }
        if all && *seq == 0 && *keep == 0 {
            self.touched = true;
        }
        if all && *seq > last + 1 {
            self.slots.resize(*seq as usize - 1, None);
        }
        doomed
    }
}

#[derive(Debug, Clone)]
enum Step {
    Store(usize, u8),
    Skip,
    Gap(u64),
    Remove(u64),
    Purge(u64, usize, u64),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..SUBJECTS.len(), 0..6u8).prop_map(|(s, t)| Step::Store(s, t)),
        1 => Just(Step::Skip),
        1 => (1..4u64).prop_map(Step::Gap),
        5 => (0..80u64).prop_map(Step::Remove),
        1 => (0..60u64, 0..=PATTERNS.len(), Just(0)).prop_map(|(s, p, k)| Step::Purge(s, p, k)),
        1 => (Just(0), 0..=PATTERNS.len(), 0..9u64).prop_map(|(s, p, k)| Step::Purge(s, p, k)),
        1 => Just(Step::Clear),
    ]
}

fn ttl(n: u8) -> Ttl {
    match n {
        0 => Ttl::Never,
        1 => Ttl::After(crate::kernel::Span(55)),
        _ => Ttl::Unset,
    }
}

fn run(store: &mut MessageStore, model: &mut Model, step: &Step) {
    let next = model.slots.len() as u64 + 1;
    match *step {
        Step::Store(subject, n) => {
            store.store(message(next, SUBJECTS[subject], ttl(n))).unwrap();
            model.slots.push(Some((SUBJECTS[subject].to_owned(), ttl(n))));
        }
        Step::Skip => {
            assert_eq!(store.skip(Time(next * 10)), next);
            model.slots.push(None);
        }
        Step::Gap(n) => {
            store.skip_to(next + n - 1);
            model.slots.resize((next + n - 1) as usize, None);
        }
        Step::Remove(seq) => assert_eq!(store.remove(seq).is_some(), model.remove(seq)),
        Step::Purge(seq, pattern, keep) => {
            let filter = PATTERNS.get(pattern).copied().unwrap_or_default().to_owned();
            let request = PurgeRequest { seq, filter, keep };
            let purged: Vec<u64> =
                store.purge(&request).iter().map(|message| message.seq).collect();
            assert_eq!(purged, model.purge(&request), "{request:?}");
        }
        Step::Clear => {
            store.clear();
            model.slots.iter_mut().for_each(|slot| *slot = None);
            model.touched = true;
        }
    }
}

fn check(store: &MessageStore, model: &Model, probe: u64) {
    let live: Vec<(u64, &str)> = model.live().collect();
    let last = model.slots.len() as u64;
    let untouched = last == 0 && !model.touched;
    let first = live.first().map_or(if untouched { 0 } else { last + 1 }, |(seq, _)| *seq);
    assert_eq!((store.first_seq(), store.last_seq()), (first, last));
    assert_eq!(store.len(), live.len() as u64);
    let bytes: usize = live.iter().map(|(seq, s)| s.len() + seq.to_string().len() + 16).sum();
    assert_eq!(store.bytes(), bytes as u64);
    let missing: Vec<u64> = match live.first() {
        Some((first, _)) => {
            (*first..=last).filter(|seq| model.slots[*seq as usize - 1].is_none()).collect()
        }
        None => vec![],
    };
    assert_eq!(store.num_deleted(), missing.len() as u64);
    assert_eq!(store.deleted(), missing);
    assert_eq!(store.get(probe).is_some(), live.iter().any(|(seq, _)| *seq == probe));
    let found = |message: Option<&Arc<StoredMessage>>| message.map(|m| m.seq);
    let since = live.iter().find(|(seq, _)| seq * 10 >= probe).map(|(seq, _)| *seq);
    assert_eq!(found(store.first_since(Time(probe))), since);
    let until = live.iter().rev().find(|(seq, _)| seq * 10 <= probe).map(|(seq, _)| *seq);
    assert_eq!(found(store.last_until(Time(probe))), until);
    for pattern in PATTERNS {
        let own: Vec<(u64, &str)> =
            live.iter().copied().filter(|(_, subject)| matches(pattern, subject)).collect();
        let last = own.last().map(|(seq, _)| *seq);
        if *pattern == ">" {
            assert_eq!(found(store.load_last(">")), last.filter(|seq| *seq == store.last_seq()));
        } else {
            assert_eq!(found(store.load_last(pattern)), last);
        }
        let next = own.iter().find(|(seq, _)| *seq >= probe).map(|(seq, _)| *seq);
        assert_eq!(found(store.next_matching(pattern, probe)), next, "{pattern} from {probe}");
        let pending = own.iter().filter(|(seq, _)| *seq >= probe).count();
        assert_eq!(store.pending(pattern, probe), pending as u64);
        let mut counts = std::collections::BTreeMap::new();
        let mut lasts = std::collections::BTreeMap::new();
        for (seq, subject) in &own {
            *counts.entry(*subject).or_insert(0u64) += 1;
            if *seq <= probe {
                lasts.insert(*subject, *seq);
            }
        }
        assert!(store.subjects(pattern).map(|(s, n)| (&**s, n)).eq(counts));
        assert!(store.last_per_subject(pattern, probe).map(|m| m.seq).eq(lasts.into_values()));
    }
    let ends: Vec<u64> = live
        .iter()
        .filter(|(seq, _)| matches!(&model.slots[*seq as usize - 1], Some((_, Ttl::After(_)))))
        .map(|(seq, _)| *seq)
        .collect();
    assert!(store.ttls().map(|(_, seq)| seq).eq(ends));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn it_does_what_a_list_of_messages_does(
        steps in prop::collection::vec((step(), 0..90u64), 1..120),
    ) {
        let mut store = MessageStore::new(Storage::Memory, 0);
        let mut model = Model::default();
        let mut kept = None;
        for (i, (step, probe)) in steps.iter().enumerate() {
            run(&mut store, &mut model, step);
            check(&store, &model, *probe);
            if i == 40 {
                kept = Some((store.clone(), model.clone()));
            }
        }
        if let Some((store, model)) = kept {
            check(&store, &model, 30);
        }
    }
}

fn abc() -> MessageStore {
    let mut store = MessageStore::new(Storage::File, 0);
    for seq in 1..=9 {
        store.store(message(seq, ["a", "b", "c"][(seq as usize - 1) % 3], Ttl::Unset));
    }
    store
}

/// As seen on the real server: nine messages on a, b, c, a, b, c, a, b, c.
#[test]
fn purges_leave_what_the_server_leaves() {
    for (seq, filter, keep, purged, first, last, deleted) in [
        (0, "", 0, 9, 10, 9, vec![]),
        (0, ">", 0, 9, 10, 9, vec![]),
        (4, "", 0, 3, 4, 9, vec![]),
        (1, "", 0, 0, 1, 9, vec![]),
        (1, "a", 0, 0, 1, 9, vec![]),
        (10, "", 0, 9, 10, 9, vec![]),
        (100, "", 0, 9, 100, 99, vec![]),
        (0, "", 2, 7, 8, 9, vec![]),
        (0, "", 20, 0, 1, 9, vec![]),
        (0, "a", 0, 3, 2, 9, vec![4, 7]),
        (5, "a", 0, 2, 2, 9, vec![4]),
        (0, "a", 1, 2, 2, 9, vec![4]),
        (0, "z", 0, 0, 1, 9, vec![]),
    ] {
        let mut store = abc();
        let request = PurgeRequest { seq, filter: filter.into(), keep };
        assert_eq!(store.purge(&request).len(), purged, "{request:?}");
        assert_eq!((store.first_seq(), store.last_seq()), (first, last), "{request:?}");
        assert_eq!(store.deleted(), deleted, "{request:?}");
        assert_eq!(store.last_at(), Some(Time(90)));
    }
}

#[test]
fn bytes_are_counted_as_the_server_counts_them() {
    // From `publish-limit-msgs-bytes`, `publish-max-msg-size` and `stream-account-info`.
    assert_eq!(message_size(Storage::File, 2, None, 100), 132);
    assert_eq!(message_size(Storage::Memory, 3, None, 100), 119);
    assert_eq!(message_size(Storage::File, 1, None, 100), 131);
    assert_eq!(message_size(Storage::Memory, 1, None, 50), 67);
    let kind = Headers::new([("Kind", "with headers")]);
    assert_eq!(message_size(Storage::File, 2, Some(kind.len()), 1), 69);
}

#[test]
fn a_crash_empties_memory_only() {
    let mut memory = MessageStore::new(Storage::Memory, 5);
    assert_eq!((memory.first_seq(), memory.last_seq()), (5, 4));
    memory.store(message(5, "a", Ttl::Unset));
    assert!(memory.store(message(5, "a", Ttl::Unset)).is_none());
    let after = memory.after_crash(5);
    assert_eq!((after.len(), after.first_seq(), after.last_seq()), (0, 5, 4));
    assert_eq!(abc().after_crash(0), abc());
}
