//! The operations on an object store as scripts of messages: buckets, metas, lists.
//!
//! Each sends what nats-py 2.16 or nats.go sends, in that order; what they do differently is decided
//! by [`Op::dialect`].

use serde_json::Value;

use crate::client::composite::{Script, Step, Stop};
use crate::client::{Call, Deliver, Delivery, Dialect, Draft, Outcome, Reading};
use crate::kernel::{Span, Time};
use crate::nats::Message;
use crate::nats::api::response::{Got, Names, decoded};
use crate::nats::api::{ApiError, Stamp, StreamInfo, to_json_text};
use crate::nats::json::{self, FromJson, as_json};
use crate::nats::time::parse_rfc3339;

use super::info::written_time;
use super::outcome::{Done, ObjectError};
use super::{Act, ObjectInfo, Op, name, transfer};

/// What a part of a script gives: an error of its own is a value, so that whoever called can go on.
pub(super) type Part<T> = Step<Result<T, ObjectError>>;

/// The body of `STREAM.MSG.GET`.
struct LastBody<'a> {
    last_by_subj: &'a str,
}

as_json! { written LastBody<'_>; last_by_subj }

struct SubjectBody<'a> {
    subject: &'a str,
}

as_json! { written SubjectBody<'_>; subject }

struct FilterBody<'a> {
    filter: &'a str,
}

as_json! { written FilterBody<'_>; filter }

/// Runs the script of an operation.
pub(in crate::client) fn run(op: &Op, script: &mut Script<'_>) -> Step<Outcome> {
    let result = match op.act {
        Act::Add => add(op, script)?,
        Act::Remove => remove(op, script)?,
        _ => match bind(op, script)? {
            Ok(()) => bound(op, script)?,
            Err(why) => Err(why),
        },
    };
    Ok(Outcome::Object(result))
}

/// An operation on a bucket that is known to be there.
fn bound(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    Ok(match op.act {
        Act::Status => info_of(script, &op.bucket)?.map(Done::Bucket),
        Act::Seal => seal(op, script)?,
        Act::Put => transfer::put(op, script)?,
        Act::Get => transfer::get(op, script)?,
        Act::Info => meta(op, script, &op.name, op.show_deleted)?
            .map(|(info, at)| Done::Info(info.into(), at)),
        Act::List => list(op, script)?,
        Act::Watch => watch(op, script)?,
        Act::Delete => delete(op, script)?,
        Act::Update => update(op, script)?,
        Act::Link => link(op, script)?,
        Act::Add | Act::Remove => Ok(Done::Gone),
    })
}

/// Looks the bucket up. nats-py does so once; every command of the CLI does.
fn bind(op: &Op, script: &mut Script<'_>) -> Part<()> {
    if op.act == Act::Status
        || op.bound
        || (op.dialect == Dialect::Python && script.known.is_some())
    {
        return Ok(Ok(()));
    }
    let found = info_of(script, &op.bucket)?;
    if found.is_ok() {
        script.learns = Some((name::stream(&op.bucket), true));
    }
    Ok(found.map(|_| ()))
}

/// Reads an answer of the API, which may be an error.
pub(super) fn answer<T: FromJson>(reply: &Message) -> Result<T, ObjectError> {
    let value = json::parse(&reply.payload).unwrap_or_default();
    let error = value.get("error").and_then(|error| ApiError::from_json(error).ok());
    match error {
        Some(error) if error == ApiError::STREAM_NOT_FOUND => Err(ObjectError::BucketNotFound),
        Some(error) if error == ApiError::STREAM_NAME_EXISTS => Err(ObjectError::BucketExists),
        Some(error) if error == ApiError::NO_MESSAGE_FOUND => Err(ObjectError::NotFound),
        Some(error) => Err(ObjectError::Api(error)),
        None => T::from_json(&value).map_err(|_| ObjectError::BadAnswer),
    }
}

/// `STREAM.INFO` of a bucket.
pub(super) fn info_of(script: &mut Script<'_>, bucket: &str) -> Part<Box<StreamInfo>> {
    let reply = script.api(&format!("STREAM.INFO.{}", name::stream(bucket)), String::new())?;
    Ok(answer(reply).map(Box::new))
}

fn add(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let stream = name::stream(&op.bucket);
    let config = op.config.clone().unwrap_or_default();
    let body = config.stream(&op.bucket, op.dialect);
    let created = answer(script.api(&format!("STREAM.CREATE.{stream}"), body)?);
    if created.is_ok() {
        script.learns = Some((stream, true));
    }
    Ok(created.map(Done::Bucket))
}

fn remove(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let endpoint = format!("STREAM.DELETE.{}", name::stream(&op.bucket));
    let removed = answer::<Value>(script.api(&endpoint, String::new())?);
    Ok(removed.map(|_| Done::Gone))
}

fn seal(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let info = match info_of(script, &op.bucket)? {
        Ok(info) => info,
        Err(why) => return Ok(Err(why)),
    };
    let mut config = (*info.config).clone();
    config.metadata.retain(|name, _| !name.starts_with("_nats."));
    config.sealed = true;
    let endpoint = format!("STREAM.UPDATE.{}", name::stream(&op.bucket));
    Ok(answer(script.api(&endpoint, to_json_text(&config))?).map(Done::Bucket))
}

/// The meta of an object, and when it was stored.
pub(super) fn meta(
    op: &Op,
    script: &mut Script<'_>,
    object: &str,
    show_deleted: bool,
) -> Part<(ObjectInfo, Time)> {
    let found = last(op, script, &op.bucket, &name::meta(&op.bucket, object))?;
    Ok(found.and_then(|(payload, at)| {
        let info = ObjectInfo::read(&payload, op.dialect).map_err(|_| ObjectError::BadMeta)?;
        if info.deleted && !show_deleted { Err(ObjectError::NotFound) } else { Ok((info, at)) }
    }))
}

/// The last message on a subject: `STREAM.MSG.GET` (nats-py) or `DIRECT.GET` (nats.go).
fn last(op: &Op, script: &mut Script<'_>, bucket: &str, subject: &str) -> Part<(Vec<u8>, Time)> {
    let stream = name::stream(bucket);
    if op.dialect == Dialect::Go && !subject.ends_with('>') {
        let got = script.api(&format!("DIRECT.GET.{stream}.{subject}"), String::new())?;
        if got.status().is_some() {
            return Ok(Err(ObjectError::NotFound));
        }
        let at = got.header("Nats-Time-Stamp").and_then(time).unwrap_or(script.now);
        return Ok(Ok((got.payload.to_vec(), at)));
    }
    let body = op.text(&LastBody { last_by_subj: subject });
    let got = answer::<Got>(script.api(&format!("STREAM.MSG.GET.{stream}"), body)?);
    Ok(got.and_then(|got| {
        let message = got.message.ok_or(ObjectError::BadAnswer)?;
        let payload = message.data.as_deref().and_then(decoded).unwrap_or_default();
        Ok((payload, message.time.0.unwrap_or_default()))
    }))
}

fn time(text: &str) -> Option<Time> {
    Stamp::from_json(&Value::from(text)).ok()?.0.filter(|_| parse_rfc3339(text).is_some())
}

/// The name of the stream that has a subject: libraries ask before they subscribe.
pub(super) fn stream_of(op: &Op, script: &mut Script<'_>, subject: &str) -> Part<String> {
    let names = answer::<Names>(script.api("STREAM.NAMES", op.text(&SubjectBody { subject }))?);
    Ok(names.and_then(|names| {
        names.streams.and_then(|streams| streams.into_iter().next()).ok_or(ObjectError::NoStream)
    }))
}

/// The messages of a subject in order, as an ordered consumer brings them; to the end, or without end.
pub(super) fn ordered(
    op: &Op,
    stream: String,
    subject: &str,
    deliver: Deliver,
    to_end: bool,
) -> Call {
    let how = Reading {
        dialect: op.dialect,
        to_end,
        inactive_threshold: (op.dialect == Dialect::Python).then_some(Span::ZERO),
        ..Reading::default()
    };
    Call::Ordered {
        stream,
        filters: vec![subject.to_owned()],
        deliver,
        pull: false,
        how: Some(Box::new(how)),
        domain: op.domain.clone(),
        max: None,
    }
}

/// Publishes a meta in the place of the one before.
pub(super) fn publish_meta(op: &Op, script: &mut Script<'_>, info: &ObjectInfo) -> Part<()> {
    let acked = script.publish(meta_message(op, info))?;
    Ok(acked.error.map_or(Ok(()), |error| Err(ObjectError::Refused(error))))
}

/// The message with which a meta takes the place of the one before.
pub(super) fn meta_message(op: &Op, info: &ObjectInfo) -> Draft {
    Draft {
        subject: name::meta(&op.bucket, &info.name),
        headers: vec![("Nats-Rollup".to_owned(), "sub".to_owned())],
        text: info.write(op.dialect),
        ..Draft::default()
    }
}

/// Removes all messages of a subject.
pub(super) fn purge(op: &Op, script: &mut Script<'_>, subject: &str) -> Part<()> {
    let endpoint = format!("STREAM.PURGE.{}", name::stream(&op.bucket));
    let body = op.text(&FilterBody { filter: subject });
    Ok(answer::<Value>(script.api(&endpoint, body)?).map(|_| ()))
}

/// The same, whatever comes of it.
pub(super) fn purge_quietly(op: &Op, script: &mut Script<'_>, subject: &str) -> Step<()> {
    let subject_of_api = script.api_subject(&format!("STREAM.PURGE.{}", name::stream(&op.bucket)));
    let body = op.text(&FilterBody { filter: subject });
    script.ask(Call::Api { subject: subject_of_api, body }).map(|_| ())
}

fn delete(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let go = op.dialect == Dialect::Go;
    let (mut info, _) = match meta(op, script, &op.name, go)? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    info.deleted = true;
    (info.size, info.chunks) = (0, 0);
    // What nats-py writes here cannot be read by nats.go.
    info.mtime = if go { written_time(script.now, op.dialect) } else { String::new() };
    info.digest = (!go).then(String::new);
    let published = publish_meta(op, script, &info)?;
    // nats-py purges the chunks though the marker was refused: the object is listed, and its data are gone.
    if go && let Err(why) = published {
        return Ok(Err(why));
    }
    let purged = purge(op, script, &name::chunks(&op.bucket, &info.nuid))?;
    Ok(published.and(purged).map(|()| Done::Gone))
}

/// nats-py looks for another object under the old name, and so never renames.
fn update(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let go = op.dialect == Dialect::Go;
    let (mut info, _) = match meta(op, script, &op.name, false)? {
        Ok(found) => found,
        Err(ObjectError::NotFound) => return Ok(Err(ObjectError::UpdateDeleted)),
        Err(why) => return Ok(Err(why)),
    };
    let new = op.new_name();
    if new != op.name {
        match meta(op, script, if go { new } else { &op.name }, go)? {
            Ok((other, _)) if !other.deleted => return Ok(Err(ObjectError::AlreadyExists)),
            Ok(_) | Err(ObjectError::NotFound) => {}
            Err(why) => return Ok(Err(why)),
        }
    }
    let about = op.meta.clone().unwrap_or_default();
    info.headers = about.header_lists();
    new.clone_into(&mut info.name);
    info.description = about.description;
    info.metadata = about.metadata;
    info.mtime = written_time(script.now, op.dialect);
    if let Err(why) = publish_meta(op, script, &info)? {
        return Ok(Err(why));
    }
    if new != op.name
        && let Err(why) = purge(op, script, &name::meta(&op.bucket, &op.name))?
    {
        return Ok(Err(why));
    }
    Ok(Ok(Done::Stored(info.into())))
}

fn link(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let to = op.link.clone().unwrap_or_default();
    if to.bucket != op.bucket
        && let Err(why) = info_of(script, &to.bucket)?
    {
        return Ok(Err(why));
    }
    if !to.name.is_empty() {
        let there = Op { bucket: to.bucket.clone(), ..op.clone() };
        match meta(&there, script, &to.name, true)? {
            Ok((info, _)) if info.deleted => return Ok(Err(ObjectError::LinkToDeleted)),
            Ok((info, _)) if info.link().is_some() => return Ok(Err(ObjectError::LinkToLink)),
            Ok(_) => {}
            Err(why) => return Ok(Err(why)),
        }
    }
    match meta(op, script, &op.name, true)? {
        // nats.go refuses even where the object is deleted.
        Ok((info, _)) if info.link().is_none() => return Ok(Err(ObjectError::AlreadyExists)),
        Ok(_) | Err(ObjectError::NotFound) => {}
        Err(why) => return Ok(Err(why)),
    }
    let info = ObjectInfo {
        name: op.name.clone(),
        bucket: op.bucket.clone(),
        nuid: script.id.to_owned(),
        mtime: written_time(script.now, Dialect::Go),
        options: Some(super::ObjectOptions { link: Some(to), max_chunk_size: 0 }),
        ..ObjectInfo::default()
    };
    Ok(publish_meta(op, script, &info)?.map(|()| Done::Stored(info.into())))
}

/// The beginning of lists and watches: whether there is any meta, and which stream it is in.
fn metas(op: &Op, script: &mut Script<'_>) -> Part<(bool, String)> {
    let all = name::metas(&op.bucket);
    let any = match last(op, script, &op.bucket, &all)? {
        Ok(_) => true,
        Err(ObjectError::NotFound) => false,
        Err(why) => return Ok(Err(why)),
    };
    Ok(stream_of(op, script, &all)?.map(|stream| (any, stream)))
}

/// nats-py makes its consumer even where there is no meta, and ends it at once; here it is not made.
fn list(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let (any, stream) = match metas(op, script)? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    if !any {
        return Ok(Err(ObjectError::NoObjects));
    }
    let all = name::metas(&op.bucket);
    let messages = script.read(ordered(op, stream, &all, Deliver::LastPerSubject, true))?;
    let mut found = Vec::new();
    let mut unreadable = false;
    for message in messages {
        let info = ObjectInfo::read(&message.payload, op.dialect);
        unreadable = info.is_err();
        let at = Delivery::of(message).map(|delivery| delivery.stored).unwrap_or_default();
        found.extend(info.ok().map(|info| (info, at)));
    }
    if unreadable && op.dialect == Dialect::Go {
        return Ok(Err(ObjectError::Unreadable));
    }
    found.retain(|(info, _)| !(info.deleted && op.ignore_deletes));
    Ok(if found.is_empty() { Err(ObjectError::NoObjects) } else { Ok(Done::List(found)) })
}

/// What it brings passes through [`passes`].
fn watch(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let (_, stream) = match metas(op, script)? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let deliver = match (op.updates, op.history) {
        (true, _) => Deliver::New,
        (false, true) => Deliver::All,
        (false, false) => Deliver::LastPerSubject,
    };
    let all = name::metas(&op.bucket);
    Stop::over(script.ask(ordered(op, stream, &all, deliver, false))?.clone())
}

/// Whether a message that a watch brings is one of those wanted.
pub(in crate::client) fn passes(op: &Op, message: &Message) -> bool {
    match ObjectInfo::read(&message.payload, op.dialect) {
        Ok(info) => !(op.ignore_deletes && info.deleted),
        Err(_) => false,
    }
}
