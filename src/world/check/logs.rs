//! Logs match: if two logs have an entry of the same index and term, they are the same up to there
//! (Ongaro and Ousterhout 2014, figure 3).

use crate::sorted::Map;
use std::sync::Arc;

use super::Violation;
use crate::kernel::ProcId;
use crate::server::GroupRaft;
use crate::world::World;

/// An entry as it is compared: index, term, content.
type Seen<E> = (u64, u64, E);

/// Compares the logs of the members of every group, as far as they are not compacted.
///
/// # Errors
/// [`Violation::LogsDiffer`].
pub fn logs_match(world: &World) -> Result<(), Violation> {
    let mut groups: Map<(usize, &str), Vec<(ProcId, &GroupRaft)>> = Map::new();
    for (server, _, node) in world.servers() {
        let cluster = world.cluster_of(server).unwrap_or(0);
        for (group, raft) in node.groups() {
            groups.entry((cluster, group)).or_default().push((server, raft));
        }
    }
    for ((_, group), members) in groups {
        for (i, (first, left)) in members.iter().enumerate() {
            for (second, right) in &members[i + 1..] {
                let differ = differ(&common(left, right), &common(right, left));
                if let Some(index) = differ {
                    let (group, first, second) = (Arc::from(group), *first, *second);
                    return Err(Violation::LogsDiffer { group, first, second, index });
                }
            }
        }
    }
    Ok(())
}

/// The entries of one log at the indexes that another one has as well.
fn common<'a>(log: &'a GroupRaft, other: &GroupRaft) -> Vec<Seen<impl PartialEq + use<'a>>> {
    let from = log.first_index().max(other.first_index());
    let to = log.last_index().min(other.last_index());
    (from..=to)
        .filter_map(|index| log.entry(index))
        .map(|entry| (entry.index, entry.term, &entry.data))
        .collect()
}

/// Where two logs differ before the last place whose term they agree on.
fn differ<E: PartialEq>(left: &[Seen<E>], right: &[Seen<E>]) -> Option<u64> {
    let pairs = || left.iter().zip(right);
    let agreed = pairs().rposition(|(x, y)| x.1 == y.1)?;
    pairs().take(agreed + 1).find(|(x, y)| x != y).map(|(x, _)| x.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_to_logs_that_differ_before_a_common_entry() {
        let left = [(1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c')];
        assert_eq!(differ(&left, &left), None);
        // Ends of different terms are no disagreement: one of them will be overwritten.
        assert_eq!(differ(&left, &[(1, 1, 'a'), (2, 3, 'x'), (3, 3, 'y')]), None);
        assert_eq!(differ(&left, &[(1, 1, 'a'), (2, 1, 'x'), (3, 3, 'y')]), Some(2));
        assert_eq!(differ(&left, &[(1, 0, 'a'), (2, 1, 'b'), (3, 3, 'y')]), Some(1));
        assert_eq!(differ(&left, &[]), None);
    }
}
