//! Windtunnel: a whole multi-cluster NATS JetStream, simulated deterministically.
//!
//! The modules are the floors of the house, lowest first. A module uses the floors below its own,
//! never one above it (`tests/tidy.rs` holds this):
//!
//! 1. [`kernel`]: virtual time, the event queue, randomness, links, crashes, the trace. Knows no NATS.
//! 2. [`nats`]: plain values: subjects, headers, the wire codec, transforms, config and API types.
//! 3. [`jetstream`]: streams, message stores, Raft: state machines without a network of their own.
//! 4. [`server`]: a simulated nats-server: connections, interest, routes, the `$JS.API` front.
//! 5. [`client`]: a simulated application: connection, requests, JetStream calls.
//! 6. [`world`]: puts it together: topology, inputs, step, seek, fork, read-only views.
//! 7. [`console`]: the `nats` command language.
//! 8. [`lesson`]: lessons (parse, play, check) and share links.
//! 9. [`view`]: the pure presentation model of the page.
//! 10. `app`: the Leptos page (only with the feature `page`).
//!
//! Below them all lies [`sorted`]: ordered maps, sets and sorting that compile to little code.

#[cfg(feature = "page")]
pub mod app;
pub mod client;
pub mod console;
pub mod jetstream;
pub mod kernel;
pub mod lesson;
pub mod nats;
pub mod server;
pub mod sorted;
pub mod view;
pub mod world;
