//! What a stream takes from its origins: how far it is with each, and through which consumer.

use std::sync::Arc;

use crate::view::cast::Cast;
use crate::view::entity::Entity;
use crate::view::frame::{Row, Section};
use crate::view::palette::Token;
use crate::view::text::{age, grouped};
use crate::world::{InflowView, StreamView};

use super::parts::{row, table};

/// How far a stream is with its mirror or its sources; nothing if it has none, or no leader that
/// knows.
pub(super) fn section(cast: Cast<'_>, view: &StreamView<'_>) -> Option<Section> {
    let of = |inflow: &InflowView<'_>| {
        (inflow.cluster, inflow.stream) == (view.cluster, view.name)
            && Some(inflow.server) == view.leader()
    };
    let inflows: Vec<_> = cast.world().inflows().into_iter().filter(of).collect();
    if inflows.is_empty() {
        return None;
    }
    let title = if inflows.iter().any(InflowView::is_mirror) { "Mirror" } else { "Sources" };
    let rows = inflows.iter().map(|inflow| origin(cast, inflow));
    let columns = vec!["Origin", "Copied", "Behind", "Lag it says", "Heard", "Consumer there"];
    Some(table(title, columns, rows.collect(), ""))
}

fn origin(cast: Cast<'_>, view: &InflowView<'_>) -> Row {
    let heard = view.silent_for(cast.world());
    let consumer = view.consumer().map_or_else(|| "none".to_owned(), ToString::to_string);
    let name: Arc<str> = view.inflow.source().name.as_str().into();
    Row {
        entity: view.origin_cluster.map(|cluster| Entity::Stream { cluster, name }),
        tone: Some(if view.origin_server.is_some() { Token::Mirror } else { Token::Fault }),
        ..row(vec![
            view.inflow.origin().to_string(),
            grouped(view.seq),
            grouped(view.behind),
            grouped(view.inflow.lag()),
            heard.map_or_else(|| "never".to_owned(), age),
            consumer,
        ])
    }
}
