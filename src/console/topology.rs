//! `fault`, `link` and `topology`: what this console adds to the real CLI's commands. A line of this
//! kind gives the world what it says, or shows what the world consists of; no client sends anything.

use crate::kernel::{Link, LinkSpec, ProcId, ProcState, Ratio};
use crate::nats::json;
use crate::nats::time::go_duration;
use crate::world::{Input, Shape, Topology, World};

use super::commands::{Harm, Verb};
use super::echo::echo;
use super::fault::Fault;
use super::format::{ibytes, pretty_json};
use super::line::Line;
use super::parse::Invocation;
use super::table::Table;

/// What such a line prints, and what it gives to the world.
pub(super) struct Done {
    /// What it prints.
    pub(super) lines: Vec<Line>,
    /// Whether all is well.
    pub(super) fine: bool,
    /// What it gives to the world.
    pub(super) inputs: Vec<Input>,
    /// The world that is to take this one's place.
    pub(super) begins: Option<Topology>,
}

impl Done {
    fn fine(lines: Vec<Line>) -> Self {
        Self { lines, fine: true, inputs: Vec::new(), begins: None }
    }
    fn wrong(why: impl std::fmt::Display) -> Self {
        Self { fine: false, ..Self::fine(vec![Line::error(why)]) }
    }
}

/// Runs a line of this kind; nothing if it is of another kind.
pub(super) fn run(line: &Invocation, world: &World) -> Option<Done> {
    let shown = |lines| Some(Done::fine(lines));
    match (line.verb, line.arg(0)) {
        (Verb::Topology, Some("show")) => {
            let text = json::text(world.topology());
            return shown(pretty_json(&text).into_iter().map(Line::plain).collect());
        }
        (Verb::Topology, Some("hub")) => return Some(begin(Shape::Hub, line.arg(1))),
        (Verb::Topology, Some("chain")) => return Some(begin(Shape::Chain, line.arg(1))),
        (Verb::Topology, _) => return shown(topology(world)),
        (Verb::Fault(Harm::Ls), _) => return shown(troubles(world)),
        (Verb::Link, Some("ls")) => return shown(links(world, line.arg(1))),
        _ => {}
    }
    let fault = Fault::read(line)?;
    Some(match fault.and_then(|fault| Ok((fault.inputs(world)?, fault))) {
        Err(why) => Done::wrong(why),
        Ok((inputs, fault)) => {
            let lines = said(&fault, &inputs);
            Done { inputs, ..Done::fine(lines) }
        }
    })
}

/// Begins a world of so many servers in each cluster.
fn begin(shape: Shape, servers: Option<&str>) -> Done {
    let sizes = servers.unwrap_or_default().split(',').map(|size| size.trim().parse::<usize>());
    let Ok(sizes) = sizes.collect::<Result<Vec<_>, _>>() else {
        return Done::wrong("how many servers in each cluster? Say it as in 'topology hub 3,1,1'");
    };
    let topology = Topology::shaped(shape, &sizes);
    if let Err(why) = topology.validate() {
        return Done::wrong(why);
    }
    let names: Vec<&str> = topology.clusters.iter().map(|cluster| &*cluster.name).collect();
    let lines = vec![Line::hint(format!("Another world begins: {}.", names.join(", ")))];
    Done { begins: Some(topology), ..Done::fine(lines) }
}

/// What a line comes to, where it does not say it itself.
fn said(fault: &Fault, inputs: &[Input]) -> Vec<Line> {
    match fault {
        Fault::Give(_) | Fault::Link { .. } => Vec::new(),
        Fault::Dark { cluster, .. } if inputs.is_empty() => {
            vec![Line::hint(format!("All servers of {cluster} are down already."))]
        }
        Fault::Dark { .. } | Fault::Leader { .. } => {
            inputs.iter().filter_map(echo).map(Line::hint).collect()
        }
    }
}

/// The tables of what there is.
fn topology(world: &World) -> Vec<Line> {
    let mut lines = Vec::new();
    let topology = world.topology();
    let mut table = Table::new("Clusters", &["Cluster", "Domain", "Servers"]);
    for cluster in &topology.clusters {
        table.row(vec![
            cluster.name.as_str().into(),
            cluster.domain.as_deref().unwrap_or_default().into(),
            cluster.servers.join(", ").into(),
        ]);
    }
    add(&mut lines, &table);
    let mut table = Table::new("Servers", &["Server", "State", "Streams", "Clients"]);
    for (process, state, server) in world.servers() {
        let streams: Vec<&str> = server.streams().map(|(name, _)| &**name).collect();
        table.row(vec![
            world.name(process).into(),
            word(state).into(),
            streams.join(", ").into(),
            (server.clients().count() as u64).into(),
        ]);
    }
    add(&mut lines, &table);
    let mut table = Table::new("Apps", &["App", "Kind", "Cluster", "State", "Connected to"]);
    for (process, state, client) in world.clients() {
        let Some(spec) = world.client_spec(process) else { continue };
        table.row(vec![
            world.name(process).into(),
            json::text(&spec.acts_as()).trim_matches('"').into(),
            spec.cluster.as_str().into(),
            word(state).into(),
            client.connected_to().map_or("", |server| world.name(server)).into(),
        ]);
    }
    add(&mut lines, &table);
    if !topology.links.is_empty() {
        let mut table = Table::new("Links", &["Leaf", "Hub", "Denied in", "Denied out"]);
        for link in &topology.links {
            table.row(vec![
                link.from.as_str().into(),
                link.to.as_str().into(),
                link.deny_imports.join(", ").into(),
                link.deny_exports.join(", ").into(),
            ]);
        }
        add(&mut lines, &table);
    }
    lines.push(Line::hint("'link ls' shows what each link is like now."));
    lines
}

/// What is broken, and what waits to happen.
fn troubles(world: &World) -> Vec<Line> {
    let all = world.troubles();
    if all.is_empty() {
        return vec![Line::hint("Nothing is broken.".to_owned())];
    }
    let mut lines: Vec<Line> =
        all.iter().map(|trouble| Line::plain(world.describe(trouble))).collect();
    lines.push(Line::hint("'fault heal all' mends all of it."));
    lines
}

/// The links as they are now: all of them, or those of one end.
fn links(world: &World, end: Option<&str>) -> Vec<Line> {
    let belongs = |process: ProcId, end: &str| {
        let cluster = world.cluster_of(process).and_then(|at| world.topology().clusters.get(at));
        let of_cluster = cluster.is_some_and(|cluster| cluster.name == end);
        world.name(process) == end || of_cluster && world.server(process).is_some()
    };
    let headers = ["A", "B", "Latency", "Jitter", "Loss", "Bandwidth", "Fault"];
    let mut table = Table::new("Links", &headers);
    let mut any = false;
    for ((a, b), link) in world.sim().links() {
        let shown = end.is_none_or(|end| belongs(a, end) || belongs(b, end));
        if !shown || world.is_removed(a) || world.is_removed(b) {
            continue;
        }
        any = true;
        let LinkSpec { latency, jitter, loss, bandwidth } = link.spec;
        table.row(vec![
            world.name(a).into(),
            world.name(b).into(),
            go_duration(latency.as_nanos()).into(),
            go_duration(jitter.as_nanos()).into(),
            percent(loss).into(),
            if bandwidth == 0 { "no limit".to_owned() } else { format!("{}/s", ibytes(bandwidth)) }
                .into(),
            fault(world, a, b, link).into(),
        ]);
    }
    match end {
        Some(end) if !any => vec![Line::hint(format!("There is no link of {end:?}."))],
        _ => table.lines().into_iter().map(Line::plain).collect(),
    }
}

fn add(lines: &mut Vec<Line>, table: &Table) {
    lines.extend(table.lines().into_iter().map(Line::plain));
    lines.push(Line::plain(""));
}

const fn word(state: ProcState) -> &'static str {
    match state {
        ProcState::Up => "up",
        ProcState::Paused => "frozen",
        ProcState::Down => "down",
    }
}

/// In percent, to the tenth.
fn percent(ratio: Ratio) -> String {
    let tenths = u64::from(ratio.numerator) * 1_000 / u64::from(ratio.denominator.max(1));
    match tenths % 10 {
        0 => format!("{}%", tenths / 10),
        tenth => format!("{}.{tenth}%", tenths / 10),
    }
}

/// What is wrong with a link.
fn fault(world: &World, a: ProcId, b: ProcId, link: &Link) -> String {
    let (a, b) = (world.name(a), world.name(b));
    match (link.cut, link.blocked) {
        (true, _) => "cut".to_owned(),
        (_, [true, true]) => "blocked".to_owned(),
        (_, [true, false]) => format!("blocked from {a} to {b}"),
        (_, [false, true]) => format!("blocked from {b} to {a}"),
        (_, [false, false]) => String::new(),
    }
}
