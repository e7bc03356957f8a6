//! Whole groups in the situations of which the times of a real cluster are known.

use super::cluster::{Cluster, Weather};
use super::{Output, Timing, ms};
use crate::kernel::{Span, Time};

/// How long a message takes between two servers.
const HOP: Span = Span::millis(50);

/// Three servers whose group has led a second of quiet life; server 1 leads.
fn settled(seed: u64) -> Cluster {
    let mut cluster = Cluster::new(3, seed, Timing::default(), Weather::calm(HOP));
    cluster.run(Span::millis(1_000)).unwrap();
    assert_eq!(cluster.leaders(), [1]);
    cluster
}

/// When somebody else than server 1 became leader after `at`.
fn taken_over(cluster: &Cluster, at: Time) -> Option<Span> {
    cluster
        .elections()
        .into_iter()
        .find(|(then, id)| *then > at && *id != 1)
        .map(|(then, _)| then.since(at))
}

#[test]
fn a_new_group_leads_after_a_vote_and_an_entry() {
    let cluster = settled(1);
    // 50 ms of waiting, a round trip for the votes, a round trip for the peer-state entry.
    assert_eq!(cluster.elections(), [(ms(50 + 100 + 100), 1)]);
}

#[test]
fn a_new_group_leads_with_one_member_down() {
    let mut cluster = Cluster::new(3, 1, Timing::default(), Weather::calm(HOP));
    cluster.crash(3);
    cluster.run(Span::millis(1_000)).unwrap();
    assert_eq!(cluster.elections(), [(ms(250), 1)]);
}

#[test]
fn an_entry_takes_two_hops_to_commit_and_a_third_to_be_known() {
    let mut cluster = settled(1);
    cluster.propose(7).unwrap();
    cluster.run(Span::millis(99)).unwrap();
    assert_eq!(cluster.acknowledged, []);
    cluster.run(Span::millis(1)).unwrap();
    assert_eq!(cluster.acknowledged, [(2, 7)]);
    assert_eq!(cluster.servers[&2].state, []);
    cluster.run(HOP).unwrap();
    assert!(cluster.states().iter().all(|(_, state)| *state == [(2, 7)]));
}

#[test]
fn after_a_crash_of_the_leader_another_one_leads_within_an_election_timeout() {
    for seed in 0..50 {
        let mut cluster = settled(seed);
        cluster.crash(1);
        let at = cluster.now;
        cluster.run(Span::secs(60)).unwrap();
        let without = taken_over(&cluster, at).unwrap();
        // Usually less than 9 s; a split vote takes a second round.
        assert!((Span::secs(2)..Span::secs(20)).contains(&without), "seed {seed}: {without}");
        cluster.heal().unwrap();
        cluster.run(Span::secs(5)).unwrap();
        cluster.check_peace().unwrap();
    }
}

#[test]
fn a_transfer_of_leadership_takes_a_few_hops() {
    let mut cluster = settled(1);
    let at = cluster.now;
    cluster.step_down(1, Some(3)).unwrap();
    cluster.run(Span::secs(2)).unwrap();
    // To the target, 10 ms, the votes, the peer-state entry.
    assert_eq!(taken_over(&cluster, at), Some(Span::millis(50 + 10 + 100 + 100)));
    cluster.check_peace().unwrap();
}

#[test]
fn a_leader_that_was_cut_off_lives_ten_to_twenty_seconds_more() {
    for seed in 0..50 {
        let mut cluster = settled(seed);
        cluster.run(Span::millis(seed * 200)).unwrap();
        cluster.isolate(1);
        let at = cluster.now;
        cluster.propose(7).unwrap();
        cluster.run(Span::secs(40)).unwrap();
        let lost = |output: &_| matches!(output, Output::LostLeadership { .. });
        let (end, ..) = cluster.story.iter().find(|(.., output)| lost(output)).unwrap();
        let life = end.since(at);
        assert!((Span::millis(9_900)..=Span::secs(20)).contains(&life), "seed {seed}: {life}");

        // The others went on; what it had proposed is gone.
        cluster.propose(8).unwrap();
        cluster.heal().unwrap();
        cluster.run(Span::secs(30)).unwrap();
        cluster.check_peace().unwrap();
        cluster.check_nothing_lost().unwrap();
        let values: Vec<u64> = cluster.servers[&1].state.iter().map(|(_, value)| *value).collect();
        assert_eq!(values, [8], "seed {seed}");
    }
}

#[test]
fn what_a_leader_without_followers_took_is_committed_when_one_comes_back() {
    let mut cluster = settled(1);
    cluster.crash(2);
    cluster.crash(3);
    for value in [7, 8, 9] {
        cluster.propose(value).unwrap();
    }
    cluster.run(Span::secs(2)).unwrap();
    assert_eq!(cluster.acknowledged, []);
    cluster.restart(2).unwrap();
    cluster.run(Span::secs(3)).unwrap();
    assert_eq!(cluster.acknowledged, [(2, 7), (3, 8), (4, 9)]);
}

#[test]
fn a_follower_that_was_down_is_current_again_within_seconds() {
    let mut cluster = settled(1);
    cluster.crash(2);
    for value in 0..2_000 {
        cluster.propose(value).unwrap();
        cluster.run(Span::millis(1)).unwrap();
    }
    cluster.run(Span::secs(1)).unwrap();
    cluster.restart(2).unwrap();
    cluster.run(Span::millis(2_200)).unwrap();
    assert_eq!(cluster.servers[&2].state.len(), 2_000);
    assert_eq!(cluster.servers[&1].raft.lag(2), 0);
}

#[test]
fn in_quiet_the_leader_sends_one_heartbeat_a_second_and_nobody_else_anything() {
    let mut cluster = settled(1);
    let before = cluster.sent;
    cluster.run(Span::secs(100)).unwrap();
    // To two followers, and their answers.
    assert_eq!(cluster.sent - before, 100 * 4);
    assert_eq!(cluster.elections().len(), 1);
}

#[test]
fn a_member_that_lost_its_disk_cannot_help_to_lose_what_was_committed() {
    // 1 and 2 have the entry, 3 was away. Then 2 loses its disk and 1 goes away: 2 and 3 are a
    // majority, but one that knows nothing of the entry.
    let mut cluster = settled(1);
    cluster.crash(3);
    cluster.propose(7).unwrap();
    cluster.run(Span::millis(500)).unwrap();
    cluster.crash(1);
    let now = cluster.now;
    let server = cluster.servers.get_mut(&2).unwrap();
    server.raft.wipe(now);
    server.state.clear();
    cluster.restart(3).unwrap();
    cluster.run(Span::secs(120)).unwrap();
    assert!(cluster.leaders().is_empty(), "no leader rather than one without the entry");
    cluster.heal().unwrap();
    cluster.run(Span::secs(60)).unwrap();
    cluster.check_peace().unwrap();
    cluster.check_nothing_lost().unwrap();
}

#[test]
fn the_same_seed_gives_the_same_story() {
    let tell = || {
        let mut cluster = settled(99);
        cluster.crash(1);
        cluster.run(Span::secs(30)).unwrap();
        (cluster.story, cluster.sent)
    };
    assert_eq!(tell(), tell());
}
