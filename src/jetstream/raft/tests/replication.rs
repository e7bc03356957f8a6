//! From a proposal to its commit, message by message.

use super::super::NotLeader;
use super::*;

#[test]
fn an_entry_is_committed_by_the_first_answer_and_everybody_is_told_at_once() {
    let mut member = leader();
    let message = |commit| Message::Append {
        term: 1,
        commit,
        prev_term: 1,
        prev_index: 1,
        entries: [Arc::new(LogEntry { index: 2, term: 1, data: Entry::Normal(42) })]
            .into_iter()
            .collect(),
    };
    assert_eq!(propose(&mut member, 200, 42), [send(2, message(1)), send(3, message(1))]);
    assert_eq!(
        hear(&mut member, 300, 3, accepted(1, 2)),
        [
            Output::Committed { term: 1, index: 2 },
            Output::Apply { index: 2, term: 1, entry: 42 },
            send(2, append(1, 2, (1, 2), &[])),
            send(3, append(1, 2, (1, 2), &[])),
        ]
    );
    assert_eq!(hear(&mut member, 310, 2, accepted(1, 2)), []);
}

#[test]
fn what_a_leader_sends_comes_after_its_own_write() {
    let mut member = leader();
    let mut out = Vec::new();
    member.propose(ms(200), 20, &mut out).expect("it leads");
    assert_eq!(out[0], Output::Write { index: 2, alone: false });
    assert!(matches!(out[1..], [Output::Send { to: 2, .. }, Output::Send { to: 3, .. }]));
}

#[test]
fn alone_a_leader_is_a_majority_when_its_disk_has_the_entry() {
    let mut member = newborn(1);
    tick(&mut member, 50);
    let mut out = Vec::new();
    for value in [20, 30] {
        member.propose(ms(60), value, &mut out).expect("it leads");
    }
    let write = |index| Output::Write { index, alone: true };
    assert_eq!(out, [write(2), write(3)]);
    out.clear();
    member.written(2, &mut out);
    let applied = Output::Apply { index: 2, term: 1, entry: 20 };
    assert_eq!(out, [Output::Committed { term: 1, index: 2 }, applied]);
    assert_eq!((member.commit(), member.last_index()), (2, 3));
}

#[test]
fn proposals_do_not_wait_for_each_other() {
    let mut member = leader();
    for value in [20, 30, 40] {
        propose(&mut member, 200, value);
    }
    assert_eq!(member.progress(2).map(|peer| (peer.match_index, peer.next_index)), Some((1, 5)));
    assert_eq!(
        hear(&mut member, 300, 2, accepted(1, 4)),
        [
            Output::Committed { term: 1, index: 4 },
            Output::Apply { index: 2, term: 1, entry: 20 },
            Output::Apply { index: 3, term: 1, entry: 30 },
            Output::Apply { index: 4, term: 1, entry: 40 },
            send(2, append(1, 4, (1, 4), &[])),
            send(3, append(1, 4, (1, 4), &[])),
        ]
    );
    assert_eq!((member.lag(2), member.lag(3)), (0, 3));
    assert!(member.is_current(2, ms(300)) && !member.is_current(3, ms(300)));
    assert!(!member.is_current(2, ms(10_300)), "not heard from for 10 s");
}

#[test]
fn only_a_leader_takes_proposals() {
    let mut out = Vec::new();
    assert_eq!(
        follower(1, 0, &[1]).propose(ms(10), 42, &mut out),
        Err(NotLeader { leader: Some(2) })
    );
    assert_eq!(out, []);
}

#[test]
fn a_follower_stores_answers_and_applies_what_is_committed() {
    let mut member = newborn(3);
    assert_eq!(
        hear(&mut member, 10, 2, append(1, 1, (0, 0), &[1, 1])),
        [
            Output::LeaderChanged { leader: Some(2), term: 1 },
            Output::Appended { term: 1, index: 2 },
            Output::Committed { term: 1, index: 1 },
            Output::Apply { index: 1, term: 1, entry: 10 },
            send(2, accepted(1, 2)),
        ]
    );
    assert_eq!(
        hear(&mut member, 20, 2, append(1, 2, (1, 2), &[])),
        [
            Output::Committed { term: 1, index: 2 },
            Output::Apply { index: 2, term: 1, entry: 20 },
            send(2, accepted(1, 2)),
        ]
    );
    assert_eq!(
        hear(&mut member, 30, 2, append(1, 2, (0, 0), &[1, 1])),
        [send(2, accepted(1, 2))],
        "what it has already, it only confirms"
    );
}

#[test]
fn a_follower_does_not_apply_what_it_does_not_share() {
    // Its second entry may not be the one of which the leader says that it is committed.
    let mut member = follower(1, 0, &[1, 1]);
    let out = hear(&mut member, 10, 3, append(2, 2, (1, 1), &[]));
    assert_eq!(out.last(), Some(&send(3, accepted(2, 1))));
    assert_eq!((member.commit(), member.last_index()), (1, 2));
}

#[test]
fn the_leader_of_a_past_term_is_refused() {
    let mut member = follower(3, 0, &[1, 1]);
    assert_eq!(hear(&mut member, 10, 3, append(2, 2, (1, 2), &[2])), [send(3, refused(3, 2))]);
    assert_eq!((member.leader(), terms(&member)), (Some(2), vec![1, 1]));
}

#[test]
fn every_append_resets_the_followers_timer() {
    let mut member = follower(1, 0, &[1]);
    for at in (0..60_000).step_by(1_000) {
        hear(&mut member, at, 2, append(1, 0, (1, 1), &[]));
        assert!(patience(&member, at) >= Span::secs(4));
    }
}

#[test]
fn entries_of_another_leader_are_replaced() {
    for (own, prev, sent, after, answer) in [
        (&[1, 1, 2, 2][..], (1, 2), &[3][..], &[1, 1, 3][..], accepted(3, 3)),
        (&[1, 1, 2, 2], (1, 2), &[2, 3], &[1, 1, 2, 3], accepted(3, 4)),
        (&[1, 1, 2, 2], (1, 2), &[], &[1, 1, 2, 2], accepted(3, 2)),
        (&[1, 1, 2, 2], (3, 4), &[3], &[1, 1, 2], refused(3, 1)),
        (&[1, 1, 2, 2], (1, 3), &[3], &[1, 1], refused(3, 1)),
        (&[1, 1], (2, 3), &[3], &[1, 1], refused(3, 2)),
    ] {
        let mut member = follower(2, 1, own);
        let out = hear(&mut member, 10, 3, append(3, 1, prev, sent));
        assert_eq!(out.last(), Some(&send(3, answer)), "{own:?} {prev:?} {sent:?}");
        assert_eq!(terms(&member), after, "{own:?} {prev:?} {sent:?}");
    }
}

#[test]
fn a_follower_that_missed_something_is_sent_it_once() {
    let mut member = leader();
    for value in [20, 30, 40] {
        propose(&mut member, 200, value);
    }
    // The message with entry 2 was lost: 3 and 4 do not fit.
    assert_eq!(
        hear(&mut member, 300, 2, refused(1, 1)),
        [send(2, append(1, 1, (1, 1), &[1, 1, 1]))]
    );
    assert_eq!(hear(&mut member, 300, 2, refused(1, 1)), []);
    assert_eq!(hear(&mut member, 2_299, 2, refused(1, 1)), []);
    assert_eq!(
        hear(&mut member, 2_300, 2, refused(1, 1)),
        [send(2, append(1, 1, (1, 1), &[1, 1, 1]))],
        "after 2 s without progress it is sent again"
    );
    hear(&mut member, 2_400, 2, accepted(1, 4));
    assert_eq!(member.commit(), 4);
    assert_eq!(member.progress(2).and_then(|peer| peer.catch_up), None);
}

#[test]
fn a_long_catch_up_goes_in_batches_while_new_entries_wait_for_their_turn() {
    let mut member = leader();
    member.timing.append_batch = 3;
    for index in 2..=6 {
        propose(&mut member, 200, index * 10);
    }
    assert_eq!(
        hear(&mut member, 300, 2, refused(1, 0)),
        [send(
            2,
            Message::Append {
                term: 1,
                commit: 1,
                prev_term: 0,
                prev_index: 0,
                entries: [peer_state(1, 1), entry(2, 1), entry(3, 1)].into_iter().collect(),
            }
        )]
    );
    let out = propose(&mut member, 310, 70);
    assert_eq!(out, [send(3, append(1, 1, (1, 6), &[1]))], "2 does not fit this one yet");
    let out = hear(&mut member, 320, 2, accepted(1, 3));
    assert_eq!(out.last(), Some(&send(2, append(1, 3, (1, 3), &[1, 1, 1]))));
    let out = hear(&mut member, 330, 2, accepted(1, 6));
    assert_eq!(out.last(), Some(&send(2, append(1, 6, (1, 6), &[1]))));
    let out = propose(&mut member, 340, 80);
    assert_eq!(out.first(), Some(&send(2, append(1, 6, (1, 7), &[1]))), "it is back");
}

#[test]
fn entries_of_an_earlier_term_are_not_committed_by_counting() {
    // Member 1 has an entry of term 1 that only it and soon a majority has, and leads in term 3.
    let mut member = follower(2, 0, &[1]);
    let at = member.next_deadline();
    member.tick(at, &mut Vec::new());
    hear(&mut member, 10_000, 3, vote(3, true));
    assert_eq!(terms(&member), [1, 3]);
    assert_eq!(hear(&mut member, 10_010, 3, accepted(3, 1)), []);
    assert_eq!(member.commit(), 0, "a majority has entry 1, yet it could be replaced");
    hear(&mut member, 10_020, 3, accepted(3, 2));
    assert_eq!(member.commit(), 2);
}

#[test]
fn a_heartbeat_is_sent_only_when_nothing_was_appended_for_a_second() {
    let mut member = leader();
    let heartbeat = [send(2, append(1, 1, (1, 1), &[])), send(3, append(1, 1, (1, 1), &[]))];
    assert_eq!(member.next_deadline(), ms(1_100));
    assert_eq!(tick(&mut member, 1_100), heartbeat);
    propose(&mut member, 1_200, 20);
    assert_eq!(tick(&mut member, 2_100), [], "900 ms after the last append");
    assert_eq!(tick(&mut member, 3_100).len(), 2);
    // A process that was frozen sends one, not all it missed.
    hear(&mut member, 50_000, 2, accepted(1, 2));
    assert_eq!(tick(&mut member, 50_000).len(), 2);
    assert_eq!(tick(&mut member, 50_000), []);
}
