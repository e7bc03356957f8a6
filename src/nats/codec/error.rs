//! What goes wrong on a client connection, with the server's words for it.

use std::sync::Arc;

use thiserror::Error;

use crate::nats::Subject;

/// An error of the client protocol. [`wire_text`](Self::wire_text) is what the server puts into its
/// `-ERR`, [`closes`](Self::closes) whether it then closes the connection.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProtocolError {
    /// Not a verb of the protocol, or a payload that is not followed by CRLF where it should be.
    #[error("Unknown Protocol Operation")]
    UnknownOperation,
    /// Wrong arguments for the verb. The server closes the connection without a word; the text here
    /// is for people.
    #[error("{0}")]
    BadArguments(&'static str),
    /// The message is larger than `max_payload`, judged by its control line.
    #[error("Maximum Payload Violation")]
    MaxPayload,
    /// The control line is longer than [`MAX_CONTROL_LINE`](super::MAX_CONTROL_LINE).
    #[error("maximum control line exceeded")]
    MaxControlLine,
    /// A subscription to a subject with an empty token or a `>` that is not last.
    #[error("Invalid Subject")]
    InvalidSubject,
    /// Pedantic mode only: publishing on a wildcard or malformed subject. It is routed all the same.
    #[error("Invalid Publish Subject")]
    InvalidPublishSubject,
    /// Publishing there is not allowed.
    #[error("Permissions Violation for Publish to \"{0}\"")]
    PublishDenied(Subject),
    /// Publishing with that reply subject is not allowed.
    #[error("Permissions Violation for Publish with Reply of \"{0}\"")]
    ReplyDenied(Subject),
    /// Subscribing there is not allowed.
    #[error("Permissions Violation for Subscription to \"{0}\"")]
    SubscribeDenied(Subject),
    /// Subscribing there as member of that queue group is not allowed.
    #[error("Permissions Violation for Subscription to \"{subject}\" using queue \"{queue}\"")]
    QueueDenied {
        /// The subscription's subject.
        subject: Subject,
        /// Its queue group.
        queue: Arc<str>,
    },
    /// Wrong or missing credentials.
    #[error("Authorization Violation")]
    Authorization,
    /// No `CONNECT` in time.
    #[error("Authentication Timeout")]
    AuthenticationTimeout,
    /// The server has as many connections as it may have.
    #[error("maximum connections exceeded")]
    MaxConnections,
    /// `CONNECT` with a `protocol` other than 0 and 1.
    #[error("invalid client protocol")]
    InvalidClientProtocol,
    /// The connection has as many subscriptions as it may have.
    #[error("maximum subscriptions exceeded")]
    MaxSubscriptions,
    /// `CONNECT` with `no_responders` but without `headers`.
    #[error("no responders requires headers support")]
    NoRespondersNeedsHeaders,
    /// Two pings were not answered.
    #[error("Stale Connection")]
    StaleConnection,
}

impl ProtocolError {
    /// The text between the quotes of the server's `-ERR`; `None` if it closes without one.
    pub fn wire_text(&self) -> Option<String> {
        match self {
            Self::BadArguments(_) => None,
            other => Some(other.to_string()),
        }
    }

    /// Whether the server closes the connection.
    pub const fn closes(&self) -> bool {
        !matches!(
            self,
            Self::InvalidSubject
                | Self::InvalidPublishSubject
                | Self::PublishDenied(_)
                | Self::ReplyDenied(_)
                | Self::SubscribeDenied(_)
                | Self::QueueDenied { .. }
                | Self::MaxSubscriptions
        )
    }
}
