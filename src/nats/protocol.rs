//! The client protocol: what clients and servers say to each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Message, Subject};

/// A subscription's id, chosen by the client.
pub type Sid = Arc<str>;

/// What a client says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientOp {
    /// `CONNECT`.
    Connect(Box<ConnectOptions>),
    /// `PUB` or `HPUB`.
    Pub(Message),
    /// `SUB`.
    Sub {
        /// The pattern.
        subject: Subject,
        /// The queue group.
        queue: Option<Subject>,
        /// The id.
        sid: Sid,
    },
    /// `UNSUB`.
    Unsub {
        /// The id.
        sid: Sid,
        /// After how many messages, counted since `SUB`; at once without it.
        max: Option<u64>,
    },
    /// `PING`.
    Ping,
    /// `PONG`.
    Pong,
}

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerOp {
    /// `INFO`.
    Info(Box<ServerInfo>),
    /// `MSG` or `HMSG`.
    Msg {
        /// The subscription's id.
        sid: Sid,
        /// The message.
        message: Message,
    },
    /// `+OK`.
    Ok,
    /// `-ERR`, with the text between the quotes.
    Err(Arc<str>),
    /// `PING`.
    Ping,
    /// `PONG`.
    Pong,
}

/// What a client says of itself. Absent fields have the server's defaults: a bare `CONNECT {}` is
/// verbose and pedantic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectOptions {
    /// Whether the client wants `+OK` for everything it says.
    pub verbose: bool,
    /// Whether the server checks subjects strictly.
    pub pedantic: bool,
    /// Whether the client gets its own messages back.
    pub echo: bool,
    /// Whether the client knows headers.
    pub headers: bool,
    /// Whether the client wants to be told that nobody listens.
    pub no_responders: bool,
    /// The protocol's version; 1 means that it takes later `INFO`s.
    pub protocol: i32,
    /// The client's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The client library's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// The client library's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            verbose: true,
            pedantic: true,
            echo: true,
            headers: false,
            no_responders: false,
            protocol: 0,
            name: None,
            lang: None,
            version: None,
        }
    }
}

/// What a server says of itself. Empty and false optional fields are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// The server's id.
    pub server_id: String,
    /// The server's name.
    pub server_name: String,
    /// The server's version.
    pub version: String,
    /// The protocol's version.
    pub proto: u32,
    /// The language it claims to be written in.
    pub go: String,
    /// Where it listens.
    pub host: String,
    /// On which port.
    pub port: u16,
    /// Whether it knows headers.
    pub headers: bool,
    /// The largest message in bytes, headers included.
    pub max_payload: usize,
    /// Whether it has JetStream.
    #[serde(default, skip_serializing_if = "is_false")]
    pub jetstream: bool,
    /// The connection's number.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub client_id: u64,
    /// The client's address as the server sees it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_ip: String,
    /// Its cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Its JetStream domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Where else in the cluster clients can connect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connect_urls: Vec<String>,
    /// Whether it is about to stop.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ldm: bool,
    /// The level of the JetStream API.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub api_lvl: u64,
    /// Set in the second `INFO`, sent after the first `PONG`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub connect_info: bool,
    /// The client's account; only in the second `INFO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_account: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl ClientOp {
    /// The verb on the wire.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Connect(_) => "CONNECT",
            Self::Pub(message) if message.headers.is_some() => "HPUB",
            Self::Pub(_) => "PUB",
            Self::Sub { .. } => "SUB",
            Self::Unsub { .. } => "UNSUB",
            Self::Ping => "PING",
            Self::Pong => "PONG",
        }
    }
}

impl ServerOp {
    /// The verb on the wire.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Info(_) => "INFO",
            Self::Msg { message, .. } if message.headers.is_some() => "HMSG",
            Self::Msg { .. } => "MSG",
            Self::Ok => "+OK",
            Self::Err(_) => "-ERR",
            Self::Ping => "PING",
            Self::Pong => "PONG",
        }
    }
}
