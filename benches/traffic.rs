//! The traffic that `cargo xtask bench --real` sends through the bridge and a real nats-server, in process:
//! the same bytes by the same protocol, without sockets. Prints, for each kind and each round, its
//! name, how many messages it was, and how many nanoseconds they took.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a bench that cannot run is to stop; it measures by the wall clock and prints what it found"
)]

use std::time::{Duration, Instant};

use windtunnel::kernel::{LinkSpec, ProcId, Span};
use windtunnel::nats::protocol::ServerOp;
use windtunnel::world::{ClientSpec, Input, Topology, World};

/// Messages published, consumed and worked off in a round.
const MESSAGES: usize = 30_000;
/// Messages that each go to every subscriber.
const FAN_OUT: usize = 1_000;
const SUBSCRIBERS: usize = 100;
const WORKERS: usize = 10;
/// Keys that are put and got, one after the other.
const KEYS: usize = 2_000;
/// How many watch a bucket, and how many values are put meanwhile.
const WATCHES: usize = 50;
const CHANGES: usize = 100;
/// Chunks of an object; each has 128 KiB.
const CHUNKS: usize = 128;
const CHUNK: usize = 128 * 1024;
/// Publishes that wait for their acknowledgement at a time, and messages that a pull asks for.
const WINDOW: usize = 500;
const PAYLOAD: usize = 128;
const ROUNDS: usize = 3;

fn main() {
    measure("publish", MESSAGES, publish);
    measure("pull", MESSAGES, || consume("limits", 1));
    measure("fan-out", FAN_OUT * SUBSCRIBERS, fan_out);
    measure("work-queue", MESSAGES, || consume("workqueue", WORKERS));
    measure("key-value", 2 * KEYS, key_value);
    measure("watch", WATCHES * CHANGES, watch);
    measure("object-put", CHUNKS, || objects(false));
    measure("object-get", CHUNKS, || objects(true));
}

fn measure(name: &str, messages: usize, round: impl Fn() -> Duration) {
    for _ in 0..ROUNDS {
        println!("{name} {messages} {}", round().as_nanos());
    }
}

/// A lone server, with connections that speak for themselves.
struct Bench {
    world: World,
    conns: Vec<Conn>,
}

struct Conn {
    name: String,
    process: ProcId,
    read: usize,
}

impl Bench {
    fn new(connections: usize) -> Self {
        let mut topology = Topology::single("bench", &["n1"]);
        topology.clusters[0].access = LinkSpec::latency(Span::ZERO);
        let world = World::with_memory(topology, Some(256)).expect("a valid topology");
        let mut bench = Self { world, conns: Vec::new() };
        for n in 0..connections {
            let name = format!("c{n}");
            bench.give(&Input::AddClient(ClientSpec::wire(&name, "bench", None)));
            let process = bench.world.process(&name).expect("the connection");
            bench.conns.push(Conn { name, process, read: 0 });
            bench.say(n, "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\n");
        }
        bench.hear();
        bench
    }

    fn give(&mut self, input: &Input) {
        self.world.give(input).expect("an input that makes sense");
    }

    fn say(&mut self, conn: usize, text: &str) {
        let client = self.conns[conn].name.clone();
        self.give(&Input::Bytes { client, bytes: text.into() });
    }

    /// Lets everything happen that happens at once, and takes what was said: message by message, with
    /// the number of the connection.
    fn hear(&mut self) -> Vec<(usize, Option<String>)> {
        self.world.run_until(self.world.now() + Span::micros(1));
        let mut heard = Vec::new();
        let mut read = Vec::new();
        for (n, conn) in self.conns.iter_mut().enumerate() {
            let wire = self.world.wire(conn.process).expect("a connection");
            let said = wire.said_since(conn.read);
            conn.read += said.len();
            for op in said {
                if let ServerOp::Msg { message, .. } = op {
                    heard.push((n, message.reply.as_ref().map(ToString::to_string)));
                }
            }
            let (client, operations) = (conn.name.clone(), conn.read as u64);
            read.push(Input::Read { client, operations });
        }
        read.iter().for_each(|input| self.give(input));
        heard
    }

    /// A request to the JetStream API.
    fn api(&mut self, subject: &str, body: &str) {
        let len = body.len();
        self.say(
            0,
            &format!("SUB api 9\r\nPUB $JS.API.{subject} api {len}\r\n{body}\r\nUNSUB 9 1\r\n"),
        );
        assert!(!self.hear().is_empty(), "{subject} is not answered");
    }

    fn stream(&mut self, retention: &str) {
        let body = format!(r#"{{"name":"BENCH","subjects":["bench"],"retention":"{retention}"}}"#);
        self.api("STREAM.CREATE.BENCH", &body);
        self.say(0, "SUB in 1\r\n");
    }

    fn fill(&mut self, messages: usize) {
        let payload = "x".repeat(PAYLOAD);
        let one = format!("PUB bench in {PAYLOAD}\r\n{payload}\r\n");
        let window = one.repeat(WINDOW);
        for _ in 0..messages / WINDOW {
            self.say(0, &window);
            assert_eq!(self.hear().len(), WINDOW, "acknowledgements");
        }
    }

    fn consumer(&mut self, config: &str) {
        let body = format!(r#"{{"stream_name":"BENCH","config":{config}}}"#);
        self.api("CONSUMER.CREATE.BENCH.worker", &body);
    }
}

/// Publishes with acknowledgements, a window at a time.
fn publish() -> Duration {
    let mut bench = Bench::new(1);
    bench.stream("limits");
    let begun = Instant::now();
    bench.fill(MESSAGES);
    begun.elapsed()
}

/// Pulls and acknowledges every message, by so many connections.
fn consume(retention: &str, workers: usize) -> Duration {
    let mut bench = Bench::new(workers);
    bench.stream(retention);
    bench.fill(MESSAGES);
    bench.consumer(r#"{"durable_name":"worker","ack_policy":"explicit","max_ack_pending":10000}"#);
    let batch = WINDOW / workers;
    let pull = format!("{{\"batch\":{batch},\"expires\":30000000000}}");
    let subject = "$JS.API.CONSUMER.MSG.NEXT.BENCH.worker";
    let begun = Instant::now();
    for worker in 0..workers {
        let inbox = format!("pull.{worker}");
        bench.say(worker, &format!("SUB {inbox} 2\r\n"));
    }
    let mut got = 0;
    while got < MESSAGES {
        for worker in 0..workers {
            let len = pull.len();
            bench.say(worker, &format!("PUB {subject} pull.{worker} {len}\r\n{pull}\r\n"));
        }
        let heard = bench.hear();
        assert!(!heard.is_empty(), "nothing comes");
        let mut acks = vec![String::new(); workers];
        for (worker, reply) in &heard {
            let reply = reply.as_ref().expect("a subject for the acknowledgement");
            acks[*worker] += &format!("PUB {reply} 4\r\n+ACK\r\n");
        }
        got += heard.len();
        for (worker, acks) in acks.iter().enumerate() {
            bench.say(worker, acks);
        }
    }
    bench.hear();
    begun.elapsed()
}

/// A push consumer on whose deliver subject many clients listen.
fn fan_out() -> Duration {
    let mut bench = Bench::new(SUBSCRIBERS + 1);
    bench.stream("limits");
    bench.fill(FAN_OUT);
    for conn in 1..=SUBSCRIBERS {
        bench.say(conn, "SUB to.everybody 2\r\n");
    }
    bench.hear();
    let begun = Instant::now();
    let config =
        r#"{"durable_name":"worker","deliver_subject":"to.everybody","ack_policy":"none"}"#;
    let body = format!(r#"{{"stream_name":"BENCH","config":{config}}}"#);
    let len = body.len();
    bench.say(0, &format!("PUB $JS.API.CONSUMER.CREATE.BENCH.worker in {len}\r\n{body}\r\n"));
    let mut heard = 0;
    while heard < FAN_OUT * SUBSCRIBERS + 1 {
        let more = bench.hear().len();
        assert!(more > 0, "{heard} messages came");
        heard += more;
    }
    begun.elapsed()
}

impl Bench {
    /// The stream of a bucket or of a store.
    fn bucket(&mut self, name: &str, subjects: &str) {
        let config = r#""allow_rollup_hdrs":true,"allow_direct":true,"max_msgs_per_subject":-1"#;
        let body = format!(r#"{{"name":"{name}","subjects":[{subjects}],{config}}}"#);
        self.api(&format!("STREAM.CREATE.{name}"), &body);
        self.say(0, "SUB in 1\r\n");
    }

    /// Makes an ordered consumer for a connection, which listens to it.
    fn read(&mut self, conn: usize, stream: &str, filter: &str) {
        let inbox = format!("ordered.{conn}");
        self.say(conn, &format!("SUB {inbox} 2\r\n"));
        let config = format!(
            r#""deliver_subject":"{inbox}","filter_subject":"{filter}","ack_policy":"none","mem_storage":true"#
        );
        let body = format!(r#"{{"stream_name":"{stream}","config":{{{config}}}}}"#);
        let len = body.len();
        let create = format!("$JS.API.CONSUMER.CREATE.{stream}");
        self.say(conn, &format!("PUB {create} nobody {len}\r\n{body}\r\n"));
    }
}

/// Puts a value and gets it, key after key.
fn key_value() -> Duration {
    let mut bench = Bench::new(1);
    bench.bucket("KV_bench", r#""$KV.bench.>""#);
    let value = "x".repeat(PAYLOAD);
    let begun = Instant::now();
    for n in 0..KEYS {
        let key = format!("$KV.bench.key.{n}");
        bench.say(0, &format!("PUB {key} in {PAYLOAD}\r\n{value}\r\n"));
        assert_eq!(bench.hear().len(), 1, "an acknowledgement");
        bench.say(0, &format!("PUB $JS.API.DIRECT.GET.KV_bench.{key} in 0\r\n\r\n"));
        assert_eq!(bench.hear().len(), 1, "a value");
    }
    begun.elapsed()
}

/// Puts values that many watch, until all have them.
fn watch() -> Duration {
    let mut bench = Bench::new(WATCHES + 1);
    bench.bucket("KV_bench", r#""$KV.bench.>""#);
    (1..=WATCHES).for_each(|conn| bench.read(conn, "KV_bench", "$KV.bench.>"));
    bench.hear();
    let value = "x".repeat(PAYLOAD);
    let begun = Instant::now();
    for n in 0..CHANGES {
        bench.say(0, &format!("PUB $KV.bench.key.{n} in {PAYLOAD}\r\n{value}\r\n"));
        assert_eq!(bench.hear().len(), WATCHES + 1, "an acknowledgement, and a value to each");
    }
    begun.elapsed()
}

/// Puts an object, chunk after chunk, and gets it.
fn objects(get: bool) -> Duration {
    let mut bench = Bench::new(1);
    bench.bucket("OBJ_bench", r#""$O.bench.C.>","$O.bench.M.>""#);
    let chunk = format!("PUB $O.bench.C.1 in {CHUNK}\r\n{}\r\n", "x".repeat(CHUNK));
    let begun = Instant::now();
    for _ in 0..CHUNKS {
        bench.say(0, &chunk);
        assert_eq!(bench.hear().len(), 1, "an acknowledgement");
    }
    if !get {
        return begun.elapsed();
    }
    let begun = Instant::now();
    bench.read(0, "OBJ_bench", "$O.bench.C.1");
    let mut heard = 0;
    while heard < CHUNKS {
        let more = bench.hear().len();
        assert!(more > 0, "{heard} chunks came");
        heard += more;
    }
    begun.elapsed()
}
