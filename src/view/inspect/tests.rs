//! Every kind of thing has an inspection, and it tells what changed.

use super::*;
use crate::client::{Answer, Call, Draft};
use crate::kernel::{EventId, ProcId};
use crate::view::frame::{LogMark, StripState, Tab};
use crate::view::{Player, PlayerCommand};
use crate::world::Input;
use crate::world::scenes::one_order;

fn player() -> Player {
    let mut player = Player::new(World::new(one_order()).unwrap());
    player.command(PlayerCommand::SetReducedMotion(true));
    let checkout = player.world().process("checkout").unwrap();
    player.command(PlayerCommand::Press(checkout));
    player.command(PlayerCommand::StepOver);
    player
}

fn one_of_each(world: &World) -> Vec<Entity> {
    let process = |name: &str| world.process(name).unwrap();
    let all = vec![
        Entity::Cluster(0),
        Entity::Server(process("us-east/n1")),
        Entity::App(process("audit")),
        Entity::Stream { cluster: 0, name: "ORDERS".into() },
        Entity::Message { cluster: 0, stream: "ORDERS".into(), seq: 1 },
        Entity::Consumer { cluster: 0, stream: "ORDERS".into(), name: "work".into() },
        Entity::Flow { cluster: 0, stream: "COPY".into(), source: 0 },
        Entity::link(process("us-east/n1"), process("us-east/n2")),
        Entity::Event(EventId(0)),
    ];
    // A kind that is added must be added above as well: this does not compile without it.
    for entity in &all {
        match entity {
            Entity::Cluster(_)
            | Entity::Server(_)
            | Entity::App(_)
            | Entity::Stream { .. }
            | Entity::Message { .. }
            | Entity::Consumer { .. }
            | Entity::Flow { .. }
            | Entity::Link(..)
            | Entity::Event(_) => {}
        }
    }
    all
}

#[test]
fn every_kind_of_thing_can_be_inspected() {
    let mut player = with_consumer();
    let subject = "$JS.API.STREAM.CREATE.COPY".to_owned();
    let body = r#"{"name":"COPY","mirror":{"name":"ORDERS"}}"#.to_owned();
    let call = Call::Api { subject, body };
    player.command(PlayerCommand::Act(Input::Call { client: "cli".to_owned(), call }));
    player.command(PlayerCommand::RunToIdle);
    while player.is_active() {
        player.tick(50.0);
    }
    let world = player.world();
    for entity in one_of_each(world) {
        let inspection =
            inspect(world, &entity, FEW_ROWS, &[]).unwrap_or_else(|| panic!("{entity:?} has none"));
        assert_eq!(inspection.entity, entity);
        assert!(!inspection.title.is_empty() && !inspection.tabs.is_empty(), "{entity:?}");
        for Tab { name, sections } in &inspection.tabs {
            assert!(!sections.is_empty(), "{entity:?}: {name} is empty");
            for section in sections {
                if let Section::Table { columns, rows, .. } = section {
                    assert!(rows.iter().all(|row| row.cells.len() == columns.len()), "{name}");
                }
            }
        }
        assert!(inspection.stats.len() <= 4);
    }
}

#[test]
fn every_event_of_a_world_can_be_inspected() {
    let player = player();
    let world = player.world();
    for event in world.sim().trace().iter() {
        assert!(inspect(world, &Entity::Event(event.id), FEW_ROWS, &[]).is_some());
    }
}

#[test]
fn what_is_not_there_has_no_inspection() {
    let player = player();
    let world = player.world();
    for entity in [
        Entity::Cluster(5),
        Entity::Server(ProcId(99)),
        Entity::App(ProcId(0)),
        Entity::Stream { cluster: 0, name: "NOPE".into() },
        Entity::Consumer { cluster: 0, stream: "ORDERS".into(), name: "NOPE".into() },
        Entity::Event(EventId(u64::MAX)),
    ] {
        assert!(inspect(world, &entity, FEW_ROWS, &[]).is_none(), "{entity:?}");
    }
}

#[test]
fn a_stream_tells_what_it_was_one_hop_before() {
    let mut player = player();
    let name: std::sync::Arc<str> = "ORDERS".into();
    player.command(PlayerCommand::Select(Some(Entity::Stream { cluster: 0, name })));
    let messages = |player: &mut Player| {
        let inspection = player.frame().inspection.unwrap();
        inspection.stats.iter().find(|stat| stat.name == "messages").cloned().unwrap()
    };
    assert_eq!(messages(&mut player).value, "1");
    let checkout = player.world().process("checkout").unwrap();
    player.command(PlayerCommand::Press(checkout));
    let mut changes = 0;
    for _ in 0..30 {
        player.command(PlayerCommand::HopForward);
        let stat = messages(&mut player);
        if let Some(was) = stat.was {
            assert_eq!((was.as_str(), stat.value.as_str()), ("1", "2"));
            changes += 1;
        }
    }
    assert_eq!(changes, 1, "only the hop that changed it says so");
}

/// A world with a consumer whose worker took two of three messages and acknowledged one.
fn with_consumer() -> Player {
    let mut player = player();
    player.command(PlayerCommand::Select(None));
    let mut give = |client: &str, call: Call| {
        player.command(PlayerCommand::Act(Input::Call { client: client.to_owned(), call }));
        player.command(PlayerCommand::RunToIdle);
        while player.is_active() {
            player.tick(50.0);
        }
    };
    for n in 0..2 {
        let message =
            Draft { subject: "orders.new".into(), text: n.to_string(), ..Draft::default() };
        give("checkout", Call::JsPublish { message, count: 1, retries: 0 });
    }
    let body = r#"{"stream_name":"ORDERS","config":{"durable_name":"work","ack_policy":"explicit",
        "ack_wait":30000000000}}"#;
    let subject = "$JS.API.CONSUMER.DURABLE.CREATE.ORDERS.work".to_owned();
    give("cli", Call::Api { subject, body: body.to_owned() });
    for answer in [Some(Answer::Ack), None] {
        let pull = r#"{"call":"next","stream":"ORDERS","consumer":"work"}"#;
        let mut pull: Call = crate::nats::json::read(pull.as_bytes()).unwrap();
        if let Call::Next { answer: answers, .. } = &mut pull {
            *answers = answer;
        }
        give("cli", pull);
    }
    player
}

#[test]
fn a_consumer_is_seen_on_its_tape_and_in_its_inspection() {
    let mut player = with_consumer();
    let entity = Entity::Consumer { cluster: 0, stream: "ORDERS".into(), name: "work".into() };
    player.command(PlayerCommand::Select(Some(entity)));
    let frame = player.frame();
    let tape = &frame.stage.tapes[0];
    let mark = &tape.consumers[0];
    assert!(mark.selected && mark.led && !mark.paused);
    assert!(mark.a11y.contains("1 out for acknowledgement"), "{}", mark.a11y);
    // One is acknowledged, one is out, the caret is at the third.
    assert!(mark.floor.is_some_and(|floor| floor.right() == tape.cells[0].rect.right()));
    assert!(mark.at.x > tape.cells[1].rect.x && mark.at.x <= tape.cells[2].rect.x);
    assert_eq!(frame.motion.rings.len(), 1);
    let ring = &frame.motion.rings[0];
    assert_eq!(ring.rect, tape.cells[1].rect);
    assert!(ring.left > 0.9 && !ring.queued && ring.deliveries == 1, "{ring:?}");
    let inspection = frame.inspection.unwrap();
    let stats: Vec<&str> = inspection.stats.iter().map(|stat| stat.value.as_str()).collect();
    assert_eq!(stats, ["1", "1", "0", "0"]);
    let Section::Strip { cells, .. } = &inspection.tabs[0].sections[0] else { panic!("no strip") };
    let states: Vec<StripState> = cells.iter().map(|cell| cell.state).collect();
    assert_eq!(states, [StripState::Done, StripState::Out, StripState::Next]);
}

#[test]
fn an_ack_wait_that_runs_is_something_to_come() {
    let mut player = with_consumer();
    let before = player.hops().len();
    player.command(PlayerCommand::HopForward);
    while player.is_active() {
        player.tick(50.0);
    }
    assert!(player.hops().len() > before, "the ack wait ends by itself");
    let ring = player.frame().motion.rings[0].clone();
    assert!(ring.queued || ring.deliveries > 1, "{ring:?}");
}

#[test]
fn the_raft_log_is_listed_entry_by_entry_as_far_as_each_member_is() {
    let mut player = player();
    let world = player.world().clone();
    let stream = Entity::Stream { cluster: 0, name: "ORDERS".into() };
    let log = |world: &World, rows: usize| {
        let inspection = inspect(world, &stream, rows, &[]).unwrap();
        let raft = inspection.tabs.into_iter().find(|tab| tab.name == "Raft").unwrap();
        let log = raft.sections.into_iter().find_map(|section| match section {
            Section::Log { members, rows, more, .. } => Some((members, rows, more)),
            _ => None,
        });
        log.unwrap()
    };
    let (members, rows, more) = log(&world, FEW_ROWS);
    assert_eq!(members, ["n1", "n2", "n3"]);
    assert_eq!(more, 0);
    let texts: Vec<_> = rows.iter().map(|row| (row.index, row.what.as_str())).collect();
    assert_eq!(texts, [(2, "publish orders.new"), (1, "the group's 3 members")]);
    assert!(rows.iter().all(|row| row.term == 1 && row.marks.len() == 3));
    assert_eq!(rows[1].marks, [Applied; 3]);
    // One row at a time, and it is said how many are left.
    let (_, rows, more) = log(&world, 1);
    assert_eq!((rows.len(), more), (1, 1));

    // While the followers write the next one, it is in no log but the leader's.
    let checkout = world.process("checkout").unwrap();
    player.command(PlayerCommand::Press(checkout));
    let mut seen = Vec::new();
    for _ in 0..20 {
        player.command(PlayerCommand::HopForward);
        let (_, rows, _) = log(player.world(), FEW_ROWS);
        if rows[0].index == 3 && seen.last() != Some(&rows[0].marks) {
            seen.push(rows[0].marks.clone());
        }
    }
    use LogMark::{Absent, Applied, Written};
    assert_eq!(seen.first().unwrap(), &[Absent, Written, Absent], "{seen:?}");
    assert!(seen.contains(&vec![Written, Applied, Written]), "{seen:?}");
}
