//! Carries the steps of a case out. A case's client speaks the wire protocol, byte for byte, through
//! a connection from outside ([`windtunnel::world::Role::Wire`]).

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use windtunnel::kernel::{ProcState, Span};
use windtunnel::nats::codec::{write_client_op, write_server_op};
use windtunnel::nats::json::FromJson;
use windtunnel::nats::protocol::{ClientOp, ConnectOptions, ServerOp};
use windtunnel::nats::{Headers, Message};
use windtunnel::world::{ClientSpec, Cluster, Input, Role, Topology, World};

use super::case::Case;
use super::matching::{Found, any_order, compare, compare_message};
use super::values::{Env, payload_bytes, subst, subst_text};

struct Sub {
    conn: String,
    sid: String,
    queue: VecDeque<(u64, Message)>,
}

#[derive(Default)]
struct Conn {
    client: String,
    read: usize,
    raw: bool,
    lines: VecDeque<String>,
    errors: VecDeque<String>,
    info: Value,
    pongs: u64,
}

struct Run {
    world: World,
    conns: BTreeMap<String, Conn>,
    subs: BTreeMap<String, Sub>,
    env: Env,
    counter: u64,
    cluster: String,
    /// The headers of the current step, in the order of the file.
    headers: Vec<(String, Value)>,
}

type Outcome = Result<Found, String>;

/// Replays a case. An error tells step and differences.
pub(crate) fn replay(case: &Case) -> Result<(), String> {
    let [cluster] = case.topology.clusters.as_slice() else {
        return Err("more than one cluster is not simulated yet".to_owned());
    };
    let mut topology = Topology::single(&cluster.name, &[]);
    topology.clusters[0] = Cluster {
        domain: cluster.domain.clone(),
        servers: (0..cluster.servers).map(|n| format!("{}-{n}", cluster.name)).collect(),
        ..topology.clusters[0].clone()
    };
    let mut run = Run {
        world: World::new(topology).map_err(|error| error.to_string())?,
        conns: BTreeMap::new(),
        subs: BTreeMap::new(),
        env: Env::new(),
        counter: 0,
        cluster: cluster.name.clone(),
        headers: Vec::new(),
    };
    for (n, step) in case.steps.iter().enumerate() {
        let told = |why: &str| format!("step {}: {}\n    {why}", n + 1, describe(&step.value));
        run.headers.clone_from(&step.headers);
        let found = run.step(&step.value).map_err(|why| told(&why))?;
        if !found.diffs.is_empty() {
            return Err(told(&found.diffs.join("\n    ")));
        }
        run.env.extend(found.captures);
    }
    run.pump();
    match run.conns.values().find_map(|conn| conn.errors.front()) {
        Some(error) => Err(format!("-ERR '{error}' was not expected")),
        None => Ok(()),
    }
}

fn describe(step: &Value) -> String {
    let text = step.to_string();
    text.chars().take(220).collect()
}

fn text<'a>(step: &'a Value, name: &str) -> Option<&'a str> {
    step.get(name).and_then(Value::as_str)
}

fn millis(step: &Value, name: &str, default: u64) -> Span {
    Span::millis(step.get(name).and_then(Value::as_u64).unwrap_or(default))
}

impl Run {
    fn step(&mut self, step: &Value) -> Outcome {
        match text(step, "op").unwrap_or_default() {
            "connect" => self.connect(step),
            "close" => {
                let conn = self.conns.remove(self.name(step)).ok_or("no such connection")?;
                self.give(Input::Crash { process: conn.client, lose_disk: false })?;
                self.pass(Span::millis(50));
                Ok(Found::default())
            }
            "subscribe" => self.subscribe(step),
            "unsubscribe" => {
                let sub = &self.subs[text(step, "sub").ok_or("no sub")?];
                let max = step.get("max").and_then(Value::as_u64);
                let op = ClientOp::Unsub { sid: sub.sid.as_str().into(), max };
                let conn = sub.conn.clone();
                self.say(&conn, &op)?;
                self.flush(&conn)?;
                Ok(Found::default())
            }
            "publish" => self.publish(step),
            "request" => {
                let within = millis(step, "within_ms", 5_000);
                let (reply, inbox) = self.request(step, within)?;
                Ok(self.judge(step, reply.as_ref(), &inbox))
            }
            "poll" => self.poll(step),
            "expect" => self.expect(step),
            "expect_none" => self.expect_none(step),
            "expect_err" => {
                let conn = self.name(step).to_owned();
                self.wait(millis(step, "within_ms", 5_000), |run| {
                    !run.conns[&conn].errors.is_empty()
                });
                let error = self.conns.get_mut(&conn).and_then(|conn| conn.errors.pop_front());
                let mut found = Found::default();
                compare(&step["err"], &json!(error), "-ERR", &self.env, &mut found);
                Ok(found)
            }
            "expect_closed" => {
                let client = self.conns[self.name(step)].client.clone();
                let closed =
                    self.wait(millis(step, "within_ms", 5_000), |run| run.is_closed(&client));
                if closed {
                    Ok(Found::default())
                } else {
                    Err("the connection is still open".into())
                }
            }
            "raw" => self.raw(step),
            "sleep" => {
                self.pass(millis(step, "ms", 0));
                Ok(Found::default())
            }
            "fault" => self.fault(step),
            other => Err(format!("unknown step {other}")),
        }
    }

    fn name<'a>(&self, step: &'a Value) -> &'a str {
        text(step, "conn").unwrap_or("c")
    }

    fn give(&mut self, input: Input) -> Result<(), String> {
        self.world.give(&input).map(|_| ()).map_err(|error| error.to_string())
    }

    fn is_closed(&self, client: &str) -> bool {
        let wire = self.world.process(client).and_then(|process| self.world.wire(process));
        wire.is_none_or(|wire| wire.is_closed())
    }

    /// Takes in what the servers said.
    fn pump(&mut self) {
        for (name, conn) in &mut self.conns {
            let Some(process) = self.world.process(&conn.client) else { continue };
            let Some(wire) = self.world.wire(process) else { continue };
            let said = wire.said_since(conn.read).to_vec();
            conn.read += said.len();
            for op in said {
                self.counter += 1;
                if conn.raw && !matches!(op, ServerOp::Info(_) | ServerOp::Ping) {
                    let mut bytes = Vec::new();
                    write_server_op(&op, &mut bytes);
                    let all = String::from_utf8_lossy(&bytes).into_owned();
                    let all = all.strip_suffix("\r\n").unwrap_or(&all);
                    conn.lines.extend(all.split("\r\n").map(str::to_owned));
                    continue;
                }
                match op {
                    ServerOp::Info(info) => conn.info = json!(info),
                    ServerOp::Pong => conn.pongs += 1,
                    ServerOp::Err(text) => conn.errors.push_back(text.to_string()),
                    ServerOp::Msg { sid, message } => {
                        let sub =
                            self.subs.values_mut().find(|s| s.conn == *name && *s.sid == *sid);
                        if let Some(sub) = sub {
                            sub.queue.push_back((self.counter, message));
                        }
                    }
                    ServerOp::Ok | ServerOp::Ping => {}
                }
            }
        }
    }

    /// Lets time pass until something holds, at most so long.
    fn wait(&mut self, limit: Span, mut until: impl FnMut(&mut Self) -> bool) -> bool {
        let end = self.world.now() + limit;
        loop {
            self.pump();
            if until(self) {
                return true;
            }
            if self.world.next_at().is_none_or(|next| next > end) {
                self.world.run_until(end);
                return false;
            }
            self.world.step();
        }
    }

    fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
        self.pump();
    }

    fn say(&mut self, conn: &str, op: &ClientOp) -> Result<(), String> {
        let mut bytes = Vec::new();
        write_client_op(op, &mut bytes);
        self.send(conn, bytes)
    }

    fn send(&mut self, conn: &str, bytes: Vec<u8>) -> Result<(), String> {
        let client = self.conns.get(conn).ok_or("no such connection")?.client.clone();
        self.give(Input::Bytes { client, bytes })
    }

    /// Waits until the server has processed what was said.
    fn flush(&mut self, conn: &str) -> Result<(), String> {
        let pongs = self.conns.get(conn).ok_or("no such connection")?.pongs;
        let client = self.conns[conn].client.clone();
        self.say(conn, &ClientOp::Ping)?;
        let answered =
            self.wait(Span::secs(5), |run| run.conns[conn].pongs > pongs || run.is_closed(&client));
        if answered { Ok(()) } else { Err("the server does not answer a PING".into()) }
    }

    fn connect(&mut self, step: &Value) -> Outcome {
        let name = self.name(step).to_owned();
        if let Some(old) = self.conns.remove(&name) {
            self.give(Input::Crash { process: old.client, lose_disk: false })?;
        }
        let server = match subst(&step["server"], &self.env) {
            Value::String(name) => name,
            Value::Number(n) => format!("{}-{n}", self.cluster),
            _ => format!("{}-0", self.cluster),
        };
        self.counter += 1;
        let client = format!("conn-{}", self.counter);
        let spec = ClientSpec {
            name: client.clone(),
            cluster: self.cluster.clone(),
            server: Some(server),
            role: Role::Wire,
            publishes: None,
            behaviour: None,
        };
        self.give(Input::AddClient(spec))?;
        let raw = step.get("raw").is_some_and(|raw| raw == true);
        self.conns.insert(name.clone(), Conn { client, raw, ..Conn::default() });
        if !self.wait(Span::secs(5), |run| run.conns[&name].info.is_object()) {
            return Err("no INFO".into());
        }
        let mut found = Found::default();
        if let Some(expected) = step.get("expect_info") {
            let info = self.conns[&name].info.clone();
            compare(&json!({"$partial": expected}), &info, "info", &self.env, &mut found);
        }
        if !raw {
            let options: ConnectOptions = {
                let mut options = json!({"verbose": false, "pedantic": false, "headers": true,
                    "no_responders": true, "echo": true, "protocol": 1});
                for (key, value) in
                    step.get("options").and_then(Value::as_object).into_iter().flatten()
                {
                    options[key] = value.clone();
                }
                ConnectOptions::from_json(&options).map_err(|error| error.to_string())?
            };
            self.say(&name, &ClientOp::Connect(Box::new(options)))?;
            self.flush(&name)?;
        }
        Ok(found)
    }

    fn subscribe(&mut self, step: &Value) -> Outcome {
        let conn = self.name(step).to_owned();
        let subject = subst_text(text(step, "subject").ok_or("no subject")?, &self.env);
        let sub = text(step, "sub").ok_or("no sub")?.to_owned();
        self.add_sub(&conn, &sub, &subject, text(step, "queue"))?;
        self.flush(&conn)?;
        Ok(Found::default())
    }

    fn add_sub(
        &mut self,
        conn: &str,
        name: &str,
        subject: &str,
        queue: Option<&str>,
    ) -> Result<(), String> {
        self.counter += 1;
        let sid = self.counter.to_string();
        let op = ClientOp::Sub {
            subject: subject.into(),
            queue: queue.map(Into::into),
            sid: sid.as_str().into(),
        };
        let sub = Sub { conn: conn.to_owned(), sid, queue: VecDeque::new() };
        self.subs.insert(name.to_owned(), sub);
        self.say(conn, &op)
    }

    fn message(&self, step: &Value, env: &Env) -> Result<Message, String> {
        let subject = subst_text(text(step, "subject").ok_or("no subject")?, env);
        let mut message = Message::new(subject, payload_bytes(step.get("payload"), env));
        message.reply = text(step, "reply").map(|reply| subst_text(reply, env).into());
        if step.get("headers").is_some() {
            let mut lines = Vec::new();
            for (name, value) in &self.headers {
                match subst(value, env) {
                    Value::Array(values) => {
                        for value in values {
                            lines.push((
                                name.clone(),
                                value.as_str().unwrap_or_default().to_owned(),
                            ));
                        }
                    }
                    Value::String(value) => lines.push((name.clone(), value)),
                    other => lines.push((name.clone(), other.to_string())),
                }
            }
            message.headers = Some(Headers::new(lines));
        }
        Ok(message)
    }

    fn publish(&mut self, step: &Value) -> Outcome {
        let conn = self.name(step).to_owned();
        for i in 1..=step.get("times").and_then(Value::as_u64).unwrap_or(1) {
            let mut env = self.env.clone();
            env.insert("i".to_owned(), json!(i));
            let message = self.message(step, &env)?;
            self.say(&conn, &ClientOp::Pub(message))?;
        }
        self.flush(&conn)?;
        Ok(Found::default())
    }

    fn request(&mut self, step: &Value, within: Span) -> Result<(Option<Message>, String), String> {
        let conn = self.name(step).to_owned();
        let client = self.conns.get(&conn).ok_or("no such connection")?.client.clone();
        self.counter += 1;
        let inbox = format!("_INBOX.case.{}", self.counter);
        self.add_sub(&conn, "request", &inbox, None)?;
        let env = self.env.clone();
        let mut message = self.message(step, &env)?;
        message.reply = Some(inbox.as_str().into());
        self.say(&conn, &ClientOp::Pub(message))?;
        self.wait(within, |run| !run.subs["request"].queue.is_empty() || run.is_closed(&client));
        let sub = self.subs.remove("request").ok_or("no request")?;
        if self.is_closed(&client) {
            return Err("the server closed the connection".into());
        }
        self.say(&conn, &ClientOp::Unsub { sid: sub.sid.as_str().into(), max: None })?;
        Ok((sub.queue.front().map(|(_, message)| message.clone()), inbox))
    }

    fn judge(&self, step: &Value, reply: Option<&Message>, inbox: &str) -> Found {
        let mut found = Found::default();
        let expected = &step["expect"];
        match reply {
            Some(reply) if expected.get("no_reply").is_some() => {
                found.diffs.push(format!("reply: expected none, got {}", reply.text()));
            }
            None if expected.get("no_reply").is_some() => {}
            None => found.diffs.push(format!("reply: none came, expected {expected}")),
            Some(reply) => {
                compare_message(expected, reply, Some(inbox), "reply", &self.env, &mut found);
            }
        }
        found
    }

    fn poll(&mut self, step: &Value) -> Outcome {
        let end = self.world.now() + millis(step, "within_ms", 15_000);
        loop {
            let left = end.since(self.world.now());
            let within = left.min(Span::secs(2)).max(Span::millis(200));
            let (reply, inbox) = self.request(step, within)?;
            let found = self.judge(step, reply.as_ref(), &inbox);
            if found.diffs.is_empty() || self.world.now() >= end {
                return Ok(found);
            }
            self.pass(millis(step, "every_ms", 100));
        }
    }

    fn sub_names(step: &Value) -> Vec<String> {
        match step.get("subs").and_then(Value::as_array) {
            Some(subs) => subs.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => text(step, "sub").map(str::to_owned).into_iter().collect(),
        }
    }

    /// The next message of these subscriptions, by the order of arrival.
    fn next(&mut self, subs: &[String], skip: bool) -> Option<Message> {
        for sub in subs {
            let queue = &mut self.subs.get_mut(sub)?.queue;
            while skip && queue.front().is_some_and(|(_, message)| is_heartbeat(message)) {
                queue.pop_front();
            }
        }
        let first = subs.iter().filter_map(|s| Some((self.subs[s].queue.front()?.0, s))).min()?.1;
        self.subs.get_mut(first)?.queue.pop_front().map(|(_, message)| message)
    }

    fn expect(&mut self, step: &Value) -> Outcome {
        let subs = Self::sub_names(step);
        let skip = text(step, "skip") == Some("heartbeats");
        let wanted = step["messages"].as_array().cloned().unwrap_or_default();
        let mut got = Vec::new();
        self.wait(millis(step, "within_ms", 5_000), |run| {
            while got.len() < wanted.len() {
                match run.next(&subs, skip) {
                    Some(message) => got.push(message),
                    None => break,
                }
            }
            got.len() == wanted.len()
        });
        let mut found = Found::default();
        if got.len() < wanted.len() {
            let texts: Vec<String> =
                got.iter().map(|m| format!("{} {}", m.subject, m.text())).collect();
            found.diffs.push(format!(
                "expected {} messages, got {}: {texts:?}",
                wanted.len(),
                got.len()
            ));
        } else if text(step, "order") == Some("any") {
            any_order(wanted.len(), "messages", &mut found, |w, g, found| {
                compare_message(&wanted[w], &got[g], None, "message", &self.env, found);
            });
        } else {
            for (n, (expected, message)) in wanted.iter().zip(&got).enumerate() {
                let path = format!("message[{n}]");
                compare_message(expected, message, None, &path, &self.env, &mut found);
            }
        }
        Ok(found)
    }

    fn expect_none(&mut self, step: &Value) -> Outcome {
        let subs = Self::sub_names(step);
        let skip = text(step, "skip") == Some("heartbeats");
        self.pass(millis(step, "for_ms", 0));
        let mut found = Found::default();
        while let Some(message) = self.next(&subs, skip) {
            let text = message.text();
            found.diffs.push(format!("expected no message, got {} {text}", message.subject));
        }
        Ok(found)
    }

    fn raw(&mut self, step: &Value) -> Outcome {
        let conn = self.name(step).to_owned();
        if let Some(send) = text(step, "send") {
            let bytes = subst_text(send, &self.env).into_bytes();
            self.send(&conn, bytes)?;
        }
        let wanted = step["expect"].as_array().map_or(0, Vec::len);
        self.wait(millis(step, "within_ms", 5_000), |run| run.conns[&conn].lines.len() >= wanted);
        let lines = &mut self.conns.get_mut(&conn).ok_or("no such connection")?.lines;
        let got: Vec<String> = lines.drain(..wanted.min(lines.len())).collect();
        let mut found = Found::default();
        compare(&step["expect"], &json!(got), "lines", &self.env, &mut found);
        Ok(found)
    }

    fn fault(&mut self, step: &Value) -> Outcome {
        let server = subst_text(text(step, "server").unwrap_or_default(), &self.env);
        let process = format!("{}/{server}", self.cluster);
        let id = self.world.process(&process).ok_or("no such server")?;
        match text(step, "kind").unwrap_or_default() {
            "stop_server" => self.give(Input::Stop { process })?,
            "kill_server" => self.give(Input::Crash { process, lose_disk: false })?,
            "start_server" => self.give(Input::Restart { process })?,
            other => return Err(format!("the fault {other} is not simulated yet")),
        }
        let starts = text(step, "kind") == Some("start_server");
        let done = self.wait(Span::secs(20), |run| {
            let up = run.world.sim().state(id) != Some(ProcState::Down);
            up == starts && (!starts || run.has_recovered())
        });
        if !done {
            return Err("the fault does not come to an end".into());
        }
        self.pass(Span::millis(500));
        Ok(Found::default())
    }

    /// Whether all routes are up and, where there is a quorum, the meta group has a leader.
    fn has_recovered(&self) -> bool {
        let up: Vec<_> =
            self.world.servers().filter(|(_, state, _)| *state == ProcState::Up).collect();
        let quorum = up.len() * 2 > self.world.servers().count();
        up.iter().all(|(_, _, server)| {
            let led = server.meta().is_none_or(|meta| !quorum || meta.leader().is_some());
            led && server.routes().count() + 1 == up.len()
        })
    }
}

fn is_heartbeat(message: &Message) -> bool {
    message
        .status()
        .is_some_and(|(status, text)| status == 100 && text.starts_with("Idle Heartbeat"))
}
