//! The client protocol as values: what a client says, what a server says, and the two JSON bodies.
//!
//! Inside the simulation these travel typed; `codec` turns them into bytes and back.

use std::sync::Arc;

use serde::Serialize;

use super::json::from_json;
use super::{Message, Subject};

/// A subscription's id, chosen by the client and unique on its connection.
pub type Sid = Arc<str>;

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientOp {
    /// `CONNECT`: who is speaking, and how it wants to be spoken to.
    Connect(Box<ConnectOptions>),
    /// `PUB`, or `HPUB` if the message has headers.
    Pub(Message),
    /// `SUB`: wants messages that match `subject`, alone or as a member of `queue`.
    Sub {
        /// The subject or pattern.
        subject: Subject,
        /// The queue group, if any.
        queue: Option<Subject>,
        /// The subscription's id.
        sid: Sid,
    },
    /// `UNSUB`: ends a subscription, at once or after `max` deliveries counted since `SUB`.
    Unsub {
        /// The subscription's id.
        sid: Sid,
        /// `None` means at once.
        max: Option<u64>,
    },
    /// `PING`.
    Ping,
    /// `PONG`.
    Pong,
}

impl ClientOp {
    /// The verb as it stands on the wire.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Connect(_) => "CONNECT",
            Self::Pub(message) => match message.headers {
                Some(_) => "HPUB",
                None => "PUB",
            },
            Self::Sub { .. } => "SUB",
            Self::Unsub { .. } => "UNSUB",
            Self::Ping => "PING",
            Self::Pong => "PONG",
        }
    }
}

/// What a server sends to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerOp {
    /// `INFO`: the first thing on every connection, and again when something changed.
    Info(Box<ServerInfo>),
    /// `MSG`, or `HMSG` if the message has headers.
    Msg {
        /// The subscription it is for.
        sid: Sid,
        /// The message.
        message: Message,
    },
    /// `+OK`, in verbose mode only.
    Ok,
    /// `-ERR`: the text between the quotes.
    Err(Arc<str>),
    /// `PING`.
    Ping,
    /// `PONG`.
    Pong,
}

impl ServerOp {
    /// The verb as it stands on the wire.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Info(_) => "INFO",
            Self::Msg { message, .. } => match message.headers {
                Some(_) => "HMSG",
                None => "MSG",
            },
            Self::Ok => "+OK",
            Self::Err(_) => "-ERR",
            Self::Ping => "PING",
            Self::Pong => "PONG",
        }
    }
}

/// The body of `CONNECT`. [`Default`] is what the server assumes of fields that are absent, so a
/// bare `CONNECT {}` is verbose and pedantic; [`ConnectOptions::client`] is what libraries send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectOptions {
    /// Answer every operation with `+OK`.
    pub verbose: bool,
    /// Check publish subjects.
    pub pedantic: bool,
    /// A user JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt: Option<String>,
    /// A public NKey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nkey: Option<String>,
    /// The signed nonce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sig: Option<String>,
    /// A user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The user's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass: Option<String>,
    /// A token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token: Option<String>,
    /// The client insists on TLS.
    pub tls_required: bool,
    /// The connection's name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The client library's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// The client library's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// 1 if the client understands further `INFO`s; the server allows 0 and 1.
    pub protocol: i32,
    /// Deliver this connection's own messages to it too.
    pub echo: bool,
    /// The client understands headers.
    pub headers: bool,
    /// The client wants a 503 when a request reached nobody. Requires `headers`.
    pub no_responders: bool,
}

from_json! {
    lenient ConnectOptions;
    has verbose, pedantic, jwt, nkey, sig, user, pass, auth_token, tls_required, name, lang, version,
        protocol, echo, headers, no_responders;
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            verbose: true,
            pedantic: true,
            jwt: None,
            nkey: None,
            sig: None,
            user: None,
            pass: None,
            auth_token: None,
            tls_required: false,
            name: None,
            lang: None,
            version: None,
            protocol: 0,
            echo: true,
            headers: false,
            no_responders: false,
        }
    }
}

impl ConnectOptions {
    /// What a present-day client library sends.
    pub fn client(name: &str) -> Self {
        Self {
            verbose: false,
            pedantic: false,
            name: Some(name.to_owned()),
            protocol: 1,
            headers: true,
            no_responders: true,
            ..Self::default()
        }
    }
}

/// The body of `INFO`, in nats-server's field order; empty and false options are omitted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ServerInfo {
    /// The server's id, new with every start.
    pub server_id: String,
    /// The server's name; without one of its own, its id.
    pub server_name: String,
    /// The server's version.
    pub version: String,
    /// The protocol version, 1.
    pub proto: u32,
    /// The commit it was built from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub git_commit: String,
    /// The Go version it was built with.
    pub go: String,
    /// The address it listens on.
    pub host: String,
    /// The port it listens on.
    pub port: u16,
    /// Headers are supported.
    pub headers: bool,
    /// A client must authenticate.
    #[serde(skip_serializing_if = "is_false")]
    pub auth_required: bool,
    /// A client must use TLS.
    #[serde(skip_serializing_if = "is_false")]
    pub tls_required: bool,
    /// A client must show a certificate.
    #[serde(skip_serializing_if = "is_false")]
    pub tls_verify: bool,
    /// A client may use TLS.
    #[serde(skip_serializing_if = "is_false")]
    pub tls_available: bool,
    /// The most bytes of headers and body together.
    pub max_payload: usize,
    /// JetStream is enabled.
    #[serde(skip_serializing_if = "is_false")]
    pub jetstream: bool,
    /// The connection's number on this server.
    #[serde(skip_serializing_if = "is_zero")]
    pub client_id: u64,
    /// Where the server sees the client.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_ip: String,
    /// What an NKey client must sign.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nonce: String,
    /// The name of the server's cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The cluster's name was made up.
    #[serde(skip_serializing_if = "is_false")]
    pub cluster_dynamic: bool,
    /// The JetStream domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Where else a client may connect: the servers of the cluster.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connect_urls: Vec<String>,
    /// The same for WebSockets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ws_connect_urls: Vec<String>,
    /// Lame duck mode: the server will soon close its connections.
    #[serde(skip_serializing_if = "is_false")]
    pub ldm: bool,
    /// This `INFO` answers the client's `CONNECT`.
    #[serde(skip_serializing_if = "is_false")]
    pub connect_info: bool,
    /// The account the client is in; only with `connect_info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_account: Option<String>,
    /// That account is the system account.
    #[serde(skip_serializing_if = "is_false")]
    pub acc_is_sys: bool,
    /// The level of the JetStream API.
    #[serde(skip_serializing_if = "is_zero")]
    pub api_lvl: u64,
    /// The server's public curve key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub xkey: String,
}

from_json! {
    lenient ServerInfo;
    has server_id, server_name, version, proto, git_commit, go, host, port, headers, auth_required,
        tls_required, tls_verify, tls_available, max_payload, jetstream, client_id, client_ip, nonce,
        cluster, cluster_dynamic, domain, connect_urls, ws_connect_urls, ldm, connect_info,
        remote_account, acc_is_sys, api_lvl, xkey;
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_connect_is_verbose_and_pedantic() {
        let options: ConnectOptions = crate::nats::json::read(b"{}").unwrap();
        assert_eq!(options, ConnectOptions::default());
        assert!(options.verbose && options.pedantic && options.echo);
        assert!(!options.headers && !options.no_responders);
    }

    #[test]
    fn unknown_and_null_options_do_no_harm() {
        let text = r#"{"verbose":false,"jwt":null,"name":"x","whatever":[1]}"#;
        let options: ConnectOptions = crate::nats::json::read(text.as_bytes()).unwrap();
        assert_eq!((options.verbose, options.jwt, options.name), (false, None, Some("x".into())));
    }

    #[test]
    fn info_has_the_servers_field_order_and_omissions() {
        let info = ServerInfo {
            server_id: "ID".into(),
            server_name: "n1".into(),
            version: "2.15.1".into(),
            proto: 1,
            go: "go1.26".into(),
            host: "0.0.0.0".into(),
            port: 4222,
            headers: true,
            max_payload: 1_048_576,
            jetstream: true,
            client_id: 5,
            api_lvl: 5,
            ..ServerInfo::default()
        };
        assert_eq!(
            serde_json::to_string(&info).unwrap(),
            concat!(
                r#"{"server_id":"ID","server_name":"n1","version":"2.15.1","proto":1,"#,
                r#""go":"go1.26","host":"0.0.0.0","port":4222,"headers":true,"#,
                r#""max_payload":1048576,"jetstream":true,"client_id":5,"api_lvl":5}"#
            )
        );
    }
}
