//! `nats server ls` and `nats server info`: what the simulation knows of its servers.
//!
//! The real CLI asks over the system account and shows what answers. Here nothing is sent; servers
//! that could not answer are left out of the tables all the same, and named below them.

use super::columns::Columns;
use super::facts::{Facts, ServerFacts};
use super::format::{comma, duration, ibytes};
use super::line::Line;
use super::parse::Invocation;
use super::suggest::nearest;
use super::table::Table;
use crate::nats::api::{SERVER_VERSION, to_json_text};

pub(super) const NO_RESULTS: &str = "no results received, ensure the account used has system privileges and appropriate permissions";

/// `nats server ls`
pub(super) fn ls(line: &Invocation, facts: &Facts) -> Vec<Line> {
    let answering: Vec<&ServerFacts> =
        facts.servers.iter().filter(|s| s.silent.is_none()).collect();
    let mut lines = Vec::new();
    if line.on("json") {
        let names: Vec<&str> = answering.iter().map(|server| server.name.as_str()).collect();
        lines
            .extend(super::format::pretty_json(&to_json_text(&names)).into_iter().map(Line::plain));
        return lines;
    }
    if answering.is_empty() {
        lines.push(Line::error(NO_RESULTS));
    } else {
        lines.extend(overview(&answering).into_iter().map(Line::plain));
        let clusters = clusters(&answering);
        if !clusters.is_empty() {
            lines.push(Line::plain(""));
            lines.extend(clusters.into_iter().map(Line::plain));
        }
    }
    for server in &facts.servers {
        if let Some(why) = server.silent {
            lines.push(Line::hint(format!("{} {why}, so it does not answer.", server.name)));
        }
    }
    lines
}

/// `nats server info`; whether there is such a server that answers.
pub(super) fn info(line: &Invocation, facts: &Facts) -> (Vec<Line>, bool) {
    let name = line.arg(0).unwrap_or_default();
    let found = facts.servers.iter().find(|server| {
        server.name == name || name.split_once('/') == Some((&server.cluster, &server.name))
    });
    let Some(server) = found.filter(|server| server.silent.is_none()) else {
        let mut lines = vec![Line::error(NO_RESULTS)];
        let names = facts.servers.iter().map(|server| server.name.as_str());
        match (found, nearest(name, names)) {
            (Some(ServerFacts { silent: Some(why), .. }), _) => {
                lines.push(Line::hint(format!("{name} {why}.")));
            }
            (_, Some(near)) => lines.push(Line::hint(format!("Did you mean {near}?"))),
            _ => {
                let names: Vec<&str> = facts.servers.iter().map(|s| s.name.as_str()).collect();
                lines.push(Line::hint(format!("The servers are {}.", names.join(", "))));
            }
        }
        return (lines, false);
    };
    let mut block = Columns::new(format!("Server information for {} ({})", server.name, server.id));
    block.title("Process Details");
    block.row("Version", SERVER_VERSION);
    block.row("Uptime", duration(server.uptime));
    block.title("JetStream");
    block.row_if_any("Domain", server.domain.as_deref().unwrap_or_default());
    block.row("Streams", server.streams.join(", "));
    block.title("Limits");
    block.row("Max Payload", ibytes(server.max_payload));
    block.title("Statistics");
    block.row("Connections", comma(server.connections.into()));
    block.row("Subscriptions", comma(server.subscriptions.into()));
    if !server.cluster.is_empty() {
        block.title("Cluster");
        block.row("Name", &server.cluster);
        block.row("Routes", comma(server.routes.into()));
    }
    let mut lines: Vec<Line> = block.lines().into_iter().map(Line::plain).collect();
    if server.streams.iter().any(|stream| stream.ends_with('*')) {
        lines.push(Line::hint("A star marks the streams that it leads."));
    }
    (lines, true)
}

fn overview(servers: &[&ServerFacts]) -> Vec<String> {
    // What the real table tells of memory, processors and slow consumers is not simulated.
    let headers =
        ["Name", "Cluster", "Host", "Version", "JS", "Conns", "Subs", "Routes", "GWs", "Uptime"];
    let mut table = Table::new("Server Overview", &headers);
    for server in servers {
        table.row(vec![
            server.name.as_str().into(),
            server.cluster.as_str().into(),
            server.name.as_str().into(),
            SERVER_VERSION.into(),
            match &server.domain {
                Some(domain) => domain.as_str(),
                None if server.jetstream => "yes",
                None => "no",
            }
            .into(),
            comma(server.connections.into()).into(),
            comma(server.subscriptions.into()).into(),
            server.routes.into(),
            0.into(),
            duration(server.uptime).into(),
        ]);
    }
    let names = cluster_names(servers);
    let uneven = names.iter().any(|name| {
        let mut routes = servers.iter().filter(|s| s.cluster == *name).map(|s| s.routes);
        let first = routes.next();
        routes.any(|n| Some(n) != first)
    });
    let sum = |of: fn(&ServerFacts) -> u64| servers.iter().map(|server| of(server)).sum::<u64>();
    table.footer(vec![
        "".into(),
        names.len().to_string().into(),
        servers.len().to_string().into(),
        "".into(),
        servers.iter().filter(|server| server.jetstream).count().to_string().into(),
        comma(sum(|s| s.connections).into()).into(),
        comma(sum(|s| s.subscriptions).into()).into(),
        if uneven { "X" } else { "" }.into(),
        "".into(),
        "".into(),
    ]);
    table.lines()
}

fn clusters(servers: &[&ServerFacts]) -> Vec<String> {
    let names = cluster_names(servers);
    if names.is_empty() {
        return Vec::new();
    }
    let headers =
        ["Cluster", "Node Count", "Outgoing Gateways", "Incoming Gateways", "Connections"];
    let mut table = Table::new("Cluster Overview", &headers);
    let (mut nodes, mut connections) = (0, 0);
    for name in names {
        let members: Vec<_> = servers.iter().filter(|server| server.cluster == name).collect();
        let count = members.len() as u64;
        let connected: u64 = members.iter().map(|server| server.connections).sum();
        nodes += count;
        connections += connected;
        table.row(vec![name.into(), count.into(), 0.into(), 0.into(), connected.into()]);
    }
    table.footer(vec!["".into(), nodes.into(), 0.into(), 0.into(), connections.into()]);
    table.lines()
}

/// The clusters; a server on its own is none.
fn cluster_names<'a>(servers: &[&'a ServerFacts]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for server in servers {
        if !server.cluster.is_empty() && !names.contains(&server.cluster.as_str()) {
            names.push(&server.cluster);
        }
    }
    names
}
