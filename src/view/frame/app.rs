//! Applications as they are drawn: pills with a button and with the work on a message.

use crate::kernel::ProcId;
use crate::view::entity::Entity;
use crate::view::palette::Token;

use super::geometry::{Label, Pill, Point, Rect};
use super::stage::UpState;

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
