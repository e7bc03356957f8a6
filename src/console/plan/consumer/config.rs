//! A consumer's configuration out of the flags of `nats consumer add`, `copy` and `edit`.

use crate::console::format::ibytes;
use crate::console::parse::{Invocation, patterns};
use crate::kernel::{Span, Time};
use crate::nats::api::{
    AckPolicy, ConsumerConfig, DeliverPolicy, Moment, PriorityPolicy, ReplayPolicy,
};
use crate::nats::time::parse_duration;

/// What `nats consumer add --defaults` begins with.
pub(super) fn defaults(name: &str, line: &Invocation) -> ConsumerConfig {
    let push = line.given("target");
    let config = ConsumerConfig {
        name: name.to_owned(),
        ack_policy: if push { AckPolicy::None } else { AckPolicy::Explicit },
        max_deliver: -1,
        ..ConsumerConfig::default()
    };
    if line.on("ephemeral") {
        return config;
    }
    ConsumerConfig { durable_name: name.to_owned(), ..config }
}

/// Changes a configuration as the flags of a line say that every command takes.
pub(super) fn apply(config: &mut ConsumerConfig, line: &Invocation) -> Result<(), String> {
    if let Some(text) = line.text("description") {
        config.description = text.to_owned();
    }
    if line.given("filter") {
        let filters = line.all("filter").iter().flat_map(|text| patterns(text));
        set_filters(config, filters.map(str::to_owned).collect());
    }
    if let Some(subject) = line.text("target") {
        config.deliver_subject = subject.to_owned();
    }
    for (flag, place) in [
        ("wait", &mut config.ack_wait),
        ("max-pull-expire", &mut config.max_expires),
        ("inactive-threshold", &mut config.inactive_threshold),
    ] {
        if let Some(span) = line.span(flag).filter(|span| *span > Span::ZERO) {
            *place = nanos(span);
        }
    }
    // Zero, and what is negative where that means "no limit" anyway, is "not given" to the CLI.
    for (flag, place) in [
        ("max-deliver", &mut config.max_deliver),
        ("max-pull-batch", &mut config.max_batch),
        ("max-pull-bytes", &mut config.max_bytes),
        ("replicas", &mut config.num_replicas),
    ] {
        if let Some(n) = line.number(flag).filter(|n| *n > 0 || (*n < 0 && flag == "max-deliver")) {
            *place = n;
        }
    }
    if let Some(n) = line.number("max-pending").filter(|n| *n != -1) {
        config.max_ack_pending = n;
    }
    if let Some(percent) = line.number("sample").filter(|percent| *percent != -1) {
        if !(0..=100).contains(&percent) {
            return Err("sample percent is not between 0 and 100".to_owned());
        }
        config.sample_freq = if percent > 0 { percent.to_string() } else { String::new() };
    }
    if let Some(on) = line.toggle("headers-only") {
        config.headers_only = on;
    }
    if line.given("metadata") {
        let pair = |text: &String| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (name.to_owned(), value.to_owned())
        };
        config.metadata = line.all("metadata").iter().map(pair).collect();
    }
    backoff(config, line).map_err(|why| format!("could not determine backoff policy: {why}"))
}

/// Changes a new configuration as the flags say that only creating takes.
pub(super) fn create(
    config: &mut ConsumerConfig,
    line: &Invocation,
    now: Time,
) -> Result<(), String> {
    if line.on("pull") {
        if line.given("target") {
            return Err("a consumer is either pulled from or pushes to a --target".to_owned());
        }
        config.deliver_subject.clear();
    }
    if let Some(text) = line.text("deliver") {
        start(config, text, now)?;
    }
    let push = config.is_push();
    if config.deliver_policy == DeliverPolicy::LastPerSubject && config.filters().next().is_none() {
        config.filter_subject = ">".to_owned();
    }
    match line.text("ack") {
        Some("none") => config.ack_policy = AckPolicy::None,
        Some("all") => config.ack_policy = AckPolicy::All,
        Some(_) => config.ack_policy = AckPolicy::Explicit,
        None => {}
    }
    if config.ack_policy == AckPolicy::None {
        config.max_deliver = -1;
    }
    match line.text("replay") {
        Some("original") => config.replay_policy = ReplayPolicy::Original,
        Some(_) => config.replay_policy = ReplayPolicy::Instant,
        None => {}
    }
    if push {
        if let Some(group) = line.text("deliver-group") {
            config.deliver_group = group.to_owned();
        }
        if let Some(span) = line.span("heartbeat") {
            config.idle_heartbeat = nanos(span);
        }
        config.flow_control |= line.on("flow-control");
        if let Some(bits) = line.number("bps").and_then(|n| u64::try_from(n).ok()) {
            config.rate_limit_bps = bits;
        }
    } else {
        only_push(line)?;
        config.max_waiting = line.number("max-waiting").unwrap_or(config.max_waiting);
    }
    config.mem_storage |= line.on("memory");
    if let Some(until) = line.text("pause") {
        config.pause_until = Some(moment(until, now)?);
    }
    groups(config, line)
}

/// Refuses what only a push consumer can have.
fn only_push(line: &Invocation) -> Result<(), String> {
    if line.number("bps").is_some_and(|bits| bits > 0) {
        return Err("rate limits are only possible on Push consumers".to_owned());
    }
    if line.span("heartbeat").is_some_and(|span| span > Span::ZERO) {
        return Err("pull subscribers does not support idle heartbeats".to_owned());
    }
    Ok(())
}

fn set_filters(config: &mut ConsumerConfig, filters: Vec<String>) {
    config.filter_subject.clear();
    config.filter_subjects.clear();
    match <[String; 1]>::try_from(filters) {
        Ok([one]) => config.filter_subject = one,
        Err(several) => config.filter_subjects = several,
    }
}

/// Where a consumer begins, as `--deliver` has it.
fn start(config: &mut ConsumerConfig, text: &str, now: Time) -> Result<(), String> {
    config.opt_start_seq = 0;
    config.opt_start_time = None;
    config.deliver_policy = match text {
        "all" => DeliverPolicy::All,
        "last" => DeliverPolicy::Last,
        "new" | "next" => DeliverPolicy::New,
        "subject" | "last_per_subject" => DeliverPolicy::LastPerSubject,
        text => {
            if let Ok(seq) = text.parse() {
                config.opt_start_seq = seq;
                DeliverPolicy::ByStartSequence
            } else if let Some(ago) = parse_duration(text) {
                config.opt_start_time = Some(before(now, ago));
                DeliverPolicy::ByStartTime
            } else {
                let quoted = crate::console::format::quoted(text);
                return Err(format!(
                    "could not parse starting delta: {quoted} is none of all, new, last, subject, a sequence such as 17, a duration such as 1h"
                ));
            }
        }
    };
    Ok(())
}

/// So long before now; the world's beginning at the earliest.
fn before(now: Time, ago: u64) -> Moment {
    Moment::from(Time(now.nanos().saturating_sub(ago)))
}

/// The waits between redeliveries, as `--backoff linear` makes them: equal steps from the shortest
/// towards the longest.
fn backoff(config: &mut ConsumerConfig, line: &Invocation) -> Result<(), String> {
    match line.text("backoff") {
        None => return Ok(()),
        Some("none") => {
            config.backoff.clear();
            return Ok(());
        }
        Some(_) => {}
    }
    let steps = line.number("backoff-steps").unwrap_or(10);
    let least = nanos(line.span("backoff-min").unwrap_or(Span::secs(60)));
    let most = nanos(line.span("backoff-max").unwrap_or(Span::secs(20 * 60)));
    if !(1..=100).contains(&steps) {
        return Err("--backoff-steps must be 1 to 100".to_owned());
    }
    if least == 0 || most == 0 {
        return Err("required policy properties not supplied".to_owned());
    }
    if most < least {
        return Err("--backoff-max must not be shorter than --backoff-min".to_owned());
    }
    let step = (most - least) / steps;
    let rounded = |nanos: i64| (nanos + 500_000) / 1_000_000 * 1_000_000;
    config.backoff = (0..steps).map(|n| rounded(least + n * step)).collect();
    // Without an end the server would refuse the steps.
    if config.max_deliver == -1 {
        config.max_deliver = steps + 1;
    }
    Ok(())
}

fn groups(config: &mut ConsumerConfig, line: &Invocation) -> Result<(), String> {
    match (line.all("pinned-groups"), line.all("overflow-groups")) {
        ([], []) => {}
        (pinned, []) => {
            config.priority_policy = PriorityPolicy::PinnedClient;
            config.priority_groups = pinned.to_vec();
            config.priority_timeout = nanos(line.span("pinned-ttl").unwrap_or(Span::ZERO));
        }
        ([], overflow) => {
            config.priority_policy = PriorityPolicy::Overflow;
            config.priority_groups = overflow.to_vec();
        }
        _ => return Err("setting both overflow and pinned groups are not supported".to_owned()),
    }
    Ok(())
}

/// Reads until when something is to last: a date and time of day, or a duration from now.
pub(super) fn moment(text: &str, now: Time) -> Result<Moment, String> {
    let date = text.split_once(' ').map(|(day, time)| format!("{day}T{time}Z"));
    if let Some(moment) = Moment::parse(date.as_deref().unwrap_or(text)) {
        return Ok(moment);
    }
    match parse_duration(text) {
        Some(nanos) => Ok(Moment::from(now + Span(nanos))),
        None => Err("could not parse the pause time as either timestamp or duration".to_owned()),
    }
}

/// A rate in bits a second as the CLI shows it.
pub(super) fn rate(bits: u64) -> String {
    format!("{} / second", ibytes(bits / 8))
}

fn nanos(span: Span) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}
