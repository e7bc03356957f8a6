//! A consumer as it is drawn: a caret below its stream's tape, and rings around the messages that
//! are out for acknowledgement.

use crate::view::entity::Entity;

use super::{Label, Point, Rect};

/// Where a consumer is on its stream's tape.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerMark {
    /// What it stands for.
    pub entity: Entity,
    /// The tip of its caret: between what it has delivered and what it delivers next.
    pub at: Point,
    /// Its name and how much is out, beside the caret, where there is room.
    pub label: Option<Label>,
    /// Below the cells that are acknowledged, up to its ack floor; drawn for the consumer that
    /// counts (the selected one, else the first).
    pub floor: Option<Rect>,
    /// Whether it delivers nothing for now.
    pub paused: bool,
    /// Whether some server leads it.
    pub led: bool,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether it has to do with what is pointed at.
    pub highlighted: bool,
    /// Its name and state in words.
    pub a11y: String,
}

/// A message that is out for acknowledgement: a ring around its cell that runs out.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// The message.
    pub message: Entity,
    /// Around what: the cell.
    pub rect: Rect,
    /// How much of the ack wait is left, 1 to 0; 1 if it never ends.
    pub left: f64,
    /// How often it was delivered: from the second time on, a dot for each time before.
    pub deliveries: u64,
    /// Whether its ack wait is over, or it was given back: it waits to be delivered again.
    pub queued: bool,
}
