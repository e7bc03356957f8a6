//! An object store: objects with the chunks they consist of, and chunks that no object owns.

use std::sync::Arc;

use crate::client::Dialect;
use crate::client::object::ObjectInfo;
use crate::jetstream::store::StoredMessage;
use crate::jetstream::stream::Stream;
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
    /// What that says; nothing if it cannot be read.
    pub info: ObjectInfo,
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
        let info = &self.info;
        !info.deleted && info.link().is_none() && info.chunks != self.chunks.len() as u64
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
                Some(Place::Meta { object, .. }) => store.objects.push(Object {
                    name: object,
                    meta: Arc::clone(message),
                    info: ObjectInfo::read(&message.payload, Dialect::Python).unwrap_or_default(),
                    chunks: Vec::new(),
                }),
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
            let owned = if object.info.deleted { None } else { uploads.remove(&object.info.nuid) };
            if let Some(upload) = owned {
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
        self.objects.iter().filter(|object| !object.info.deleted).count()
    }
}
