//! An object store: objects with the chunks they consist of, and chunks that no object owns.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::jetstream::store::StoredMessage;
use crate::jetstream::stream::Stream;
use crate::nats::json;
use crate::sorted::{self, Map};

use super::{MOST, Place};

/// A store at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectStore {
    /// Its objects, by name; deleted ones as well.
    pub objects: Vec<Object>,
    /// Chunks that no object points at, by upload, oldest first.
    pub orphans: Vec<Upload>,
    /// How many older messages were not looked through.
    pub left_out: u64,
}

/// An object: what its meta message says, and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// The meta message.
    pub meta: Arc<StoredMessage>,
    /// The upload that its chunks are of.
    pub nuid: String,
    /// How many bytes it is said to have.
    pub size: u64,
    /// How many chunks it is said to have.
    pub said: u64,
    /// Its digest, as the meta message says it.
    pub digest: String,
    /// Its description.
    pub description: String,
    /// Whether it is deleted.
    pub deleted: bool,
    /// What it is a link to: `store/object`, or a whole store.
    pub link: Option<String>,
    /// The sequences of its chunks that are there, in order.
    pub chunks: Vec<u64>,
}

/// Chunks of one upload that no object points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The upload.
    pub nuid: String,
    /// The sequences of its chunks, in order.
    pub chunks: Vec<u64>,
    /// How many bytes they have.
    pub bytes: u64,
}

impl Object {
    /// Whether chunks are missing: it cannot be read.
    pub fn is_broken(&self) -> bool {
        !self.deleted && self.link.is_none() && self.said != self.chunks.len() as u64
    }
}

impl ObjectStore {
    /// The store that a stream is.
    pub fn of(stream: &Stream) -> Self {
        let mut store = Self::default();
        let mut uploads: Map<String, Upload> = Map::new();
        let mut seen = 0;
        for message in stream.store().iter_back_from(u64::MAX).take(MOST) {
            seen += 1;
            match Place::of(&message.subject) {
                Some(Place::Meta { object, .. }) => store.objects.push(read(object, message)),
                Some(Place::Chunk { nuid, .. }) => {
                    let upload = uploads.entry(nuid.to_owned()).or_insert_with(|| Upload {
                        nuid: nuid.to_owned(),
                        chunks: Vec::new(),
                        bytes: 0,
                    });
                    upload.chunks.push(message.seq);
                    upload.bytes += message.payload.len() as u64;
                }
                _ => {}
            }
        }
        store.left_out = stream.store().len().saturating_sub(seen);
        for upload in uploads.values_mut() {
            upload.chunks.reverse();
        }
        for object in &mut store.objects {
            // A deleted object keeps the number of its upload, whose chunks are to go.
            if let (false, Some(upload)) = (object.deleted, uploads.remove(&object.nuid)) {
                object.chunks = upload.chunks;
            }
        }
        store.orphans = uploads.into_values().collect();
        sorted::sort_by_key(&mut store.orphans, |upload| upload.chunks.first().copied());
        sorted::sort_by(&mut store.objects, |a, b| a.name < b.name);
        store
    }

    /// How many objects can be listed.
    pub fn live(&self) -> usize {
        self.objects.iter().filter(|object| !object.deleted).count()
    }
}

/// What a meta message says of its object. What it does not say is empty.
fn read(name: String, message: &Arc<StoredMessage>) -> Object {
    let body = json::parse(&message.payload).unwrap_or(Value::Null);
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    let link = &body["options"]["link"];
    let link = link["bucket"].as_str().map(|store| match link["name"].as_str() {
        Some(object) => format!("{store}/{object}"),
        None => store.to_owned(),
    });
    Object {
        name,
        meta: Arc::clone(message),
        nuid: text("nuid"),
        size: body["size"].as_u64().unwrap_or(0),
        said: body["chunks"].as_u64().unwrap_or(0),
        digest: text("digest"),
        description: text("description"),
        deleted: body["deleted"].as_bool().unwrap_or(false),
        link,
        chunks: Vec::new(),
    }
}

/// The name in the last token of a meta message's subject; the token itself if it is none.
pub(super) fn decoded(token: &str) -> String {
    let bytes = URL_SAFE.decode(token).or_else(|_| URL_SAFE_NO_PAD.decode(token));
    bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| token.to_owned())
}
