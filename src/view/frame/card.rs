//! A stream as the bucket or the object store it is: rows of keys or objects, what runs out, and the switch
//! to the plain stream.

use crate::kernel::{Span, Time};
use crate::view::entity::Entity;

use super::{Label, Point, Rect};

/// A stream shown as a bucket or an object store.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Card {
    /// Keys or objects, each in its place.
    pub rows: Vec<CardRow>,
    /// What has no row, in words: "+12 more keys".
    pub more: Option<Label>,
}

/// A key with its revisions, or an object with its chunks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CardRow {
    /// Its words: name, what is left out before the cells, value or state.
    pub words: Vec<Label>,
    /// Where an update of it lost: beside its newest cell, a red cross.
    pub lost: Option<Point>,
    /// Until when its newest revision stays, if it goes by itself.
    pub expiry: Option<Expiry>,
}

/// How long something still stays: a bar that runs out, with the time left.
#[derive(Debug, Clone, PartialEq)]
pub struct Expiry {
    /// What goes.
    pub message: Entity,
    /// The whole bar.
    pub bar: Rect,
    /// When it goes.
    pub at: Time,
    /// How long it stays altogether.
    pub span: Span,
}

/// The switch between a bucket or store and the plain stream it is: two words on a plate.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewSwitch {
    /// The plate.
    pub rect: Rect,
    /// The words, and where they stand: "Bucket", "Stream". Where there is little room, only the one that
    /// is not shown.
    pub words: Vec<Label>,
    /// The part of the plate that is on.
    pub on: Option<Rect>,
    /// What pressing it does: "KV_config: show the plain stream".
    pub a11y: String,
}

/// A bar that runs out.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// What goes when it is empty.
    pub message: Entity,
    /// The whole bar.
    pub bar: Rect,
    /// How much of it is left, 1 to 0.
    pub left: f64,
    /// The time that is left: "12 s".
    pub label: Label,
}
