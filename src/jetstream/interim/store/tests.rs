//! The store against a model that keeps a plain list.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Op {
    Append(String),
    Remove(u64),
    Purge(Purge),
}

fn op() -> impl Strategy<Value = Op> {
    let filter = prop_oneof![Just("a"), Just("b"), Just("*"), Just(">"), Just("c.d")];
    prop_oneof![
        4 => prop_oneof![Just("a"), Just("b"), Just("c.d")].prop_map(|s: &str| Op::Append(s.into())),
        2 => (0..30u64).prop_map(Op::Remove),
        1 => (
            prop::option::of(filter.prop_map(str::to_owned)),
            prop::option::of(0..40u64),
            prop::option::of(0..6u64),
        )
            .prop_map(|(filter, below, keep)| Op::Purge(Purge { filter, below, keep })),
    ]
}

/// The same, as simply as can be.
#[derive(Debug, Default)]
struct Model {
    messages: Vec<(u64, String)>,
    last_seq: u64,
    empty_first: u64,
}

impl Model {
    fn first_seq(&self) -> u64 {
        self.messages.first().map_or(self.empty_first, |(seq, _)| *seq)
    }

    fn apply(&mut self, op: &Op) {
        match op {
            Op::Append(subject) => {
                self.last_seq += 1;
                self.messages.push((self.last_seq, subject.clone()));
            }
            Op::Remove(seq) => self.messages.retain(|(s, _)| s != seq),
            Op::Purge(purge) => {
                let all = purge.filter.as_deref().is_none_or(|f| f == ">" || f.is_empty());
                let hit = |s: &str| all || matches(purge.filter.as_deref().unwrap_or(">"), s);
                let matching = self.messages.iter().filter(|(_, s)| hit(s)).count() as u64;
                let mut left = matching.saturating_sub(purge.keep.unwrap_or(0));
                self.messages.retain(|(seq, s)| match purge.below {
                    Some(below) => !hit(s) || *seq >= below,
                    None if hit(s) && left > 0 => {
                        left -= 1;
                        false
                    }
                    None => true,
                });
                if let Some(below) = purge.below.filter(|&below| all && below > self.last_seq + 1) {
                    self.last_seq = below - 1;
                }
            }
        }
        if self.last_seq > 0 {
            self.empty_first = self.last_seq + 1;
        }
    }
}

proptest! {
    #[test]
    fn the_store_is_what_a_plain_list_is(ops in prop::collection::vec(op(), 0..60)) {
        let mut store = MessageStore::new(Storage::Memory, 0);
        let mut model = Model::default();
        for op in &ops {
            let before = store.clone();
            match op {
                Op::Append(subject) => {
                    store.append(&Message::new(subject.as_str(), "x"), Time(store.last_seq()));
                }
                Op::Remove(seq) => {
                    store.remove(*seq);
                }
                Op::Purge(purge) => {
                    store.purge(purge);
                }
            }
            // A clone lives its own life.
            prop_assert_eq!(before.messages(), model.messages.len() as u64);
            model.apply(op);
            let seqs: Vec<u64> = store.iter().map(|m| m.seq).collect();
            let expected: Vec<u64> = model.messages.iter().map(|(seq, _)| *seq).collect();
            prop_assert_eq!(seqs, expected);
            prop_assert_eq!(store.last_seq(), model.last_seq);
            prop_assert_eq!(store.first_seq(), model.first_seq());
            let deleted = if store.messages() == 0 { 0 } else { store.num_deleted() };
            prop_assert_eq!(store.deleted().len() as u64, deleted);
            for subject in ["a", "b", "c.d"] {
                let of = |s: &&(u64, String)| s.1 == subject;
                prop_assert_eq!(store.count_of(subject), model.messages.iter().filter(of).count() as u64);
                let last = model.messages.iter().rev().find(of).map_or(0, |(seq, _)| *seq);
                prop_assert_eq!(store.last_seq_of(subject), last);
                let oldest = model.messages.iter().find(of).map(|(seq, _)| *seq);
                prop_assert_eq!(store.oldest_of(subject).map(|m| m.seq), oldest);
            }
            let bytes: u64 = store.iter().map(|m| m.stored_size(Storage::Memory)).sum();
            prop_assert_eq!(store.bytes(), bytes);
        }
    }
}
