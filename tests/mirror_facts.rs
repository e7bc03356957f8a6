//! What the reference says of mirrors and sources, one fact a test.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is to stop the test")]

use serde_json::Value;

use windtunnel::client::{Call, Draft, Outcome};
use windtunnel::kernel::{EventId, EventKind, Span, Time};
use windtunnel::server::{self, InflowNote};
use windtunnel::world::{ClientSpec, Input, Note, Role, Topology, World};

/// A cluster and a client that asks.
struct Field {
    world: World,
}

impl Field {
    fn new(servers: &[&str]) -> Self {
        Self::seeded(servers, 1)
    }

    fn seeded(servers: &[&str], seed: u64) -> Self {
        let mut topology = Topology::single("c", servers);
        topology.seed = seed;
        topology.clients = vec![ClientSpec::new("a", "c", Role::Console)];
        Self { world: World::new(topology).unwrap() }
    }

    fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
    }

    fn call(&mut self, call: Call) -> Outcome {
        self.world.give(&Input::Call { client: "a".to_owned(), call }).unwrap();
        assert!(self.world.run_idle(Span::secs(20)), "no answer");
        let client = self.world.client(self.world.process("a").unwrap()).unwrap();
        let (_, op) = client.ops().last().unwrap();
        (**op.outcome.as_ref().unwrap()).clone()
    }

    /// The answer of the API, which may be an error.
    fn api(&mut self, what: &str, body: &str) -> Value {
        let (subject, body) = (format!("$JS.API.{what}"), body.to_owned());
        match self.call(Call::Api { subject, body }) {
            Outcome::Replies(replies) => serde_json::from_slice(&replies[0].payload).unwrap(),
            other => panic!("{what}: {other:?}"),
        }
    }

    /// Creates a stream, which must work.
    fn stream(&mut self, config: &str) {
        let name = config.split('"').nth(3).unwrap();
        let answer = self.api(&format!("STREAM.CREATE.{name}"), config);
        assert!(answer.get("error").is_none(), "{answer}");
    }

    fn update(&mut self, config: &str) -> Value {
        let name = config.split('"').nth(3).unwrap();
        self.api(&format!("STREAM.UPDATE.{name}"), config)
    }

    fn publish(&mut self, subject: &str, count: u32) {
        self.publish_with(subject, count, &[]);
    }

    fn publish_with(&mut self, subject: &str, count: u32, headers: &[(&str, &str)]) {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let text = "{{Count}}".to_owned();
        let subject = subject.to_owned();
        let message = Draft { subject, text, headers, ..Draft::default() };
        let outcome = self.call(Call::JsPublish { message, count, retries: 2 });
        assert!(matches!(outcome, Outcome::Acked { .. }), "{outcome:?}");
    }

    fn info(&mut self, stream: &str) -> Value {
        self.api(&format!("STREAM.INFO.{stream}"), "")
    }

    fn state(&mut self, stream: &str) -> (u64, u64, u64) {
        let info = self.info(stream);
        let number = |key: &str| info["state"][key].as_u64().unwrap();
        (number("messages"), number("first_seq"), number("last_seq"))
    }

    fn leader(&self, stream: &str) -> String {
        let leader = self.world.stream(0, stream).unwrap().leader().unwrap();
        self.world.name(leader).to_owned()
    }

    /// When this happened to a stream that follows an origin.
    fn moments(&self, stream: &str, is_it: impl Fn(&InflowNote) -> bool) -> Vec<Time> {
        let about = |kind: &EventKind<_>| match kind {
            EventKind::Note(Note::Server(server::Note::Inflow { stream: of, what, .. })) => {
                **of == *stream && is_it(what)
            }
            _ => false,
        };
        let events = self.world.sim().trace().since(EventId(0));
        events.filter(|event| about(&event.kind)).map(|event| event.at).collect()
    }
}

const THREE: [&str; 3] = ["n1", "n2", "n3"];

fn of_an_acknowledging_origin(retention: &str, servers: &[&str], replicas: usize) {
    let mut field = Field::new(servers);
    field.stream(&format!(
        r#"{{"name":"O","subjects":["o"],"retention":"{retention}","num_replicas":{replicas}}}"#
    ));
    field.stream(&format!(r#"{{"name":"M","mirror":{{"name":"O"}},"num_replicas":{replicas}}}"#));
    field.pass(Span::secs(2));
    // The consumer is one that everybody sees.
    let names = field.api("CONSUMER.NAMES.O", "");
    let name = names["consumers"][0].as_str().unwrap().to_owned();
    assert!(name.starts_with("JS_MIRROR_") && name.len() == 18, "{names}");
    let config = field.api(&format!("CONSUMER.INFO.O.{name}"), "")["config"].clone();
    assert_eq!(config["ack_policy"], "flow_control");
    assert_eq!((config["max_ack_pending"].as_i64(), config.get("ack_wait")), (Some(1000), None));
    field.publish("o", 20);
    field.pass(Span::secs(3));
    // The origin keeps nothing that the mirror has stored.
    assert_eq!(field.state("M"), (20, 1, 20));
    assert_eq!(field.state("O").0, 0, "{retention} {replicas}");
    // The mirror's server goes, and another one takes over without a gap.
    let leader = field.leader("M");
    field.world.give(&Input::Crash { process: leader.clone(), lose_disk: false }).unwrap();
    field.pass(Span::secs(15));
    if servers.len() == 1 {
        field.world.give(&Input::Restart { process: leader.clone() }).unwrap();
        field.pass(Span::secs(5));
    }
    field.publish("o", 20);
    if servers.len() > 1 {
        field.world.give(&Input::Restart { process: leader }).unwrap();
    }
    field.pass(Span::secs(70));
    assert_eq!(field.state("M"), (40, 1, 40));
    assert_eq!(field.state("O").0, 0);
    // As its mirror ends, its consumer goes.
    field.update(&format!(r#"{{"name":"M","subjects":["m"],"num_replicas":{replicas}}}"#));
    field.pass(Span::secs(1));
    assert_eq!(field.api("CONSUMER.NAMES.O", "")["consumers"].as_array().map(Vec::len), Some(0));
    // So it does when the stream that has it goes.
    field.stream(r#"{"name":"ALL","sources":[{"name":"O"}]}"#);
    field.pass(Span::secs(2));
    assert_eq!(field.api("CONSUMER.NAMES.O", "")["consumers"].as_array().map(Vec::len), Some(1));
    field.api("STREAM.DELETE.ALL", "");
    field.pass(Span::secs(1));
    assert_eq!(field.api("CONSUMER.NAMES.O", "")["consumers"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_mirror_of_a_stream_that_forgets_what_is_acknowledged_loses_nothing() {
    for retention in ["workqueue", "interest"] {
        of_an_acknowledging_origin(retention, &["n1"], 1);
        of_an_acknowledging_origin(retention, &THREE, 3);
    }
}

#[test]
fn the_consumer_on_an_ordinary_origin_is_hidden() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    field.stream(r#"{"name":"M","mirror":{"name":"O"}}"#);
    field.pass(Span::secs(1));
    let views = field.world.inflows();
    let consumer = views[0].consumer().unwrap().to_string();
    assert!(consumer.starts_with("JS_MIRROR_") && consumer.len() == 27, "{consumer}");
    assert!(views[0].origin_server.is_some() && views[0].is_mirror());
    assert_eq!(field.api("CONSUMER.NAMES.O", "")["total"], 0);
    assert_eq!(field.info("O")["state"]["consumer_count"], 0);
}

#[test]
fn an_origin_that_is_missing_is_asked_again_ever_more_rarely() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"M","mirror":{"name":"O"}}"#);
    field.pass(Span::secs(90));
    let asked = field.moments("M", |what| *what == InflowNote::Asked);
    let gaps: Vec<u64> =
        asked.windows(2).map(|pair| pair[1].since(pair[0]).as_millis() / 100).collect();
    assert!(matches!(gaps[..], [121..=122, 221..=222, 321..=322]), "{gaps:?}");
    let mirror = &field.info("M")["mirror"];
    assert_eq!(
        (mirror["error"]["err_code"].as_u64(), mirror["active"].as_i64()),
        (Some(10059), Some(-1))
    );
}

#[test]
fn a_consumer_made_beforehand_is_waited_for_and_used_as_soon_as_it_is_there() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    let uses = r#"{"name":"O","consumer":{"name":"c","deliver_subject":"to.c"}}"#;
    field.stream(&format!(r#"{{"name":"M","mirror":{uses}}}"#));
    field.publish("o", 3);
    field.pass(Span::secs(60));
    let asked = field.moments("M", |what| *what == InflowNote::Asked);
    let gaps: Vec<u64> =
        asked.windows(2).map(|pair| pair[1].since(pair[0]).as_millis() / 100).collect();
    assert!(matches!(gaps[..], [151..=152, 251..=252]), "{gaps:?}");
    let config = r#"{"durable_name":"c","deliver_subject":"to.c","ack_policy":"flow_control"}"#;
    let body = format!(r#"{{"stream_name":"O","config":{config}}}"#);
    field.api("CONSUMER.CREATE.O.c", &body);
    field.pass(Span::millis(500));
    assert_eq!(field.state("M"), (3, 1, 3));
    // It is no business of the mirror's whether it goes on.
    field.api("STREAM.DELETE.M", "");
    assert!(field.api("CONSUMER.INFO.O.c", "").get("error").is_none());
}

/// A mirror that lives on another server than its origin's consumer, and the server of the latter.
fn apart(seed: u64) -> Option<(Field, String)> {
    let mut field = Field::seeded(&THREE, seed);
    field.stream(r#"{"name":"O","subjects":["o"],"num_replicas":3}"#);
    field.stream(r#"{"name":"M","mirror":{"name":"O"},"num_replicas":1}"#);
    field.publish("o", 5);
    field.pass(Span::secs(3));
    let origin = field.world.inflows()[0].origin_server?;
    let process = field.world.name(origin).to_owned();
    (process != field.leader("M")).then_some((field, process))
}

#[test]
fn a_dead_origin_is_noticed_after_ten_to_twenty_seconds() {
    let (mut field, process) = (0..20).find_map(apart).unwrap();
    // A new leader of the origin disturbs nobody: the consumer stays where it is.
    field.api("STREAM.LEADER.STEPDOWN.O", "");
    field.pass(Span::secs(1));
    field.publish("o", 1);
    field.pass(Span::millis(100));
    assert_eq!(field.state("M").0, 6);
    let died = field.world.now();
    field.world.give(&Input::Crash { process, lose_disk: false }).unwrap();
    field.pass(Span::secs(25));
    field.publish("o", 4);
    field.pass(Span::secs(40));
    let stalled = field.moments("M", |what| *what == InflowNote::Stalled);
    let after = stalled[0].since(died).as_millis();
    assert!((9_000..=20_000).contains(&after), "{after}");
    assert_eq!(field.state("M"), (10, 1, 10));
}

#[test]
fn a_mirror_may_answer_for_its_origin() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"O","subjects":["o"],"allow_direct":true}"#);
    field.publish("o", 3);
    // It is as the origin is, whatever is asked for.
    field.stream(r#"{"name":"M","mirror":{"name":"O"}}"#);
    assert_eq!(field.info("M")["config"]["mirror_direct"], true);
    field.pass(Span::secs(1));
    let (mut own, mut mirrors) = (0, 0);
    for _ in 0..40 {
        let message = Draft {
            subject: "$JS.API.DIRECT.GET.O".to_owned(),
            text: r#"{"seq":2}"#.to_owned(),
            ..Draft::default()
        };
        let call = Call::Request { message, timeout: Span::secs(1), replies: 1 };
        let Outcome::Replies(replies) = field.call(call) else { panic!("no reply") };
        match replies[0].header("Nats-Stream") {
            Some("O") => own += 1,
            Some("M") => mirrors += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(own > 5 && mirrors > 5, "{own} {mirrors}");
}

#[test]
fn what_the_origin_removes_the_mirror_keeps() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    field.stream(r#"{"name":"M","mirror":{"name":"O"}}"#);
    field.publish("o", 5);
    field.pass(Span::secs(1));
    field.api("STREAM.PURGE.O", "");
    field.publish("o", 1);
    field.pass(Span::secs(1));
    assert_eq!((field.state("O"), field.state("M")), ((1, 6, 6), (6, 1, 6)));
    // Purged itself, it goes on with what comes next.
    field.api("STREAM.PURGE.M", "");
    field.publish("o", 1);
    field.pass(Span::secs(1));
    assert_eq!(field.state("M"), (1, 7, 7));
    field.api("STREAM.DELETE.O", "");
    field.pass(Span::secs(30));
    assert_eq!(field.state("M"), (1, 7, 7));
    assert_eq!(field.info("M")["mirror"]["error"]["err_code"], 10059);
}

#[test]
fn a_full_mirror_stops_and_goes_on_when_there_is_room() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    field.stream(r#"{"name":"M","mirror":{"name":"O"},"max_msgs":3,"discard":"new"}"#);
    field.publish("o", 5);
    field.pass(Span::secs(10));
    assert_eq!(field.state("M"), (3, 1, 3));
    assert_eq!(field.info("M")["mirror"]["lag"], 0);
    let refused = field.moments("M", |what| matches!(what, InflowNote::NotTaken { .. }));
    assert!((4..=8).contains(&refused.len()), "{refused:?}");
    field.api("STREAM.PURGE.M", "");
    field.pass(Span::secs(5));
    assert_eq!(field.state("M"), (2, 4, 5));
}

#[test]
fn a_promoted_mirror_goes_on_by_itself() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    field.stream(r#"{"name":"M","mirror":{"name":"O"}}"#);
    field.publish("o", 2);
    field.pass(Span::secs(1));
    let overlap = field.update(r#"{"name":"M","subjects":["o"]}"#);
    assert_eq!(overlap["error"]["err_code"], 10065);
    let updated = field.update(r#"{"name":"M"}"#);
    assert_eq!(updated["config"]["subjects"][0], "M");
    assert!(updated.get("mirror").is_none());
    field.publish("o", 1);
    field.publish("M", 1);
    field.pass(Span::secs(1));
    assert_eq!(field.state("M"), (3, 1, 3));
    let back = field.update(r#"{"name":"M","mirror":{"name":"O"}}"#);
    assert_eq!(back["error"]["err_code"], 10055);
    assert!(field.world.inflows().is_empty());
}

#[test]
fn a_source_that_was_made_anew_is_taken_from_its_beginning() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    field.stream(r#"{"name":"ALL","sources":[{"name":"O"}]}"#);
    field.publish("o", 5);
    field.pass(Span::secs(2));
    field.api("STREAM.DELETE.O", "");
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    field.publish("o", 2);
    field.pass(Span::secs(40));
    assert_eq!(field.state("ALL"), (7, 1, 7));
    assert_eq!(field.info("ALL")["sources"][0]["seq"], 2);
    assert_eq!(
        field
            .moments("ALL", |what| matches!(what, InflowNote::Refused { err_code: 10225, .. }))
            .len(),
        1
    );
}

#[test]
fn ids_of_sources_count_only_within_a_window_that_was_asked_for() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"A","subjects":["a"]}"#);
    field.stream(r#"{"name":"B","subjects":["b"]}"#);
    let sources = r#""sources":[{"name":"A"},{"name":"B"}]"#;
    field.stream(&format!(r#"{{"name":"ALL",{sources}}}"#));
    field.stream(&format!(r#"{{"name":"ONCE",{sources},"duplicate_window":60000000000}}"#));
    field.pass(Span::secs(1));
    field.publish_with("a", 1, &[("Nats-Msg-Id", "m1")]);
    field.pass(Span::secs(1));
    field.publish_with("b", 1, &[("Nats-Msg-Id", "m1")]);
    field.pass(Span::secs(1));
    assert_eq!((field.state("ALL").0, field.state("ONCE").0), (2, 1));
}

#[test]
fn two_streams_that_take_from_each_other_may_go_round_in_circles() {
    let mut field = Field::new(&["n1"]);
    field.stream(r#"{"name":"A","subjects":["a"]}"#);
    field.stream(r#"{"name":"B","subjects":["b"],"sources":[{"name":"A"}]}"#);
    let back = |filter: &str| {
        let source = format!(r#"{{"name":"B","filter_subject":"{filter}"}}"#);
        format!(r#"{{"name":"A","subjects":["a"],"sources":[{source}]}}"#)
    };
    let closed = field.update(&back("b"));
    assert_eq!(closed["error"]["description"], "detected cycle");
    // Only what the edge that closes the circle lets through counts, and whether it is published
    // to the stream that has this edge.
    let edge = r#""sources":[{"name":"A","filter_subject":"a"}]"#;
    field.update(&format!(r#"{{"name":"B","subjects":["b"],{edge}}}"#));
    let open = field.update(&back("a"));
    assert!(open.get("error").is_none(), "{open}");
    field.pass(Span::secs(1));
    field.publish("a", 1);
    field.pass(Span::millis(5));
    let (messages, ..) = field.state("A");
    assert!(messages > 20, "{messages}");
}

#[test]
fn a_mirror_that_has_much_to_catch_up_with_is_not_flooded() {
    for (servers, replicas) in [(&["n1"][..], 1), (&THREE[..], 3)] {
        let mut field = Field::new(servers);
        let replicas = format!(r#""num_replicas":{replicas}"#);
        field.stream(&format!(r#"{{"name":"O","subjects":["o"],{replicas}}}"#));
        let text = "x".repeat(2_000);
        let message = Draft { subject: "o".to_owned(), text, ..Draft::default() };
        field.call(Call::Publish { message, count: 4_000 });
        field.pass(Span::secs(5));
        assert_eq!(field.state("O").0, 4_000);
        field.stream(&format!(r#"{{"name":"M","mirror":{{"name":"O"}},{replicas}}}"#));
        field.pass(Span::secs(10));
        assert_eq!(field.state("M"), (4_000, 1, 4_000));
        // More than a window of bytes went out, so the origin has asked whether to go on.
        let asked = |kind: &EventKind<_>| match kind {
            EventKind::Sent { frame: server::Frame::Route(op), .. } => matches!(op,
                server::RouteOp::Message { message, .. } if message.subject.starts_with("$JS.FC.")),
            _ => false,
        };
        let trace = field.world.sim().trace();
        let crossed = trace.since(EventId(0)).filter(|event| asked(&event.kind)).count();
        let home = field.world.inflows()[0];
        assert!(crossed > 0 || Some(home.server) == home.origin_server, "{crossed}");
        assert!(field.moments("M", |what| *what == InflowNote::Lost).is_empty());
    }
}

#[test]
fn a_stream_of_a_cluster_tells_where_else_its_messages_are() {
    let mut field = Field::new(&THREE);
    field.stream(r#"{"name":"O","subjects":["o"]}"#);
    assert!(field.info("O").get("alternates").is_none());
    field.stream(r#"{"name":"M","mirror":{"name":"O"}}"#);
    let alternates = field.info("O")["alternates"].clone();
    let names: Vec<&str> = alternates
        .as_array()
        .unwrap()
        .iter()
        .map(|other| other["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["O", "M"]);
    assert!(field.info("M").get("alternates").is_none());
}
