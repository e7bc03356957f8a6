//! What the client of a [`Field`] asks of streams and consumers that move, and where it finds them.

use serde_json::Value;
use windtunnel::kernel::Span;
use windtunnel::server::Server;
use windtunnel::world::Input;
use windtunnel::world::check::has_converged;

use crate::hand_support::{Field, HAND};

/// How many milliseconds an answer may take: a new group needs that long to have a leader.
const ANSWER: u64 = 100;
pub(crate) const SERVERS: [&str; 5] = ["n1", "n2", "n3", "n4", "n5"];

impl Field {
    /// A cluster of five.
    pub(crate) fn new(seed: u64) -> Self {
        let mut field = Self::of(&SERVERS, seed);
        field.connect("in.*");
        field
    }

    /// Connects anew: the server of the connection was down.
    pub(crate) fn reconnect(&mut self) {
        let process = HAND.to_owned();
        self.world.give(&Input::Crash { process: process.clone(), lose_disk: false }).unwrap();
        self.world.give(&Input::Restart { process }).unwrap();
        self.read = 0;
        self.pass(Span::millis(100));
        self.connect("in.*");
    }

    /// Sends a message and gives the one answer to it, which has to come soon.
    pub(crate) fn ask(&mut self, subject: &str, body: &str) -> Value {
        let answer = self.request(subject, &[], body, Span::millis(ANSWER));
        serde_json::from_str(&answer).unwrap()
    }

    /// Asks a consumer for messages, which come to `in.<consumer>`.
    pub(crate) fn pull(&mut self, consumer: &str, body: &str) {
        let next = format!("$JS.API.CONSUMER.MSG.NEXT.S.{consumer}");
        self.publish_to(&format!("in.{consumer}"), &next, &[], body);
    }

    pub(crate) fn stream(&mut self, verb: &str, replicas: usize, more: &str) -> Value {
        let config = r#""name":"S","subjects":["s.>"]"#;
        let body = format!(r#"{{{config},"num_replicas":{replicas}{more}}}"#);
        self.ask(&format!("$JS.API.STREAM.{verb}.S"), &body)
    }

    pub(crate) fn create(&mut self, replicas: usize) {
        self.stream("CREATE", replicas, "");
        self.pass(Span::secs(2));
    }

    pub(crate) fn consumer(&mut self, name: &str, more: &str) -> Value {
        let config = format!(r#""name":"{name}","durable_name":"{name}","ack_policy":"explicit""#);
        let body = format!(r#"{{"stream_name":"S","config":{{{config}{more}}}}}"#);
        let answer = self.ask(&format!("$JS.API.CONSUMER.CREATE.S.{name}"), &body);
        self.pass(Span::millis(500));
        answer
    }

    pub(crate) fn publish(&mut self, count: u64) {
        for _ in 0..count {
            let ack = self.ask("s.x", "hello");
            assert!(ack["error"].is_null(), "{ack}");
        }
    }

    /// The servers of a stream or consumer, in order, as its info names them. No move is under way.
    pub(crate) fn home(&mut self, what: &str) -> Vec<String> {
        let info = self.ask(&format!("$JS.API.{what}"), "");
        let cluster = &info["cluster"];
        assert!(cluster["desired"].is_null(), "{cluster}");
        let replicas = cluster["replicas"].as_array().cloned().unwrap_or_default();
        assert!(replicas.iter().all(|peer| peer["current"] == true), "{cluster}");
        let names =
            replicas.iter().map(|peer| peer["name"].clone()).chain([cluster["leader"].clone()]);
        let mut names: Vec<String> = names.map(|n| n.as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn leader(&self) -> String {
        let view = self.world.stream(0, "S").unwrap();
        self.world.short_name(view.leader().expect("it has a leader")).to_owned()
    }

    /// On how many servers the stream has copies, which must all hold this many messages.
    pub(crate) fn copies(&self, messages: u64) -> usize {
        has_converged(&self.world).unwrap();
        let view = self.world.stream(0, "S").unwrap();
        assert!(view.replicas.iter().all(|copy| copy.stream.state().messages == messages));
        view.replicas.len()
    }

    pub(crate) fn servers(&self) -> impl Iterator<Item = &Server> {
        self.world.servers().map(|(_, _, server)| server)
    }
}

pub(crate) fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|peer| peer["name"].as_str().unwrap()).collect()
}
