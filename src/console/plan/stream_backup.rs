//! `nats stream backup` and `restore`.

use serde_json::{Map, Value};

use crate::client::{Call, Outcome};
use crate::console::format::{comma, ibytes, quoted};
use crate::console::parse::Invocation;
use crate::jetstream::backup::s2;
use crate::nats::time::go_duration;

use super::run::trouble;
use super::show;
use super::stream::{info, pick};
use super::{Done, Run, Stop};

/// `nats stream backup`
pub(super) fn backup(run: &mut Run<'_>, line: &Invocation) -> Done {
    let stream = pick(run, line, "could not load Stream")?;
    let name = &stream.config.name;
    let directory = line.arg(1).unwrap_or_default();
    let size = |flag| line.bytes(flag).and_then(|size| u64::try_from(size).ok());
    run.say(format!(
        "Starting backup of Stream {} with {}",
        quoted(name),
        ibytes(stream.state.bytes)
    ));
    let view = run.op(Call::Backup {
        stream: name.clone(),
        directory: directory.to_owned(),
        consumers: line.toggle("consumers") != Some(false),
        chunk: size("chunk-size"),
        window: size("window-size"),
        domain: None,
    })?;
    match view.outcome {
        None => return Err(Stop::Waiting),
        Some(Outcome::Replies(_)) => run.pass(view),
        Some(other) => return Err(run.fail(trouble(other))),
    }
    let chunks: Vec<&[u8]> = view.received.iter().map(|(_, chunk)| &chunk.payload[..]).collect();
    let bytes: usize = chunks.iter().map(|chunk| chunk.len()).sum();
    // Of a very large one not all chunks are remembered.
    let plain = s2::unpack(&chunks.concat()).map_or(bytes, |plain| plain.len());
    let took = run.at().since(view.started).as_nanos();
    run.say("");
    run.say(format!(
        "Received {} compressed data in {} chunks for stream {} in {}, {} uncompressed",
        ibytes(bytes as u64),
        comma(view.received_total.into()),
        quoted(name),
        go_duration(took),
        ibytes(plain as u64)
    ));
    run.hint(format!("This client keeps it: nats stream restore {directory}"));
    Ok(())
}

/// `nats stream restore`
pub(super) fn restore(run: &mut Run<'_>, line: &Invocation) -> Done {
    let directory = line.arg(0).unwrap_or_default();
    let Some(name) = line.text("@stream") else {
        let stop = run.fail(format!("path '{directory}' does not exist"));
        run.hint(match line.text("@backups") {
            Some(backups) => format!("This client keeps {backups}."),
            None => "This client keeps no backup. Make one: nats stream backup ORDERS DIR".into(),
        });
        return Err(stop);
    };
    if info(run, name)?.is_ok() {
        return Err(run.fail(format!("Stream {} already exist", quoted(name))));
    }
    let mut change = Map::new();
    if let Some(replicas) = line.number("replicas") {
        change.insert("num_replicas".to_owned(), Value::from(replicas));
    }
    let (cluster, tags) = (line.text("cluster"), line.all("tag"));
    if cluster.is_some() || !tags.is_empty() {
        let mut placement = Map::new();
        placement.insert("cluster".to_owned(), Value::from(cluster.unwrap_or_default()));
        placement.insert("tags".to_owned(), Value::from(tags.to_vec()));
        change.insert("placement".to_owned(), Value::Object(placement));
    }
    run.say(format!("Starting restore of Stream {} from file {}", quoted(name), quoted(directory)));
    let view = run.op(Call::Restore { directory: directory.to_owned(), change, domain: None })?;
    match view.outcome {
        None => return Err(Stop::Waiting),
        Some(Outcome::Replies(_)) => run.pass(view),
        Some(other) => return Err(run.fail(format!("restore failed: {}", trouble(other)))),
    }
    let took = run.at().since(view.started).as_millis();
    run.say("");
    run.say(format!("Restored stream {} in {}s", quoted(name), (took + 500) / 1000));
    run.say("");
    let told = info(run, name)?;
    let stream = run.check("could not request Stream info", told)?;
    run.say_all(show::stream(&stream, false));
    Ok(())
}
