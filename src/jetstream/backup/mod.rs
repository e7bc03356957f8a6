//! A stream as a file: what `STREAM.SNAPSHOT` sends and `STREAM.RESTORE` takes back.
//!
//! Since 2.15 the real server writes no copy of its files any more, but an archive of its own
//! (NATS's ADR "JetStream Stream Backup and Restore V2"): first the state of the stream, then its
//! consumers, then its messages in order, and an end. All of it goes through s2 ([`s2`]). The
//! archive has neither the configuration of the stream nor the time of its creation: who restores it
//! brings the configuration along. The older form, a tar of files, is not read here.

mod archive;
mod crc;
pub mod s2;
#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::jetstream::consumer::SavedConsumer;
use crate::jetstream::store::{MessageStore, StoredMessage, Ttl};
use crate::kernel::Time;
use crate::nats::api::{StreamConfig, StreamState, limit};
use crate::nats::{Headers, json};

use archive::{Entry, Reader, write_entry};

/// Why an archive cannot be restored, in the real server's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BackupError(String);

type Result<T> = std::result::Result<T, BackupError>;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backup {
    /// The state of the stream when the backup began. Its first and last sequence are those of the
    /// restored stream.
    pub state: StreamState,
    /// Its consumers.
    pub consumers: Vec<SavedConsumer>,
    /// Its messages, in order.
    pub messages: Vec<StoredMessage>,
}

const STATE: &str = "state.json";
const CONSUMERS: &str = "consumers/";

impl Backup {
    /// The archive of a stream: the bytes that are sent in chunks.
    pub fn pack(
        now: Time,
        state: &StreamState,
        consumers: &[SavedConsumer],
        store: &MessageStore,
    ) -> Bytes {
        let mut out = archive::MAGIC.to_vec();
        let at = unix(now);
        let state = StreamState { consumer_count: consumers.len() as u64, ..state.clone() };
        let text = json::go_text(&state);
        write_entry(&mut out, &Entry::about(STATE, at, text.as_bytes()));
        for consumer in consumers {
            let name = format!("{CONSUMERS}{}", consumer.config.name);
            let text = json::go_text(consumer);
            write_entry(&mut out, &Entry::about(&name, at, text.as_bytes()));
        }
        for message in store.iter_from(0) {
            let headers = message.headers.as_ref().map_or(&[][..], |headers| headers.block());
            let entry = Entry {
                name: &message.subject,
                at: unix(message.at),
                seq: message.seq,
                headers,
                payload: &message.payload,
            };
            write_entry(&mut out, &entry);
        }
        write_entry(&mut out, &Entry::default());
        s2::pack(&out).into()
    }

    /// Reads an archive.
    ///
    /// # Errors
    /// What is wrong with it. Whatever the bytes are, nothing worse happens.
    pub fn unpack(bytes: &[u8]) -> Result<Self> {
        let plain = s2::unpack(bytes).map_err(|why| BackupError(why.to_string()))?;
        let mut reader = Reader::new(&plain)?;
        let first = reader.next()?;
        if first.name != STATE {
            return Err(BackupError("invalid stream state".to_owned()));
        }
        let state: StreamState =
            json::read(first.payload).map_err(|why| BackupError(why.to_string()))?;
        check_state(&state)?;
        let mut backup = Self { state, ..Self::default() };
        for _ in 0..backup.state.consumer_count {
            backup.consumers.push(consumer(&reader.next()?)?);
        }
        let mut last = backup.state.first_seq.saturating_sub(1);
        loop {
            let entry = reader.next()?;
            if entry == Entry::default() {
                return Ok(backup);
            }
            if entry.seq <= last {
                let why = format!("message sequence {} out of order", entry.seq);
                return Err(BackupError(why));
            }
            last = entry.seq;
            backup.messages.push(message(&entry));
        }
    }

    /// Whether a stream with this configuration on a server with this `max_payload` can have these
    /// messages.
    ///
    /// # Errors
    /// The first message that is too large.
    pub fn check(&self, config: &StreamConfig, max_payload: u64) -> Result<()> {
        let most = limit(i64::from(config.max_msg_size));
        for message in &self.messages {
            let headers = message.headers.as_ref().map_or(0, Headers::len);
            let size = (headers + message.payload.len()) as u64;
            let what = if size > max_payload {
                "payload"
            } else if most.is_some_and(|most| size > most) {
                "message"
            } else {
                continue;
            };
            let seq = message.seq;
            return Err(BackupError(format!("message sequence {seq} exceeds maximum {what} size")));
        }
        Ok(())
    }

    /// The bytes of its messages, roughly.
    pub fn size(&self) -> usize {
        let size = |message: &StoredMessage| {
            let headers = message.headers.as_ref().map_or(0, Headers::len);
            message.subject.len() + headers + message.payload.len() + 32
        };
        self.messages.iter().map(size).sum()
    }
}

fn check_state(state: &StreamState) -> Result<()> {
    let StreamState { messages, first_seq, last_seq, .. } = state;
    let span = last_seq.saturating_add(1).checked_sub(*first_seq);
    match span {
        // A stream that is new has no sequence at all.
        _ if (*first_seq, *last_seq, *messages) == (0, 0, 0) => Ok(()),
        Some(span) if *messages <= span && *first_seq > 0 => Ok(()),
        Some(_) => Err(BackupError(
            "invalid stream state: message count exceeds sequence range".to_owned(),
        )),
        None => Err(BackupError(
            "invalid stream state: inconsistent message count or sequence range".to_owned(),
        )),
    }
}

fn consumer(entry: &Entry<'_>) -> Result<SavedConsumer> {
    let Some(name) = entry.name.strip_prefix(CONSUMERS) else {
        return Err(BackupError(format!("expected consumer, got \"{}\"", entry.name)));
    };
    let mut saved: SavedConsumer = json::read(entry.payload)
        .map_err(|why| BackupError(format!("failed to decode consumer \"{name}\" state: {why}")))?;
    name.clone_into(&mut saved.config.name);
    Ok(saved)
}

fn message(entry: &Entry<'_>) -> StoredMessage {
    let headers = (!entry.headers.is_empty())
        .then(|| Headers::from_block(Bytes::copy_from_slice(entry.headers)));
    StoredMessage {
        seq: entry.seq,
        at: world(entry.at),
        subject: entry.name.into(),
        headers,
        payload: Bytes::copy_from_slice(entry.payload),
        // It follows from the headers and the configuration of the stream.
        ttl: Ttl::Unset,
    }
}

/// A moment in nanoseconds since 1970.
fn unix(at: Time) -> i64 {
    i64::try_from(at.unix_ns()).unwrap_or(i64::MAX)
}

/// A moment in virtual time; what lies before the world began counts as its beginning.
fn world(unix: i64) -> Time {
    Time(u64::try_from(unix).unwrap_or(0).saturating_sub(Time::UNIX_NS))
}
