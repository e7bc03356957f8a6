//! `nats consumer next` and `nats consumer sub`: taking what a consumer delivers.

use crate::client::{Answer, Call, Delivery, Outcome};
use crate::console::format::{clock, comma, quoted};
use crate::console::parse::Invocation;
use crate::console::plan::message::header_lines;
use crate::console::plan::run::trouble;
use crate::console::plan::subscribe::{end, shown};
use crate::console::plan::{Done, Run};
use crate::kernel::{Span, Time};
use crate::nats::Message;
use crate::nats::api::AckPolicy;
use crate::nats::time::go_duration;

use super::show::acks;
use super::{load, pick};

/// How long a pull waits if the line does not say.
const TIMEOUT: Span = Span::secs(5);

/// How many messages one line takes at most: a client remembers only its latest operations.
const MOST: i64 = 200;

/// `nats consumer next`
pub(in crate::console::plan) fn next(run: &mut Run<'_>, line: &Invocation) -> Done {
    let answer = answer(run, line)?;
    let (stream, name) = (line.arg(0).unwrap_or_default(), line.arg(1).unwrap_or_default());
    let wanted = line.number("count").unwrap_or(1);
    let count = wanted.clamp(1, MOST);
    if wanted > MOST {
        run.hint(format!("{MOST} messages at most; type the line again for more."));
    }
    for _ in 0..count {
        take(run, line, stream, name, answer.as_ref())?;
    }
    Ok(())
}

/// `nats consumer sub`
pub(in crate::console::plan) fn sub(run: &mut Run<'_>, line: &Invocation) -> Done {
    let info = pick(run, line)?;
    let config = &info.config;
    let wanted = line.toggle("ack") != Some(false) && config.ack_policy != AckPolicy::None;
    let answer = wanted.then_some(Answer::Ack);
    if !config.is_push() {
        return take(run, line, &info.stream_name, &info.name, answer.as_ref());
    }
    let raw = line.on("raw");
    if !raw {
        let subject = &config.deliver_subject;
        run.say(format!("Subscribing to topic {subject} auto acknowledgment: {wanted}"));
        run.say("");
        run.say("Consumer Info:");
        run.say(format!("  Ack Policy: {}", acks(config.ack_policy)));
        if config.ack_policy != AckPolicy::None {
            let wait = go_duration(u64::try_from(config.ack_wait).unwrap_or(0));
            run.say(format!("    Ack Wait: {wait}"));
        }
        run.say("");
    }
    let view = run.op(Call::Consume {
        stream: info.stream_name.clone(),
        consumer: Some(info.name.clone()),
        create: None,
        queue: None,
        answer,
        domain: None,
        batch: 100,
        max: None,
    })?;
    for (_, (at, message)) in shown(run, view) {
        if raw {
            run.say(message.text());
            continue;
        }
        head(run, at, message);
        headers(run, message, "   ");
        run.say_all(message.text().lines().map(str::to_owned));
        run.say("");
    }
    end(run, view)
}

/// What is to be answered to each message, if anything.
fn answer(run: &mut Run<'_>, line: &Invocation) -> Done<Option<Answer>> {
    if line.on("term") {
        if line.on("ack") || line.on("nak") {
            return Err(run.fail("can not both Acknowledge and Terminate message"));
        }
        return Ok(Some(Answer::Term { reason: None }));
    }
    if line.on("nak") {
        return Ok(Some(Answer::Nak { delay: None }));
    }
    Ok((line.toggle("ack") != Some(false)).then_some(Answer::Ack))
}

/// Takes one message of a pull consumer and answers it.
fn take(
    run: &mut Run<'_>,
    line: &Invocation,
    stream: &str,
    name: &str,
    answer: Option<&Answer>,
) -> Done {
    // With --wait the answer is given later; how much later was settled when the line was typed.
    let later = line.span("@wait").filter(|wait| *wait > Span::ZERO);
    let call = Call::Next {
        stream: stream.to_owned(),
        consumer: name.to_owned(),
        batch: 1,
        expires: Some(line.span("timeout").unwrap_or(TIMEOUT)),
        no_wait: false,
        heartbeat: None,
        max_bytes: None,
        domain: None,
        more: serde_json::Map::new(),
        answer: answer.filter(|_| later.is_none()).cloned(),
    };
    let view = run.op(call)?;
    let message = match view.outcome {
        None => return Err(super::super::Stop::Waiting),
        Some(Outcome::Fetched { messages, status }) => match (messages.first(), status) {
            (Some(message), _) => message,
            (None, Some((code, words))) if *code != 408 => {
                return Err(nothing(run, stream, name, &format!("nats: {words}"))?);
            }
            (None, _) => return Err(nothing(run, stream, name, "nats: timeout")?),
        },
        Some(Outcome::NoResponders) => {
            let why = "nats: no responders available for request";
            return Err(nothing(run, stream, name, why)?);
        }
        Some(other) => return Err(run.fail(trouble(other))),
    };
    run.pass(view);
    if line.on("raw") {
        run.say(message.text());
    } else {
        head(run, run.at(), message);
        if headers(run, message, "  ") {
            run.say("");
        }
        run.say("");
        run.say_all(message.text().lines().map(str::to_owned));
    }
    let Some(answer) = answer else { return Ok(()) };
    if let Some(later) = later {
        run.pause(later);
        let answer = answer.clone();
        run.ask(Call::Answer { op: view.id, message: None, answer, wait: false })?;
    }
    let done = match answer {
        Answer::Term { .. } => "Terminated message",
        Answer::Nak { .. } => "Negative Acknowledged message",
        _ => "Acknowledged message",
    };
    if !line.on("raw") {
        run.say("");
        match later {
            Some(later) => {
                run.say(format!("{done} after {} delay", go_duration(later.as_nanos())));
            }
            None => run.say(done),
        }
        run.say("");
    }
    Ok(())
}

/// Says why no message came: as the real CLI does, after a look at the consumer.
fn nothing(run: &mut Run<'_>, stream: &str, name: &str, why: &str) -> Done<super::super::Stop> {
    Ok(match load(run, stream, name)? {
        Err(why) => run.fail(format!("could not load consumer {}: {why}", quoted(name))),
        Ok(info) if info.config.is_push() => {
            let stop = run.fail(format!("consumer {} is not a Pull consumer", quoted(name)));
            run.hint(format!("Receive from it with 'nats consumer sub {stream} {name}'."));
            stop
        }
        Ok(_) => run.fail(format!("no message received: {why}")),
    })
}

/// The headers of a message, indented so far, if it has any.
fn headers(run: &mut Run<'_>, message: &Message, indent: &str) -> bool {
    let headers = header_lines(message.headers.as_ref());
    if headers.is_empty() {
        return false;
    }
    run.say("");
    run.say("Headers:");
    run.say("");
    run.say_all(headers.iter().map(|header| format!("{indent}{header}")));
    run.say("");
    run.say("Data:");
    true
}

/// The line above a message: what its consumer said about it.
fn head(run: &mut Run<'_>, at: Time, message: &Message) {
    let subject = &message.subject;
    run.say(match Delivery::of(message) {
        Some(told) => format!(
            "[{}] subj: {subject} / tries: {} / cons seq: {} / str seq: {} / pending: {}",
            clock(at),
            told.deliveries,
            told.consumer_seq,
            told.stream_seq,
            comma(told.pending.into())
        ),
        None => format!("--- subject: {subject}"),
    });
}
