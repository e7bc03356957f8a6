//! What the console reads from a world.

use crate::client::{Client, OpRecord, Outcome};
use crate::kernel::{ProcId, ProcState, Time};
use crate::world::{EventKind, Note, World};

use super::commands::Verb;
use super::entry::Issued;
use super::facts::{ConsumerFacts, Facts, ServerFacts, StreamFacts};
use super::parse::Invocation;
use super::plan::OpView;

/// Gathers what there is in a world.
pub(super) fn facts(world: &World) -> Facts {
    let streams = world.streams();
    let servers = world.servers().map(|(process, state, server)| {
        let mut kept = Vec::new();
        for view in &streams {
            if let Some(replica) = view.replicas.iter().find(|replica| replica.server == process) {
                kept.push(format!("{}{}", view.name, if replica.is_leader { "*" } else { "" }));
            }
        }
        ServerFacts {
            name: server.name().to_string(),
            id: server.id().to_string(),
            cluster: if server.is_clustered() {
                server.config().cluster.to_string()
            } else {
                String::new()
            },
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
        }
    });
    Facts {
        now: world.now(),
        clients: world.clients().map(|(_, _, client)| client.name().to_string()).collect(),
        servers: servers.collect(),
        streams: streams
            .iter()
            .filter_map(|view| {
                let config = view.config()?;
                Some(StreamFacts {
                    name: config.name.clone(),
                    subjects: config.subjects.clone(),
                    acknowledges: !config.no_ack,
                })
            })
            .collect(),
        consumers: world
            .consumers()
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

/// Notes what a client knows of its connection, for the commands that tell it.
pub(super) fn connection(world: &World, client: &Client, line: &mut Invocation) {
    if line.verb != Verb::AccountInfo {
        return;
    }
    let Some(server) = client.connected_to().and_then(|process| world.server(process)) else {
        return;
    };
    line.set("@server", server.name());
    line.set("@server-id", server.id());
    if server.is_clustered() {
        line.set("@cluster", &server.config().cluster);
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
