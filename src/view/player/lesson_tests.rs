//! A lesson played by the player: as a learner sees it, there and back.
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use super::*;
use crate::lesson::link::{Link, SceneRef};
use crate::lesson::sample::small_lesson;
use crate::view::lesson::{LessonItem, LessonView, NextStep, Verdict};
use crate::world::Input;

fn player() -> Player {
    Player::for_lesson(small_lesson()).unwrap()
}

fn ask(player: &mut Player, command: LessonCommand) {
    player.command(PlayerCommand::Lesson(command));
    for _ in 0..20_000 {
        if !player.tick(16.0) {
            return;
        }
    }
}

fn panel(player: &mut Player) -> LessonView {
    (*player.frame().lesson.unwrap()).clone()
}

fn messages(player: &Player) -> u64 {
    let view = player.world().stream(0, "ORDERS").unwrap();
    view.best().unwrap().stream.store().state().messages
}

#[test]
fn a_lesson_opens_at_rest_and_goes_from_beat_to_beat() {
    let mut player = player();
    assert!(!player.is_active());
    let first = panel(&mut player);
    assert_eq!((first.next, first.beat, first.items.len()), (NextStep::Choose, 0, 2));
    let LessonItem::Paragraph(words) = &first.items[0] else { panic!("prose") };
    assert!(matches!(words[1].entity, Some(Entity::Stream { .. })), "{words:?}");
    assert!(matches!(words[3].entity, Some(Entity::Server(_))), "{words:?}");
    ask(&mut player, LessonCommand::Choose(1, Some(1)));
    let after = panel(&mut player);
    assert_eq!((after.next, messages(&player)), (NextStep::Next, 2));
    let LessonItem::Ask(asked) = &after.items[1] else { panic!("a prediction") };
    assert_eq!(asked.verdict, Some(Verdict::Wrong));
    assert_eq!(asked.choices[0].right, Some(true));
    assert_eq!(after.code.len(), 2);
    assert!(
        after.code[0].python.contains("js.publish(\"orders.new\", b\"b\")"),
        "{:?}",
        after.code
    );
    assert!(after.code[1].cli.contains("--replicas 3"), "{:?}", after.code);
    ask(&mut player, LessonCommand::Next);
    assert_eq!(panel(&mut player).next, NextStep::Do);
    ask(&mut player, LessonCommand::DoIt);
    let end = panel(&mut player);
    assert_eq!((end.next, messages(&player)), (NextStep::End, 3));
    assert!(end.beats.iter().all(|beat| beat.over && beat.entered));
}

#[test]
fn a_learner_who_tries_something_out_comes_back_to_the_same_world() {
    let mut player = player();
    ask(&mut player, LessonCommand::Choose(1, None));
    let (digest, now, before) = (player.world().digest(), player.world().now(), panel(&mut player));
    let server = "us-east/n2".to_owned();
    player.command(PlayerCommand::Act(Input::Crash { process: server, lose_disk: false }));
    while player.tick(16.0) {}
    assert!(panel(&mut player).is_free);
    assert_ne!(player.world().digest(), digest);
    ask(&mut player, LessonCommand::Return);
    assert_eq!((player.world().digest(), player.world().now()), (digest, now));
    assert_eq!(panel(&mut player), before);
    // The lesson goes on as if nothing had been.
    ask(&mut player, LessonCommand::Next);
    ask(&mut player, LessonCommand::DoIt);
    assert_eq!(panel(&mut player).next, NextStep::End);
    assert_eq!(player.lesson().unwrap().failures().count(), 0);
}

#[test]
fn back_restores_text_and_world() {
    let mut player = player();
    let (digest, first) = (player.world().digest(), panel(&mut player));
    ask(&mut player, LessonCommand::Choose(1, Some(0)));
    ask(&mut player, LessonCommand::Next);
    let (later, second) = (player.world().digest(), panel(&mut player));
    ask(&mut player, LessonCommand::Back);
    let again = panel(&mut player);
    assert_eq!(player.world().digest(), digest);
    assert_eq!((again.beat, again.items[0].clone()), (0, first.items[0].clone()));
    assert!(again.beats[1].entered);
    ask(&mut player, LessonCommand::Next);
    assert_eq!(player.world().digest(), later);
    assert_eq!(panel(&mut player).items, second.items);
}

#[test]
fn the_learner_reaches_a_goal_by_the_button() {
    let mut player = player();
    ask(&mut player, LessonCommand::Choose(1, Some(0)));
    ask(&mut player, LessonCommand::Next);
    let shop = player.world().process("shop").unwrap();
    player.command(PlayerCommand::Press(shop));
    while player.tick(16.0) {}
    let end = panel(&mut player);
    assert_eq!((end.next, end.is_free), (NextStep::End, false));
}

#[test]
fn without_motion_a_lesson_is_run_from_stop_to_stop() {
    let mut player = player();
    player.command(PlayerCommand::SetReducedMotion(true));
    ask(&mut player, LessonCommand::Choose(1, Some(0)));
    assert_eq!(panel(&mut player).next, NextStep::Engine);
    ask(&mut player, LessonCommand::Skip);
    assert_eq!((panel(&mut player).next, messages(&player)), (NextStep::Next, 2));
}

fn shared(player: &Player) -> Link {
    let history = player.history();
    let inputs = &history.branches()[history.current().0].inputs;
    let scene = SceneRef::Own(Box::new(small_lesson().beginning().unwrap()));
    let link = Link::new(scene, inputs, player.world()).in_lesson(player.lesson_place());
    Link::decode(&link.encode()).unwrap()
}

fn opened(link: &Link) -> Player {
    let place = link.lesson.clone().unwrap();
    assert_eq!(place.0, "test.md");
    Player::resume(small_lesson(), place.1, &link.inputs(), link.position).unwrap()
}

#[test]
fn a_link_from_anywhere_in_a_lesson_leads_there() {
    let mut player = player();
    let commands = [
        LessonCommand::Choose(1, Some(1)),
        LessonCommand::Next,
        LessonCommand::DoIt,
        LessonCommand::Back,
    ];
    for command in commands {
        let link = shared(&player);
        let mut again = opened(&link);
        let (was, is) = (panel(&mut player), panel(&mut again));
        assert!(link.is_reproduced_by(again.world()), "before {command:?}");
        assert_eq!((was.beat, was.next, was.is_free), (is.beat, is.next, false), "{command:?}");
        assert_eq!(was.items.len(), is.items.len(), "before {command:?}");
        ask(&mut player, command);
    }
    // In the middle of what the engine does.
    player.command(PlayerCommand::HopBack);
    let link = shared(&player);
    let mut again = opened(&link);
    assert!(link.is_reproduced_by(again.world()) && !panel(&mut again).is_free);
}

#[test]
fn a_link_from_beside_a_lesson_leads_beside_it_and_back() {
    let mut player = player();
    ask(&mut player, LessonCommand::Choose(1, Some(0)));
    ask(&mut player, LessonCommand::Next);
    let beat = panel(&mut player).beat;
    ask(&mut player, LessonCommand::Leave);
    player.command(PlayerCommand::Act(Input::Crash {
        process: "us-east/n3".to_owned(),
        lose_disk: false,
    }));
    player.command(PlayerCommand::HopForward);
    let link = shared(&player);
    let mut again = opened(&link);
    assert!(link.is_reproduced_by(again.world()));
    assert!(panel(&mut again).is_free);
    ask(&mut again, LessonCommand::Return);
    let back = panel(&mut again);
    assert!(!back.is_free);
    assert_eq!((back.beat, back.next), (beat, NextStep::Do));
    assert_eq!(messages(&again), 2);
}
