//! A frame: everything one picture needs, as plain data. The page draws it and computes nothing.
//!
//! The parts that change rarely are behind `Arc` and comparable, so that the page can draw each
//! from its own memo: [`Frame::stage`] changes when something happens, [`Frame::motion`] with every
//! frame while something moves.

mod app;
mod card;
mod consumer;
mod diagram;
mod faults;
mod flow;
mod fold;
mod geometry;
mod inspection;
mod link;
mod motion;
mod stage;
mod tape;
mod transport;

use std::sync::Arc;

use crate::kernel::{EventId, Time};

use super::class::Class;
use super::entity::Entity;
use super::lesson::LessonView;
use super::tune::Tuner;

pub use app::{AppButton, AppIcon, AppPill, WorkRing};
pub use card::{Card, CardRow, Expiry, Running, ViewSwitch};
pub use consumer::{ConsumerMark, Ring};
pub use diagram::{
    Arrow, ArrowState, Diagram, FoldHead, Lane, LaneKind, Mark, MarkKind, Squeeze, Tick,
};
pub use faults::{Broken, Choice, Dial, Faults};
pub use flow::FlowLine;
pub use fold::{Fold, Health, Line};
pub use geometry::{Anchor, Label, Pill, Point, Rect, TextStyle};
pub use inspection::{
    Action, ActionKind, Badge, Fact, Holding, HoldingCell, Inspection, KnobPanel, KnobRow, LogMark,
    LogRow, Reason, Row, Section, ShownAs, Stat, StripCell, StripState, Tab,
};
pub use link::{LinkKind, LinkLine, LinkState};
pub use motion::{Motion, Packet, Pulse};
pub use stage::{ClusterPanel, ReplicaBar, ServerHex, Stage, UpState};
pub use tape::{Cell, CellKind, Tape};
pub use transport::{BranchInfo, Bucket, Busy, Transport};

/// One picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The topology: clusters, servers, apps, streams, links.
    pub stage: Arc<Stage>,
    /// What moves over it.
    pub motion: Motion,
    /// The space-time diagram; without lanes if it is not shown.
    pub diagram: Arc<Diagram>,
    /// One sentence: what just happened, or what is about to.
    pub caption: Caption,
    /// The frames sent around this moment as exact protocol lines, oldest first.
    pub wire: Arc<Vec<WireLine>>,
    /// The transport: playing, time, scrubber, branches.
    pub transport: Transport,
    /// The traffic classes that exist here, for legend and filter: class, and whether it is shown.
    pub classes: Vec<(Class, bool)>,
    /// Whether all of [`Class::INNER`] is shown, or nothing of it; none if a part of it is.
    pub inner: Option<bool>,
    /// The selected thing.
    pub selection: Option<Entity>,
    /// The inspector's contents, if something is selected.
    pub inspection: Option<Arc<Inspection>>,
    /// The sliders of the selected link, if one is selected.
    pub tuner: Option<Arc<Tuner>>,
    /// What is broken, and what else can be.
    pub faults: Arc<Faults>,
    /// What is pointed at; everything that has to do with it is marked `highlighted`.
    pub hover: Option<Entity>,
    /// The lesson panel, if a lesson is played.
    pub lesson: Option<Arc<LessonView>>,
    /// The status line.
    pub status: Status,
    /// What the live region says now; a new `serial` means it is to be said, at most every 500 ms.
    pub announcement: Announcement,
    /// Something the person should know: an input that could not be carried out.
    pub notice: Option<String>,
}

/// The status line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The world's seed.
    pub seed: u64,
    /// How many events happened up to this moment.
    pub events: u64,
    /// The digest of all of them, as 8 hexadecimal digits: equal for equal runs.
    pub digest: String,
    /// The virtual time.
    pub now: Time,
}

/// One sentence a person would say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caption {
    /// Its parts, to be written one after the other without anything between.
    pub spans: Vec<CaptionSpan>,
    /// The class of traffic it is about.
    pub class: Option<Class>,
    /// Whether it is about a fault.
    pub fault: bool,
    /// The event it is about.
    pub event: Option<EventId>,
}

/// A part of a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptionSpan {
    /// Plain words.
    Text(String),
    /// The name of a thing on the page.
    Entity {
        /// The thing.
        entity: Entity,
        /// Its name.
        text: String,
    },
    /// Something to be read literally: a subject, a sequence, a verb of the protocol.
    Code(String),
}

impl CaptionSpan {
    /// Its words.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Code(text) | Self::Entity { text, .. } => text,
        }
    }
}

impl Caption {
    /// The whole sentence.
    pub fn text(&self) -> String {
        self.spans.iter().map(CaptionSpan::text).collect()
    }
}

/// What the live region says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Announcement {
    /// Counts announcements.
    pub serial: u64,
    /// The words.
    pub text: String,
}

/// A frame on the wire as protocol text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireLine {
    /// The event of its sending.
    pub event: EventId,
    /// When it was sent.
    pub at: Time,
    /// The sender's name.
    pub from: String,
    /// The receiver's name.
    pub to: String,
    /// Whether an app sends it to its server, gets it from its server, or servers talk.
    pub direction: Direction,
    /// The verb: `PUB`, `MSG`, `RMSG` …
    pub verb: String,
    /// The rest of the protocol line, without the line end; invisible bytes are escaped.
    pub rest: String,
    /// Header block and payload, a line each, invisible bytes escaped.
    pub body: Vec<String>,
    /// Bytes on the wire.
    pub bytes: usize,
    /// What kind of traffic.
    pub class: Class,
    /// Whether it is selected or pointed at.
    pub highlighted: bool,
    /// Whether it was sent in the step that is looked at.
    pub now: bool,
}

/// Who talks to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// An app to its server.
    ToServer,
    /// A server to an app.
    ToApp,
    /// A server to another server.
    Between,
}
