//! A server: what it hosts, who is connected, what is wanted there, its Raft groups.

use std::sync::Arc;

use crate::kernel::{ProcId, Span, Time};
use crate::server::Server;
use crate::view::cast::{Cast, GroupOf};
use crate::view::content;
use crate::view::entity::Entity;
use crate::view::frame::{Inspection, Row, Section, Tab};
use crate::view::palette::Token;
use crate::view::text::{brief, grouped};

use super::parts::{
    badge, fact, fact_of, facts, peer, process_actions, role, row, stat, state_badge, table,
};

pub(super) fn inspect(cast: Cast<'_>, process: ProcId) -> Option<Inspection> {
    let world = cast.world();
    let server = world.server(process)?;
    let state = world.sim().state(process);
    let cluster = world.cluster_of(process).unwrap_or(0);
    let mut badges = vec![state_badge(state)];
    let meta_leader = server.meta().is_some_and(|meta| meta.is_leader());
    if meta_leader {
        badges.push(badge("meta leader", Token::Replicate));
    }
    let leads = server.streams().filter(|(_, hosted)| hosted.leading).count();
    let clients = server.clients().count();
    let mut connections = vec![connections(cast, server), routes(cast, server, process)];
    connections.extend(leafs(cast, server, process));
    Some(Inspection {
        entity: Entity::Server(process),
        kind: "server",
        title: world.short_name(process).to_owned(),
        place: format!("in {}", cast.cluster(cluster)),
        badges,
        shown_as: None,
        stats: vec![
            stat("streams", server.streams().count()),
            stat("leads", leads),
            stat("clients", clients),
            stat("routes", server.routes().count()),
        ],
        tabs: vec![
            Tab {
                name: "State",
                sections: vec![about(cast, server), streams(cast, server, cluster)],
            },
            Tab { name: "Raft", sections: vec![groups(cast, server, process)] },
            Tab { name: "Connections", sections: connections },
            Tab { name: "Interest", sections: vec![interest(server)] },
        ],
        knobs: None,
        actions: process_actions(world.name(process), world.short_name(process), state),
    })
}

fn about(cast: Cast<'_>, server: &Server) -> Section {
    let mut list = vec![
        fact("name", server.name()),
        fact("id", server.id()),
        fact("cluster", &server.config().cluster),
        fact("domain", server.config().domain.as_deref().unwrap_or("none")),
    ];
    match server.meta() {
        Some(meta) => list.push(match meta.leader() {
            Some(leader) => {
                fact_of("meta leader", cast.name(peer(leader)), cast.entity(peer(leader)))
            }
            None => fact("meta leader", "unknown"),
        }),
        None => list.push(fact("meta group", "none: it is alone")),
    }
    let now = cast.world().now();
    let disk = server.disk_latency();
    list.push(fact(
        "disk",
        match disk {
            Span::ZERO => "writes at once".to_owned(),
            slow => format!("takes {slow} for a write"),
        },
    ));
    list.push(fact(
        "disk is flushed",
        match (server.sync_interval(), server.next_sync(now)) {
            (Span::ZERO, _) => "with every write".to_owned(),
            (_, Time::MAX) => "by nobody: it is down".to_owned(),
            (every, next) => format!("every {}, next in {}", brief(every), brief(next.since(now))),
        },
    ));
    if server.clock_ahead() != 0 {
        let way = if server.clock_ahead() < 0 { "behind" } else { "ahead" };
        let span = brief(Span(server.clock_ahead().unsigned_abs()));
        list.push(fact("clock", format!("{span} {way}")));
    }
    facts("", list)
}

fn streams(cast: Cast<'_>, server: &Server, cluster: usize) -> Section {
    let now = cast.world().now();
    let rows = server.streams().map(|(name, hosted)| {
        let state = content::state(&hosted.stream);
        Row {
            entity: Some(Entity::Stream { cluster, name: Arc::clone(name) }),
            tone: hosted.leading.then_some(Token::Deliver),
            ..row(vec![
                name.to_string(),
                if hosted.leading { "leads" } else { "follows" }.to_owned(),
                grouped(state.messages),
                grouped(state.last_seq),
                grouped(server.unsynced(now, hosted)),
            ])
        }
    });
    table(
        "Streams",
        vec!["Stream", "Role", "Messages", "Last", "Unflushed"],
        rows.collect(),
        "It has no copy of any stream.",
    )
}

fn groups(cast: Cast<'_>, server: &Server, process: ProcId) -> Section {
    let state = cast.world().sim().state(process);
    let rows = server.groups().map(|(name, raft)| {
        let of = match cast.group(name, process) {
            GroupOf::Meta => "meta".to_owned(),
            GroupOf::Stream { name, .. } => name.to_string(),
            GroupOf::Consumer { stream, name, .. } => format!("{stream} > {name}"),
            GroupOf::Gone => name.to_string(),
        };
        Row {
            tone: raft.is_leader().then_some(Token::Deliver),
            ..row(vec![
                of,
                role(raft, state).to_owned(),
                raft.term().to_string(),
                raft.leader().map_or_else(|| "–".to_owned(), |id| cast.name(peer(id))),
                format!("{}–{}", raft.first_index(), raft.last_index()),
                raft.commit().to_string(),
                raft.applied().to_string(),
            ])
        }
    });
    table(
        "",
        vec!["Group", "Role", "Term", "Leader", "Log", "Commit", "Applied"],
        rows.collect(),
        "It is a member of no Raft group.",
    )
}

fn connections(cast: Cast<'_>, server: &Server) -> Section {
    let rows = server.clients().map(|(_, client)| Row {
        entity: Some(cast.entity(client.peer)),
        ..row(vec![
            client.id.to_string(),
            client.options.name.clone().unwrap_or_else(|| cast.name(client.peer)),
            client.subs.values().map(|sub| sub.subject.to_string()).collect::<Vec<_>>().join(", "),
            client.subs.values().map(|sub| sub.delivered).sum::<u64>().to_string(),
        ])
    });
    table(
        "Clients",
        vec!["Id", "Client", "Subscriptions", "Delivered"],
        rows.collect(),
        "No client is connected.",
    )
}

fn routes(cast: Cast<'_>, server: &Server, process: ProcId) -> Section {
    let rows = server.routes().map(|other| Row {
        entity: Some(Entity::link(process, other)),
        ..row(vec![cast.name(other)])
    });
    table("Routes", vec!["Server"], rows.collect(), "It has no route to another server.")
}

fn leafs(cast: Cast<'_>, server: &Server, process: ProcId) -> Option<Section> {
    let rows: Vec<Row> = server
        .leafs()
        .map(|leaf| {
            let denied: Vec<&str> = leaf.deny_out.iter().map(|pattern| &**pattern).collect();
            Row {
                entity: Some(Entity::link(process, leaf.peer)),
                ..row(vec![
                    cast.name(leaf.peer),
                    if leaf.is_spoke { "its hub" } else { "its leaf" }.to_owned(),
                    leaf.wanted.to_string(),
                    if denied.is_empty() { "–".to_owned() } else { denied.join(", ") },
                ])
            }
        })
        .collect();
    let heads = vec!["Server", "Is", "Subjects wanted there", "Not sent there"];
    let apart = "It has no leaf link to another cluster.";
    let joined = !cast.world().topology().links.is_empty();
    joined.then(|| table("Leaf links", heads, rows, apart))
}

fn interest(server: &Server) -> Section {
    let rows = server.local_interest().map(|(subject, queue, count)| {
        row(vec![
            subject.to_string(),
            queue.map_or_else(|| "–".to_owned(), ToString::to_string),
            count.to_string(),
        ])
    });
    table(
        "What its clients and streams want",
        vec!["Subject", "Queue group", "Count"],
        rows.collect(),
        "Nobody here wants anything.",
    )
}
