//! What of the last picture can be shown again.

use std::sync::Arc;

use crate::kernel::{BranchId, Time};
use crate::view::command::LayoutHints;
use crate::view::entity::Entity;
use crate::view::frame::{Caption, Diagram, Faults, Inspection, Stage, WireLine};
use crate::view::lesson::LessonView;

/// What a part of the picture was drawn from. Equal keys give equal parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) branch: BranchId,
    pub(super) position: u64,
    /// Only where the exact moment matters.
    pub(super) now: Option<Time>,
    /// Only where what comes later matters.
    pub(super) end: u64,
    pub(super) filtered: u64,
    pub(super) selection: Option<Entity>,
    pub(super) hover: Option<Entity>,
    pub(super) hints: Option<LayoutHints>,
}

/// A part of the picture and what it was drawn from.
#[derive(Debug)]
pub(super) struct Kept<T>(Option<(Key, T)>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone> Kept<T> {
    /// The part as it was, if its key is the same; else as it is now.
    pub(super) fn get(&mut self, key: Key, make: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some((kept, part)) if *kept == key => part.clone(),
            _ => {
                let part = make();
                self.0 = Some((key, part.clone()));
                part
            }
        }
    }
}

/// Parts of the last picture.
#[derive(Debug, Default)]
pub(super) struct Cache {
    pub(super) stage: Kept<Arc<Stage>>,
    pub(super) faults: Kept<Arc<Faults>>,
    pub(super) diagram: Kept<Arc<Diagram>>,
    pub(super) lesson: Kept<Option<Arc<LessonView>>>,
    pub(super) wire: Kept<Arc<Vec<WireLine>>>,
    pub(super) caption: Kept<Caption>,
    pub(super) inspection: Kept<Option<Arc<Inspection>>>,
    /// The inspection at the hop before this one, for "was → is": number of the hop and contents.
    pub(super) before: Option<(usize, Arc<Inspection>)>,
    /// The inspection of the last picture.
    pub(super) last: Option<(usize, Arc<Inspection>)>,
}
