//! Playing: what waits for whom, going back, acting otherwise.
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use super::*;
use crate::lesson::sample::{LESSON, small_lesson};
use crate::world::{History, KEYFRAME_INTERVAL};

struct Table {
    play: Play,
    history: History,
}

impl Table {
    fn new() -> Self {
        let lesson = small_lesson();
        let world = World::new(lesson.beginning().unwrap()).unwrap();
        let play = Play::new(lesson, &world);
        Self { play, history: History::new(world, KEYFRAME_INTERVAL) }
    }

    /// Plays until the lesson waits for somebody.
    fn run(&mut self) -> Waiting {
        for _ in 0..10_000 {
            match self.play.poll(self.history.cursor()) {
                Move::Give(inputs) => inputs.into_iter().for_each(|input| {
                    self.history.act(input);
                }),
                Move::Wait(Waiting::Engine) => assert!(self.history.forward()),
                Move::Wait(waiting) => return waiting,
            }
        }
        Waiting::Stuck
    }

    fn messages(&self) -> u64 {
        let view = self.history.cursor().stream(0, "ORDERS").unwrap();
        view.best().unwrap().stream.store().state().messages
    }

    fn to(&mut self, mark: &Mark) {
        self.history.seek(mark.position);
        self.history.idle_until(mark.at);
    }

    fn items(&self) -> Vec<usize> {
        self.play.items().into_iter().map(|(item, _)| item).collect()
    }
}

fn publish(text: &str) -> Input {
    let message = crate::client::Draft {
        subject: "orders.new".to_owned(),
        text: text.to_owned(),
        ..Default::default()
    };
    let call = crate::client::Call::JsPublish { message, count: 1, retries: 0 };
    Input::Call { client: "shop".to_owned(), call }
}

#[test]
fn a_lesson_waits_for_the_reader_the_engine_and_the_learner() {
    let mut table = Table::new();
    assert_eq!(table.run(), Waiting::Choice(1));
    assert_eq!((table.messages(), table.items()), (0, vec![0, 1]));
    assert!(table.play.choose(1, Some(1)));
    assert_eq!(table.play.asked(1), Asked { chosen: Some(Some(1)), answer: None });
    assert_eq!(table.run(), Waiting::Next);
    assert_eq!((table.messages(), table.items()), (2, vec![0, 1, 2, 3, 4]));
    let answer = Some((Value::Number(2), Some(0)));
    assert_eq!(table.play.asked(1), Asked { chosen: Some(Some(1)), answer });
    assert!(!table.play.choose(1, Some(0)), "it is answered already");
    assert!(table.play.next(table.history.cursor()).is_some());
    assert_eq!(table.run(), Waiting::Goal(0));
    assert!(table.play.next(table.history.cursor()).is_none(), "the goal is not reached");
    assert!(table.play.lets_act(table.history.cursor().position()));
    table.history.act(publish("by hand"));
    while table.messages() < 3 && table.history.forward() {}
    assert_eq!(table.run(), Waiting::End);
    assert_eq!(table.play.failures().count(), 0);
}

#[test]
fn going_back_restores_text_and_world_and_gives_nothing_twice() {
    let mut table = Table::new();
    table.run();
    table.play.choose(1, None);
    table.run();
    table.play.next(table.history.cursor());
    table.run();
    let (digest, marks) = (table.history.cursor().digest(), table.play.log().len());
    let mark = table.play.go_to(0).unwrap();
    table.to(&mark);
    assert_eq!((table.messages(), table.play.beat(), table.items()), (0, 0, vec![0, 1]));
    assert!(!table.play.is_at_end());
    // Forward again, along what happened.
    while table.history.forward() && !table.history.at_head() {
        table.play.follow(table.history.cursor().position());
    }
    table.play.follow(table.history.end_position());
    assert_eq!((table.messages(), table.play.beat()), (2, 1));
    assert!(table.play.is_at_end());
    assert_eq!(table.play.log().len(), marks);
    assert_eq!(table.history.cursor().digest(), digest);
}

#[test]
fn a_goal_can_be_reached_in_another_way() {
    let mut table = Table::new();
    table.run();
    table.play.choose(1, Some(0));
    table.run();
    table.play.next(table.history.cursor());
    table.run();
    assert!(table.play.do_it());
    assert!(!table.play.do_it(), "it is being done");
    assert_eq!(table.run(), Waiting::End);
    let first = table.history.current();
    let mark = table.play.go_to(1).unwrap();
    table.to(&mark);
    assert!(table.play.lets_act(mark.position));
    let branch = table.history.act(publish("otherwise"));
    assert_ne!(branch, first);
    table.play.forget_after(mark.position);
    assert_eq!(table.run(), Waiting::Goal(0));
    while table.messages() < 3 && table.history.forward() {}
    assert_eq!(table.run(), Waiting::End);
    assert_eq!(table.play.beat(), 1);
}

#[test]
fn what_never_comes_is_told_after_a_while() {
    let text = LESSON.replacen("After.", "```until\napp shop received > 0\nwithin: 5s\n```", 1);
    let lesson = Arc::new(Lesson::parse("test.md", &text).unwrap());
    let played = crate::lesson::check::play(&lesson).unwrap();
    let failures: Vec<_> = played.report.failures().collect();
    assert_eq!(failures.len(), 1);
    assert!(failures[0].1.contains("app shop received is 0, after 5 s"), "{failures:?}");
    assert_eq!(played.play.waiting(), Some(Waiting::Stuck));
}
