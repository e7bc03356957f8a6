//! What each act sends: one script per act, as the clients have them. Reads and buckets are here, writes
//! beside.

use crate::client::{Call, Deliver, Dialect, Outcome, Reading};
use crate::kernel::Span;
use crate::nats::Message;
use crate::nats::api::response::{Got as Stored, List, Nothing};
use crate::nats::api::{ApiError, StreamInfo};
use crate::nats::json::{self, FromJson};

use super::{Act, Bucket, Entry, Got, KvError, Op, Operation, Script, Step, Stop, writes};

/// How long nats-py lets the consumer of a watch live without its watcher (5 min).
const INACTIVE: Span = Span::secs(300);

/// Runs the script of an act.
pub(in crate::client) fn run(op: &Op, script: &mut Script<'_>) -> Step<Outcome> {
    script.retries = match op.dialect {
        Dialect::Python => 0,
        Dialect::Go => 2,
    };
    let result = match op.act {
        Act::Add | Act::Edit => change(op, script),
        Act::Remove => remove(op, script),
        Act::Status => status(op, script),
        Act::Buckets => buckets(script),
        Act::Get => get(op, script),
        Act::Keys => keys(op, script),
        Act::Entries => latest(op, script),
        Act::History => history(op, script),
        Act::Watch => watch(op, script),
        Act::Put | Act::Update => writes::put(op, script),
        Act::Create => writes::create(op, script),
        Act::Delete | Act::Purge => writes::delete(op, script),
        Act::PurgeDeletes => writes::purge_deletes(op, script),
    };
    Ok(Outcome::Kv(result?))
}

/// What a script comes to in the end.
pub(super) type Result<T = Got> = std::result::Result<T, KvError>;

/// A bucket as a client knows it.
pub(super) struct Known {
    /// Whether it is read directly, from any replica.
    direct: bool,
    /// What its keys begin with where they are read …
    pub(super) reads: String,
    /// … and where they are written.
    pub(super) writes: String,
}

/// Goes on with what is good; what is not ends the script.
macro_rules! good {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(why) => return Ok(Err(why)),
        }
    };
}
pub(super) use good;

/// Reads an answer of the API.
pub(super) fn answer<T: FromJson>(message: &Message) -> Result<T> {
    let body = json::parse(&message.payload).map_err(|_| KvError::Unreadable)?;
    if let Some(error) = body.get("error") {
        let error = ApiError::from_json(error).map_err(|_| KvError::Unreadable)?;
        return Err(KvError::Api(error));
    }
    T::from_json(&body).map_err(|_| KvError::Unreadable)
}

/// Looks a bucket up, as `js.key_value` does: an application of nats-py once, a command of the CLI
/// every time.
pub(super) fn bind(op: &Op, script: &mut Script<'_>) -> Step<Result<Known>> {
    let own = format!("$KV.{}.", op.bucket);
    if let (Dialect::Python, Some(direct)) = (op.dialect, script.known) {
        return Ok(Ok(Known { direct, reads: own.clone(), writes: own }));
    }
    let info = good!(info(op, script)?);
    let config = &info.config;
    if config.max_msgs_per_subject < 1 {
        return Ok(Err(KvError::BadBucket));
    }
    let direct = config.allow_direct;
    script.learns = Some((op.stream(), direct));
    let (mut reads, mut writes) = (own.clone(), own);
    // nats-py knows nothing of mirrors, nor of domains when it writes.
    if op.dialect == Dialect::Go {
        let mut prefix = op.domain.as_ref().map(|domain| format!("$JS.{domain}.API"));
        if let Some(mirror) = &config.mirror {
            let origin = mirror.name.strip_prefix("KV_").unwrap_or(&mirror.name);
            writes = format!("$KV.{origin}.");
            if let Some(external) = mirror.external.as_ref().filter(|it| !it.api.is_empty()) {
                reads.clone_from(&writes);
                prefix = Some(external.api.clone());
            }
        }
        if let Some(prefix) = prefix {
            writes = format!("{prefix}.{writes}");
        }
    }
    Ok(Ok(Known { direct, reads, writes }))
}

fn info(op: &Op, script: &mut Script<'_>) -> Step<Result<StreamInfo>> {
    let info = answer(script.api(&format!("STREAM.INFO.{}", op.stream()), String::new())?);
    Ok(info.map_err(|why| match why {
        KvError::Api(error) if error.err_code == ApiError::STREAM_NOT_FOUND.err_code => {
            KvError::BucketNotFound
        }
        why => why,
    }))
}

/// Makes or changes a bucket. Before it, Go's client asks what the server can do; nats-py only where there
/// are to be markers.
fn change(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let plain = Bucket::default();
    let config = op.config.as_deref().unwrap_or(&plain);
    if op.dialect == Dialect::Go || config.marker_ttl.is_some() {
        script.api("INFO", String::new())?;
    }
    let verb = if op.act == Act::Edit { "UPDATE" } else { "CREATE" };
    let body = config.body(&op.bucket, op.act, op.dialect);
    let endpoint = format!("STREAM.{verb}.{}", op.stream());
    let made: StreamInfo = good!(answer(script.api(&endpoint, body)?));
    script.learns = Some((op.stream(), made.config.allow_direct));
    Ok(Ok(Got::Bucket(Box::new(made))))
}

fn remove(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let answered = script.api(&format!("STREAM.DELETE.{}", op.stream()), String::new())?;
    Ok(answer::<Nothing>(answered).map(|_| Got::Done))
}

fn status(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    good!(bind(op, script)?);
    Ok(info(op, script)?.map(|info| Got::Bucket(Box::new(info))))
}

/// All buckets: Go's `KeyValueStores`.
fn buckets(script: &mut Script<'_>) -> Step<Result> {
    let mut buckets: Vec<StreamInfo> = Vec::new();
    loop {
        let body = format!(r#"{{"offset":{},"subject":"$KV.*.>"}}"#, buckets.len());
        let page: List = good!(answer(script.api("STREAM.LIST", body)?));
        let streams = page.streams.unwrap_or_default();
        let over = streams.is_empty();
        buckets.extend(streams);
        if over || buckets.len() as u64 >= page.total {
            break;
        }
    }
    buckets.retain(|info| info.config.name.starts_with("KV_"));
    Ok(Ok(Got::Buckets(buckets)))
}

/// The entry of a key, marker or not: the last one, or the one of a revision.
pub(super) fn entry(
    op: &Op,
    script: &mut Script<'_>,
    known: &Known,
    key: &str,
    revision: Option<u64>,
) -> Step<Result<Entry>> {
    let (stream, subject) = (op.stream(), format!("{}{key}", known.reads));
    // Both clients take revision 0 for the last one.
    let revision = revision.filter(|revision| *revision > 0);
    let by_seq = revision.map(|revision| format!("{{\"seq\":{revision}}}"));
    let found = if known.direct {
        let (endpoint, body) = match by_seq {
            Some(body) => (format!("DIRECT.GET.{stream}"), body),
            None => (format!("DIRECT.GET.{stream}.{subject}"), String::new()),
        };
        let message = script.api(&endpoint, body)?;
        match message.status() {
            Some((404, _)) => return Ok(Err(KvError::KeyNotFound)),
            Some((code, text)) => {
                let description = text.to_owned().into();
                let error = ApiError { code, err_code: 0, description };
                return Ok(Err(KvError::Api(error)));
            }
            None => Entry::direct(message, op.dialect),
        }
    } else {
        let body = by_seq.unwrap_or_else(|| format!("{{\"last_by_subj\":\"{subject}\"}}"));
        let message = script.api(&format!("STREAM.MSG.GET.{stream}"), body)?;
        match answer::<Stored>(message) {
            Ok(stored) => stored.message.and_then(|raw| Entry::raw(&raw, op.dialect)),
            Err(KvError::Api(error)) if error.err_code == ApiError::NO_MESSAGE_FOUND.err_code => {
                return Ok(Err(KvError::KeyNotFound));
            }
            Err(why) => return Ok(Err(why)),
        }
    };
    let Some((entry, found)) = found else { return Ok(Err(KvError::Unreadable)) };
    if found != subject {
        // Go's client says no more than that.
        return Ok(Err(match op.dialect {
            Dialect::Python => KvError::OtherKey { expected: subject, found },
            Dialect::Go => KvError::KeyNotFound,
        }));
    }
    Ok(Ok(Entry { key: key.to_owned(), ..entry }))
}

fn get(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let entry = good!(entry(op, script, &known, &op.key, op.revision)?);
    Ok(match entry.operation {
        Operation::Put => Ok(Got::Entry(entry)),
        Operation::Delete | Operation::Purge => Err(KvError::KeyNotFound),
    })
}

/// The call that reads messages of a bucket in order.
pub(super) fn ordered(
    op: &Op,
    known: &Known,
    keys: &[String],
    deliver: Deliver,
    reading: Reading,
) -> Call {
    let filters = match keys {
        [] => vec![format!("{}>", known.reads)],
        keys => keys.iter().map(|key| format!("{}{key}", known.reads)).collect(),
    };
    let python = op.dialect == Dialect::Python;
    let how = Reading {
        dialect: op.dialect,
        infos: if python { reading.infos.max(1) } else { 0 },
        inactive_threshold: python.then_some(INACTIVE),
        ..reading
    };
    Call::Ordered {
        stream: op.stream(),
        filters,
        deliver,
        pull: false,
        how: Some(Box::new(how)),
        domain: op.domain.clone(),
        max: None,
    }
}

/// All entries that a reader brought.
pub(super) fn entries(op: &Op, messages: &[Message]) -> Vec<Entry> {
    messages.iter().filter_map(|message| Entry::delivered(&op.bucket, message)).collect()
}

/// Reads to the end and no further.
pub(super) fn to_end(headers_only: bool, infos: u32) -> Reading {
    Reading { headers_only, to_end: true, infos, ..Reading::default() }
}

/// The keys. nats-py looks among all of them for those that have one of the wanted texts in them, Go's
/// client lets the server look for patterns.
fn keys(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let patterns = if op.dialect == Dialect::Go { op.keys.as_slice() } else { &[] };
    let call = ordered(op, &known, patterns, Deliver::LastPerSubject, to_end(true, 2));
    let mut keys: Vec<String> = Vec::new();
    for entry in entries(op, script.read(call)?) {
        let wanted = op.dialect == Dialect::Go
            || op.keys.is_empty()
            || op.keys.iter().any(|text| entry.key.contains(text.as_str()));
        if entry.operation == Operation::Put && wanted {
            keys.push(entry.key);
        }
    }
    Ok(if keys.is_empty() && op.dialect == Dialect::Python {
        Err(KvError::NoKeys)
    } else {
        Ok(Got::Keys(keys))
    })
}

/// The last values of all keys, or of those that match the patterns: got one by one, as the CLI does.
fn latest(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let call = ordered(op, &known, &op.keys, Deliver::LastPerSubject, to_end(true, 2));
    let mut values = Vec::new();
    for found in entries(op, script.read(call)?) {
        if found.operation != Operation::Put {
            continue;
        }
        match entry(op, script, &known, &found.key, None)? {
            Ok(entry) if entry.operation == Operation::Put => values.push(entry),
            // It is gone meanwhile.
            Ok(_) | Err(KvError::KeyNotFound) => {}
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(Got::Entries(values)))
}

/// All values of a key.
fn history(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let key = std::slice::from_ref(&op.key);
    let call = ordered(op, &known, key, Deliver::All, to_end(op.meta_only, 1));
    let entries = entries(op, script.read(call)?);
    Ok(match (entries.is_empty(), op.dialect) {
        (false, _) => Ok(Got::Entries(entries)),
        (true, Dialect::Python) => Err(KvError::NoKeys),
        (true, Dialect::Go) => Err(KvError::KeyNotFound),
    })
}

fn watch(op: &Op, script: &mut Script<'_>) -> Step<Result> {
    let known = good!(bind(op, script)?);
    let deliver = match op.revision {
        Some(revision) => Deliver::Sequence(revision),
        None if op.updates => Deliver::New,
        None if op.history => Deliver::All,
        None => Deliver::LastPerSubject,
    };
    let reading = Reading { headers_only: op.meta_only, ..Reading::default() };
    match script.ask(ordered(op, &known, &op.keys, deliver, reading))? {
        // It ends with whoever ends it.
        Outcome::Ended { .. } => Ok(Ok(Got::Done)),
        other => Stop::over(other.clone()),
    }
}
