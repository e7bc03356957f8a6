//! The space-time diagram as it is drawn: a lane for each process, time to the right, an arrow for
//! each frame.

use crate::kernel::{EventId, ProcId, Time};
use crate::view::class::Class;
use crate::view::entity::Entity;
use crate::view::palette::Token;

use super::geometry::{Label, Point, Rect};

/// The diagram at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diagram {
    /// The view box.
    pub view: Rect,
    /// Where lanes begin: left of it are their names.
    pub lanes_x: f64,
    /// The lanes, top to bottom.
    pub lanes: Vec<Lane>,
    /// What folds them by cluster.
    pub folds: Vec<FoldHead>,
    /// Frames sent in the window.
    pub arrows: Vec<Arrow>,
    /// What happened on the lanes.
    pub marks: Vec<Mark>,
    /// Times along the upper edge.
    pub ticks: Vec<Tick>,
    /// Idle stretches drawn narrower than they are.
    pub squeezes: Vec<Squeeze>,
    /// Where the moment that is looked at is. What lies right of it is drawn faint.
    pub cursor_x: f64,
    /// The virtual times at the left and right edge.
    pub window: (Time, Time),
    /// What is left out, in words: "1,204 earlier events are not drawn".
    pub truncated: Option<String>,
    /// The diagram in words.
    pub a11y: String,
}

/// Whose lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneKind {
    /// A server's.
    Server,
    /// An application's.
    App,
    /// That of all processes of a cluster.
    Cluster,
}

/// The control that folds the lanes of a cluster into one, left of them. There is none for a single
/// cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldHead {
    /// The cluster's index.
    pub cluster: usize,
    /// Whether its lanes are folded into one.
    pub folded: bool,
    /// Upper edge of its lanes.
    pub y: f64,
    /// Height of all its lanes.
    pub h: f64,
    /// How many lanes it has when it is not folded.
    pub holds: usize,
    /// What it folds: "5 lanes of us-east".
    pub a11y: String,
}

/// A lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// What it stands for.
    pub entity: Entity,
    /// The process; none where a cluster is folded.
    pub process: Option<ProcId>,
    /// Whose.
    pub kind: LaneKind,
    /// The cluster's index.
    pub cluster: Option<usize>,
    /// Its height in the diagram.
    pub y: f64,
    /// Its name, at the left.
    pub name: Label,
    /// Stretches in which the process was down, left and right edge.
    pub down: Vec<(f64, f64)>,
    /// Whether it has to do with what is selected or pointed at.
    pub highlighted: bool,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrowState {
    /// It arrived.
    Arrived,
    /// It is under way at the moment that is looked at; the arrow is drawn as far as it has come.
    InFlight,
    /// It got lost: the arrow ends in a cross.
    Dropped,
    /// It waits in a black hole: the arrow ends in a bar.
    Held,
}

/// A frame's way.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    /// The event of its sending.
    pub sent: EventId,
    /// Index of the lane it leaves.
    pub from_lane: usize,
    /// Index of the lane it goes to.
    pub to_lane: usize,
    /// When it was sent.
    pub leaves: Time,
    /// When it arrives, got lost, or would arrive.
    pub arrives: Time,
    /// Where it begins.
    pub a: Point,
    /// Where it ends.
    pub b: Point,
    /// What kind of traffic.
    pub class: Class,
    /// What became of it.
    pub state: ArrowState,
    /// Whether it is sent only after the moment that is looked at.
    pub future: bool,
    /// Subject and sequence, when there is room.
    pub label: Option<Label>,
    /// Whether it is selected or pointed at, or belongs to the same operation.
    pub highlighted: bool,
    /// What it is, in words.
    pub a11y: String,
}

impl Arrow {
    /// Whether it stays within a folded cluster: a tick on its lane.
    pub fn is_tick(&self) -> bool {
        self.from_lane == self.to_lane
    }
}

/// What kind of thing happened on a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// Somebody outside asked for something: a small flag.
    Input,
    /// A message was stored: a small filled square.
    Stored,
    /// Entries were committed: a tick.
    Committed,
    /// A leader was elected: a crown.
    Elected,
    /// A campaign, a vote, leadership lost: a ring.
    Election,
    /// A message was refused or recognised as a duplicate: a small cross.
    Refused,
    /// An operation is over: a hollow dot.
    Done,
    /// A fault: a red cross.
    Fault,
    /// The end of a fault: a red ring.
    Healed,
    /// A stream came, changed or went: a bar.
    Stream,
}

/// Something that happened on a lane.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The event.
    pub event: EventId,
    /// Index of the lane.
    pub lane: usize,
    /// Where.
    pub at: Point,
    /// When.
    pub time: Time,
    /// What kind of thing.
    pub kind: MarkKind,
    /// Its colour.
    pub tone: Token,
    /// A word on it, when there is room.
    pub label: Option<Label>,
    /// Whether it happens only after the moment that is looked at.
    pub future: bool,
    /// Whether it is selected or pointed at.
    pub highlighted: bool,
    /// What it is, in words.
    pub a11y: String,
}

/// A time on the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where.
    pub x: f64,
    /// What it says: "4.312 s".
    pub label: Label,
}

/// An idle stretch drawn narrower than it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Squeeze {
    /// Its left edge.
    pub x: f64,
    /// Its width.
    pub w: f64,
    /// How long it really is: "29.6 s".
    pub label: Option<Label>,
}
