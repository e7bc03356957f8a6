//! What the console reads from a world.

use crate::sorted;
use crate::sorted::Map;

use crate::client::object::{ObjectInfo, name};
use crate::client::{Client, Dialect, OpRecord, Outcome};
use crate::kernel::{ProcId, ProcState, Span, Time};
use crate::nats::api::Storage;
use crate::nats::{Subject, hash8};
use crate::world::{ConsumerReplica, ConsumerView, EventKind, Note, StreamView, World};

use super::commands::Verb;
use super::entry::Issued;
use super::facts::{
    ConnectionFacts, ConsumerFacts, Facts, MetaFacts, MetaPeerFacts, ServerFacts, StreamFacts,
};
use super::parse::Invocation;
use super::plan::OpView;

/// Gathers what there is in a world.
pub(super) fn facts(world: &World) -> Facts {
    let (streams, mut consumers) = (world.streams(), world.consumers());
    // The real server does not tell of those that serve mirrors and sources.
    consumers.retain(|consumer| !consumer.is_hidden());
    let servers = world.servers().map(|(process, state, server)| {
        let mut kept = Vec::new();
        let (mut messages, mut memory, mut file) = (0, 0, 0);
        for view in &streams {
            if let Some(replica) = view.replicas.iter().find(|replica| replica.server == process) {
                kept.push(format!("{}{}", view.name, if replica.is_leader { "*" } else { "" }));
                let store = replica.stream.store();
                messages += store.len();
                match store.storage() {
                    Storage::Memory => memory += store.bytes(),
                    Storage::File => file += store.bytes(),
                }
            }
        }
        let own = |replica: &ConsumerReplica<'_>| replica.server == process;
        let holds = |view: &&ConsumerView<'_>| view.replicas.iter().any(own);
        ServerFacts {
            name: server.name().to_string(),
            id: server.id().to_string(),
            cluster: if server.is_clustered() {
                server.config().cluster.to_string()
            } else {
                String::new()
            },
            max_payload: server.config().settings.max_payload as u64,
            jetstream: server.config().settings.jetstream.is_some(),
            domain: server.config().domain.as_ref().map(ToString::to_string),
            silent: match state {
                ProcState::Up => None,
                ProcState::Paused => Some("is frozen"),
                ProcState::Down => Some("is not running"),
            },
            connections: server.clients().count() as u64,
            subscriptions: server.clients().map(|(_, client)| client.subs.len() as u64).sum(),
            routes: server.routes().count() as u64,
            uptime: world.now().since(started(world, process)),
            streams: kept,
            consumers: consumers.iter().filter(holds).count() as u64,
            messages,
            memory,
            file,
            clients: server
                .clients()
                .map(|(_, client)| ConnectionFacts {
                    id: client.id,
                    name: client.options.name.clone().unwrap_or_default(),
                    subscriptions: client.subs.len() as u64,
                })
                .collect(),
        }
    });
    Facts {
        now: world.now(),
        clients: world.clients().map(|(_, _, client)| client.name().to_string()).collect(),
        processes: world
            .servers()
            .map(|(process, ..)| process)
            .chain(world.clients().map(|(process, ..)| process))
            .map(|process| world.name(process).to_owned())
            .collect(),
        clusters: world.topology().clusters.iter().map(|cluster| cluster.name.clone()).collect(),
        servers: servers.collect(),
        metas: metas(world),
        streams: streams
            .iter()
            .filter_map(|view| {
                let config = view.config()?;
                Some(StreamFacts {
                    name: config.name.clone(),
                    subjects: config.subjects.clone(),
                    acknowledges: !config.no_ack,
                    keys: keys(view),
                })
            })
            .collect(),
        objects: streams.iter().flat_map(objects).collect(),
        files: Vec::new(),
        consumers: consumers
            .iter()
            .map(|view| ConsumerFacts {
                stream: view.stream.to_string(),
                name: view.name.to_string(),
            })
            .collect(),
        subjects: world
            .topology()
            .clients
            .iter()
            .filter_map(|spec| Some(spec.publishes.as_ref()?.0.clone()))
            .collect(),
    }
}

/// The first keys of a key-value bucket: those there are something of.
fn keys(view: &StreamView<'_>) -> Vec<String> {
    const MOST: usize = 200;
    let (true, Some(replica)) = (view.name.starts_with("KV_"), view.best()) else {
        return Vec::new();
    };
    let subjects = replica.stream.store().subjects(">").take(MOST);
    let key = |(subject, _): (&Subject, u64)| Some(subject.splitn(3, '.').nth(2)?.to_owned());
    subjects.filter_map(key).collect()
}

/// The objects in a stream, if it is an object store.
fn objects(view: &StreamView<'_>) -> Vec<(String, String)> {
    let (Some(bucket), Some(best)) = (name::bucket_of(view.name), view.best()) else {
        return Vec::new();
    };
    let store = best.stream.store();
    let all = name::metas(bucket);
    let live = |subject: &Subject| {
        let meta = store.last_of(subject)?;
        let info = ObjectInfo::read(&meta.payload, Dialect::Python).ok()?;
        (!info.deleted).then(|| (bucket.to_owned(), info.name))
    };
    store.subjects(&all).filter_map(|(subject, _)| live(subject)).collect()
}

/// The meta groups that have a leader, as their leaders see them.
fn metas(world: &World) -> Vec<MetaFacts> {
    /// A server that was not heard for so long counts as gone.
    const GONE: Span = Span::secs(10);
    let now = world.now();
    let leaders = world.servers().filter_map(|(process, state, server)| {
        let raft = server.meta().filter(|raft| raft.is_leader() && state == ProcState::Up)?;
        let peers = raft.peers().iter().map(|&peer| {
            let name = world.short_name(ProcId(peer)).to_owned();
            let leads = ProcId(peer) == process;
            let heard = raft.progress(peer).and_then(|progress| progress.last_heard);
            let active = heard.map(|at| now.since(at));
            MetaPeerFacts {
                id: hash8(&name),
                name,
                leads,
                current: leads || raft.is_current(peer, now),
                online: leads || active.is_some_and(|active| active < GONE),
                active,
                lag: raft.lag(peer),
            }
        });
        let cluster = server.config().cluster.to_string();
        let mut peers: Vec<MetaPeerFacts> = peers.collect();
        sorted::sort_by(&mut peers, |a, b| a.name < b.name);
        Some((raft.term(), MetaFacts { cluster, peers }))
    });
    // A leader that was cut off may not know yet that there is a newer one.
    let mut newest: Map<String, (u64, MetaFacts)> = Map::new();
    for (term, meta) in leaders {
        let known = newest.entry(meta.cluster.clone()).or_insert_with(|| (term, meta.clone()));
        if known.0 < term {
            *known = (term, meta);
        }
    }
    newest.into_values().map(|(_, meta)| meta).collect()
}

/// Notes what a client knows of its connection, for the commands that tell it.
pub(super) fn connection(world: &World, client: &Client, line: &mut Invocation) {
    if line.verb == Verb::StreamRestore {
        return backups(client, line);
    }
    if !matches!(line.verb, Verb::AccountInfo | Verb::Rtt) {
        return;
    }
    let Some(server) = client.connected_to().and_then(|process| world.server(process)) else {
        return;
    };
    line.set("@server", server.name());
    line.set("@server-id", server.id());
    line.set("@max-payload", &server.config().settings.max_payload.to_string());
    line.set("@port", &server.config().settings.port.to_string());
    if server.is_clustered() {
        line.set("@cluster", &server.config().cluster);
    }
}

/// Adds what a line that restores a backup has to know of those that its client keeps.
fn backups(client: &Client, line: &mut Invocation) {
    let wanted = line.arg(0).unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for (name, files) in client.backups() {
        if **name == *wanted {
            line.set("@stream", &files.stream());
        }
        names.push(&**name);
    }
    if !names.is_empty() {
        line.set("@backups", &names.join(", "));
    }
}

/// A client by its name.
pub(super) fn client<'a>(world: &'a World, name: &str) -> Option<(ProcId, &'a Client)> {
    let process = world.process(name)?;
    Some((process, world.client(process)?))
}

/// An operation as scripts see it. Where it ended is looked for in the trace unless it is noted.
pub(super) fn view<'a>(
    world: &'a World,
    process: ProcId,
    issued: &Issued,
    record: &'a OpRecord,
) -> OpView<'a> {
    let ended =
        || issued.ended.unwrap_or_else(|| ended(world, process, issued.op.0, record.started));
    let outcome: Option<&Outcome> = record.outcome.as_deref();
    OpView {
        id: issued.op,
        started: record.started,
        ended: outcome.map(|_| ended()),
        outcome,
        first_at: record.first_at,
        received: record.received.iter().map(|(at, message)| (*at, message)).collect(),
        received_total: record.received_total,
    }
}

/// When an operation ended: the client told the trace.
fn ended(world: &World, process: ProcId, op: u64, started: Time) -> Time {
    let trace = world.sim().trace();
    let (mut low, mut high) = (trace.first().0, trace.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match trace.get(crate::kernel::EventId(middle)) {
            Some(event) if event.at < started => low = middle + 1,
            _ => high = middle,
        }
    }
    let end = trace.since(crate::kernel::EventId(low)).find(|event| {
        let EventKind::Note(Note::Client(note)) = &event.kind else { return false };
        event.place == process
            && matches!(note, crate::client::Note::OpEnded { op: ended, .. } if ended.0 == op)
    });
    end.map_or(started, |event| event.at)
}

/// When a process was last started.
fn started(world: &World, process: ProcId) -> Time {
    let is_start = |kind: &EventKind| matches!(kind, EventKind::Started);
    let start = world.sim().trace().iter().rev().find(|e| e.place == process && is_start(&e.kind));
    start.map_or(Time::ZERO, |event| event.at)
}
