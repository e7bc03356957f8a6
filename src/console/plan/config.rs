//! A stream's configuration out of the flags of `nats stream add` and `edit`.

use crate::console::format::comma;
use crate::console::parse::{Invocation, patterns};
use crate::kernel::Span;
use serde_json::Value;

use crate::nats::api::{
    Compression, Discard, External, PersistMode, Placement, Republish, Retention, Storage,
    StreamConfig, StreamSource, SubjectTransform,
};
use crate::nats::json::{self, FromJson};

/// What the CLI says when one half of a pair of flags is missing.
const REPUBLISH: &str = "must specify both --republish-source and --republish-destination";
const TRANSFORM: &str = "must specify both --transform-source and --transform-destination";

/// What `nats stream add --defaults` begins with.
pub(super) fn defaults(name: &str, line: &Invocation) -> StreamConfig {
    let max_age = line.span("max-age").unwrap_or(Span::ZERO);
    let window = Span::secs(120);
    let window = if max_age > Span::ZERO { window.min(max_age) } else { window };
    StreamConfig {
        name: name.to_owned(),
        max_consumers: -1,
        max_msgs: -1,
        max_bytes: -1,
        max_msgs_per_subject: -1,
        max_msg_size: -1,
        num_replicas: 1,
        duplicate_window: nanos(window),
        allow_direct: true,
        ..StreamConfig::default()
    }
}

/// Changes a configuration as the flags of a line say.
pub(super) fn apply(config: &mut StreamConfig, line: &Invocation) -> Result<(), String> {
    words(config, line);
    limits(config, line)?;
    for (flag, place) in [
        ("discard-per-subject", &mut config.discard_new_per_subject),
        ("allow-rollup", &mut config.allow_rollup_hdrs),
        ("deny-delete", &mut config.deny_delete),
        ("deny-purge", &mut config.deny_purge),
        ("allow-direct", &mut config.allow_direct),
        ("allow-mirror-direct", &mut config.mirror_direct),
        ("allow-msg-ttl", &mut config.allow_msg_ttl),
        ("allow-batch", &mut config.allow_atomic),
        ("allow-counter", &mut config.allow_msg_counter),
        ("allow-schedules", &mut config.allow_msg_schedules),
    ] {
        if let Some(on) = line.toggle(flag) {
            *place = on;
        }
    }
    if let Some(ack) = line.toggle("ack") {
        config.no_ack = !ack;
    }
    if line.given("metadata") {
        let pair = |text: &String| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (name.to_owned(), value.to_owned())
        };
        config.metadata = line.all("metadata").iter().map(pair).collect();
    }
    place(config, line);
    origins(config, line)?;
    rewrites(config, line)
}

fn words(config: &mut StreamConfig, line: &Invocation) {
    if line.given("subjects") {
        let subjects = line.all("subjects").iter().flat_map(|text| patterns(text));
        config.subjects = subjects.map(str::to_owned).collect();
    }
    if let Some(text) = line.text("description") {
        config.description = text.to_owned();
    }
    match line.text("storage") {
        Some("memory" | "m") => config.storage = Storage::Memory,
        Some(_) => config.storage = Storage::File,
        None => {}
    }
    match line.text("compression") {
        Some("s2") => config.compression = Compression::S2,
        Some(_) => config.compression = Compression::None,
        None => {}
    }
    match line.text("retention") {
        Some("interest") => config.retention = Retention::Interest,
        Some("workq" | "work") => config.retention = Retention::WorkQueue,
        Some(_) => config.retention = Retention::Limits,
        None => {}
    }
    match line.text("persist-mode") {
        Some("async") => config.persist_mode = PersistMode::Async,
        Some(_) => config.persist_mode = PersistMode::Default,
        None => {}
    }
    match line.text("discard") {
        Some("new") => config.discard = Discard::New,
        Some(_) => config.discard = Discard::Old,
        None => {}
    }
}

fn limits(config: &mut StreamConfig, line: &Invocation) -> Result<(), String> {
    if let Some(replicas) = line.number("replicas") {
        if replicas < 1 {
            return Err("replicas should be >= 1".to_owned());
        }
        config.num_replicas = replicas;
    }
    // Zero is "not given" to the CLI.
    for (flag, place) in [
        ("max-msgs", &mut config.max_msgs),
        ("max-msgs-per-subject", &mut config.max_msgs_per_subject),
        ("max-consumers", &mut config.max_consumers),
        ("limit-consumer-max-pending", &mut config.consumer_limits.max_ack_pending),
    ] {
        if let Some(n) = line.number(flag).filter(|n| *n != 0) {
            *place = n;
        }
    }
    if let Some(bytes) = line.bytes("max-bytes").filter(|n| *n != 0) {
        config.max_bytes = bytes.max(-1);
    }
    if let Some(bytes) = line.bytes("max-msg-size").filter(|n| *n != 0) {
        config.max_msg_size = i32::try_from(bytes.max(-1)).map_err(|_| {
            let (bytes, most) = (comma(bytes.into()), comma(i32::MAX.into()));
            format!("max value size {bytes} is too big maximum is {most}")
        })?;
    }
    if let Some(seq) = line.number("first-sequence").and_then(|n| u64::try_from(n).ok()) {
        config.first_seq = seq;
    }
    for (flag, place) in [
        ("max-age", &mut config.max_age),
        ("dupe-window", &mut config.duplicate_window),
        ("subject-del-markers-ttl", &mut config.subject_delete_marker_ttl),
        ("limit-consumer-inactive", &mut config.consumer_limits.inactive_threshold),
    ] {
        if let Some(span) = line.span(flag) {
            *place = nanos(span);
        }
    }
    Ok(())
}

fn place(config: &mut StreamConfig, line: &Invocation) {
    if !line.given("cluster") && !line.given("tag") {
        return;
    }
    let mut placement = config.placement.take().unwrap_or_default();
    if let Some(cluster) = line.text("cluster") {
        placement.cluster = cluster.to_owned();
    }
    if line.given("tag") {
        placement.tags = line.all("tag").iter().filter(|tag| !tag.is_empty()).cloned().collect();
    }
    config.placement = Some(placement).filter(|placement| *placement != Placement::default());
}

fn origins(config: &mut StreamConfig, line: &Invocation) -> Result<(), String> {
    if line.on("no-mirror") {
        config.mirror = None;
        // Only a mirror can answer for another stream.
        config.mirror_direct = false;
    }
    if let Some(text) = line.text("mirror") {
        config.mirror = Some(origin(text)?);
    }
    if line.given("source") {
        config.sources =
            line.all("source").iter().map(|text| origin(text)).collect::<Result<_, _>>()?;
    }
    Ok(())
}

/// A stream to take messages from: its name, or all about it as JSON. As with client libraries, a
/// `domain` in it stands for where its API is.
fn origin(text: &str) -> Result<StreamSource, String> {
    if !text.trim_start().starts_with('{') {
        return Ok(StreamSource { name: text.to_owned(), ..StreamSource::default() });
    }
    let wrong = |why| format!("invalid stream source {text}: {why}");
    let mut value = json::parse(text.as_bytes()).map_err(wrong)?;
    let fields = value.as_object_mut();
    let domain = fields.and_then(|fields| fields.remove("domain"));
    let mut source = StreamSource::from_json(&value).map_err(wrong)?;
    if let Some(domain) = domain.as_ref().and_then(Value::as_str) {
        let api = format!("$JS.{domain}.API");
        source.external = Some(External { api, ..source.external.unwrap_or_default() });
    }
    Ok(source)
}

fn rewrites(config: &mut StreamConfig, line: &Invocation) -> Result<(), String> {
    if line.on("no-republish") {
        config.republish = None;
    }
    match (line.text("republish-source"), line.text("republish-destination")) {
        (Some(src), Some(dest)) => {
            config.republish = Some(Republish {
                src: src.to_owned(),
                dest: dest.to_owned(),
                headers_only: line.on("republish-headers"),
            });
        }
        (None, None) if !line.on("republish-headers") => {}
        (None, None) => return Err(format!("{REPUBLISH} when using --headers-only")),
        _ => return Err(REPUBLISH.to_owned()),
    }
    if line.on("no-transform") {
        config.subject_transform = None;
    }
    match (line.text("transform-source"), line.text("transform-destination")) {
        (Some(src), Some(dest)) => {
            config.subject_transform =
                Some(SubjectTransform { src: src.to_owned(), dest: dest.to_owned() });
        }
        (None, None) => {}
        _ => return Err(TRANSFORM.to_owned()),
    }
    Ok(())
}

fn nanos(span: Span) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}
