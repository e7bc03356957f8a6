//! Backups on their way: `STREAM.SNAPSHOT` sends a stream in chunks to whoever asked,
//! `STREAM.RESTORE` takes one in. Both are acknowledged chunk by chunk.
//!
//! As in the real server, the leader of a stream sends it. What is restored, here the server takes
//! in that leads the meta group, and the stream comes to all its servers with its assignment; the
//! real server lets the new stream's leader take it in, and the others catch up with that one.

mod copy;
mod receive;
mod send;

use std::sync::Arc;

use crate::kernel::{ConnId, Context, Span};
use crate::nats::api::{Stamp, TransferAdvisory};
use crate::nats::{Message, Subject};

use super::advisory::audited;
use super::meta::Requester;
use super::{Host, Server};

pub(super) use receive::Receiving;
pub(super) use send::Sending;

/// How long the other side may be silent.
const SILENCE: Span = Span::secs(5);

impl Server {
    /// Who made a request: known to the server that took it in.
    fn asker(&self, requester: &Requester) -> Option<ConnId> {
        self.memory.requests.get(&requester.reply)?.by
    }

    /// A message came for a transfer.
    pub(super) fn transfer_message<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        key: &Subject,
        message: &Message,
    ) {
        if self.memory.sendings.contains_key(key) {
            self.chunk_acknowledged(cx, key);
        } else {
            self.chunk_came(cx, key, message);
        }
    }

    /// The other side of a transfer is silent.
    pub(super) fn transfer_late<H: Host>(&mut self, cx: &mut Context<'_, H>, key: &Subject) {
        if self.memory.sendings.contains_key(key) {
            self.sending_late(cx, key);
        } else {
            self.stop_receiving(cx, key);
        }
    }

    /// Publishes what there is to tell about a transfer.
    fn advise_transfer<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        stream: &str,
        asker: Option<ConnId>,
        about: TransferAdvisory,
    ) {
        let config = Arc::clone(&self.config);
        let client = asker.and_then(|conn| self.memory.clients.get(&conn)).cloned();
        let client = client.as_ref().map(|client| audited(client, &config.name));
        let now: Stamp = cx.now().into();
        self.announce(cx, &about.subject(stream), |id| {
            about.to_json(id, now, stream, client, config.domain.as_deref())
        });
    }
}
