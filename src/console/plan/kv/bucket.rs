//! `nats kv add`, `edit`, `info`, `compact` and the table of `nats kv ls`: whole buckets.

use crate::client::kv::{Act, Bucket, Got, Op};
use crate::console::columns::Columns;
use crate::console::format::{comma, ibytes};
use crate::console::parse::Invocation;
use crate::console::table::Table;
use crate::nats::api::{Compression, SourceInfo, Storage, StreamConfig, StreamInfo};
use crate::nats::time::go_duration;
use crate::sorted;

use super::super::show::{ago, date, nanos, replicas, storage};
use super::super::stream_list::all;
use super::super::{Done, Run};
use super::{ask, confirm, op, status};

/// `nats kv add`
pub(in super::super) fn add(run: &mut Run<'_>, line: &Invocation) -> Done {
    let mut bucket = Bucket::default();
    let applied = apply(&mut bucket, line);
    run.check("", applied)?;
    change(run, line, Act::Add, bucket)
}

/// `nats kv edit`
pub(in super::super) fn edit(run: &mut Run<'_>, line: &Invocation) -> Done {
    let mut bucket = Bucket::of(&status(run, line)?.config);
    let applied = apply(&mut bucket, line);
    run.check("", applied)?;
    change(run, line, Act::Edit, bucket)
}

/// Makes or changes a bucket and shows what it is then.
fn change(run: &mut Run<'_>, line: &Invocation, act: Act, bucket: Bucket) -> Done {
    ask(run, Op { config: Some(Box::new(bucket)), ..op(act, line) })?;
    let info = status(run, line)?;
    run.say_all(block(info));
    Ok(())
}

/// Changes a configuration as the flags of a line say.
fn apply(bucket: &mut Bucket, line: &Invocation) -> Result<(), String> {
    let count = |flag: &str| match line.number(flag) {
        Some(n) if n < 0 => Err(format!("--{flag} is not negative")),
        n => Ok(n.map(|n| u32::try_from(n).unwrap_or(u32::MAX))),
    };
    // To Go's client none is one, and of what is too much it or the server says so.
    bucket.history = count("history")?.unwrap_or(bucket.history).max(1);
    bucket.replicas = count("replicas")?.unwrap_or(bucket.replicas).max(1);
    bucket.ttl = line.span("ttl").unwrap_or(bucket.ttl);
    let limit = |flag: &str, old: Option<u64>| match line.bytes(flag) {
        Some(bytes) => u64::try_from(bytes).ok().filter(|bytes| *bytes > 0),
        None => old,
    };
    bucket.max_value_size = limit("max-value-size", bucket.max_value_size);
    bucket.max_bytes = limit("max-bucket-size", bucket.max_bytes);
    if let Some(ttl) = line.span("marker-ttl") {
        bucket.marker_ttl = Some(ttl).filter(|ttl| ttl.as_nanos() > 0);
    }
    for (flag, place) in [
        ("description", &mut bucket.description),
        ("cluster", &mut bucket.cluster),
        ("republish-source", &mut bucket.republish_source),
        ("republish-destination", &mut bucket.republish_destination),
        ("mirror", &mut bucket.mirror),
        ("mirror-domain", &mut bucket.mirror_domain),
    ] {
        if let Some(text) = line.text(flag) {
            text.clone_into(place);
        }
    }
    for (flag, place) in [("tags", &mut bucket.tags), ("source", &mut bucket.sources)] {
        if line.given(flag) {
            let words = line.all(flag).iter().flat_map(|words| words.split(','));
            *place = words.map(str::to_owned).collect();
        }
    }
    for pair in line.all("metadata") {
        if let Some((name, value)) = pair.split_once('=') {
            bucket.metadata.insert(name.to_owned(), value.to_owned());
        }
    }
    bucket.compression = line.toggle("compress").unwrap_or(bucket.compression);
    bucket.republish_headers |= line.on("republish-headers");
    match line.text("storage") {
        Some(word) if word.starts_with('m') => bucket.storage = Some(Storage::Memory),
        Some(_) => bucket.storage = Some(Storage::File),
        None => {}
    }
    if line.on("no-mirror") {
        bucket.mirror.clear();
    }
    Ok(())
}

/// `nats kv info`
pub(in super::super) fn info(run: &mut Run<'_>, line: &Invocation) -> Done {
    if line.arg(0).is_none() {
        let stop = run.fail("cannot prompt for user input without a terminal");
        run.hint("Give the name of the bucket; 'nats kv ls' lists them.");
        return Err(stop);
    }
    let info = status(run, line)?;
    run.say_all(block(info));
    Ok(())
}

/// The name of a bucket, by its stream.
fn bucket_of(stream: &str) -> &str {
    stream.strip_prefix("KV_").unwrap_or(stream)
}

/// A limit in bytes.
fn size(limit: i64) -> String {
    u64::try_from(limit).map_or_else(|_| "unlimited".to_owned(), ibytes)
}

/// The block in which the CLI shows a bucket.
fn block(info: &StreamInfo) -> Vec<String> {
    let config: &StreamConfig = &info.config;
    let name = bucket_of(&config.name);
    let at = date(info.created);
    let mut block =
        Columns::new(format!("Information for Key-Value Store Bucket {name} created {at}"));
    block.title("Configuration");
    block.row("Bucket Name", name);
    block.row("History Kept", comma(config.max_msgs_per_subject.into()));
    block.row("Values Stored", comma(info.state.messages.into()));
    block.row("Compressed", config.compression != Compression::None);
    block.row("Per-Key TTL Supported", config.delete_marker_ttl().is_some());
    if let Some(ttl) = config.delete_marker_ttl() {
        block.row("Limit Marker TTL", crate::console::format::duration(ttl));
    }
    block.row("Backing Store Kind", "JetStream");
    block.row_if_any("Description", &config.description);
    block.row("Bucket Size", ibytes(info.state.bytes));
    block.row("Maximum Bucket Size", size(config.max_bytes));
    block.row("Maximum Value Size", size(config.max_msg_size.into()));
    let age = config.max_age().map(|age| go_duration(age.as_nanos()));
    block.row("Maximum Age", age.unwrap_or_else(|| "unlimited".to_owned()));
    block.row("JetStream Stream", &config.name);
    block.row("Storage", storage(config.storage));
    if let Some(republish) = &config.republish {
        let kind = if republish.headers_only { "Republishing Headers" } else { "Republishing" };
        block.row(kind, format!("{} to {}", republish.src, republish.dest));
    }
    if let Some(mirror) = &info.mirror {
        block.title("Mirror Information");
        origin(&mut block, "Origin Bucket", mirror);
    }
    if !info.sources.is_empty() {
        block.title("Sources Information");
        for source in &info.sources {
            origin(&mut block, "Source Bucket", source);
        }
    }
    if let Some(group) = &info.cluster {
        block.title("Cluster Information");
        block.row("Name", &group.name);
        block.row("Leader", &group.leader);
        replicas(&mut block, group);
    }
    block.lines()
}

/// Where values are taken from, and how far that is.
fn origin(block: &mut Columns, name: &str, info: &SourceInfo) {
    block.row(name, bucket_of(&info.name));
    if let Some(external) = &info.external {
        block.row("External API", &external.api);
    }
    let seen = info.active > 0 && info.active < i64::MAX;
    block.row("Last Seen", if seen { nanos(info.active) } else { "never".to_owned() });
    block.row("Lag", comma(info.lag.into()));
}

/// `nats kv compact`
pub(in super::super) fn compact(run: &mut Run<'_>, line: &Invocation) -> Done {
    confirm(run, line)?;
    if let Got::Purged(keys) = ask(run, op(Act::PurgeDeletes, line))? {
        run.hint(match keys {
            0 => "There are no deleted keys; the real CLI prints nothing.".to_owned(),
            1 => "1 deleted key is cleaned up; the real CLI prints nothing.".to_owned(),
            keys => format!("{keys} deleted keys are cleaned up; the real CLI prints nothing."),
        });
    }
    Ok(())
}

/// `nats kv ls`: the buckets, or the keys of one.
pub(in super::super) fn ls(run: &mut Run<'_>, line: &Invocation) -> Done {
    if line.arg(0).is_some() {
        return super::keys(run, line);
    }
    let mut buckets = all(run, "")?;
    buckets.retain(|info| info.config.name.starts_with("KV_"));
    if buckets.is_empty() {
        run.say("No Key-Value buckets found");
        return Ok(());
    }
    if line.on("names") {
        sorted::sort_by(&mut buckets, |a, b| a.config.name < b.config.name);
        run.say_all(buckets.iter().map(|info| bucket_of(&info.config.name).to_owned()));
        return Ok(());
    }
    let headers = ["Bucket", "Description", "Created", "Size", "Values", "Last Update"];
    let mut table = Table::new("Key-Value Buckets", &headers);
    for info in &buckets {
        table.row(vec![
            bucket_of(&info.config.name).into(),
            info.config.description.as_str().into(),
            date(info.created).into(),
            ibytes(info.state.bytes).into(),
            comma(info.state.messages.into()).into(),
            ago(info.ts.0.unwrap_or(run.at()), info.state.last_ts).into(),
        ]);
    }
    run.say_all(table.lines());
    Ok(())
}
