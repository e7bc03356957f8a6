//! Every kind of thing has an inspection, and it tells what changed.

use super::*;
use crate::kernel::{EventId, ProcId};
use crate::view::frame::Tab;
use crate::view::{Player, PlayerCommand};
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
            | Entity::Link(..)
            | Entity::Event(_) => {}
        }
    }
    all
}

#[test]
fn every_kind_of_thing_can_be_inspected() {
    let player = player();
    let world = player.world();
    for entity in one_of_each(world) {
        let inspection = inspect(world, &entity).unwrap_or_else(|| panic!("{entity:?} has none"));
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
        assert!(inspect(world, &Entity::Event(event.id)).is_some());
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
        Entity::Event(EventId(u64::MAX)),
    ] {
        assert!(inspect(world, &entity).is_none(), "{entity:?}");
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
