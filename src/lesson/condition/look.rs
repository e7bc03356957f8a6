//! What the world answers: the one place where conditions touch its views.

use crate::client::behaviour::Doing;
use crate::client::{Call, Client, Outcome, kv};
use crate::console::trouble;
use crate::kernel::{ProcId, ProcState};
use crate::world::{InflowView, StreamView, World};

use super::Value;
use super::query::Place;

/// A stream by the names of its cluster and itself.
pub(super) fn find<'a>(world: &'a World, cluster: &str, name: &str) -> Option<StreamView<'a>> {
    let index = world.topology().clusters.iter().position(|found| found.name == cluster)?;
    world.stream(index, name)
}

pub(super) fn stream(world: &World, cluster: &str, name: &str, attribute: &str) -> Value {
    let view = find(world, cluster, name);
    if attribute == "exists" {
        return Value::Flag(view.is_some());
    }
    view.and_then(|view| stream_attribute(world, &view, attribute)).unwrap_or(Value::None)
}

fn stream_attribute(world: &World, view: &StreamView<'_>, attribute: &str) -> Option<Value> {
    let best = view.best()?;
    let state = best.stream.store().state();
    Some(Value::Number(match attribute {
        "messages" => state.messages,
        "bytes" => state.bytes,
        "first" => state.first_seq,
        "last" => state.last_seq,
        "subjects" => state.num_subjects,
        "deleted" => state.num_deleted,
        "consumers" => {
            let all = world.consumers_of(view.cluster, view.name);
            all.iter().filter(|consumer| !consumer.is_hidden()).count() as u64
        }
        "follows" | "lag" | "behind" | "silent" => return origins(world, view, attribute),
        "replicas" => view.replicas.len() as u64,
        "complete" => {
            let running = view.replicas.iter().filter(|copy| copy.state != ProcState::Down);
            running.filter(|copy| copy.stream.store().last_seq() == state.last_seq).count() as u64
        }
        "leader" => return Some(Value::Text(world.name(view.leader()?).to_owned())),
        _ => return None,
    }))
}

/// What is true of a stream's mirror and sources together; nothing if it has none.
fn origins(world: &World, view: &StreamView<'_>, attribute: &str) -> Option<Value> {
    let of = |inflow: &InflowView<'_>| {
        (inflow.cluster, inflow.stream) == (view.cluster, view.name)
            && Some(inflow.server) == view.leader()
    };
    let all: Vec<InflowView<'_>> = world.inflows().into_iter().filter(of).collect();
    let sum = |part: fn(&InflowView<'_>) -> u64| all.iter().map(part).sum::<u64>();
    Some(match attribute {
        _ if all.is_empty() => return None,
        "follows" => Value::Number(sum(|inflow| u64::from(inflow.consumer().is_some()))),
        "lag" => Value::Number(sum(|inflow| inflow.inflow.lag())),
        "behind" => Value::Number(sum(|inflow| inflow.behind)),
        _ => Value::Span(all.iter().filter_map(|inflow| inflow.silent_for(world)).max()?),
    })
}

pub(super) fn message(
    world: &World,
    cluster: &str,
    stream: &str,
    place: Place,
    attribute: &str,
) -> Value {
    let view = find(world, cluster, stream);
    let store = view.as_ref().and_then(|view| view.best()).map(|best| best.stream.store());
    let found = store.and_then(|store| match place {
        Place::First => store.get(store.first_seq()),
        Place::Last => store.get(store.last_seq()),
        Place::Sequence(sequence) => store.get(sequence),
    });
    match (attribute, found) {
        ("exists", found) => Value::Flag(found.is_some()),
        ("subject", Some(found)) => Value::Text(found.subject.to_string()),
        ("text", Some(found)) => Value::Text(String::from_utf8_lossy(&found.payload).into_owned()),
        ("sequence", Some(found)) => Value::Number(found.seq),
        _ => Value::None,
    }
}

pub(super) fn consumer(world: &World, at: (&str, &str, &str), attribute: &str) -> Value {
    let (cluster, stream, name) = at;
    let index = world.topology().clusters.iter().position(|found| found.name == cluster);
    let view = index.and_then(|index| world.consumer(index, stream, name));
    if attribute == "exists" {
        return Value::Flag(view.is_some());
    }
    let Some((view, index)) = view.zip(index) else { return Value::None };
    if attribute == "leader" {
        let leader = view.leader().map(|leader| Value::Text(world.name(leader).to_owned()));
        return leader.unwrap_or(Value::None);
    }
    let Some(info) = world.consumer_info(index, stream, name) else { return Value::None };
    Value::Number(match attribute {
        "pending" => info.num_pending,
        "ack-pending" => info.num_ack_pending,
        "redelivered" => info.num_redelivered,
        "waiting" => info.num_waiting,
        "delivered" => info.delivered.stream_seq,
        "deliveries" => info.delivered.consumer_seq,
        "floor" => info.ack_floor.stream_seq,
        _ => return Value::None,
    })
}

pub(super) fn server(world: &World, name: &str, attribute: &str) -> Value {
    let process = world.process(name).filter(|process| world.server(*process).is_some());
    match (attribute, process) {
        ("state", Some(process)) => state(world, process),
        _ => Value::None,
    }
}

pub(super) fn app(world: &World, name: &str, attribute: &str) -> Value {
    let process = world.process(name);
    let client = process.and_then(|process| Some((process, world.client(process)?)));
    let Some((process, client)) = client else {
        return if attribute == "exists" { Value::Flag(false) } else { Value::None };
    };
    let tally = client.tally().copied().unwrap_or_default();
    match attribute {
        "exists" => Value::Flag(true),
        "state" => state(world, process),
        "server" => match client.connected_to() {
            Some(server) => Value::Text(world.name(server).to_owned()),
            None => Value::None,
        },
        "open" => Value::Number(client.open_ops() as u64),
        "received" => {
            // The steps of a call hand on to the whole what they receive.
            let whole = client.ops().filter(|(_, op)| op.part_of.is_none());
            let lasting = whole.filter(|(_, op)| op.is_lasting() && !op.own);
            let others: u64 = lasting.map(|(_, op)| op.received_total).sum();
            Value::Number(others + tally.received)
        }
        "published" => Value::Number(tally.published),
        "says" => match client.doing() {
            Some(Doing::Says { what }) => Value::Text(what.to_string()),
            _ => Value::None,
        },
        "got" => match last_of_bucket(client, true) {
            Some((_, Outcome::Kv(Ok(kv::Got::Entry(entry))))) => {
                Value::Text(String::from_utf8_lossy(&entry.value).into_owned())
            }
            _ => Value::None,
        },
        "error" => last_of_bucket(client, false)
            .and_then(|(call, outcome)| error(call, outcome))
            .map_or(Value::None, Value::Text),
        "in-hand" => Value::Number(client.in_hand().len() as u64),
        "working-on" => match client.doing() {
            Some(Doing::Working { task, .. }) => Value::Number(task.seq),
            _ => Value::None,
        },
        "finished" => Value::Number(tally.finished),
        "given-back" => Value::Number(tally.given_back),
        "terminated" => Value::Number(tally.terminated),
        _ => Value::None,
    }
}

/// The last call of a bucket or store that this app made and that is over, and what came of it; its last
/// get of a key only, if that is asked for.
fn last_of_bucket(client: &Client, get: bool) -> Option<(&Call, &Outcome)> {
    let mut ended =
        client.ops().rev().filter_map(|(_, op)| Some((&*op.call, op.outcome.as_deref()?)));
    ended.find(|(call, _)| match call {
        Call::Kv(call) => !get || call.act == kv::Act::Get,
        Call::Object(_) => !get,
        _ => false,
    })
}

/// Why a call of a bucket or store gave nothing, if so.
fn error(call: &Call, outcome: &Outcome) -> Option<String> {
    match (call, outcome) {
        (_, Outcome::Kv(Ok(_)) | Outcome::Object(Ok(_)) | Outcome::Ended { .. }) => None,
        // A write that nobody took, as clients say it.
        (Call::Kv(op), Outcome::NoResponders) if op.act.writes() => {
            Some("nats: no response from stream".to_owned())
        }
        (_, outcome) => Some(trouble(outcome)),
    }
}

fn state(world: &World, process: ProcId) -> Value {
    match world.sim().state(process) {
        Some(ProcState::Up) => Value::Text("up".to_owned()),
        Some(ProcState::Down) => Value::Text("down".to_owned()),
        Some(ProcState::Paused) => Value::Text("paused".to_owned()),
        None => Value::None,
    }
}
