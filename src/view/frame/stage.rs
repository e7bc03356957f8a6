//! The topology as it is drawn.

use std::sync::Arc;

use crate::kernel::{EventId, ProcId};
use crate::view::class::{Class, Shape};
use crate::view::entity::Entity;
use crate::view::palette::Token;

use super::card::{Card, Running, ViewSwitch};
use super::consumer::{ConsumerMark, Ring};
use super::flow::FlowLine;
use super::fold::{Fold, Health, Line};
use super::geometry::{Label, Pill, Point, Rect};

/// The topology at a moment. Lists are in drawing order: links lie under servers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stage {
    /// The view box.
    pub view: Rect,
    /// Clusters.
    pub clusters: Vec<ClusterPanel>,
    /// Links.
    pub links: Vec<LinkLine>,
    /// What flows between streams.
    pub flows: Vec<FlowLine>,
    /// Servers.
    pub servers: Vec<ServerHex>,
    /// Applications.
    pub apps: Vec<AppPill>,
    /// Streams.
    pub tapes: Vec<Tape>,
    /// Where the next stream of a cluster would be, if there is room for one.
    pub vacant: Vec<Rect>,
    /// The scene in a few sentences, for a screen reader.
    pub summary: String,
}

/// Whether a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpState {
    /// It runs.
    #[default]
    Up,
    /// It is frozen: hatched.
    Paused,
    /// It is dead: hollow, crossed, dimmed.
    Down,
}

/// A cluster: a rounded panel.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterPanel {
    /// What it stands for.
    pub entity: Entity,
    /// The panel; its corners have a radius of 16.
    pub rect: Rect,
    /// Its name, top left.
    pub name: Label,
    /// What it is, top right.
    pub note: Option<Label>,
    /// Where it is folded into a summary and unfolded; a single cluster is not.
    pub fold: Option<Fold>,
    /// How it is, where there are several: a mark of 10 by 10 before its name.
    pub health: Option<Health>,
    /// What of a summary has no room: how many more apps and streams.
    pub words: Vec<Label>,
    /// Whether it is selected.
    pub selected: bool,
    /// Its name and state in words.
    pub a11y: String,
}

/// A server: a hexagon with a corner to the right and left of its top edge.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerHex {
    /// What it stands for.
    pub entity: Entity,
    /// The process.
    pub process: ProcId,
    /// Its name in inputs, `cluster/server`.
    pub full_name: Arc<str>,
    /// The middle.
    pub centre: Point,
    /// From the middle to a corner.
    pub radius: f64,
    /// Its name, in the middle.
    pub name: Label,
    /// Whether it runs.
    pub state: UpState,
    /// Whether it leads the stream that counts (the selected one, else the first): bright outline and
    /// crown.
    pub crowned: bool,
    /// How many streams it leads, beside its crown; in a summary only.
    pub leads: Option<Label>,
    /// Whether it leads the cluster's meta group: a small star.
    pub meta_leader: bool,
    /// What is wrong with it, in a word or two, on a plate.
    pub mark: Option<Pill>,
    /// One bar a replica that it hosts, top to bottom.
    pub bars: Vec<ReplicaBar>,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it has to do with what is pointed at.
    pub highlighted: bool,
    /// Its name and state in words.
    pub a11y: String,
}

/// How far a replica has come: a thin bar.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaBar {
    /// The stream.
    pub stream: Entity,
    /// The whole bar, height 3, corner radius 1.5.
    pub rect: Rect,
    /// How much of it is filled: what this replica has of what the leader has, 0 to 1.
    pub fraction: f64,
    /// Its colour.
    pub tone: Token,
    /// In words: "ORDERS: 5 of 6 applied".
    pub a11y: String,
}

/// What an application's icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppIcon {
    /// It publishes: a cart.
    Publisher,
    /// It subscribes: an ear, or a chart.
    Subscriber,
    /// It works off tasks: a cog.
    Worker,
    /// It is the person at the console: a prompt.
    Console,
    /// It is a connection from outside: a plug.
    Wire,
    /// It reads its configuration: sliders.
    Config,
    /// It says that it is there: a heartbeat.
    Service,
    /// It wants to lead: a crown.
    Elector,
    /// It counts: +1.
    Counter,
}

/// An application: a pill with an icon, its name and what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct AppPill {
    /// What it stands for.
    pub entity: Entity,
    /// The process.
    pub process: ProcId,
    /// The pill; its corners have a radius of 10. The icon (16 by 16) is at its left, 10 px in.
    pub rect: Rect,
    /// Its icon.
    pub icon: AppIcon,
    /// Whether it leads, as far as it knows: its crown is full.
    pub leads: bool,
    /// Its name.
    pub name: Label,
    /// What it does.
    pub does: Option<Label>,
    /// Whether it runs.
    pub state: UpState,
    /// The server it is connected to.
    pub connected_to: Option<ProcId>,
    /// The button on it, if it has one.
    pub button: Option<AppButton>,
    /// What is wrong with it, in a word or two, on a plate.
    pub mark: Option<Pill>,
    /// The message it works on, if it does.
    pub work: Option<WorkRing>,
    /// How many messages it received, if it subscribes to something.
    pub received: Option<u64>,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it has to do with what is pointed at.
    pub highlighted: bool,
    /// Its name and state in words.
    pub a11y: String,
}

/// How far the work on a message is: a ring at the right of the pill, radius 9, with the message's
/// sequence in it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkRing {
    /// Its middle.
    pub centre: Point,
    /// How much of it is closed, clockwise from the top, 0 to 1.
    pub fraction: f64,
    /// The sequence, where there is room.
    pub label: Label,
    /// Its colour.
    pub tone: Token,
}

/// A button that makes an application do its thing.
#[derive(Debug, Clone, PartialEq)]
pub struct AppButton {
    /// Where: on the pill's lower edge. At least 24 by 24.
    pub rect: Rect,
    /// What it says: "Publish".
    pub label: String,
    /// Its accessible name: "checkout: publish orders.new".
    pub a11y: String,
    /// Whether it can be pressed: the application runs.
    pub enabled: bool,
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// Between servers of a cluster: a solid line.
    Route,
    /// Between an application and its server: a dashed line.
    Access,
    /// Between clusters: a heavier line.
    Leaf,
}

/// How a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It works.
    Ok,
    /// It loses packets: dotted.
    Lossy,
    /// It is cut and both ends know: a gap with two ticks.
    Cut,
    /// Nothing passes from the line's first end to its second, and nobody knows: a bar with an arrow.
    BlockedForward,
    /// Nothing passes from the second end to the first.
    BlockedBack,
    /// Nothing passes either way, and nobody knows.
    BlockedBoth,
}

/// A link: a line with one bend, a quadratic curve.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkLine {
    /// What it stands for.
    pub entity: Entity,
    /// What it is for.
    pub kind: LinkKind,
    /// The processes at its ends.
    pub ends: [ProcId; 2],
    /// Further pairs it stands for, each in the same direction: what joins a folded cluster with another
    /// is one line.
    pub bundled: Vec<[ProcId; 2]>,
    /// Their names in inputs.
    pub names: [Arc<str>; 2],
    /// Where it begins.
    pub from: Point,
    /// The curve's control point.
    pub control: Point,
    /// Where it ends.
    pub to: Point,
    /// How it is.
    pub state: LinkState,
    /// Whether a connection is open on it; a link without one is drawn fainter.
    pub connected: bool,
    /// Latency, on a plate at its middle, where there is room or something to say.
    pub pill: Option<Pill>,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it has to do with what is pointed at.
    pub highlighted: bool,
    /// What it is, in words.
    pub a11y: String,
}

impl LinkLine {
    /// The path, for an SVG `d` attribute.
    pub fn path(&self) -> String {
        let (a, c, b) = (self.from, self.control, self.to);
        format!("M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", a.x, a.y, c.x, c.y, b.x, b.y)
    }

    /// Whether what goes from one process to another goes along it and, if so, whether from its beginning
    /// to its end.
    pub fn carries(&self, from: ProcId, to: ProcId) -> Option<bool> {
        let mut pairs = std::iter::once(&self.ends).chain(&self.bundled);
        let pair = pairs.find(|pair| **pair == [from, to] || **pair == [to, from])?;
        Some(pair[0] == from)
    }

    /// A point on it, 0 at its beginning, 1 at its end.
    pub fn point(&self, t: f64) -> Point {
        let u = 1.0 - t;
        let part = |a: f64, c: f64, b: f64| u * u * a + 2.0 * u * t * c + t * t * b;
        let (a, c, b) = (self.from, self.control, self.to);
        Point::new(part(a.x, c.x, b.x), part(a.y, c.y, b.y))
    }

    /// A point so far to the side of it.
    pub fn beside(&self, t: f64, by: f64) -> Point {
        let (at, way) = (self.point(t), self.direction(t));
        // A plate is wider than high: beside a steep line it must keep further away.
        Point::new(at.x + 1.7 * by * way.y, at.y - by * way.x)
    }

    /// Its direction there, of length 1.
    pub fn direction(&self, t: f64) -> Point {
        let u = 1.0 - t;
        let part = |a: f64, c: f64, b: f64| u * (c - a) + t * (b - c);
        let (a, c, b) = (self.from, self.control, self.to);
        Point::new(part(a.x, c.x, b.x), part(a.y, c.y, b.y)).unit()
    }
}

/// What a cell of a tape holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// A message.
    Live,
    /// A message that the origin it came from has no more: with a corner cut off.
    Kept,
    /// Nothing: the message was removed. A gap.
    Gap,
    /// A marker that says something was deleted: hollow.
    Tombstone,
    /// An earlier value of a key: paler.
    Old,
    /// A chunk that no object owns: hollow, hatched.
    Orphan,
}

/// A cell of a tape.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it stands for.
    pub entity: Entity,
    /// The sequence.
    pub seq: u64,
    /// The cell, corner radius 3.
    pub rect: Rect,
    /// What it holds.
    pub kind: CellKind,
    /// The number on it, in its middle, on a live cell in [`Token::OnMark`].
    pub label: Label,
    /// The message's subject; empty for a gap.
    pub subject: String,
    /// Its tint, by subject.
    pub tone: Token,
    /// Whether a quorum has it. What only the leader has is drawn with a dashed outline.
    pub committed: bool,
    /// Whether it is selected.
    pub selected: bool,
    /// What it is, in words: "6, orders.new, 12 bytes".
    pub a11y: String,
}

/// A stream: a row of numbered cells, oldest left.
#[derive(Debug, Clone, PartialEq)]
pub struct Tape {
    /// What it stands for.
    pub entity: Entity,
    /// The row, corner radius 5.
    pub rect: Rect,
    /// Its name, above.
    pub name: Label,
    /// What it is, above at the right: "limits · R3 · orders.>".
    pub kind: Option<Label>,
    /// The colour of its outline.
    pub tone: Token,
    /// The newest cells that fit.
    pub cells: Vec<Cell>,
    /// How it is with what it follows, if it is a mirror or has sources.
    pub badge: Option<Pill>,
    /// How many messages lie before them, at its left: "+12".
    pub older: Option<Label>,
    /// Where it is shown as what it is used as, a bucket or a store: its rows. The cells are in them.
    pub card: Option<Card>,
    /// What changes between that and the plain stream, if it is more than a stream.
    pub switch: Option<ViewSwitch>,
    /// What it is as a single line, in a summary.
    pub line: Option<Line>,
    /// The first sequence in the stream.
    pub first_seq: u64,
    /// The last sequence.
    pub last_seq: u64,
    /// How many messages are in it.
    pub messages: u64,
    /// The server that leads it.
    pub leader: Option<ProcId>,
    /// Its consumers: where each is on the tape.
    pub consumers: Vec<ConsumerMark>,
    /// Of an object store that takes files: what it says while some are dragged over the page.
    pub takes: Option<Pill>,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it has to do with what is pointed at.
    pub highlighted: bool,
    /// Its name and state in words.
    pub a11y: String,
}

/// What moves over the topology.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Motion {
    /// Frames in flight, the most interesting last, so that they are drawn on top.
    pub packets: Vec<Packet>,
    /// Arrivals that just happened.
    pub pulses: Vec<Pulse>,
    /// Messages out for acknowledgement.
    pub rings: Vec<Ring>,
    /// What goes by itself, and when.
    pub expiries: Vec<Running>,
}

/// A frame in flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// The event of its sending.
    pub sent: EventId,
    /// What kind of traffic.
    pub class: Class,
    /// How it is drawn.
    pub shape: Shape,
    /// Where it is.
    pub at: Point,
    /// Where it is heading: a direction of length 1.
    pub heading: Point,
    /// Where it was, newest first: a tail of dots that shrink and fade.
    pub trail: Vec<Point>,
    /// How much of its way is behind it, 0 to 1.
    pub progress: f64,
    /// Subject and sequence, when there is room.
    pub tag: Option<Pill>,
    /// Whether it waits in a black hole.
    pub held: bool,
    /// From whom.
    pub from: ProcId,
    /// To whom.
    pub to: ProcId,
    /// Whether it is selected or pointed at.
    pub highlighted: bool,
    /// What it is, in words.
    pub a11y: String,
}

/// An arrival that just happened: a ring that widens and fades.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulse {
    /// The event of the arrival, or of what happened instead.
    pub event: EventId,
    /// Around what.
    pub at: Point,
    /// The radius it starts with.
    pub radius: f64,
    /// The pill it goes around, if it goes around an application's.
    pub pill: Option<Rect>,
    /// Its colour.
    pub tone: Token,
    /// How long ago, 0 (now) to 1 (gone).
    pub age: f64,
}
