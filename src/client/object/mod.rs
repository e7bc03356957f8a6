//! Object stores: what a client library makes of a stream `OBJ_<bucket>` by messages alone.
//!
//! An object is cut into chunks, published one after another on a subject of this upload; what is known
//! of the whole (size, number of chunks, SHA-256) is the meta, published last on the object's own
//! subject, where it replaces the meta before it. Nothing of this is known to a server.
//!
//! Everything follows nats-py 2.16 (one chunk at a time, each acknowledged before the next; metas
//! read with `STREAM.MSG.GET`), unless [`super::Dialect::Go`] is asked for: nats.go, and with it the
//! `nats` CLI, sends all chunks and the meta without waiting, and reads metas with `DIRECT.GET`.

mod bucket;
mod content;
mod digest;
mod info;
pub mod name;
mod op;
mod outcome;
mod run;
mod transfer;

pub use bucket::BucketConfig;
pub use content::{Content, File, MAX_SIZE};
pub use digest::{Hasher, digest, hex};
pub use info::{BadMeta, CHUNK_SIZE, Link, ObjectInfo, ObjectMeta, ObjectOptions};
pub use op::{Act, Op};
pub use outcome::{Done, Got, ObjectError};

pub(super) use outcome::weight;
pub(super) use run::{passes, run};
