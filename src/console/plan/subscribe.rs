//! `nats sub` and `nats reply`: commands that go on until they are interrupted.

use crate::client::{Call, Outcome};
use crate::console::format::quoted;
use crate::console::parse::Invocation;

use super::message::{header_lines, received};
use super::run::trouble;
use super::{Done, OpView, Run, Stop};

/// `nats sub`
pub(super) fn subscribe(run: &mut Run<'_>, line: &Invocation) -> Done {
    let subject = line.arg(0).unwrap_or_default();
    let raw = line.on("raw");
    let view = run.op(Call::Subscribe {
        subject: subject.to_owned(),
        queue: line.text("queue").map(str::to_owned),
        max: limit(line),
    })?;
    if !raw {
        run.log(view.started, format!("Subscribing on {subject}"));
    }
    for (n, (_, message)) in shown(run, view) {
        if raw {
            run.say(message.text());
            continue;
        }
        let subject = quoted(&message.subject);
        let reply = match &message.reply {
            Some(reply) => format!(" with reply {}", quoted(reply)),
            None => String::new(),
        };
        run.say(format!("[#{n}] Received on {subject}{reply}"));
        received(run, message, line.on("headers-only"));
    }
    end(run, view)
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
pub(super) type Numbered<'a> = (u64, (crate::kernel::Time, &'a crate::nats::Message));

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
