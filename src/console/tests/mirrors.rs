//! Mirrors and sources, made and looked at with the commands of the real CLI.

use super::*;
use crate::world::{ClientSpec, Cluster, ClusterLink, Role, Topology};

/// Two regions that are domains, joined by a leaf link; the console is in the first.
pub(super) fn two_regions() -> Typist {
    let region = |name: &str, server: &str| {
        let topology = Topology::single(name, &[server]);
        Cluster { domain: Some(name.to_owned()), ..topology.clusters[0].clone() }
    };
    let mut topology = Topology::single("us", &["n1"]);
    topology.clusters = vec![region("us", "n1"), region("eu", "n2")];
    topology.links = vec![ClusterLink::leaf("eu", "us")];
    topology.clients = vec![ClientSpec::new("cli", "us", Role::Console)];
    let mut world = World::new(topology).expect("a world");
    world.run_until(world.now() + Span::secs(2));
    Typist { world, session: Session::new("cli") }
}

impl Typist {
    fn prints(&mut self, line: &str, parts: &[&str]) {
        let (out, _) = self.types(line);
        for part in parts {
            assert!(out.contains(part), "{line}: {part:?} is not in\n{out}");
        }
    }
}

#[test]
fn a_mirror_of_another_domain_is_made_and_looked_at() {
    let mut typist = two_regions();
    typist.types("nats stream add ORDERS --subjects 'orders.>'");
    typist.types("nats pub orders.us.new hello --count 3 -J");
    let line = r#"nats stream add COPY --domain eu --mirror '{"name":"ORDERS","domain":"us"}'"#;
    typist.prints(line, &["Stream COPY was created", "ORDERS, API Prefix: $JS.us.API"]);
    typist.types("nats rtt");
    typist.world.run_until(typist.world.now() + Span::secs(1));
    typist.prints(
        "nats stream info COPY --domain eu",
        &["Mirror Information:", "Stream Name: ORDERS", "Lag: 0", "Messages: 3"],
    );
    typist
        .prints("nats stream report --domain eu", &["Replication Report", "│ Mirror │ $JS.us.API"]);
    let line = concat!(
        r#"nats stream add PART --source '{"name":"ORDERS","subject_transforms":["#,
        r#"{"src":"orders.us.>","dest":"part.>"}],"opt_start_seq":2}'"#
    );
    typist.prints(line, &["ORDERS, Start Seq: 2"]);
    typist.world.run_until(typist.world.now() + Span::secs(1));
    typist.prints(
        "nats stream info PART",
        &["Source Information:", "orders.us.> to part.>", "Messages: 2", "Last Seen:"],
    );
    typist.prints("nats stream get PART 1", &["part.new"]);
    // A mirror has no subjects: nobody takes what is published under its name.
    typist.prints("nats pub COPY x -J --domain eu", &["no responders"]);
}

#[test]
fn a_mirror_is_promoted() {
    let mut typist = two_regions();
    typist.types("nats stream add ORDERS --subjects 'orders.>'");
    typist.types("nats stream add COPY --mirror ORDERS");
    typist.types("nats pub orders.us.new hello -J");
    typist.world.run_until(typist.world.now() + Span::secs(1));
    let (out, _) = typist.types("nats stream edit COPY --no-mirror --subjects copies -f");
    assert!(!out.contains("Mirror Information:") && out.contains("Messages: 1"), "{out}");
    typist.prints("nats pub copies x -J", &["Stored in Stream: COPY Sequence: 2"]);
}
