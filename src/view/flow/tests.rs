//! What is told of mirrors and sources, on the stage and in the inspector.

use super::*;
use crate::client::Call;
use crate::view::frame::{CellKind, Frame, Section};
use crate::view::{LayoutHints, Player, PlayerCommand};
use crate::world::Input;
use crate::world::scenes::{two_regions, whole_picture};

fn player() -> Player {
    let mut player = Player::new(World::new(two_regions()).unwrap());
    player.command(PlayerCommand::SetReducedMotion(true));
    player
}

fn idle(player: &mut Player) {
    player.command(PlayerCommand::RunToIdle);
    while player.is_active() {
        player.tick(50.0);
    }
}

fn wait(player: &mut Player, secs: u64) {
    let until = player.world().now() + Span::secs(secs);
    player.expect(Some(until));
    player.command(PlayerCommand::Play);
    player.command(PlayerCommand::SetPace(crate::view::Pace::Clock { factor: 10.0 }));
    for _ in 0..4_000 {
        if player.world().now() >= until {
            break;
        }
        player.tick(100.0);
    }
    player.command(PlayerCommand::Pause);
    assert!(player.world().now() >= until);
}

fn act(player: &mut Player, input: Input) {
    player.command(PlayerCommand::Act(input));
}

fn publish(player: &mut Player) {
    let checkout = player.world().process("checkout").unwrap();
    player.command(PlayerCommand::Press(checkout));
    idle(player);
    // It is acknowledged before it has crossed the ocean.
    wait(player, 1);
}

fn api(player: &mut Player, subject: &str, body: &str) {
    let call = Call::Api { subject: format!("$JS.API.{subject}"), body: body.to_owned() };
    act(player, Input::Call { client: "cli".to_owned(), call });
    idle(player);
}

fn mirror() -> Entity {
    Entity::Flow { cluster: 1, stream: "ORDERS_MIRROR".into(), source: 0 }
}

fn badge(frame: &Frame) -> String {
    let tape = frame.stage.tapes.iter().find(|tape| tape.badge.is_some()).unwrap();
    tape.badge.as_ref().unwrap().label.text.clone()
}

/// The texts of facts and tables on the first tab of the inspector.
fn told(frame: &Frame) -> String {
    let inspection = frame.inspection.as_ref().unwrap();
    let mut text = String::new();
    for section in &inspection.tabs[0].sections {
        match section {
            Section::Facts { facts, .. } => {
                for fact in facts {
                    text.push_str(&format!("{}: {}\n", fact.name, fact.value));
                }
            }
            Section::Table { title, rows, .. } => {
                text.push_str(&format!("{}\n", title.clone().unwrap_or_default()));
                for row in rows {
                    text.push_str(&format!("| {}\n", row.cells.join(" | ")));
                }
            }
            Section::Note(note) => text.push_str(&format!("{note}\n")),
            _ => {}
        }
    }
    text
}

#[test]
fn a_mirror_is_a_line_from_its_origin_that_says_how_it_is() {
    let mut player = player();
    publish(&mut player);
    let frame = player.frame();
    let [line] = &frame.stage.flows[..] else { panic!("{:?}", frame.stage.flows) };
    assert_eq!((line.entity.clone(), line.state, line.flows), (mirror(), FlowState::InStep, 1));
    let tape = |cluster: usize| {
        let mut tapes = frame.stage.tapes.iter();
        tapes
            .find(|t| matches!(&t.entity, Entity::Stream { cluster: c, .. } if *c == cluster))
            .unwrap()
            .rect
    };
    let (first, last) = (line.points[0], line.points[line.points.len() - 1]);
    assert!((tape(0).right() - first.x).abs() < 5.0, "it leaves the origin's tape at its right");
    assert!((tape(1).x - last.x).abs() < 5.0, "and comes to the mirror's at its left");
    assert_eq!(line.a11y, "mirror ORDERS_MIRROR in eu-west of ORDERS in us-east: in step");
    assert_eq!(badge(&frame), "in step");
    let words = frame.stage.tapes.iter().filter_map(|tape| tape.kind.as_ref());
    assert!(words.map(|kind| kind.text.as_str()).any(|text| text == "mirror · R3"));
}

#[test]
fn a_selected_flow_tells_of_the_consumer_that_nobody_sees() {
    let mut player = player();
    publish(&mut player);
    player.command(PlayerCommand::Select(Some(mirror())));
    let frame = player.frame();
    let line = &frame.stage.flows[0];
    assert!(line.selected);
    assert!(line.plate.as_ref().unwrap().label.text.ends_with("in step"), "{:?}", line.plate);
    let inspection = frame.inspection.as_ref().unwrap();
    assert_eq!(inspection.title, "ORDERS → ORDERS_MIRROR");
    assert_eq!(inspection.place, "from us-east to eu-west");
    let told_now = told(&frame);
    for words in ["consumer: JS_MIRROR_", "hidden push consumer", "takes: everything"] {
        assert!(told_now.contains(words), "{words}: {told_now}");
    }
    assert!(told_now.contains("only messages are copied"), "{told_now}");
    // The origin tells of it as well.
    let origin = Entity::Stream { cluster: 0, name: "ORDERS".into() };
    player.command(PlayerCommand::Select(Some(origin)));
    let frame = player.frame();
    let said = told(&frame);
    assert!(
        said.contains("Followed by\n| eu-west ORDERS_MIRROR | mirror, in step | JS_MIRROR_"),
        "{said}"
    );
    assert!(frame.stage.flows[0].highlighted, "its flows stand out");
}

#[test]
fn a_mirror_that_is_cut_off_stalls_is_unreachable_and_catches_up() {
    let mut player = player();
    publish(&mut player);
    let (a, b) = ("us-east".to_owned(), "eu-west".to_owned());
    act(&mut player, Input::Cut { a: a.clone(), b: b.clone() });
    let checkout = player.world().process("checkout").unwrap();
    player.command(PlayerCommand::Press(checkout));
    wait(&mut player, 5);
    let frame = player.frame();
    assert_eq!(frame.stage.flows[0].state, FlowState::Stalled);
    let said = badge(&frame);
    assert!(said.starts_with("stalled ") && said.ends_with("1 behind"), "{said}");
    assert!(frame.stage.summary.contains("stalled"), "{}", frame.stage.summary);
    wait(&mut player, 50);
    let frame = player.frame();
    assert_eq!(frame.stage.flows[0].state, FlowState::Unreachable, "{}", badge(&frame));
    player.command(PlayerCommand::Select(Some(mirror())));
    let said = told(&player.frame());
    assert!(said.contains("asked in vain"), "{said}");
    act(&mut player, Input::Heal { a, b });
    wait(&mut player, 5);
    assert_eq!(badge(&player.frame()), "in step");
}

#[test]
fn what_is_deleted_at_the_origin_is_seen_to_stay_in_the_mirror() {
    let mut player = player();
    for _ in 0..3 {
        publish(&mut player);
    }
    let kept = |player: &mut Player| -> Vec<(usize, u64)> {
        let frame = player.frame();
        let tapes = frame.stage.tapes.iter().enumerate();
        tapes
            .flat_map(|(n, tape)| {
                let kept = tape.cells.iter().filter(|cell| cell.kind == CellKind::Kept);
                kept.map(move |cell| (n, cell.seq))
            })
            .collect()
    };
    assert_eq!(kept(&mut player), []);
    api(&mut player, "STREAM.MSG.DELETE.ORDERS", r#"{"seq":2}"#);
    assert_eq!(kept(&mut player), [(1, 2)]);
    api(&mut player, "STREAM.PURGE.ORDERS", "");
    assert_eq!(kept(&mut player), [(1, 1), (1, 2), (1, 3)]);
    player.command(PlayerCommand::Select(Some(mirror())));
    let said = told(&player.frame());
    assert!(said.contains("Kept here, gone in ORDERS in us-east"), "{said}");
    assert!(said.contains("| 2 | orders.new | "), "{said}");
}

#[test]
fn sources_name_what_they_take_and_what_becomes_of_it() {
    let mut player = player();
    api(
        &mut player,
        "STREAM.CREATE.ALL",
        r#"{"name":"ALL","subjects":["all.direct"],"sources":[{"name":"ORDERS","subject_transforms":[
            {"src":"orders.new","dest":"all.new"}]}]}"#,
    );
    publish(&mut player);
    wait(&mut player, 3);
    let all = Entity::Flow { cluster: 0, stream: "ALL".into(), source: 0 };
    player.command(PlayerCommand::Select(Some(all.clone())));
    let frame = player.frame();
    let line = frame.stage.flows.iter().find(|line| line.entity == all).unwrap();
    assert_eq!(
        line.a11y,
        "ALL in us-east gathers from ORDERS in us-east, orders.new → all.new: in step"
    );
    let said = told(&frame);
    assert!(said.contains("| orders.new | all.new"), "{said}");
    // A message that came from there is told from one that was published here.
    api(&mut player, "STREAM.PURGE.ORDERS", "");
    let flow = Flow::find(player.world(), &all).unwrap();
    assert_eq!(flow.kept(&player.world().streams()).len(), 1);
}

#[test]
fn flows_of_folded_clusters_are_one_line_but_for_what_is_looked_at() {
    let mut player = player();
    for name in ["A", "B"] {
        let body = format!(
            r#"{{"name":"{name}","mirror":{{"name":"ORDERS","external":{{"api":"$JS.us-east.API","deliver":""}}}}}}"#
        );
        let subject = format!("$JS.eu-west.API.STREAM.CREATE.{name}");
        act(
            &mut player,
            Input::Call { client: "cli".to_owned(), call: Call::Api { subject, body } },
        );
        wait(&mut player, 2);
    }
    publish(&mut player);
    assert_eq!(player.frame().stage.flows.len(), 3);
    for cluster in [0, 1] {
        player.command(PlayerCommand::Fold(cluster));
    }
    let frame = player.frame();
    let [line] = &frame.stage.flows[..] else { panic!("{:?}", frame.stage.flows) };
    assert_eq!((line.flows, line.state), (3, FlowState::InStep));
    assert!(line.a11y.matches("of ORDERS in us-east").count() == 3, "{}", line.a11y);
    assert!(
        line.a11y.starts_with("3 flows between us-east and eu-west, in step: "),
        "{}",
        line.a11y
    );
    assert!(!line.both, "all lead one way");
    let entity = line.entity.clone();
    // Whatever there is room for on the stage, the inspector of the line lists them all.
    player.command(PlayerCommand::Select(Some(entity)));
    let inspection = player.frame().inspection.unwrap();
    let listed = inspection.tabs[0].sections.iter().find_map(|section| match section {
        Section::Table { title: Some(title), rows, .. } if title.starts_with("3 flows between") => {
            Some(rows.len())
        }
        _ => None,
    });
    assert_eq!(listed, Some(3));
    player.command(PlayerCommand::Select(Some(mirror())));
    let flows = player.frame().stage.flows.clone();
    assert_eq!(flows.iter().map(|line| line.flows).sum::<usize>(), 3);
    assert!(flows.len() == 2 && flows.iter().any(|line| line.selected && line.flows == 1));
}

#[test]
fn badges_are_on_their_tapes_and_nothing_is_written_over_anything() {
    for (width, height) in [(792.0, 500.0), (820.0, 360.0), (390.0, 420.0)] {
        let mut player = player();
        publish(&mut player);
        let hints = LayoutHints { width, height, ..LayoutHints::default() };
        player.command(PlayerCommand::SetHints(hints));
        let frame = player.frame();
        let Some(tape) = frame.stage.tapes.iter().find(|tape| tape.badge.is_some()) else {
            // Where clusters are summaries, a line of words takes the place of the badge.
            assert!(width < 792.0 && frame.stage.tapes.iter().all(|tape| tape.line.is_some()));
            continue;
        };
        let badge = tape.badge.as_ref().unwrap();
        let panel = &frame.stage.clusters[1].rect;
        assert!(panel.contains(&badge.rect), "{width}: {badge:?}");
        assert!(badge.rect.contains(&badge.label.rect()), "{width}: {badge:?}");
        assert!(!badge.rect.overlaps(&tape.name.rect()), "{width}: {badge:?}");
        assert!(tape.cells.iter().all(|cell| !cell.rect.overlaps(&badge.rect)), "{width}");
        if let Some(kind) = &tape.kind {
            assert!(!badge.rect.overlaps(&kind.rect()), "{width}: {kind:?}");
        }
    }
}

/// Where all are summaries, one line stands for all that flows between two of them, in either direction.
#[test]
fn between_two_summaries_there_is_one_line_with_a_tip_at_each_end() {
    let mut player = Player::new(World::new(whole_picture()).unwrap());
    let stage = player.frame().stage;
    assert!(stage.clusters.iter().all(|cluster| cluster.fold.as_ref().is_some_and(|f| f.folded)));
    let all = Flow::all(player.world());
    let between = all.iter().filter(|flow| flow.origin_cluster != Some(flow.cluster)).count();
    assert_eq!(stage.flows.iter().map(|line| line.flows).sum::<usize>(), between);
    assert_eq!(stage.flows.len(), 6, "three regions and a hub: {:?}", stage.flows);
    let both = stage.flows.iter().filter(|line| line.both).count();
    assert_eq!(both, 3, "regions mirror each other, the hub only gathers");
    for line in &stage.flows {
        assert_eq!(line.tip().matches('M').count(), if line.both { 2 } else { 1 });
    }
}
