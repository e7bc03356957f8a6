//! `nats bench`: what all benchmarks have in common. All times are the world's.

mod core;
mod js;
mod js_publish;

pub(super) use core::{publish, subscribe};
pub(super) use js::{consume, fetch, ordered};
pub(super) use js_publish::{Way, publish as js_publish};

use crate::client::{Call, Draft, Outcome};
use crate::console::format::{comma, ibytes};
use crate::console::parse::Invocation;
use crate::kernel::{Span, Time};
use crate::nats::time::go_duration;
use crate::sorted;

use super::publish::numbered;
use super::{Done, Run, Stop};

/// So many messages if nobody says how many; the real CLI takes 100,000.
const USUAL: u64 = 100;
/// At most so many messages.
const MOST: u64 = 1_000;
/// At most so many if each is an operation of its own, as a client remembers only the latest ones.
const MOST_APART: u64 = 200;
/// At most so many bytes altogether.
const MOST_BYTES: u64 = 8 << 20;
/// In how many parts a benchmark is done, so that its progress can be shown.
const PARTS: u64 = 10;
/// How wide the bar of the progress is.
const BAR: u64 = 40;

/// A benchmark as a line asks for it.
struct Bench {
    label: &'static str,
    messages: u64,
    size: u64,
    sleep: Span,
    progress: bool,
    began: Time,
}

impl Bench {
    /// Reads the flags that all have, and tells what it begins. `facts` are what this kind of
    /// benchmark shows of its flags.
    fn begin(
        run: &mut Run<'_>,
        line: &Invocation,
        label: &'static str,
        most: u64,
        mut facts: Vec<(&'static str, String)>,
    ) -> Done<Self> {
        let wanted = line.number("msgs").unwrap_or(USUAL as i64);
        let Ok(wanted @ 1..) = u64::try_from(wanted) else {
            return Err(run.fail("number of messages should be greater than 0"));
        };
        let size = line.bytes("size").unwrap_or(128);
        let Ok(size @ 1..) = u64::try_from(size) else {
            let text = line.text("size").unwrap_or_default();
            return Err(run.fail(format!(
                "can not parse or invalid the value specified for the message size: {text}"
            )));
        };
        if size > 1 << 20 {
            return Err(run.fail("nats: maximum payload exceeded"));
        }
        let sleep = line.span("sleep").unwrap_or(Span::ZERO);
        let most = if sleep > Span::ZERO { most.min(MOST_APART) } else { most };
        let messages = wanted.min(most).min((MOST_BYTES / size).max(1));
        facts.push(("msgs", comma(messages.into())));
        facts.push(("msg-size", ibytes(size)));
        facts.push(("clients", "1".to_owned()));
        sorted::sort(&mut facts);
        let facts: Vec<String> =
            facts.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        run.log(run.at(), format!("Starting {label} benchmark [{}]", facts.join(", ")));
        if messages < wanted {
            let (wanted, messages) = (comma(wanted.into()), comma(messages.into()));
            run.hint(format!(
                "{messages} messages instead of {wanted}: every one of them can be watched here."
            ));
        }
        if line.number("clients").is_some_and(|clients| clients > 1) {
            run.hint(
                "One client instead of several: each client of this world types its own line.",
            );
        }
        let progress = line.toggle("progress") != Some(false);
        Ok(Self { label, messages, size, sleep, progress, began: run.at() })
    }

    /// The sizes of the parts in which it is done; `waits` says whether each message is waited
    /// for, so that there is a progress to see. Messages that are numbered are one part, or as
    /// many as there are messages.
    fn parts(&self, message: &Draft, waits: bool) -> impl Iterator<Item = u32> + use<> {
        let messages = self.messages;
        let parts = if self.sleep == Span::ZERO && !waits {
            1
        } else if self.sleep > Span::ZERO {
            messages
        } else if numbered(message, 1) == *message {
            PARTS.min(messages)
        } else {
            1
        };
        (0..parts).map(move |n| {
            let part = messages / parts + u64::from(n < messages % parts);
            u32::try_from(part).unwrap_or(u32::MAX)
        })
    }

    /// Shows how far it is.
    fn show(&self, run: &mut Run<'_>, state: &str, done: u64, at: Time) {
        if !self.progress {
            return;
        }
        let filled = (done * BAR / self.messages.max(1)).min(BAR) as usize;
        let empty = BAR as usize - filled;
        let bar = match empty {
            0 => "=".repeat(filled),
            empty => format!("{}>{}", "=".repeat(filled.saturating_sub(1)), "-".repeat(empty)),
        };
        let bar: String = bar.chars().take(BAR as usize).collect();
        let percent = done * 100 / self.messages.max(1);
        let seconds = format!("{}s", at.since(self.began).as_nanos() / 1_000_000_000);
        run.say(format!("{state:10} {seconds:>5} [{bar}] {percent:>3}%"));
    }

    /// Tells the result: messages and bytes a second, and the time for one message.
    fn report(&self, run: &mut Run<'_>, took: Span) {
        run.say("");
        let nanos = u128::from(took.as_nanos());
        if nanos == 0 {
            run.say(format!("NATS {} stats: no time has passed", self.label));
            return;
        }
        let second = 1_000_000_000u128;
        let messages = u128::from(self.messages);
        let rate = messages * second / nanos;
        let bytes = messages * u128::from(self.size) * second / nanos;
        let hundredths = nanos / 10 / messages;
        run.say(format!(
            "NATS {} stats: {} msgs/sec ~ {}/sec ~ {}.{:02}us",
            self.label,
            comma(i128::try_from(rate).unwrap_or(i128::MAX)),
            ibytes(u64::try_from(bytes).unwrap_or(u64::MAX)),
            hundredths / 100,
            hundredths % 100
        ));
    }
}

/// The message that is published, on a subject of its own each time if that is wanted.
fn message(line: &Invocation, bench: &Bench) -> Draft {
    let header = |text: &String| {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    let mut headers: Vec<(String, String)> = line.all("header").iter().map(header).collect();
    if line.on("dedup") {
        let id = bench.began.unix_ns() / 1_000_000;
        headers.push(("Nats-Msg-Id".to_owned(), format!("{id:x}-0-{{{{Count}}}}")));
    }
    let subject = line.arg(0).unwrap_or_default();
    let subject = if line.on("multisubject") {
        format!("{subject}.{{{{Count}}}}")
    } else {
        subject.to_owned()
    };
    let text = "x".repeat(usize::try_from(bench.size).unwrap_or(0));
    Draft { subject, reply: None, headers, text }
}

/// The subject with which to receive what is published.
fn pattern(line: &Invocation) -> String {
    let subject = line.arg(0).unwrap_or_default();
    if line.on("multisubject") { format!("{subject}.*") } else { subject.to_owned() }
}

/// What a benchmark that publishes shows of its flags.
fn publish_facts(line: &Invocation) -> Vec<(&'static str, String)> {
    let max = line.number("multisubjectmax").unwrap_or(100_000);
    vec![
        ("subject", pattern(line)),
        ("multi-subject", line.on("multisubject").to_string()),
        ("multi-subject-max", comma(max.into())),
        ("sleep", sleep_text(line)),
    ]
}

fn sleep_text(line: &Invocation) -> String {
    go_duration(line.span("sleep").unwrap_or(Span::ZERO).as_nanos())
}

/// Publishes in parts, each when the one before is done. `call` makes the call for a part, `check`
/// says what is wrong with what came of it.
fn publish_parts(
    run: &mut Run<'_>,
    bench: &Bench,
    message: &Draft,
    call: impl Fn(Draft, u32) -> Call,
    check: impl Fn(&Outcome) -> Result<(), String>,
) -> Done<Span> {
    let began = run.at();
    let mut done = 0;
    let waits = matches!(call(message.clone(), 1), Call::JsPublish { .. });
    for part in bench.parts(message, waits) {
        let draft = if part == 1 { numbered(message, done + 1) } else { message.clone() };
        let view = match run.op(call(draft, part)) {
            Ok(view) if view.outcome.is_some() => view,
            other => {
                bench.show(run, "Publishing", done, run.at());
                return Err(other.err().unwrap_or(Stop::Waiting));
            }
        };
        run.pass(view);
        if let Some(Err(why)) = view.outcome.map(&check) {
            run.log(run.at(), format!("Fatal error from client 0: {why}"));
            return Err(run.fail(why));
        }
        done += u64::from(part);
        run.pause(bench.sleep);
    }
    let took = run.at().since(began);
    bench.show(run, "Finished", done, run.at());
    Ok(took)
}
