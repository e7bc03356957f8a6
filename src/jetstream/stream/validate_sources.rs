//! Whether a stream can have the origins it is configured with: a mirror or sources.

use crate::sorted::Set;
use std::sync::Arc;

use crate::jetstream::inflow::{origin_id, source_id};
use crate::nats::api::{ApiError, StreamConfig, StreamSource, SubjectTransform};
use crate::nats::subject::{is_literal, is_valid_pattern, overlaps};
use crate::nats::transform::Transform;

use super::validate::is_stream_name;

/// The configurations of the streams that this cluster knows, by name.
pub type Known<'a> = &'a dyn Fn(&str) -> Option<Arc<StreamConfig>>;

/// Checks a configuration against those of the origins that are known here, and takes over what
/// a mirror has from its origin.
pub(super) fn check_origins(config: &mut StreamConfig, known: Known<'_>) -> Result<(), ApiError> {
    let smaller = |own: i32, origin: i32| own > 0 && origin > 0 && own < origin;
    if let Some(origin) = config.mirror.as_ref().and_then(|mirror| here(mirror, known)) {
        if smaller(config.max_msg_size, origin.max_msg_size) {
            return Err(ApiError::MIRROR_MAX_MSG_SIZE);
        }
        config.mirror_direct = origin.allow_direct;
    }
    let mut origins = config.sources.iter().filter_map(|source| here(source, known));
    if origins.any(|origin| smaller(config.max_msg_size, origin.max_msg_size)) {
        return Err(ApiError::SOURCE_MAX_MSG_SIZE);
    }
    if is_own_origin(config, known) {
        return Err(ApiError::invalid_config("detected cycle"));
    }
    Ok(())
}

fn here(source: &StreamSource, known: Known<'_>) -> Option<Arc<StreamConfig>> {
    known(&source.name).filter(|_| source.external.is_none())
}

/// Whether messages of a stream would come back to it over mirrors and sources. A source that closes
/// the circle counts only if what it lets through is published to the stream that has it, too.
fn is_own_origin(config: &StreamConfig, known: Known<'_>) -> bool {
    let (mut seen, mut open) = (Set::new(), vec![Arc::new(config.clone())]);
    while let Some(stream) = open.pop() {
        let all = stream.mirror.iter().chain(&stream.sources);
        for source in all.filter(|source| source.external.is_none()) {
            let filter = &source.filter_subject;
            let is_published = |subject: &String| overlaps(subject, filter);
            if source.name == config.name
                && (filter.is_empty() || stream.subjects.iter().any(is_published))
            {
                return true;
            }
            if source.name != config.name && seen.insert(source.name.clone()) {
                open.extend(known(&source.name));
            }
        }
    }
    false
}

pub(super) fn check_mirror(config: &StreamConfig) -> Result<(), ApiError> {
    let Some(mirror) = &config.mirror else { return Ok(()) };
    if !config.subjects.is_empty() {
        return Err(ApiError::MIRROR_WITH_SUBJECTS);
    }
    if !config.sources.is_empty() {
        return Err(ApiError::MIRROR_WITH_SOURCES);
    }
    if config.first_seq > 0 {
        return Err(ApiError::MIRROR_WITH_FIRST_SEQ);
    }
    if config.allow_msg_counter {
        return Err(ApiError::MIRROR_WITH_COUNTERS);
    }
    if config.allow_atomic {
        return Err(ApiError::MIRROR_WITH_ATOMIC);
    }
    if config.allow_batched {
        return Err(ApiError::MIRROR_WITH_BATCHED);
    }
    if config.allow_msg_schedules {
        return Err(ApiError::MIRROR_WITH_SCHEDULES);
    }
    check_consumer(mirror, ApiError::MIRROR_CONSUMER_INVALID)?;
    if mirror.external.is_none() && !is_stream_name(&mirror.name) {
        return Err(ApiError::MIRROR_INVALID_NAME);
    }
    if !mirror.filter_subject.is_empty() && !mirror.subject_transforms.is_empty() {
        return Err(ApiError::MIRROR_MULTIPLE_FILTERS);
    }
    check_source_transforms(mirror, (10151, 10154), ApiError::MIRROR_OVERLAPPING_FILTERS)?;
    check_external(mirror)
}

pub(super) fn check_sources(config: &StreamConfig) -> Result<(), ApiError> {
    if !config.sources.is_empty() && config.allow_msg_schedules {
        return Err(ApiError::SOURCE_WITH_SCHEDULES);
    }
    for (index, source) in config.sources.iter().enumerate() {
        if source.external.is_none() && !is_stream_name(&source.name) {
            return Err(ApiError::SOURCE_INVALID_NAME);
        }
        let id = source_id(source);
        if config.sources[..index].iter().any(|other| source_id(other) == id) {
            return Err(ApiError::SOURCE_DUPLICATE);
        }
        if !source.filter_subject.is_empty() && !source.subject_transforms.is_empty() {
            return Err(ApiError::SOURCE_MULTIPLE_FILTERS);
        }
        let overlapping = ApiError::SOURCE_OVERLAPPING_FILTERS;
        check_source_transforms(source, (10145, 10146), overlapping)?;
        check_consumer(source, ApiError::SOURCE_CONSUMER_INVALID)?;
        // One consumer cannot serve two sources.
        let origin = source.consumer.as_ref().map(|_| origin_id(source));
        let shared = |other: &StreamSource| Some(origin_id(other)) == origin;
        if config.sources[..index].iter().any(shared) {
            return Err(ApiError::SOURCE_CONSUMER_DUPLICATE);
        }
        check_external(source)?;
    }
    Ok(())
}

/// Checks the filters of a new stream's origins. The real server takes any filter where a stream is changed.
///
/// # Errors
/// 10049, in words that differ between a mirror and a source.
pub fn check_filters(config: &StreamConfig) -> Result<(), ApiError> {
    let of = |what, list: &[StreamSource]| {
        let wrong = |filter: &&String| !filter.is_empty() && !is_valid_pattern(filter);
        let wrong = list.iter().map(|source| &source.filter_subject).find(wrong)?;
        Some(ApiError::stream_create(format!(
            "subject filter '{wrong}' for the {what} invalid subject"
        )))
    };
    let wrong = of("mirror", config.mirror.as_slice()).or_else(|| of("source:", &config.sources));
    wrong.map_or(Ok(()), Err)
}

/// Checks what names a consumer made beforehand. Where it begins and what it filters is its own business.
fn check_consumer(source: &StreamSource, invalid: ApiError) -> Result<(), ApiError> {
    let Some(consumer) = &source.consumer else { return Ok(()) };
    let deliver = &consumer.deliver_subject;
    let named = is_stream_name(&consumer.name) && is_literal(deliver) && is_valid_pattern(deliver);
    let plain = source.opt_start_seq == 0
        && source.opt_start_time.is_none()
        && source.filter_subject.is_empty();
    if named && plain { Ok(()) } else { Err(invalid) }
}

fn check_source_transforms(
    source: &StreamSource,
    codes: (u16, u16),
    overlapping: ApiError,
) -> Result<(), ApiError> {
    for (index, transform) in source.subject_transforms.iter().enumerate() {
        let SubjectTransform { src, dest } = transform;
        if !src.is_empty() && !is_valid_pattern(src) {
            let why = format!("invalid subject {src}");
            return Err(ApiError::filled(codes.0, &[("err", &why)]));
        }
        if !dest.is_empty()
            && let Err(why) = Transform::new(src, dest)
        {
            return Err(ApiError::filled(codes.1, &[("err", &why)]));
        }
        let earlier = &source.subject_transforms[..index];
        if earlier.iter().any(|other| overlaps(&other.src, src)) {
            return Err(overlapping);
        }
    }
    Ok(())
}

fn check_external(source: &StreamSource) -> Result<(), ApiError> {
    let Some(external) = &source.external else { return Ok(()) };
    let (api, deliver) = (&external.api, &external.deliver);
    if !api.is_empty() && (!is_valid_pattern(api) || !is_literal(api)) {
        let why = format!(
            "stream external api prefix \"{api}\" must be a valid subject without wildcards"
        );
        return Err(ApiError::invalid_config(why));
    }
    if api == "$JS.API" {
        return Err(ApiError::external_api_overlap(api, "$JS.API"));
    }
    if !deliver.is_empty() && (!is_valid_pattern(deliver) || !is_literal(deliver)) {
        return Err(ApiError::external_deliver_wildcards(deliver));
    }
    Ok(())
}
