//! What a server is configured with, as far as the simulation obeys it: the keys of a nats-server's
//! configuration file, with its defaults.

use super::MAX_PAYLOAD;
use crate::kernel::Span;
use crate::nats::json::as_json;

/// The configuration of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// The address that it says it listens on.
    pub host: String,
    /// The port that it says it listens on.
    pub port: u16,
    /// The largest message, in bytes, headers included.
    pub max_payload: usize,
    /// How often a client is asked whether it is still there.
    pub ping_interval: Span,
    /// How many questions may stay unanswered before the client is given up.
    pub ping_max: u32,
    /// Tags for the placement of streams.
    pub tags: Vec<String>,
    /// JetStream, if it is enabled.
    pub jetstream: Option<JetStreamSettings>,
}

as_json! {
    strict ServerSettings;
    host, port, max_payload, ping_interval, ping_max, tags, jetstream,
}

/// The configuration of a server's JetStream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JetStreamSettings {
    /// The most memory for streams, in bytes.
    pub max_memory: u64,
    /// The most storage for streams, in bytes.
    pub max_storage: u64,
    /// Whether unknown fields in requests are refused.
    pub strict: bool,
    /// How often what was written is flushed to the disk for good; zero for with every write, which is
    /// `always` in a configuration file.
    pub sync_interval: Span,
}

as_json! {
    strict JetStreamSettings;
    max_memory, max_storage, strict, sync_interval,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            host: "0.0.0.0".to_owned(),
            port: 4222,
            max_payload: MAX_PAYLOAD,
            ping_interval: Span::secs(120),
            ping_max: 2,
            tags: Vec::new(),
            jetstream: Some(JetStreamSettings::default()),
        }
    }
}

impl Default for JetStreamSettings {
    /// A real server takes three quarters of the memory and of the free disk it finds; a simulated
    /// one has 8 GiB and 1 TiB.
    fn default() -> Self {
        let sync_interval = Span::secs(120);
        Self { max_memory: 1 << 33, max_storage: 1 << 40, strict: true, sync_interval }
    }
}
