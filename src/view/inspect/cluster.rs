//! A cluster: its servers and streams.

use std::sync::Arc;

use crate::view::cast::Cast;
use crate::view::content;
use crate::view::entity::Entity;
use crate::view::frame::{Inspection, Row, Tab};
use crate::view::palette::Token;
use crate::view::text::grouped;

use super::parts::{fact, facts, row, stat, table};

pub(super) fn inspect(cast: Cast<'_>, index: usize) -> Option<Inspection> {
    let world = cast.world();
    let cluster = world.topology().clusters.get(index)?;
    let streams: Vec<_> =
        world.streams().into_iter().filter(|stream| stream.cluster == index).collect();
    let own = world.servers().filter(|(id, ..)| world.cluster_of(*id) == Some(index));
    let servers: Vec<Row> = own
        .map(|(process, state, server)| Row {
            entity: Some(cast.entity(process)),
            ..row(vec![
                server.name().to_string(),
                super::parts::state_badge(Some(state)).text,
                if server.meta().is_some_and(|meta| meta.is_leader()) { "leader" } else { "–" }
                    .to_owned(),
                server.clients().count().to_string(),
            ])
        })
        .collect();
    let rows = streams.iter().map(|stream| {
        let best = stream.best().map(|best| content::state(best.stream));
        Row {
            entity: Some(Entity::Stream { cluster: index, name: Arc::clone(stream.name) }),
            tone: stream.leader().is_none().then_some(Token::Fault),
            ..row(vec![
                stream.name.to_string(),
                stream.leader().map_or_else(|| "none".to_owned(), |leader| cast.name(leader)),
                format!("R{}", stream.replicas.len()),
                best.map_or_else(String::new, |state| grouped(state.messages)),
            ])
        }
    });
    let rows: Vec<Row> = rows.collect();
    Some(Inspection {
        entity: Entity::Cluster(index),
        kind: "cluster",
        title: cluster.name.clone(),
        place: String::new(),
        badges: Vec::new(),
        shown_as: None,
        stats: vec![stat("servers", servers.len()), stat("streams", streams.len())],
        tabs: vec![Tab {
            name: "Cluster",
            sections: vec![
                facts(
                    "",
                    vec![
                        fact("JetStream domain", cluster.domain.as_deref().unwrap_or("none")),
                        fact("between servers", cluster.route.latency),
                        fact("to clients", cluster.access.latency),
                    ],
                ),
                table(
                    "Servers",
                    vec!["Server", "State", "Meta", "Clients"],
                    servers,
                    "No servers.",
                ),
                table(
                    "Streams",
                    vec!["Stream", "Leader", "Copies", "Messages"],
                    rows,
                    "No streams.",
                ),
            ],
        }],
        knobs: None,
        actions: Vec::new(),
    })
}
