//! The knobs of a worker.

use crate::client::ConsumerDraft;

use super::super::Worker;
use super::super::value::{self, Value};
use super::steps::{CHANCES, COUNTS, LIMITS, PERHAPS, TIMES};
use super::{Entry, Knob, KnobKind};

pub(super) static WORKER: &[Entry<Worker>] = &[
    knob!("running", "Running", KnobKind::Switch, "Whether it is switched on.", running),
    knob!("stream", "Stream", KnobKind::Text, "The stream whose messages it works off.", stream),
    knob!(
        "consumer",
        "Consumer",
        KnobKind::Text,
        "The consumer that it shares with the other workers.",
        consumer
    ),
    knob!("processing", "Work takes", TIMES, "How long it works on a message.", processing),
    knob!(
        "crash",
        "Crash before ack",
        CHANCES,
        "How likely it is to crash when its work is done, before it acknowledges.",
        crash
    ),
    knob!("nak", "Give back", CHANCES, "How likely it is to give a message back (-NAK).", nak),
    knob!(
        "nak-delay",
        "Give back for",
        PERHAPS,
        "How long a message that it gives back is to wait.",
        nak_delay
    ),
    knob!(
        "term",
        "Refuse for ever",
        CHANCES,
        "How likely it is to refuse a message for ever (+TERM).",
        term
    ),
    knob!(
        "restart",
        "Back after a crash",
        PERHAPS,
        "How long after a crash of its own it is started again.",
        restart
    ),
    knob!(
        "mode",
        "Gets messages by",
        KnobKind::Choice(&["pull", "queue"]),
        "Whether it asks for messages or is a member of a queue group they are pushed to.",
        mode
    ),
    knob!("batch", "Asks for", COUNTS, "How many messages it asks for at a time.", batch),
    knob!(
        "hold",
        "Holds at most",
        COUNTS,
        "How many messages it holds at most, the one it works on included.",
        max_in_hand
    ),
    knob!(
        "in-progress",
        "Says it works every",
        PERHAPS,
        "How often it says that it still works (+WPI), so that the ack wait begins anew.",
        in_progress
    ),
    knob!(
        "create",
        "Makes its consumer",
        KnobKind::Switch,
        "Whether it makes the consumer if there is none.",
        |knobs| knobs.create.is_some().write(),
        |knobs, text| {
            let create = bool::read(text)?;
            knobs.create = create.then(|| knobs.create.take().unwrap_or_default());
            Ok(())
        }
    ),
    knob!(
        "filter",
        "… for subjects",
        KnobKind::List,
        "The subjects of the consumer it makes; all if there are none.",
        create.filters
    ),
    knob!(
        "ack-wait",
        "… ack wait",
        PERHAPS,
        "How long a message may stay unacknowledged at the consumer it makes (server: 30s).",
        create.ack_wait
    ),
    knob!(
        "max-deliver",
        "… deliveries",
        LIMITS,
        "How often the consumer it makes delivers a message at most.",
        create.max_deliver
    ),
    knob!(
        "max-ack-pending",
        "… unacknowledged",
        LIMITS,
        "How many messages may be unacknowledged at once at the consumer it makes (server: 1000).",
        create.max_ack_pending
    ),
    knob!(
        "backoff",
        "… backoff",
        KnobKind::List,
        "How long the consumer it makes waits before each further delivery, such as 1s,5s,10s.",
        create.backoff
    ),
];

/// The consumer that a worker makes, to be changed.
fn created(worker: &mut Worker) -> &mut ConsumerDraft {
    worker.create.get_or_insert_default()
}
