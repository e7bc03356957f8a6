//! The player over the first scene, from end to end.

use super::*;
use crate::kernel::EventKind;
use crate::view::class::Class;
use crate::view::frame::{ArrowState, Label, Rect, Section, Stage};
use crate::view::inspect::inspect;
use crate::world::scenes::{one_order, two_regions};

fn player() -> Player {
    let mut player = Player::new(World::new(one_order()).unwrap());
    player.command(PlayerCommand::SetReducedMotion(true));
    player
}

fn press(player: &mut Player) {
    let checkout = player.world().process("checkout").unwrap();
    player.command(PlayerCommand::Press(checkout));
}

/// Hops to the end; the digest, position and caption at every hop.
fn hop_to_end(player: &mut Player) -> Vec<(u64, u64, String)> {
    let mut seen = Vec::new();
    for _ in 0..400 {
        let before = player.world().position();
        player.command(PlayerCommand::HopForward);
        settle(player);
        if player.world().position() == before {
            return seen;
        }
        let frame = player.frame();
        seen.push((player.world().position(), player.world().digest(), frame.caption.text()));
    }
    panic!("it never comes to rest: {seen:#?}");
}

fn settle(player: &mut Player) {
    for _ in 0..1_000 {
        if !matches!(player.mode, Mode::Run(_)) {
            return;
        }
        player.tick(16.0);
    }
    panic!("a run without end");
}

fn messages(player: &Player) -> u64 {
    let world = player.world();
    let stream = world.stream(0, "ORDERS").unwrap();
    crate::view::content::state(stream.best().unwrap().stream).messages
}

#[test]
fn an_order_is_followed_hop_by_hop_and_back() {
    let mut player = player();
    let start = player.world().digest();
    press(&mut player);
    let pressed = player.world().digest();
    let there = hop_to_end(&mut player);
    assert!(there.len() >= 6, "{there:#?}");
    assert_eq!(messages(&player), 1);
    for (.., caption) in &there {
        assert!(caption.len() > 10 && caption.ends_with('.'), "{caption:?}");
    }
    let all: String = there.iter().map(|(.., caption)| format!("{caption}\n")).collect();
    for wanted in ["quorum", "audit receives orders.new", "gets its acknowledgement", "routes"] {
        assert!(all.contains(wanted), "no {wanted:?} in\n{all}");
    }
    // And back, hop by hop, to exactly the same states.
    for n in (0..there.len() - 1).rev() {
        player.command(PlayerCommand::HopBack);
        assert_eq!((player.world().position(), player.world().digest()), (there[n].0, there[n].1));
    }
    player.command(PlayerCommand::HopBack);
    assert_eq!(player.world().digest(), pressed, "the press is a hop of its own");
    player.command(PlayerCommand::HopBack);
    assert_eq!(player.world().digest(), start);
    assert!(!player.frame().transport.can_back);
    assert_eq!(messages(&player), 0);
}

#[test]
fn any_hop_can_be_sought_in_any_order() {
    let mut player = player();
    press(&mut player);
    let mut there = hop_to_end(&mut player);
    press(&mut player);
    there.extend(hop_to_end(&mut player));
    let mut rng = crate::kernel::Rng::new(7);
    for _ in 0..100 {
        let (position, digest, caption) = &there[rng.below(there.len() as u64) as usize];
        player.command(PlayerCommand::SeekPosition(*position));
        assert_eq!(player.world().digest(), *digest);
        assert_eq!(player.frame().caption.text(), *caption);
    }
    player.command(PlayerCommand::SeekFraction(1.0));
    assert!(player.frame().transport.at_head);
    player.command(PlayerCommand::SeekFraction(0.0));
    assert_eq!(player.frame().transport.fraction, 0.0);
    let frame = player.frame();
    assert!(
        frame.diagram.arrows.iter().all(|arrow| arrow.future),
        "what is known to come is shown"
    );
    assert!(!frame.diagram.arrows.is_empty());
}

#[test]
fn playing_shows_every_hop_slowly_and_comes_to_rest() {
    let mut player = Player::new(World::new(one_order()).unwrap());
    press(&mut player);
    assert!(player.frame().transport.playing, "what was asked for plays by itself");
    let (mut ms, mut most_packets, mut captions) = (0.0, 0, Vec::new());
    while player.tick(16.0) {
        ms += 16.0;
        assert!(ms < 60_000.0, "it never comes to rest");
        let frame = player.frame();
        most_packets = most_packets.max(frame.motion.packets.len());
        for packet in &frame.motion.packets {
            assert!((0.0..=1.0).contains(&packet.progress));
            let view = frame.stage.view;
            assert!(view.contains(&Rect::new(packet.at.x, packet.at.y, 0.0, 0.0)));
        }
        if captions.last() != Some(&frame.caption.text()) {
            captions.push(frame.caption.text());
        }
    }
    assert!(most_packets >= 2, "{most_packets}");
    assert!(ms > 2_000.0, "{ms} ms are too short to follow");
    assert!(captions.len() >= 6, "{captions:#?}");
    let transport = player.frame().transport;
    assert!(!transport.playing && transport.at_rest && transport.at_head);
    assert!(!player.is_active(), "no animation frames at rest");
}

#[test]
fn acting_in_the_past_keeps_both_pasts() {
    let mut player = player();
    press(&mut player);
    hop_to_end(&mut player);
    press(&mut player);
    hop_to_end(&mut player);
    assert_eq!(messages(&player), 2);
    let end = player.world().digest();
    player.command(PlayerCommand::SeekFraction(0.5));
    let half = player.world().digest();
    press(&mut player);
    hop_to_end(&mut player);
    let branches = player.frame().transport.branches;
    assert_eq!(branches.len(), 2);
    assert!(branches[1].current && branches[1].from.is_some());
    assert!(branches[1].what.contains("checkout publishes orders.new"), "{}", branches[1].what);
    let other = player.world().digest();
    player.command(PlayerCommand::SwitchBranch(BranchId(0)));
    player.command(PlayerCommand::Last);
    assert_eq!(player.world().digest(), end);
    player.command(PlayerCommand::Undo);
    assert_eq!(player.world().digest(), other, "undo goes back to the other branch");
    player.command(PlayerCommand::Undo);
    assert_eq!(player.world().digest(), half, "and then to before the press");
    assert_eq!(player.history().current(), BranchId(0));
}

#[test]
fn stepping_over_ends_with_the_operation_and_running_idle_with_all() {
    let mut player = player();
    press(&mut player);
    player.command(PlayerCommand::StepOver);
    settle(&mut player);
    assert!(player.frame().caption.text().contains("acknowledgement"));
    assert_eq!(player.world().open_ops(), 0);
    press(&mut player);
    player.command(PlayerCommand::RunToIdle);
    settle(&mut player);
    assert_eq!((player.world().open_ops(), messages(&player)), (0, 2));
}

#[test]
fn a_killed_leader_is_told_and_drawn() {
    let mut player = player();
    press(&mut player);
    hop_to_end(&mut player);
    let leader = player.world().stream(0, "ORDERS").unwrap().leader().unwrap();
    let process = player.world().name(leader).to_owned();
    player.command(PlayerCommand::Act(Input::Crash { process, lose_disk: false }));
    assert!(player.frame().caption.fault);
    let captions: Vec<String> = hop_to_end(&mut player).into_iter().map(|(.., c)| c).collect();
    assert!(captions.iter().any(|caption| caption.contains("has a majority")), "{captions:#?}");
    let frame = player.frame();
    let dead = frame.stage.servers.iter().find(|hex| hex.process == leader).unwrap();
    assert_eq!(dead.state, crate::view::frame::UpState::Down);
    assert!(!dead.crowned && frame.stage.servers.iter().any(|hex| hex.crowned));
    let lane = frame.diagram.lanes.iter().find(|lane| lane.process == Some(leader)).unwrap();
    assert_eq!(lane.down.len(), 1);
    assert!(frame.stage.summary.contains("down"), "{}", frame.stage.summary);
}

#[test]
fn wrong_inputs_are_told_and_change_nothing() {
    let mut player = player();
    let before = player.world().digest();
    let process = "us-east/n9".to_owned();
    player.command(PlayerCommand::Act(Input::Crash { process, lose_disk: false }));
    assert!(player.frame().notice.is_some_and(|notice| notice.contains("n9")));
    assert_eq!(player.world().digest(), before);
    assert!(!player.frame().transport.can_undo);
}

#[test]
fn a_recorded_session_is_the_same_again() {
    let mut player = player();
    for _ in 0..3 {
        press(&mut player);
        hop_to_end(&mut player);
    }
    player.command(PlayerCommand::SeekFraction(0.4));
    let (position, digest) = (player.world().position(), player.world().digest());
    let inputs = &player.history().branches()[0].inputs;
    let world = World::new(one_order()).unwrap();
    let again = Player::replay(world, inputs, Some(position));
    assert_eq!(again.world().digest(), digest);
}

#[test]
fn shown_heartbeats_are_steps_and_hidden_ones_are_not() {
    let mut player = player();
    press(&mut player);
    let few = hop_to_end(&mut player).len();
    let hops = player.hops().len();
    player.command(PlayerCommand::ShowClass(Class::Heartbeat, true));
    assert!(player.hops().len() > hops);
    player.command(PlayerCommand::ShowClass(Class::Heartbeat, false));
    assert_eq!(player.hops().len(), hops);
    // The last one only lets what is hidden come to rest.
    assert!((hops - 1..=hops).contains(&few), "{few} of {hops}");
    player.command(PlayerCommand::ShowClass(Class::Replicate, false));
    assert!(player.hops().len() < hops);
}

#[test]
fn raft_and_heartbeats_are_shown_or_hidden_together_on_stage_diagram_and_wire() {
    let mut player = Player::new(World::new(two_regions()).unwrap());
    player.command(PlayerCommand::SetReducedMotion(true));
    press(&mut player);
    player.command(PlayerCommand::RunToIdle);
    settle(&mut player);
    let inner = |class: Class| Class::INNER.contains(&class);
    // How much of it there is on the way, in the diagram and on the wire, over the last hops.
    let seen = |player: &mut Player| {
        let mut seen = [0; 3];
        player.command(PlayerCommand::Last);
        for _ in 0..40 {
            let frame = player.frame();
            seen[0] += frame.motion.packets.iter().filter(|packet| inner(packet.class)).count();
            seen[1] += frame.diagram.arrows.iter().filter(|arrow| inner(arrow.class)).count();
            seen[2] += frame.wire.iter().filter(|line| inner(line.class)).count();
            player.command(PlayerCommand::HopBack);
        }
        seen
    };
    assert_eq!(player.frame().inner, Some(false), "hidden where there are several clusters");
    assert_eq!(seen(&mut player), [0; 3]);
    player.command(PlayerCommand::ToggleInner);
    assert_eq!(player.frame().inner, Some(true));
    assert!(seen(&mut player).iter().all(|n| *n > 0));
    player.command(PlayerCommand::ShowClass(Class::Vote, false));
    assert_eq!(player.frame().inner, None);
    // What is shown in part is shown whole first.
    player.command(PlayerCommand::ToggleInner);
    assert_eq!(player.frame().inner, Some(true));
    player.command(PlayerCommand::ToggleInner);
    assert_eq!(seen(&mut player), [0; 3]);
}

#[test]
fn announcements_are_at_least_half_a_second_apart() {
    let mut player = Player::new(World::new(one_order()).unwrap());
    press(&mut player);
    let (mut last, mut since) = (player.frame().announcement.serial, 0.0);
    while player.tick(10.0) {
        since += 10.0;
        let serial = player.frame().announcement.serial;
        if serial != last {
            assert!(serial == last + 1 && (last == 0 || since >= ANNOUNCE_MS), "{since} ms");
            (last, since) = (serial, 0.0);
        }
    }
    assert!(last >= 3);
}

#[test]
fn no_label_runs_over_another_at_any_hop_and_size() {
    for (width, height) in [(792.0, 500.0), (820.0, 360.0), (360.0, 420.0), (1280.0, 640.0)] {
        let mut player = player();
        let hints = LayoutHints { width, height, ..LayoutHints::default() };
        player.command(PlayerCommand::SetHints(hints));
        press(&mut player);
        for hop in 0..40 {
            let frame = player.frame();
            let case = format!("{width} x {height}, hop {hop}");
            assert_eq!((frame.stage.view.w, frame.stage.view.h), (width, height), "{case}");
            no_overlap(&labels(&frame), &case);
            player.command(PlayerCommand::HopForward);
            settle(&mut player);
        }
    }
}

fn labels(frame: &Frame) -> Vec<(String, Rect)> {
    let mut all: Vec<(String, Rect)> = Vec::new();
    let mut add = |label: &Label| all.push((label.text.clone(), label.rect()));
    let Stage { clusters, servers, apps, tapes, links, .. } = &*frame.stage;
    for cluster in clusters {
        add(&cluster.name);
        cluster.note.iter().for_each(&mut add);
    }
    servers.iter().for_each(|server| add(&server.name));
    for app in apps {
        add(&app.name);
        app.does.iter().for_each(&mut add);
    }
    for tape in tapes {
        add(&tape.name);
        tape.kind.iter().chain(&tape.older).for_each(&mut add);
        tape.cells.iter().for_each(|cell| add(&cell.label));
    }
    let pills = links.iter().filter_map(|link| link.pill.as_ref());
    let tags = frame.motion.packets.iter().filter_map(|packet| packet.tag.as_ref());
    for pill in pills.chain(tags) {
        add(&pill.label);
    }
    all
}

fn no_overlap(labels: &[(String, Rect)], case: &str) {
    for (n, (a, rect)) in labels.iter().enumerate() {
        for (b, other) in &labels[n + 1..] {
            assert!(!rect.overlaps(other), "{case}: {a:?} {rect:?} over {b:?} {other:?}");
        }
    }
}

#[test]
fn the_diagram_stays_small_and_its_arrows_on_their_lanes() {
    let mut player = player();
    for _ in 0..20 {
        press(&mut player);
        player.command(PlayerCommand::RunToIdle);
        settle(&mut player);
    }
    let diagram = player.frame().diagram;
    let nodes = diagram.arrows.len() * 4 + diagram.marks.len() * 2 + diagram.lanes.len() * 2;
    assert!(nodes + diagram.ticks.len() * 2 <= 1_500, "{nodes} nodes");
    assert!(diagram.truncated.is_some(), "what is left out is told");
    for arrow in &diagram.arrows {
        assert_eq!(arrow.a.y, diagram.lanes[arrow.from_lane].y);
        assert!(arrow.b.x >= arrow.a.x, "{arrow:?}");
        if arrow.state == ArrowState::Arrived {
            assert_eq!(arrow.b.y, diagram.lanes[arrow.to_lane].y);
        }
        assert!(diagram.view.grow(41.0).contains(&Rect::new(arrow.b.x, arrow.b.y, 0.0, 0.0)));
    }
    assert!(diagram.cursor_x <= diagram.view.right());
}

#[test]
fn why_leads_from_an_acknowledgement_back_to_the_press() {
    let mut player = player();
    press(&mut player);
    player.command(PlayerCommand::StepOver);
    settle(&mut player);
    let hop = player.hops().last().copied().unwrap();
    let ended = hop.end.0 - 1;
    player.command(PlayerCommand::Select(Some(Entity::Event(EventId(ended)))));
    let inspection = player.frame().inspection.unwrap();
    let why = inspection.tabs.iter().flat_map(|tab| &tab.sections).find_map(|s| match s {
        Section::Why(reasons) => Some(reasons.clone()),
        _ => None,
    });
    let why = why.unwrap();
    let text: Vec<&str> = why.iter().map(|reason| reason.text.as_str()).collect();
    assert!(text.len() >= 5, "{text:#?}");
    assert!(text.last().unwrap().contains("checkout publishes orders.new"), "{text:#?}");
    assert!(text.iter().any(|reason| reason.contains("quorum")), "{text:#?}");
}

#[test]
fn every_event_has_a_sentence_and_a_reason() {
    let mut player = player();
    press(&mut player);
    hop_to_end(&mut player);
    let world = player.world();
    let cast = crate::view::cast::Cast::new(world);
    for event in world.sim().trace().iter() {
        let text = crate::view::caption::event(cast, event).text();
        assert!(text.len() > 8 && !text.contains("Something"), "{text:?} for {event:?}");
        if !matches!(event.kind, EventKind::Input(_) | EventKind::Started | EventKind::Timer(_)) {
            assert!(crate::view::why::causes(cast, event.id).count() > 1, "{event:?}");
        }
    }
}

#[test]
fn a_time_that_is_expected_is_reached() {
    let mut player = player();
    player.command(PlayerCommand::SetReducedMotion(false));
    player.command(PlayerCommand::Play);
    assert!(player.at_rest, "nothing is to come");
    let at = player.world().now() + Span::secs(2);
    player.expect(Some(at));
    for _ in 0..10_000 {
        player.tick(16.0);
    }
    assert!(player.world().now() >= at && player.at_rest);
    player.expect(Some(at));
    assert!(player.at_rest, "what has been is not waited for");
}

#[test]
fn an_order_is_followed_into_a_mirror_and_the_world_comes_to_rest() {
    let mut topology = one_order();
    let body = r#"{"name":"COPY","mirror":{"name":"ORDERS"},"num_replicas":3}"#.to_owned();
    let call = crate::client::Call::Api { subject: "$JS.API.STREAM.CREATE.COPY".to_owned(), body };
    topology.setup.push(crate::world::Setup { client: "cli".to_owned(), call });
    let mut player = Player::new(World::new(topology).unwrap());
    player.command(PlayerCommand::SetReducedMotion(true));
    hop_to_end(&mut player);
    press(&mut player);
    let seen = hop_to_end(&mut player);
    let has = |what: &str| seen.iter().any(|(.., caption)| caption.contains(what));
    assert!(has("COPY"), "{seen:#?}");
    let copy = player.world().stream(0, "COPY").unwrap();
    assert!(copy.replicas.iter().all(|replica| replica.stream.store().last_seq() == 1));
    // Both the stream and its hidden consumer say what they are to each other.
    let stream = Entity::Stream { cluster: 0, name: "COPY".into() };
    let said = format!("{:?}", inspect(player.world(), &stream, 10, &[]).unwrap());
    assert!(said.contains("Mirror") && said.contains("JS_MIRROR_"), "{said}");
    let stream = Entity::Stream { cluster: 0, name: "ORDERS".into() };
    let said = format!("{:?}", inspect(player.world(), &stream, 10, &[]).unwrap());
    assert!(said.contains("hidden, for mirror COPY"), "{said}");
}
