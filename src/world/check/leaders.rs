//! At most one leader a term: the election safety of Raft (Ongaro and Ousterhout 2014, figure 3).

use crate::sorted::Map;
use std::sync::Arc;

use super::Violation;
use crate::kernel::{EventId, ProcId};
use crate::server;
use crate::world::{EventKind, Note, World};

/// Watches the trace of one world and remembers who was elected. For a world that remembers only
/// its last events, it must be asked often enough.
#[derive(Debug, Clone, Default)]
pub struct Leaders {
    elected: Map<(usize, Arc<str>, u64), ProcId>,
    next: u64,
}

impl Leaders {
    /// Looks at what happened since the last time.
    ///
    /// # Errors
    /// [`Violation::TwoLeaders`].
    pub fn watch(&mut self, world: &World) -> Result<(), Violation> {
        let from = std::mem::replace(&mut self.next, world.sim().trace().len());
        for event in world.sim().trace().since(EventId(from)) {
            if let EventKind::Note(Note::Server(server::Note::Elected { group, term })) =
                &event.kind
            {
                let cluster = world.cluster_of(event.place).unwrap_or(0);
                self.led(cluster, group, *term, event.place)?;
            }
        }
        Ok(())
    }

    /// A server leads a group of a cluster in a term: no other one ever does. A leader that is
    /// elected twice in a term, because it went down in between, would not be one either, but Raft
    /// rules that out by itself: a candidate begins a new term.
    fn led(
        &mut self,
        cluster: usize,
        group: &Arc<str>,
        term: u64,
        server: ProcId,
    ) -> Result<(), Violation> {
        let first = *self.elected.entry((cluster, Arc::clone(group), term)).or_insert(server);
        if first == server {
            return Ok(());
        }
        let group = Arc::clone(group);
        Err(Violation::TwoLeaders { group, term, first, second: server })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_to_a_second_leader_in_a_term() {
        let mut leaders = Leaders::default();
        let (group, other): (Arc<str>, Arc<str>) = ("G".into(), "H".into());
        assert_eq!(leaders.led(0, &group, 1, ProcId(1)), Ok(()));
        assert_eq!(leaders.led(0, &group, 2, ProcId(2)), Ok(()));
        assert_eq!(leaders.led(0, &other, 1, ProcId(2)), Ok(()));
        assert_eq!(leaders.led(1, &group, 1, ProcId(2)), Ok(()));
        let (first, second) = (ProcId(1), ProcId(2));
        assert_eq!(
            leaders.led(0, &group, 1, second),
            Err(Violation::TwoLeaders { group, term: 1, first, second })
        );
    }
}
