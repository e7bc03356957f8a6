//! A consumer as a backup of its stream keeps it: its configuration and its record, as JSON.

use std::sync::Arc;

use serde_json::{Map as Object, Value};

use crate::kernel::Time;
use crate::nats::api::{ConsumerConfig, ConsumerInfo, SequenceInfo};
use crate::nats::json::{self, FromJson, ToJson, Writer, as_json};
use crate::sorted::Map;

use super::Consumer;
use super::record::{Pair, Pending, Record};

/// A consumer in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavedConsumer {
    /// Its configuration, always with its name.
    pub config: ConsumerConfig,
    /// How far it is.
    pub state: SavedState,
}

as_json! {
    lenient SavedConsumer;
    config required, state required,
}

/// How far a consumer is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavedState {
    /// The last delivery.
    pub delivered: Pair,
    /// Up to where everything is acknowledged.
    pub ack_floor: Pair,
    /// What is out for acknowledgement, by its sequence in the stream.
    pub pending: Map<u64, SavedPending>,
    /// How often messages were delivered again.
    pub redelivered: Map<u64, u64>,
}

/// A message that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SavedPending {
    /// The number of its first delivery.
    pub dseq: u64,
    /// From when its ack wait counts, in nanoseconds since 1970.
    pub unix_ns: i64,
}

impl ToJson for SavedState {
    fn write(&self, to: &mut Writer) {
        to.open().field("delivered", &self.delivered).field("ack_floor", &self.ack_floor);
        // As Go does, in the order of the numbers as texts.
        let pending: Map<String, SavedPending> = named(&self.pending);
        let redelivered: Map<String, u64> = named(&self.redelivered);
        to.some("pending", &pending).some("redelivered", &redelivered);
        to.close();
    }
}

fn named<T: Copy>(map: &Map<u64, T>) -> Map<String, T> {
    map.iter().map(|(seq, value)| (seq.to_string(), *value)).collect()
}

impl FromJson for SavedState {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = json::Object::of(value)?;
        let o = &mut object;
        let (delivered, ack_floor) = (o.take("delivered"), o.take("ack_floor"));
        let pending: Option<Object<String, Value>> = o.take_or("pending", None);
        let redelivered: Option<Object<String, Value>> = o.take_or("redelivered", None);
        object.finish(false)?;
        Ok(Self {
            delivered,
            ack_floor,
            pending: numbered(pending.as_ref())?,
            redelivered: numbered(redelivered.as_ref())?,
        })
    }
}

fn numbered<T: FromJson>(map: Option<&Object<String, Value>>) -> json::Result<Map<u64, T>> {
    let mut numbered = Map::new();
    for (seq, value) in map.into_iter().flatten() {
        let wrong = |_| json::JsonError(format!("'{seq}' is no sequence"));
        numbered.insert(seq.parse().map_err(wrong)?, T::from_json(value)?);
    }
    Ok(numbered)
}

impl ToJson for Pair {
    fn write(&self, to: &mut Writer) {
        to.open().field("consumer_seq", &self.dseq).field("stream_seq", &self.sseq).close();
    }
}

impl FromJson for Pair {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = json::Object::of(value)?;
        let dseq = object.take_or("consumer_seq", 0);
        let sseq = object.take_or("stream_seq", 0);
        object.finish(false)?;
        Ok(Self { dseq, sseq })
    }
}

impl ToJson for SavedPending {
    fn write(&self, to: &mut Writer) {
        to.open().field("Sequence", &self.dseq).field("Timestamp", &self.unix_ns).close();
    }
}

impl FromJson for SavedPending {
    fn from_json(value: &Value) -> json::Result<Self> {
        let mut object = json::Object::of(value)?;
        let dseq = object.take_or("Sequence", 0);
        let unix_ns = object.take_or("Timestamp", 0);
        object.finish(false)?;
        Ok(Self { dseq, unix_ns })
    }
}

/// The beginning of every world, in nanoseconds since 1970.
const BEGINNING: i64 = Time::UNIX_NS as i64;

impl SavedConsumer {
    /// A consumer of which only is known what its leader tells. What is out is not told one by one:
    /// the real server goes back to the ack floor then, so that it is all delivered again.
    pub fn of(info: &ConsumerInfo, last: u64) -> Self {
        let at =
            |told: &SequenceInfo| Pair { dseq: told.consumer_seq, sseq: told.stream_seq.min(last) };
        let ack_floor = at(&info.ack_floor);
        let delivered = if info.num_ack_pending > 0 { ack_floor } else { at(&info.delivered) };
        let state = SavedState { delivered, ack_floor, ..SavedState::default() };
        Self { config: bare(&info.config, &info.name), state }
    }
}

/// A configuration with its name, without what a server notes in its answers.
fn bare(config: &ConsumerConfig, name: &str) -> ConsumerConfig {
    let mut config = config.clone();
    name.clone_into(&mut config.name);
    config.metadata.retain(|key, _| key != "_nats.ver" && key != "_nats.level");
    config
}

impl Consumer {
    /// The consumer as a backup keeps it whose last message is `last`.
    pub fn saved(&self, last: u64) -> SavedConsumer {
        let mut config = bare(&self.config, &self.name);
        if self.defaulted {
            config.inactive_threshold = 0;
        }
        let record = &self.record;
        let limited = |pair: Pair| Pair { sseq: pair.sseq.min(last), ..pair };
        let mut state = SavedState {
            delivered: limited(record.delivered),
            ack_floor: limited(record.floor),
            ..SavedState::default()
        };
        for (seq, pending) in record.pending.iter().filter(|(seq, _)| **seq <= last) {
            let unix_ns = pending.at.saturating_add(BEGINNING);
            state.pending.insert(*seq, SavedPending { dseq: pending.dseq, unix_ns });
        }
        for (seq, times) in record.redelivered.iter().filter(|(seq, _)| **seq <= last) {
            state.redelivered.insert(*seq, *times);
        }
        SavedConsumer { config, state }
    }

    /// A consumer that goes on where a backup ends.
    pub fn restored(
        stream: Arc<str>,
        name: Arc<str>,
        config: Arc<ConsumerConfig>,
        created: Time,
        state: &SavedState,
    ) -> Self {
        let mut consumer = Self::new(stream, name, config, created);
        let mut record = Record {
            started: true,
            delivered: state.delivered,
            floor: state.ack_floor,
            ..Record::default()
        };
        for (seq, pending) in &state.pending {
            let at = pending.unix_ns.saturating_sub(BEGINNING);
            record.pending.insert(*seq, Pending { dseq: pending.dseq, at });
        }
        for (seq, times) in &state.redelivered {
            record.redelivered.insert(*seq, *times);
        }
        consumer.record = record;
        consumer
    }
}
