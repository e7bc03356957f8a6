//! A connection from outside the simulation: bytes in, bytes out. The conformance tests, and real
//! NATS clients through the bridge, speak through one of these.

use crate::kernel::{ConnId, Context, ProcId};
use crate::nats::codec::{ClientParser, ProtocolError};
use crate::nats::protocol::ServerOp;
use crate::server::{CLIENT_PORT, Frame};

use super::Host;

/// A connection from outside.
#[derive(Debug, Clone)]
pub struct Wire {
    server: ProcId,
    /// The largest message that the server takes.
    max_payload: usize,
    conn: Option<ConnId>,
    open: bool,
    parser: ClientParser,
    /// Bytes that came before the connection was up.
    waiting: Vec<u8>,
    /// What the server said and nobody has taken note of.
    out: Vec<ServerOp>,
    /// How many operations before these were taken note of.
    forgotten: usize,
    /// Whether the connection is over.
    closed: bool,
}

impl Wire {
    /// A connection to this server, which takes messages of so many bytes; made when the process
    /// starts.
    pub fn new(server: ProcId, max_payload: usize) -> Self {
        Self {
            server,
            max_payload,
            conn: None,
            open: false,
            parser: ClientParser::new(max_payload),
            waiting: Vec::new(),
            out: Vec::new(),
            forgotten: 0,
            closed: false,
        }
    }

    /// Whether the server has closed the connection, or it could not be made.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// What the server has said, from its n-th operation on (counted from 0).
    pub fn said_since(&self, n: usize) -> &[ServerOp] {
        self.out.get(n.saturating_sub(self.forgotten)..).unwrap_or_default()
    }

    /// How much the server has said.
    pub fn said(&self) -> usize {
        self.forgotten + self.out.len()
    }

    /// Somebody outside has read the first `n` operations; they need not be kept.
    pub fn forget(&mut self, n: usize) {
        let gone = n.saturating_sub(self.forgotten).min(self.out.len());
        self.out.drain(..gone);
        self.forgotten += gone;
    }

    /// The process starts. Every start is a new connection that knows nothing of the one before.
    pub fn start<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        *self = Self::new(self.server, self.max_payload);
        self.conn = Some(cx.dial(self.server, CLIENT_PORT));
    }

    /// The process ends.
    pub fn crash(&mut self) {
        self.closed = true;
        self.open = false;
    }

    /// The connection is up.
    pub fn opened<H: Host>(&mut self, cx: &mut Context<'_, H>) {
        self.open = true;
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes(cx, &waiting);
    }

    /// The connection is gone.
    pub fn connection_closed(&mut self) {
        self.closed = true;
        self.open = false;
    }

    /// The server said something.
    pub fn frame(&mut self, frame: Frame) {
        if let Frame::Server(op) = frame {
            self.out.push(op);
        }
    }

    /// Bytes come from outside. What is wrong with them the server would notice; it is noticed
    /// here, where they are read, and answered in the server's words.
    pub fn bytes<H: Host>(&mut self, cx: &mut Context<'_, H>, bytes: &[u8]) {
        if self.closed {
            return;
        }
        if !self.open {
            self.waiting.extend_from_slice(bytes);
            return;
        }
        self.parser.feed(bytes);
        loop {
            match self.parser.read() {
                Ok(Some(op)) => {
                    if let Some(conn) = self.conn {
                        cx.send(conn, Frame::Client(op));
                    }
                }
                Ok(None) => return,
                Err(error) => return self.fail(cx, &error),
            }
        }
    }

    fn fail<H: Host>(&mut self, cx: &mut Context<'_, H>, error: &ProtocolError) {
        if let Some(text) = error.wire_text() {
            self.out.push(ServerOp::Err(text.into()));
        }
        if let Some(conn) = self.conn.take() {
            cx.close(conn);
        }
        self.connection_closed();
    }
}
