//! The wire codec: the client protocol as bytes, both ways.
//!
//! Parsers are incremental: bytes go in as they come, operations come out when they are complete.
//! No input makes them panic. After an error the connection is to be closed; a parser that has
//! failed yields nothing more.

mod buffer;
mod read;
mod write;

pub use read::{ClientParser, ProtocolError, ServerParser};
pub use write::{write_client_op, write_server_op};

#[cfg(test)]
mod tests;
