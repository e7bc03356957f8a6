//! What is Windtunnel's own at the console: faults, links, and what the world consists of.

use super::mirrors::two_regions;
use super::*;
use crate::kernel::{ProcState, Ratio};
use crate::world::Topology;

impl Typist {
    fn done(&mut self, line: &str) -> String {
        let (out, state) = self.types(line);
        assert_eq!(state, State::Done, "{line}: {out}");
        out
    }

    fn refused(&mut self, line: &str, says: &str) {
        let before = self.world.digest();
        let (out, state) = self.types(line);
        assert_eq!(state, State::Failed, "{line}: {out}");
        assert!(out.starts_with("nats: error: ") && out.contains(says), "{line}: {out}");
        assert_eq!(self.world.digest(), before, "{line} did something");
    }

    fn state(&self, process: &str) -> Option<ProcState> {
        self.world.sim().state(self.world.process(process)?)
    }
}

#[test]
fn processes_die_freeze_and_come_back() {
    let mut typist = Typist::new();
    for (line, process, state) in [
        ("fault pause us-east/n2", "us-east/n2", ProcState::Paused),
        ("fault resume us-east/n2", "us-east/n2", ProcState::Up),
        ("fault crash us-east/n2 --lose-disk", "us-east/n2", ProcState::Down),
        ("fault restart us-east/n2", "us-east/n2", ProcState::Up),
        ("nats fault crash checkout", "checkout", ProcState::Down),
        ("fault heal all", "checkout", ProcState::Up),
    ] {
        assert_eq!(typist.done(line), "");
        assert_eq!(typist.state(process), Some(state), "{line}");
    }
    typist.done("fault stop us-east/n1");
    typist.world.run_until(typist.world.now() + Span::secs(20));
    assert_eq!(typist.state("us-east/n1"), Some(ProcState::Down));
    assert!(typist.done("fault dark us-east").contains("fault crash us-east"));
    assert!(typist.world.servers().all(|(_, state, _)| state == ProcState::Down));
    assert!(typist.done("fault dark us-east").contains("down already"));
    typist.done("fault remove checkout");
    assert!(typist.world.clients().all(|(_, _, client)| &**client.name() != "checkout"));
    // Whoever types may be dead: it is not the client that does it.
    typist.done("fault crash cli");
    typist.done("fault heal all");
    assert!(typist.world.servers().all(|(_, state, _)| state == ProcState::Up));
}

#[test]
fn machines_fail_and_what_is_wrong_is_listed() {
    let mut typist = Typist::new();
    assert_eq!(typist.done("fault ls"), "Nothing is broken.");
    for line in [
        "fault slow-disk us-east/n2 50ms",
        "fault clock us-east/n2 1h",
        "fault clock us-east/n3 500ms --behind",
        "fault black-hole us-east/n1 us-east/n2",
        "fault lose-ack checkout",
        "fault duplicate checkout",
        "fault win us-east/n3 ORDERS",
    ] {
        assert_eq!(typist.done(line), "", "{line}");
    }
    let out = typist.done("fault ls");
    for says in [
        "the disk of us-east/n2 takes 50 ms for a write",
        "the clock of us-east/n2 is 1h0m0s ahead",
        "the clock of us-east/n3 is 500ms behind",
        "us-east/n1 – us-east/n2 is a black hole",
        "the next acknowledgement of checkout will get lost",
        "checkout will send its next message twice",
        "us-east/n3 will win the next election of ORDERS",
        "'fault heal all' mends all of it.",
    ] {
        assert!(out.contains(says), "{says}: {out}");
    }
    typist.done("fault heal all");
    assert_eq!(typist.done("fault ls"), "Nothing is broken.");
    typist.done("fault split-vote us-east");
    assert!(typist.done("fault ls").contains("the next vote in us-east will be split"));
    assert!(typist.done("fault power-cut leader ORDERS").starts_with("fault power-cut us-east/n"));
    typist.done("fault heal all");
    typist.done("fault partition us-east/n1,checkout us-east/n2,us-east/n3 --silent");
    assert!(typist.done("fault ls").contains("us-east/n1 – us-east/n3 is a black hole"));
    typist.done("fault pause us-east");
    assert!(typist.world.servers().all(|(_, state, _)| state == ProcState::Paused));
}

#[test]
fn the_leader_of_a_stream_is_found() {
    let mut typist = Typist::new();
    let leader = |typist: &Typist| {
        let leader = typist.world.stream(0, "ORDERS")?.leader()?;
        Some(typist.world.name(leader).to_owned())
    };
    let first = leader(&typist).expect("a leader");
    let out = typist.done("fault crash leader ORDERS");
    assert_eq!(out, format!("fault crash {first}"));
    assert_eq!(typist.state(&first), Some(ProcState::Down));
    typist.refused("fault pause leader NOPE", "there are us-east/ORDERS");
    typist
        .refused("fault pause leader mars/ORDERS", "no cluster called \"mars\"; there are us-east");
    typist.refused("fault pause leader", "leader of which stream?");

    let mut typist = two_regions();
    typist.types("nats stream add ORDERS --subjects a");
    typist.types("nats stream add ORDERS --subjects a --domain eu");
    typist.refused("fault pause leader ORDERS", "Write us/ORDERS or eu/ORDERS, or say --domain");
    typist.done("fault pause leader ORDERS --domain eu");
    assert_eq!(typist.state("eu/n2"), Some(ProcState::Paused));
    typist.done("fault pause leader us/ORDERS");
    assert_eq!(typist.state("us/n1"), Some(ProcState::Paused));
}

#[test]
fn links_are_cut_healed_changed_and_listed() {
    let mut typist = two_regions();
    let link = |typist: &Typist| {
        let process = |name| typist.world.process(name).expect("a process");
        typist.world.sim().link(process("eu/n2"), process("us/n1")).cloned().expect("a link")
    };
    typist.done("fault cut eu us");
    assert!(link(&typist).cut);
    assert!(typist.done("link ls eu").contains("│ cut"));
    typist.done("fault heal eu us");
    typist.done("fault block us/n1 eu");
    assert!(typist.done("link ls").contains("blocked from us/n1 to eu/n2"));
    typist.done("fault heal all");
    assert!(!link(&typist).is_faulty());
    typist.done("link us eu --latency 84ms --jitter 5ms --loss 10%");
    typist.done("link eu/n2 us/n1 --bandwidth 1KB");
    let spec = link(&typist).spec;
    assert_eq!((spec.latency, spec.jitter), (Span::millis(84), Span::millis(5)));
    assert_eq!((spec.loss, spec.bandwidth), (Ratio::percent(10), 1024));
    let out = typist.done("link ls");
    assert!(out.contains("│ 84ms    │ 5ms    │ 10%  │ 1.0 KiB/s │"), "{out}");
    typist.refused("link us", "a link has two ends");
    typist.refused("link us eu", "--latency, --jitter, --loss or --bandwidth");
    typist.refused("link us mars --latency 1ms", "there are");
    typist.refused("link us eu --loss 100%", "a share below 100%");
    typist.refused("fault heal us", "heal A B, or heal all");
    typist.refused("fault cut us us", "two different ends");
}

#[test]
fn the_world_is_listed_and_given_as_json() {
    let mut typist = two_regions();
    typist.done("fault pause eu/n2");
    let out = typist.done("topology");
    for part in ["│ us      │ us     │ n1", "│ eu/n2  │ frozen", "│ cli │ console", "│ eu   │ us"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert_eq!(typist.done("topology ls"), out);
    let json = typist.done("topology show");
    assert_eq!(Topology::from_json(&json).as_ref(), Ok(typist.world.topology()));
}

#[test]
fn a_line_begins_a_world_of_any_shape() {
    let mut typist = Typist::new();
    let shape = |topology: &Topology| {
        let sizes: Vec<usize> = topology.clusters.iter().map(|c| c.servers.len()).collect();
        let links = topology.links.iter().map(|link| format!("{}>{}", link.from, link.to));
        (sizes, links.collect::<Vec<_>>().join(" "))
    };
    for (line, sizes, links) in [
        ("topology hub 3,1,5", vec![3, 1, 5], "eu-west>us-east ap-south>us-east"),
        ("topology chain 1,2,1", vec![1, 2, 1], "eu-west>us-east ap-south>eu-west"),
        ("topology hub 4", vec![4], ""),
        ("topology chain 5,5,5,5,5,5,5,5", vec![5; 8], ""),
    ] {
        assert!(typist.done(line).starts_with("Another world begins: us-east"), "{line}");
        let begun = typist.session.take_beginning().unwrap();
        let (had, joined) = shape(&begun);
        assert_eq!(had, sizes, "{line}");
        assert!(links.is_empty() || joined == links, "{line}: {joined}");
        assert!(World::new(begun).is_ok(), "{line}");
    }
    for (line, why) in [
        ("topology hub", "how many servers in each cluster?"),
        ("topology hub 3,x", "how many servers in each cluster?"),
        ("topology hub 3,6", "cluster eu-west has 6 servers; 1 to 5 are possible"),
        ("topology chain 0", "cluster us-east has 0 servers; 1 to 5 are possible"),
        ("topology hub 1,1,1,1,1,1,1,1,1", "a topology has at most 8 clusters, this one has 9"),
    ] {
        typist.refused(line, why);
        assert_eq!(typist.session.take_beginning(), None, "{line}");
    }
}

#[test]
fn wrong_names_say_which_there_are() {
    let mut typist = Typist::new();
    typist.refused("fault crash us-east/n9", "there are audit, checkout, cli, us-east/n1");
    typist.refused("fault dark mars", "there are us-east");
    typist.refused("fault stop checkout", "checkout is no server");
    typist.refused("fault crash us-east/n1 ORDERS", "only leader takes a stream");
    typist.refused("fault slow-disk us-east/n1 much", "a duration such as");
    typist.refused("fault slow-disk checkout 1s", "checkout is no server");
    typist.refused("fault clock us-east/n1 9d --behind", "can go back by");
    typist.refused("fault power-cut us-east/n9", "there are audit, checkout, cli, us-east/n1");
    typist.refused("fault lose-ack us-east/n1", "us-east/n1 is no client");
    typist.refused(
        "fault win us-east/n1 NOPE",
        "no replicated stream \"NOPE\" in us-east; there are ORDERS",
    );
    typist
        .refused("fault split-vote mars", "there is no cluster called \"mars\"; there are us-east");
    typist.refused("fault partition us-east/n1 us-east", "cannot be on two sides");
    typist.refused("fault kill us-east/n1", "expected command but got \"kill\"");
}

#[test]
fn a_click_is_written_down_as_the_line() {
    let Typist { world, mut session } = Typist::new();
    session.echo(
        &crate::world::Input::Crash { process: "us-east/n1".to_owned(), lose_disk: true },
        &world,
    );
    assert_eq!(
        session.entries().last().expect("a line").line,
        "fault crash us-east/n1 --lose-disk"
    );
}

#[test]
fn a_fault_is_taken_back_where_history_goes_another_way() {
    let mut typist = Typist::new();
    let before = typist.world.clone();
    typist.done("fault crash us-east/n1");
    let lines = |typist: &Typist| {
        let entries = typist.session.entries().iter();
        entries.map(|entry| entry.line.clone()).collect::<Vec<_>>()
    };
    typist.done("topology");
    assert_eq!(lines(&typist), ["fault crash us-east/n1", "topology"]);
    typist.world = before;
    typist.done("fault crash us-east/n2");
    assert_eq!(lines(&typist), ["fault crash us-east/n2"]);
}

#[test]
fn who_is_cut_off_is_told_what_is_waited_for() {
    let mut typist = Typist::new();
    typist.done("fault dark us-east");
    typist.world.run_until(typist.world.now() + Span::secs(1));
    let (out, state) = typist.types("nats stream ls");
    assert_eq!(state, State::Running);
    assert_eq!(out, "cli is not connected; this goes on as soon as it is.");
    typist.done("fault heal all");
    typist.session.run(&mut typist.world, Span::secs(60));
    let entry = &typist.session.entries()[1];
    let output = typist.session.render(entry, &typist.world);
    // It went on before anybody led the cluster again.
    assert_eq!(output.state, State::Failed);
    assert!(output.lines.iter().all(|line| !line.text.contains("not connected")), "{output:?}");
}
