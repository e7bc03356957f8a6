//! What otherwise happens by chance and is made to happen, in whole worlds: a lost acknowledgement, a message
//! sent twice, who wins an election, who is parted from whom; and that all of it can be mended at once.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what goes wrong here is to stop the test"
)]

mod faults_support;

use faults_support::Field;
use windtunnel::client::Outcome;
use windtunnel::kernel::{DropReason, EventKind, Span};
use windtunnel::server;
use windtunnel::world::Input;

#[test]
fn a_lost_acknowledgement_leaves_the_publisher_in_doubt() {
    let mut field = Field::new(&["n1"], 1, "");
    field.give(&Input::LoseAck { client: "app".to_owned() });
    assert_eq!(field.troubles(), ["the next acknowledgement of app will get lost"]);
    let outcome = field.publish_with(&[("Nats-Msg-Id", "1")]);
    assert!(matches!(outcome, Some(Outcome::TimedOut { .. })), "{outcome:?}");
    assert_eq!(field.last(), [1], "it is stored");
    let lost =
        field.world.sim().trace().iter().filter(|event| {
            matches!(event.kind, EventKind::Dropped { reason: DropReason::Trap, .. })
        });
    assert_eq!(lost.count(), 1);
    assert!(field.troubles().is_empty());
    let outcome = field.publish_with(&[("Nats-Msg-Id", "1")]);
    assert!(matches!(outcome, Some(Outcome::Acked { .. })), "only the next one was to be lost");
    assert_eq!(field.last(), [1], "the second attempt is known");
}

#[test]
fn what_a_client_sends_twice_is_stored_twice_unless_it_has_an_id() {
    let mut field = Field::new(&["n1"], 1, "");
    let duplicate = Input::Duplicate { client: "app".to_owned() };
    field.give(&duplicate);
    field.publish(1);
    field.pass(1);
    assert_eq!(field.last(), [2]);
    field.give(&duplicate);
    field.publish_with(&[("Nats-Msg-Id", "1")]);
    field.pass(1);
    assert_eq!(field.last(), [3]);
    assert_eq!(field.notes(|note| matches!(note, server::Note::Duplicate { .. })), 1);
    field.publish(1);
    field.pass(1);
    assert_eq!(field.last(), [4], "only the next one was to be doubled");
}

#[test]
fn a_chosen_server_wins_the_next_election() {
    for seed in 0..12 {
        let mut field = Field::new(&["n1", "n2", "n3"], seed, r#","num_replicas":3"#);
        let leader = field.leader();
        let others = ["c/n1", "c/n2", "c/n3"].into_iter().filter(|name| *name != leader);
        let chosen = others.collect::<Vec<_>>()[seed as usize % 2];
        let stream = Some("S".to_owned());
        field.give(&Input::Favour { process: chosen.to_owned(), stream });
        field.pass(30);
        assert_eq!(field.leader(), leader, "it causes no election");
        assert_eq!(field.troubles(), [format!("{chosen} will win the next election of S")]);
        field.give(&Input::Crash { process: leader.clone(), lose_disk: false });
        field.pass(8);
        assert_eq!(field.leader(), chosen, "seed {seed}");
        assert_eq!(field.troubles(), [format!("{leader} is down")], "it was for one election");
    }
}

#[test]
fn a_vote_is_split_and_the_next_one_is_not() {
    for seed in 0..12 {
        let mut field = Field::new(&["n1", "n2", "n3"], seed, r#","num_replicas":3"#);
        let leader = field.leader();
        let cluster = "c".to_owned();
        field.give(&Input::SplitVote { cluster, stream: Some("S".to_owned()) });
        let group = field.world.stream(0, "S").unwrap().group.unwrap().to_string();
        let of = |note: &server::Note| match note {
            server::Note::Campaigned { group: about, .. } => **about == *group,
            _ => false,
        };
        let before = field.notes(of);
        field.give(&Input::Crash { process: leader, lose_disk: false });
        field.pass(10);
        assert!(field.notes(of) >= before + 2, "seed {seed}: two campaigned at once");
        assert!(field.world.stream(0, "S").unwrap().leader().is_none(), "seed {seed}");
        field.pass(20);
        assert!(field.world.stream(0, "S").unwrap().leader().is_some(), "seed {seed}");
    }
}

#[test]
fn a_partition_separates_sides_and_spares_who_is_on_none() {
    for silent in [false, true] {
        let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3"#);
        let leader = field.leader();
        let others: Vec<String> = ["c/n1", "c/n2", "c/n3"]
            .into_iter()
            .filter(|name| *name != leader)
            .map(str::to_owned)
            .collect();
        let sides = vec![vec![leader.clone()], others.clone()];
        field.give(&Input::Partition { sides, silent });
        assert_eq!(field.troubles().len(), 2, "{:?}", field.troubles());
        field.pass(25);
        assert!(others.contains(&field.leader()), "the majority has a leader of its own");
        let process = |name: &str| field.world.process(name).unwrap();
        let between = field.world.sim().link(process(&others[0]), process(&others[1])).unwrap();
        assert!(!between.is_faulty());
        let cut = field.world.sim().link(process(&leader), process(&others[0])).unwrap();
        assert_eq!((cut.cut, cut.blocked), (!silent, [silent; 2]));
        field.give(&Input::HealAll);
        field.pass(30);
        field.publish(1);
        field.pass(5);
        let last = field.last();
        assert!(last.iter().all(|one| *one == last[0]), "{last:?}");
    }
    let field = Field::new(&["n1", "n2", "n3"], 3, "");
    let side = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for (sides, says) in [
        (vec![side(&["c/n1"])], "two sides at least"),
        (vec![side(&["c/n1"]), side(&["c"])], "c/n1 cannot be on two sides"),
        (vec![side(&["c/n1"]), side(&["c/n9"])], "there are"),
    ] {
        let why = field.world.check(&Input::Partition { sides, silent: false }).unwrap_err();
        assert!(why.to_string().contains(says), "{why}");
    }
}

#[test]
fn a_cluster_stands_for_its_servers_and_healing_everything_mends_everything() {
    let mut field = Field::new(&["n1", "n2", "n3"], 3, r#","num_replicas":3"#);
    let process = "c".to_owned();
    let name = |name: &str| name.to_owned();
    for input in [
        Input::SlowDisk { process: process.clone(), latency: Span::millis(1) },
        Input::Clock { process: process.clone(), ahead: 5 },
        Input::Pause { process: process.clone() },
        Input::LoseAck { client: name("app") },
        Input::Duplicate { client: name("app") },
        Input::SplitVote { cluster: process.clone(), stream: None },
        Input::Cut { a: name("c/n1"), b: name("c/n2") },
        Input::Block { from: name("app"), to: name("c/n2") },
    ] {
        field.give(&input);
    }
    field.give(&Input::Crash { process: name("c/n3"), lose_disk: false });
    let troubles = field.troubles();
    for says in [
        "c/n3 is down",
        "c/n1 is frozen",
        "the disk of c/n2 takes 1 ms",
        "the clock of c/n3 is 5ns ahead",
        "c/n1 – c/n2 is cut",
        "nothing gets from app to c/n2",
        "app will send its next message twice",
    ] {
        assert!(troubles.iter().any(|trouble| trouble.starts_with(says)), "{says}: {troubles:?}");
    }
    field.give(&Input::HealAll);
    assert_eq!(field.troubles(), Vec::<String>::new());
    field.pass(30);
    field.publish(1);
    // Each entry of the list knows what mends it.
    field.give(&Input::SlowDisk { process, latency: Span::millis(1) });
    field.give(&Input::Block { from: name("c/n1"), to: name("c/n2") });
    for trouble in field.world.troubles() {
        let input = field.world.mending(&trouble).unwrap();
        field.give(&input);
    }
    assert!(field.troubles().is_empty());
    // Who is about to end in an orderly way starts again as well.
    field.give(&Input::Stop { process: name("c/n1") });
    field.give(&Input::HealAll);
    field.give(&Input::Stop { process: name("c/n2") });
    field.give(&Input::Restart { process: name("c/n2") });
    field.pass(5);
    assert!(field.troubles().is_empty());
    let clock = Input::Clock { process: name("app"), ahead: 5 };
    assert_eq!(field.world.check(&clock).unwrap_err().to_string(), "app is no server");
    let stream = Some(name("T"));
    let win = Input::Favour { process: name("c/n1"), stream };
    let why = field.world.check(&win).unwrap_err().to_string();
    assert_eq!(why, "there is no replicated stream \"T\" in c; there are S");
}
