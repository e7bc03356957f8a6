//! What the console knows of the world around it: names to complete, subjects that are captured,
//! servers to list. A plain value, gathered from the world when a line is typed.

use crate::kernel::{Span, Time};

/// What there is in a world.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The virtual time.
    pub now: Time,
    /// The clients by name.
    pub clients: Vec<String>,
    /// The servers, as `cluster/server`, and the apps.
    pub processes: Vec<String>,
    /// The clusters by name.
    pub clusters: Vec<String>,
    /// The servers.
    pub servers: Vec<ServerFacts>,
    /// The meta groups that have a leader, one a cluster.
    pub metas: Vec<MetaFacts>,
    /// The streams.
    pub streams: Vec<StreamFacts>,
    /// The objects in object stores: bucket and name.
    pub objects: Vec<(String, String)>,
    /// The files that were given to the console.
    pub files: Vec<String>,
    /// The consumers.
    pub consumers: Vec<ConsumerFacts>,
    /// The subjects on which applications of this world publish.
    pub subjects: Vec<String>,
}

/// A stream.
#[derive(Debug, Clone, Default)]
pub struct StreamFacts {
    /// Its name.
    pub name: String,
    /// What it captures.
    pub subjects: Vec<String>,
    /// Whether it acknowledges publishes.
    pub acknowledges: bool,
    /// Of a key-value bucket: its first keys.
    pub keys: Vec<String>,
}

/// A consumer.
#[derive(Debug, Clone, Default)]
pub struct ConsumerFacts {
    /// The stream it belongs to.
    pub stream: String,
    /// Its name.
    pub name: String,
}

/// A server.
#[derive(Debug, Clone, Default)]
pub struct ServerFacts {
    /// Its name within its cluster.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its cluster; empty for a server on its own.
    pub cluster: String,
    /// The largest message that it takes, in bytes.
    pub max_payload: u64,
    /// Whether it has JetStream.
    pub jetstream: bool,
    /// Its JetStream domain, if it has one.
    pub domain: Option<String>,
    /// Why it cannot answer, if it cannot: what to say after its name.
    pub silent: Option<&'static str>,
    /// How many clients are connected to it.
    pub connections: u64,
    /// How many subscriptions they have.
    pub subscriptions: u64,
    /// To how many servers of its cluster it is connected.
    pub routes: u64,
    /// For how long it has been running.
    pub uptime: Span,
    /// The streams it keeps, with a star behind those it leads.
    pub streams: Vec<String>,
    /// How many consumers it keeps.
    pub consumers: u64,
    /// How many messages it keeps.
    pub messages: u64,
    /// How many bytes of them in memory.
    pub memory: u64,
    /// How many bytes of them in files.
    pub file: u64,
    /// Who is connected to it.
    pub clients: Vec<ConnectionFacts>,
}

/// A connection of a client to a server.
#[derive(Debug, Clone, Default)]
pub struct ConnectionFacts {
    /// Its number on the server.
    pub id: u64,
    /// The name the client gave.
    pub name: String,
    /// How many subscriptions it has.
    pub subscriptions: u64,
}

/// The servers of a cluster as the leader of its meta group sees them.
#[derive(Debug, Clone, Default)]
pub struct MetaFacts {
    /// The cluster.
    pub cluster: String,
    /// Its servers.
    pub peers: Vec<MetaPeerFacts>,
}

/// A member of a meta group.
#[derive(Debug, Clone, Default)]
pub struct MetaPeerFacts {
    /// The server's name.
    pub name: String,
    /// Its id in the group.
    pub id: String,
    /// Whether it leads.
    pub leads: bool,
    /// Whether it has all the leader has.
    pub current: bool,
    /// Whether it was heard lately.
    pub online: bool,
    /// How long ago it was heard, if it was.
    pub active: Option<Span>,
    /// How many entries it is behind.
    pub lag: u64,
}

impl Facts {
    /// The stream whose acknowledgement a publish on this subject would get.
    pub(crate) fn capturing(&self, subject: &str) -> Option<&StreamFacts> {
        let captures = |stream: &&StreamFacts| {
            stream.acknowledges
                && stream.subjects.iter().any(|own| crate::nats::subject::matches(own, subject))
        };
        self.streams.iter().find(captures)
    }
}
