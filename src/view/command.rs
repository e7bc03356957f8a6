//! What the page can ask of the player.
//!
//! Every button, key, click and message from a host page becomes one of these; the page has no
//! other way to change anything.

use crate::client::OpId;
use crate::kernel::{BranchId, EventId, ProcId, Time};

use crate::world::Input;

use super::class::Class;
use super::entity::Entity;
use super::player::LessonCommand;

/// Something asked of the player.
#[derive(Debug, Clone, PartialEq)]
pub enum PlayerCommand {
    /// Play on from here.
    Play,
    /// Stop playing; whatever runs in slices stops as well.
    Pause,
    /// Play if it rests, pause if it plays.
    Toggle,
    /// To the next visible thing that happens.
    HopForward,
    /// To the one before.
    HopBack,
    /// To the end of the client operation under way.
    StepOver,
    /// Until no client operation is open.
    RunToIdle,
    /// To the end of this operation of a client.
    RunOperation(ProcId, OpId),
    /// To a position of this branch.
    SeekPosition(u64),
    /// To a virtual time of this branch.
    SeekTime(Time),
    /// To a place on the scrubber, 0 to 1.
    SeekFraction(f64),
    /// To the moment just after an event of this branch.
    SeekEvent(EventId),
    /// To the beginning.
    First,
    /// To the furthest moment reached on this branch.
    Last,
    /// Another pace.
    SetPace(Pace),
    /// Presses the button of an application (see `frame::AppButton`).
    Press(ProcId),
    /// Adds an application of this kind (see [`crate::client::Behaviour::KINDS`]) near what is selected, and
    /// selects it.
    AddApp(&'static str),
    /// Gives the world an input; in the past, that begins a new branch.
    Act(Input),
    /// Gives the world an input with which a command that was begun goes on.
    FollowUp(Input),
    /// Asks something of the lesson that is played.
    Lesson(LessonCommand),
    /// Shows or hides a class of traffic, on the stage, in the diagram and as steps.
    ShowClass(Class, bool),
    /// Shows all of [`Class::INNER`], or hides it if it is all shown.
    ToggleInner,
    /// Folds the lanes of a cluster in the diagram into one, or unfolds them.
    FoldLanes(usize, bool),
    /// Looks at another branch.
    SwitchBranch(BranchId),
    /// Back to the branch and moment before the last input, fork or switch.
    Undo,
    /// Lists more rows of what is longer than the inspector shows at first.
    MoreRows,
    /// Shows a bucket or an object store as the plain stream it is, or as what it is used as again.
    SwitchView(Entity),
    /// Shows a cluster (by its place in the topology) as a summary, or whole again.
    Fold(usize),
    /// Selects something, or nothing.
    Select(Option<Entity>),
    /// Points at something (hover, keyboard focus), or at nothing.
    Hover(Option<Entity>),
    /// Gives up what runs in slices (run to idle, a long seek); stays where it got to.
    Cancel,
    /// The room there is to draw in.
    SetHints(LayoutHints),
    /// Whether the person wants no motion (`prefers-reduced-motion`).
    SetReducedMotion(bool),
    /// Closes the panel of an error or a notice.
    DismissNotice,
}

/// How virtual time becomes screen time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Every hop can be followed by eye, however fast it is, and idle stretches are skipped.
    Flow {
        /// How much faster than usual; 1 is usual, useful from 0.25 to 4.
        speed: f64,
    },
    /// A fixed factor.
    Clock {
        /// Virtual seconds in a screen second, 0.001 to 10.
        factor: f64,
    },
}

impl Default for Pace {
    fn default() -> Self {
        Self::Flow { speed: 1.0 }
    }
}

/// The room there is to draw in, in CSS pixels; coordinates in a frame use the same unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayoutHints {
    /// Width of the stage.
    pub width: f64,
    /// Height of the stage.
    pub height: f64,
    /// Width of the space-time diagram; 0 if it is not shown (then it is not computed).
    pub diagram_width: f64,
    /// Height of the space-time diagram.
    pub diagram_height: f64,
}

impl Default for LayoutHints {
    fn default() -> Self {
        Self { width: 792.0, height: 500.0, diagram_width: 792.0, diagram_height: 224.0 }
    }
}
