//! Liveness: some time after the last fault, every group has one leader that all its members know,
//! and all have applied the same.

use crate::sorted::Map;
use std::sync::Arc;

use super::Violation;
use crate::kernel::{ProcId, ProcState};
use crate::world::World;

/// What a member of a group shows of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    server: ProcId,
    is_up: bool,
    leads: bool,
    leader: Option<u32>,
    term: u64,
    commit: u64,
    applied: u64,
}

/// Whether everything has come to rest: all servers run, every group has converged, and all copies
/// of a stream have the same sequences, those of a consumer the same record. Waits for no client.
///
/// # Errors
/// [`Violation::NotConverged`].
pub fn has_converged(world: &World) -> Result<(), Violation> {
    let mut groups: Map<(usize, &str), Vec<Shown>> = Map::new();
    for (server, state, node) in world.servers() {
        let cluster = world.cluster_of(server).unwrap_or(0);
        for (group, raft) in node.groups() {
            groups.entry((cluster, group)).or_default().push(Shown {
                server,
                is_up: state == ProcState::Up,
                leads: raft.is_established(),
                leader: raft.leader(),
                term: raft.term(),
                commit: raft.commit(),
                applied: raft.applied(),
            });
        }
    }
    for ((_, group), members) in groups {
        agree(&members)
            .map_err(|what| Violation::NotConverged { group: Arc::from(group), what })?;
    }
    for view in world.streams() {
        let ranges: Vec<_> = view
            .replicas
            .iter()
            .map(|replica| {
                let store = replica.stream.store();
                (replica.server, (store.first_seq(), store.last_seq()))
            })
            .collect();
        same(&ranges)
            .map_err(|what| Violation::NotConverged { group: Arc::clone(view.name), what })?;
    }
    for view in world.consumers() {
        let mut pairs = view.replicas.windows(2);
        if let Some([a, b]) = pairs.find(|pair| !pair[0].consumer.agrees_with(pair[1].consumer)) {
            let what = format!("{:?} and {:?} have different records", a.server, b.server);
            let group = format!("{} > {}", view.stream, view.name).into();
            return Err(Violation::NotConverged { group, what });
        }
    }
    Ok(())
}

fn agree(members: &[Shown]) -> Result<(), String> {
    if let Some(down) = members.iter().find(|member| !member.is_up) {
        return Err(format!("process {} does not run", down.server.0));
    }
    let leaders: Vec<&Shown> = members.iter().filter(|member| member.leads).collect();
    let [leader] = leaders[..] else { return Err(format!("{} leaders", leaders.len())) };
    for member in members {
        let is = |what: &str, is: String, should: String| {
            Err(format!("process {}: {what} is {is}, not {should}", member.server.0))
        };
        if member.leader != Some(leader.server.0) {
            let leader = format!("{:?}", Some(leader.server.0));
            return is("the leader", format!("{:?}", member.leader), leader);
        }
        if member.term != leader.term {
            return is("the term", member.term.to_string(), leader.term.to_string());
        }
        if member.commit != leader.commit {
            return is("the commit index", member.commit.to_string(), leader.commit.to_string());
        }
        if member.applied != leader.commit {
            return is("the applied index", member.applied.to_string(), leader.commit.to_string());
        }
    }
    Ok(())
}

fn same(ranges: &[(ProcId, (u64, u64))]) -> Result<(), String> {
    match ranges.windows(2).find(|pair| pair[0].1 != pair[1].1) {
        None => Ok(()),
        Some(pair) => Err(format!(
            "processes {} and {} have the sequences {:?} and {:?}",
            pair[0].0.0, pair[1].0.0, pair[0].1, pair[1].1
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(n: u32) -> Shown {
        Shown {
            server: ProcId(n),
            is_up: true,
            leads: n == 1,
            leader: Some(1),
            term: 3,
            commit: 10,
            applied: 10,
        }
    }

    #[test]
    fn objects_to_every_way_of_not_being_at_rest() {
        assert_eq!(agree(&[member(1), member(2)]), Ok(()));
        let wrong = [
            (Shown { is_up: false, ..member(2) }, "process 2 does not run"),
            (Shown { leads: true, ..member(2) }, "2 leaders"),
            (Shown { leader: None, ..member(2) }, "process 2: the leader is None, not Some(1)"),
            (Shown { term: 2, ..member(2) }, "process 2: the term is 2, not 3"),
            (Shown { commit: 9, ..member(2) }, "process 2: the commit index is 9, not 10"),
            (Shown { applied: 9, ..member(2) }, "process 2: the applied index is 9, not 10"),
        ];
        for (wrong, what) in wrong {
            assert_eq!(agree(&[member(1), wrong]), Err(what.to_owned()));
        }
        assert_eq!(agree(&[member(2), member(3)]), Err("0 leaders".to_owned()));
    }

    #[test]
    fn objects_to_copies_of_different_extent() {
        assert_eq!(same(&[(ProcId(1), (1, 5)), (ProcId(2), (1, 5))]), Ok(()));
        assert!(same(&[(ProcId(1), (1, 5)), (ProcId(2), (1, 4))]).is_err());
        assert!(same(&[(ProcId(1), (1, 5)), (ProcId(2), (2, 5))]).is_err());
    }
}
