//! Members that come and go.

use super::*;

fn change(member: &mut Member, at: u64, peers: &[PeerId]) -> (bool, Vec<Done>) {
    let mut out = Vec::new();
    let may = member.change_peers(ms(at), peers.to_vec(), &mut out);
    (may, with_quick_disk(member, out))
}

fn names(index: u64, term: u64, peers: &[PeerId]) -> Arc<LogEntry<u64>> {
    Arc::new(LogEntry { index, term, data: Entry::PeerState(peers.to_vec()) })
}

fn append_names(term: u64, commit: u64, prev: (u64, u64), peers: &[PeerId]) -> Said {
    let entries = [names(prev.1 + 1, term, peers)].into_iter().collect();
    Message::Append { term, commit, prev_term: prev.0, prev_index: prev.1, entries }
}

#[test]
fn a_new_server_catches_up_first_and_counts_then() {
    let mut member = leader();
    member.set_contacts(Time::ZERO, vec![1, 2, 3, 4], &mut Vec::new());
    assert_eq!((member.peers(), member.progress(4).is_some()), (&[1, 2, 3][..], true));
    // It has nothing and says so; what it has does not count.
    let out = hear(&mut member, 210, 4, refused(1, 0));
    assert!(matches!(out[..], [Output::Send { to: 4, message: Message::Append { .. } }]));
    propose(&mut member, 220, 20);
    hear(&mut member, 230, 4, accepted(1, 2));
    assert_eq!(member.commit(), 1);
    hear(&mut member, 240, 2, accepted(1, 2));
    assert_eq!(member.commit(), 2);

    let (may, out) = change(&mut member, 250, &[1, 2, 3, 4]);
    assert!(may);
    assert_eq!(out[0], Output::MembersChanged { peers: [1, 2, 3, 4].into() });
    assert_eq!(member.peers(), [1, 2, 3, 4]);
    // Of four, two are no majority.
    hear(&mut member, 260, 4, accepted(1, 3));
    assert_eq!(member.commit(), 2);
    hear(&mut member, 270, 3, accepted(1, 3));
    assert_eq!(member.commit(), 3);
}

#[test]
fn one_comes_or_goes_at_a_time_and_only_by_a_leader_that_has_shown_itself() {
    let mut fresh = newborn(3);
    tick(&mut fresh, 50);
    assert!(!change(&mut fresh, 60, &[1, 2]).0, "a candidate");
    hear(&mut fresh, 100, 2, vote(1, true));
    assert!(!change(&mut fresh, 110, &[1, 2]).0, "nothing of its term is committed");

    let mut member = leader();
    assert!(!change(&mut member, 200, &[1, 2, 3]).0, "no change");
    assert!(!change(&mut member, 200, &[1, 2, 4]).0, "two changes");
    assert!(!change(&mut member, 200, &[2, 3]).0, "itself");
    assert!(change(&mut member, 200, &[1, 2]).0);
    assert!(member.is_changing_peers());
    assert!(!change(&mut member, 210, &[1]).0, "the change before is not committed");
    hear(&mut member, 220, 2, accepted(1, 2));
    assert!(change(&mut member, 230, &[1]).0);
    assert_eq!(member.commit(), 3, "alone it is a majority");
}

#[test]
fn a_change_that_is_replaced_is_taken_back() {
    let mut member = newborn(3);
    hear(&mut member, 0, 2, append_names(1, 0, (0, 0), &[1, 2, 3]));
    let out = hear(&mut member, 10, 2, append_names(1, 1, (1, 1), &[1, 2, 3, 4]));
    assert!(out.contains(&Output::MembersChanged { peers: [1, 2, 3, 4].into() }));
    // A later leader never had that entry.
    let out = hear(&mut member, 20, 3, append(2, 1, (1, 1), &[2]));
    assert!(out.contains(&Output::MembersChanged { peers: [1, 2, 3].into() }));
    assert_eq!(member.peers(), [1, 2, 3]);
}

#[test]
fn who_is_no_member_does_not_campaign_and_whose_vote_does_not_count_does_not_elect() {
    let config = Config { id: 4, peers: vec![], preferred: false, timing: Timing::default() };
    let mut spare: Member = Raft::new(config, Rng::new(7), Time::ZERO);
    spare.set_contacts(Time::ZERO, vec![1, 2, 3, 4], &mut Vec::new());
    assert_eq!(tick(&mut spare, 60_000), []);
    hear(&mut spare, 60_000, 1, append_names(1, 0, (0, 0), &[1, 2, 3, 4]));
    assert_eq!(tick(&mut spare, 120_000).last(), Some(&send(3, vote_request(2, 1, 1))));

    let mut member = newborn(3);
    member.set_contacts(Time::ZERO, vec![1, 2, 3, 4], &mut Vec::new());
    tick(&mut member, 50);
    hear(&mut member, 100, 4, vote(1, true));
    assert!(!member.is_leader());
    hear(&mut member, 110, 2, vote(1, true));
    assert!(member.is_leader());
}

#[test]
fn a_leader_is_heard_by_who_does_not_know_it() {
    let mut member = newborn(3);
    let out = hear(&mut member, 10, 9, append_names(1, 0, (0, 0), &[1, 2, 3, 9]));
    assert_eq!(out.last(), Some(&send(9, accepted(1, 1))));
    assert_eq!(member.peers(), [1, 2, 3, 9]);
}

#[test]
fn members_outlive_compaction_crashes_and_a_lost_log() {
    let mut member = newborn(3);
    hear(&mut member, 0, 2, append_names(1, 0, (0, 0), &[1, 2, 3]));
    hear(&mut member, 10, 2, append_names(1, 1, (1, 1), &[1, 2, 3, 4]));
    hear(&mut member, 20, 2, append(1, 2, (1, 2), &[1]));
    assert!(member.compact(2, "two"));
    member.restart(ms(30), 2, &mut Vec::new());
    assert_eq!(member.peers(), [1, 2, 3, 4]);
    // The entry after the snapshot goes; the members are those of the snapshot.
    hear(&mut member, 40, 3, append(2, 2, (1, 2), &[2]));
    assert_eq!(member.peers(), [1, 2, 3, 4]);

    member.lose_log(ms(50));
    // What it reads again of the past does not make it forget what it knew.
    hear(&mut member, 60, 3, append_names(2, 0, (0, 0), &[1]));
    assert_eq!(member.peers(), [1, 2, 3, 4]);
    hear(&mut member, 70, 3, append(2, 1, (2, 1), &[2]));
    hear(&mut member, 80, 3, append_names(2, 1, (2, 2), &[1, 3]));
    assert_eq!(member.peers(), [1, 3]);
}

#[test]
fn a_snapshot_brings_the_members_along() {
    let config = Config { id: 4, peers: vec![], preferred: false, timing: Timing::default() };
    let mut spare: Member = Raft::new(config, Rng::new(7), Time::ZERO);
    let peers = [1, 4].into();
    let message =
        Message::InstallSnapshot { term: 3, last_index: 9, last_term: 2, peers, snapshot: "nine" };
    hear(&mut spare, 10, 1, message);
    assert_eq!(spare.peers(), [1, 4]);
}

#[test]
fn a_group_is_founded_on_what_was_there_and_ends_with_its_last_member() {
    let config = Config { id: 1, peers: vec![1], preferred: true, timing: Timing::default() };
    let mut member: Member = Raft::take_up(config, Rng::new(7), Time::ZERO, "before");
    let mut out = Vec::new();
    member.lead_alone(ms(0), &mut out);
    with_quick_disk(&mut member, out);
    assert!(member.is_established());
    assert_eq!((member.first_index(), member.commit()), (2, 2));
    member.set_contacts(Time::ZERO, vec![1, 2], &mut Vec::new());
    // Who has nothing gets the state from before.
    let out = hear(&mut member, 10, 2, refused(1, 0));
    assert!(matches!(
        &out[..],
        [Output::Send {
            to: 2,
            message: Message::InstallSnapshot { last_index: 1, snapshot: "before", .. }
        }]
    ));
    // The process was down: what it cannot know to be committed yet, it knows in the end.
    propose(&mut member, 20, 42);
    member.restart(ms(30), 2, &mut Vec::new());
    let mut out = Vec::new();
    member.conclude(&mut out);
    assert_eq!(out.last(), Some(&Output::Apply { index: 3, term: 1, entry: 42 }));
}
