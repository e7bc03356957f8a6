//! Streams as far as the first scene needs them, until `jetstream::stream` takes their place.

pub mod store;
pub mod stream;
