//! The whole picture runs: three regions under load, mirrors of each other's orders, one place that counts
//! them all; still so after a region was dark.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use std::collections::BTreeSet;

use windtunnel::client::Outcome;
use windtunnel::kernel::Span;
use windtunnel::view::frame::LinkKind;
use windtunnel::view::{LayoutHints, Player, PlayerCommand};
use windtunnel::world::{Input, World, scenes};

const REGIONS: [(&str, &str); 3] = [("us-east", "us"), ("eu-west", "eu"), ("ap-south", "ap")];
const HUB: usize = 3;

fn world() -> World {
    World::new(scenes::whole_picture()).unwrap()
}

fn run(world: &mut World, span: Span) {
    world.run_until(world.now() + span);
}

/// Sequence, subject and text of all messages of a stream.
fn messages(world: &World, cluster: usize, name: &str) -> Vec<(u64, String, Vec<u8>)> {
    let stream = world.stream(cluster, name).unwrap();
    let best = stream.best().unwrap();
    let mut all: Vec<(u64, String, Vec<u8>)> = best
        .stream
        .store()
        .iter_back_from(u64::MAX)
        .map(|m| (m.seq, m.subject.to_string(), m.payload.to_vec()))
        .collect();
    all.reverse();
    all
}

/// Stops whoever publishes, and lets what is under way arrive.
fn settle(world: &mut World) {
    for (_, short) in REGIONS {
        for app in [format!("shop-{short}"), format!("desk-{short}")] {
            let mut spec = world.topology().clients.iter().find(|c| c.name == app).unwrap().clone();
            let behaviour = spec.behaviour.take().unwrap().with_running(false);
            world.give(&Input::SetBehaviour { client: app, behaviour }).unwrap();
        }
    }
    run(world, Span::secs(90));
}

/// Every copy is the same as its origin, and what is gathered is what the regions hold: each message once.
fn all_is_everywhere_once(world: &World) {
    for flow in world.inflows() {
        assert_eq!(flow.behind, 0, "{} of cluster {}", flow.stream, flow.cluster);
        assert!(flow.consumer().is_some(), "{} follows nobody", flow.stream);
    }
    let orders: Vec<_> = (0..3).map(|n| messages(world, n, "ORDERS")).collect();
    assert!(orders.iter().all(|orders| orders.len() > 10), "there was load");
    for (at, _) in REGIONS.iter().enumerate() {
        for (of, (_, short)) in REGIONS.iter().enumerate().filter(|(of, _)| *of != at) {
            let copy = format!("ORDERS-{}", short.to_uppercase());
            assert_eq!(messages(world, at, &copy), orders[of], "{copy} in {}", REGIONS[at].0);
        }
        if at > 0 {
            for name in ["KV_config", "OBJ_assets"] {
                assert_eq!(messages(world, at, name), messages(world, 0, name), "{name}");
            }
        }
    }
    let global = messages(world, HUB, "ORDERS-GLOBAL");
    for (orders, (region, short)) in orders.iter().zip(REGIONS) {
        let own: Vec<_> = global.iter().filter(|(_, s, _)| s.starts_with(short)).collect();
        assert_eq!(own.len(), orders.len(), "each order of {region} once");
        for ((_, subject, text), (_, gathered, copy)) in orders.iter().zip(own) {
            assert_eq!((&format!("{short}.{subject}"), text), (gathered, copy));
        }
        let texts: BTreeSet<_> = orders.iter().map(|(.., text)| text).collect();
        assert_eq!(texts.len(), orders.len(), "no order of {region} was stored twice at home");
        let strange = format!("{{\"{short}\"");
        assert!(orders.iter().all(|(.., text)| text.starts_with(strange.as_bytes())), "{region}");
    }
    let total: usize = orders.iter().map(Vec::len).sum();
    assert_eq!(global.len(), total);
    let dear = global.iter().filter(|(_, subject, _)| subject.contains(".premium.")).count();
    assert!(dear > 3);
    assert_eq!(messages(world, HUB, "HIGH-VALUE-ORDERS").len(), dear);
}

/// Whether a call did not do what it was to do.
fn has_failed(outcome: &Outcome) -> bool {
    let is_error = |message: &windtunnel::nats::Message| {
        let text = String::from_utf8_lossy(&message.payload);
        // Whoever puts an object looks first whether there is one of that name.
        text.contains("\"error\"") && !text.contains("no message found")
    };
    match outcome {
        Outcome::Sent { .. } | Outcome::Fetched { .. } => false,
        Outcome::Acked { acks, .. } => acks.iter().any(is_error),
        Outcome::Replies(replies) => replies.iter().any(is_error),
        Outcome::Kv(got) => got.is_err(),
        Outcome::Object(got) => got.is_err(),
        _ => true,
    }
}

#[test]
fn everything_is_there_from_the_beginning() {
    let world = world();
    let count = |cluster: usize| world.streams().iter().filter(|s| s.cluster == cluster).count();
    assert_eq!([count(0), count(1), count(2), count(HUB)], [6, 6, 6, 2]);
    for stream in world.streams() {
        assert!(stream.leader().is_some(), "{} of {}", stream.name, stream.cluster);
    }
    // What was set up was not refused.
    for (process, _, client) in world.clients() {
        for (_, op) in client.ops() {
            assert!(
                !op.outcome.as_deref().is_some_and(has_failed),
                "{}: {:?} {:?}",
                world.name(process),
                op.call,
                op.outcome
            );
        }
    }
}

#[test]
fn mirrors_follow_and_analytics_counts_every_order_once() {
    let mut world = world();
    run(&mut world, Span::secs(40));
    let behind: u64 = world.inflows().iter().map(|flow| flow.behind).sum();
    assert!(behind < 12, "they keep up under load: {behind}");
    settle(&mut world);
    all_is_everywhere_once(&world);
    for (n, (region, short)) in REGIONS.iter().enumerate() {
        assert_eq!(messages(&world, n, "TASKS").len(), 0, "{region}: every task was done");
        for worker in [format!("worker-{short}-1"), format!("worker-{short}-2")] {
            let client = world.client(world.process(&worker).unwrap()).unwrap();
            assert!(client.tally().unwrap().finished > 5, "{worker}");
        }
    }
    let dashboard = world.client(world.process("dashboard").unwrap()).unwrap();
    let total = messages(&world, HUB, "ORDERS-GLOBAL").len() as u64;
    assert_eq!(dashboard.tally().unwrap().received, total);
}

#[test]
fn still_so_after_a_region_was_dark() {
    for dark in ["us-east", "ap-south"] {
        let mut world = world();
        run(&mut world, Span::secs(20));
        for server in ["n1", "n2", "n3"] {
            let process = format!("{dark}/{server}");
            world.give(&Input::Crash { process, lose_disk: false }).unwrap();
        }
        run(&mut world, Span::secs(30));
        world.give(&Input::HealAll).unwrap();
        run(&mut world, Span::secs(60));
        settle(&mut world);
        all_is_everywhere_once(&world);
    }
}

#[test]
fn what_is_put_in_another_region_is_stored_in_us_east_and_mirrored_back() {
    let mut world = world();
    run(&mut world, Span::secs(5));
    let mut session = windtunnel::console::Session::new("cli");
    let line = "cli-eu-west> nats kv put config db.host mine";
    let inputs = session.submit(line, &world).unwrap().inputs;
    for input in inputs {
        world.give(&input).unwrap();
    }
    for _ in 0..200 {
        run(&mut world, Span::millis(50));
        for input in session.poll(&world) {
            world.give(&input).unwrap();
        }
    }
    let last = |cluster: usize| messages(&world, cluster, "KV_config").pop().unwrap();
    assert_eq!(last(0).2, b"mine");
    assert_eq!(last(0), last(1));
    assert_eq!(last(0), last(2));
    for app in ["api-us", "api-eu", "api-ap"] {
        let client = world.client(world.process(app).unwrap()).unwrap();
        assert!(client.tally().unwrap().received >= 3, "{app} heard of it");
    }
}

#[test]
fn folded_clusters_show_how_they_are_and_packets_run_between_them() {
    let mut player = Player::new(world());
    for (width, height) in [(796.0, 452.0), (820.0, 414.0), (390.0, 471.0)] {
        player.command(PlayerCommand::SetHints(LayoutHints { width, height, ..player.hints() }));
        let stage = player.frame().stage;
        assert!(stage.clusters.iter().all(|c| c.fold.as_ref().is_some_and(|fold| fold.folded)));
        assert_eq!(stage.tapes.len(), 20, "a line for every stream");
        assert_eq!(stage.servers.len(), 10);
        let leafs: Vec<_> = stage.links.iter().filter(|l| l.kind == LinkKind::Leaf).collect();
        assert_eq!(leafs.len(), 3, "one line from each region to the hub");
        assert!(leafs.iter().all(|line| line.connected && line.bundled.len() == 2));
        assert_eq!(stage.links.len(), 3, "nothing of what is inside");
    }
    let mut crossed = 0;
    player.command(PlayerCommand::Play);
    for _ in 0..600 {
        player.tick(16.0);
        crossed += player.frame().motion.packets.len();
    }
    assert!(crossed > 20, "packets are seen on their way between summaries: {crossed}");
    player.command(PlayerCommand::Pause);
    player.command(PlayerCommand::Fold(1));
    let stage = player.frame().stage;
    let folded: Vec<bool> =
        stage.clusters.iter().map(|c| c.fold.as_ref().unwrap().folded).collect();
    assert_eq!(folded, [true, false, true, true]);
    let leafs = stage.links.iter().filter(|l| l.kind == LinkKind::Leaf).count();
    assert_eq!(leafs, 5, "the unfolded region has a line for each of its servers");
    player.command(PlayerCommand::Fold(1));
    assert!(player.frame().stage.clusters[1].fold.as_ref().unwrap().folded);
}

#[test]
fn a_summary_tells_what_is_wrong() {
    let mut world = world();
    run(&mut world, Span::secs(10));
    let mut player = Player::new(world);
    let said = |player: &mut Player, n: usize| player.frame().stage.clusters[n].a11y.clone();
    assert!(said(&mut player, 2).contains("3/3 up, 6 streams, 6 apps"), "{}", said(&mut player, 2));
    for server in ["n1", "n2", "n3"] {
        let process = format!("ap-south/{server}");
        player.command(PlayerCommand::Act(Input::Crash { process, lose_disk: false }));
    }
    assert!(said(&mut player, 2).contains("0/3 up"), "{}", said(&mut player, 2));
    let pace = windtunnel::view::Pace::Clock { factor: 10.0 };
    player.command(PlayerCommand::SetPace(pace));
    player.command(PlayerCommand::Play);
    for _ in 0..30 {
        player.tick(90.0);
    }
    assert!(said(&mut player, 0).contains("1 cut off"), "{}", said(&mut player, 0));
    let stage = player.frame().stage;
    let mirror = stage.tapes.iter().find(|t| t.name.text == "ORDERS-AP").unwrap();
    assert!(mirror.a11y.contains("stalled"), "{}", mirror.a11y);
}
