//! Sentences for what clients tell of themselves: their calls, what came of them, their work.

use crate::client::{self, Answer, Behaviour, Outcome, Task};
use crate::kernel::ProcId;
use crate::nats::api::PubAck;
use crate::nats::json;
use crate::view::cast::Cast;
use crate::view::class::Class;
use crate::view::frame::Caption;
use crate::view::say::Say;
use crate::view::text::{count, list};
use crate::world::Event;

use super::input::describe_call;
use super::note::stream_name;

/// A note of a client.
pub(super) fn told(cast: Cast<'_>, event: &Event, note: &client::Note) -> Caption {
    use client::Note;
    let say = Say::about(event.id);
    let me = event.place;
    match note {
        Note::Connected { server } => {
            say.who(cast, me).text(" is connected to ").who(cast, *server)
        }
        Note::Disconnected { server, why } => say
            .fault()
            .who(cast, me)
            .text(" has lost its connection to ")
            .who(cast, *server)
            .text(": ")
            .text(why),
        Note::OpStarted { call, .. } => {
            describe_call(say.class(class_of(call)).who(cast, me), call)
        }
        Note::Received { subject, .. } => {
            say.class(Class::Deliver).who(cast, me).text(" receives ").code(subject)
        }
        Note::Retried { attempt, .. } => say
            .fault()
            .who(cast, me)
            .text(&format!(" tries again, for the {}", ordinal(u64::from(*attempt))))
            .text(" time"),
        Note::OpEnded { outcome, .. } => ended(say.who(cast, me), outcome),
        Note::OrderLost { after, why, .. } => say
            .class(Class::Deliver)
            .who(cast, me)
            .text(" makes its ordered consumer anew, after sequence ")
            .text(&format!("{after}: {why}")),
        Note::CaughtUp { .. } => say
            .class(Class::Deliver)
            .who(cast, me)
            .text(" has all there was when it asked: what comes from now on is new"),
        Note::Turn { turn, text } => super::kv::turn(say.who(cast, me), *turn, text),
        Note::Behaves { behaviour, turned } => behaves(say.who(cast, me), behaviour, turned),
        Note::WorkStarted { task, takes } => {
            task_name(say.class(Class::Deliver).who(cast, me).text(" works on "), cast, me, task)
                .text(&match task.deliveries {
                    1 => format!(", which takes {takes}"),
                    n => format!(", its {} delivery; that takes {takes}", ordinal(n)),
                })
        }
        Note::WorkEnded { task, answer } => {
            let say = say.class(Class::Ack).who(cast, me);
            match answer {
                Answer::Ack | Answer::InProgress => {
                    let say = say.text(" has done its work on ");
                    task_name(say, cast, me, task).text(" and acknowledges it")
                }
                Answer::Nak { delay } => {
                    let say = task_name(say.fault().text(" gives back "), cast, me, task);
                    match delay {
                        None => say.text(": it is to be delivered again at once"),
                        Some(delay) => say.text(&format!(
                            ": it is to be delivered again, but not before {delay}"
                        )),
                    }
                }
                Answer::Term { .. } => task_name(say.fault().text(" refuses "), cast, me, task)
                    .text(" for ever: it is not to be delivered again"),
            }
        }
        Note::StillWorking { task } => {
            let say = say.class(Class::Ack).who(cast, me).text(" still works on ");
            task_name(say, cast, me, task).text(" and says so: the ack wait begins anew")
        }
        Note::WorkerCrashes { tasks } => {
            let say = say.fault().who(cast, me).text(" crashes before it acknowledges");
            match tasks.as_slice() {
                [] => say,
                [first, others @ ..] => {
                    let say = task_name(say.text(" "), cast, me, first);
                    match others.len() {
                        0 => say,
                        n => say.text(&format!(" and {n} more")),
                    }
                }
            }
        }
    }
    .done()
}

/// How much a client's note has to say for its step.
pub(super) fn weight(note: &client::Note) -> u8 {
    use client::Note;
    match note {
        Note::OpEnded { outcome, .. } => match &**outcome {
            // What was sent is told by what was asked.
            Outcome::Sent { .. } => 0,
            // The whole says more than its last step.
            Outcome::Kv(_) | Outcome::Object(_) => 90,
            _ => 88,
        },
        Note::Disconnected { .. } => 87,
        Note::Retried { .. } => 85,
        Note::OpStarted { call, .. } if call.is_composite() => 69,
        Note::OpStarted { .. } => 68,
        Note::CaughtUp { .. } => 67,
        Note::Turn { .. } => 93,
        Note::Connected { .. } => 64,
        Note::Received { .. } => 62,
        Note::WorkerCrashes { .. } => 92,
        // More than the end of the fetch that brought the message.
        Note::WorkEnded { .. } | Note::OrderLost { .. } => 91,
        Note::WorkStarted { .. } | Note::StillWorking { .. } => 89,
        Note::Behaves { .. } => 70,
    }
}

/// What an application does by itself from now on.
fn behaves(say: Say, behaviour: &Behaviour, turned: &[(&str, String)]) -> Say {
    match turned {
        [] if behaviour.is_running() => {
            say.text(&format!(" is {} from now on", super::kv::kind(behaviour.kind())))
        }
        [] => say.text(&format!(" is {}, switched off", super::kv::kind(behaviour.kind()))),
        [("Running", value)] if value == "on" => say.text(" is switched on"),
        [("Running", _)] => say.text(" is switched off"),
        turned => {
            let knobs: Vec<String> =
                turned.iter().map(|(label, value)| format!("“{label}” to {value}")).collect();
            say.text(" has its knobs turned: ").text(&list(&knobs))
        }
    }
}

/// A message in a worker's hand: "sequence 7 of TASKS".
fn task_name(say: Say, cast: Cast<'_>, member: ProcId, task: &Task) -> Say {
    stream_name(say.text(&format!("sequence {} of ", task.seq)), cast, member, &task.stream)
}

fn ended(say: Say, outcome: &Outcome) -> Say {
    match outcome {
        Outcome::Sent { messages } => {
            say.text(&format!(" has sent {} and waits for nothing", count(*messages, "message")))
        }
        Outcome::Acked { acks, .. } => {
            let say = say.class(Class::Ack);
            let last = acks.last().map(|ack| json::read::<PubAck>(&ack.payload));
            match last {
                Some(Ok(ack)) if ack.seq > 0 => {
                    let duplicate = if ack.duplicate { ", already" } else { "" };
                    say.text(" gets its acknowledgement: ")
                        .code(&ack.stream)
                        .text(&format!(" has the message as sequence {}{duplicate}", ack.seq))
                }
                _ => {
                    let say = say.fault().text(" is told that the stream refused its message");
                    match acks.last().and_then(|ack| json::parse(&ack.payload).ok()) {
                        Some(body) => match body["error"]["description"].as_str() {
                            Some(why) => say.text(": ").code(why),
                            None => say,
                        },
                        None => say,
                    }
                }
            }
        }
        Outcome::Replies(replies) => say
            .class(Class::ControlReply)
            .text(&format!(" has its {}", if replies.len() == 1 { "answer" } else { "answers" })),
        Outcome::Fetched { messages, status } => {
            let say = say.class(Class::Deliver);
            let got = count(messages.len() as u64, "message");
            match status {
                None => say.text(&format!(" has {got}")),
                Some((code, text)) => say
                    .text(&format!(" has {got}; no more come: "))
                    .code(&format!("{code} {text}")),
            }
        }
        Outcome::Refused(answer) => {
            let say = say.fault().text(" is refused: ");
            match json::parse(&answer.payload) {
                Ok(body) => say.code(body["error"]["description"].as_str().unwrap_or_default()),
                Err(_) => say.code(&answer.text()),
            }
        }
        Outcome::Kv(result) => super::kv::ended(say, result),
        Outcome::Object(result) => super::object::ended(say, result),
        Outcome::NoResponders => {
            say.fault().text(" is told at once that nobody listens on that subject")
        }
        Outcome::TimedOut { after, .. } => say.fault().text(&format!(
            " gives up after {after}: no answer came. Nobody knows whether the request was carried out"
        )),
        Outcome::Ended { messages } => {
            say.text(&format!(" ends its subscription after {}", count(*messages, "message")))
        }
        Outcome::Invalid(why) => say.fault().text(" cannot do that: ").text(why),
        Outcome::ConnectionLost => {
            say.fault().text(" lost its connection, and with it all it knew of the operation")
        }
    }
}

fn class_of(call: &client::Call) -> Class {
    match call {
        client::Call::Api { .. } | client::Call::Backup { .. } | client::Call::Restore { .. } => {
            Class::Control
        }
        client::Call::Subscribe { .. }
        | client::Call::Reply { .. }
        | client::Call::Next { .. }
        | client::Call::Consume { .. }
        | client::Call::Ordered { .. } => Class::Deliver,
        client::Call::Answer { .. } => Class::Ack,
        _ => Class::Publish,
    }
}

fn ordinal(n: u64) -> String {
    match n {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        n => format!("{n}th"),
    }
}
