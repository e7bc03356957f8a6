//! `Information for Consumer …`: the block in which the CLI shows a consumer.

use crate::console::columns::Columns;
use crate::console::format::{comma, duration, go_time};
use crate::console::plan::show::{ago, own_metadata, server_metadata};
use crate::kernel::Span;
use crate::nats::api::{
    AckPolicy, ClusterInfo, ConsumerConfig, ConsumerInfo, DeliverPolicy, Moment, PriorityPolicy,
    ReplayPolicy, SequenceInfo, Stamp,
};
use crate::nats::time::{Calendar, go_duration};

use super::config::rate;

/// So many waits of a backoff are shown one by one.
const ALL_WAITS: usize = 15;

/// The block of a consumer; without its configuration if only the state is wanted.
pub(super) fn consumer(info: &ConsumerInfo, state_only: bool) -> Vec<String> {
    let kind = if state_only { "State" } else { "Information" };
    let ConsumerInfo { stream_name, name, created, .. } = info;
    let created = created.0.map_or_else(
        || "0001-01-01T00:00:00Z".to_owned(),
        |at| format!("{}Z", Calendar::of(at).local().replace(' ', "T")),
    );
    let mut block =
        Columns::new(format!("{kind} for Consumer {stream_name} > {name} created {created}"));
    if !state_only {
        block.title("Configuration");
        config(&mut block, info);
        let own = own_metadata(&info.config.metadata);
        if !own.is_empty() {
            block.title("Metadata");
            own.into_iter().for_each(|(name, value)| block.row(name, value));
        }
    }
    if let Some(group) = info.cluster.as_ref().filter(|group| !group.name.is_empty()) {
        cluster(&mut block, group);
    }
    state(&mut block, info);
    block.lines()
}

fn config(block: &mut Columns, info: &ConsumerInfo) {
    let config = &info.config;
    block.row_if_any("Name", &config.name);
    if config.durable_name != config.name {
        block.row_if_any("Durable Name", &config.durable_name);
    }
    block.row_if_any("Description", &config.description);
    if config.is_push() {
        block.row("Delivery Subject", &config.deliver_subject);
    } else {
        block.row("Pull Mode", true);
    }
    block.row_if_any("Filter Subject", &config.filter_subject);
    block.row_if_any("Filter Subjects", &config.filter_subjects.join(", "));
    block.row("Deliver Policy", begins(config));
    if config.is_push() {
        block.row_if_any("Deliver Queue Group", &config.deliver_group);
    }
    block.row("Ack Policy", acks(config.ack_policy));
    if config.ack_policy != AckPolicy::None {
        block.row("Ack Wait", nanos(config.ack_wait));
    }
    let replay = match config.replay_policy {
        ReplayPolicy::Instant => "Instant",
        ReplayPolicy::Original => "Original",
    };
    block.row("Replay Policy", replay);
    if config.max_deliver != -1 {
        block.row("Maximum Deliveries", comma(config.max_deliver.into()));
    }
    block.row_if_any("Sampling Rate", &config.sample_freq);
    if config.rate_limit_bps > 0 {
        block.row("Rate Limit", rate(config.rate_limit_bps));
    }
    limits(block, config);
    pause(block, info);
    if config.priority_policy != PriorityPolicy::None {
        let policy = match config.priority_policy {
            PriorityPolicy::Overflow => "Overflow",
            PriorityPolicy::PinnedClient => "Pinned Client",
            PriorityPolicy::Prioritized => "Prioritized",
            PriorityPolicy::None => "None",
        };
        block.row("Priority Policy", policy);
        block.row("Priority Groups", config.priority_groups.join(", "));
        if config.priority_policy == PriorityPolicy::PinnedClient {
            block.row("Pinned TTL", nanos(config.priority_timeout));
        }
    }
}

fn limits(block: &mut Columns, config: &ConsumerConfig) {
    let count = |block: &mut Columns, name: &str, n: i64| {
        if n > 0 {
            block.row(name, comma(n.into()));
        }
    };
    let span = |block: &mut Columns, name: &str, n: i64| {
        if n > 0 {
            block.row(name, nanos(n));
        }
    };
    count(block, "Max Ack Pending", config.max_ack_pending);
    count(block, "Max Waiting Pulls", config.max_waiting);
    span(block, "Idle Heartbeat", config.idle_heartbeat);
    if config.is_push() {
        block.row("Flow Control", config.flow_control);
    }
    if config.headers_only {
        block.row("Headers Only", true);
    }
    if !config.is_push() {
        span(block, "Inactive Threshold", config.inactive_threshold);
    }
    span(block, "Max Pull Expire", config.max_expires);
    count(block, "Max Pull Batch", config.max_batch);
    count(block, "Max Pull MaxBytes", config.max_bytes);
    if !config.backoff.is_empty() {
        block.row("Backoff", waits(&config.backoff));
    }
    count(block, "Replicas", config.num_replicas);
    if config.mem_storage {
        block.row("Memory Storage", true);
    }
}

fn pause(block: &mut Columns, info: &ConsumerInfo) {
    let Some(until) = info.config.pause_until.as_ref().filter(|until| !until.is_zero()) else {
        return;
    };
    let rest = if info.paused {
        format!("{} remaining", seconds(info.pause_remaining))
    } else {
        "passed".to_owned()
    };
    block.row("Paused Until Deadline", format!("{} ({rest})", date(until)));
}

/// Where a consumer begins.
fn begins(config: &ConsumerConfig) -> String {
    match config.deliver_policy {
        DeliverPolicy::All => "All".to_owned(),
        DeliverPolicy::Last => "Last".to_owned(),
        DeliverPolicy::New => "New".to_owned(),
        DeliverPolicy::LastPerSubject => "Last Per Subject".to_owned(),
        DeliverPolicy::ByStartSequence => format!("From Sequence {}", config.opt_start_seq),
        DeliverPolicy::ByStartTime => {
            let from = config.opt_start_time.as_ref().map(|at| go_time(at.text()));
            format!("Since {}", from.unwrap_or_default())
        }
    }
}

/// The name of an ack policy.
pub(super) const fn acks(policy: AckPolicy) -> &'static str {
    match policy {
        AckPolicy::None => "None",
        AckPolicy::All => "All",
        AckPolicy::Explicit => "Explicit",
        AckPolicy::FlowControl => "Flow Control",
    }
}

/// The waits of a backoff; those in the middle of many are left out.
fn waits(waits: &[i64]) -> String {
    let text = |waits: &[i64]| {
        let each = waits.iter().map(|&wait| go_duration(u64::try_from(wait).unwrap_or(0)));
        each.collect::<Vec<_>>().join(", ")
    };
    if waits.len() <= ALL_WAITS {
        return text(waits);
    }
    let (first, last) = (text(&waits[..5]), text(&waits[waits.len() - 5..]));
    format!("{first}, ..., {last} ({} total)", waits.len())
}

fn cluster(block: &mut Columns, group: &ClusterInfo) {
    block.title("Cluster Information");
    block.row("Name", &group.name);
    block.row_if_any("Raft Group", &group.raft_group);
    block.row("Leader", &group.leader);
    for peer in &group.replicas {
        let current = if peer.current { "current" } else { "outdated" };
        let seen = match peer.active {
            1.. if peer.active < i64::MAX => format!("seen {} ago", nanos(peer.active)),
            _ => "not seen".to_owned(),
        };
        block.row("Replica", format!("{}, {current}, {seen}", peer.name));
    }
}

fn state(block: &mut Columns, info: &ConsumerInfo) {
    let config = &info.config;
    block.title("State");
    server_metadata(block, &config.metadata);
    block.row("Last Delivered Message", sequences(&info.delivered, "Last delivery", info.ts));
    if config.ack_policy != AckPolicy::None {
        block.row("Acknowledgment Floor", sequences(&info.ack_floor, "Last Ack", info.ts));
        let out = comma(info.num_ack_pending.into());
        let out = match config.max_ack_pending {
            most @ 1.. => format!("{out} out of maximum {}", comma(most.into())),
            _ => out,
        };
        block.row("Outstanding Acks", out);
        block.row("Redelivered Messages", comma(info.num_redelivered.into()));
    }
    block.row("Unprocessed Messages", comma(info.num_pending.into()));
    if !config.is_push() {
        let most = match config.max_waiting {
            most @ 1.. => format!("maximum {}", comma(most.into())),
            _ => "unlimited".to_owned(),
        };
        block.row("Waiting Pulls", format!("{} of {most}", comma(info.num_waiting.into())));
    } else if !info.push_bound {
        block.row("Active Interest", "No interest");
    } else if config.deliver_group.is_empty() {
        block.row("Active Interest", "Active");
    } else {
        let group = &config.deliver_group;
        block.row("Active Interest", format!("Active using Queue Group {group}"));
    }
    if info.paused {
        let left = seconds(info.pause_remaining);
        let until = info.ts.0.map(|at| at + Span(u64::try_from(info.pause_remaining).unwrap_or(0)));
        let until = until.map_or_else(String::new, |at| Calendar::of(at).local());
        block.row("Paused Until", format!("{until} ({left} remaining)"));
    }
    if config.priority_policy == PriorityPolicy::PinnedClient {
        for (n, group) in info.priority_groups.iter().enumerate() {
            let who = if group.pinned_client_id.is_empty() {
                "No client".to_owned()
            } else {
                let since = crate::console::plan::show::date(group.pinned_ts);
                format!("pinned {} at {since}", group.pinned_client_id)
            };
            let name = if n == 0 { "Priority Groups" } else { "" };
            block.row(name, format!("{}: {who}", group.group));
        }
    }
}

fn sequences(at: &SequenceInfo, what: &str, now: Stamp) -> String {
    let numbers = format!(
        "Consumer sequence: {} Stream sequence: {}",
        comma(at.consumer_seq.into()),
        comma(at.stream_seq.into())
    );
    match (at.last_active, now.0) {
        (Some(last), Some(now)) => format!("{numbers} {what}: {} ago", ago(now, last)),
        _ => numbers,
    }
}

/// A moment as date and time of day.
pub(super) fn date(moment: &Moment) -> String {
    Calendar::of_unix(moment.unix_ns()).local()
}

/// A duration to the second, as Go writes it.
pub(super) fn seconds(nanos: i64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let nanos = u64::try_from(nanos).unwrap_or(0);
    go_duration((nanos + SECOND / 2) / SECOND * SECOND)
}

fn nanos(nanos: i64) -> String {
    duration(Span(u64::try_from(nanos).unwrap_or(0)))
}
