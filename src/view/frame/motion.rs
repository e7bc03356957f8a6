//! What moves over the topology.

use crate::kernel::{EventId, ProcId};
use crate::view::class::{Class, Shape};
use crate::view::palette::Token;

use super::card::Running;
use super::consumer::Ring;
use super::geometry::{Pill, Point, Rect};

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
