//! Sentences for what comes from outside: inputs, faults, and their ends.

use std::sync::Arc;

use crate::client::{Answer, Call, Client, Doing, Draft, Task};
use crate::jetstream::raft::Luck;
use crate::kernel::{CloseReason, EventKind, Loss, ProcId, Span, Trap};
use crate::server::Condition;
use crate::view::cast::Cast;
use crate::view::frame::Caption;
use crate::view::say::Say;
use crate::view::stage::links_properties;
use crate::view::text::{brief, count};
use crate::world::bucket::Place;
use crate::world::{Event, NodeInput};

use super::api_name::api_name;
use super::bucket::{self, Written};

/// The sentence for an event that is neither traffic nor a note.
pub(super) fn from_outside(cast: Cast<'_>, event: &Event) -> Caption {
    let say = Say::about(event.id);
    let me = event.place;
    match &event.kind {
        EventKind::Started => say.who(cast, me).text(" starts"),
        EventKind::Crashed { loss } => {
            let say = say.fault().who(cast, me);
            let say = match held_at_death(cast, me).as_slice() {
                [] => say.text(" dies. What was only in its memory is lost"),
                [one] => say.text(&format!(
                    " dies with sequence {} of {} in hand: it has not acknowledged it",
                    one.seq, one.stream
                )),
                [one, others @ ..] => say.text(&format!(
                    " dies with sequence {} of {} and {} more in hand: it has not acknowledged them",
                    one.seq,
                    one.stream,
                    others.len()
                )),
            };
            match loss {
                Loss::Memory => say,
                Loss::Disk => say.text(", and its disk as well"),
                Loss::Unsynced => say.text(
                    ", and so is what had not been flushed to its disk: the power has failed",
                ),
            }
        }
        EventKind::Removed => {
            say.who(cast, me).text(" leaves: it closes its connection and will not come back")
        }
        EventKind::Paused => {
            say.fault().who(cast, me).text(" freezes: it keeps its connections and does nothing")
        }
        EventKind::Resumed => {
            say.who(cast, me).text(" goes on, and works off what has come in the meantime")
        }
        EventKind::LinkCut { peer } => say
            .fault()
            .text("The link between ")
            .who(cast, me)
            .text(" and ")
            .who(cast, *peer)
            .text(" is cut. Both notice, and what was under way is lost"),
        EventKind::LinkBlocked { peer } => say
            .fault()
            .text("Nothing gets from ")
            .who(cast, me)
            .text(" to ")
            .who(cast, *peer)
            .text(" any more, and nobody is told"),
        EventKind::LinkHealed { peer } => say
            .text("The link between ")
            .who(cast, me)
            .text(" and ")
            .who(cast, *peer)
            .text(" works again"),
        EventKind::LinkChanged { peer, spec } => {
            let say = say.text("The link between ").who(cast, me).text(" and ").who(cast, *peer);
            say.text(&format!(" now takes {}", links_properties(spec)))
        }
        EventKind::TrapSet { trap: Trap::Lose } => say
            .fault()
            .text("The next acknowledgement to or from ")
            .who(cast, me)
            .text(" will get lost"),
        EventKind::TrapSet { trap: Trap::Twice } => {
            say.fault().who(cast, me).text(" will send the next message that it publishes twice")
        }
        EventKind::TrapsCleared => {
            say.text("Nothing of ").who(cast, me).text(" will get lost or be doubled any more")
        }
        EventKind::Input(NodeInput::Condition(what)) => return condition(cast, say, me, what).done(),
        EventKind::Input(_) => say.text("Somebody asks something of ").who(cast, me),
        EventKind::Dialled { to, .. } => say.who(cast, me).text(" connects to ").who(cast, *to),
        EventKind::Opened { peer, .. } => {
            say.who(cast, me).text(" has a connection with ").who(cast, *peer)
        }
        EventKind::Closed { peer, reason, .. } => {
            let say = say.who(cast, me).text(" has lost its connection with ").who(cast, *peer);
            let say = if *reason == CloseReason::Refused { say } else { say.fault() };
            say.text(": ").text(reason.describe())
        }
        EventKind::Timer(_) => say.text("A timer of ").who(cast, me).text(" runs out"),
        _ => say.text("Something happens at ").who(cast, me),
    }
    .done()
}

/// What is said of a server's machine, and of its luck.
fn condition(cast: Cast<'_>, say: Say, me: ProcId, what: &Condition) -> Say {
    match what {
        Condition::Disk(Span::ZERO) => {
            say.text("The disk of ").who(cast, me).text(" is fast again")
        }
        Condition::Disk(latency) => {
            let say = say.fault().text("The disk of ").who(cast, me);
            say.text(&format!(" takes {latency} for every write now"))
        }
        Condition::Clock(0) => say.text("The clock of ").who(cast, me).text(" is right again"),
        Condition::Clock(ahead) => {
            let way = if *ahead < 0 { "behind" } else { "ahead" };
            let say = say.fault().text("The clock of ").who(cast, me);
            say.text(&format!(" is {} {way} now", brief(Span(ahead.unsigned_abs()))))
        }
        Condition::Luck { luck, .. } => say.who(cast, me).text(match luck {
            None => " leaves its next election to chance",
            Some(Luck::First) => " will be the first to campaign at the next election",
            Some(Luck::Last) => " will let another one campaign first at the next election",
            Some(Luck::Together) => " will campaign with all the others at the next election",
        }),
    }
}

/// What an application that is dead had in hand when it died.
fn held_at_death(cast: Cast<'_>, process: ProcId) -> Vec<Arc<Task>> {
    match cast.world().client(process).and_then(Client::doing) {
        Some(Doing::Crashed { tasks }) => tasks,
        _ => Vec::new(),
    }
}

/// " publishes orders.new", or what that does to a bucket or store.
fn publishes(say: Say, message: &Draft) -> Say {
    let header = |name: &str| {
        let found = message.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone())
    };
    let (subject, payload) = (message.subject.as_str(), message.text.as_bytes());
    match bucket::publishes(say, &Written { subject, header: &header, payload }) {
        Ok(say) => say,
        Err(say) => say.text(" publishes ").code(subject),
    }
}

/// What a call does, to be said after who does it: " publishes orders.new".
pub fn describe_call(say: Say, call: &Call) -> Say {
    let times = |say: Say, n: u32| {
        if n == 1 { say } else { say.text(&format!(" {}", count(u64::from(n), "time"))) }
    };
    match call {
        Call::Publish { message, count } => times(publishes(say, message), *count),
        Call::JsPublish { message, count, .. } => {
            times(publishes(say, message), *count).text(match Place::of(&message.subject) {
                Some(_) => ", and waits for the stream's acknowledgement",
                None => " and waits for the stream's acknowledgement",
            })
        }
        Call::JsPublishAll { message, count: n, atomic, .. } => {
            let say = say.text(&format!(" publishes {} on ", count(u64::from(*n), "message")));
            say.code(&message.subject).text(if *atomic {
                " as one batch: the stream is to store all of them or none"
            } else {
                " at once and waits for all acknowledgements"
            })
        }
        Call::Request { message, .. } => say.text(" sends a request to ").code(&message.subject),
        Call::Api { subject, .. } => say.text(" asks the JetStream API: ").code(&api_name(subject)),
        Call::Subscribe { subject, queue, .. } => {
            let say = say.text(" subscribes to ").code(subject);
            match queue {
                Some(queue) => say.text(" as a member of ").code(queue),
                None => say,
            }
        }
        Call::Reply { subject, .. } => say.text(" offers to answer requests to ").code(subject),
        Call::Next { stream, consumer, batch, .. } => say
            .text(&format!(" asks for {} of consumer ", count(u64::from(*batch), "message")))
            .code(consumer)
            .text(" on ")
            .code(stream),
        Call::Consume { stream, consumer, .. } => match consumer {
            Some(consumer) => {
                say.text(" listens to consumer ").code(consumer).text(" on ").code(stream)
            }
            None => say.text(" reads ").code(stream).text(" through a consumer of its own"),
        },
        Call::Ordered { stream, .. } => {
            say.text(" reads ").code(stream).text(" in order, through a consumer of its own")
        }
        Call::Backup { stream, directory, .. } => {
            let say = say.text(" backs up ").code(stream).text(" to its directory ");
            say.code(directory)
        }
        Call::Restore { directory, .. } => {
            say.text(" restores the backup in its directory ").code(directory)
        }
        Call::Kv(op) => super::kv::describe(say, op),
        Call::Object(op) => super::object::describe(say, op),
        Call::Upload(upload) => super::object::describe_upload(say, upload),
        Call::Answer { answer, .. } => say.text(match answer {
            Answer::Ack => " acknowledges a message",
            Answer::Nak { .. } => " gives a message back",
            Answer::Term { .. } => " refuses a message for ever",
            Answer::InProgress => " says that it is still working on a message",
        }),
        Call::Flush => say.text(" waits until its server has worked off what it sent"),
        Call::Cancel { op } => say.text(&format!(" ends its operation {}", op.0)),
    }
}
