//! Events by name: what a lesson can wait for in the trace.

use crate::client::behaviour::Task;
use crate::client::{self, Answer, Outcome};
use crate::kernel::EventId;
use crate::nats::subject;
use crate::server::{self, ConsumerNote, InflowNote, Redelivery, Removal};
use crate::world::{Event, EventKind, Note, World};

/// An event a lesson can name.
#[derive(Debug, Clone, Copy)]
pub struct EventName {
    /// Its name.
    pub name: &'static str,
    /// What happened.
    pub help: &'static str,
}

const fn event(name: &'static str, help: &'static str) -> EventName {
    EventName { name, help }
}

/// All events that can be named. `docs/lessons.md` explains each; a test sees to it.
pub const EVENTS: &[EventName] = &[
    event("stored", "a server stored a message (each copy counts)"),
    event(
        "removed",
        "a server removed messages; words: limit, age, deleted, purged, rollup, consumed",
    ),
    event("duplicate", "a publish was recognised by its message id"),
    event("rejected", "a stream refused a publish; its error code is a word"),
    event("committed", "a leader knows that a quorum has an entry"),
    event("elected", "a server leads a group from now on"),
    event("deposed", "a server leads a group no more"),
    event("quorum-lost", "a leader has no majority any more"),
    event("created", "a stream exists on a server from now on"),
    event("deleted", "a stream is gone from a server"),
    event("no-responders", "nobody listens on a subject"),
    event("withheld", "a leaf link was configured not to carry a message that is wanted behind it"),
    event("follows", "an origin delivers to a mirror or source from now on"),
    event("copied", "a mirror or source took a message of its origin; its sequence is a word"),
    event("not-copied", "a mirror or source could not store a message of its origin"),
    event("silent", "a mirror or source has heard nothing of its origin for too long"),
    event("consumer-created", "a consumer exists on a server from now on"),
    event("consumer-deleted", "a consumer is gone from a server"),
    event(
        "delivered",
        "a consumer sent a message for the first time; with an app: that worker took it",
    ),
    event(
        "redelivered",
        "a consumer sent a message again; with an app: that worker took it; words: ack-wait, nak",
    ),
    event("acked", "a consumer has the acknowledgement of a message"),
    event("naked", "a consumer was given a message back"),
    event("terminated", "a consumer was told never to send a message again"),
    event("in-progress", "a consumer was told that the work on a message goes on"),
    event("ack-wait-over", "a consumer waited in vain for an acknowledgement"),
    event("gave-up", "a consumer sent a message as often as allowed, and will not again"),
    event("stalled", "a consumer has too many messages out to send another"),
    event("took", "a worker begins to work on a message; `again` if it was delivered before"),
    event("finished", "a worker is done with a message; words: ack, nak, term"),
    event("published", "an app has a stream's acknowledgement of what it published"),
    event("answered", "an app has the answer to a request"),
    event("timed-out", "an app waited in vain for an answer"),
    event("retried", "an app publishes again what was not answered"),
    event("leads", "an app has become the leader, by a key of its own"),
    event("steps-down", "an app is the leader no more"),
    event("reloads", "an app has another configuration from now on"),
    event("too-late", "an app wanted to write what somebody else had written meanwhile"),
    event("received", "an app's subscription got a message"),
    event("connected", "an app is connected"),
    event("disconnected", "an app lost its connection"),
    event("crashed", "a process died"),
    event("left", "an app was removed"),
    event("started", "a process started, or started again"),
    event("paused", "a process was frozen"),
    event("resumed", "a frozen process went on"),
    event("cut", "a link was cut"),
    event("blocked", "a link became a black hole"),
    event("healed", "a link works again"),
];

/// How many events of this kind, with all these words, happened from `from` on.
pub(super) fn count(world: &World, kind: &str, words: &[String], from: EventId) -> u64 {
    let is_app =
        |word: &String| world.process(word).is_some_and(|process| world.client(process).is_some());
    let by_app = words.iter().any(is_app);
    let is_kind = |event: &Event| match (by_app, kind) {
        // To whom a message went is seen where it arrives.
        (true, "delivered") => starts_work(event) == Some(false),
        (true, "redelivered") => starts_work(event) == Some(true),
        _ => name(event) == Some(kind),
    };
    let events = world.sim().trace().since(from);
    events.filter(|event| is_kind(event) && has_words(world, event, words)).count() as u64
}

/// Whether a worker begins to work on a message with this event, and whether it comes again.
fn starts_work(event: &Event) -> Option<bool> {
    match &event.kind {
        EventKind::Note(Note::Client(client::Note::WorkStarted { task, .. })) => {
            Some(task.deliveries > 1)
        }
        _ => None,
    }
}

/// What an event is called here.
fn name(event: &Event) -> Option<&'static str> {
    Some(match &event.kind {
        EventKind::Note(Note::Server(note)) => match note {
            server::Note::Stored { .. } => "stored",
            server::Note::Removed { .. } => "removed",
            server::Note::Duplicate { .. } => "duplicate",
            server::Note::Rejected { .. } => "rejected",
            server::Note::Committed { .. } => "committed",
            server::Note::Elected { .. } => "elected",
            server::Note::LostLeadership { .. } => "deposed",
            server::Note::QuorumLost { .. } => "quorum-lost",
            server::Note::StreamCreated { .. } => "created",
            server::Note::StreamDeleted { .. } => "deleted",
            server::Note::NoResponders { .. } => "no-responders",
            server::Note::Withheld { .. } => "withheld",
            server::Note::Consumer { what, .. } => return consumer_name(what),
            server::Note::Inflow { what, .. } => match what {
                InflowNote::Following { .. } => "follows",
                InflowNote::Taken { .. } => "copied",
                InflowNote::NotTaken { .. } => "not-copied",
                InflowNote::Stalled | InflowNote::NoAnswer => "silent",
                _ => return None,
            },
            _ => return None,
        },
        EventKind::Note(Note::Client(note)) => match note {
            client::Note::Connected { .. } => "connected",
            client::Note::Disconnected { .. } => "disconnected",
            client::Note::Received { .. } => "received",
            client::Note::Retried { .. } => "retried",
            client::Note::Turn { turn, .. } => match turn {
                client::Turn::Leads => "leads",
                client::Turn::StepsDown => "steps-down",
                client::Turn::Reloads => "reloads",
                client::Turn::Loses => "too-late",
            },
            client::Note::WorkStarted { .. } => "took",
            client::Note::WorkEnded { .. } => "finished",
            client::Note::OpEnded { outcome, .. } => match &**outcome {
                Outcome::Acked { .. } => "published",
                Outcome::Replies(_) => "answered",
                Outcome::TimedOut { .. } => "timed-out",
                _ => return None,
            },
            _ => return None,
        },
        EventKind::Crashed { .. } => "crashed",
        EventKind::Removed => "left",
        EventKind::Started => "started",
        EventKind::Paused => "paused",
        EventKind::Resumed => "resumed",
        EventKind::LinkCut { .. } => "cut",
        EventKind::LinkBlocked { .. } => "blocked",
        EventKind::LinkHealed { .. } => "healed",
        _ => return None,
    })
}

fn consumer_name(note: &ConsumerNote) -> Option<&'static str> {
    Some(match note {
        ConsumerNote::Created => "consumer-created",
        ConsumerNote::Deleted => "consumer-deleted",
        ConsumerNote::Delivered(_) => "delivered",
        ConsumerNote::Redelivered { .. } => "redelivered",
        ConsumerNote::Acked { .. } => "acked",
        ConsumerNote::Naked { .. } => "naked",
        ConsumerNote::Terminated { .. } => "terminated",
        ConsumerNote::InProgress { .. } => "in-progress",
        ConsumerNote::AckWaitOver { .. } => "ack-wait-over",
        ConsumerNote::GaveUp { .. } => "gave-up",
        ConsumerNote::Stalled { .. } => "stalled",
        _ => return None,
    })
}

/// Whether each of the words says something true of the event.
fn has_words(world: &World, event: &Event, words: &[String]) -> bool {
    words.iter().all(|word| {
        world.name(event.place) == word
            || world.short_name(event.place) == word
            || is_about(world, event, word)
    })
}

fn is_about(world: &World, event: &Event, word: &str) -> bool {
    let subject_is = |text: &str| text == word || subject::matches(word, text);
    match &event.kind {
        EventKind::Note(Note::Server(note)) => {
            let cluster =
                world.cluster_of(event.place).and_then(|n| world.topology().clusters.get(n));
            let stream_is = |stream: &str| {
                let qualified = word.split_once('/').is_some_and(|(place, name)| {
                    name == stream && cluster.is_some_and(|cluster| cluster.name == place)
                });
                stream == word || qualified
            };
            if note.stream().is_some_and(|stream| stream_is(stream)) {
                return true;
            }
            match note {
                server::Note::Stored { seq, subject, .. } => {
                    subject_is(subject) || seq.to_string() == word
                }
                server::Note::Duplicate { seq, .. } => seq.to_string() == word,
                server::Note::Rejected { err_code, .. } => err_code.to_string() == word,
                server::Note::Removed { reason, first_seq, .. } => {
                    removal(*reason) == word || first_seq.to_string() == word
                }
                server::Note::NoResponders { subject } | server::Note::Withheld { subject, .. } => {
                    subject_is(subject)
                }
                server::Note::Inflow { origin, what, .. } => {
                    &**origin == word || what.seq().is_some_and(|seq| seq.to_string() == word)
                }
                server::Note::Consumer { stream, consumer, what } => {
                    stream_is(stream) || &**consumer == word || is_about_delivery(what, word)
                }
                _ => note.group().is_some_and(|group| &**group == word),
            }
        }
        EventKind::Note(Note::Client(note)) => match note {
            client::Note::Received { subject, .. } => subject_is(subject),
            client::Note::WorkStarted { task, .. } => {
                is_task(task, word) || (word == "again" && task.deliveries > 1)
            }
            client::Note::WorkEnded { task, answer } => {
                is_task(task, word) || answer_name(answer) == word
            }
            client::Note::Connected { server } | client::Note::Disconnected { server, .. } => {
                world.name(*server) == word || world.short_name(*server) == word
            }
            _ => false,
        },
        EventKind::LinkCut { peer }
        | EventKind::LinkBlocked { peer }
        | EventKind::LinkHealed { peer } => {
            world.name(*peer) == word || world.short_name(*peer) == word
        }
        _ => false,
    }
}

fn is_task(task: &Task, word: &str) -> bool {
    &*task.stream == word
        || &*task.consumer == word
        || task.seq.to_string() == word
        || subject::matches(word, &task.subject)
}

fn answer_name(answer: &Answer) -> &'static str {
    match answer {
        Answer::Ack => "ack",
        Answer::Nak { .. } => "nak",
        Answer::Term { .. } => "term",
        _ => "",
    }
}

fn is_about_delivery(note: &ConsumerNote, word: &str) -> bool {
    let again = |why: Redelivery| match why {
        Redelivery::AckWait => word == "ack-wait",
        Redelivery::Nak => word == "nak",
        Redelivery::Unknown => false,
    };
    if note.seq().is_some_and(|seq| seq.to_string() == word) {
        return true;
    }
    match note {
        ConsumerNote::Delivered(delivery) => subject::matches(word, &delivery.subject),
        ConsumerNote::Redelivered { delivery, why } => {
            again(*why) || subject::matches(word, &delivery.subject)
        }
        _ => false,
    }
}

fn removal(reason: Removal) -> &'static str {
    match reason {
        Removal::Limit => "limit",
        Removal::Age => "age",
        Removal::Deleted => "deleted",
        Removal::Purged => "purged",
        Removal::Rollup => "rollup",
        Removal::Consumed => "consumed",
    }
}
