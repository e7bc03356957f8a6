//! The outside of a case: its connections to the servers, what was said on them, and time.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;
use windtunnel::kernel::{ProcState, Span};
use windtunnel::nats::Message;
use windtunnel::nats::codec::{write_client_op, write_server_op};
use windtunnel::nats::json::to_value;
use windtunnel::nats::protocol::{ClientOp, ServerOp};
use windtunnel::world::{Input, World};

/// A subscription of a case, and what came for it, with the order of its arrival.
pub(super) struct Sub {
    pub(super) conn: String,
    pub(super) sid: String,
    pub(super) queue: VecDeque<(u64, Message)>,
}

/// A connection of a case, and what came on it.
#[derive(Default)]
pub(super) struct Conn {
    pub(super) client: String,
    pub(super) read: usize,
    pub(super) raw: bool,
    pub(super) lines: VecDeque<String>,
    pub(super) errors: VecDeque<String>,
    pub(super) info: Value,
    pub(super) pongs: u64,
}

/// A world with the connections of a case.
pub(super) struct Talk {
    pub(super) world: World,
    pub(super) conns: BTreeMap<String, Conn>,
    pub(super) subs: BTreeMap<String, Sub>,
    pub(super) counter: u64,
}

impl Talk {
    pub(super) fn with(world: World) -> Self {
        Self { world, conns: BTreeMap::new(), subs: BTreeMap::new(), counter: 0 }
    }

    pub(super) fn give(&mut self, input: Input) -> Result<(), String> {
        self.world.give(&input).map(|_| ()).map_err(|error| error.to_string())
    }

    pub(super) fn is_closed(&self, client: &str) -> bool {
        let wire = self.world.process(client).and_then(|process| self.world.wire(process));
        wire.is_none_or(|wire| wire.is_closed())
    }

    /// Takes in what the servers said.
    pub(super) fn pump(&mut self) {
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
                    ServerOp::Info(info) => conn.info = to_value(&info),
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
    pub(super) fn wait(&mut self, limit: Span, mut until: impl FnMut(&mut Self) -> bool) -> bool {
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

    pub(super) fn pass(&mut self, span: Span) {
        self.world.run_until(self.world.now() + span);
        self.pump();
    }

    pub(super) fn say(&mut self, conn: &str, op: &ClientOp) -> Result<(), String> {
        let mut bytes = Vec::new();
        write_client_op(op, &mut bytes);
        self.send(conn, bytes)
    }

    pub(super) fn send(&mut self, conn: &str, bytes: Vec<u8>) -> Result<(), String> {
        let client = self.conns.get(conn).ok_or("no such connection")?.client.clone();
        self.give(Input::Bytes { client, bytes })
    }

    /// Waits until the server has processed what was said.
    pub(super) fn flush(&mut self, conn: &str) -> Result<(), String> {
        let pongs = self.conns.get(conn).ok_or("no such connection")?.pongs;
        let client = self.conns[conn].client.clone();
        self.say(conn, &ClientOp::Ping)?;
        let answered =
            self.wait(Span::secs(5), |run| run.conns[conn].pongs > pongs || run.is_closed(&client));
        if answered { Ok(()) } else { Err("the server does not answer a PING".into()) }
    }

    pub(super) fn add_sub(
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

    /// The next message of these subscriptions, by the order of arrival.
    pub(super) fn next(&mut self, subs: &[String], skip: bool) -> Option<Message> {
        for sub in subs {
            let queue = &mut self.subs.get_mut(sub)?.queue;
            while skip && queue.front().is_some_and(|(_, message)| is_heartbeat(message)) {
                queue.pop_front();
            }
        }
        let first = subs.iter().filter_map(|s| Some((self.subs[s].queue.front()?.0, s))).min()?.1;
        self.subs.get_mut(first)?.queue.pop_front().map(|(_, message)| message)
    }

    /// Whether all routes and leaf links are up and, where there is a quorum, the meta group has a leader.
    pub(super) fn has_recovered(&self) -> bool {
        let up: Vec<_> =
            self.world.servers().filter(|(_, state, _)| *state == ProcState::Up).collect();
        up.iter().all(|(_, _, server)| {
            let members = &server.config().members;
            let here = up.iter().filter(|(id, ..)| members.iter().any(|(m, _)| m == id)).count();
            let quorum = here * 2 > members.len();
            let led = server.meta().is_none_or(|meta| !quorum || meta.leader().is_some());
            let hubs = server.config().leafs.len();
            let joined = server.leafs().filter(|leaf| leaf.is_spoke).count();
            led && server.routes().count() + 1 == here && joined == hubs
        })
    }
}

fn is_heartbeat(message: &Message) -> bool {
    message
        .status()
        .is_some_and(|(status, text)| status == 100 && text.starts_with("Idle Heartbeat"))
}
