//! The connection of a client: made, lost, made again with the next server.

use crate::kernel::{ConnId, Context, ProcId, TimerId};
use crate::nats::protocol::{ClientOp, ConnectOptions, ServerOp};
use crate::server::{CLIENT_PORT, Frame};

use super::operation::Sending;
use super::{CONNECT_TIMEOUT, Client, Host, Note, RECONNECT_WAIT, Timer};

/// How a client is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    /// Not.
    None,
    /// It has asked for a connection, or waits for the server to say who it is.
    Dialling { conn: ConnId, server: ProcId, timeout: TimerId },
    /// It is.
    Up { conn: ConnId, server: ProcId },
}

impl Client {
    /// The server it is connected to.
    pub fn connected_to(&self) -> Option<ProcId> {
        match self.connection {
            Connection::Up { server, .. } => Some(server),
            Connection::None | Connection::Dialling { .. } => None,
        }
    }

    /// The server it is trying to connect to.
    pub fn connecting_to(&self) -> Option<ProcId> {
        match self.connection {
            Connection::Dialling { server, .. } => Some(server),
            Connection::None | Connection::Up { .. } => None,
        }
    }

    /// Tries the next server.
    pub(super) fn connect<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        if self.connection != Connection::None || self.config.servers.is_empty() {
            return;
        }
        let server = self.config.servers[self.next_server % self.config.servers.len()];
        self.next_server += 1;
        let conn = cx.dial(server, CLIENT_PORT);
        let timeout = cx.set_timer(CONNECT_TIMEOUT, Timer::ConnectLate(conn).into());
        self.connection = Connection::Dialling { conn, server, timeout };
    }

    pub(super) fn connect_late<H: Host>(&mut self, cx: &mut Context<'_, H>, conn: ConnId) {
        if let Connection::Dialling { conn: dialled, server, .. } = self.connection
            && dialled == conn
        {
            cx.close(conn);
            self.lost(cx, server, "no answer in time");
        }
    }

    /// The socket is open; the server speaks first.
    pub(super) fn opened<H: Host>(
        &mut self,
        _cx: &mut Context<'_, H>,
        _conn: ConnId,
        _peer: ProcId,
    ) {
    }

    pub(super) fn closed<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        peer: ProcId,
        why: &'static str,
    ) {
        match self.connection {
            Connection::Up { conn: ours, .. } if ours == conn => self.lost(cx, peer, why),
            Connection::Dialling { conn: ours, timeout, .. } if ours == conn => {
                cx.cancel_timer(timeout);
                self.lost(cx, peer, why);
            }
            _ => {}
        }
    }

    fn lost<H: Host>(&mut self, cx: &mut Context<'_, H>, server: ProcId, why: &'static str) {
        self.connection = Connection::None;
        let note = cx.note(Note::Disconnected { server, why }.into());
        cx.because(note);
        cx.set_timer(RECONNECT_WAIT, Timer::Reconnect.into());
    }

    /// What the server says.
    pub(super) fn server_op<H: Host>(
        &mut self,
        cx: &mut Context<'_, H>,
        conn: ConnId,
        op: ServerOp,
    ) {
        match op {
            ServerOp::Info(info) => {
                let Connection::Dialling { conn: dialled, server, timeout } = self.connection
                else {
                    return;
                };
                if dialled != conn {
                    return;
                }
                cx.cancel_timer(timeout);
                self.connection = Connection::Up { conn, server };
                self.max_payload = info.max_payload as u64;
                let note = cx.note(Note::Connected { server }.into());
                cx.because(note);
                let options = ConnectOptions::client(&self.config.name);
                self.say(cx, ClientOp::Connect(Box::new(options)));
                self.resume_operations(cx);
            }
            ServerOp::Ping => {
                self.say(cx, ClientOp::Pong);
            }
            ServerOp::Msg { sid, message } => self.received(cx, &sid, message),
            ServerOp::Pong => self.ponged(cx),
            ServerOp::Ok | ServerOp::Err(_) => {}
        }
    }

    /// Says something to the server. Without a connection it is lost; operations know how to wait.
    pub(super) fn say<H: Host>(&self, cx: &mut Context<'_, H>, op: ClientOp) -> Sending {
        match self.connection {
            Connection::Up { conn, .. } => {
                cx.send(conn, Frame::Client(op));
                Sending::Sent
            }
            Connection::None | Connection::Dialling { .. } => Sending::NotConnected,
        }
    }
}
