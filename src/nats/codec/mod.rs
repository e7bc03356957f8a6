//! The wire codec of the client protocol, both directions.
//!
//! Parsers are incremental: feed them bytes in any pieces, take out operations. They never panic on
//! any bytes, and what they return does not depend on how the bytes were cut.

mod client;
mod error;
mod line;
mod server;
mod write;

#[cfg(test)]
mod tests;

pub use client::ClientParser;
pub use error::ProtocolError;
pub use line::MAX_CONTROL_LINE;
pub use server::ServerParser;
pub use write::{write_client_op, write_server_op};
