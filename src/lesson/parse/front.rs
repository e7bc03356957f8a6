//! The front matter: what a lesson is called, and the world it begins in.

use crate::kernel::{LinkSpec, Span};
use crate::lesson::error::{Read, unknown};
use crate::lesson::model::Deed;
use crate::nats::time::parse_duration;
use crate::world::{ClientSpec, ClusterLink, Role, Topology, scenes};

use super::{Line, app, deed};

/// What the front matter says.
pub(super) struct Front {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) order: u32,
    pub(super) minutes: u32,
    pub(super) topology: Topology,
    pub(super) setup: Vec<Deed>,
}

/// A key with what is on its line and what is indented below it.
struct Entry<'a> {
    line: u32,
    key: &'a str,
    value: &'a str,
    below: Vec<Line<'a>>,
}

const KEYS: &[&str] = &[
    "title", "summary", "order", "minutes", "seed", "scene", "topology", "links", "latency",
    "apps", "setup",
];

/// Reads the lines between the two `---`.
pub(super) fn read(lines: &[Line<'_>]) -> Read<Front> {
    let entries = entries(lines)?;
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let need = |key: &str| {
        find(key).ok_or_else(|| (1, format!("the front matter has no {key}; write {key}: …")))
    };
    let text = |key: &str| {
        let entry = need(key)?;
        if entry.value.is_empty() {
            return Err((entry.line, format!("{key} needs a value on its line")));
        }
        Ok(entry.value.to_owned())
    };
    let number = |key: &str| {
        let text = text(key)?;
        let line = need(key)?.line;
        text.parse::<u32>()
            .ok()
            .filter(|number| (1..1000).contains(number))
            .ok_or_else(|| (line, format!("{key} is a number from 1 to 999, not {text:?}")))
    };
    let mut topology = match find("scene") {
        Some(entry) => scene(entry, find("topology"))?,
        None => clusters(need("topology")?)?,
    };
    if let Some(entry) = find("seed") {
        topology.seed = entry
            .value
            .parse()
            .map_err(|_| (entry.line, format!("seed is a number, not {:?}", entry.value)))?;
    }
    if let Some(entry) = find("links") {
        links(entry, &mut topology)?;
    }
    if let Some(entry) = find("latency") {
        latencies(entry, &mut topology)?;
    }
    if let Some(entry) = find("apps") {
        apps(entry, &mut topology)?;
    }
    consoles(&mut topology);
    topology.validate().map_err(|why| (need("topology").map_or(1, |e| e.line), why.to_string()))?;
    let mut setup = Vec::new();
    for line in find("setup").map_or(&[][..], |entry| &entry.below) {
        setup.push(deed::typed(line.0, line.1.trim(), None)?);
    }
    Ok(Front {
        title: text("title")?,
        summary: text("summary")?,
        order: number("order")?,
        minutes: number("minutes")?,
        topology,
        setup,
    })
}

fn entries<'a>(lines: &[Line<'a>]) -> Read<Vec<Entry<'a>>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for &(number, line) in lines {
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with(' ') {
            match entries.last_mut() {
                Some(entry) => entry.below.push((number, line)),
                None => return Err((number, "an indented line belongs below a key".to_owned())),
            }
            continue;
        }
        let (key, value) = pair(number, line)?;
        if !KEYS.contains(&key) {
            return Err((number, unknown("key", key, KEYS.iter().copied())));
        }
        if entries.iter().any(|entry| entry.key == key) {
            return Err((number, format!("{key} is said twice")));
        }
        entries.push(Entry { line: number, key, value, below: Vec::new() });
    }
    Ok(entries)
}

/// `key: value`.
fn pair(number: u32, line: &str) -> Read<(&str, &str)> {
    match line.trim().split_once(':') {
        Some((key, value)) => Ok((key.trim(), value.trim())),
        None => Err((number, format!("write key: value, not {:?}", line.trim()))),
    }
}

/// `whole-picture`: the world of a scene, with everything that is in it.
fn scene(entry: &Entry<'_>, topology: Option<&Entry<'_>>) -> Read<Topology> {
    if let Some(topology) = topology {
        return Err((
            topology.line,
            "a scene has its topology; leave out one of the two".to_owned(),
        ));
    }
    scenes::named(entry.value).ok_or_else(|| {
        let known = scenes::ALL.iter().map(|scene| scene.name);
        (entry.line, unknown("scene", entry.value, known))
    })
}

/// `us-east: n1 n2 n3`, a line for each cluster.
fn clusters(entry: &Entry<'_>) -> Read<Topology> {
    let mut topology: Option<Topology> = None;
    for &(number, line) in &entry.below {
        let (name, servers) = pair(number, line)?;
        let servers: Vec<&str> = servers.split_whitespace().collect();
        let single = Topology::single(name, &servers);
        single.validate().map_err(|why| (number, why.to_string()))?;
        match &mut topology {
            None => topology = Some(single),
            Some(topology) => topology.clusters.extend(single.clusters),
        }
    }
    topology.ok_or_else(|| {
        (entry.line, "below topology stands a line for each cluster: us-east: n1 n2 n3".to_owned())
    })
}

/// `eu-west us-east: 45ms deny-exports=orders.>`, a line for each leaf link: the leaf, its hub, the
/// latency, and what the link does not carry. Who is joined is a JetStream domain of its own name.
fn links(entry: &Entry<'_>, topology: &mut Topology) -> Read<()> {
    for &(number, line) in &entry.below {
        let (ends, rest) = pair(number, line)?;
        let told = || (number, format!("write LEAF HUB: 45ms, not {:?}", line.trim()));
        let (from, to) = ends.split_once(' ').ok_or_else(told)?;
        let mut link = ClusterLink::leaf(from, to.trim());
        for word in rest.split_whitespace() {
            let subjects = |list: &str| list.split(',').map(str::to_owned).collect();
            match word.split_once('=') {
                Some(("deny-imports", list)) => link.deny_imports = subjects(list),
                Some(("deny-exports", list)) => link.deny_exports = subjects(list),
                _ => {
                    link.link = LinkSpec::latency(parse_duration(word).map(Span).ok_or_else(told)?);
                }
            }
        }
        for cluster in &mut topology.clusters {
            if cluster.name == link.from || cluster.name == link.to {
                cluster.domain = Some(cluster.name.clone());
            }
        }
        topology.links.push(link);
        topology.validate().map_err(|why| (number, why.to_string()))?;
    }
    Ok(())
}

/// `us-east: 2ms` between its servers; `us-east apps: 5ms` between servers and apps.
fn latencies(entry: &Entry<'_>, topology: &mut Topology) -> Read<()> {
    for &(number, line) in &entry.below {
        let (who, value) = pair(number, line)?;
        let span = parse_duration(value).map(Span).ok_or_else(|| {
            (number, format!("a latency is written 500us or 84ms, not {value:?}"))
        })?;
        let (name, apps) = match who.strip_suffix(" apps") {
            Some(name) => (name, true),
            None => (who, false),
        };
        let names: Vec<String> = topology.clusters.iter().map(|c| c.name.clone()).collect();
        let found = topology.clusters.iter_mut().find(|cluster| cluster.name == name);
        let Some(cluster) = found else {
            return Err((number, unknown("cluster", name, names.iter().map(String::as_str))));
        };
        *(if apps { &mut cluster.access } else { &mut cluster.route }) = LinkSpec::latency(span);
    }
    Ok(())
}

/// `checkout: us-east/n1 publisher subject=orders.new`, a line for each app.
fn apps(entry: &Entry<'_>, topology: &mut Topology) -> Read<()> {
    for &(number, line) in &entry.below {
        let (name, rest) = pair(number, line)?;
        topology.clients.push(app::app(number, &format!("{name} {rest}"))?);
    }
    Ok(())
}

/// Every cluster has a console: `cli` in the first, `cli-NAME` in the others.
fn consoles(topology: &mut Topology) {
    for (index, cluster) in topology.clusters.iter().enumerate() {
        let name = if index == 0 { "cli".to_owned() } else { format!("cli-{}", cluster.name) };
        if topology.clients.iter().all(|client| client.name != name) {
            topology.clients.push(ClientSpec::new(&name, &cluster.name, Role::Console));
        }
    }
}
