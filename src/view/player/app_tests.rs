//! Applications as the page sees them: added, watched at work, their knobs turned.
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use super::*;
use crate::view::frame::{AppPill, Frame, KnobPanel};
use crate::world::{Input, scenes};

fn player(scene: &str) -> Player {
    Player::new(World::new(scenes::named(scene).unwrap()).unwrap())
}

/// Plays until the picture is as wanted.
fn play_until(player: &mut Player, wanted: impl Fn(&Frame) -> bool) -> Frame {
    player.command(PlayerCommand::Play);
    for _ in 0..20_000 {
        for _ in 0..4 {
            player.tick(50.0);
        }
        let frame = player.frame();
        if wanted(&frame) {
            return frame;
        }
    }
    panic!("it never came: {}", player.frame().caption.text());
}

fn knobs(player: &mut Player) -> KnobPanel {
    player.frame().inspection.unwrap().knobs.clone().unwrap()
}

fn pill<'a>(frame: &'a Frame, name: &str) -> &'a AppPill {
    frame.stage.apps.iter().find(|app| app.name.text == name).unwrap()
}

#[test]
fn a_worker_shows_how_far_its_work_is_and_playing_goes_on() {
    let mut player = player("work-queue");
    let said = player.frame().caption.text();
    assert!(said.starts_with("The apps are at work: n2 leads TASKS"), "{said}");
    let frame = play_until(&mut player, |frame| {
        pill(frame, "worker-1").work.as_ref().is_some_and(|work| work.fraction > 0.3)
    });
    let worker = pill(&frame, "worker-1");
    assert_eq!(worker.does.as_ref().unwrap().text, "works on 1");
    assert_eq!(worker.work.as_ref().unwrap().label.text, "1");
    assert!(worker.a11y.contains("works on 1"), "{}", worker.a11y);
    // A publisher at work is never at rest.
    play_until(&mut player, |frame| {
        frame.stage.tapes.iter().any(|tape| &*tape.name.text == "TASKS" && tape.last_seq >= 8)
    });
}

#[test]
fn a_killed_worker_shows_what_it_had_in_hand() {
    let mut player = player("work-queue");
    play_until(&mut player, |frame| pill(frame, "worker-1").work.is_some());
    player.command(PlayerCommand::Act(Input::Crash {
        process: "worker-1".to_owned(),
        lose_disk: false,
    }));
    let frame = player.frame();
    let said = frame.caption.text();
    assert!(said.contains("dies with sequence 1 of TASKS in hand"), "{said}");
    let worker = pill(&frame, "worker-1");
    assert_eq!(worker.does.as_ref().unwrap().text, "crashed, held 1");
    assert!(worker.a11y.contains("crashed with 1 in hand"), "{}", worker.a11y);
    // Another gets it when the ack wait is over.
    play_until(&mut player, |frame| {
        let others = ["worker-2", "worker-3"];
        others.iter().any(|name| pill(frame, name).a11y.contains("works on 1, delivery 2"))
    });
}

#[test]
fn a_removed_app_is_off_the_stage_and_its_work_goes_to_the_others() {
    let mut player = player("work-queue");
    play_until(&mut player, |frame| pill(frame, "worker-1").work.is_some());
    let lanes = player.frame().diagram.lanes.len();
    player.command(PlayerCommand::Act(Input::RemoveClient { client: "worker-1".to_owned() }));
    let frame = player.frame();
    let said = frame.caption.text();
    assert_eq!(said, "worker-1 leaves: it closes its connection and will not come back.");
    assert!(frame.stage.apps.iter().all(|app| !app.a11y.contains("worker-1")));
    assert_eq!(frame.diagram.lanes.len(), lanes, "what it did is still told");
    play_until(&mut player, |frame| {
        let others = ["worker-2", "worker-3"];
        others.iter().any(|name| pill(frame, name).a11y.contains("works on 1, delivery 2"))
    });
}

#[test]
fn an_added_app_is_selected_and_its_knobs_are_inputs() {
    let mut player = player("one-order");
    player.command(PlayerCommand::AddApp("worker"));
    let inspection = player.frame().inspection.unwrap();
    assert_eq!(inspection.title, "worker-1");
    let panel = inspection.knobs.clone().unwrap();
    let crash = panel.knobs.iter().find(|row| row.knob.name == "crash").unwrap();
    assert_eq!((crash.value.as_str(), crash.step()), ("0%", 0));
    player.command(PlayerCommand::Act(crash.turn(&panel.client, "12%")));
    let knobs_now = knobs(&mut player);
    let crash = knobs_now.knobs.iter().find(|row| row.knob.name == "crash").unwrap();
    // Between two usual values, the slider stands at the lower.
    assert_eq!((crash.value.as_str(), crash.knob.kind.steps()[crash.step()]), ("12%", "10%"));
    // A wrong value is refused with a sentence, and changes nothing.
    player.command(PlayerCommand::Act(crash.turn("worker-1", "often")));
    let frame = player.frame();
    assert!(frame.notice.as_ref().unwrap().contains("10%"), "{:?}", frame.notice);
    let inputs = player.history().branches()[0].inputs.len();
    assert_eq!(inputs, 2, "adding it and turning one knob");
}
