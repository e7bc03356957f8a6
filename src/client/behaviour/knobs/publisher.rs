//! The knobs of a publisher.

use super::super::Publisher;
use super::super::value::{self, Value};
use super::steps::{LIMITS, TIMES};
use super::{Entry, Knob, KnobKind};

pub(super) static PUBLISHER: &[Entry<Publisher>] = &[
    knob!("running", "Running", KnobKind::Switch, "Whether it is switched on.", running),
    knob!(
        "subject",
        "Subject",
        KnobKind::Text,
        "Where it publishes. {{Count}}, {{Cycle a b}}, {{Random 1 9}} and {{Name}} are replaced.",
        subject
    ),
    knob!("rate", "One every", TIMES, "How long from one message to the next.", every),
    knob!(
        "ack",
        "Acknowledged",
        KnobKind::Switch,
        "Whether it waits for the stream's acknowledgement.",
        acknowledged
    ),
    knob!(
        "ids",
        "Message ids",
        KnobKind::Switch,
        "Whether messages have ids, so that what is sent twice is stored once.",
        message_ids
    ),
    knob!(
        "text",
        "Payload",
        KnobKind::Text,
        "What it publishes; the same words are replaced.",
        text
    ),
    knob!(
        "size",
        "Size at least",
        KnobKind::Number(&["0", "16", "128", "1024", "8192", "65536", "1048576"]),
        "How many bytes a payload has at least.",
        size
    ),
    knob!("limit", "Stop after", LIMITS, "After how many messages it stops.", limit),
];
