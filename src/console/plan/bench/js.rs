//! `nats bench js …`

use crate::client::{Answer, Call, Deliver, Outcome};
use crate::console::format::comma;
use crate::console::parse::Invocation;
use crate::console::plan::run::trouble;
use crate::console::plan::stream::is_token;
use crate::console::plan::{Done, OpView, Run, Stop};
use crate::kernel::Span;
use crate::nats::api::response::Purged;
use crate::nats::api::{AckPolicy, ConsumerConfig, ConsumerInfo, to_json_text};
use crate::nats::json::as_json;

use super::{Bench, MOST, sleep_text};

/// The consumer that is created if no other is named.
const CONSUMER: &str = "nats-bench";
/// How long a pull waits for messages.
const EXPIRES: Span = Span::secs(2);

/// `nats bench js fetch`
pub(in crate::console::plan) fn fetch(run: &mut Run<'_>, line: &Invocation) -> Done {
    let label = "JetStream durable consumer (fetch)";
    let Reading { bench, stream, consumer, batch, acks } = reading(run, line, label)?;
    let began = run.at();
    let mut done = 0;
    while done < bench.messages {
        let wanted = batch.min(u32::try_from(bench.messages - done).unwrap_or(u32::MAX));
        let call = Call::Next {
            stream: stream.to_owned(),
            consumer: consumer.to_owned(),
            batch: wanted,
            expires: Some(EXPIRES),
            no_wait: false,
            heartbeat: None,
            max_bytes: None,
            domain: None,
            more: serde_json::Map::new(),
            answer: (acks == "explicit").then_some(Answer::Ack),
        };
        let view = match run.op(call) {
            Ok(view) if view.outcome.is_some() => view,
            other => {
                let came = other.as_ref().map_or(0, |view| view.received_total);
                bench.show(run, "Fetching", done + came, run.at());
                return Err(other.err().unwrap_or(Stop::Waiting));
            }
        };
        run.pass(view);
        let came = match view.outcome {
            Some(Outcome::Fetched { messages, .. }) => messages.len() as u64,
            Some(Outcome::NoResponders) => {
                let stop = run.fail("nats: no responders available for request");
                run.hint(format!("Nobody leads a consumer {consumer} of a stream {stream}."));
                return Err(stop);
            }
            Some(other) => return Err(run.fail(trouble(other))),
            None => 0,
        };
        if came == 0 {
            bench.show(run, "Fetching", done, run.at());
            run.log(
                run.at(),
                "WARNING: at least one of the pull consumer Fetch operation timed out. These results are not optimal!",
            );
            return Err(too_few(run, stream, done, bench.messages));
        }
        if acks == "all" {
            let answer = Answer::Ack;
            run.ask(Call::Answer { op: view.id, message: None, answer, wait: false })?;
        }
        done += came;
        run.pause(Span(bench.sleep.as_nanos().saturating_mul(came)));
    }
    let took = run.at().since(began);
    bench.show(run, "Finished", done, run.at());
    bench.report(run, took);
    Ok(())
}

/// `nats bench js consume`
pub(in crate::console::plan) fn consume(run: &mut Run<'_>, line: &Invocation) -> Done {
    let label = "JetStream durable consumer (callback)";
    let Reading { bench, stream, consumer, batch, acks } = reading(run, line, label)?;
    let view = run.op(Call::Consume {
        stream: stream.to_owned(),
        consumer: Some(consumer.to_owned()),
        create: None,
        queue: None,
        // Acknowledging every message acknowledges those before it, too.
        answer: (acks != "none").then_some(Answer::Ack),
        domain: None,
        batch,
        max: Some(bench.messages),
    })?;
    receive(run, &bench, view, "Consuming")
}

/// Shows how a subscription that ends after all messages is getting on.
fn receive(run: &mut Run<'_>, bench: &Bench, view: &OpView<'_>, state: &str) -> Done {
    let now = view.received.last().map_or(view.started, |(at, _)| *at);
    match view.outcome {
        Some(Outcome::Ended { messages }) if *messages >= bench.messages => {
            bench.show(run, "Finished", bench.messages, now);
            bench.report(run, now.since(view.started));
            Ok(())
        }
        Some(Outcome::Ended { messages }) => {
            bench.show(run, state, *messages, now);
            Ok(())
        }
        Some(other) => Err(run.fail(trouble(other))),
        None => {
            bench.show(run, state, view.received_total, now);
            Err(Stop::Waiting)
        }
    }
}

/// A benchmark that reads through a consumer.
struct Reading<'l> {
    bench: Bench,
    stream: &'l str,
    consumer: &'l str,
    batch: u32,
    acks: &'l str,
}

/// Begins a benchmark that reads through a consumer, which is created if none is named.
fn reading<'l>(run: &mut Run<'_>, line: &'l Invocation, label: &'static str) -> Done<Reading<'l>> {
    let stream = stream(run, line)?;
    let consumer = line.text("consumer").unwrap_or(CONSUMER);
    let batch = line.number("batch").unwrap_or(500).clamp(1, 10_000);
    let acks = line.text("acks").unwrap_or("explicit");
    let facts = vec![
        ("consumer", consumer.to_owned()),
        ("acks", acks.to_owned()),
        ("double-acked", "false".to_owned()),
        ("batch", comma(batch.into())),
    ];
    let bench = begin(run, line, label, stream, facts)?;
    if consumer == CONSUMER {
        create_consumer(run, line, stream, batch)?;
    }
    starting(run, &bench, label);
    let batch = u32::try_from(batch).unwrap_or(u32::MAX);
    Ok(Reading { bench, stream, consumer, batch, acks })
}

/// Says what a benchmark that reads a stream does, and purges the stream if that is wanted.
fn begin(
    run: &mut Run<'_>,
    line: &Invocation,
    label: &'static str,
    stream: &str,
    mut facts: Vec<(&'static str, String)>,
) -> Done<Bench> {
    facts.extend([
        ("stream", stream.to_owned()),
        ("sleep", sleep_text(line)),
        ("purge", line.on("purge").to_string()),
    ]);
    if line.given("filter") {
        facts.push(("filter", line.all("filter").join(",")));
    }
    let bench = Bench::begin(run, line, label, MOST, facts)?;
    purge(run, line, stream)?;
    Ok(bench)
}

fn starting(run: &mut Run<'_>, bench: &Bench, label: &str) {
    let count = comma(bench.messages.into());
    run.log(run.at(), format!("[1] Starting {label}, expecting {count} messages"));
}

fn too_few(run: &mut Run<'_>, stream: &str, done: u64, all: u64) -> Stop {
    let (done, all) = (comma(done.into()), comma(all.into()));
    let stop = run.fail(format!("only {done} of {all} messages came"));
    run.hint(format!("Publish some first: nats bench js pub sync SUBJECT --stream {stream}"));
    stop
}

/// `nats bench js ordered`
pub(in crate::console::plan) fn ordered(run: &mut Run<'_>, line: &Invocation) -> Done {
    let label = "JetStream ordered ephemeral consumer";
    let stream = stream(run, line)?;
    let bench = begin(run, line, label, stream, Vec::new())?;
    starting(run, &bench, label);
    let view = run.op(Call::Ordered {
        stream: stream.to_owned(),
        filters: line.all("filter").to_vec(),
        deliver: Deliver::All,
        pull: false,
        how: None,
        domain: None,
        max: Some(bench.messages),
    })?;
    receive(run, &bench, view, "Receiving")
}

/// The stream that a line names.
pub(super) fn stream<'l>(run: &mut Run<'_>, line: &'l Invocation) -> Done<&'l str> {
    let name = line.text("stream").unwrap_or("benchstream");
    if is_token(name) {
        return Ok(name);
    }
    let quoted = crate::console::format::quoted(name);
    Err(run.fail(format!("{quoted} is not a valid stream name")))
}

fn create_consumer(run: &mut Run<'_>, line: &Invocation, stream: &str, batch: i64) -> Done {
    struct Body<'a> {
        stream_name: &'a str,
        config: ConsumerConfig,
    }
    as_json! {
        written Body<'_>;
        stream_name, config,
    }
    let config = ConsumerConfig {
        name: CONSUMER.to_owned(),
        durable_name: CONSUMER.to_owned(),
        ack_policy: match line.text("acks") {
            Some("none") => AckPolicy::None,
            Some("all") => AckPolicy::All,
            _ => AckPolicy::Explicit,
        },
        max_ack_pending: batch,
        inactive_threshold: 10_000_000_000,
        filter_subjects: line.all("filter").to_vec(),
        ..ConsumerConfig::default()
    };
    let body = to_json_text(&Body { stream_name: stream, config });
    let created: Result<ConsumerInfo, String> =
        run.api(&format!("CONSUMER.CREATE.{stream}.{CONSUMER}"), body)?;
    run.check(&format!("creating the durable consumer '{CONSUMER}'"), created)?;
    Ok(())
}

pub(super) fn purge(run: &mut Run<'_>, line: &Invocation, stream: &str) -> Done {
    if line.on("purge") {
        run.log(run.at(), "Purging the stream");
        let purged: Result<Purged, String> = run.api(&format!("STREAM.PURGE.{stream}"), "")?;
        run.check(&format!("purging stream '{stream}'"), purged)?;
    }
    Ok(())
}
