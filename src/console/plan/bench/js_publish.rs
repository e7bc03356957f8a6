//! `nats bench js pub …`

use crate::client::{Call, Draft, Outcome};
use crate::console::format::comma;
use crate::console::parse::Invocation;
use crate::console::plan::run::trouble;
use crate::console::plan::{Done, Run, Stop};
use crate::kernel::Span;
use crate::nats::api::{Discard, PubAck, Storage, StreamConfig, StreamInfo, to_json_text};
use crate::nats::time::go_duration;

use super::js::{purge, stream};
use super::{Bench, MOST, message, pattern, publish_facts, publish_parts};

/// How many messages are sent before their acknowledgements are waited for.
const BATCH: i64 = 500;

/// How it publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console::plan) enum Way {
    /// Each message when the one before is acknowledged.
    Sync,
    /// Many at once.
    Async,
    /// Many at once, and all of them are stored or none.
    Batch,
}

impl Way {
    const fn label(self) -> &'static str {
        match self {
            Self::Sync => "JetStream synchronous publisher",
            Self::Async => "JetStream asynchronous publisher",
            Self::Batch => "JetStream batched publisher",
        }
    }

    /// What it does when it fails.
    const fn doing(self) -> &'static str {
        match self {
            Self::Sync => "publishing synchronously",
            Self::Async => "publishing asynchronously",
            Self::Batch => "publishing with batch commit",
        }
    }
}

/// `nats bench js pub sync`, `async` and `batch`
pub(in crate::console::plan) fn publish(run: &mut Run<'_>, line: &Invocation, way: Way) -> Done {
    let label = way.label();
    let stream = stream(run, line)?;
    let batch = line.number("batch").unwrap_or(BATCH).clamp(1, MOST as i64);
    let mut facts = publish_facts(line);
    facts.push(("batch", if way == Way::Sync { "0".to_owned() } else { comma(batch.into()) }));
    facts.push(("stream", stream.to_owned()));
    facts.push(("purge", line.on("purge").to_string()));
    if line.on("create") {
        let window = line.span("dedupwindow").unwrap_or(Span::secs(120));
        facts.push(("storage", line.text("storage").unwrap_or("file").to_owned()));
        facts.push(("max-bytes", comma(line.bytes("maxbytes").unwrap_or(1 << 30).into())));
        facts.push(("replicas", comma(line.number("replicas").unwrap_or(1).into())));
        facts.push(("deduplication", line.on("dedup").to_string()));
        facts.push(("dedup-window", go_duration(window.as_nanos())));
    }
    let bench = Bench::begin(run, line, label, MOST, facts)?;
    if line.on("create") {
        create_stream(run, line, stream)?;
    }
    let found: Result<StreamInfo, String> = run.api(&format!("STREAM.INFO.{stream}"), "")?;
    if let Err(why) = found {
        let stop = run.fail(format!("could not access stream {stream}: {why}"));
        run.hint("Name a stream with --stream, or let it be created with --create.");
        return Err(stop);
    }
    run.log(run.at(), format!("Using stream: {stream}"));
    purge(run, line, stream)?;
    let count = comma(bench.messages.into());
    run.log(run.at(), format!("[1] Starting {label}, publishing {count} messages"));
    let draft = message(line, &bench);
    let took = match way {
        Way::Sync => {
            let call = |message, count| Call::JsPublish { message, count, retries: 0 };
            publish_parts(run, &bench, &draft, call, |outcome| refused(way, outcome))?
        }
        Way::Async | Way::Batch => {
            let batch = u32::try_from(batch).unwrap_or(u32::MAX);
            publish_at_once(run, &bench, &draft, batch, way)?
        }
    };
    bench.report(run, took);
    Ok(())
}

/// Publishes so many messages at once, waits for them, and goes on with as many more.
fn publish_at_once(
    run: &mut Run<'_>,
    bench: &Bench,
    draft: &Draft,
    batch: u32,
    way: Way,
) -> Done<Span> {
    let began = run.at();
    let mut done = 0;
    while done < bench.messages {
        let count = batch.min(u32::try_from(bench.messages - done).unwrap_or(u32::MAX));
        let from = u32::try_from(done).unwrap_or(u32::MAX).saturating_add(1);
        let call =
            Call::JsPublishAll { message: draft.clone(), count, from, atomic: way == Way::Batch };
        let state = if way == Way::Batch { "Committing" } else { "AckWait" };
        let view = match run.op(call) {
            Ok(view) if view.outcome.is_some() => view,
            other => {
                bench.show(run, state, done, run.at());
                return Err(other.err().unwrap_or(Stop::Waiting));
            }
        };
        run.pass(view);
        if let Some(Err(why)) = view.outcome.map(|outcome| refused(way, outcome)) {
            run.log(run.at(), format!("Fatal error from client 0: {why}"));
            return Err(run.fail(why));
        }
        done += u64::from(count);
        run.pause(Span(bench.sleep.as_nanos().saturating_mul(count.into())));
    }
    let took = run.at().since(began);
    bench.show(run, "Finished", done, run.at());
    Ok(took)
}

/// What is wrong with what came of a publish, if anything is.
fn refused(way: Way, outcome: &Outcome) -> Result<(), String> {
    let why = match outcome {
        Outcome::Acked { acks, .. } => acks.iter().find_map(|ack| {
            let error = PubAck::parse(&ack.payload).map(|ack| ack.error)?;
            error.map(|error| error.to_string())
        }),
        Outcome::NoResponders => Some("nats: no response from stream".to_owned()),
        other => Some(trouble(other)),
    };
    why.map_or(Ok(()), |why| Err(format!("publishing: {}: {why}", way.doing())))
}

fn create_stream(run: &mut Run<'_>, line: &Invocation, stream: &str) -> Done {
    let window = line.span("dedupwindow").unwrap_or(Span::secs(120));
    let config = StreamConfig {
        name: stream.to_owned(),
        subjects: vec![pattern(line)],
        discard: Discard::New,
        storage: match line.text("storage") {
            Some("memory") => Storage::Memory,
            _ => Storage::File,
        },
        num_replicas: line.number("replicas").unwrap_or(1),
        max_bytes: line.bytes("maxbytes").unwrap_or(1 << 30),
        max_msgs: -1,
        max_consumers: -1,
        max_msgs_per_subject: -1,
        max_msg_size: -1,
        duplicate_window: i64::try_from(window.as_nanos()).unwrap_or(i64::MAX),
        allow_direct: true,
        allow_atomic: true,
        ..StreamConfig::default()
    };
    let created: Result<StreamInfo, String> =
        run.api(&format!("STREAM.CREATE.{stream}"), to_json_text(&config))?;
    let what = format!(
        "could not create the stream. If you want to delete and re-define the stream use `nats stream delete {stream}`"
    );
    run.check(&what, created)?;
    Ok(())
}
