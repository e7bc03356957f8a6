//! Clusters that fold: the control on a panel, and what a summary holds.

use crate::view::palette::Token;

use super::geometry::{Label, Rect};

/// Where a cluster is folded and unfolded.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// The button.
    pub rect: Rect,
    /// Whether the cluster is a summary now.
    pub folded: bool,
    /// The cluster in words, and what pressing does.
    pub a11y: String,
}

/// How a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// All servers run, and all streams are led: a disc.
    Well,
    /// Something of it does not: a triangle.
    Ailing,
    /// No server runs: a cross.
    Dark,
}

/// A stream as one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its newest messages: small boxes in the colours of their subjects.
    pub marks: Vec<(Rect, Token)>,
    /// How many messages it has, and how many it lacks.
    pub words: Vec<Label>,
}
