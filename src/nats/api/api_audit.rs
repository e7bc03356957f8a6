//! What servers publish about requests to the API, on `$JS.EVENT.ADVISORY.API`.

use bytes::Bytes;
use serde::Serialize;

use super::{Stamp, is_default, to_json};

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiAudit<'a> {
    /// What this is: [`ApiAudit::TYPE`].
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// An id of its own.
    pub id: &'a str,
    /// When it was answered.
    pub timestamp: Stamp,
    /// The server that answered.
    pub server: &'a str,
    /// Who asked.
    #[serde(skip_serializing_if = "is_default")]
    pub client: Option<AuditedClient<'a>>,
    /// What was asked.
    pub subject: &'a str,
    /// The body of the request.
    #[serde(skip_serializing_if = "is_default")]
    pub request: &'a str,
    /// The body of the answer.
    pub response: &'a str,
    /// The domain of the server, if it has one.
    #[serde(skip_serializing_if = "is_default")]
    pub domain: Option<&'a str>,
}

/// The client that made a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedClient<'a> {
    /// When it connected.
    pub start: Stamp,
    /// Its address.
    pub host: &'a str,
    /// Its number on its server.
    pub id: u64,
    /// Its account.
    pub acc: &'a str,
    /// What it calls itself.
    #[serde(skip_serializing_if = "is_default")]
    pub name: Option<&'a str>,
    /// The language of its library.
    #[serde(skip_serializing_if = "is_default")]
    pub lang: Option<&'a str>,
    /// The version of its library.
    #[serde(skip_serializing_if = "is_default")]
    pub ver: Option<&'a str>,
    /// The server it is connected to.
    pub server: &'a str,
    /// What it is: `Client`.
    pub kind: &'a str,
    /// Which protocol it speaks: `nats`.
    pub client_type: &'a str,
}

impl ApiAudit<'_> {
    /// The subject on which it is published.
    pub const SUBJECT: &'static str = "$JS.EVENT.ADVISORY.API";

    /// Its type.
    pub const TYPE: &'static str = "io.nats.jetstream.advisory.v1.api_audit";

    /// Its bytes.
    pub fn to_json(&self) -> Bytes {
        to_json(self)
    }
}
