//! `nats server report …`: the servers side by side.
//!
//! Like `nats server ls` these look at the simulation itself and send nothing.

use super::facts::{Facts, MetaFacts, ServerFacts};
use super::format::{comma, duration, ibytes};
use super::line::Line;
use super::parse::Invocation;
use super::servers::NO_RESULTS;
use super::table::{Cell, Table};
use crate::sorted;

/// `nats server report jetstream`
pub(super) fn jetstream(line: &Invocation, facts: &Facts) -> Vec<Line> {
    let mut servers = answering(line, facts);
    if servers.is_empty() {
        return vec![Line::error(NO_RESULTS)];
    }
    let by = line.text("sort").unwrap_or("cluster");
    match by {
        "streams" => sorted::sort_by_key(&mut servers, |server| server.streams.len()),
        "consumers" => sorted::sort_by_key(&mut servers, |server| server.consumers),
        "msgs" => sorted::sort_by_key(&mut servers, |server| server.messages),
        "bytes" | "mbytes" => {
            sorted::sort_by_key(&mut servers, |server| server.memory + server.file)
        }
        "mem" => sorted::sort_by_key(&mut servers, |server| server.memory),
        "file" | "store" => sorted::sort_by_key(&mut servers, |server| server.file),
        "name" => sorted::sort_by(&mut servers, |a, b| a.name < b.name),
        _ => sorted::sort_by(&mut servers, |a, b| (&a.cluster, &a.name) < (&b.cluster, &b.name)),
    }
    if line.on("reverse") {
        servers.reverse();
    }
    let mut lines = summary(&servers, facts);
    let clusters: sorted::Set<&str> = servers
        .iter()
        .map(|server| server.cluster.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    for cluster in clusters {
        lines.push(Line::plain(""));
        match facts.metas.iter().find(|meta| meta.cluster == cluster) {
            Some(meta) => lines.extend(meta_group(meta)),
            None => lines.extend(no_leader(cluster, facts)),
        }
    }
    lines
}

/// The servers that answer and are asked for.
fn answering<'f>(line: &Invocation, facts: &'f Facts) -> Vec<&'f ServerFacts> {
    let wanted = |server: &&ServerFacts| {
        server.silent.is_none()
            && line.text("cluster").is_none_or(|cluster| server.cluster == cluster)
            && line.text("host").is_none_or(|host| server.name == host)
    };
    facts.servers.iter().filter(wanted).collect()
}

fn summary(servers: &[&ServerFacts], facts: &Facts) -> Vec<Line> {
    // What the real table tells of API requests is not counted here.
    let domains = servers.iter().any(|server| server.domain.is_some());
    let mut headers = vec!["Server", "Cluster"];
    if domains {
        headers.push("Domain");
    }
    headers.extend(["Streams", "Consumers", "Messages", "Bytes", "Memory", "File"]);
    let mut table = Table::new("JetStream Summary", &headers);
    let row = |first: [&str; 3], numbers: [u64; 5]| {
        let [streams, consumers, messages, memory, file] = numbers;
        let mut cells: Vec<Cell> = vec![first[0].into(), first[1].into()];
        if domains {
            cells.push(first[2].into());
        }
        cells.extend([
            comma(streams.into()).into(),
            comma(consumers.into()).into(),
            comma(messages.into()).into(),
            ibytes(memory + file).into(),
            ibytes(memory).into(),
            ibytes(file).into(),
        ]);
        cells
    };
    let mut total = [0; 5];
    for server in servers {
        let leads = facts.metas.iter().any(|meta| {
            meta.cluster == server.cluster
                && meta.peers.iter().any(|p| p.leads && p.name == server.name)
        });
        let name = format!("{}{}", server.name, if leads { "*" } else { "" });
        let numbers = [
            server.streams.len() as u64,
            server.consumers,
            server.messages,
            server.memory,
            server.file,
        ];
        total.iter_mut().zip(numbers).for_each(|(sum, n)| *sum += n);
        let domain = server.domain.as_deref().unwrap_or_default();
        table.row(row([&name, &server.cluster, domain], numbers));
    }
    table.footer(row(["", "", ""], total));
    table.lines().into_iter().map(Line::plain).collect()
}

fn meta_group(meta: &MetaFacts) -> impl Iterator<Item = Line> {
    let title = format!("RAFT Meta Group Information - Lead cluster: {}", meta.cluster);
    let headers = ["Connection Name", "ID", "Leader", "Current", "Online", "Active", "Lag"];
    let mut table = Table::new(title, &headers);
    for peer in &meta.peers {
        let active = peer.active.map_or_else(|| "never".to_owned(), duration);
        table.row(vec![
            peer.name.as_str().into(),
            peer.id.as_str().into(),
            if peer.leads { "yes" } else { "" }.into(),
            peer.current.to_string().into(),
            peer.online.to_string().into(),
            if peer.leads { "0s".to_owned() } else { active }.into(),
            comma(peer.lag.into()).into(),
        ]);
    }
    table.lines().into_iter().map(Line::plain)
}

/// What is said where no server leads the meta group.
fn no_leader(cluster: &str, facts: &Facts) -> impl Iterator<Item = Line> + use<> {
    let all = facts.servers.iter().filter(|server| server.cluster == cluster);
    let (expected, up) =
        all.fold((0, 0), |(all, up), server| (all + 1, up + usize::from(server.silent.is_none())));
    let needed = expected / 2 + 1;
    [Line::plain(format!(
        "WARNING: No cluster meta leader found. The cluster expects {expected} nodes but only {up} responded. JetStream operation require at least {needed} up nodes."
    ))]
    .into_iter()
}

/// `nats server report connections`
pub(super) fn connections(line: &Invocation, facts: &Facts) -> Vec<Line> {
    let servers = answering(line, facts);
    if servers.is_empty() {
        return vec![Line::error(NO_RESULTS)];
    }
    let mut rows: Vec<(&ServerFacts, &super::facts::ConnectionFacts)> = servers
        .iter()
        .flat_map(|server| server.clients.iter().map(|client| (*server, client)))
        .collect();
    let by = line.text("sort").unwrap_or("subs");
    match by {
        "cid" => sorted::sort_by_key(&mut rows, |(_, client)| client.id),
        _ => sorted::sort_by_key(&mut rows, |(_, client)| client.subscriptions),
    }
    if line.on("reverse") {
        rows.reverse();
    }
    let all = rows.len();
    let top = line.number("top").and_then(|n| usize::try_from(n).ok()).unwrap_or(1000).min(all);
    // What the real table tells of addresses and of bytes in and out is not counted here.
    let title = format!("Top {top} Connections out of {all} by {by}");
    let mut table = Table::new(title, &["CID", "Name", "Server", "Cluster", "Account", "Subs"]);
    for (server, client) in &rows[all - top..] {
        table.row(vec![
            client.id.into(),
            client.name.as_str().into(),
            server.name.as_str().into(),
            server.cluster.as_str().into(),
            "$G".into(),
            comma(client.subscriptions.into()).into(),
        ]);
    }
    table.lines().into_iter().map(Line::plain).collect()
}
