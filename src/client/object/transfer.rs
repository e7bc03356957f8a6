//! Putting and getting objects: the content, chunk by chunk, and the meta that says what it is.

use bytes::Bytes;

use crate::client::composite::{Script, Stop};
use crate::client::upload::Upload;
use crate::client::{Call, Deliver, Dialect, Outcome};
use crate::kernel::Time;
use crate::nats::api::PubAck;

use super::info::written_time;
use super::outcome::{Done, Got, ObjectError};
use super::run::{Part, info_of, meta, meta_message, ordered, purge, purge_quietly, stream_of};
use super::{ObjectInfo, ObjectOptions, Op, name};

/// So many links are followed; a circle has no end.
const MOST_LINKS: usize = 16;

/// Puts an object. What was there under its name goes when the new one is there, not before; of an
/// upload that is cut off nobody knows afterwards which chunks are left of it.
///
/// nats.go sends the meta right after the chunks. If a chunk is refused and the meta is not, the meta
/// stays, and the chunks of both the old and the new object are lost.
pub(super) fn put(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let old = match meta(op, script, &op.name, false)? {
        Ok((info, _)) => Some(info),
        Err(ObjectError::NotFound) => None,
        Err(why) => return Ok(Err(why)),
    };
    let go = op.dialect == Dialect::Go;
    let subject = name::chunks(&op.bucket, script.id);
    let (now, id) = (script.now, script.id);
    let mut upload = || {
        Call::Upload(Box::new(Upload {
            subject: subject.clone(),
            content: op.content.clone().unwrap_or_default(),
            piece: op.chunk_size(),
            then: go.then(|| meta_message(op, &described(op, id, now))),
            at_once: go,
        }))
    };
    if go || op.content.as_ref().is_some_and(|content| content.size() > 0) {
        let failed = failure(script.ask_with(&mut upload)?);
        if let Some(failed) = failed {
            return give_up(op, script, &subject, failed);
        }
    }
    if !go {
        let mut last = || {
            let message = meta_message(op, &described(op, id, now));
            Call::JsPublish { message, count: 1, retries: 0 }
        };
        let failed = failure(script.ask_with(&mut last)?);
        if let Some(failed) = failed {
            return give_up(op, script, &subject, failed);
        }
    }
    if let Some(old) = old {
        // Whether that succeeds does not matter to the libraries any more.
        let _ = purge(op, script, &name::chunks(&op.bucket, &old.nuid))?;
    }
    let info = described(op, id, now);
    Ok(Ok(Done::Stored(info.into())))
}

/// The meta of what is put.
fn described(op: &Op, id: &str, now: Time) -> ObjectInfo {
    let content = op.content.clone().unwrap_or_default();
    let about = op.meta.clone().unwrap_or_default();
    ObjectInfo {
        headers: about.header_lists(),
        name: op.name.clone(),
        description: about.description,
        metadata: about.metadata,
        options: Some(ObjectOptions { link: None, max_chunk_size: op.chunk_size() }),
        bucket: op.bucket.clone(),
        nuid: id.to_owned(),
        size: content.size(),
        mtime: written_time(now, op.dialect),
        chunks: content.size().div_ceil(u64::from(op.chunk_size().max(1))),
        digest: Some(content.digest()),
        deleted: false,
    }
}

/// Why publishing failed, if it did: a refusal, or what came instead of acknowledgements.
fn failure(outcome: &Outcome) -> Option<Result<ObjectError, Outcome>> {
    let Outcome::Acked { acks, .. } = outcome else { return Some(Err(outcome.clone())) };
    let refused = acks.iter().find_map(|ack| match PubAck::parse(&ack.payload) {
        Some(ack) => ack.error.map(ObjectError::Api),
        None => Some(ObjectError::BadAnswer),
    });
    refused.map(Ok)
}

/// Removes what was stored of an upload that failed, and says why it failed.
fn give_up(
    op: &Op,
    script: &mut Script<'_>,
    subject: &str,
    failed: Result<ObjectError, Outcome>,
) -> Part<Done> {
    purge_quietly(op, script, subject)?;
    match failed {
        Ok(why) => Ok(Err(why)),
        Err(outcome) => Stop::over(outcome),
    }
}

/// Gets an object: its chunks as an ordered consumer brings them, and their digest.
///
/// nats-py and nats.go wait for ever where no chunk is left; so does this.
pub(super) fn get(op: &Op, script: &mut Script<'_>) -> Part<Done> {
    let mut there = op.clone();
    let mut found = meta(&there, script, &op.name, op.show_deleted)?;
    for _ in 0..MOST_LINKS {
        let Ok((info, _)) = &found else { break };
        let Some(link) = info.link().cloned() else { break };
        if link.name.is_empty() {
            return Ok(Err(ObjectError::LinkToBucket));
        }
        // nats.go asks for another bucket only, nats-py for its own as well.
        if (op.dialect == Dialect::Python || link.bucket != there.bucket)
            && let Err(why) = info_of(script, &link.bucket)?
        {
            return Ok(Err(why));
        }
        there.bucket = link.bucket;
        found = meta(&there, script, &link.name, false)?;
    }
    let (info, at) = match found {
        Ok((info, _)) if info.link().is_some() => return Ok(Err(ObjectError::EndlessLink)),
        Ok((info, _)) if info.nuid.is_empty() => return Ok(Err(ObjectError::BadMeta)),
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    if info.size == 0 || info.deleted {
        return Ok(Ok(Done::Got(Got { info, at, chunks: Vec::new() }.into())));
    }
    let subject = name::chunks(&there.bucket, &info.nuid);
    let stream = match stream_of(op, script, &subject)? {
        Ok(stream) => stream,
        Err(why) => return Ok(Err(why)),
    };
    let messages = script.read(ordered(op, stream, &subject, Deliver::All, true))?;
    let chunks: Vec<Bytes> = messages.iter().map(|message| message.payload.clone()).collect();
    let found = script.hasher.clone().finish();
    match &info.digest {
        Some(expected) if *expected != found => {
            Ok(Err(ObjectError::DigestMismatch { expected: expected.clone(), found }))
        }
        _ => Ok(Ok(Done::Got(Got { info, at, chunks }.into()))),
    }
}
