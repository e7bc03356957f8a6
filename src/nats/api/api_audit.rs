//! What servers publish about requests to the API, on `$JS.EVENT.ADVISORY.API`.

use bytes::Bytes;

use super::{Stamp, to_json};
use crate::nats::json::as_json;

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAudit<'a> {
    /// What this is: [`ApiAudit::TYPE`].
    pub r#type: &'static str,
    /// An id of its own.
    pub id: &'a str,
    /// When it was answered.
    pub timestamp: Stamp,
    /// The server that answered.
    pub server: &'a str,
    /// Who asked.
    pub client: Option<AuditedClient<'a>>,
    /// What was asked.
    pub subject: &'a str,
    /// The body of the request.
    pub request: &'a str,
    /// The body of the answer.
    pub response: &'a str,
    /// The domain of the server, if it has one.
    pub domain: Option<&'a str>,
}

as_json! {
    written ApiAudit<'_>;
    r#type, id, timestamp, server, client omitempty, subject, request omitempty, response,
    domain omitempty,
}

/// The client that made a request.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub name: Option<&'a str>,
    /// The language of its library.
    pub lang: Option<&'a str>,
    /// The version of its library.
    pub ver: Option<&'a str>,
    /// The server it is connected to.
    pub server: &'a str,
    /// What it is: `Client`.
    pub kind: &'a str,
    /// Which protocol it speaks: `nats`.
    pub client_type: &'a str,
}

as_json! {
    written AuditedClient<'_>;
    start, host, id, acc, name omitempty, lang omitempty, ver omitempty, server, kind,
    client_type,
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
