//! Streams as they are drawn: rows of cells.

use crate::kernel::ProcId;
use crate::view::entity::Entity;
use crate::view::palette::Token;

use super::card::{Card, ViewSwitch};
use super::consumer::ConsumerMark;
use super::fold::Line;
use super::geometry::{Label, Pill, Rect};

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
