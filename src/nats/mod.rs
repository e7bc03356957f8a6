//! Plain values of NATS: subjects, headers, messages, the client protocol and its wire codec.
//!
//! Nothing here has a connection or a clock, or does anything by itself. Facts follow nats-server
//! 2.15.1.

pub mod api;
pub mod codec;
mod headers;
mod id;
pub mod interest;
pub mod json;
mod message;
pub mod protocol;
pub mod subject;
pub mod time;
pub mod transform;

pub use headers::Headers;
pub use id::{hash_base62, hash8, nuid};
pub use message::Message;
pub use subject::Subject;
