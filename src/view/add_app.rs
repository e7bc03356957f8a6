//! What an application that is added with a click does at first: something that makes sense where it is
//! put, with the streams that are there.

use std::sync::Arc;

use crate::client::behaviour::{KvApp, Publisher, Source, Subscriber, Worker};
use crate::client::{Behaviour, Deliver};
use crate::nats::api::{Retention, StreamConfig};
use crate::nats::subject::tokens;
use crate::world::{ClientSpec, Role, StreamView, World};

use super::entity::Entity;

/// A new application of this kind (one of [`Behaviour::KINDS`]), near what is selected.
pub(crate) fn new_app(world: &World, kind: &str, near: Option<&Entity>) -> Option<ClientSpec> {
    let cluster = near.and_then(|entity| cluster_of(world, entity)).unwrap_or(0);
    let streams: Vec<StreamView<'_>> =
        world.streams().into_iter().filter(|stream| stream.cluster == cluster).collect();
    let selected = near.and_then(stream_of);
    let named = |name: &str| streams.iter().find(|stream| **stream.name == *name);
    let stream = selected.and_then(named);
    let behaviour = match Behaviour::of_kind(kind).ok()? {
        Behaviour::Publisher(knobs) => {
            publisher(*knobs, stream.or_else(|| streams.first()).and_then(StreamView::config))
        }
        Behaviour::Worker(knobs) => {
            let queue = streams.iter().find(|stream| {
                stream.config().is_some_and(|config| config.retention == Retention::WorkQueue)
            });
            worker(*knobs, stream.or(queue).or_else(|| streams.first()))
        }
        Behaviour::Kv(knobs) => kv(*knobs, stream, &streams),
        Behaviour::Subscriber(knobs) => subscriber(
            *knobs,
            stream.and_then(StreamView::config),
            streams.first().and_then(StreamView::config),
        ),
    };
    let cluster = &world.topology().clusters.get(cluster)?.name;
    let spec = ClientSpec::new(&free_name(world, kind), cluster, Role::Publisher);
    Some(ClientSpec { behaviour: Some(behaviour), ..spec })
}

/// Publishes into the stream, if there is one.
fn publisher(knobs: Publisher, config: Option<&Arc<StreamConfig>>) -> Behaviour {
    let subject = config.and_then(|config| config.subjects.first()).map(|pattern| literal(pattern));
    let subject = subject.unwrap_or_else(|| knobs.subject.clone());
    Behaviour::Publisher(Box::new(Publisher { subject, ..knobs }))
}

/// Works off the stream, through a consumer that is there or, without one, of its own.
fn worker(knobs: Worker, stream: Option<&StreamView<'_>>) -> Behaviour {
    let stream = stream.map_or_else(|| knobs.stream.clone(), |stream| stream.name.to_string());
    Behaviour::Worker(Box::new(Worker { stream, ..knobs }))
}

/// Lives off the selected bucket, or the first one there is.
fn kv(knobs: KvApp, selected: Option<&StreamView<'_>>, all: &[StreamView<'_>]) -> Behaviour {
    let bucket = selected.into_iter().chain(all).find_map(|view| view.name.strip_prefix("KV_"));
    let bucket = bucket.map_or_else(|| knobs.bucket.clone(), str::to_owned);
    Behaviour::Kv(Box::new(KvApp { bucket, ..knobs }))
}

/// Reads the selected stream in order, or listens to what the first one stores.
fn subscriber(
    knobs: Subscriber,
    selected: Option<&Arc<StreamConfig>>,
    first: Option<&Arc<StreamConfig>>,
) -> Behaviour {
    let source = match (selected, first.and_then(|config| config.subjects.first())) {
        (Some(config), _) => Source::Ordered {
            stream: config.name.clone(),
            filters: Vec::new(),
            deliver: Deliver::All,
            pull: false,
        },
        (None, Some(subject)) => Source::Core { subject: subject.clone(), queue: None },
        (None, None) => knobs.source.clone(),
    };
    Behaviour::Subscriber(Box::new(Subscriber { source, ..knobs }))
}

/// A subject that a pattern matches: `orders.>` becomes `orders.new`.
fn literal(pattern: &str) -> String {
    let parts: Vec<&str> = tokens(pattern)
        .map(|token| if matches!(token, "*" | ">") { "new" } else { token })
        .collect();
    parts.join(".")
}

/// The first name that nobody has: `worker-1`, `worker-2` …
fn free_name(world: &World, kind: &str) -> String {
    let free = |name: &String| world.process(name).is_none();
    (1..).map(|n: u32| format!("{kind}-{n}")).find(free).unwrap_or_else(|| kind.to_owned())
}

fn stream_of(entity: &Entity) -> Option<&str> {
    match entity {
        Entity::Stream { name, .. } => Some(name),
        Entity::Message { stream, .. } => Some(stream),
        _ => None,
    }
}

fn cluster_of(world: &World, entity: &Entity) -> Option<usize> {
    match entity {
        Entity::Cluster(cluster)
        | Entity::Stream { cluster, .. }
        | Entity::Message { cluster, .. } => Some(*cluster),
        Entity::Server(process) | Entity::App(process) => world.cluster_of(*process),
        Entity::Link(a, _) => world.cluster_of(*a),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::scenes;

    #[test]
    fn new_apps_fit_into_the_world_they_are_added_to() {
        let mut world = World::new(scenes::one_order()).expect("a scene");
        for (kind, said) in [
            ("publisher", r#""subject":"orders.new""#),
            ("worker", r#""stream":"ORDERS""#),
            ("subscriber", r#""core":{"subject":"orders.>""#),
        ] {
            let spec = new_app(&world, kind, None).expect(kind);
            let text = crate::nats::json::text(&spec);
            assert!(text.contains(said), "{text}");
            assert_eq!(spec.name, format!("{kind}-1"));
            world.give(&crate::world::Input::AddClient(spec)).expect("possible");
        }
        let second = new_app(&world, "worker", None).expect("a worker");
        assert_eq!(second.name, "worker-2");
        let stream = Entity::Stream { cluster: 0, name: "ORDERS".into() };
        let reader = new_app(&world, "subscriber", Some(&stream)).expect("a subscriber");
        let text = crate::nats::json::text(&reader);
        assert!(text.contains(r#""ordered":{"stream":"ORDERS""#), "{text}");
        assert!(new_app(&world, "broker", None).is_none());
    }
}
