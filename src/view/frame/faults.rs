//! What is broken, and what else can be broken.

use crate::view::entity::Entity;
use crate::world::Input;

use super::inspection::{Action, ActionKind};

/// All about faults at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults {
    /// What is broken now, or waits to happen.
    pub broken: Vec<Broken>,
    /// What else can be done to the selected thing: the less usual faults.
    pub more: Vec<Action>,
    /// What of the selected thing can be made more or less wrong.
    pub dials: Vec<Dial>,
    /// Who can be on a side of a partition: the names in inputs.
    pub parties: Vec<String>,
}

/// One thing that is broken.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// In words.
    pub text: String,
    /// What it is about.
    pub entity: Entity,
    /// What mends it; what only waits to happen is taken away with everything else.
    pub mend: Option<Input>,
}

/// Something that is right or wrong by so much: a disk, a clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Dial {
    /// What: "Its clock".
    pub name: &'static str,
    /// Its icon.
    pub kind: ActionKind,
    /// What it can be set to, in order; as it is now is among them.
    pub choices: Vec<Choice>,
}

/// What a dial can be set to.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// In a word or two: "+1 h", "right".
    pub text: String,
    /// Whether it is so now.
    pub on: bool,
    /// Whether that is wrong.
    pub fault: bool,
    /// Why it cannot be chosen at this moment, if it cannot.
    pub refused: Option<String>,
    /// What makes it so.
    pub input: Input,
}
