//! A lesson played by the player: as a learner sees it, there and back.
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use std::sync::Arc;

use super::*;
use crate::lesson::Lesson;
use crate::view::lesson::{LessonItem, LessonView, NextStep, Verdict};
use crate::world::Input;

const LESSON: &str = r#"---
title: A test
summary: One sentence.
order: 1
minutes: 2
topology:
  us-east: n1 n2 n3
apps:
  shop: us-east publisher subject=orders.new
setup:
  nats stream add ORDERS --subjects 'orders.>' --replicas 3 --defaults
---

## First

Watch `ORDERS`, led by [this server](leader:us-east/ORDERS).

```ask
How many?
- [x] 2
- [ ] 3
answer: stream us-east/ORDERS messages
```

```run as=shop
nats pub orders.new a
nats pub orders.new b
```

After.

```code
publish orders.new
stream us-east/ORDERS
```

## Second

```goal
One more.
when: stream us-east/ORDERS messages >= 3
hint: Press the button.
do: run shop> nats pub orders.new c
```

Done.
"#;

fn player() -> Player {
    Player::for_lesson(Arc::new(Lesson::parse("test.md", LESSON).unwrap())).unwrap()
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
