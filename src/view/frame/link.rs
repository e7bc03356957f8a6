//! Links as they are drawn: lines with one bend.

use std::sync::Arc;

use crate::kernel::ProcId;
use crate::view::entity::Entity;

use super::geometry::{Pill, Point};

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
