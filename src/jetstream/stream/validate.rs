//! Whether a stream can be as it is configured: defaults, corrections and refusals, in the real
//! server's order and words.

use crate::nats::api::{
    ApiError, CreateRequest, Discard, PersistMode, Retention, Storage, StreamConfig,
    SubjectTransform,
};
use crate::nats::subject::{is_subset, is_valid_pattern, overlaps};
use crate::nats::transform::Transform;

use super::validate_sources::{Known, check_mirror, check_origins, check_sources};

const MAX_NAME: usize = 255;
const MAX_DESCRIPTION: usize = 4096;
const MAX_METADATA: usize = 128 * 1024;
const MAX_REPLICAS: i64 = 5;
const DEFAULT_WINDOW: i64 = 120_000_000_000;
const MIN_AGE: i64 = 100_000_000;

/// What the account and the server allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Whether the server is a member of a cluster.
    pub clustered: bool,
    /// The memory that other streams have left, in bytes; negative if they have too much.
    pub memory: i64,
    /// The storage that other streams have left, in bytes.
    pub storage: i64,
}

/// Checks a configuration and fills in what was left out; `known` are the other streams.
///
/// # Errors
/// The first thing that is wrong.
pub fn normalise(
    request: CreateRequest,
    limits: Limits,
    known: Known<'_>,
) -> Result<StreamConfig, ApiError> {
    let wrong = |why: &str| Err(ApiError::invalid_config(why));
    let CreateRequest { mut config, pedantic } = request;
    check_name(&config.name)?;
    check_resources(&config, limits)?;
    if config.description.len() > MAX_DESCRIPTION {
        return wrong("stream description is too long, maximum allowed is 4096");
    }
    let metadata: usize = config.metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
    if metadata > MAX_METADATA {
        return wrong("stream metadata exceeds maximum size of 131072 bytes");
    }
    fill_in(&mut config, pedantic)?;
    if config.num_replicas > MAX_REPLICAS {
        return wrong("maximum replicas is 5");
    }
    if config.num_replicas < 0 {
        return Err(ApiError::REPLICAS_NEGATIVE);
    }
    check_discard(&config)?;
    check_ages(&mut config, pedantic)?;
    check_features(&mut config, pedantic)?;
    if config.mirror.is_some() {
        check_mirror(&config)?;
    } else {
        if config.mirror_direct {
            return wrong("stream has no mirror but does have mirror direct");
        }
        check_sources(&config)?;
    }
    check_origins(&mut config, known)?;
    if config.mirror.is_none() && config.sources.is_empty() && config.subjects.is_empty() {
        config.subjects.push(config.name.clone());
    }
    check_subjects(&config)?;
    if config.placement.as_ref().is_some_and(|p| !p.preferred.is_empty()) {
        return wrong("preferred server not permitted in placement");
    }
    if config.placement.as_ref().is_some_and(|p| p.cluster.is_empty() && p.tags.is_empty()) {
        config.placement = None;
    }
    check_transform(&config)?;
    check_republish(&mut config)?;
    if config.num_replicas > 1 && !limits.clustered {
        return Err(ApiError::REPLICAS_NOT_SUPPORTED);
    }
    manage_metadata(&mut config);
    Ok(config)
}

fn check_name(name: &str) -> Result<(), ApiError> {
    const REQUIRED: &str = "stream name is required and can not contain '.', '*', '>', '\\', '/'";
    if !is_stream_name(name) {
        return Err(ApiError::invalid_config(REQUIRED));
    }
    if name.len() > MAX_NAME {
        return Err(ApiError::invalid_config("stream name is too long, maximum allowed is 255"));
    }
    Ok(())
}

/// A lone server refuses to promise more than it has. In a cluster that is up to the placement.
fn check_resources(config: &StreamConfig, limits: Limits) -> Result<(), ApiError> {
    let (left, error) = match config.storage {
        Storage::File => (limits.storage, ApiError::STORAGE_RESOURCES_EXCEEDED),
        Storage::Memory => (limits.memory, ApiError::MEMORY_RESOURCES_EXCEEDED),
    };
    // One without a limit promises nothing, but where nothing is left there is no room for it.
    if limits.clustered || (left > 0 && config.max_bytes <= left) { Ok(()) } else { Err(error) }
}

pub(super) fn is_stream_name(name: &str) -> bool {
    const FORBIDDEN: [char; 10] = [' ', '\t', '\r', '\n', '\u{c}', '.', '*', '>', '\\', '/'];
    !name.is_empty() && !name.contains(FORBIDDEN)
}

fn fill_in(config: &mut StreamConfig, pedantic: bool) -> Result<(), ApiError> {
    let limits = [
        (&mut config.max_msgs, "max_msgs must be set to -1 or greater"),
        (&mut config.max_msgs_per_subject, "max_msgs_per_subject must be set to -1 or greater"),
        (&mut config.max_bytes, "max_bytes must be set to -1 or greater"),
        (&mut config.max_consumers, "max_consumers must be set to -1 or greater"),
    ];
    for (limit, text) in limits {
        if pedantic && *limit < -1 {
            return Err(ApiError::pedantic(text));
        }
        if *limit == 0 || *limit < -1 {
            *limit = -1;
        }
    }
    if pedantic && config.max_msg_size < -1 {
        return Err(ApiError::pedantic("max_msg_size must be set to -1 or greater"));
    }
    if config.max_msg_size == 0 || config.max_msg_size < -1 {
        config.max_msg_size = -1;
    }
    if config.num_replicas == 0 {
        config.num_replicas = 1;
    }
    Ok(())
}

fn check_discard(config: &StreamConfig) -> Result<(), ApiError> {
    if config.discard_new_per_subject {
        if config.discard != Discard::New {
            let why = "discard new per subject requires discard new policy to be set";
            return Err(ApiError::invalid_config(why));
        }
        if config.max_msgs_per_subject <= 0 {
            let why = "discard new per subject requires max msgs per subject > 0";
            return Err(ApiError::invalid_config(why));
        }
    }
    Ok(())
}

fn check_ages(config: &mut StreamConfig, pedantic: bool) -> Result<(), ApiError> {
    let wrong = |why: &str| Err(ApiError::invalid_config(why));
    if config.max_age < 0 {
        return wrong("max age can not be negative");
    }
    if config.max_age > 0 && config.max_age < MIN_AGE {
        return wrong("max age needs to be >= 100ms");
    }
    let copies = config.mirror.is_some() || !config.sources.is_empty();
    if config.duplicate_window == 0 && !copies {
        config.duplicate_window = DEFAULT_WINDOW;
        if config.max_age > 0 && config.max_age < DEFAULT_WINDOW {
            if pedantic {
                let why = "duplicate window cannot be bigger than max age";
                return Err(ApiError::pedantic(why));
            }
            config.duplicate_window = config.max_age;
        }
    }
    if config.duplicate_window < 0 {
        return wrong("duplicates window can not be negative");
    }
    if config.max_age > 0 && config.duplicate_window > config.max_age {
        return wrong("duplicates window can not be larger then max age");
    }
    if config.duplicate_window > 0 && config.duplicate_window < MIN_AGE {
        return wrong("duplicates window needs to be >= 100ms");
    }
    Ok(())
}

fn check_features(config: &mut StreamConfig, pedantic: bool) -> Result<(), ApiError> {
    let wrong = |why: &str| Err(ApiError::invalid_config(why));
    let marker = config.subject_delete_marker_ttl;
    if marker != 0 {
        if marker < 0 {
            return wrong("subject delete marker TTL must not be negative");
        }
        if marker < 1_000_000_000 {
            return wrong("subject delete marker TTL must be at least 1 second");
        }
        if config.mirror.is_some() {
            return wrong("subject delete markers forbidden on mirrors");
        }
        if pedantic && !config.allow_msg_ttl {
            return wrong("subject delete marker cannot be set if message TTLs are disabled");
        }
        config.allow_msg_ttl = true;
        let why = "subject delete marker cannot be set if roll-ups are disabled";
        need_rollups(config, pedantic, why)?;
    }
    if config.allow_msg_schedules {
        if config.discard == Discard::New {
            return wrong("message scheduling cannot use discard new");
        }
        let why = "message scheduling cannot be set if roll-ups are disabled";
        need_rollups(config, pedantic, why)?;
    }
    if config.deny_purge && config.allow_rollup_hdrs {
        return wrong("roll-ups require the purge permission");
    }
    if config.allow_msg_counter {
        if config.discard == Discard::New {
            return wrong("counter stream cannot use discard new");
        }
        if config.allow_msg_ttl {
            return wrong("counter stream cannot use message TTLs");
        }
        if config.allow_msg_schedules {
            return wrong("counter stream cannot use message schedules");
        }
        if config.retention != Retention::Limits {
            return wrong("counter stream can only use limits retention");
        }
    }
    if config.persist_mode == PersistMode::Async {
        if config.storage != Storage::File {
            return wrong("async persist mode is only supported on file storage");
        }
        if config.num_replicas > 1 {
            return wrong("async persist mode is not supported on replicated streams");
        }
        if config.allow_atomic {
            return wrong("async persist mode is not supported with atomic batch publish");
        }
    }
    Ok(())
}

/// Some features need roll-ups, which are turned on for them.
fn need_rollups(
    config: &mut StreamConfig,
    pedantic: bool,
    why: &'static str,
) -> Result<(), ApiError> {
    if config.allow_rollup_hdrs {
        return Ok(());
    }
    if pedantic {
        return Err(ApiError::invalid_config(why));
    }
    config.allow_rollup_hdrs = true;
    config.deny_purge = false;
    Ok(())
}

fn check_subjects(config: &StreamConfig) -> Result<(), ApiError> {
    let wrong = |why: String| Err(ApiError::invalid_config(why));
    for (index, subject) in config.subjects.iter().enumerate() {
        if !is_valid_pattern(subject) {
            return wrong("invalid subject".to_owned());
        }
        if subject == ">" {
            if !config.no_ack {
                return wrong("capturing all subjects requires no-ack to be true".to_owned());
            }
            if config.num_replicas > 1 {
                return wrong("capturing all subjects requires replicas of 1".to_owned());
            }
        }
        let api = ["$JS.>", "$JSC.>", "$NRG.>"].iter().any(|api| overlaps(subject, api));
        if !config.no_ack && api && !is_subset(subject, "$JS.EVENT.>") {
            let why = "subjects that overlap with jetstream api require no-ack to be true";
            return wrong(why.to_owned());
        }
        if !config.no_ack && overlaps(subject, "$SYS.>") && !is_subset(subject, "$SYS.ACCOUNT.>") {
            let why = "subjects that overlap with system api require no-ack to be true";
            return wrong(why.to_owned());
        }
        // The same subject twice overlaps with itself.
        let mut others = config.subjects.iter().enumerate().filter(|(other, _)| *other != index);
        if let Some((_, other)) = others.find(|(_, other)| overlaps(other, subject)) {
            return wrong(format!("subject \"{subject}\" overlaps with \"{other}\""));
        }
    }
    Ok(())
}

fn check_transform(config: &StreamConfig) -> Result<(), ApiError> {
    let Some(SubjectTransform { src, dest }) = &config.subject_transform else { return Ok(()) };
    if !src.is_empty() && !is_valid_pattern(src) {
        let why = format!("invalid subject {src}");
        return Err(ApiError::stream_transform_source(why));
    }
    match Transform::new(src, dest) {
        Ok(_) => Ok(()),
        Err(why) => Err(ApiError::stream_transform(why)),
    }
}

fn check_republish(config: &mut StreamConfig) -> Result<(), ApiError> {
    let Some(republish) = &mut config.republish else { return Ok(()) };
    if republish.src.is_empty() {
        ">".clone_into(&mut republish.src);
    }
    let src = &republish.src;
    if config.subjects.iter().any(|subject| overlaps(subject, &republish.dest)) {
        let why = "stream configuration for republish destination forms a cycle";
        return Err(ApiError::invalid_config(why));
    }
    if Transform::new(src, &republish.dest).is_err() {
        let dest = &republish.dest;
        return Err(ApiError::invalid_config(format!(
            "stream configuration for republish with transform from '{src}' to '{dest}' not valid"
        )));
    }
    Ok(())
}

/// The level of the API that a configuration needs; the server notes it in the metadata.
fn required_level(config: &StreamConfig) -> u8 {
    if config.allow_batched {
        4
    } else if config.allow_msg_counter
        || config.allow_atomic
        || config.allow_msg_schedules
        || config.persist_mode == PersistMode::Async
    {
        2
    } else {
        u8::from(config.allow_msg_ttl || config.subject_delete_marker_ttl > 0)
    }
}

fn manage_metadata(config: &mut StreamConfig) {
    config.metadata.remove("_nats.ver");
    config.metadata.remove("_nats.level");
    let level = required_level(config).to_string();
    config.metadata.insert("_nats.req.level".to_owned(), level);
}
