//! What can be followed by eye: all that is shown, but for what goes on inside of folded clusters.

use crate::kernel::{EventKind, ProcId, Span, Time};
use crate::view::track::Hop;

use super::Player;

impl Player {
    /// Whether two processes are of one folded cluster.
    fn are_inside(&self, a: ProcId, b: ProcId) -> bool {
        let world = self.world();
        let (one, other) = (world.cluster_of(a), world.cluster_of(b));
        one == other && one.is_some_and(|cluster| self.places.is_folded(cluster))
    }

    /// The latency of the frame that arrives next of those that can be followed.
    pub(super) fn next_in_sight(&self) -> Option<Span> {
        let trace = self.world().sim().trace();
        let flights = self.flights.iter().flatten().filter(|flight| {
            let to = match trace.get(flight.sent).map(|event| (event.place, &event.kind)) {
                Some((from, EventKind::Sent { to, .. })) => Some((from, *to)),
                _ => None,
            };
            flight.arrives < Time::MAX && !to.is_some_and(|(from, to)| self.are_inside(from, to))
        });
        let first = flights.min_by_key(|flight| flight.arrives)?;
        Some(first.arrives.since(first.leaves))
    }

    /// Whether all of a hop happened inside of folded clusters.
    pub(super) fn is_out_of_sight(&self, hop: Hop) -> bool {
        let mut events = self.world().sim().trace().since(hop.first);
        !hop.input
            && !hop.fault
            && events.by_ref().take_while(|event| event.id < hop.end).all(|event| {
                let from = match event.kind {
                    EventKind::Arrived { from, .. } => from,
                    _ => event.place,
                };
                self.are_inside(from, event.place)
            })
    }
}
