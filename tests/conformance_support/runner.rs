//! Carries the steps of a case out. A case's client speaks the wire protocol, byte for byte, through
//! a connection from outside ([`windtunnel::world::Role::Wire`]).

use serde_json::{Value, json};
use windtunnel::kernel::{LinkSpec, ProcState, Span};
use windtunnel::nats::json::FromJson;
use windtunnel::nats::protocol::{ClientOp, ConnectOptions};
use windtunnel::nats::{Headers, Message};
use windtunnel::world::{ClientSpec, Cluster, ClusterLink, Input, Topology, World};

use super::case::{Case, CaseCluster, CaseLink, CaseTopology};
use super::matching::{Found, any_order, compare, compare_message};
use super::talk::{Conn, Talk};
use super::values::{Env, payload_bytes, subst, subst_text};

struct Run {
    talk: Talk,
    env: Env,
    /// The case's clusters; the first one is meant where a step names none.
    clusters: Vec<CaseCluster>,
    /// The headers of the current step, in the order of the file.
    headers: Vec<(String, Value)>,
}

type Outcome = Result<Found, String>;

/// Replays a case. An error tells step and differences.
pub(crate) fn replay(case: &Case) -> Result<(), String> {
    let world = World::new(topology(&case.topology)?).map_err(|error| error.to_string())?;
    let mut run = Run {
        talk: Talk::with(world),
        env: Env::new(),
        clusters: case.topology.clusters.clone(),
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
    run.talk.pump();
    match run.talk.conns.values().find_map(|conn| conn.errors.front()) {
        Some(error) => Err(format!("-ERR '{error}' was not expected")),
        None => Ok(()),
    }
}

fn topology(case: &CaseTopology) -> Result<Topology, String> {
    let mut topology = Topology::single("none", &["none"]);
    topology.clusters = case
        .clusters
        .iter()
        .map(|cluster| Cluster {
            name: cluster.name.clone(),
            domain: cluster.domain.clone(),
            servers: (0..cluster.servers).map(|n| format!("{}-{n}", cluster.name)).collect(),
            ..topology.clusters[0].clone()
        })
        .collect();
    for CaseLink { kind, from, to } in &case.links {
        if kind != "leafnode" {
            return Err(format!("links of the kind {kind} are not simulated yet"));
        }
        let link = LinkSpec::latency(Span::micros(500));
        topology.links.push(ClusterLink { link, ..ClusterLink::leaf(from, to) });
    }
    Ok(topology)
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
                let conn = self.talk.conns.remove(self.name(step)).ok_or("no such connection")?;
                self.talk.give(Input::Crash { process: conn.client, lose_disk: false })?;
                self.talk.pass(Span::millis(50));
                Ok(Found::default())
            }
            "subscribe" => self.subscribe(step),
            "unsubscribe" => {
                let sub = &self.talk.subs[text(step, "sub").ok_or("no sub")?];
                let max = step.get("max").and_then(Value::as_u64);
                let op = ClientOp::Unsub { sid: sub.sid.as_str().into(), max };
                let conn = sub.conn.clone();
                self.talk.say(&conn, &op)?;
                self.talk.flush(&conn)?;
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
                self.talk.wait(millis(step, "within_ms", 5_000), |talk| {
                    !talk.conns[&conn].errors.is_empty()
                });
                let error = self.talk.conns.get_mut(&conn).and_then(|conn| conn.errors.pop_front());
                let mut found = Found::default();
                compare(&step["err"], &json!(error), "-ERR", &self.env, &mut found);
                Ok(found)
            }
            "expect_closed" => {
                let client = self.talk.conns[self.name(step)].client.clone();
                let closed = self
                    .talk
                    .wait(millis(step, "within_ms", 5_000), |talk| talk.is_closed(&client));
                if closed {
                    Ok(Found::default())
                } else {
                    Err("the connection is still open".into())
                }
            }
            "raw" => self.raw(step),
            "sleep" => {
                self.talk.pass(millis(step, "ms", 0));
                Ok(Found::default())
            }
            "fault" => self.fault(step),
            other => Err(format!("unknown step {other}")),
        }
    }

    fn name<'a>(&self, step: &'a Value) -> &'a str {
        text(step, "conn").unwrap_or("c")
    }

    fn connect(&mut self, step: &Value) -> Outcome {
        let name = self.name(step).to_owned();
        if let Some(old) = self.talk.conns.remove(&name) {
            self.talk.give(Input::Crash { process: old.client, lose_disk: false })?;
        }
        let first = self.clusters.first().map(|cluster| cluster.name.clone());
        let cluster = text(step, "cluster").map(str::to_owned).or(first).ok_or("no cluster")?;
        let server = match subst(&step["server"], &self.env) {
            Value::String(name) => name,
            Value::Number(n) => format!("{cluster}-{n}"),
            _ => format!("{cluster}-0"),
        };
        self.talk.counter += 1;
        let client = format!("conn-{}", self.talk.counter);
        let spec = ClientSpec::wire(&client, &cluster, Some(&server));
        self.talk.give(Input::AddClient(spec))?;
        let raw = step.get("raw").is_some_and(|raw| raw == true);
        self.talk.conns.insert(name.clone(), Conn { client, raw, ..Conn::default() });
        if !self.talk.wait(Span::secs(5), |talk| talk.conns[&name].info.is_object()) {
            return Err("no INFO".into());
        }
        let mut found = Found::default();
        if let Some(expected) = step.get("expect_info") {
            let info = self.talk.conns[&name].info.clone();
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
            self.talk.say(&name, &ClientOp::Connect(Box::new(options)))?;
            self.talk.flush(&name)?;
        }
        Ok(found)
    }

    fn subscribe(&mut self, step: &Value) -> Outcome {
        let conn = self.name(step).to_owned();
        let subject = subst_text(text(step, "subject").ok_or("no subject")?, &self.env);
        let sub = text(step, "sub").ok_or("no sub")?.to_owned();
        self.talk.add_sub(&conn, &sub, &subject, text(step, "queue"))?;
        self.talk.flush(&conn)?;
        Ok(Found::default())
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
            self.talk.say(&conn, &ClientOp::Pub(message))?;
        }
        self.talk.flush(&conn)?;
        Ok(Found::default())
    }

    fn request(&mut self, step: &Value, within: Span) -> Result<(Option<Message>, String), String> {
        let conn = self.name(step).to_owned();
        let client = self.talk.conns.get(&conn).ok_or("no such connection")?.client.clone();
        self.talk.counter += 1;
        let inbox = format!("_INBOX.case.{}", self.talk.counter);
        self.talk.add_sub(&conn, "request", &inbox, None)?;
        let env = self.env.clone();
        let mut message = self.message(step, &env)?;
        message.reply = Some(inbox.as_str().into());
        self.talk.say(&conn, &ClientOp::Pub(message))?;
        self.talk
            .wait(within, |talk| !talk.subs["request"].queue.is_empty() || talk.is_closed(&client));
        let sub = self.talk.subs.remove("request").ok_or("no request")?;
        if self.talk.is_closed(&client) {
            return Err("the server closed the connection".into());
        }
        self.talk.say(&conn, &ClientOp::Unsub { sid: sub.sid.as_str().into(), max: None })?;
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
        let end = self.talk.world.now() + millis(step, "within_ms", 15_000);
        loop {
            let left = end.since(self.talk.world.now());
            let within = left.min(Span::secs(2)).max(Span::millis(200));
            let (reply, inbox) = self.request(step, within)?;
            let found = self.judge(step, reply.as_ref(), &inbox);
            if found.diffs.is_empty() || self.talk.world.now() >= end {
                return Ok(found);
            }
            self.talk.pass(millis(step, "every_ms", 100));
        }
    }

    fn sub_names(step: &Value) -> Vec<String> {
        match step.get("subs").and_then(Value::as_array) {
            Some(subs) => subs.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => text(step, "sub").map(str::to_owned).into_iter().collect(),
        }
    }

    fn expect(&mut self, step: &Value) -> Outcome {
        let subs = Self::sub_names(step);
        let skip = text(step, "skip") == Some("heartbeats");
        let wanted = step["messages"].as_array().cloned().unwrap_or_default();
        let mut got = Vec::new();
        self.talk.wait(millis(step, "within_ms", 5_000), |talk| {
            while got.len() < wanted.len() {
                match talk.next(&subs, skip) {
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
        self.talk.pass(millis(step, "for_ms", 0));
        let mut found = Found::default();
        while let Some(message) = self.talk.next(&subs, skip) {
            let text = message.text();
            found.diffs.push(format!("expected no message, got {} {text}", message.subject));
        }
        Ok(found)
    }

    fn raw(&mut self, step: &Value) -> Outcome {
        let conn = self.name(step).to_owned();
        if let Some(send) = text(step, "send") {
            let bytes = subst_text(send, &self.env).into_bytes();
            self.talk.send(&conn, bytes)?;
        }
        let wanted = step["expect"].as_array().map_or(0, Vec::len);
        self.talk
            .wait(millis(step, "within_ms", 5_000), |talk| talk.conns[&conn].lines.len() >= wanted);
        let lines = &mut self.talk.conns.get_mut(&conn).ok_or("no such connection")?.lines;
        let got: Vec<String> = lines.drain(..wanted.min(lines.len())).collect();
        let mut found = Found::default();
        compare(&step["expect"], &json!(got), "lines", &self.env, &mut found);
        Ok(found)
    }

    fn fault(&mut self, step: &Value) -> Outcome {
        let kind = text(step, "kind").unwrap_or_default();
        if matches!(kind, "cut_link" | "restore_link") {
            return self.link_fault(step, kind == "cut_link");
        }
        let server = subst_text(text(step, "server").unwrap_or_default(), &self.env);
        let cluster = server.rsplit_once('-').map_or("", |(cluster, _)| cluster);
        let process = format!("{cluster}/{server}");
        let id = self.talk.world.process(&process).ok_or("no such server")?;
        match kind {
            "stop_server" => self.talk.give(Input::Stop { process })?,
            "kill_server" => self.talk.give(Input::Crash { process, lose_disk: false })?,
            "start_server" => self.talk.give(Input::Restart { process })?,
            other => return Err(format!("the fault {other} is not simulated yet")),
        }
        let starts = kind == "start_server";
        let done = self.talk.wait(Span::secs(20), |talk| {
            let up = talk.world.sim().state(id) != Some(ProcState::Down);
            up == starts && (!starts || talk.has_recovered())
        });
        if !done {
            return Err("the fault does not come to an end".into());
        }
        self.talk.pass(Span::millis(500));
        Ok(Found::default())
    }

    /// The leaf connection between two clusters breaks and cannot come back, or may.
    fn link_fault(&mut self, step: &Value, cut: bool) -> Outcome {
        let end = |name: &str| Ok::<_, String>(text(step, name).ok_or("no end")?.to_owned());
        let (a, b) = (end("from")?, end("to")?);
        self.talk.give(if cut { Input::Cut { a, b } } else { Input::Heal { a, b } })?;
        let up = |talk: &mut Talk| talk.world.servers().any(|(_, _, s)| s.leafs().next().is_some());
        if !self.talk.wait(Span::secs(20), |talk| up(talk) != cut) {
            return Err("the fault does not come to an end".into());
        }
        self.talk.pass(Span::millis(500));
        Ok(Found::default())
    }
}
