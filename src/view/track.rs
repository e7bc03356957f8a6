//! The track: which positions of a branch are steps for a person, and what there is to see on the
//! way. It grows as the branch does; looking at the past only reads it.
//!
//! A position of history is one thing the engine did; most are of no interest (heartbeats). A *hop*
//! is a position at which something shown happened: the arrival of a shown frame, a fault, an input.

use crate::kernel::{EventId, EventKind, ProcId, Time};
use crate::world::World;

use super::class::Class;
use super::filter::{Filter, Sight};

/// A step for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// The position just after it.
    pub position: u64,
    /// When it happened.
    pub at: Time,
    /// Its events: from this one …
    pub first: EventId,
    /// … to before this one.
    pub end: EventId,
    /// Its most interesting class of traffic.
    pub class: Option<Class>,
    /// Whether it is something from outside.
    pub input: bool,
    /// Whether it is a fault or the end of one.
    pub fault: bool,
}

/// Something to see in the diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// The event.
    pub event: EventId,
    /// When.
    pub at: Time,
    /// What.
    pub sight: Sight,
}

/// A process died or started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// The event.
    pub event: EventId,
    /// Which process.
    pub process: ProcId,
    /// When.
    pub at: Time,
    /// Whether it runs from then on.
    pub up: bool,
}

/// The track of a branch.
#[derive(Debug, Clone)]
pub struct Track {
    start: u64,
    /// The number of events at each position from `start` on.
    events: Vec<u64>,
    hops: Vec<Hop>,
    items: Vec<Item>,
    lives: Vec<Life>,
}

impl Track {
    /// The track of a branch that begins here.
    pub fn new(world: &World) -> Self {
        Self {
            start: world.position(),
            events: vec![world.sim().trace().len()],
            hops: Vec::new(),
            items: Vec::new(),
            lives: Vec::new(),
        }
    }

    /// Takes note of where a world is now, if that is beyond what is known. Returns the hop it just
    /// made, if it made one.
    pub fn record(&mut self, world: &World, filter: &Filter) -> Option<Hop> {
        let place = usize::try_from(world.position().checked_sub(self.start)?).ok()?;
        if place < self.events.len() {
            return None;
        }
        let before = self.events.last().copied().unwrap_or(0);
        let now = world.sim().trace().len();
        // An input may take several positions at once; one cannot stop between them, so all that
        // happened counts as the last.
        self.events.resize(place, before);
        self.events.push(now);
        self.look(world, filter, world.position(), before, now)
    }

    /// Looks at everything again, with another filter. `head` is the end of the branch.
    pub fn refilter(&mut self, head: &World, filter: &Filter) {
        self.hops.clear();
        self.items.clear();
        self.lives.clear();
        let events = std::mem::take(&mut self.events);
        for (place, pair) in events.windows(2).enumerate() {
            if let &[before, now] = pair
                && before < now
            {
                self.look(head, filter, self.start + place as u64 + 1, before, now);
            }
        }
        self.events = events;
    }

    /// The track of a branch that leaves this one at a position.
    pub fn fork(&self, position: u64) -> Self {
        let mut fork = self.clone();
        let known = usize::try_from(position.saturating_sub(self.start)).unwrap_or(usize::MAX);
        fork.events.truncate(known.saturating_add(1));
        let end = EventId(fork.events.last().copied().unwrap_or(0));
        fork.hops.truncate(self.hops.partition_point(|hop| hop.position <= position));
        fork.lives.truncate(self.lives.partition_point(|life| life.event < end));
        fork.items.truncate(self.items.partition_point(|item| item.event < end));
        fork
    }

    /// The hops, in order.
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// How many hops lie at or before a position: the number of the hop one is at.
    pub fn hops_until(&self, position: u64) -> usize {
        self.hops.partition_point(|hop| hop.position <= position)
    }

    /// What there is to see, in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// How many of the things to see lie within the first so many events.
    pub fn seen(&self, events: u64) -> usize {
        self.items.partition_point(|item| item.event.0 < events)
    }

    /// When processes died and started, in order.
    pub fn lives(&self) -> &[Life] {
        &self.lives
    }

    /// The position just after an event.
    pub fn position_of(&self, event: EventId) -> u64 {
        self.start + self.events.partition_point(|&events| events <= event.0) as u64
    }

    /// Looks at the events of a position.
    fn look(
        &mut self,
        world: &World,
        filter: &Filter,
        position: u64,
        before: u64,
        now: u64,
    ) -> Option<Hop> {
        let trace = world.sim().trace();
        let mut hop: Option<Hop> = None;
        let (mut class, mut input, mut fault) = (None::<Class>, false, false);
        for event in trace.since(EventId(before)).take_while(|event| event.id.0 < now) {
            if let EventKind::Crashed { .. } | EventKind::Removed | EventKind::Started = event.kind
            {
                let up = matches!(event.kind, EventKind::Started);
                let (event, process, at) = (event.id, event.place, event.at);
                self.lives.push(Life { event, process, at, up });
            }
            let Some(sight) = Sight::of(trace, event).filter(|sight| sight.is_shown(filter)) else {
                continue;
            };
            self.items.push(Item { event: event.id, at: event.at, sight });
            class = class.into_iter().chain(sight.class()).min();
            if let Sight::Mark(kind, _) = sight {
                use super::frame::MarkKind;
                input |= kind == MarkKind::Input;
                fault |= matches!(kind, MarkKind::Fault | MarkKind::Healed);
            }
            if sight.is_step(filter) {
                hop = Some(Hop {
                    position,
                    at: event.at,
                    first: EventId(before),
                    end: EventId(now),
                    class: None,
                    input: false,
                    fault: false,
                });
            }
        }
        let hop = Hop { class, input, fault, ..hop? };
        self.hops.push(hop);
        Some(hop)
    }
}
