//! The client protocol as values: what a client says, what a server says, and the two JSON bodies.
//!
//! Inside the simulation these travel typed; `codec` turns them into bytes and back.

use std::sync::Arc;

use super::json::as_json;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectOptions {
    /// Answer every operation with `+OK`.
    pub verbose: bool,
    /// Check publish subjects.
    pub pedantic: bool,
    /// A user JWT.
    pub jwt: Option<String>,
    /// A public NKey.
    pub nkey: Option<String>,
    /// The signed nonce.
    pub sig: Option<String>,
    /// A user name.
    pub user: Option<String>,
    /// The user's password.
    pub pass: Option<String>,
    /// A token.
    pub auth_token: Option<String>,
    /// The client insists on TLS.
    pub tls_required: bool,
    /// The connection's name, for people.
    pub name: Option<String>,
    /// The client library's language.
    pub lang: Option<String>,
    /// The client library's version.
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

as_json! {
    lenient ConnectOptions;
    verbose, pedantic, jwt omitempty, nkey omitempty, sig omitempty, user omitempty,
    pass omitempty, auth_token omitempty, tls_required, name omitempty, lang omitempty,
    version omitempty, protocol, echo, headers, no_responders,
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    pub auth_required: bool,
    /// A client must use TLS.
    pub tls_required: bool,
    /// A client must show a certificate.
    pub tls_verify: bool,
    /// A client may use TLS.
    pub tls_available: bool,
    /// The most bytes of headers and body together.
    pub max_payload: usize,
    /// JetStream is enabled.
    pub jetstream: bool,
    /// The connection's number on this server.
    pub client_id: u64,
    /// Where the server sees the client.
    pub client_ip: String,
    /// What an NKey client must sign.
    pub nonce: String,
    /// The name of the server's cluster.
    pub cluster: Option<String>,
    /// The cluster's name was made up.
    pub cluster_dynamic: bool,
    /// The JetStream domain.
    pub domain: Option<String>,
    /// Where else a client may connect: the servers of the cluster.
    pub connect_urls: Vec<String>,
    /// The same for WebSockets.
    pub ws_connect_urls: Vec<String>,
    /// Lame duck mode: the server will soon close its connections.
    pub ldm: bool,
    /// This `INFO` answers the client's `CONNECT`.
    pub connect_info: bool,
    /// The account the client is in; only with `connect_info`.
    pub remote_account: Option<String>,
    /// That account is the system account.
    pub acc_is_sys: bool,
    /// The level of the JetStream API.
    pub api_lvl: u64,
    /// The server's public curve key.
    pub xkey: String,
}

as_json! {
    lenient ServerInfo;
    server_id, server_name, version, proto, git_commit omitempty, go, host, port, headers,
    auth_required omitempty, tls_required omitempty, tls_verify omitempty,
    tls_available omitempty, max_payload, jetstream omitempty, client_id omitempty,
    client_ip omitempty, nonce omitempty, cluster omitempty, cluster_dynamic omitempty,
    domain omitempty, connect_urls omitempty, ws_connect_urls omitempty, ldm omitempty,
    connect_info omitempty, remote_account omitempty, acc_is_sys omitempty, api_lvl omitempty,
    xkey omitempty,
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
            crate::nats::json::text(&info),
            concat!(
                r#"{"server_id":"ID","server_name":"n1","version":"2.15.1","proto":1,"#,
                r#""go":"go1.26","host":"0.0.0.0","port":4222,"headers":true,"#,
                r#""max_payload":1048576,"jetstream":true,"client_id":5,"api_lvl":5}"#
            )
        );
    }
}
