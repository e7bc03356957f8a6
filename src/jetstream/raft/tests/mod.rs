//! Tests of the protocol: of each handler with literal outputs, of whole groups on a simulated
//! network, and of the checks that watch those groups.

mod chaos;
mod checks;
mod cluster;
mod election;
mod members;
mod recovery;
mod replication;
mod scenarios;

use std::sync::Arc;

use super::{Config, Entry, LogEntry, Message, Output, PeerId, Raft, Timing};
use crate::kernel::{Rng, Span, Time};

/// The member under test: entries are numbers, a snapshot is a text.
type Member = Raft<u64, &'static str>;
type Said = Message<u64, &'static str>;
type Done = Output<u64, &'static str>;

/// A moment, in milliseconds.
const fn ms(millis: u64) -> Time {
    Time(millis * 1_000_000)
}

fn entry(index: u64, term: u64) -> Arc<LogEntry<u64>> {
    Arc::new(LogEntry { index, term, data: Entry::Normal(index * 10) })
}

fn peer_state(index: u64, term: u64) -> Arc<LogEntry<u64>> {
    Arc::new(LogEntry { index, term, data: Entry::PeerState(vec![1, 2, 3]) })
}

/// An `Append` of entries with these terms after `prev`, which is (term, index).
fn append(term: u64, commit: u64, prev: (u64, u64), terms: &[u64]) -> Said {
    let entries = (prev.1 + 1..).zip(terms).map(|(index, term)| entry(index, *term)).collect();
    Message::Append { term, commit, prev_term: prev.0, prev_index: prev.1, entries }
}

fn accepted(term: u64, index: u64) -> Said {
    Message::AppendResponse { term, index, success: true }
}

fn refused(term: u64, index: u64) -> Said {
    Message::AppendResponse { term, index, success: false }
}

fn vote_request(term: u64, last_term: u64, last_index: u64) -> Said {
    Message::VoteRequest { term, last_term, last_index }
}

fn vote(term: u64, granted: bool) -> Said {
    Message::VoteResponse { term, granted, empty: false }
}

fn send(to: PeerId, message: Said) -> Done {
    Output::Send { to, message }
}

/// Member 1 of a brand-new group of `members`.
fn newborn(members: u32) -> Member {
    let peers = (1..=members).collect();
    let config = Config { id: 1, peers, preferred: true, timing: Timing::default() };
    Raft::new(config, Rng::new(7), Time::ZERO)
}

/// Member 1 of three, following member 2 in `term`, with entries of these terms in its log.
fn follower(term: u64, commit: u64, terms: &[u64]) -> Member {
    let mut member = newborn(3);
    hear(&mut member, 0, 2, append(term, commit, (0, 0), terms));
    member
}

/// Member 1 of three, leading in term 1 with its peer-state entry committed, at 100 ms.
fn leader() -> Member {
    let mut member = newborn(3);
    tick(&mut member, 50);
    hear(&mut member, 100, 2, vote(1, true));
    hear(&mut member, 100, 2, accepted(1, 1));
    hear(&mut member, 100, 3, accepted(1, 1));
    assert!(member.is_established());
    member
}

fn hear(member: &mut Member, at: u64, from: PeerId, message: Said) -> Vec<Done> {
    let mut out = Vec::new();
    member.handle(ms(at), from, message, &mut out);
    with_quick_disk(member, out)
}

fn tick(member: &mut Member, at: u64) -> Vec<Done> {
    let mut out = Vec::new();
    member.tick(ms(at), &mut out);
    with_quick_disk(member, out)
}

fn propose(member: &mut Member, at: u64, value: u64) -> Vec<Done> {
    let mut out = Vec::new();
    member.propose(ms(at), value, &mut out).expect("it leads");
    with_quick_disk(member, out)
}

/// Which entry a leader wants on its disk.
fn written<E, S>(out: &[Output<E, S>]) -> Option<u64> {
    out.iter().find_map(|output| match output {
        Output::Write { index, .. } => Some(*index),
        _ => None,
    })
}

/// Its disk is quick: what it wants to write is written at once.
fn with_quick_disk(member: &mut Member, mut out: Vec<Done>) -> Vec<Done> {
    if let Some(index) = written(&out) {
        member.written(index, &mut out);
    }
    out.retain(|output| !matches!(output, Output::Write { .. }));
    out
}

/// The terms of the entries in its log.
fn terms(member: &Member) -> Vec<u64> {
    (member.first_index()..=member.last_index())
        .map(|index| member.entry(index).expect("no gaps").term)
        .collect()
}

/// How long it waits from `at` until it campaigns.
fn patience(member: &Member, at: u64) -> Span {
    member.next_deadline().since(ms(at))
}
