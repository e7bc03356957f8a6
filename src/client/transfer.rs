//! Backing a stream up and restoring it, as `nats stream backup` and `restore` do.
//!
//! What would be two files in a directory, a client keeps under the directory's name. It is of the
//! client's own disk: its death does not take it away, and whoever replays its calls has it again.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::kernel::Context;
use crate::nats::api::{SnapshotRequest, to_json_text};
use crate::nats::protocol::ClientOp;
use crate::nats::{Message, Subject, json};

use super::consume::api_error;
use super::{API_TIMEOUT, Call, Client, Host, OpId, Outcome};

/// How much is sent at once (jsm.go: 128 KiB).
const CHUNK: usize = 128 << 10;

/// A backup that a client keeps.
#[derive(Debug, Clone)]
pub struct BackupFiles {
    /// The stream's configuration and state, as the server told them.
    about: Bytes,
    /// The archive.
    archive: Bytes,
}

impl BackupFiles {
    /// The name of the stream.
    pub fn stream(&self) -> String {
        let about = json::parse(&self.about).unwrap_or_default();
        about["config"]["name"].as_str().unwrap_or_default().to_owned()
    }

    /// How many bytes the archive has.
    pub fn size(&self) -> usize {
        self.archive.len()
    }
}

/// How far a transfer is.
#[derive(Debug, Clone, Default)]
pub(super) struct Transfer {
    /// The answer with which it began.
    begun: Option<Message>,
    /// Of a backup: what came so far.
    chunks: Vec<Bytes>,
    /// Of a restore: what is to be sent.
    archive: Bytes,
    /// How much of it is sent, and whether it was said that this is all.
    sent: usize,
    ended: bool,
    /// Where to.
    to: Option<Subject>,
}

impl Client {
    /// The backups it keeps, by the names of their directories.
    pub fn backups(&self) -> impl Iterator<Item = (&Arc<str>, &BackupFiles)> {
        self.backups.iter().map(|(name, files)| (name, &**files))
    }

    /// Asks for a stream, to come to an inbox of its own.
    pub(super) fn begin_backup<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
    ) {
        let Call::Backup { stream, consumers, chunk, window, .. } = &**call else { return };
        let inbox = self.new_inbox(cx);
        self.subscribe(cx, op, &inbox, None);
        let request = SnapshotRequest {
            deliver_subject: inbox.to_string(),
            no_consumers: !consumers,
            chunk_size: chunk.map_or(CHUNK as i64, |size| i64::try_from(size).unwrap_or(i64::MAX)),
            window_size: window.map_or(0, |size| i64::try_from(size).unwrap_or(i64::MAX)),
        };
        let subject = format!("$JS.API.STREAM.SNAPSHOT.{stream}");
        self.request(cx, op, Message::new(subject, to_json_text(&request)), API_TIMEOUT);
    }

    /// Asks for a place to send a stream to.
    pub(super) fn begin_restore<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        call: &Arc<Call>,
    ) {
        let Call::Restore { directory, change, .. } = &**call else { return };
        let Some(files) = self.backups.get(&**directory).cloned() else {
            let why = format!("there is no backup in {directory:?}");
            return self.end(cx, op, Outcome::Invalid(why.into()));
        };
        let Some((name, body)) = restore_request(&files.about, change) else {
            let why = format!("the backup in {directory:?} has no configuration");
            return self.end(cx, op, Outcome::Invalid(why.into()));
        };
        if let Some(record) = self.ops.get_mut(&op) {
            let archive = files.archive.clone();
            record.progress.transfer = Some(Box::new(Transfer { archive, ..Transfer::default() }));
        }
        let subject = format!("$JS.API.STREAM.RESTORE.{name}");
        self.request(cx, op, Message::new(subject, body), API_TIMEOUT);
    }

    /// A reply came for a transfer.
    pub(super) fn transfer_answered<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        message: Message,
    ) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        let is_backup = matches!(*record.call, Call::Backup { .. });
        if message.status().is_some_and(|(status, _)| status == 503) {
            return self.end(cx, op, Outcome::NoResponders);
        }
        if api_error(&message).is_some() {
            return self.end(cx, op, Outcome::Refused(message));
        }
        let transfer = record.progress.transfer.get_or_insert_default();
        if is_backup {
            transfer.begun = Some(message);
            return self.wait_for(cx, op, API_TIMEOUT);
        }
        if transfer.begun.is_none() {
            let answer = json::parse(&message.payload).unwrap_or_default();
            transfer.to = answer.get("deliver_subject").and_then(Value::as_str).map(Into::into);
            transfer.begun = Some(message);
        } else if transfer.ended {
            return self.end(cx, op, Outcome::Replies(vec![message]));
        }
        let Some(to) = transfer.to.clone() else { return };
        let rest = transfer.archive.slice(transfer.sent..);
        let part = rest.slice(..rest.len().min(CHUNK));
        transfer.sent += part.len();
        // The empty message after the last chunk ends it.
        transfer.ended = part.is_empty();
        self.request(cx, op, Message::new(to, part), API_TIMEOUT);
    }

    /// A chunk of a backup came, or the message that ends it.
    pub(super) fn chunk_delivered<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        op: OpId,
        message: Message,
    ) {
        let Some(record) = self.ops.get_mut(&op) else { return };
        let Call::Backup { directory, .. } = &*record.call else { return };
        let directory: Arc<str> = directory.as_str().into();
        let transfer = record.progress.transfer.get_or_insert_default();
        if !message.payload.is_empty() {
            transfer.chunks.push(message.payload.clone());
            let reply = message.reply.clone();
            self.wait_for(cx, op, API_TIMEOUT);
            return self.keep(cx, op, message, |client, cx| {
                if let Some(reply) = reply {
                    client.say(cx, ClientOp::Pub(Message::new(reply, Bytes::new())));
                }
            });
        }
        let failed = message.status().filter(|(status, _)| *status >= 400);
        if let Some((status, text)) = failed {
            let why = format!("{status} {text}");
            return self.end(cx, op, Outcome::Invalid(why.into()));
        }
        let archive = transfer.chunks.concat().into();
        let Some(begun) = transfer.begun.clone() else { return };
        let files = BackupFiles { about: begun.payload.clone(), archive };
        self.backups.insert(directory, Arc::new(files));
        self.end(cx, op, Outcome::Replies(vec![begun]));
    }
}

/// The name of the stream in a backup, and the body of the request that restores it: with the
/// configuration it had, but for these fields.
fn restore_request(about: &[u8], change: &Map<String, Value>) -> Option<(String, String)> {
    let mut about = json::parse(about).ok()?;
    let config = about.get_mut("config")?.as_object_mut()?;
    for (field, value) in change {
        config.insert(field.clone(), value.clone());
    }
    let name = config.get("name")?.as_str()?.to_owned();
    let mut body = Map::new();
    for part in ["config", "state"] {
        body.insert(part.to_owned(), about.get(part).cloned().unwrap_or_default());
    }
    Some((name, json::text(&body)))
}
