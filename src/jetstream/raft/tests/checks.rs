//! What must hold of a group at any time and, once it is left in peace, in the end.
//!
//! | property | paper (Ongaro and Ousterhout 2014) | check |
//! | --- | --- | --- |
//! | election safety | figure 3 | [`Witness::led`] |
//! | log matching | figure 3 | [`logs_match`] |
//! | state machine safety | figure 3 | [`Witness::applied`] |
//! | leader completeness, as clients see it | figure 3 | [`nothing_is_lost`] |
//! | liveness | section 5.6 | [`has_converged`] |
//!
//! The checks know nothing of the protocol; they look at plain lists, so that each can be shown a
//! state it has to object to.

use std::collections::BTreeMap;

use super::PeerId;

/// A property that does not hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Violation {
    TwoLeaders { term: u64, peers: [PeerId; 2] },
    Applied { index: u64, values: [Placed; 2] },
    OutOfOrder { peer: PeerId, after: u64, index: u64 },
    LogsDiffer { peers: [PeerId; 2], index: u64 },
    Gap { peer: PeerId, index: u64 },
    Lost { peer: PeerId, index: u64, value: u64 },
    NotConverged(&'static str),
}

/// A value and the term it was proposed in.
pub(super) type Placed = (u64, u64);

/// Watches a group and remembers what must never be contradicted.
#[derive(Debug, Default)]
pub(super) struct Witness {
    leaders: BTreeMap<u64, PeerId>,
    chosen: BTreeMap<u64, Placed>,
}

impl Witness {
    /// `peer` leads in `term`: nobody else ever does.
    pub(super) fn led(&mut self, term: u64, peer: PeerId) -> Result<(), Violation> {
        let first = *self.leaders.entry(term).or_insert(peer);
        if first == peer {
            Ok(())
        } else {
            Err(Violation::TwoLeaders { term, peers: [first, peer] })
        }
    }

    /// `peer`, which has applied everything up to `after`, applies this: nobody ever applies
    /// something else there.
    pub(super) fn applied(
        &mut self,
        peer: PeerId,
        after: u64,
        index: u64,
        placed: Placed,
    ) -> Result<(), Violation> {
        if index <= after {
            return Err(Violation::OutOfOrder { peer, after, index });
        }
        let first = *self.chosen.entry(index).or_insert(placed);
        if first == placed {
            Ok(())
        } else {
            Err(Violation::Applied { index, values: [first, placed] })
        }
    }

    /// Everything that was ever applied by anyone: index and value.
    pub(super) fn chosen(&self) -> Vec<(u64, u64)> {
        self.chosen.iter().map(|(index, (_, value))| (*index, *value)).collect()
    }
}

/// The log of a member as far as it is not compacted.
pub(super) type LogView = (PeerId, Vec<Seen>);

/// Two logs that agree on the term of an index agree on everything up to it.
pub(super) fn logs_match(logs: &[LogView]) -> Result<(), Violation> {
    for (peer, log) in logs {
        if let Some(pair) = log.windows(2).find(|pair| pair[1].0 != pair[0].0 + 1) {
            return Err(Violation::Gap { peer: *peer, index: pair[1].0 });
        }
    }
    for (i, (a, left)) in logs.iter().enumerate() {
        for (b, right) in &logs[i + 1..] {
            let (left, right) = overlap(left, right);
            let agreed = left.iter().zip(right).rposition(|(x, y)| x.1 == y.1);
            let shared = agreed.map_or(0, |position| position + 1);
            if let Some((x, _)) = left.iter().zip(right).take(shared).find(|(x, y)| x != y) {
                return Err(Violation::LogsDiffer { peers: [*a, *b], index: x.0 });
            }
        }
    }
    Ok(())
}

/// One entry of a log as it is seen: index, term, content.
type Seen = (u64, u64, Option<u64>);

/// The parts of two gapless logs that begin at the same index.
fn overlap<'a>(a: &'a [Seen], b: &'a [Seen]) -> (&'a [Seen], &'a [Seen]) {
    let from = a.first().map_or(0, |entry| entry.0).max(b.first().map_or(0, |entry| entry.0));
    let tail = |log: &'a [Seen]| &log[log.partition_point(|entry| entry.0 < from)..];
    (tail(a), tail(b))
}

/// What a member has applied: index and value, in the order of application.
pub(super) type Applied = (PeerId, Vec<(u64, u64)>);

/// Whatever was acknowledged to a client is in every state, once.
pub(super) fn nothing_is_lost(
    acknowledged: &[(u64, u64)],
    states: &[Applied],
) -> Result<(), Violation> {
    for (peer, state) in states {
        for &(index, value) in acknowledged {
            if state.iter().filter(|&&applied| applied == (index, value)).count() != 1 {
                return Err(Violation::Lost { peer: *peer, index, value });
            }
        }
    }
    Ok(())
}

/// One leader, known to all, and the same state everywhere.
pub(super) fn has_converged(
    leaders: &[PeerId],
    known: &[Option<PeerId>],
    states: &[Applied],
) -> Result<(), Violation> {
    let [leader] = leaders else { return Err(Violation::NotConverged("not one leader")) };
    if known.iter().any(|known| *known != Some(*leader)) {
        return Err(Violation::NotConverged("the leader is not known to all"));
    }
    if states.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        return Err(Violation::NotConverged("the states differ"));
    }
    Ok(())
}

mod each_check_objects {
    //! A check that never fails proves nothing.

    use super::*;

    #[test]
    fn to_a_second_leader_in_a_term() {
        let mut witness = Witness::default();
        assert_eq!(witness.led(1, 1), Ok(()));
        assert_eq!(witness.led(2, 2), Ok(()));
        assert_eq!(witness.led(1, 1), Ok(()));
        assert_eq!(witness.led(2, 3), Err(Violation::TwoLeaders { term: 2, peers: [2, 3] }));
    }

    #[test]
    fn to_two_values_at_one_index() {
        let mut witness = Witness::default();
        assert_eq!(witness.applied(1, 0, 2, (1, 20)), Ok(()));
        assert_eq!(witness.applied(2, 0, 2, (1, 20)), Ok(()));
        assert_eq!(
            witness.applied(3, 0, 2, (1, 99)),
            Err(Violation::Applied { index: 2, values: [(1, 20), (1, 99)] })
        );
        assert_eq!(
            witness.applied(3, 0, 2, (2, 20)),
            Err(Violation::Applied { index: 2, values: [(1, 20), (2, 20)] })
        );
    }

    #[test]
    fn to_an_entry_applied_twice() {
        let mut witness = Witness::default();
        assert_eq!(
            witness.applied(1, 2, 2, (1, 20)),
            Err(Violation::OutOfOrder { peer: 1, after: 2, index: 2 })
        );
    }

    #[test]
    fn to_logs_that_differ_before_a_common_entry() {
        let left = (1, vec![(1, 1, Some(10)), (2, 1, Some(20)), (3, 2, Some(30))]);
        let logs = |right: Vec<Seen>| [left.clone(), (2, right)];
        // A different end is allowed, and so is a compacted beginning.
        assert_eq!(logs_match(&logs(vec![(1, 1, Some(10)), (2, 3, Some(99))])), Ok(()));
        assert_eq!(logs_match(&logs(vec![(3, 2, Some(30))])), Ok(()));
        assert_eq!(logs_match(&logs(vec![(7, 2, Some(70))])), Ok(()));
        assert_eq!(logs_match(&logs(vec![])), Ok(()));

        let differ = |index| Err(Violation::LogsDiffer { peers: [1, 2], index });
        assert_eq!(logs_match(&logs(vec![(1, 1, Some(11))])), differ(1));
        assert_eq!(logs_match(&logs(vec![(2, 9, Some(20)), (3, 2, Some(30))])), differ(2));
        assert_eq!(logs_match(&logs(vec![(3, 2, None)])), differ(3));
        assert_eq!(
            logs_match(&logs(vec![(1, 1, Some(10)), (3, 2, Some(30))])),
            Err(Violation::Gap { peer: 2, index: 3 })
        );
    }

    #[test]
    fn to_a_lost_and_to_a_doubled_acknowledgement() {
        let acknowledged = [(2, 20), (4, 40)];
        let complete = vec![(2, 20), (3, 30), (4, 40)];
        assert_eq!(nothing_is_lost(&acknowledged, &[(1, complete.clone())]), Ok(()));
        for wrong in [vec![(2, 20)], vec![(2, 20), (4, 40), (4, 40)], vec![(2, 20), (4, 99)]] {
            assert_eq!(
                nothing_is_lost(&acknowledged, &[(1, complete.clone()), (2, wrong)]),
                Err(Violation::Lost { peer: 2, index: 4, value: 40 })
            );
        }
    }

    #[test]
    fn to_a_group_that_has_not_converged() {
        let state = |value| (1, vec![(2, value)]);
        let all = [Some(1), Some(1)];
        assert_eq!(has_converged(&[1], &all, &[state(20), state(20)]), Ok(()));
        for (leaders, known, states, what) in [
            (&[][..], [None, None], [state(20), state(20)], "not one leader"),
            (&[1, 2], all, [state(20), state(20)], "not one leader"),
            (&[1], [Some(1), Some(2)], [state(20), state(20)], "the leader is not known to all"),
            (&[1], all, [state(20), state(21)], "the states differ"),
        ] {
            assert_eq!(has_converged(leaders, &known, &states), Err(Violation::NotConverged(what)));
        }
    }
}
