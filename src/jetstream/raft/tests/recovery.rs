//! Snapshots, crashes and lost disks.

use super::super::Role;
use super::*;

fn snapshot(term: u64, last_term: u64, last_index: u64) -> Said {
    let peers = [1, 2, 3].into();
    Message::InstallSnapshot { term, last_index, last_term, peers, snapshot: "state" }
}

fn restart(member: &mut Member, applied: u64) -> Vec<Done> {
    let mut out = Vec::new();
    member.restart(ms(10_000), applied, &mut out);
    out
}

#[test]
fn only_what_is_applied_can_be_compacted() {
    let mut member = follower(1, 3, &[1, 1, 1, 1]);
    assert!(!member.compact(4, "four"), "not applied");
    assert!(member.compact(2, "two"));
    assert!(!member.compact(2, "two"), "done already");
    assert_eq!((member.first_index(), member.last_index()), (3, 4));
    assert_eq!((member.entry(2), member.snapshot()), (None, Some(&"two")));
}

#[test]
fn a_follower_that_needs_compacted_entries_is_sent_the_snapshot_then_the_rest() {
    let mut member = leader();
    propose(&mut member, 200, 20);
    hear(&mut member, 210, 3, accepted(1, 2));
    assert!(member.compact(2, "state"));
    propose(&mut member, 220, 30);
    assert_eq!(hear(&mut member, 230, 2, refused(1, 0)), [send(2, snapshot(1, 1, 2))]);
    assert_eq!(hear(&mut member, 231, 2, refused(1, 0)), [], "it is on its way");
    let out = hear(&mut member, 240, 2, accepted(1, 2));
    assert_eq!(out, [send(2, append(1, 2, (1, 2), &[1]))]);
}

#[test]
fn a_snapshot_replaces_log_and_state() {
    let mut member = follower(1, 1, &[1, 1]);
    assert_eq!(
        hear(&mut member, 10, 2, snapshot(2, 2, 5)),
        [Output::InstallSnapshot { snapshot: "state", index: 5 }, send(2, accepted(2, 5)),]
    );
    assert_eq!((member.first_index(), member.last_index(), member.last_term()), (6, 5, 2));
    assert_eq!((member.commit(), member.applied()), (5, 5));
}

#[test]
fn a_snapshot_leaves_what_was_acknowledged_after_it() {
    let mut member = follower(1, 1, &[1, 1, 1]);
    hear(&mut member, 10, 2, snapshot(1, 1, 2));
    assert_eq!((member.first_index(), member.last_index()), (3, 3));
    assert_eq!(
        hear(&mut member, 20, 2, snapshot(1, 1, 2)),
        [send(2, accepted(1, 2))],
        "and comes once"
    );
}

#[test]
fn a_crash_leaves_term_vote_and_log() {
    let mut member = follower(3, 2, &[1, 1, 3]);
    hear(&mut member, 10, 3, vote_request(4, 3, 9));
    assert_eq!(restart(&mut member, 2), []);
    assert_eq!((member.term(), member.voted_for(), terms(&member)), (4, Some(3), vec![1, 1, 3]));
    assert_eq!((member.role(), member.leader()), (Role::Follower, None));
    assert_eq!((member.commit(), member.applied()), (2, 2));
    assert!(patience(&member, 10_000) >= Span::secs(4));
    assert!(!member.has_quorum(ms(10_000)));
}

#[test]
fn a_crash_ends_a_leadership_without_a_word() {
    let mut member = leader();
    assert_eq!(restart(&mut member, 1), []);
    assert_eq!((member.role(), member.leader_since()), (Role::Follower, None));
}

#[test]
fn a_state_that_was_in_memory_is_built_again_from_snapshot_and_log() {
    let mut member = follower(1, 3, &[1, 1, 1]);
    member.compact(2, "two");
    assert_eq!(restart(&mut member, 0), [Output::InstallSnapshot { snapshot: "two", index: 2 }]);
    assert_eq!((member.commit(), member.applied()), (2, 2));
    let out = hear(&mut member, 10_010, 2, append(1, 3, (1, 3), &[]));
    assert!(out.contains(&Output::Apply { index: 3, term: 1, entry: 30 }));
}

#[test]
fn a_wiped_member_knows_only_its_peers() {
    let mut member = follower(3, 2, &[1, 1, 3]);
    member.compact(2, "two");
    member.wipe(ms(10_000));
    assert_eq!((member.term(), member.voted_for(), member.last_index()), (0, None, 0));
    assert_eq!((member.applied(), member.snapshot(), member.peers().len()), (0, None, 3));

    let mut member = follower(3, 2, &[1, 1, 3]);
    member.lose_log(ms(10_000));
    assert_eq!((member.term(), member.last_index()), (3, 0));
}

#[test]
fn a_power_loss_takes_what_was_not_flushed() {
    let mut member = follower(3, 3, &[1, 1, 3]);
    member.lose_unsynced(&follower(3, 1, &[1]));
    assert_eq!(member.term(), 3, "term and vote are in a file of their own");
    restart(&mut member, 3);
    assert_eq!((terms(&member), member.commit(), member.applied()), (vec![1], 1, 1));
}

#[test]
fn a_leader_takes_back_what_a_follower_has_lost() {
    let mut member = leader();
    propose(&mut member, 200, 20);
    hear(&mut member, 210, 2, accepted(1, 2));
    hear(&mut member, 220, 2, refused(1, 0));
    assert_eq!(member.progress(2).map(|peer| peer.match_index), Some(0));
    assert_eq!(member.commit(), 2, "but what was committed stays committed");
}

#[test]
fn even_a_snapshot_of_another_history_gives_way() {
    // Only after a majority lost its disks.
    let mut member = follower(1, 2, &[1, 1]);
    member.compact(2, "two");
    let out = hear(&mut member, 10, 3, append(9, 0, (8, 2), &[]));
    assert_eq!(out.last(), Some(&send(3, refused(9, 0))));
    assert_eq!((member.last_index(), member.applied(), member.snapshot()), (0, 0, None));
}
