//! What is broken, and what else can be broken.

use crate::view::entity::Entity;
use crate::world::Input;

use super::inspection::Action;

/// All about faults at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Faults {
    /// What is broken now, or waits to happen.
    pub broken: Vec<Broken>,
    /// What else can be done to the selected thing: the less usual faults.
    pub more: Vec<Action>,
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
