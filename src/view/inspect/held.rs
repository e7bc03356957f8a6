//! What is told alike of a bucket and of an object store: what it holds, who watches it, and that not all of
//! it was looked through.

use std::sync::Arc;

use crate::view::bucket::Watcher;
use crate::view::cast::Cast;
use crate::view::entity::Entity;
use crate::view::frame::{Row, Section};
use crate::view::palette::Token;
use crate::view::text::grouped;
use crate::world::StreamView;

use super::parts::{row, table};

/// What it holds, what else is to be told of it, who watches it, and how many older messages were not looked
/// through.
pub(super) fn sections(
    cast: Cast<'_>,
    view: &StreamView<'_>,
    holdings: Section,
    more: Option<Section>,
    left_out: u64,
) -> Vec<Section> {
    let mut sections = vec![holdings];
    sections.extend(more);
    sections.push(watchers(cast, view));
    if left_out > 0 {
        let text = format!("{} older messages were not looked through.", grouped(left_out));
        sections.push(Section::Note(text));
    }
    sections
}

fn watchers(cast: Cast<'_>, view: &StreamView<'_>) -> Section {
    let consumers = cast.world().consumers_of(view.cluster, view.name);
    let rows = consumers.iter().filter_map(|consumer| {
        let watcher = Watcher::of(cast, consumer)?;
        let entity = Entity::Consumer {
            cluster: view.cluster,
            stream: Arc::clone(view.name),
            name: Arc::clone(consumer.name),
        };
        let who = watcher.app.map_or_else(|| "nobody listens".to_owned(), |app| cast.name(app));
        let cells = vec![who, watcher.what, consumer.name.to_string()];
        Some(Row { entity: Some(entity), tone: Some(Token::Deliver), ..row(cells) })
    });
    let empty = "Nobody watches it.";
    table("Watchers", vec!["Who", "Watches", "Consumer"], rows.collect(), empty)
}

/// A message of its stream.
pub(super) fn message(view: &StreamView<'_>, seq: u64) -> Entity {
    Entity::Message { cluster: view.cluster, stream: Arc::clone(view.name), seq }
}
