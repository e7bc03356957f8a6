//! The logs of a Raft group, entry by entry: what stands at each index, and how far each member is with it.

use crate::server::GroupRaft;
use crate::view::frame::{LogMark, LogRow, Section};
use crate::view::wire::entry_text;

/// The newest entries that any member has, newest first, at most `rows`. Where members have different
/// entries at one index, which happens below a leader that was cut off, each is a row.
pub(super) fn raft_log(members: &[(String, &GroupRaft)], rows: usize) -> Section {
    let ends = members.iter().map(|(_, raft)| raft.last_index());
    let begins = members.iter().map(|(_, raft)| raft.first_index());
    let (last, first) = (ends.max().unwrap_or(0), begins.min().unwrap_or(1));
    let mut listed = Vec::new();
    let mut index = last;
    while index >= first && index > 0 && listed.len() < rows {
        for term in terms(members, index) {
            listed.push(entry(members, index, term));
        }
        index -= 1;
    }
    Section::Log {
        members: members.iter().map(|(name, _)| name.clone()).collect(),
        rows: listed,
        more: (index + 1).saturating_sub(first),
        compacted: first.saturating_sub(1),
    }
}

/// The terms of the entries that members have at an index, the newest first.
fn terms(members: &[(String, &GroupRaft)], index: u64) -> Vec<u64> {
    let mut terms = Vec::new();
    for (_, raft) in members {
        if let Some(entry) = raft.entry(index)
            && !terms.contains(&entry.term)
        {
            let place = terms.iter().take_while(|term| **term > entry.term).count();
            terms.insert(place, entry.term);
        }
    }
    terms
}

fn entry(members: &[(String, &GroupRaft)], index: u64, term: u64) -> LogRow {
    let mut what = String::new();
    let mut marks = Vec::new();
    for (_, raft) in members {
        let own = raft.entry(index).filter(|entry| entry.term == term);
        if let Some(entry) = own
            && what.is_empty()
        {
            what = entry_text(&entry.data);
        }
        marks.push(match own {
            None if index < raft.first_index() => LogMark::Compacted,
            None => LogMark::Absent,
            Some(_) if index <= raft.applied() => LogMark::Applied,
            Some(_) if index <= raft.commit() => LogMark::Committed,
            Some(_) => LogMark::Written,
        });
    }
    LogRow { index, term, what, marks, changed: false }
}
