//! What a leaf link does not carry, and how the API of another domain is reached all the same.
//!
//! Between two domains neither the JetStream API nor the subjects of buckets pass under their own
//! names: each domain has its own. Every server of a domain takes `$JS.<domain>.API.…` for its own
//! `$JS.API.…`, and offers that to whom it is joined by a leaf link.

use crate::nats::Subject;
use crate::nats::subject::{is_subset, matches};

use super::super::Server;
use super::super::clients::is_of_bucket;
use super::{Key, Leaf};

/// What no link between two domains carries.
const OTHER_DOMAIN: [&str; 3] = ["$JS.API.>", "$KV.>", "$OBJ.>"];

/// What a domain offers of its API to others, behind `$JS.<domain>.API.`.
const OFFERED: [&str; 9] = [
    "INFO",
    "STREAM.>",
    "CONSUMER.>",
    "DIRECT.>",
    "META.>",
    "SERVER.>",
    "ACCOUNT.>",
    "$KV.>",
    "$OBJ.>",
];

/// The servers of a domain as the others see them: any one of them may be asked. A real one says this
/// without a queue group, and finds out otherwise that it was asked before.
pub const DOMAIN_QUEUE: &str = "_domain_";

/// Subjects by which servers find out that leaf links go round in a circle.
pub(super) const LOOP_PREFIX: &str = "$LDS.";

/// Why a message does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Refusal<'a> {
    /// It belongs to the domain in which it is.
    Domain,
    /// The link was configured not to carry this.
    Denied(&'a Subject),
}

impl Leaf {
    /// Why a message for the subscribers of a subject is not sent over this link.
    pub(in crate::server) fn refuses(&self, subject: &str) -> Option<Refusal<'_>> {
        if self.other_domain && OTHER_DOMAIN.iter().any(|denied| matches(denied, subject)) {
            return Some(Refusal::Domain);
        }
        let denied = self.deny_out.iter().find(|denied| matches(denied, subject));
        denied.map(Refusal::Denied)
    }

    /// Whether the other side is never told that somebody here wants these subjects.
    pub(super) fn conceals(&self, subject: &str) -> bool {
        self.other_domain && OTHER_DOMAIN.iter().any(|denied| is_subset(subject, denied))
            || self.deny_in.iter().any(|denied| is_subset(subject, denied))
    }
}

impl Server {
    /// What this server wants from over leaf links by itself: to find loops, and that its domain's API
    /// can be asked.
    pub(super) fn offers(&self) -> Vec<Key> {
        let mut offers = vec![(self.loop_subject(), None)];
        if let (Some(domain), true) = (&self.config.domain, self.has_jetstream()) {
            offers.extend(OFFERED.iter().map(|what| {
                (format!("$JS.{domain}.API.{what}").into(), Some(DOMAIN_QUEUE.into()))
            }));
        }
        offers
    }

    /// The subject that must not come back to this server.
    pub(super) fn loop_subject(&self) -> Subject {
        format!("{LOOP_PREFIX}{}", self.id).into()
    }

    pub(super) fn has_jetstream(&self) -> bool {
        self.config.settings.jetstream.is_some()
    }

    /// A subject without this server's own domain in it: `$JS.<domain>.API.STREAM.INFO.S` is
    /// `$JS.API.STREAM.INFO.S`, `$JS.<domain>.API.$KV.b.k` is `$KV.b.k`. None if it is neither.
    pub(in crate::server) fn without_domain(&self, subject: &str) -> Option<Subject> {
        let rest = subject.strip_prefix("$JS.")?.strip_prefix(self.config.domain.as_deref()?)?;
        let rest = rest.strip_prefix(".API.")?;
        if !OFFERED.iter().any(|offered| matches(offered, rest)) {
            return None;
        }
        Some(if is_of_bucket(rest) { rest.into() } else { format!("$JS.API.{rest}").into() })
    }
}
