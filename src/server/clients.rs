//! Client connections: what a client says, and what it is told.

use crate::sorted::Map;
use std::sync::Arc;

use crate::kernel::{ConnId, Context, ProcId, Time};
use crate::nats::protocol::{ClientOp, ConnectOptions, ServerOp, Sid};
use crate::nats::subject::{has_no_empty_token, is_literal, is_valid_pattern};
use crate::nats::{Headers, Message, Subject};

use super::routing::Origin;
use super::{Frame, Host, Note, Server, Target, Timer};

/// How many connections a server remembers that are over (nats-server: 10,000).
const PAST: usize = 100;

/// A connected client as its server knows it.
#[derive(Debug, Clone)]
pub struct ClientConn {
    /// Its process.
    pub peer: ProcId,
    /// Its number on this server.
    pub id: u64,
    /// When it connected.
    pub since: Time,
    /// What it said of itself.
    pub options: ConnectOptions,
    /// Its subscriptions.
    pub subs: Map<Sid, ClientSub>,
    /// How much it has sent and got.
    pub traffic: Traffic,
    /// When it last published, or changed its subscriptions.
    pub active: Time,
    pub(super) pings_out: u32,
    told_account: bool,
}

/// The messages of a client, counted as nats-server's `/connz` does: bytes are those of headers and payload; the
/// 503 for a request that reached nobody does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// How many messages it has published.
    pub in_msgs: u64,
    /// How many bytes these had.
    pub in_bytes: u64,
    /// How many messages it was sent.
    pub out_msgs: u64,
    /// How many bytes these had.
    pub out_bytes: u64,
}

/// A subscription of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSub {
    /// The pattern.
    pub subject: Subject,
    /// The queue group.
    pub queue: Option<Subject>,
    /// After how many messages it ends.
    pub max: Option<u64>,
    /// How many messages it got.
    pub delivered: u64,
}

impl Server {
    pub(super) fn client_opened<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        peer: ProcId,
    ) {
        self.next_client += 1;
        let id = self.next_client;
        let client = ClientConn {
            peer,
            id,
            since: cx.now(),
            options: ConnectOptions::default(),
            subs: Map::new(),
            traffic: Traffic::default(),
            active: cx.now(),
            pings_out: 0,
            told_account: false,
        };
        // Until it says CONNECT, a client is as quiet as one that said so.
        let client = ClientConn {
            options: ConnectOptions { verbose: false, pedantic: false, ..client.options },
            ..client
        };
        self.memory.clients.insert(conn, client);
        cx.send(conn, Frame::Server(ServerOp::Info(Box::new(self.info(id)))));
        cx.set_timer(self.config.settings.ping_interval, Timer::Ping(conn).into());
    }

    pub(super) fn client_closed<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId) {
        let Some(client) = self.memory.clients.remove(&conn) else { return };
        for (sid, sub) in &client.subs {
            let target = Target::Client(conn, Arc::clone(sid));
            self.forget(cx, &sub.subject, sub.queue.as_ref(), &target);
        }
        self.memory.past.push_back((cx.now(), Arc::new(client)));
        if self.memory.past.len() > PAST {
            self.memory.past.pop_front();
        }
    }

    /// Closes a client's connection.
    pub(super) fn drop_client<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId) {
        cx.close(conn);
        self.client_closed(cx, conn);
    }

    /// Tells a client that it did something wrong.
    fn complain<H: Host>(cx: &mut Context<'_, H>, conn: ConnId, text: &str) {
        cx.send(conn, Frame::Server(ServerOp::Err(text.into())));
    }

    pub(super) fn client_op<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        op: ClientOp,
    ) {
        let Some(client) = self.memory.clients.get_mut(&conn) else { return };
        client.pings_out = 0;
        if !matches!(op, ClientOp::Ping | ClientOp::Pong) {
            client.active = cx.now();
        }
        let verbose = client.options.verbose;
        match op {
            ClientOp::Connect(options) => {
                if options.no_responders && !options.headers {
                    Self::complain(cx, conn, "no responders requires headers support");
                    return self.drop_client(cx, conn);
                }
                let verbose = options.verbose;
                client.options = *options;
                if verbose {
                    cx.send(conn, Frame::Server(ServerOp::Ok));
                }
            }
            ClientOp::Ping => {
                cx.send(conn, Frame::Server(ServerOp::Pong));
                if client.options.protocol >= 1
                    && !std::mem::replace(&mut client.told_account, true)
                {
                    let id = client.id;
                    let mut info = self.info(id);
                    info.connect_info = true;
                    info.remote_account = Some("$G".to_owned());
                    cx.send(conn, Frame::Server(ServerOp::Info(Box::new(info))));
                }
            }
            ClientOp::Pong => {}
            ClientOp::Sub { subject, queue, sid } => {
                if !is_valid_pattern(&subject) || queue.as_deref() == Some("_sys_") {
                    return Self::complain(cx, conn, "Invalid Subject");
                }
                if verbose {
                    cx.send(conn, Frame::Server(ServerOp::Ok));
                }
                // A live id keeps its first subscription.
                if client.subs.contains_key(&sid) {
                    return;
                }
                let sub = ClientSub {
                    subject: Arc::clone(&subject),
                    queue: queue.clone(),
                    max: None,
                    delivered: 0,
                };
                client.subs.insert(Arc::clone(&sid), sub);
                self.want(cx, &subject, queue.as_ref(), Target::Client(conn, sid));
            }
            ClientOp::Unsub { sid, max } => {
                if verbose {
                    cx.send(conn, Frame::Server(ServerOp::Ok));
                }
                let Some(sub) = client.subs.get_mut(&sid) else { return };
                match max {
                    Some(max) if max > sub.delivered => sub.max = Some(max),
                    _ => self.unsubscribe(cx, conn, &sid),
                }
            }
            ClientOp::Pub(message) => self.client_publish(cx, conn, &message),
        }
    }

    fn client_publish<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        message: &Message,
    ) {
        self.memory.published += 1;
        let Some(client) = self.memory.clients.get_mut(&conn) else { return };
        let options = &client.options;
        let size = message.size();
        if size > self.config.settings.max_payload {
            Self::complain(cx, conn, "Maximum Payload Violation");
            return self.drop_client(cx, conn);
        }
        if message.headers.is_some() && !options.headers {
            return self.drop_client(cx, conn);
        }
        client.traffic.in_msgs += 1;
        client.traffic.in_bytes += size as u64;
        if options.verbose {
            cx.send(conn, Frame::Server(ServerOp::Ok));
        }
        if let Some(reply) = &message.reply
            && ["_R_.", "$JS.ACK.", "_GR_."].iter().any(|reserved| reply.starts_with(reserved))
        {
            let text = format!("Permissions Violation for Publish with Reply of \"{reply}\"");
            return Self::complain(cx, conn, &text);
        }
        let valid = is_literal(&message.subject) && has_no_empty_token(&message.subject);
        if options.pedantic && !valid {
            Self::complain(cx, conn, "Invalid Publish Subject");
        }
        let (no_responders, echo) = (options.no_responders, options.echo);
        let delivered = self.route_message(cx, message, Origin::Client { conn, echo });
        if delivered == 0 && no_responders {
            self.tell_no_responders(cx, conn, message);
        }
    }

    /// Tells a client that nobody wanted its message, if it waits for a reply itself.
    fn tell_no_responders<H: Host>(
        &self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        message: &Message,
    ) {
        let Some(reply) = &message.reply else { return };
        let Some(client) = self.memory.clients.get(&conn) else { return };
        let waits = client.subs.iter().find(|(_, sub)| {
            sub.queue.is_none() && crate::nats::subject::matches(&sub.subject, reply)
        });
        let Some((sid, _)) = waits else { return };
        let note = cx.note(Note::NoResponders { subject: Arc::clone(&message.subject) }.into());
        let before = cx.because(note);
        let subject = domain_free(&message.subject, self.config.domain.as_deref());
        let headers = Headers::status_block(503, "", [("Nats-Subject", subject)]);
        let answer = Message {
            subject: Arc::clone(reply),
            reply: None,
            headers: Some(headers),
            payload: bytes::Bytes::new(),
        };
        cx.send(conn, Frame::Server(ServerOp::Msg { sid: Arc::clone(sid), message: answer }));
        cx.because(before);
    }

    fn unsubscribe<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId, sid: &Sid) {
        let Some(client) = self.memory.clients.get_mut(&conn) else { return };
        if let Some(sub) = client.subs.remove(sid) {
            let target = Target::Client(conn, Arc::clone(sid));
            self.forget(cx, &sub.subject, sub.queue.as_ref(), &target);
        }
    }

    /// Delivers a message to a client's subscription.
    pub(super) fn deliver<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        sid: &Sid,
        message: &Message,
    ) -> bool {
        let Some(client) = self.memory.clients.get_mut(&conn) else { return false };
        let Some(sub) = client.subs.get_mut(sid) else { return false };
        sub.delivered += 1;
        let ended = sub.max.is_some_and(|max| sub.delivered >= max);
        let mut message = message.clone();
        if !client.options.headers {
            message.headers = None;
        }
        client.traffic.out_msgs += 1;
        client.traffic.out_bytes += message.size() as u64;
        cx.send(conn, Frame::Server(ServerOp::Msg { sid: Arc::clone(sid), message }));
        if ended {
            self.unsubscribe(cx, conn, sid);
        }
        true
    }
}

/// The subject of an API request, or of a bucket, without the domain in it, as the server itself sees it.
pub(super) fn domain_free(subject: &str, domain: Option<&str>) -> String {
    let rest = domain.and_then(|domain| subject.strip_prefix(&format!("$JS.{domain}.API.")));
    match rest {
        None => subject.to_owned(),
        Some(rest) if is_of_bucket(rest) => rest.to_owned(),
        Some(rest) => format!("$JS.API.{rest}"),
    }
}

/// Whether a subject is one of key-value buckets or object stores, which stand behind a domain's prefix as
/// they are.
pub(super) fn is_of_bucket(subject: &str) -> bool {
    subject.starts_with("$KV.") || subject.starts_with("$OBJ.")
}
