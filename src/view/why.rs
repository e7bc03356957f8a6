//! Why something happened: the chain of causes back to an input, a timer or a fault, in sentences.

use crate::kernel::{EventId, EventKind};
use crate::world::{Event, Note};

use super::caption;
use super::cast::Cast;
use super::class::Class;
use super::entity::Entity;
use super::frame::{CaptionSpan, Reason};
use super::text::seconds;

/// How many links of the chain are told at most.
const MOST: usize = 40;

/// The chain of causes of an event, the event itself first. An arrival and its sending are told
/// once, as the sending, except at the very beginning of the chain.
pub fn why(cast: Cast<'_>, event: EventId) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    let mut left_out = 0_usize;
    for (n, event) in causes(cast, event).enumerate() {
        if n > 0 && is_redundant(event) {
            continue;
        }
        if reasons.len() >= MOST {
            left_out += 1;
            continue;
        }
        reasons.push(reason(cast, event));
    }
    if let (true, Some(last)) = (left_out > 0, reasons.last_mut()) {
        last.text.push_str(&format!(" ({left_out} earlier causes are not listed)"));
    }
    reasons
}

/// The causes of an event, itself first, back to an input, a fault or a timer. What set the timer is
/// left out: that chain goes back to the beginning of the world.
pub fn causes(cast: Cast<'_>, event: EventId) -> impl Iterator<Item = &Event> {
    let mut ended = false;
    cast.trace().causes(event).take_while(move |event| {
        !std::mem::replace(&mut ended, matches!(event.kind, EventKind::Timer(_)))
    })
}

/// The event in which a chain of causes began: equal for all events of one operation.
pub fn root(cast: Cast<'_>, event: EventId) -> EventId {
    causes(cast, event).last().map_or(event, |event| event.id)
}

/// Whether an event only repeats what the next cause says.
fn is_redundant(event: &Event) -> bool {
    matches!(event.kind, EventKind::Arrived { .. })
        // "checkout publishes …" says it.
        || matches!(event.kind, EventKind::Input(_))
        || matches!(
            &event.kind,
            EventKind::Note(Note::Server(crate::server::Note::ApiHandled { .. }))
        )
}

fn reason(cast: Cast<'_>, event: &Event) -> Reason {
    let caption = caption::event(cast, event);
    Reason {
        entity: Entity::Event(event.id),
        at: seconds(event.at, true),
        text: caption.spans.iter().map(CaptionSpan::text).collect(),
        class: caption.class.or_else(|| Class::of(cast.trace(), event)),
    }
}
