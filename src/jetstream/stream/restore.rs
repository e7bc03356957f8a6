//! A stream out of a backup.

use std::sync::Arc;

use crate::jetstream::backup::Backup;
use crate::jetstream::store::{MessageStore, StoredMessage};
use crate::kernel::Time;
use crate::nats::api::StreamConfig;

use super::{Stream, ttl};

impl Stream {
    /// The stream of a backup, with this configuration. Messages keep sequence and time; sequences
    /// that are missing in the backup are missing here. What lived only for a while and is too old
    /// when the stream is `created` is left out, and limits hold as for messages that are published. Message ids are not
    /// remembered: the backup does not tell until when they would be.
    pub fn restored(config: Arc<StreamConfig>, created: Time, backup: &Backup) -> Self {
        let storage = config.storage;
        let mut stream = Self::new(config, created);
        stream.store = MessageStore::new(storage, backup.state.first_seq);
        for message in &backup.messages {
            let ttl = ttl::of(message.headers.as_ref(), &stream.config);
            let message = StoredMessage { ttl, ..message.clone() };
            if message.expires().is_some_and(|end| end <= created) {
                stream.store.skip_to(message.seq);
                continue;
            }
            let Some(stored) = stream.store.store(message) else { continue };
            stream.enforce_subject_limit(&stored.subject);
            stream.enforce_stream_limits();
            stream.note_schedule(&stored);
            stream.note_position(stored.headers.as_ref());
        }
        stream.store.skip_to(backup.state.last_seq);
        stream
    }
}
