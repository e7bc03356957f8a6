//! Playing: so much screen time passes, so much virtual time with it.

use crate::kernel::{Span, Time};
use crate::view::command::Pace;
use crate::view::files;
use crate::view::motion;
use crate::view::pace::{DWELL_MS, flow_rate, idle_rate};
use crate::view::track::Hop;

use super::quiet::is_quiet;
use super::{Goal, Mode, Player, Run, SLICE};

/// If nothing shown has happened for so long, nothing will.
const PATIENCE: Span = Span::secs(90);
/// Skipped stretches shorter than this are not worth telling.
const WORTH_TELLING: Span = Span::millis(50);
/// So much faster passes what goes on inside of folded clusters: nobody follows it by eye.
const OUT_OF_SIGHT: f64 = 12.0;

impl Player {
    pub(super) fn play(&mut self) {
        self.at_rest = false;
        self.mode = Mode::Play;
        // One may want to see time pass although nothing is known to come.
        if self.pace_is_flow() && self.nothing_to_come() {
            self.come_to_rest();
        }
    }

    pub(super) fn rest(&mut self) {
        self.mode = Mode::Rest;
        self.dwell_ms = 0.0;
    }

    fn pace_is_flow(&self) -> bool {
        matches!(self.pace, Pace::Flow { .. })
    }

    /// Nothing more is to come by itself.
    fn come_to_rest(&mut self) {
        self.rest();
        self.at_rest = true;
        self.announce("Everything is at rest. Nothing more happens by itself.".to_owned());
    }

    /// One position forward. Returns whether that was a hop; none if nothing is left to do.
    pub(super) fn advance(&mut self) -> Option<Option<Hop>> {
        if !self.history.forward() {
            return None;
        }
        self.flights = None;
        let new = self.record();
        let position = self.world().position();
        self.follow_lesson();
        Some(new.or_else(|| self.hop().filter(|hop| hop.position == position)))
    }

    /// Plays for so many milliseconds.
    pub(super) fn play_on(&mut self, ms: f64) {
        match self.pace {
            Pace::Clock { factor } if self.mode == Mode::Play => self.play_clock(ms, factor),
            Pace::Clock { .. } => self.play_flow(ms, 1.0),
            Pace::Flow { speed } => self.play_flow(ms, speed.clamp(0.05, 20.0)),
        }
    }

    fn play_clock(&mut self, ms: f64, factor: f64) {
        let rate = factor.clamp(0.000_1, 100.0) * 1_000_000.0;
        let mut steps = SLICE;
        let until = self.world().now() + self.whole_nanos(rate * ms);
        while let Some(next) = self.history.next_at()
            && next <= until
        {
            if steps == 0 {
                return;
            }
            steps -= 1;
            match self.advance() {
                Some(Some(hop)) => self.happened(hop),
                Some(None) => {}
                None => return,
            }
        }
        self.history.idle_until(until);
    }

    fn play_flow(&mut self, ms: f64, speed: f64) {
        let mut left = ms;
        let mut steps = SLICE;
        while left > 0.0 && steps > 0 && matches!(self.mode, Mode::Play | Mode::Hop) {
            if self.dwell_ms > 0.0 {
                let rest = self.dwell_ms.min(left);
                self.dwell_ms -= rest;
                left -= rest;
                continue;
            }
            let Some(next) = self.history.next_at() else { return self.come_to_rest() };
            let rate = match self.next_flight() {
                Some(latency) => {
                    self.awake();
                    match self.next_in_sight() {
                        Some(latency) => flow_rate(latency, speed),
                        None => flow_rate(latency, speed * OUT_OF_SIGHT),
                    }
                }
                None => {
                    if self.is_past_patience() || self.nothing_to_come() {
                        return self.come_to_rest();
                    }
                    idle_rate(self.idle_ms) * speed
                }
            };
            let idle = self.idle_since.is_some();
            let gap = (next.since(self.world().now()).0 as f64 - self.carry_ns).max(0.0);
            let needed = if rate.is_finite() { gap / rate } else { 0.0 };
            if needed > left {
                let nanos = self.whole_nanos(rate * left);
                self.history.idle_until(self.world().now() + nanos);
                self.idle_ms += if idle { left } else { 0.0 };
                return;
            }
            left -= needed;
            self.idle_ms += if idle { needed } else { 0.0 };
            self.carry_ns = 0.0;
            steps -= 1;
            match self.advance() {
                Some(Some(hop)) => {
                    self.happened(hop);
                    self.dwell_ms = if self.is_out_of_sight(hop) { 0.0 } else { DWELL_MS / speed };
                }
                Some(None) if idle && !rate.is_finite() => self.skip(&mut steps),
                Some(None) => {}
                None => return self.come_to_rest(),
            }
        }
    }

    /// Goes on without looking at every step, until there is something to see.
    fn skip(&mut self, steps: &mut u32) {
        let seen = |player: &Self| player.track().seen(player.world().sim().trace().len());
        let before = seen(self);
        while *steps > 0 && seen(self) == before && !self.is_past_patience() {
            *steps -= 1;
            match self.advance() {
                Some(Some(hop)) => return self.happened(hop),
                Some(None) => {}
                None => return,
            }
        }
    }

    /// The latency of the shown frame that arrives next; none if none is under way.
    fn next_flight(&mut self) -> Option<Span> {
        if self.flights.is_none() {
            self.flights = Some(motion::flights(self.history.cursor(), &self.filter));
        }
        let flights = self.flights.iter().flatten();
        let first = flights.filter(|f| f.arrives < Time::MAX).min_by_key(|f| f.arrives);
        let latency = first.map(|flight| flight.arrives.since(flight.leaves));
        if latency.is_none() && self.idle_since.is_none() {
            self.idle_since = Some(self.world().now());
            self.idle_ms = 0.0;
        }
        latency
    }

    /// Something is in flight again.
    fn awake(&mut self) {
        self.idle_ms = 0.0;
        if let Some(since) = self.idle_since.take() {
            let span = self.world().now().since(since);
            if span >= WORTH_TELLING {
                self.skipped = Some((span, self.screen_ms));
            }
        }
    }

    fn is_past_patience(&self) -> bool {
        let now = self.world().now();
        // What is known to come is waited for.
        let known = self.hop_number() < self.hops().len();
        !known && self.idle_since.is_some_and(|since| now.since(since) > PATIENCE)
    }

    /// Whether nothing shown will happen by itself.
    pub(super) fn nothing_to_come(&mut self) -> bool {
        if self.expected.is_some_and(|at| at > self.world().now()) {
            return false;
        }
        let awaited = self.lesson_waits();
        if awaited || self.hop_number() < self.hops().len() || self.next_flight().is_some() {
            return false;
        }
        self.history.at_head() && is_quiet(self.world(), &self.filter)
    }

    /// So many nanoseconds, whole ones; the rest is kept for the next time.
    fn whole_nanos(&mut self, nanos: f64) -> Span {
        self.carry_ns += nanos;
        let whole = self.carry_ns.floor().clamp(0.0, 1e18);
        self.carry_ns -= whole;
        Span(whole as u64)
    }

    /// A hop happened before the eyes of the person.
    pub(super) fn happened(&mut self, hop: Hop) {
        self.awake();
        self.pulse(hop);
        self.say_hop(hop);
        if self.mode == Mode::Hop {
            self.rest();
        }
    }

    /// Runs towards a goal, a first slice at once.
    pub(super) fn run(&mut self, goal: Goal, limit: Span) {
        let from = self.world().now();
        self.at_rest = false;
        let run = Run { goal, from, limit: from + limit };
        self.mode = Mode::Run(run);
        self.run_on(run);
    }

    /// Runs on for one slice.
    pub(super) fn run_on(&mut self, run: Run) {
        // What is waited for here is large: its messages take longer than most, most of all where each
        // of them is hashed.
        let slice = match run.goal {
            Goal::Op(client, op) if files::is_get(self.world(), client, op) => SLICE / 50,
            Goal::Op(..) => SLICE / 20,
            _ => SLICE,
        };
        for _ in 0..slice {
            if self.is_reached(run) {
                return self.run_ended(run);
            }
            match self.history.next_at() {
                Some(next) if next <= run.limit => {}
                _ => return self.run_ended(run),
            }
            if let (Goal::Hop, None) = (run.goal, self.flights.as_ref())
                && self.nothing_to_come()
            {
                return self.run_ended(run);
            }
            let Some(hop) = self.advance() else { return self.run_ended(run) };
            match (hop, run.goal) {
                (Some(_), Goal::Hop) => return self.run_ended(run),
                (Some(hop), Goal::OpEnd) if self.ends_an_operation(hop) => {
                    return self.run_ended(run);
                }
                _ => {}
            }
        }
    }

    fn is_reached(&mut self, run: Run) -> bool {
        match run.goal {
            Goal::Time(at) => self.history.next_at().is_none_or(|next| next > at),
            Goal::Idle => {
                let world = self.history.cursor();
                // On known ground, inputs still to come belong to it.
                self.history.at_head() && world.open_ops() == 0 && self.next_flight().is_none()
            }
            Goal::Op(client, op) => {
                let record = self.world().client(client).and_then(|client| client.op(op));
                record.is_none_or(|record| record.outcome.is_some())
            }
            Goal::Lesson => !self.lesson_waits(),
            Goal::Hop | Goal::OpEnd => false,
        }
    }

    fn run_ended(&mut self, run: Run) {
        if let Goal::Time(at) = run.goal {
            self.history.idle_until(at);
        }
        self.rest();
        let stood_still = self.world().now() == run.from;
        self.moved();
        match self.hop() {
            Some(_) if stood_still && self.nothing_to_come() => self.come_to_rest(),
            Some(hop) => {
                self.pulse(hop);
                self.say_hop(hop);
            }
            None if self.nothing_to_come() => self.come_to_rest(),
            None => {}
        }
    }
}
