//! What is in a stream: the one place where this floor touches the message store.

use std::sync::Arc;

use crate::jetstream::consumer::ConsumerCommand;
use crate::jetstream::stream::StreamCommand;
use crate::nats::api::StreamState;

pub use crate::jetstream::store::StoredMessage;
pub use crate::jetstream::stream::Stream;

/// The message of this sequence.
pub fn get(stream: &Stream, seq: u64) -> Option<&Arc<StoredMessage>> {
    stream.store().get(seq)
}

/// The newest messages, newest first.
pub fn newest(stream: &Stream) -> impl Iterator<Item = &Arc<StoredMessage>> {
    stream.store().iter_back_from(u64::MAX)
}

/// How much there is of what.
pub fn state(stream: &Stream) -> StreamState {
    stream.store().state()
}

/// The highest sequence ever given.
pub fn last_seq(stream: &Stream) -> u64 {
    stream.store().last_seq()
}

/// Whether a message goes by itself because its own time to live ends.
pub fn runs_out(stream: &Stream) -> bool {
    stream.store().ttls().next().is_some()
}

/// What a command of a stream's log does, in a few words.
pub fn command_text(command: &StreamCommand) -> String {
    match command {
        StreamCommand::Publish(publication) => format!("publish {}", publication.message.subject),
        StreamCommand::Batch(batch) => {
            format!("publish batch {}: {} messages", batch.id, batch.messages.len())
        }
        StreamCommand::Copy { publication, seq } => {
            format!("copy {} as sequence {seq}", publication.message.subject)
        }
        StreamCommand::Skip { to } => format!("go on behind sequence {to}"),
        StreamCommand::Expire { seqs } => {
            format!("remove what is too old: {} messages", seqs.len())
        }
        StreamCommand::Delete { seq } => format!("delete sequence {seq}"),
        StreamCommand::Purge(_) => "purge".to_owned(),
        StreamCommand::Unneeded { seqs } => {
            format!("remove what no consumer needs any more: {} messages", seqs.len())
        }
    }
}

/// What a command of a consumer's log does, in a few words.
pub fn consumer_command_text(command: &ConsumerCommand) -> String {
    match command {
        ConsumerCommand::Started { sseq } => format!("begin with sequence {sseq}"),
        ConsumerCommand::Delivered { sseq, deliveries: 1, .. } => {
            format!("sequence {sseq} is delivered")
        }
        ConsumerCommand::Delivered { sseq, deliveries, .. } => {
            format!("sequence {sseq} is delivered, time {deliveries}")
        }
        ConsumerCommand::Touched { sseq, .. } => format!("another ack wait for sequence {sseq}"),
        ConsumerCommand::Exceeded { sseq, .. } => format!("give up sequence {sseq}"),
        ConsumerCommand::Acked { sseq, .. } => format!("sequence {sseq} is acknowledged"),
        ConsumerCommand::Skipped { sseq } => format!("go on with sequence {sseq}"),
        ConsumerCommand::Purged { delivered, .. } => {
            format!("purged: go on after sequence {}", delivered.sseq)
        }
        ConsumerCommand::PullWaits { reply } => format!("a request of {reply} waits"),
        ConsumerCommand::PullEnded { reply } => format!("a request of {reply} ends"),
        ConsumerCommand::Reset { sseq, .. } | ConsumerCommand::Restarted { sseq } => {
            format!("begin again with sequence {sseq}")
        }
    }
}

/// Whether a message says that something was deleted: a marker of a key-value bucket or of a stream
/// with delete markers.
pub fn is_tombstone(message: &StoredMessage) -> bool {
    message.headers.as_ref().is_some_and(|headers| {
        headers.get("KV-Operation").is_some_and(|op| op != "PUT")
            || headers.get("Nats-Marker-Reason").is_some()
    })
}
