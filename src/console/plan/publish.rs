//! `nats pub` and `nats request`.

use crate::client::{Call, Draft, Outcome};
use crate::console::format::{comma, quoted};
use crate::console::parse::Invocation;
use crate::kernel::{Span, Time};
use crate::nats::Message;
use crate::nats::api::PubAck;
use crate::nats::time::go_duration;

use super::message::{body, header_lines};
use super::run::trouble;
use super::{Done, OpView, Run};

/// Above this many messages the CLI draws a progress bar instead of a line for each.
const LINES: u32 = 20;
/// How long a request waits if the line does not say.
const TIMEOUT: Span = Span::secs(5);

/// `nats pub`
pub(super) fn publish(run: &mut Run<'_>, line: &Invocation) -> Done {
    let (message, count) = (draft(line), count(line));
    let quiet = line.on("quiet");
    let tell = |run: &mut Run<'_>, at: Time, n: u32| {
        if !quiet && count <= LINES {
            let numbered = numbered(&message, n.into());
            let (size, subject) = (numbered.text.len(), quoted(&numbered.subject));
            run.log(at, format!("Published {size} bytes to {subject}"));
        }
    };
    if !line.on("jetstream") {
        let outcome = run.ask(Call::Publish { message: message.clone(), count })?;
        let Outcome::Sent { .. } = outcome else {
            return Err(run.fail(trouble(outcome)));
        };
        (1..=count).for_each(|n| tell(run, run.at(), n));
        return bar(run, quiet, u64::from(count), count);
    }
    // The CLI sends a publish once; trying again is what an application's client does.
    let view = run.op(Call::JsPublish { message: message.clone(), count, retries: 0 })?;
    let ended = view.ended.unwrap_or(view.started);
    let acks: &[Message] = match view.outcome {
        Some(Outcome::Acked { acks, .. }) => acks,
        Some(Outcome::TimedOut { replies, .. }) => replies,
        _ => &[],
    };
    tell(run, view.started, 1);
    for (n, ack) in (1..=count).zip(acks) {
        if n > 1 {
            tell(run, ended, n);
        }
        let Some(ack) = PubAck::parse(&ack.payload) else {
            return Err(run.fail("invalid pub ack"));
        };
        if let Some(error) = ack.error {
            return Err(run.fail(error));
        }
        let mut stored =
            format!("Stored in Stream: {} Sequence: {}", ack.stream, comma(ack.seq.into()));
        if let Some(domain) = &ack.domain {
            stored.push_str(&format!(" Domain: {}", quoted(domain)));
        }
        if ack.duplicate {
            stored.push_str(" Duplicate: true");
        }
        if let Some(total) = &ack.val {
            stored.push_str(&format!(" Counter Value: {total}"));
        }
        if !quiet && count <= LINES {
            run.log(ended, stored);
        }
    }
    let acked = acks.len() as u64;
    match view.outcome {
        None => Err(super::Stop::Waiting),
        Some(Outcome::Acked { .. }) => bar(run, quiet, acked, count),
        Some(outcome) => {
            if acked > 0 && acked < u64::from(count) {
                tell(run, ended, u32::try_from(acked + 1).unwrap_or(count));
            }
            let why = match outcome {
                Outcome::TimedOut { .. } => "nats: timeout".to_owned(),
                other => trouble(other),
            };
            Err(run.fail(why))
        }
    }
}

/// Stands for the progress bar.
fn bar(run: &mut Run<'_>, quiet: bool, done: u64, count: u32) -> Done {
    if !quiet && count > LINES {
        run.say(format!("Published {} messages", comma(done.into())));
    }
    Ok(())
}

/// `nats request`
pub(super) fn request(run: &mut Run<'_>, line: &Invocation) -> Done {
    let raw = line.on("raw");
    let timeout = line.span("timeout").unwrap_or(TIMEOUT);
    let wanted = line.number("replies").unwrap_or(1);
    let replies = match u32::try_from(wanted) {
        Ok(0) | Err(_) => u32::MAX,
        Ok(n) => n,
    };
    let message = draft(line);
    for n in 1..=count(line) {
        let message = numbered(&message, n.into());
        if !raw {
            run.log(run.at(), format!("Sending request on {}", quoted(&message.subject)));
        }
        let view = run.op(Call::Request { message, timeout, replies })?;
        match view.outcome {
            None => {
                each_reply(run, view, &[], raw);
                return Err(super::Stop::Waiting);
            }
            Some(Outcome::Replies(replies)) => each_reply(run, view, replies, raw),
            Some(Outcome::TimedOut { after, replies }) => {
                each_reply(run, view, replies, raw);
                if wanted > 0 {
                    let came = replies.len();
                    run.hint(format!(
                        "{came} of {wanted} replies within {}.",
                        go_duration(after.as_nanos())
                    ));
                }
            }
            Some(Outcome::NoResponders) => {
                run.log(view.ended.unwrap_or(view.started), "No responders are available");
                return Ok(());
            }
            Some(other) => return Err(run.fail(trouble(other))),
        }
        run.pass(view);
    }
    Ok(())
}

/// Prints the replies; those that came so far while there is no outcome.
fn each_reply(run: &mut Run<'_>, view: &OpView<'_>, replies: &[Message], raw: bool) {
    let ended = view.ended.unwrap_or(view.started);
    let dated: Vec<(Time, &Message)> = if replies.len() > view.received.len() {
        replies.iter().map(|reply| (ended, reply)).collect()
    } else {
        view.received.clone()
    };
    for (at, reply) in dated {
        if !raw {
            let rtt = go_duration(at.since(view.started).as_nanos());
            run.log(at, format!("Received with rtt {rtt}"));
            let headers = header_lines(reply.headers.as_ref());
            if !headers.is_empty() {
                headers.iter().for_each(|header| run.log(at, header));
                run.log(at, "");
            }
        }
        body(run, &reply.text());
    }
}

/// The message of a line, its templates not yet counted.
fn draft(line: &Invocation) -> Draft {
    let header = |text: &String| {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    Draft {
        subject: line.arg(0).unwrap_or_default().to_owned(),
        reply: line.text("reply").map(str::to_owned),
        headers: line.all("header").iter().map(header).collect(),
        text: line.arg(1).unwrap_or_default().to_owned(),
    }
}

/// The n-th message of a draft.
pub(super) fn numbered(message: &Draft, n: u64) -> Draft {
    let fill = |text: &String| text.replace("{{Count}}", &n.to_string());
    Draft {
        subject: fill(&message.subject),
        reply: message.reply.clone(),
        headers: message.headers.iter().map(|(name, value)| (name.clone(), fill(value))).collect(),
        text: fill(&message.text),
    }
}

/// How many times; at most what the CLI takes for "without end".
fn count(line: &Invocation) -> u32 {
    line.number("count").map_or(1, |n| u32::try_from(n.clamp(1, 32_767)).unwrap_or(1))
}
