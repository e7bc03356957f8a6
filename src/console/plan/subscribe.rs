//! `nats sub` and `nats reply`: commands that go on until they are interrupted.

use crate::client::{Call, Deliver, Delivery, Outcome};
use crate::console::format::quoted;
use crate::console::parse::Invocation;
use crate::kernel::Time;
use crate::nats::Message;
use crate::nats::api::response::Names;
use crate::nats::api::to_json_text;
use crate::nats::json::as_json;
use crate::nats::time::rfc3339;

use super::message::{header_lines, received};
use super::run::trouble;
use super::{Done, OpView, Run, Stop};

/// `nats sub`
pub(super) fn subscribe(run: &mut Run<'_>, line: &Invocation) -> Done {
    let stream = line.given("stream") || BEGIN.iter().any(|flag| line.given(flag));
    let subject = line.arg(0).unwrap_or_default();
    if subject.is_empty() && !line.given("stream") {
        let stop = run.fail("subject is required");
        run.hint("Give a subject, or read a stream: nats sub --stream ORDERS --all");
        return Err(stop);
    }
    if stream && line.given("queue") {
        return Err(run.fail("queue group subscriptions are not supported with JetStream"));
    }
    let raw = line.on("raw");
    let view = if stream {
        ordered(run, line, subject)?
    } else {
        let view = run.op(Call::Subscribe {
            subject: subject.to_owned(),
            queue: line.text("queue").map(str::to_owned),
            max: limit(line),
        })?;
        if !raw {
            run.log(view.started, format!("Subscribing on {subject}"));
        }
        view
    };
    for (n, (_, message)) in shown(run, view) {
        if raw {
            run.say(message.text());
            continue;
        }
        run.say(head(n, message, stream));
        received(run, message, line.on("headers-only"));
    }
    end(run, view)
}

/// The flags that say where in a stream to begin.
const BEGIN: [&str; 5] = ["all", "new", "last", "last-per-subject", "start-sequence"];

/// Reads a stream: the one that is named, or the one that captures the subject.
fn ordered<'a>(run: &mut Run<'a>, line: &Invocation, subject: &str) -> Done<&'a OpView<'a>> {
    struct Body<'a> {
        subject: &'a str,
    }
    as_json! {
        written Body<'_>;
        subject,
    }
    let stream = match line.text("stream") {
        Some(stream) => stream.to_owned(),
        None => {
            let names: Result<Names, String> =
                run.api("STREAM.NAMES", to_json_text(&Body { subject }))?;
            let names = run.check("", names)?.streams.unwrap_or_default();
            match names.into_iter().next() {
                Some(name) => name,
                None => return Err(run.fail("nats: no stream matches subject")),
            }
        }
    };
    let seq = line.number("start-sequence").and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    let (deliver, begins) = match seq {
        Some(seq) => (Deliver::Sequence(seq), format!("starting with sequence {seq}")),
        None if line.on("last") => {
            (Deliver::Last, "starting with the last message received".to_owned())
        }
        None if line.on("new") => (Deliver::New, "delivering any new messages received".to_owned()),
        None if line.on("last-per-subject") => (
            Deliver::LastPerSubject,
            "for the last messages for each subject in the Stream".to_owned(),
        ),
        None => (Deliver::All, "starting with the first message received".to_owned()),
    };
    let filters = if subject.is_empty() { Vec::new() } else { vec![subject.to_owned()] };
    let view = run.op(Call::Ordered {
        stream: stream.clone(),
        filters,
        deliver,
        pull: false,
        how: None,
        domain: None,
        max: limit(line),
    })?;
    if !line.on("raw") {
        let subject = if subject.is_empty() { ">" } else { subject };
        let text = format!(
            "Subscribing to JetStream Stream holding messages with subject {subject} {begins}"
        );
        run.log(view.started, text);
        if !line.given("stream") {
            run.hint(format!("That is stream {stream}."));
        }
    }
    Ok(view)
}

/// The line above a message.
fn head(n: u64, message: &Message, stream: bool) -> String {
    let subject = quoted(&message.subject);
    match (Delivery::of(message), &message.reply) {
        (Some(told), _) if stream => format!(
            "[#{n}] Received JetStream message: stream: {} seq {} / subject: {} / time: {}",
            told.stream,
            told.stream_seq,
            message.subject,
            whole_seconds(told.stored)
        ),
        (Some(told), _) => format!(
            "[#{n}] Received JetStream message: consumer: {} > {} / subject: {} / delivered: {} / consumer seq: {} / stream seq: {}",
            told.stream,
            told.consumer,
            message.subject,
            told.deliveries,
            told.consumer_seq,
            told.stream_seq
        ),
        (None, Some(reply)) => format!("[#{n}] Received on {subject} with reply {}", quoted(reply)),
        (None, None) => format!("[#{n}] Received on {subject}"),
    }
}

/// A moment to the second, as RFC 3339 has it.
fn whole_seconds(at: Time) -> String {
    const SECOND: u64 = 1_000_000_000;
    rfc3339(Time(at.nanos() / SECOND * SECOND))
}

/// `nats reply`
pub(super) fn reply(run: &mut Run<'_>, line: &Invocation) -> Done {
    let subject = line.arg(0).unwrap_or_default();
    let body = line.arg(1).filter(|body| !body.is_empty() && !line.on("echo"));
    let queue = line.text("queue").unwrap_or("NATS-RPLY-22");
    let view = run.op(Call::Reply {
        subject: subject.to_owned(),
        queue: Some(queue.to_owned()),
        body: body.map(str::to_owned),
        max: limit(line),
    })?;
    if body.is_none() && !line.on("echo") {
        run.log(view.started, "No body or command supplied, enabling echo mode");
    }
    run.log(view.started, format!("Listening on {} in group {}", quoted(subject), quoted(queue)));
    for (n, (at, message)) in shown(run, view) {
        // The CLI counts requests from zero, though it counts received messages from one.
        run.log(at, format!("[#{}] Received on subject {}:", n - 1, quoted(&message.subject)));
        header_lines(message.headers.as_ref()).iter().for_each(|header| run.log(at, header));
        run.say("");
        run.say(message.text());
    }
    end(run, view)
}

/// After how many messages to end; 0 is never.
fn limit(line: &Invocation) -> Option<u64> {
    line.number("count").and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0)
}

/// A message with its number and the time at which it came.
pub(super) type Numbered<'a> = (u64, (Time, &'a Message));

/// The messages with their numbers, and a remark if not all of them are kept.
pub(super) fn shown<'a>(run: &mut Run<'_>, view: &'a OpView<'a>) -> Vec<Numbered<'a>> {
    (untold(run, view) + 1..).zip(view.received.iter().copied()).collect()
}

/// How many of the first messages are not kept any more; tells so.
pub(super) fn untold(run: &mut Run<'_>, view: &OpView<'_>) -> u64 {
    let before = view.received_total.saturating_sub(view.received.len() as u64);
    match before {
        0 => {}
        1 => run.hint("The first message is not shown."),
        before => run.hint(format!("The first {before} messages are not shown.")),
    }
    before
}

/// Ends the script of a subscription when the subscription has ended.
pub(super) fn end(run: &mut Run<'_>, view: &OpView<'_>) -> Done {
    match view.outcome {
        None => Err(Stop::Waiting),
        Some(Outcome::Ended { .. } | Outcome::Sent { .. }) => Ok(()),
        Some(other) => Err(run.fail(trouble(other))),
    }
}
