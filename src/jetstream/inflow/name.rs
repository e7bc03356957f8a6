//! What tells origins apart: the names of their consumers, and what is noted in every message
//! that came from a source.

use std::sync::Arc;

use crate::nats::api::StreamSource;
use crate::nats::hash8;

use super::Kind;

/// The stream that follows an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub stream: Arc<str>,
    /// Its account.
    pub account: &'static str,
    /// Its domain.
    pub domain: Option<Arc<str>>,
    /// Whether it has several sources of the same name.
    pub several: bool,
}

impl Owner {
    /// The name of the consumer that the origin is asked for.
    pub(super) fn consumer(&self, kind: Kind, id: &str) -> String {
        let mut about = format!("{} {}", self.stream, self.account);
        if let Some(domain) = &self.domain {
            about = format!("{about} {domain}");
        }
        if kind == Kind::Mirror {
            return format!("JS_MIRROR_{}", hash8(&about));
        }
        about = hash8(&about);
        if self.several {
            about = format!("{about} {id}");
        }
        format!("JS_SRC_{}", hash8(&about))
    }
}

/// How far a stream is with a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The origin's sequence of the last message that was stored.
    pub seq: u64,
    /// Which origin it was: when it was created, hashed.
    pub identity: Arc<str>,
}

/// What tells a source from the others of its stream: origin, filters and destinations. Another
/// filter makes another source.
pub fn source_id(source: &StreamSource) -> String {
    let (mut filters, mut dests) = (String::new(), String::new());
    let put = |list: &mut String, part: &str, first: bool| {
        if !first {
            list.push('\u{c}');
        }
        list.push_str(if part.is_empty() { ">" } else { part });
    };
    for (n, transform) in source.subject_transforms.iter().enumerate() {
        put(&mut filters, &transform.src, n == 0);
        put(&mut dests, &transform.dest, n == 0);
    }
    if filters.is_empty() {
        put(&mut filters, &source.filter_subject, true);
        put(&mut dests, "", true);
    }
    format!("{} {filters} {dests}", origin_id(source))
}

/// What tells an origin from others: its name, where it is, and the consumer of it that is used.
pub fn origin_id(source: &StreamSource) -> String {
    let mut id = source.name.clone();
    if let Some(external) = &source.external {
        id = format!("{id}:{}", hash8(&external.api));
    }
    if let Some(consumer) = &source.consumer {
        id = format!("{id}:C={}", hash8(&consumer.name));
    }
    id
}

/// The value of `Nats-Stream-Source`: a source's id, with the message's sequence, its subject and
/// the identity of its origin at their places.
pub(super) fn source_header(id: &str, seq: u64, subject: &str, identity: &str) -> String {
    let (origin, rest) = id.split_once(' ').unwrap_or((id, ""));
    let space = if identity.is_empty() { "" } else { " " };
    format!("{origin} {seq} {rest} {subject}{space}{identity}")
}

/// The source that such a header names, and how far it was.
pub fn position_of(header: &str) -> Option<(String, Position)> {
    let mut parts = header.split(' ');
    let (origin, seq) = (parts.next()?, parts.next()?.parse().ok()?);
    let (filters, dests) = (parts.next()?, parts.next()?);
    let identity = parts.nth(1).unwrap_or_default().into();
    Some((format!("{origin} {filters} {dests}"), Position { seq, identity }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::api::{External, SubjectTransform};

    #[test]
    fn names_are_those_of_the_real_server() {
        let owner = |stream: &str, domain: &str| Owner {
            stream: stream.into(),
            account: "A",
            domain: Some(domain.into()),
            several: false,
        };
        assert_eq!(owner("M", "hub").consumer(Kind::Mirror, ""), "JS_MIRROR_mj1f2RBX");
        let mut gathers = Owner { account: "$G", domain: None, ..owner("S", "") };
        assert_eq!(gathers.consumer(Kind::Source, "W > >"), "JS_SRC_N6lXlrSF");
        gathers.several = true;
        assert_eq!(gathers.consumer(Kind::Source, "Q q.a >"), "JS_SRC_AJn76qrM");
        let mut source = StreamSource { name: "ORDERS".to_owned(), ..StreamSource::default() };
        assert_eq!(source_id(&source), "ORDERS > >");
        source.external = Some(External { api: "$JS.us-east.API".into(), deliver: String::new() });
        let transform =
            |src: &str, dest: &str| SubjectTransform { src: src.into(), dest: dest.into() };
        source.subject_transforms = vec![transform("orders.us.>", "all.us.>"), transform("x", "")];
        let id = source_id(&source);
        assert_eq!(id, "ORDERS:onL4hI13 orders.us.>\u{c}x all.us.>\u{c}>");
        let header = source_header(&id, 7, "orders.us.a", "s4mlk0yO");
        let position = Position { seq: 7, identity: "s4mlk0yO".into() };
        assert_eq!(position_of(&header), Some((id, position)));
        assert_eq!(source_header("ALL > >", 1, "a", ""), "ALL 1 > > a");
        assert_eq!(position_of("ALL x > > a"), None);
    }
}
