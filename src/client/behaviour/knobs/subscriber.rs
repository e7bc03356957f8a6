//! The knobs of a subscriber.

use crate::client::Deliver;

use super::super::value::{self, Value};
use super::super::{Source, Subscriber};
use super::{Entry, Knob, KnobKind};

pub(super) static SUBSCRIBER: &[Entry<Subscriber>] = &[
    knob!("running", "Running", KnobKind::Switch, "Whether it is switched on.", running),
    knob!(
        "source",
        "Listens to",
        KnobKind::Choice(&["core", "ordered", "ordered-pull", "ephemeral"]),
        "Plain subjects, a stream in order (delivered, or asked for), or one through a consumer with acks.",
        |knobs| knobs.source.word().to_owned(),
        |knobs, text| knobs.source.change(text)
    ),
    knob!(
        "subject",
        "Subjects",
        KnobKind::List,
        "What it listens to: of a stream, only messages on these subjects; all if there are none.",
        |knobs| match &knobs.source {
            Source::Core { subject, .. } => subject.clone(),
            Source::Ordered { filters, .. } | Source::Ephemeral { filters, .. } => filters.write(),
        },
        |knobs, text| match &mut knobs.source {
            Source::Core { subject, .. } => value::set(subject, text),
            Source::Ordered { filters, .. } | Source::Ephemeral { filters, .. } => {
                value::set(filters, text)
            }
        }
    ),
    knob!(
        "queue",
        "Queue group",
        KnobKind::Text,
        "The queue group of a plain subscription; empty for none.",
        |knobs| match &knobs.source {
            Source::Core { queue, .. } => queue.clone().unwrap_or_default(),
            _ => String::new(),
        },
        |knobs, text| match &mut knobs.source {
            Source::Core { queue, .. } => {
                *queue = Some(text.to_owned()).filter(|text| !text.is_empty());
                Ok(())
            }
            _ if text.is_empty() => Ok(()),
            _ => Err("only a plain subscription (source=core) has a queue group".to_owned()),
        }
    ),
    knob!(
        "stream",
        "Stream",
        KnobKind::Text,
        "The stream it reads; a plain subscription has none.",
        |knobs| knobs.source.stream().unwrap_or_default().to_owned(),
        |knobs, text| {
            if text.is_empty() && matches!(knobs.source, Source::Core { .. }) {
                return Ok(());
            }
            // Who names a stream wants to read it.
            if matches!(knobs.source, Source::Core { .. }) {
                knobs.source.change("ordered")?;
            }
            match &mut knobs.source {
                Source::Ordered { stream, .. } | Source::Ephemeral { stream, .. } => {
                    value::set(stream, text)
                }
                Source::Core { .. } => Ok(()),
            }
        }
    ),
    knob!(
        "deliver",
        "Begins with",
        KnobKind::Choice(&["all", "last", "new", "last-per-subject"]),
        "Where in the stream it begins; a sequence is possible, too.",
        |knobs| match &knobs.source {
            Source::Core { .. } => Deliver::New.write(),
            Source::Ordered { deliver, .. } | Source::Ephemeral { deliver, .. } => deliver.write(),
        },
        |knobs, text| match &mut knobs.source {
            Source::Core { .. } if text == "new" => Ok(()),
            Source::Core { .. } => {
                Err("a plain subscription begins with what is new; source=ordered reads a stream"
                    .to_owned())
            }
            Source::Ordered { deliver, .. } | Source::Ephemeral { deliver, .. } => {
                value::set(deliver, text)
            }
        }
    ),
];

impl Source {
    const fn word(&self) -> &'static str {
        match self {
            Self::Core { .. } => "core",
            Self::Ordered { pull: false, .. } => "ordered",
            Self::Ordered { pull: true, .. } => "ordered-pull",
            Self::Ephemeral { .. } => "ephemeral",
        }
    }

    fn stream(&self) -> Option<&str> {
        match self {
            Self::Core { .. } => None,
            Self::Ordered { stream, .. } | Self::Ephemeral { stream, .. } => Some(stream),
        }
    }

    /// Another kind of source, of the same subjects and stream as far as they make sense.
    fn change(&mut self, word: &str) -> Result<(), String> {
        if self.word() == word {
            return Ok(());
        }
        let filters = match self {
            Self::Core { subject, .. } => vec![subject.clone()],
            Self::Ordered { filters, .. } | Self::Ephemeral { filters, .. } => filters.clone(),
        };
        let stream = self.stream().unwrap_or("ORDERS").to_owned();
        let deliver = match self {
            Self::Core { .. } => Deliver::default(),
            Self::Ordered { deliver, .. } | Self::Ephemeral { deliver, .. } => *deliver,
        };
        *self = match word {
            "core" => {
                let subject = filters.first().map_or_else(|| ">".to_owned(), Clone::clone);
                Self::Core { subject, queue: None }
            }
            "ordered" | "ordered-pull" => {
                Self::Ordered { stream, filters, deliver, pull: word == "ordered-pull" }
            }
            "ephemeral" => Self::Ephemeral { stream, filters, deliver },
            other => {
                return Err(format!(
                    "{other:?} is no source; there are core, ordered, ordered-pull, ephemeral"
                ));
            }
        };
        Ok(())
    }
}
