//! Going from moment to moment: hops forward and back, steps, seeks, branches, undo.

use crate::client;
use crate::kernel::{BranchId, EventKind, Span, Time};
use crate::view::caption;
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::track::Hop;
use crate::world::Note;

use super::{Goal, Mode, Moment, Player};

/// How far a hop or a step looks ahead at most.
const FAR: Span = Span::secs(90);
/// How long an operation may take for a step over it.
const STEP_LIMIT: Span = Span::secs(30);
/// How many moments undo remembers.
const UNDO: usize = 64;

impl Player {
    pub(super) fn hop_forward(&mut self) {
        // A second press does not wait for the first to land.
        let hurry = matches!(self.mode, Mode::Hop | Mode::Run(_));
        if self.nothing_to_come() {
            return self.play();
        }
        if self.reduced_motion || hurry {
            return self.run(Goal::Hop, FAR);
        }
        self.play();
        if self.mode == Mode::Play {
            self.mode = Mode::Hop;
        }
    }

    pub(super) fn hop_back(&mut self) {
        self.rest();
        let number = self.hop_number();
        let (position, now) = (self.world().position(), self.world().now());
        let exactly = self.hop().is_some_and(|hop| hop.position == position && hop.at == now);
        let target = if exactly { number.saturating_sub(1) } else { number };
        self.go_to_hop(target);
    }

    /// To the hop of this number; 0 is the beginning.
    fn go_to_hop(&mut self, number: usize) {
        let hop = number.checked_sub(1).and_then(|n| self.hops().get(n)).copied();
        self.seek(hop.map_or(self.history.start_position(), |hop| hop.position));
    }

    /// To the end of the operation under way, or of the next one that is known to come.
    pub(super) fn step_over(&mut self) {
        if self.nothing_to_come() {
            return self.play();
        }
        let known = self.hops().get(self.hop_number()..).unwrap_or_default();
        let comes = known.iter().any(|hop| self.ends_an_operation(*hop));
        if self.world().open_ops() > 0 || comes {
            self.run(Goal::OpEnd, STEP_LIMIT);
        } else {
            self.run(Goal::Hop, STEP_LIMIT);
        }
    }

    /// Whether an operation that is waited for ends with this hop.
    pub(super) fn ends_an_operation(&self, hop: Hop) -> bool {
        let trace = self.history.head().sim().trace();
        let mut events = trace.since(hop.first).take_while(|event| event.id < hop.end);
        events.any(|event| {
            matches!(&event.kind, EventKind::Note(Note::Client(client::Note::OpEnded { .. })))
        })
    }

    /// To a position of this branch, exactly as it was when it was reached.
    pub(super) fn seek(&mut self, position: u64) {
        self.rest();
        let (start, end) = (self.history.start_position(), self.history.end_position());
        let position = position.clamp(start, end);
        if self.world().position() == position {
            // Time may have passed since; going elsewhere and back undoes that.
            if position > start {
                self.history.seek(position - 1);
            } else if end > start {
                self.history.seek(start + 1);
            }
        }
        self.history.seek(position);
        self.arrived();
    }

    pub(super) fn seek_time(&mut self, at: Time) {
        self.rest();
        let end = self.history.head().now();
        if at > end {
            self.history.seek(self.history.end_position());
            self.moved();
            return self.run(Goal::Time(at), at.since(end) + Span(1));
        }
        self.history.seek_time(at);
        self.arrived();
    }

    pub(super) fn seek_fraction(&mut self, fraction: f64) {
        let hops = self.hops().len();
        let fraction = if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.0 };
        if fraction >= 1.0 {
            return self.seek(self.history.end_position());
        }
        self.go_to_hop((fraction * hops as f64).round() as usize);
    }

    /// The cursor was set down somewhere.
    pub(super) fn arrived(&mut self) {
        self.moved();
        self.pulses.clear();
        self.skipped = None;
        if let Some(hop) = self.hop() {
            if hop.position == self.world().position() {
                self.pulse(hop);
            }
            self.say_hop(hop);
        } else {
            self.announce("The beginning.".to_owned());
        }
    }

    pub(super) fn switch_branch(&mut self, branch: BranchId) {
        if branch == self.history.current() || branch.0 >= self.history.branches().len() {
            return;
        }
        self.remember();
        self.rest();
        self.history.switch(branch);
        self.tracks_are_current();
        self.arrived();
    }

    /// Remembers this moment for undo.
    pub(super) fn remember(&mut self) {
        let world = self.history.cursor();
        let branch = self.history.current();
        self.undo.push(Moment { branch, position: world.position(), at: world.now() });
        if self.undo.len() > UNDO {
            self.undo.remove(0);
        }
    }

    pub(super) fn undo(&mut self) {
        let Some(moment) = self.undo.pop() else { return };
        self.rest();
        self.history.switch(moment.branch);
        self.tracks_are_current();
        self.seek(moment.position);
        self.history.idle_until(moment.at);
    }

    pub(super) fn show_classes(&mut self, classes: &[Class], shown: bool) {
        let mut changed = false;
        for class in classes {
            changed |= self.filter.set(*class, shown);
        }
        if !changed {
            return;
        }
        self.filtered += 1;
        self.flights = None;
        self.at_rest = false;
        self.tracks_are_current();
    }

    /// Looks at the current branch's track again if the filter has changed since.
    pub(super) fn tracks_are_current(&mut self) {
        let current = self.history.current().0;
        let (head, filter) = (self.history.head(), &self.filter);
        if let Some(track) = self.tracks.get_mut(current) {
            track.refilter(head, filter);
        }
    }

    /// Lets the events of a hop pulse.
    pub(super) fn pulse(&mut self, hop: Hop) {
        // Those of the hop before are over.
        self.pulses.retain(|(event, _)| *event < hop.first);
        let items = self.track().items();
        let from = items.partition_point(|item| item.event < hop.first);
        let events: Vec<_> = items
            .iter()
            .skip(from)
            .take_while(|item| item.event < hop.end)
            .filter(|item| item.sight.is_step(&self.filter))
            .map(|item| (item.event, self.screen_ms))
            .collect();
        self.pulses.extend(events);
    }

    /// Has the sentence of a hop said.
    pub(super) fn say_hop(&mut self, hop: Hop) {
        let text = caption::hop(Cast::new(self.history.cursor()), &hop).text();
        self.announce(text);
    }
}
