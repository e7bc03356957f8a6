//! Building sentences of words, names and code.

use crate::kernel::{EventId, ProcId};

use super::cast::{Cast, GroupOf};
use super::class::Class;
use super::entity::Entity;
use super::frame::{Caption, CaptionSpan};

/// A sentence being built.
#[derive(Debug, Clone, Default)]
pub struct Say {
    caption: Caption,
}

impl Say {
    /// An empty sentence about an event.
    pub fn about(event: EventId) -> Self {
        Self { caption: Caption { event: Some(event), ..Caption::default() } }
    }

    /// Words.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        // Words after words are one span.
        if let Some(CaptionSpan::Text(last)) = self.caption.spans.last_mut() {
            last.push_str(text);
        } else if !text.is_empty() {
            self.caption.spans.push(CaptionSpan::Text(text.to_owned()));
        }
        self
    }

    /// Something to be read literally.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.caption.spans.push(CaptionSpan::Code(code.to_owned()));
        self
    }

    /// The name of a thing.
    #[must_use]
    pub fn entity(mut self, entity: Entity, name: &str) -> Self {
        self.caption.spans.push(CaptionSpan::Entity { entity, text: name.to_owned() });
        self
    }

    /// The name of a process.
    #[must_use]
    pub fn who(self, cast: Cast<'_>, process: ProcId) -> Self {
        self.entity(cast.entity(process), &cast.name(process))
    }

    /// Several processes: `n2`, `n2 and n3`.
    #[must_use]
    pub fn all(mut self, cast: Cast<'_>, processes: &[ProcId]) -> Self {
        for (n, process) in processes.iter().enumerate() {
            let between = match n {
                0 => "",
                n if n + 1 == processes.len() => " and ",
                _ => ", ",
            };
            self = self.text(between).who(cast, *process);
        }
        self
    }

    /// A stream.
    #[must_use]
    pub fn stream(self, cluster: usize, name: &std::sync::Arc<str>) -> Self {
        let entity = Entity::Stream { cluster, name: std::sync::Arc::clone(name) };
        self.entity(entity, name)
    }

    /// What a Raft group is of: a stream's name, a consumer's, or "the meta group".
    #[must_use]
    pub fn group(self, cast: Cast<'_>, group: &str, member: ProcId) -> Self {
        match cast.group(group, member) {
            GroupOf::Meta => self.text("the meta group"),
            GroupOf::Stream { cluster, name } => self.stream(cluster, &name),
            GroupOf::Consumer { cluster, stream, name } => {
                self.text("consumer ").code(&name).text(" of ").stream(cluster, &stream)
            }
            GroupOf::Gone => self.text("a group that is gone"),
        }
    }

    /// What it is about: a class of traffic.
    #[must_use]
    pub fn class(mut self, class: Class) -> Self {
        self.caption.class = Some(class);
        self
    }

    /// It is about a fault.
    #[must_use]
    pub fn fault(mut self) -> Self {
        self.caption.fault = true;
        self
    }

    /// The sentence, with a full stop.
    pub fn done(self) -> Caption {
        let full = self.caption.text().ends_with(['.', '!', '?', '…']);
        if full { self.caption } else { self.text(".").caption }
    }
}
