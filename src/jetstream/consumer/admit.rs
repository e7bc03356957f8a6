//! What becomes of a request to create or update a consumer.

use crate::jetstream::api::ConsumerCall;
use crate::nats::api::{
    API_LEVEL, AckPolicy, ApiError, ConsumerAction, ConsumerConfig, ConsumerCreateRequest,
    DeliverPolicy, Moment, PriorityPolicy, Retention, SERVER_VERSION, Storage, StreamConfig, limit,
};
use crate::nats::subject::overlaps;

use super::validate::{check, check_backoff, fill_in};

const MAX_NAME: usize = 255;

/// What a request wants, now that it is known to be possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admitted {
    /// A new consumer with this configuration. Without a name the server makes one up, which does
    /// not get into the configuration.
    Create(ConsumerConfig),
    /// An existing consumer with this configuration, which may be the one it has.
    Update(ConsumerConfig),
}

/// What there is already where a consumer is to be created.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The stream.
    pub stream: &'a StreamConfig,
    /// The consumer of that name, if there is one, with the configuration it has.
    pub existing: Option<&'a ConsumerConfig>,
    /// The stream's other consumers.
    pub others: &'a [&'a ConsumerConfig],
    /// Whether somebody subscribes to the deliver subject of the existing consumer.
    pub is_bound: bool,
}

/// Checks that subject and body of a request to create a consumer say the same, and puts the name
/// in the subject into the configuration. Gives the consumer's name, empty if it has none.
///
/// # Errors
/// The first contradiction.
pub fn agree(
    call: ConsumerCall<'_>,
    stream: &str,
    clustered: bool,
    request: &mut ConsumerCreateRequest,
) -> Result<String, ApiError> {
    if request.stream_name != stream {
        return Err(ApiError::STREAM_MISMATCH);
    }
    let config = &mut request.config;
    let name = call.consumer().unwrap_or(&config.name);
    if name.contains(['/', '\\']) {
        return Err(ApiError::CONSUMER_NAME_PATH_SEPARATORS);
    }
    let mut in_subject = None;
    match call {
        ConsumerCall::CreateDurable(name) => {
            if !config.is_durable() {
                return Err(ApiError::CONSUMER_DURABLE_NOT_SET);
            }
            if config.durable_name != name {
                return Err(ApiError::CONSUMER_NAME_MISMATCH);
            }
        }
        ConsumerCall::Create { name: Some(name), filter } => {
            if config.is_durable() && config.durable_name != name {
                return Err(ApiError::CONSUMER_NAME_MISMATCH);
            }
            name.clone_into(&mut config.name);
            in_subject = filter;
        }
        _ if config.is_durable() => return Err(ApiError::CONSUMER_EPHEMERAL_WITH_DURABLE),
        _ => {}
    }
    if let Some(filter) = in_subject {
        if !config.filter_subjects.is_empty() {
            return Err(ApiError::MULTIPLE_FILTERS_IN_SUBJECT);
        }
        if config.filter_subject != filter {
            return Err(ApiError::CREATE_FILTER_MISMATCH);
        }
    }
    if !clustered && config.num_replicas > 1 {
        return Err(ApiError::REPLICAS_NOT_SUPPORTED);
    }
    Ok(if config.is_durable() { config.durable_name.clone() } else { config.name.clone() })
}

/// Decides what becomes of a request whose names agree.
///
/// # Errors
/// The first thing that is wrong, in the order in which the real server looks.
pub fn admit(
    request: ConsumerCreateRequest,
    around: Surroundings<'_>,
) -> Result<Admitted, ApiError> {
    let ConsumerCreateRequest { mut config, action, pedantic, .. } = request;
    let Surroundings { stream, existing, others, is_bound } = around;
    if let Some(existing) = existing {
        // Pausing has a request of its own.
        config.pause_until.clone_from(&existing.pause_until);
    }
    note_level(&mut config);
    fill_in(&mut config, stream, pedantic)?;
    check(&config, stream)?;
    if config.is_durable() {
        config.name.clone_from(&config.durable_name);
    }
    if let Some(existing) = existing {
        if action == ConsumerAction::Create && !is_same(existing, &config) {
            return Err(ApiError::CONSUMER_ALREADY_EXISTS);
        }
        if stream.retention == Retention::WorkQueue && !is_own_part(&config, others) {
            return Err(ApiError::WORK_QUEUE_NOT_UNIQUE);
        }
        check_update(existing, &config, is_bound)?;
        return Ok(Admitted::Update(config));
    }
    if action == ConsumerAction::Update {
        return Err(ApiError::CONSUMER_DOES_NOT_EXIST);
    }
    let listed = others.iter().filter(|other| !other.direct).count() as u64;
    if limit(stream.max_consumers).is_some_and(|most| listed >= most) {
        return Err(ApiError::MAXIMUM_CONSUMERS);
    }
    if stream.retention == Retention::WorkQueue && !config.direct && !config.sourcing {
        check_work_queue(&config, others)?;
    }
    check_length(&config, stream)?;
    Ok(Admitted::Create(config))
}

/// A work queue has one consumer for every message.
fn check_work_queue(config: &ConsumerConfig, others: &[&ConsumerConfig]) -> Result<(), ApiError> {
    if !matches!(config.ack_policy, AckPolicy::Explicit | AckPolicy::FlowControl) {
        return Err(ApiError::WORK_QUEUE_REQUIRES_ACK);
    }
    if config.deliver_policy != DeliverPolicy::All {
        return Err(ApiError::WORK_QUEUE_NOT_DELIVER_ALL);
    }
    if others.iter().all(|other| other.direct || other.sourcing) {
        return Ok(());
    }
    if config.filters().next().is_none() {
        return Err(ApiError::WORK_QUEUE_MULTIPLE_UNFILTERED);
    }
    if !is_own_part(config, others) {
        return Err(ApiError::WORK_QUEUE_NOT_UNIQUE);
    }
    Ok(())
}

/// Whether no other consumer delivers any of the subjects. One without filters delivers them all;
/// of one that is to have none nobody asks.
fn is_own_part(config: &ConsumerConfig, others: &[&ConsumerConfig]) -> bool {
    let mut others = others.iter().filter(|other| !other.direct && !other.sourcing);
    let collides = |other: &ConsumerConfig| {
        let all = other.filters().next().is_none();
        config.filters().any(|mine| all || other.filters().any(|theirs| overlaps(mine, theirs)))
    };
    !others.any(|other| collides(other))
}

fn check_length(config: &ConsumerConfig, stream: &StreamConfig) -> Result<(), ApiError> {
    if config.durable_name.len() > MAX_NAME {
        return Err(ApiError::consumer_name_too_long(MAX_NAME));
    }
    let in_file = stream.storage == Storage::File && !config.mem_storage;
    if config.name.len() > MAX_NAME && in_file {
        return Err(ApiError::consumer_create("error creating store for consumer"));
    }
    Ok(())
}

/// Checks that a consumer may be changed so.
///
/// # Errors
/// The first field that can not be changed.
fn check_update(
    old: &ConsumerConfig,
    new: &ConsumerConfig,
    is_bound: bool,
) -> Result<(), ApiError> {
    let at = |config: &ConsumerConfig| config.opt_start_time.as_ref().map(|at| at.unix_ns());
    let fixed = [
        (old.deliver_policy == new.deliver_policy, "deliver policy can not be updated"),
        (old.mem_storage == new.mem_storage, "storage type can not be updated"),
        (old.direct == new.direct, "direct can not be updated"),
        (old.sourcing == new.sourcing, "sourcing can not be updated"),
        (old.opt_start_seq == new.opt_start_seq, "start sequence can not be updated"),
        (at(old) == at(new), "start time can not be updated"),
        (old.ack_policy == new.ack_policy, "ack policy can not be updated"),
        (old.replay_policy == new.replay_policy, "replay policy can not be updated"),
        (old.idle_heartbeat == new.idle_heartbeat, "heart beats can not be updated"),
        (old.flow_control == new.flow_control, "flow control can not be updated"),
        (old.is_push() || !new.is_push(), "can not update pull consumer to push based"),
        (!old.is_push() || new.is_push(), "can not update push consumer to pull based"),
    ];
    if let Some((_, text)) = fixed.into_iter().find(|(same, _)| !same) {
        return Err(ApiError::consumer_create(text));
    }
    if old.deliver_subject != new.deliver_subject && is_bound {
        return Err(ApiError::CONSUMER_NAME_EXISTS);
    }
    if old.max_waiting != new.max_waiting {
        return Err(ApiError::consumer_create("max waiting can not be updated"));
    }
    check_backoff(new)
}

/// Whether two configurations are the same, but for what servers note in them.
fn is_same(a: &ConsumerConfig, b: &ConsumerConfig) -> bool {
    let bare = |config: &ConsumerConfig| {
        let mut config = config.clone();
        config.metadata.retain(|key, _| !key.starts_with("_nats."));
        config
    };
    bare(a) == bare(b)
}

/// Notes the level of the API that a configuration needs.
fn note_level(config: &mut ConsumerConfig) {
    let priority = config.priority_policy != PriorityPolicy::None
        || !config.priority_groups.is_empty()
        || config.priority_timeout > 0;
    let level = if config.ack_policy == AckPolicy::FlowControl {
        4
    } else {
        u8::from(priority || config.pause_until.as_ref().is_some_and(|until| !until.is_zero()))
    };
    for key in ["_nats.ver", "_nats.level"] {
        config.metadata.remove(key);
    }
    config.metadata.insert("_nats.req.level".to_owned(), level.to_string());
}

/// A configuration that pauses until then, or goes on.
pub fn with_pause(config: &ConsumerConfig, until: Option<&Moment>) -> ConsumerConfig {
    let mut config = config.clone();
    config.pause_until = until.map(Moment::utc);
    note_level(&mut config);
    config
}

/// A configuration as the answers to CREATE, INFO and RESET have it, with what the server is.
pub fn with_server(config: &ConsumerConfig) -> ConsumerConfig {
    let mut config = config.clone();
    config.metadata.insert("_nats.ver".to_owned(), SERVER_VERSION.to_owned());
    config.metadata.insert("_nats.level".to_owned(), API_LEVEL.to_string());
    config
}
