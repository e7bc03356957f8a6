//! The topology as it is drawn: clusters and servers, and all that is drawn with them.

use std::sync::Arc;

use crate::kernel::ProcId;
use crate::view::entity::Entity;
use crate::view::palette::Token;

use super::app::AppPill;
use super::flow::FlowLine;
use super::fold::{Fold, Health};
use super::geometry::{Label, Pill, Point, Rect};
use super::link::LinkLine;
use super::tape::Tape;

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
