//! `nats object add`, `edit` and `seal`.

use crate::client::object::{Act, BucketConfig, Done as Came, ObjectError, Op, name};
use crate::console::parse::Invocation;
use crate::console::plan::{Done, Run};
use crate::kernel::Span;
use crate::nats::api::{Compression, Placement, Storage, StreamConfig, StreamInfo, to_json_text};

use super::super::kv::in_use;
use super::{confirm, done, failed, op, show, tried};

/// `nats object add`
pub(in crate::console::plan) fn add(run: &mut Run<'_>, line: &Invocation) -> Done {
    let bucket = line.arg(0).unwrap_or_default();
    let config = BucketConfig {
        description: line.text("description").unwrap_or_default().to_owned(),
        ttl: line.span("ttl").filter(|ttl| *ttl > Span::ZERO),
        max_bytes: line.bytes("max-bucket-size").and_then(|size| u64::try_from(size).ok()),
        storage: match line.text("storage") {
            Some("memory" | "m") => Some(Storage::Memory),
            _ => None,
        },
        replicas: line.number("replicas").and_then(|n| u32::try_from(n).ok()),
        cluster: line.text("cluster").unwrap_or_default().to_owned(),
        tags: line.all("tags").to_vec(),
        compression: line.on("compress"),
        metadata: line.all("metadata").iter().map(|text| pair(text)).collect(),
    };
    let created = Op { config: Some(config.into()), ..op(Act::Add, bucket, "") };
    match tried(run, created)? {
        Ok(_) => tell(run, bucket),
        Err(ObjectError::BucketExists) => Err(run.fail(in_use(bucket))),
        Err(why) => Err(failed(run, &why)),
    }
}

/// `nats object edit`
pub(in crate::console::plan) fn edit(run: &mut Run<'_>, line: &Invocation) -> Done {
    let bucket = line.arg(0).unwrap_or_default();
    let (Came::Bucket(info), _) = done(run, op(Act::Status, bucket, ""))? else {
        return Ok(());
    };
    let mut config = StreamConfig::clone(&info.config);
    config.metadata.retain(|name, _| !name.starts_with("_nats."));
    change(&mut config, line);
    let endpoint = format!("STREAM.UPDATE.{}", name::stream(bucket));
    let updated: Result<StreamInfo, String> = run.api(&endpoint, to_json_text(&config))?;
    run.check("", updated)?;
    tell(run, bucket)
}

fn change(config: &mut StreamConfig, line: &Invocation) {
    if let Some(text) = line.text("description") {
        config.description = text.to_owned();
    }
    if let Some(ttl) = line.span("ttl") {
        config.max_age = i64::try_from(ttl.as_nanos()).unwrap_or(i64::MAX);
    }
    if let Some(size) = line.bytes("max-bucket-size") {
        config.max_bytes = size.max(-1);
    }
    if let Some(replicas) = line.number("replicas") {
        config.num_replicas = replicas;
    }
    match line.toggle("compress") {
        Some(true) => config.compression = Compression::S2,
        Some(false) => config.compression = Compression::None,
        None => {}
    }
    if line.given("cluster") || line.given("tags") {
        let old = config.placement.take().unwrap_or_default();
        let cluster = line.text("cluster").map_or(old.cluster, str::to_owned);
        let tags = if line.given("tags") { line.all("tags").to_vec() } else { old.tags };
        config.placement = Some(Placement { cluster, tags, ..Placement::default() });
    }
    if line.given("metadata") {
        config.metadata = line.all("metadata").iter().map(|text| pair(text)).collect();
    }
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

/// `nats object seal`
pub(in crate::console::plan) fn seal(run: &mut Run<'_>, line: &Invocation) -> Done {
    let bucket = line.arg(0).unwrap_or_default();
    confirm(run, line.on("force"), "could not obtain confirmation: ")?;
    done(run, op(Act::Seal, bucket, ""))?;
    run.say(format!("{bucket} has been sealed"));
    tell(run, bucket)
}

/// Asks for the bucket as it is now, and shows it.
pub(super) fn tell(run: &mut Run<'_>, bucket: &str) -> Done {
    match tried(run, op(Act::Status, bucket, ""))? {
        Ok((Came::Bucket(info), _)) => run.say_all(show::bucket(bucket, &info)),
        Ok(_) => {}
        Err(why) => return Err(failed(run, &why)),
    }
    Ok(())
}
