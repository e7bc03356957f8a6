//! A message in a stream.

use std::sync::Arc;

use crate::nats::json;
use crate::nats::time::rfc3339;
use crate::view::bucket as told;
use crate::view::cast::Cast;
use crate::view::content::{self, is_tombstone};
use crate::view::entity::Entity;
use crate::view::frame::{Inspection, Section, Tab};
use crate::view::palette::Token;
use crate::view::text::{age, escaped, size};
use crate::world::bucket::{Place, Revision};

use super::parts::{badge, fact, fact_of, facts, row, stat, table};

pub(super) fn inspect(
    cast: Cast<'_>,
    cluster: usize,
    stream: &Arc<str>,
    seq: u64,
) -> Option<Inspection> {
    let world = cast.world();
    let view = world.stream(cluster, stream)?;
    let best = view.best()?;
    let stored = content::get(best.stream, seq);
    let owner = Entity::Stream { cluster, name: Arc::clone(stream) };
    let mut list = vec![fact_of("stream", stream, owner), fact("sequence", seq)];
    let mut sections = Vec::new();
    let mut badges = Vec::new();
    match stored {
        None => {
            badges.push(badge("removed", Token::Muted));
            list.push(fact("state", "not in the stream: removed, or never there"));
            sections.push(facts("", list));
        }
        Some(message) => {
            if is_tombstone(message) {
                badges.push(badge("marker", Token::Muted));
            }
            badges.push(badge(message.subject.to_string(), Token::of_subject(&message.subject)));
            list.push(fact("subject", &message.subject));
            match Place::of(&message.subject) {
                Some(Place::Key { bucket, key }) => {
                    let revision = Revision::of(message);
                    list.push(fact("key", key));
                    list.push(fact("of bucket", bucket));
                    list.push(fact("as revision", told::state(&revision)));
                }
                Some(Place::Meta { object, .. }) => list.push(fact("describes", object)),
                Some(Place::Chunk { nuid, .. }) => list.push(fact("chunk of upload", nuid)),
                None => {}
            }
            list.push(fact("time", rfc3339(message.at)));
            list.push(fact("age", age(world.now().since(message.at))));
            list.push(fact("payload", size(message.payload.len() as u64)));
            sections.push(facts("", list));
            let headers: Vec<_> = message
                .headers
                .iter()
                .flat_map(|headers| headers.iter())
                .map(|(name, value)| row(vec![name.to_owned(), value.to_owned()]))
                .collect();
            sections.push(table("Headers", vec!["Name", "Value"], headers, "No headers."));
            sections.push(Section::Code {
                title: Some("Data".to_owned()),
                text: escaped(&message.payload, 10_000),
                json: json::parse(&message.payload).is_ok(),
            });
        }
    }
    let copies: Vec<_> = view
        .replicas
        .iter()
        .map(|replica| {
            let there = content::get(replica.stream, seq).is_some();
            let yet = if content::last_seq(replica.stream) < seq { "not yet" } else { "no" };
            let mut row =
                row(vec![cast.name(replica.server), if there { "yes" } else { yet }.to_owned()]);
            row.entity = Some(cast.entity(replica.server));
            row
        })
        .collect();
    let have = view.replicas.iter().filter(|r| content::get(r.stream, seq).is_some()).count();
    sections.push(table("Copies", vec!["Server", "Has it"], copies, "No copies."));
    Some(Inspection {
        entity: Entity::Message { cluster, stream: Arc::clone(stream), seq },
        kind: "message",
        title: format!("{stream} {seq}"),
        place: format!("in {}", cast.cluster(cluster)),
        badges,
        shown_as: None,
        stats: vec![
            stat("sequence", seq),
            stat("copies", format!("{have} of {}", view.replicas.len())),
        ],
        tabs: vec![Tab { name: "Message", sections }],
        knobs: None,
        actions: Vec::new(),
    })
}
