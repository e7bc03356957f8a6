//! `Information for Stream …`: the block in which the CLI shows a stream.

use crate::sorted::Map;

use crate::console::columns::Columns;
use crate::console::format::{comma, duration, ibytes};
use crate::kernel::{Span, Time};
use crate::nats::api::{
    ClusterInfo, Compression, Discard, PersistMode, Retention, SourceInfo, Stamp, Storage,
    StreamConfig, StreamInfo, StreamSource,
};
use crate::nats::time::Calendar;

/// Metadata that the server keeps itself begins with this.
const RESERVED: &str = "_nats.";

/// The block of a stream; without its configuration if only the state is wanted.
pub(super) fn stream(info: &StreamInfo, state_only: bool) -> Vec<String> {
    let kind = if state_only { "State" } else { "Information" };
    let name = &info.config.name;
    let mut block =
        Columns::new(format!("{kind} for Stream {name} created {}", date(info.created)));
    if !state_only {
        config(&mut block, &info.config);
        block.blank();
    }
    if let Some(group) = info.cluster.as_ref().filter(|group| !group.name.is_empty()) {
        cluster(&mut block, group, info.ts);
        block.blank();
    }
    if let Some(mirror) = &info.mirror {
        block.title("Mirror Information");
        source_info(&mut block, mirror);
    }
    if !info.sources.is_empty() {
        block.title("Source Information");
        for source in &info.sources {
            source_info(&mut block, source);
            block.blank();
        }
    }
    state(&mut block, info);
    block.lines()
}

/// A moment as date and time of day; the year one for none, as Go prints it.
pub(super) fn date(at: Stamp) -> String {
    at.0.map_or_else(|| "0001-01-01 00:00:00".to_owned(), |at| Calendar::of(at).local())
}

/// How long before another moment a moment was; "never" for none.
pub(super) fn ago(now: Time, at: Stamp) -> String {
    at.0.map_or_else(|| "never".to_owned(), |at| duration(now.since(at)))
}

pub(super) const fn storage(storage: Storage) -> &'static str {
    match storage {
        Storage::File => "File",
        Storage::Memory => "Memory",
    }
}

/// What its owner noted about a stream or consumer.
pub(super) fn own_metadata(metadata: &Map<String, String>) -> Vec<(&str, &str)> {
    let own = metadata.iter().filter(|(name, _)| !name.starts_with(RESERVED));
    own.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// What the server noted about a stream or consumer: its version and the level of its API.
pub(super) fn server_metadata(block: &mut Columns, metadata: &Map<String, String>) {
    let meta = |name: &str| metadata.get(&format!("{RESERVED}{name}")).map(String::as_str);
    if let Some(version) = meta("ver") {
        block.row("Host Version", version);
    }
    if let Some(level) = meta("level") {
        let required = meta("req.level").unwrap_or("0");
        block.row("Required API Level", format!("{required} hosted at level {level}"));
    }
}

fn config(block: &mut Columns, config: &StreamConfig) {
    block.row_if_any("Description", &config.description);
    block.row_if_any("Subjects", &config.subjects.join(", "));
    block.row("Replicas", comma(config.num_replicas.into()));
    if config.sealed {
        block.row("Sealed", true);
    }
    block.row("Storage", storage(config.storage));
    if config.compression == Compression::S2 {
        block.row("Compression", "S2 Compression");
    }
    if config.persist_mode == PersistMode::Async {
        block.row("Persistence Mode", "Async");
    }
    if config.first_seq > 0 {
        block.row("First Sequence", comma(config.first_seq.into()));
    }
    if let Some(placement) = &config.placement {
        block.row_if_any("Placement Cluster", &placement.cluster);
        block.row_if_any("Placement Tags", &placement.tags.join(", "));
    }
    options(block, config);
    limits(block, config);
    let own = own_metadata(&config.metadata);
    if !own.is_empty() {
        block.title("Metadata");
        own.into_iter().for_each(|(name, value)| block.row(name, value));
    }
    if config.mirror.is_some() || !config.sources.is_empty() {
        block.title("Replication");
    }
    if let Some(mirror) = &config.mirror {
        block.row("Mirror", source(mirror));
    }
    for (i, from) in config.sources.iter().enumerate() {
        block.row(if i == 0 { "Sources" } else { "" }, source(from));
    }
}

fn options(block: &mut Columns, config: &StreamConfig) {
    block.title("Options");
    if let Some(transform) = config.subject_transform.as_ref().filter(|t| !t.dest.is_empty()) {
        let from = if transform.src.is_empty() { ">" } else { &transform.src };
        block.row("Subject Transform", format!("{from} to {}", transform.dest));
    }
    if let Some(republish) = &config.republish {
        let name = if republish.headers_only { "Republishing Headers" } else { "Republishing" };
        block.row(name, format!("{} to {}", republish.src, republish.dest));
    }
    let retention = match config.retention {
        Retention::Limits => "Limits",
        Retention::Interest => "Interest",
        Retention::WorkQueue => "WorkQueue",
    };
    block.row("Retention", retention);
    block.row("Acknowledgments", !config.no_ack);
    let discard = match config.discard {
        _ if config.discard_new_per_subject => "New Per Subject",
        Discard::Old => "Old",
        Discard::New => "New",
    };
    block.row("Discard Policy", discard);
    block.row("Duplicate Window", nanos(config.duplicate_window));
    if config.allow_direct {
        block.row("Direct Get", true);
    }
    if config.mirror_direct {
        block.row("Mirror Direct Get", true);
    }
    block.row("Allows Batch Publish", config.allow_atomic);
    block.row("Allows Counters", config.allow_msg_counter);
    block.row("Allows Msg Delete", !config.deny_delete);
    block.row("Allows Per-Message TTL", config.allow_msg_ttl);
    block.row("Allows Purge", !config.deny_purge);
    block.row("Allows Schedules", config.allow_msg_schedules);
    if config.allow_msg_ttl && config.subject_delete_marker_ttl > 0 {
        block.row("Subject Delete Markers TTL", nanos(config.subject_delete_marker_ttl));
    }
    block.row("Allows Rollups", config.allow_rollup_hdrs);
}

fn limits(block: &mut Columns, config: &StreamConfig) {
    let count = |n: i64| if n <= 0 { "unlimited".to_owned() } else { comma(n.into()) };
    let size = |n: i64| u64::try_from(n).map_or_else(|_| "unlimited".to_owned(), ibytes);
    block.title("Limits");
    block.row("Maximum Messages", count(config.max_msgs));
    block.row("Maximum Per Subject", count(config.max_msgs_per_subject));
    block.row("Maximum Bytes", size(config.max_bytes));
    let age = if config.max_age <= 0 { "unlimited".to_owned() } else { nanos(config.max_age) };
    block.row("Maximum Age", age);
    block.row("Maximum Message Size", size(config.max_msg_size.into()));
    block.row("Maximum Consumers", count(config.max_consumers));
    let caps = &config.consumer_limits;
    if caps.inactive_threshold > 0 {
        block.row("Consumer Inactive Threshold", nanos(caps.inactive_threshold));
    }
    if caps.max_ack_pending > 0 {
        block.row("Consumer Max Ack Pending", comma(caps.max_ack_pending.into()));
    }
}

fn source(source: &StreamSource) -> String {
    let mut parts = vec![source.name.clone()];
    if source.opt_start_seq > 0 {
        parts.push(format!("Start Seq: {}", comma(source.opt_start_seq.into())));
    }
    if let Some(at) = &source.opt_start_time {
        parts.push(format!("Start Time: {}", at.text()));
    }
    if let Some(external) = &source.external {
        if !external.api.is_empty() {
            parts.push(format!("API Prefix: {}", external.api));
        }
        if !external.deliver.is_empty() {
            parts.push(format!("Delivery Prefix: {}", external.deliver));
        }
    }
    parts.join(", ")
}

fn cluster(block: &mut Columns, group: &ClusterInfo, ts: Stamp) {
    block.title("Cluster Information");
    block.row("Name", &group.name);
    block.row_if_any("Cluster Group", &group.raft_group);
    match (group.leader_since, ts.0) {
        (Some(since), Some(now)) => {
            block.row("Leader", format!("{} ({})", group.leader, ago(now, since)));
        }
        _ => block.row("Leader", &group.leader),
    }
    replicas(block, group);
}

/// The section in which the CLI shows where a bucket is.
pub(super) fn bucket_cluster(block: &mut Columns, group: &ClusterInfo) {
    block.title("Cluster Information");
    block.row("Name", &group.name);
    block.row("Leader", &group.leader);
    replicas(block, group);
}

/// The other servers of a group.
pub(super) fn replicas(block: &mut Columns, group: &ClusterInfo) {
    for peer in &group.replicas {
        let mut words = vec![peer.name.clone()];
        words.push(if peer.current { "current" } else { "outdated" }.to_owned());
        if peer.offline {
            words.push("OFFLINE".to_owned());
        }
        words.push(match peer.active {
            1.. if peer.active < i64::MAX => format!("seen {} ago", nanos(peer.active)),
            _ => "not seen".to_owned(),
        });
        match peer.lag {
            0 => {}
            1 => words.push("1 operation behind".to_owned()),
            lag => words.push(format!("{} operations behind", comma(lag.into()))),
        }
        block.row("Replica", words.join(", "));
    }
}

fn source_info(block: &mut Columns, info: &SourceInfo) {
    block.row("Stream Name", &info.name);
    if info.filter_subject.is_empty() {
        let several = if info.subject_transforms.len() > 1 { "s" } else { "" };
        for (i, transform) in info.subject_transforms.iter().enumerate() {
            let name = format!("Subject Filter{several} and Transform{several}");
            let name = if i == 0 { name } else { String::new() };
            block.row(
                name,
                match transform.dest.as_str() {
                    "" => format!("{} untransformed", transform.src),
                    dest => format!("{} to {dest}", transform.src),
                },
            );
        }
    } else {
        block.row("Subject Filter", &info.filter_subject);
    }
    block.row("Lag", comma(info.lag.into()));
    let seen = info.active > 0 && info.active < i64::MAX;
    block.row("Last Seen", if seen { nanos(info.active) } else { "never".to_owned() });
    if let Some(external) = &info.external {
        block.row("Ext. API Prefix", &external.api);
        block.row_if_any("Ext. Delivery Prefix", &external.deliver);
    }
    if let Some(error) = &info.error {
        block.row("Error", &error.description);
    }
}

fn state(block: &mut Columns, info: &StreamInfo) {
    let state = &info.state;
    block.title("State");
    server_metadata(block, &info.config.metadata);
    block.row("Messages", comma(state.messages.into()));
    block.row("Bytes", ibytes(state.bytes));
    for (name, seq, at) in [
        ("First Sequence", state.first_seq, state.first_ts),
        ("Last Sequence", state.last_seq, state.last_ts),
    ] {
        let seq = comma(seq.into());
        block.row(name, if at.0.is_some() { format!("{seq} @ {}", date(at)) } else { seq });
    }
    let deleted = (state.deleted.len() as u64).max(state.num_deleted);
    if deleted > 0 {
        block.row("Deleted Messages", comma(deleted.into()));
    }
    block.row("Active Consumers", comma(state.consumer_count.into()));
    if state.num_subjects > 0 {
        block.row("Number of Subjects", comma(state.num_subjects.into()));
    }
    let names = info.alternates.iter().map(|a| a.name.len()).max().unwrap_or(0);
    let clusters = info.alternates.iter().map(|a| a.cluster.len()).max().unwrap_or(0);
    for (i, other) in info.alternates.iter().enumerate() {
        let mut text = format!("{:>names$}: Cluster: {:>clusters$}", other.name, other.cluster);
        if !other.domain.is_empty() {
            text.push_str(&format!(" Domain: {}", other.domain));
        }
        block.row(if i == 0 { "Alternates" } else { "" }, text);
    }
}

pub(super) fn nanos(nanos: i64) -> String {
    duration(Span(u64::try_from(nanos).unwrap_or(0)))
}
