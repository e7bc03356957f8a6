//! The page's picture of two clusters: every event has its words, every line and every state its place.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use windtunnel::kernel::{EventKind, Span};
use windtunnel::view::cast::Cast;
use windtunnel::view::frame::LinkKind;
use windtunnel::view::{Entity, LayoutHints, Player, PlayerCommand, caption, inspect, wire};
use windtunnel::world::{History, Input, World, scenes};

/// The scene after an order from each side, a cut and its healing.
fn played() -> World {
    let mut world = World::new(scenes::two_regions()).unwrap();
    let publish = |world: &mut World, client: &str| {
        let message = windtunnel::client::Draft {
            subject: "orders.new".to_owned(),
            text: "x".to_owned(),
            ..windtunnel::client::Draft::default()
        };
        let call = windtunnel::client::Call::JsPublish { message, count: 1, retries: 0 };
        world.give(&Input::Call { client: client.to_owned(), call }).unwrap();
        world.run_until(world.now() + Span::secs(2));
    };
    publish(&mut world, "checkout");
    publish(&mut world, "web");
    let (a, b) = ("eu-west".to_owned(), "us-east".to_owned());
    world.give(&Input::Cut { a: a.clone(), b: b.clone() }).unwrap();
    publish(&mut world, "checkout");
    world.give(&Input::Heal { a, b }).unwrap();
    world.run_until(world.now() + Span::secs(40));
    world
}

#[test]
fn an_order_crosses_the_ocean_into_the_mirror() {
    let world = played();
    for (cluster, name) in [(0, "ORDERS"), (1, "ORDERS_MIRROR")] {
        let stream = world.stream(cluster, name).unwrap();
        assert_eq!(stream.best().unwrap().stream.store().last_seq(), 3, "{name}");
    }
}

#[test]
fn two_clusters_are_the_same_world_every_time_and_from_every_moment_on() {
    assert_eq!(played().digest(), played().digest());
    let world = World::new(scenes::two_regions()).unwrap();
    let mut history = History::new(world, 50);
    let wait = |history: &mut History, span: Span| {
        let until = history.cursor().now() + span;
        while history.next_at().is_some_and(|next| next <= until) && history.forward() {}
        history.idle_until(until);
    };
    wait(&mut history, Span::secs(2));
    let (a, b) = ("us-east".to_owned(), "eu-west".to_owned());
    history.act(Input::Cut { a: a.clone(), b: b.clone() });
    wait(&mut history, Span::secs(2));
    history.act(Input::Heal { a, b });
    wait(&mut history, Span::secs(4));
    let (end, digest) = (history.cursor().position(), history.cursor().digest());
    for position in [end / 2, 3, end - 1, end] {
        history.seek(position);
    }
    assert_eq!((history.cursor().position(), history.cursor().digest()), (end, digest));
}

#[test]
fn everything_that_happens_between_two_clusters_is_told() {
    let world = played();
    let cast = Cast::new(&world);
    let mut over_leafs = 0;
    for event in world.sim().trace().iter() {
        let text = caption::event(cast, event).text();
        assert!(!text.trim_matches(['.', ' ']).is_empty(), "{:?}", event.kind);
        if let EventKind::Sent { frame: windtunnel::server::Frame::Leaf(op), .. } = &event.kind {
            over_leafs += 1;
            assert!(text.contains("us-east") && text.contains("eu-west"), "{text}");
            let line = wire::wire_text(&windtunnel::server::Frame::Leaf(op.clone())).line;
            assert!(line.starts_with(op.verb()) && !line.contains("_domain_"), "{line}");
        }
    }
    assert!(over_leafs > 50, "{over_leafs}");
}

#[test]
fn two_clusters_stand_apart_and_are_joined_by_the_links_in_use() {
    for (width, height) in [(1440.0, 700.0), (820.0, 420.0), (390.0, 500.0)] {
        let mut player = Player::new(World::new(scenes::two_regions()).unwrap());
        player.command(PlayerCommand::SetHints(LayoutHints { width, height, ..player.hints() }));
        let frame = player.frame();
        let stage = &frame.stage;
        let leafs: Vec<_> = stage.links.iter().filter(|l| l.kind == LinkKind::Leaf).collect();
        assert_eq!(leafs.len(), 3, "each server of the leaf has one");
        assert!(leafs.iter().all(|link| link.connected));
        assert_eq!(stage.links.iter().filter(|l| l.kind == LinkKind::Route).count(), 6);
        let world = player.world();
        let [a, b] = leafs[0].ends;
        for entity in [Entity::link(a, b), Entity::Server(a), Entity::Server(b)] {
            assert!(inspect::inspect(world, &entity, 50, &[]).is_some());
        }
        for (n, one) in stage.servers.iter().enumerate() {
            for other in stage.servers.iter().skip(n + 1) {
                let apart = one.centre.distance(other.centre);
                assert!(apart > one.radius + other.radius, "{width}x{height}: servers overlap");
            }
        }
    }
}
