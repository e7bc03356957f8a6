//! The player: which moment is looked at, and how one gets from moment to moment.
//!
//! It owns the history of a world. The page gives it [`PlayerCommand`]s, lets it [`Player::tick`]
//! while it [`Player::is_active`], and draws the [`Frame`] it gives; there is no other way to the
//! engine. Long runs are done in slices, so that a tick never takes long.

mod act;
mod cache;
mod go;
mod lesson;
mod play;
mod quiet;
mod resume;
mod scrub;
mod show;
mod sight;

use crate::client::OpId;
use crate::kernel::{BranchId, EventId, LoggedInput, ProcId, Span, Time};
use crate::world::{History, Input, KEYFRAME_INTERVAL, Topology, World};

use super::class::Class;
use super::command::{LayoutHints, Pace, PlayerCommand};
use super::entity::Entity;
use super::filter::Filter;
use super::frame::{Announcement, Frame};
use super::inspect::FEW_ROWS;
use super::lanes::Folds;
use super::layout::Places;
use super::motion::Flight;
use super::track::{Hop, Track};

pub use act::describe_input;
pub use lesson::LessonCommand;

/// How long a run until nothing is open may take.
const TO_IDLE: Span = Span::secs(300);
/// Engine steps a tick takes at most.
const SLICE: u32 = 2_000;
/// How long a pulse is seen, in screen milliseconds.
const PULSE_MS: f64 = 650.0;
/// How long a skipped stretch is told, in screen milliseconds.
const SKIPPED_MS: f64 = 1_600.0;
/// The least time between two announcements, in screen milliseconds.
const ANNOUNCE_MS: f64 = 500.0;
/// A tick that comes later than this was not for want of speed: the page was hidden.
const LONGEST_TICK_MS: f64 = 100.0;

/// What the player is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    /// Nothing.
    Rest,
    /// It plays.
    Play,
    /// It plays up to the next hop.
    Hop,
    /// It runs as fast as it can.
    Run(Run),
}

/// A run as fast as possible.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    goal: Goal,
    /// Where it began.
    from: Time,
    /// It gives up here.
    limit: Time,
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Goal {
    /// The next hop.
    Hop,
    /// The end of an operation.
    OpEnd,
    /// The end of this operation of a client.
    Op(ProcId, OpId),
    /// No open operation, nothing under way.
    Idle,
    /// A moment.
    Time(Time),
    /// The lesson waits for somebody.
    Lesson,
}

/// A moment one can go back to with undo.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment {
    branch: BranchId,
    position: u64,
    at: Time,
}

/// Plays a world.
#[derive(Debug)]
pub struct Player {
    history: History,
    /// The track of each branch.
    tracks: Vec<Track>,
    filter: Filter,
    /// Counts changes of the filter, and of what is shown as a plain stream.
    filtered: u64,
    /// Buckets and stores that are shown as the streams they are.
    plain: Vec<Entity>,
    /// Clusters whose lanes in the diagram somebody folded, or unfolded.
    folds: Folds,
    places: Places,
    hints: LayoutHints,
    pace: Pace,
    selection: Option<Entity>,
    hover: Option<Entity>,
    reduced_motion: bool,
    mode: Mode,
    /// Screen time, counted while ticking.
    screen_ms: f64,
    /// For how long the picture still rests after a hop.
    dwell_ms: f64,
    /// For how long nothing shown has been in flight, on the screen …
    idle_ms: f64,
    /// … and since when in virtual time.
    idle_since: Option<Time>,
    /// A part of a nanosecond that is still to pass.
    carry_ns: f64,
    /// Frames in flight that are shown; none if that must be found out again.
    flights: Option<Vec<Flight>>,
    /// What pulses, and since when.
    pulses: Vec<(EventId, f64)>,
    /// How much was skipped, and when.
    skipped: Option<(Span, f64)>,
    undo: Vec<Moment>,
    notice: Option<String>,
    announcement: Announcement,
    to_announce: Option<String>,
    announced_ms: f64,
    at_rest: bool,
    course: Option<lesson::Course>,
    /// A time at which somebody wants to go on although nothing may happen until then.
    expected: Option<Time>,
    /// It was last asked to run until nothing is open: what follows up is run as well.
    to_idle: bool,
    /// How many rows of a long list the inspector has.
    rows: usize,
    cache: cache::Cache,
}

impl Player {
    /// A player for a world at its beginning; it rests.
    pub fn new(world: World) -> Self {
        let clusters = world.topology().clusters.iter().map(|cluster| cluster.servers.len());
        let places = Places::new(clusters).with_hub(hub(world.topology()));
        let filter = Filter::for_clusters(world.topology().clusters.len());
        Self {
            tracks: vec![Track::new(&world)],
            history: History::new(world, KEYFRAME_INTERVAL),
            filter,
            filtered: 0,
            plain: Vec::new(),
            folds: Folds::new(),
            places,
            hints: LayoutHints::default(),
            pace: Pace::default(),
            selection: None,
            hover: None,
            reduced_motion: false,
            mode: Mode::Rest,
            screen_ms: 0.0,
            dwell_ms: 0.0,
            idle_ms: 0.0,
            idle_since: None,
            carry_ns: 0.0,
            flights: None,
            pulses: Vec::new(),
            skipped: None,
            undo: Vec::new(),
            notice: None,
            announcement: Announcement::default(),
            to_announce: None,
            announced_ms: -ANNOUNCE_MS,
            at_rest: false,
            course: None,
            expected: None,
            to_idle: false,
            rows: FEW_ROWS,
            cache: cache::Cache::default(),
        }
    }

    /// A player for a session that was recorded: the inputs are given where they were given, and
    /// the cursor is set to `position` (or to the end of the session, if that comes first).
    pub fn replay(world: World, inputs: &[LoggedInput<Input>], position: Option<u64>) -> Self {
        let mut player = Self::new(world);
        player.give_again(inputs, position);
        player
    }

    /// Gives inputs where they were given.
    fn give_again(&mut self, inputs: &[LoggedInput<Input>], position: Option<u64>) {
        for logged in inputs {
            while self.world().position() < logged.position && self.advance().is_some() {}
            self.history.idle_until(logged.at);
            self.history.act(logged.input.clone());
            self.record();
        }
        // What the session saw after its last input is run as well.
        if let Some(position) = position {
            while self.world().position() < position && self.advance().is_some() {}
            self.history.seek(position);
        }
        self.moved();
    }

    /// Tells the person something that nobody asked for: it stays until it is dismissed.
    pub fn tell(&mut self, notice: String) {
        self.notice = Some(notice);
    }

    /// Does what is asked.
    pub fn command(&mut self, command: PlayerCommand) {
        self.obey(command);
        self.follow_lesson();
    }

    fn obey(&mut self, command: PlayerCommand) {
        match &command {
            PlayerCommand::RunToIdle => self.to_idle = true,
            PlayerCommand::FollowUp(_)
            | PlayerCommand::SwitchView(_)
            | PlayerCommand::Fold(_)
            | PlayerCommand::MoreRows
            | PlayerCommand::FoldLanes(..)
            | PlayerCommand::Select(_)
            | PlayerCommand::Hover(_)
            | PlayerCommand::SetHints(_) => {}
            _ => self.to_idle = false,
        }
        match command {
            PlayerCommand::Play => self.play(),
            PlayerCommand::Pause | PlayerCommand::Cancel => self.rest(),
            PlayerCommand::Toggle if self.mode == Mode::Rest => self.play(),
            PlayerCommand::Toggle => self.rest(),
            PlayerCommand::HopForward => self.hop_forward(),
            PlayerCommand::HopBack => self.hop_back(),
            PlayerCommand::StepOver => self.step_over(),
            PlayerCommand::RunToIdle => self.run(Goal::Idle, TO_IDLE),
            PlayerCommand::RunOperation(client, op) => self.run(Goal::Op(client, op), TO_IDLE),
            PlayerCommand::SeekPosition(position) => self.seek(position),
            PlayerCommand::SeekTime(at) => self.seek_time(at),
            PlayerCommand::SeekFraction(fraction) => self.seek_fraction(fraction),
            PlayerCommand::SeekEvent(event) => self.seek(self.track().position_of(event)),
            PlayerCommand::First => self.seek(self.history.start_position()),
            PlayerCommand::Last => self.seek(self.history.end_position()),
            PlayerCommand::SetPace(pace) => self.pace = pace,
            PlayerCommand::Press(process) => self.press(process),
            PlayerCommand::AddApp(kind) => self.add_app(kind),
            PlayerCommand::Act(input) => self.act(input),
            PlayerCommand::FollowUp(input) => self.follow_up(input),
            PlayerCommand::Lesson(command) => self.lesson_command(command),
            PlayerCommand::ShowClass(class, shown) => self.show_classes(&[class], shown),
            PlayerCommand::ToggleInner => {
                self.show_classes(&Class::INNER, self.filter.inner() != Some(true));
            }
            PlayerCommand::FoldLanes(cluster, folded) => {
                self.folds.insert(cluster, folded);
                self.filtered += 1;
            }
            PlayerCommand::SwitchBranch(branch) => self.switch_branch(branch),
            PlayerCommand::Undo => self.undo(),
            PlayerCommand::MoreRows => {
                self.rows *= 2;
                self.cache.inspection = cache::Kept::default();
            }
            PlayerCommand::Select(entity) => {
                self.rows = FEW_ROWS;
                self.cache.inspection = cache::Kept::default();
                self.selection = entity;
            }
            PlayerCommand::SwitchView(stream) => self.switch_view(stream),
            PlayerCommand::Fold(cluster) => self.fold(cluster),
            PlayerCommand::Hover(entity) => self.hover = entity,
            PlayerCommand::SetHints(hints) => self.hints = hints,
            PlayerCommand::SetReducedMotion(reduced) => self.reduced_motion = reduced,
            PlayerCommand::DismissNotice => self.notice = None,
        }
    }

    /// Lets screen time pass. Returns whether there is more to come: then call it again with the
    /// next animation frame, and draw each time.
    pub fn tick(&mut self, screen_ms: f64) -> bool {
        let ms = if screen_ms.is_finite() { screen_ms.clamp(0.0, LONGEST_TICK_MS) } else { 0.0 };
        self.screen_ms += ms;
        match self.mode {
            Mode::Rest => {}
            Mode::Play | Mode::Hop => self.play_on(ms),
            Mode::Run(run) => self.run_on(run),
        }
        self.follow_lesson();
        let now = self.screen_ms;
        self.pulses.retain(|(_, born)| now - born < PULSE_MS);
        self.skipped = self.skipped.filter(|(_, born)| now - born < SKIPPED_MS);
        self.announce_if_due();
        self.is_active()
    }

    /// Lets it play until this time at least, although nothing may happen until then: a command of
    /// the console waits for time to pass. If it came to rest by itself it goes on.
    pub fn expect(&mut self, at: Option<Time>) {
        let now = self.world().now();
        self.expected = at.filter(|at| *at > now);
        if self.expected.is_some() && self.at_rest && self.history.at_head() {
            self.play();
        }
    }

    /// Whether it wants to be ticked: it plays, runs, or something on the screen still fades. While
    /// it is not, no animation frames are needed.
    pub fn is_active(&self) -> bool {
        let fades = !self.reduced_motion && !self.pulses.is_empty();
        self.mode != Mode::Rest || fades || self.skipped.is_some() || self.to_announce.is_some()
    }

    /// The picture of this moment.
    pub fn frame(&mut self) -> Frame {
        self.show()
    }

    /// The world at the moment that is looked at.
    pub fn world(&self) -> &World {
        self.history.cursor()
    }

    /// All pasts, for sharing a session.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The room there is to draw in.
    pub fn hints(&self) -> LayoutHints {
        self.hints
    }

    /// What is selected.
    pub fn selection(&self) -> Option<&Entity> {
        self.selection.as_ref()
    }

    /// The hops of the branch that is looked at.
    pub fn hops(&self) -> &[Hop] {
        self.track().hops()
    }

    fn track(&self) -> &Track {
        // There is a track for every branch; the first is always there.
        let current = self.history.current().0.min(self.tracks.len() - 1);
        &self.tracks[current]
    }

    /// How many hops lie behind the cursor: the number of the hop one is at.
    fn hop_number(&self) -> usize {
        self.track().hops_until(self.world().position())
    }

    /// The hop one is at.
    fn hop(&self) -> Option<Hop> {
        self.hop_number().checked_sub(1).and_then(|n| self.hops().get(n)).copied()
    }

    /// Takes note of where the cursor is, in the track of its branch.
    fn record(&mut self) -> Option<Hop> {
        let current = self.history.current().0;
        let (world, filter) = (self.history.cursor(), &self.filter);
        self.tracks.get_mut(current)?.record(world, filter)
    }

    /// The cursor is somewhere else: nothing that was found out about its place holds any more.
    fn moved(&mut self) {
        self.flights = None;
        self.carry_ns = 0.0;
        self.dwell_ms = 0.0;
        self.idle_ms = 0.0;
        self.idle_since = None;
        self.at_rest = false;
    }

    /// Has something said to those who do not see it.
    fn announce(&mut self, text: String) {
        if !text.is_empty() {
            self.to_announce = Some(text);
        }
    }

    fn announce_if_due(&mut self) {
        if self.screen_ms - self.announced_ms < ANNOUNCE_MS {
            return;
        }
        if let Some(text) = self.to_announce.take() {
            self.announced_ms = self.screen_ms;
            self.announcement = Announcement { serial: self.announcement.serial + 1, text };
        }
    }
}

/// The cluster that is joined with all the others, where there are more than one of those.
fn hub(topology: &Topology) -> Option<usize> {
    let count = topology.clusters.len();
    let joined =
        |name: &str| topology.links.iter().filter(|l| l.from == name || l.to == name).count();
    topology.clusters.iter().position(|cluster| count > 2 && joined(&cluster.name) + 1 == count)
}

#[cfg(test)]
mod app_tests;
#[cfg(test)]
mod lesson_tests;
#[cfg(test)]
mod tests;
