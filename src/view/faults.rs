//! Faults for the page: what is broken now, what can be done to the selected thing, and the words that
//! stand on a thing of which something is wrong.

use crate::kernel::{ProcId, ProcState, Trap};
use crate::world::{Input, Node, Trouble, World};

use super::cast::Cast;
use super::dial;
use super::entity::Entity;
use super::frame::{Action, ActionKind, Broken, Faults, Point};
use super::palette::Token;
use super::room::plate;
use super::text::brief;

/// All about faults, with what can be done to what is selected.
pub fn build(world: &World, selection: Option<&Entity>) -> Faults {
    let cast = Cast::new(world);
    let troubles = world.troubles().into_iter();
    let broken = troubles.map(|trouble| Broken {
        text: world.describe(&trouble),
        entity: about(cast, &trouble),
        mend: world.mending(&trouble),
    });
    let processes = world.sim().slots().iter().enumerate();
    let parties = processes.filter_map(|(n, slot)| {
        let process = ProcId(n as u32);
        let there = match world.sim().process(process)? {
            Node::Server(_) => true,
            Node::Client(_) => !world.is_removed(process),
            _ => false,
        };
        there.then(|| slot.name.to_string())
    });
    let more = selection.map_or_else(Vec::new, |entity| more(cast, entity));
    let dials = selection.map_or_else(Vec::new, |entity| dial::dials(world, entity));
    Faults { broken: broken.collect(), more, dials, parties: parties.collect() }
}

/// What a trouble is about.
fn about(cast: Cast<'_>, trouble: &Trouble) -> Entity {
    match trouble {
        Trouble::Cut(a, b) | Trouble::Blocked(a, b) | Trouble::BlackHole(a, b) => {
            Entity::link(*a, *b)
        }
        Trouble::Split(cluster, _) => Entity::Cluster(*cluster),
        Trouble::Down(process)
        | Trouble::Paused(process)
        | Trouble::SlowDisk(process, _)
        | Trouble::Clock(process, _)
        | Trouble::Trap(process, _)
        | Trouble::Favoured(process, _) => cast.entity(*process),
    }
}

/// What is wrong with a process, each in a word or two and with its value: "disk 50 ms".
pub fn words(troubles: &[Trouble], process: ProcId) -> Vec<String> {
    let own = troubles.iter().filter_map(|trouble| match trouble {
        Trouble::Down(of) => (*of == process).then(|| "down".to_owned()),
        Trouble::Paused(of) => (*of == process).then(|| "frozen".to_owned()),
        Trouble::SlowDisk(of, latency) => {
            (*of == process).then(|| format!("disk {}", brief(*latency)))
        }
        Trouble::Clock(of, ahead) => {
            (*of == process).then(|| format!("clock {}", dial::signed(*ahead)))
        }
        Trouble::Trap(of, Trap::Lose) => (*of == process).then(|| "loses an ack".to_owned()),
        Trouble::Trap(of, Trap::Twice) => (*of == process).then(|| "sends twice".to_owned()),
        Trouble::Favoured(of, _) => (*of == process).then(|| "will win".to_owned()),
        _ => None,
    });
    own.collect()
}

/// The same on one plate; where several are wider than that may be, how many there are.
pub fn mark(troubles: &[Trouble], process: ProcId, width: f64) -> Option<String> {
    let words = words(troubles, process);
    let all = words.join(" · ");
    match words.len() {
        0 => None,
        2.. if plate(Point::default(), &all, Token::Fault).rect.w > width => {
            Some(format!("{} faults", words.len()))
        }
        _ => Some(all),
    }
}

/// The less usual things that can be done to something.
fn more(cast: Cast<'_>, entity: &Entity) -> Vec<Action> {
    let world = cast.world();
    match entity {
        Entity::Server(process) => of_server(world, *process),
        Entity::App(process) if world.client(*process).is_some() => {
            let client = world.name(*process).to_owned();
            let again = client.clone();
            vec![
                fault("Lose its next ack", ActionKind::Trap, Input::LoseAck { client }),
                fault(
                    "Send its next message twice",
                    ActionKind::Trap,
                    Input::Duplicate { client: again },
                ),
            ]
        }
        Entity::Stream { cluster, name } => {
            let cluster_name = cast.cluster(*cluster).to_owned();
            let replicated = world.stream(*cluster, name).is_some_and(|view| view.group.is_some());
            let stream = Some(name.to_string());
            let input = Input::SplitVote { cluster: cluster_name, stream };
            if replicated {
                vec![fault("Split its next vote", ActionKind::Luck, input)]
            } else {
                Vec::new()
            }
        }
        Entity::Cluster(cluster) => of_cluster(cast, *cluster),
        Entity::Link(a, b) => {
            let ends = [*a, *b].map(|end| world.name(end).to_owned());
            let sides = ends.iter().map(|end| vec![end.clone()]).collect();
            let both = Input::Partition { sides, silent: true };
            let [low, high] = ends;
            let one_way = |from: &String, to: &String| {
                let input = Input::Block { from: from.clone(), to: to.clone() };
                fault(&format!("Black hole to {to}"), ActionKind::Block, input)
            };
            vec![
                fault("Black hole both ways", ActionKind::Block, both),
                one_way(&high, &low),
                one_way(&low, &high),
            ]
        }
        _ => Vec::new(),
    }
}

fn of_server(world: &World, id: ProcId) -> Vec<Action> {
    let Some(server) = world.server(id) else { return Vec::new() };
    let process = world.name(id).to_owned();
    let name = || process.clone();
    let mut all = Vec::new();
    if world.sim().state(id) != Some(ProcState::Down) {
        all.push(fault("Stop it in order", ActionKind::Off, Input::Stop { process: name() }));
        all.push(fault("Cut its power", ActionKind::PowerCut, Input::PowerCut { process: name() }));
        let wreck = Input::Crash { process: name(), lose_disk: true };
        all.push(fault("Kill it and its disk", ActionKind::Crash, wreck));
    }
    if server.is_clustered() {
        let input = Input::Favour { process, stream: None };
        all.push(fault("Let it win the next election", ActionKind::Luck, input));
    }
    all
}

fn of_cluster(cast: Cast<'_>, cluster: usize) -> Vec<Action> {
    let world = cast.world();
    let name = || cast.cluster(cluster).to_owned();
    let own = || world.servers().filter(|(id, ..)| world.cluster_of(*id) == Some(cluster));
    let mut all = Vec::new();
    if own().any(|(_, state, _)| state != ProcState::Down) {
        let dark = Input::Crash { process: name(), lose_disk: false };
        all.push(fault(&format!("Make {} dark", name()), ActionKind::Crash, dark));
        let power = Input::PowerCut { process: name() };
        all.push(fault("Cut the power of all servers", ActionKind::PowerCut, power));
        all.push(fault("Freeze all servers", ActionKind::Pause, Input::Pause { process: name() }));
    }
    if own().any(|(_, state, _)| state == ProcState::Down) {
        all.push(Action {
            label: "Start all servers".to_owned(),
            fault: false,
            kind: ActionKind::Restart,
            input: Input::Restart { process: name() },
        });
    }
    if own().any(|(_, state, _)| state == ProcState::Paused) {
        all.push(Action {
            label: "Let all servers go on".to_owned(),
            fault: false,
            kind: ActionKind::Resume,
            input: Input::Resume { process: name() },
        });
    }
    if own().count() > 1 {
        let input = Input::SplitVote { cluster: name(), stream: None };
        all.push(fault("Split the next vote", ActionKind::Luck, input));
    }
    all
}

fn fault(label: &str, kind: ActionKind, input: Input) -> Action {
    Action { label: label.to_owned(), fault: true, kind, input }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Player, PlayerCommand};
    use crate::world::scenes;

    /// Every fault that is offered can be done, and its opposite is offered then.
    #[test]
    fn what_is_offered_can_be_done_and_undone() {
        let world = World::new(scenes::one_order()).unwrap();
        let server = world.process("us-east/n2").unwrap();
        let app = world.process("checkout").unwrap();
        let link = Entity::link(server, world.process("us-east/n3").unwrap());
        let name = world.streams()[0].name.clone();
        let stream = Entity::Stream { cluster: 0, name };
        for entity in [Entity::Server(server), Entity::App(app), link, stream, Entity::Cluster(0)] {
            let offered = build(&world, Some(&entity)).more;
            assert!(!offered.is_empty(), "{entity:?}");
            for action in offered {
                let mut after = world.clone();
                after.give(&action.input).unwrap();
                let broken = build(&after, Some(&entity)).broken;
                let stops = matches!(action.input, Input::Stop { .. });
                assert!(stops || !broken.is_empty(), "{}", action.label);
                after.give(&Input::HealAll).unwrap();
                assert_eq!(build(&after, None).broken, [], "{}", action.label);
            }
        }
    }

    /// What does not run shows that itself; else a sign says that something is wrong, and the name what.
    #[test]
    fn small_servers_have_a_sign_and_a_name_in_words() {
        let mut player = Player::new(World::new(scenes::whole_picture()).unwrap());
        let process = "us-east/n1".to_owned();
        let give = |player: &mut Player, input| {
            player.command(PlayerCommand::Act(input));
            let frame = player.frame();
            let server = player.world().process("us-east/n1").unwrap();
            let hex = frame.stage.servers.iter().find(|hex| hex.process == server).unwrap();
            (hex.mark.as_ref().map(|mark| mark.label.text.clone()), hex.a11y.clone())
        };
        let (sign, name) =
            give(&mut player, Input::Clock { process: process.clone(), ahead: 60_000_000_000 });
        assert_eq!(sign.as_deref(), Some("!"));
        assert!(name.contains("up, ") && name.contains("clock +1 min"), "{name}");
        let (sign, name) = give(&mut player, Input::Crash { process, lose_disk: false });
        assert_eq!(sign, None);
        assert!(name.contains("down"), "{name}");
    }
}
