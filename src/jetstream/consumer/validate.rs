//! Whether a consumer can be as it is configured: defaults, corrections and refusals, in the real
//! server's order and words.

use crate::nats::api::{
    AckPolicy, ApiError, ConsumerConfig, DeliverPolicy, PriorityPolicy, Retention, StreamConfig,
};
use crate::nats::subject::{is_literal, is_subset, is_valid_pattern};
use crate::nats::time::go_duration;

const MAX_DESCRIPTION: usize = 4096;
const MAX_METADATA: usize = 128 * 1024;
const SECOND: i64 = 1_000_000_000;
const DEFAULT_ACK_WAIT: i64 = 30 * SECOND;
const DEFAULT_MAX_WAITING: i64 = 512;
const DEFAULT_MAX_ACK_PENDING: i64 = 1000;
const DEFAULT_PINNED_TTL: i64 = 120 * SECOND;
/// The heartbeat of those that acknowledge by flow control.
const FLOW_HEARTBEAT: i64 = SECOND;
const MIN_HEARTBEAT: i64 = 100_000_000;
const MIN_MAX_EXPIRES: i64 = 1_000_000;

/// Fills in what was left out and corrects what makes no sense, or refuses it if `pedantic`.
///
/// # Errors
/// The first thing that a pedantic client would want to know.
pub(super) fn fill_in(
    config: &mut ConsumerConfig,
    stream: &StreamConfig,
    pedantic: bool,
) -> Result<(), ApiError> {
    let refuse = |if_so: bool, text: &str| {
        if pedantic && if_so { Err(ApiError::pedantic(text)) } else { Ok(()) }
    };
    refuse(config.max_deliver < -1, "max_deliver must be set to -1")?;
    if config.max_deliver == 0 || config.max_deliver < -1 {
        config.max_deliver = -1;
    }
    at_least(&mut config.max_waiting, 0, pedantic, "max_waiting must not be negative")?;
    at_least(&mut config.max_ack_pending, -1, pedantic, "max_ack_pending must be set to -1")?;
    at_least(&mut config.max_batch, 0, pedantic, "max_batch must not be negative")?;
    at_least(&mut config.max_expires, 0, pedantic, "max_expires must not be negative")?;
    at_least(&mut config.max_bytes, 0, pedantic, "max_bytes must not be negative")?;
    at_least(&mut config.idle_heartbeat, 0, pedantic, "idle_heartbeat must not be negative")?;
    let text = "inactive_threshold must not be negative";
    at_least(&mut config.inactive_threshold, 0, pedantic, text)?;
    at_least(&mut config.priority_timeout, 0, pedantic, "priority_timeout must not be negative")?;
    if !config.is_push() && config.max_waiting == 0 {
        config.max_waiting = DEFAULT_MAX_WAITING;
    }
    let waits = matches!(config.ack_policy, AckPolicy::Explicit | AckPolicy::All);
    if config.ack_wait == 0 && waits {
        config.ack_wait = DEFAULT_ACK_WAIT;
    }
    if let Some(first) = config.backoff.first().copied() {
        refuse(config.ack_wait != first, "first backoff value has to equal batch AckWait")?;
        config.ack_wait = first;
    }
    let limits = &stream.consumer_limits;
    if config.max_ack_pending == 0 {
        let text = "max_ack_pending must be set if it's configured in stream limits";
        refuse(limits.max_ack_pending > 0, text)?;
        config.max_ack_pending = limits.max_ack_pending;
    }
    if config.inactive_threshold == 0 {
        let text = "inactive_threshold must be set if it's configured in stream limits";
        refuse(limits.inactive_threshold > 0, text)?;
        config.inactive_threshold = limits.inactive_threshold;
    }
    if config.max_ack_pending == 0 && config.ack_policy != AckPolicy::None {
        config.max_ack_pending = DEFAULT_MAX_ACK_PENDING;
    }
    if config.priority_policy == PriorityPolicy::PinnedClient && config.priority_timeout == 0 {
        config.priority_timeout = DEFAULT_PINNED_TTL;
    }
    if config.ack_policy == AckPolicy::FlowControl && !pedantic {
        config.flow_control = true;
        config.idle_heartbeat = FLOW_HEARTBEAT;
    }
    Ok(())
}

fn at_least(value: &mut i64, least: i64, pedantic: bool, text: &str) -> Result<(), ApiError> {
    if *value >= least {
        return Ok(());
    }
    if pedantic {
        return Err(ApiError::pedantic(text));
    }
    *value = least;
    Ok(())
}

/// Checks a configuration that was filled in.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn check(config: &ConsumerConfig, stream: &StreamConfig) -> Result<(), ApiError> {
    check_names(config)?;
    check_replicas(config, stream)?;
    if config.backoff.iter().any(|wait| *wait < 0) {
        return Err(ApiError::BACKOFF_NEGATIVE);
    }
    if config.ack_wait < 0 {
        return Err(ApiError::ACK_WAIT_NEGATIVE);
    }
    if config.ack_policy == AckPolicy::FlowControl {
        check_flow_acks(config)?;
    }
    check_backoff(config)?;
    if config.description.len() > MAX_DESCRIPTION {
        return Err(ApiError::consumer_description_too_long(MAX_DESCRIPTION));
    }
    if config.is_push() { check_push(config, stream) } else { check_pull(config, stream) }?;
    check_limits(config, stream)?;
    if config.direct && !config.is_push() {
        return Err(ApiError::DIRECT_REQUIRES_PUSH);
    }
    if config.direct && config.is_durable() {
        return Err(ApiError::DIRECT_REQUIRES_EPHEMERAL);
    }
    check_filters(config)?;
    check_start(config)?;
    check_sampling(&config.sample_freq)?;
    if config.flow_control && config.idle_heartbeat == 0 {
        return Err(ApiError::FLOW_CONTROL_NEEDS_HEARTBEATS);
    }
    if config.is_durable() && !config.name.is_empty() && config.name != config.durable_name {
        return Err(ApiError::DURABLE_NAME_MISMATCH);
    }
    let metadata: usize = config.metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
    if metadata > MAX_METADATA {
        return Err(ApiError::consumer_metadata_too_long("128KB"));
    }
    check_priority(config)
}

fn check_names(config: &ConsumerConfig) -> Result<(), ApiError> {
    const FORBIDDEN: [char; 10] = [' ', '\t', '\r', '\n', '\u{c}', '.', '*', '>', '\\', '/'];
    let wrong = |what: &str| {
        Err(ApiError::invalid_config(format!("{what} can not contain '.', '*', '>', '\\', '/'")))
    };
    if config.name.contains(FORBIDDEN) {
        return wrong("consumer name");
    }
    if config.durable_name.contains(FORBIDDEN) {
        return wrong("consumer durable name");
    }
    Ok(())
}

fn check_replicas(config: &ConsumerConfig, stream: &StreamConfig) -> Result<(), ApiError> {
    let replicas = config.num_replicas;
    if replicas > 0 && replicas > stream.num_replicas {
        return Err(ApiError::CONSUMER_REPLICAS_EXCEEDS_STREAM);
    }
    if replicas < 0 {
        return Err(ApiError::REPLICAS_NEGATIVE);
    }
    let must_match = stream.retention != Retention::Limits;
    if must_match && replicas != 0 && replicas != stream.num_replicas {
        return Err(ApiError::CONSUMER_REPLICAS_MUST_MATCH);
    }
    Ok(())
}

fn check_flow_acks(config: &ConsumerConfig) -> Result<(), ApiError> {
    if !config.is_push() {
        return Err(ApiError::ACK_FC_REQUIRES_PUSH);
    }
    if !config.flow_control {
        return Err(ApiError::ACK_FC_REQUIRES_FLOW_CONTROL);
    }
    if config.idle_heartbeat != FLOW_HEARTBEAT {
        let text = "flow control ack policy heartbeat needs to be 1s";
        return Err(ApiError::invalid_config(text));
    }
    if config.max_ack_pending <= 0 {
        return Err(ApiError::ACK_FC_REQUIRES_MAX_ACK_PENDING);
    }
    if config.ack_wait != 0 || !config.backoff.is_empty() {
        return Err(ApiError::ACK_FC_REQUIRES_NO_ACK_WAIT);
    }
    if config.max_deliver > 0 {
        return Err(ApiError::ACK_FC_REQUIRES_NO_MAX_DELIVER);
    }
    Ok(())
}

/// There must be deliveries for all steps of the backoff.
pub(super) fn check_backoff(config: &ConsumerConfig) -> Result<(), ApiError> {
    let steps = i64::try_from(config.backoff.len()).unwrap_or(i64::MAX);
    if steps > 0 && config.max_deliver != -1 && steps > config.max_deliver {
        return Err(ApiError::MAX_DELIVER_BACKOFF);
    }
    Ok(())
}

fn check_push(config: &ConsumerConfig, stream: &StreamConfig) -> Result<(), ApiError> {
    let deliver = &config.deliver_subject;
    if !is_literal(deliver) {
        return Err(ApiError::DELIVER_WILDCARDS);
    }
    if !is_valid_pattern(deliver) {
        return Err(ApiError::DELIVER_INVALID);
    }
    if stream.subjects.iter().any(|subject| is_subset(deliver, subject)) {
        return Err(ApiError::DELIVER_CYCLE);
    }
    if config.max_waiting != 0 {
        return Err(ApiError::PUSH_MAX_WAITING);
    }
    if config.max_ack_pending > 0 && config.ack_policy == AckPolicy::None {
        return Err(ApiError::MAX_PENDING_ACK_POLICY);
    }
    if config.idle_heartbeat > 0 && config.idle_heartbeat < MIN_HEARTBEAT {
        return Err(ApiError::SMALL_HEARTBEAT);
    }
    Ok(())
}

fn check_pull(config: &ConsumerConfig, stream: &StreamConfig) -> Result<(), ApiError> {
    if config.ack_policy == AckPolicy::None && stream.retention == Retention::WorkQueue {
        return Err(ApiError::PULL_REQUIRES_ACK);
    }
    if config.rate_limit_bps > 0 {
        return Err(ApiError::PULL_WITH_RATE_LIMIT);
    }
    if config.idle_heartbeat > 0 {
        return Err(ApiError::HEARTBEAT_REQUIRES_PUSH);
    }
    if config.flow_control {
        return Err(ApiError::FLOW_CONTROL_REQUIRES_PUSH);
    }
    if config.max_expires != 0 && config.max_expires < MIN_MAX_EXPIRES {
        return Err(ApiError::MAX_REQUEST_EXPIRES_TOO_SMALL);
    }
    Ok(())
}

fn check_limits(config: &ConsumerConfig, stream: &StreamConfig) -> Result<(), ApiError> {
    let limits = &stream.consumer_limits;
    if limits.max_ack_pending > 0 && config.max_ack_pending > limits.max_ack_pending {
        return Err(ApiError::consumer_max_pending_exceeded(limits.max_ack_pending));
    }
    if limits.inactive_threshold > 0 && config.inactive_threshold > limits.inactive_threshold {
        let most = go_duration(u64::try_from(limits.inactive_threshold).unwrap_or(0));
        return Err(ApiError::consumer_inactive_threshold(most));
    }
    Ok(())
}

fn check_filters(config: &ConsumerConfig) -> Result<(), ApiError> {
    let bad = || Err(ApiError::invalid_config("invalid subject"));
    if !config.filter_subject.is_empty() && !config.filter_subjects.is_empty() {
        return Err(ApiError::DUPLICATE_FILTERS);
    }
    if !config.filter_subject.is_empty() && !is_valid_pattern(&config.filter_subject) {
        return bad();
    }
    if config.filter_subjects.iter().any(String::is_empty) {
        return Err(ApiError::EMPTY_FILTER);
    }
    let filters: Vec<&str> = config.filters().collect();
    for (index, filter) in filters.iter().enumerate() {
        if !is_valid_pattern(filter) {
            return bad();
        }
        let mut others = filters.iter().enumerate().filter(|(other, _)| *other != index);
        if others.any(|(_, other)| is_subset(filter, other)) {
            return Err(ApiError::OVERLAPPING_FILTERS);
        }
    }
    Ok(())
}

fn check_start(config: &ConsumerConfig) -> Result<(), ApiError> {
    let wrong = |policy: &str, what: &str, is: &str| {
        let text =
            format!("consumer delivery policy is deliver {policy}, but optional {what} {is}");
        Err(ApiError::consumer_invalid_policy(text))
    };
    let (seq, time) = (config.opt_start_seq > 0, config.opt_start_time.is_some());
    let (set, missing) = ("is also set", "is not set");
    let plain = |policy: &str| match (seq, time) {
        (true, _) => wrong(policy, "start sequence", set),
        (_, true) => wrong(policy, "start time", set),
        _ => Ok(()),
    };
    match config.deliver_policy {
        DeliverPolicy::All => plain("all"),
        DeliverPolicy::Last => plain("last"),
        DeliverPolicy::New => plain("new"),
        DeliverPolicy::LastPerSubject => {
            plain("last per subject")?;
            match config.filters().next() {
                Some(_) => Ok(()),
                None => wrong("last per subject", "filter subject", missing),
            }
        }
        DeliverPolicy::ByStartSequence if !seq => {
            wrong("by start sequence", "start sequence", missing)
        }
        DeliverPolicy::ByStartSequence if time => wrong("by start sequence", "start time", set),
        DeliverPolicy::ByStartTime if !time => wrong("by start time", "start time", missing),
        // The word is there twice in the real server, too.
        DeliverPolicy::ByStartTime if seq => wrong("by start time", "start start sequence", set),
        DeliverPolicy::ByStartSequence | DeliverPolicy::ByStartTime => Ok(()),
    }
}

fn check_sampling(frequency: &str) -> Result<(), ApiError> {
    if frequency.is_empty() {
        return Ok(());
    }
    let digits = frequency.strip_suffix('%').unwrap_or(frequency);
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let is_number = !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit());
    let why = match digits.parse::<i64>() {
        Ok(0..) => return Ok(()),
        Ok(_) => "<nil>".to_owned(),
        Err(_) if is_number => format!("strconv.Atoi: parsing {digits:?}: value out of range"),
        Err(_) => format!("strconv.Atoi: parsing {digits:?}: invalid syntax"),
    };
    Err(ApiError::consumer_sampling(why))
}

fn check_priority(config: &ConsumerConfig) -> Result<(), ApiError> {
    if config.priority_policy == PriorityPolicy::None {
        if !config.priority_groups.is_empty() {
            return Err(ApiError::PRIORITY_GROUP_WITHOUT_POLICY);
        }
        if config.priority_timeout > 0 {
            return Err(ApiError::PINNED_TTL_WITHOUT_POLICY);
        }
        return Ok(());
    }
    if config.is_push() {
        return Err(ApiError::PUSH_WITH_PRIORITY_GROUP);
    }
    if config.priority_groups.is_empty() {
        return Err(ApiError::PRIORITY_POLICY_WITHOUT_GROUP);
    }
    for group in &config.priority_groups {
        if group.is_empty() {
            return Err(ApiError::EMPTY_GROUP_NAME);
        }
        if !is_group_name(group) {
            return Err(ApiError::INVALID_GROUP_NAME);
        }
    }
    Ok(())
}

/// Whether a priority group may be called so.
pub(super) fn is_group_name(group: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"/_=-".contains(&b);
    (1..=16).contains(&group.len()) && group.bytes().all(allowed)
}
