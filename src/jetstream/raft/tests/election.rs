//! Votes, leaders and their end, message by message.

use super::super::{Luck, NotLeader, Role};
use super::*;

#[test]
fn the_preferred_member_of_a_new_group_campaigns_at_once_the_others_wait() {
    assert_eq!(patience(&newborn(3), 0), Span::millis(50));
    for seed in 0..200 {
        let config =
            Config { id: 1, peers: vec![1, 2, 3], preferred: false, timing: Timing::default() };
        let member = Member::new(config, Rng::new(seed), ms(0));
        let wait = patience(&member, 0);
        assert!((Span::secs(4)..=Span::secs(9)).contains(&wait), "{wait}");
    }
}

#[test]
fn a_candidate_votes_for_itself_and_asks_everybody() {
    let mut member = newborn(3);
    assert_eq!(tick(&mut member, 49), []);
    assert_eq!(
        tick(&mut member, 50),
        [
            Output::Campaigned { term: 1 },
            send(2, vote_request(1, 0, 0)),
            send(3, vote_request(1, 0, 0)),
        ]
    );
    assert_eq!((member.role(), member.voted_for()), (Role::Candidate, Some(1)));
    assert!(patience(&member, 50) >= Span::secs(4), "and tries again after a full timeout");
}

#[test]
fn a_leader_shows_itself_only_when_its_peer_state_is_committed() {
    let mut member = newborn(3);
    tick(&mut member, 50);
    let peer_state = Message::Append {
        term: 1,
        commit: 0,
        prev_term: 0,
        prev_index: 0,
        entries: [peer_state(1, 1)].into_iter().collect(),
    };
    assert_eq!(
        hear(&mut member, 60, 3, vote(1, true)),
        [
            Output::LeaderChanged { leader: Some(1), term: 1 },
            send(2, peer_state.clone()),
            send(3, peer_state),
        ]
    );
    assert_eq!((member.role(), member.is_established()), (Role::Leader, false));
    assert_eq!(member.leader_since(), Some(ms(60)));
    assert_eq!(
        hear(&mut member, 70, 3, accepted(1, 1)),
        [
            Output::Committed { term: 1, index: 1 },
            Output::BecameLeader { term: 1 },
            send(2, append(1, 1, (1, 1), &[])),
            send(3, append(1, 1, (1, 1), &[])),
        ]
    );
    assert!(member.is_established());
}

#[test]
fn a_late_vote_changes_nothing() {
    let mut member = leader();
    assert_eq!(hear(&mut member, 110, 3, vote(1, true)), []);
    assert_eq!(hear(&mut member, 110, 3, vote(0, true)), []);
}

#[test]
fn a_vote_counts_once() {
    let mut member = newborn(5);
    tick(&mut member, 50);
    assert_eq!(hear(&mut member, 60, 2, vote(1, true)), []);
    assert_eq!(hear(&mut member, 60, 2, vote(1, true)), []);
    assert_eq!(member.role(), Role::Candidate);
    hear(&mut member, 60, 5, vote(1, true));
    assert_eq!(member.role(), Role::Leader);
}

#[test]
fn a_member_votes_once_in_a_term() {
    let mut member = newborn(3);
    assert_eq!(
        hear(&mut member, 10, 2, vote_request(1, 0, 0)),
        [Output::VotedFor { term: 1, candidate: 2 }, send(2, vote(1, true))]
    );
    assert!(patience(&member, 10) >= Span::secs(4), "its timer starts anew");
    let deadline = member.next_deadline();
    assert_eq!(hear(&mut member, 20, 3, vote_request(1, 0, 0)), [send(3, vote(1, false))]);
    assert_eq!(member.next_deadline(), deadline, "a refusal does not touch the timer");
    assert_eq!(
        hear(&mut member, 30, 2, vote_request(1, 0, 0)),
        [Output::VotedFor { term: 1, candidate: 2 }, send(2, vote(1, true))],
        "the same candidate gets the same answer"
    );
    assert_eq!(hear(&mut member, 40, 3, vote_request(0, 9, 9)), [send(3, vote(1, false))]);
}

#[test]
fn a_vote_goes_only_to_a_log_that_reaches_as_far() {
    // Own log: last term 2, last index 3.
    for (last_term, last_index, granted) in
        [(1, 9, false), (2, 2, false), (2, 3, true), (2, 4, true), (3, 1, true)]
    {
        let mut member = follower(2, 0, &[1, 1, 2]);
        let out = hear(&mut member, 10, 3, vote_request(5, last_term, last_index));
        assert_eq!(out.last(), Some(&send(3, vote(5, granted))), "{last_term}:{last_index}");
        assert_eq!(member.voted_for(), granted.then_some(3));
    }
}

#[test]
fn a_refuser_with_a_newer_log_campaigns_itself_soon() {
    let mut member = follower(2, 0, &[1, 1, 2]);
    assert_eq!(
        hear(&mut member, 10, 3, vote_request(3, 2, 2)),
        [Output::LeaderChanged { leader: None, term: 3 }, send(3, vote(3, false))]
    );
    let wait = patience(&member, 10);
    assert!((Span::millis(100)..=Span::millis(800)).contains(&wait), "{wait}");
}

#[test]
fn votes_of_members_that_lost_their_log_count_only_if_all_answered() {
    let mut lost = follower(1, 0, &[1, 1]);
    lost.wipe(ms(5));
    let empty = Message::VoteResponse { term: 4, granted: true, empty: true };
    assert_eq!(hear(&mut lost, 10, 2, vote_request(4, 3, 9)).last(), Some(&send(2, empty)));

    let empty = Message::VoteResponse { term: 1, granted: true, empty: true };
    let mut candidate = newborn(3);
    tick(&mut candidate, 50);
    hear(&mut candidate, 60, 2, empty.clone());
    assert_eq!(candidate.role(), Role::Candidate, "a majority, but not a trustworthy one");
    hear(&mut candidate, 60, 3, empty);
    assert_eq!(candidate.role(), Role::Leader, "everybody");

    // A brand-new group has nothing to lose: it starts with one member down.
    let mut member = newborn(3);
    assert_eq!(
        hear(&mut member, 10, 2, vote_request(1, 0, 0)).last(),
        Some(&send(2, vote(1, true)))
    );
}

#[test]
fn a_higher_term_makes_a_follower_of_anyone() {
    let messages = [
        vote_request(2, 0, 0),
        vote(2, false),
        refused(2, 0),
        append(2, 0, (0, 0), &[2]),
        Message::InstallSnapshot {
            term: 2,
            last_index: 9,
            last_term: 2,
            peers: [1, 2, 3].into(),
            snapshot: "nine",
        },
    ];
    for message in messages {
        let mut member = leader();
        let out = hear(&mut member, 200, 2, message.clone());
        let lost = Output::LostLeadership { term: 1, why: "saw a higher term" };
        assert_eq!(out.first(), Some(&lost), "{message:?}");
        assert_eq!((member.role(), member.term()), (Role::Follower, 2), "{message:?}");
        assert!(patience(&member, 200) >= Span::millis(100));
    }
}

#[test]
fn a_candidate_follows_the_leader_of_its_term() {
    let mut member = newborn(3);
    tick(&mut member, 50);
    assert_eq!(
        hear(&mut member, 60, 3, append(1, 0, (0, 0), &[1])),
        [
            Output::LeaderChanged { leader: Some(3), term: 1 },
            Output::Appended { term: 1, index: 1 },
            send(3, accepted(1, 1)),
        ]
    );
    assert_eq!((member.role(), member.voted_for()), (Role::Follower, Some(1)));
}

#[test]
fn leadership_is_transferred_to_the_preferred_member() {
    let mut member = leader();
    let mut out = Vec::new();
    assert_eq!(member.step_down(ms(200), Some(3), &mut out), Ok(Some(3)));
    let transfer = LogEntry { index: 2, term: 1, data: Entry::LeaderTransfer(3) };
    let message = Message::Append {
        term: 1,
        commit: 1,
        prev_term: 1,
        prev_index: 1,
        entries: [Arc::new(transfer)].into_iter().collect(),
    };
    assert_eq!(
        out,
        [
            Output::Write { index: 2, alone: false },
            send(2, message.clone()),
            send(3, message.clone()),
            Output::LostLeadership { term: 1, why: "stepped down" },
            Output::LeaderChanged { leader: None, term: 1 },
        ]
    );
    assert_eq!(member.step_down(ms(210), None, &mut out), Err(NotLeader { leader: None }));

    // What the other one makes of it: it campaigns 10 ms later, whatever comes in between.
    let mut target = newborn(3);
    target.id = 3;
    target.set_contacts(Time::ZERO, vec![1, 2, 3], &mut Vec::new());
    hear(&mut target, 150, 1, append(1, 1, (0, 0), &[1]));
    hear(&mut target, 210, 1, message);
    assert_eq!(target.next_deadline(), ms(220));
    hear(&mut target, 215, 1, append(1, 1, (1, 2), &[]));
    assert_eq!(target.next_deadline(), ms(220));
    assert_eq!(tick(&mut target, 220).get(1), Some(&Output::Campaigned { term: 2 }));
}

#[test]
fn leadership_is_not_transferred_to_the_silent_or_the_late() {
    let mut out = Vec::new();
    let mut member = leader();
    hear(&mut member, 5_000, 2, accepted(1, 1));
    assert_eq!(member.step_down(ms(5_000), Some(3), &mut out), Ok(Some(2)), "3 is silent");

    let mut member = leader();
    hear(&mut member, 200, 2, refused(1, 0));
    assert_eq!(member.step_down(ms(200), Some(2), &mut out), Ok(Some(3)), "2 is behind");

    let mut member = leader();
    assert_eq!(member.step_down(ms(9_000), None, &mut out), Ok(None), "nobody is there");
    assert_eq!(member.role(), Role::Follower);
}

#[test]
fn a_leader_without_a_majority_steps_down_at_a_ten_second_tick() {
    let mut member = leader();
    // The last sign of life comes right before the first tick, at 100 ms + 10 s.
    hear(&mut member, 10_050, 2, accepted(1, 1));
    let mut out = Vec::new();
    let mut at = ms(100);
    while member.is_leader() {
        at = member.next_deadline();
        out.clear();
        member.tick(at, &mut out);
    }
    assert_eq!(at, ms(20_100));
    assert_eq!(
        out,
        [
            Output::LostLeadership { term: 1, why: "lost its quorum" },
            Output::LeaderChanged { leader: None, term: 1 },
            Output::QuorumLost,
        ]
    );
    assert!(!member.has_quorum(at));
}

#[test]
fn a_candidate_says_every_twenty_seconds_that_it_has_no_quorum() {
    let mut member = newborn(3);
    let mut said = Vec::new();
    while member.next_deadline() < ms(120_000) {
        let at = member.next_deadline();
        let mut out = Vec::new();
        member.tick(at, &mut out);
        if out.contains(&Output::QuorumLost) {
            said.push(at);
        }
    }
    assert!((4..=6).contains(&said.len()), "{said:?}");
    assert!(said.windows(2).all(|pair| pair[1].since(pair[0]) > Span::secs(20)));
}

#[test]
fn a_follower_that_waits_for_entries_lets_one_round_pass() {
    let mut member = follower(1, 0, &[1]);
    assert_eq!(hear(&mut member, 10, 2, append(1, 0, (1, 5), &[1])), [send(2, refused(1, 1))]);
    let first = member.next_deadline();
    let mut out = Vec::new();
    member.tick(first, &mut out);
    assert_eq!((out, member.role()), (vec![], Role::Follower));
    let second = member.next_deadline();
    assert!(second.since(first) >= Span::secs(4));
    member.tick(second, &mut Vec::new());
    assert_eq!(member.role(), Role::Candidate);
}

#[test]
fn a_lone_member_elects_itself() {
    let mut member = newborn(1);
    assert_eq!(
        tick(&mut member, 50),
        [
            Output::LeaderChanged { leader: Some(1), term: 1 },
            Output::Committed { term: 1, index: 1 },
            Output::BecameLeader { term: 1 },
        ]
    );
    assert_eq!(member.next_deadline(), Time::MAX);
    assert_eq!(
        propose(&mut member, 60, 42),
        [Output::Committed { term: 1, index: 2 }, Output::Apply { index: 2, term: 1, entry: 42 },]
    );
}

#[test]
fn strangers_are_not_heard() {
    assert_eq!(hear(&mut newborn(3), 10, 9, vote_request(7, 7, 7)), []);
}

#[test]
fn luck_decides_when_a_member_campaigns_until_somebody_leads() {
    let member = |luck| {
        let mut member = follower(1, 1, &[1]);
        member.set_luck(ms(200), Some(luck));
        member
    };
    let Timing { election_min, election_max, .. } = Timing::default();
    assert_eq!(member(Luck::First).next_deadline(), ms(200) + election_min);
    assert_eq!(member(Luck::Last).next_deadline(), ms(200) + election_max);
    let mut together = member(Luck::Together);
    assert_eq!(
        together.next_deadline(),
        ms(5_000),
        "with all that were set after 0 and before 1 s"
    );
    hear(&mut together, 1_500, 2, append(1, 1, (1, 1), &[]));
    assert_eq!(together.next_deadline(), ms(10_000));
    tick(&mut together, 10_000);
    assert_eq!((together.role(), together.luck()), (Role::Candidate, None), "for one attempt only");
    let mut first = member(Luck::First);
    hear(&mut first, 300, 3, append(2, 1, (1, 1), &[]));
    assert_eq!(first.luck(), None, "another one leads");
}
