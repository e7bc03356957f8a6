//! The network: links between pairs of processes, and the connections that run over them.
//!
//! A *link* is the way between two processes: latency, jitter, loss, bandwidth, and whether it
//! works. A *connection* is one TCP-like conversation over it: frames arrive complete and in order,
//! or the connection closes. So a lost packet does not lose a frame; it costs a retransmission, and
//! everything behind it waits. A black hole holds frames back until the link heals.

use crate::sorted::Map;
use std::collections::VecDeque;

use super::{ConnId, Digest, EventId, Fold, Port, ProcId, Process, Ratio, Rng, Span, Time};

/// The properties of a link, the same in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkSpec {
    /// How long a packet is under way.
    pub latency: Span,
    /// At most how much longer it takes, drawn evenly for each frame.
    pub jitter: Span,
    /// How likely a packet is lost and must be sent again.
    pub loss: Ratio,
    /// Bytes a second; 0 for no limit.
    pub bandwidth: u64,
}

impl LinkSpec {
    /// A link with this latency and no faults.
    pub const fn latency(latency: Span) -> Self {
        Self { latency, jitter: Span::ZERO, loss: Ratio::ZERO, bandwidth: 0 }
    }
}

impl Default for LinkSpec {
    /// Nothing on the way takes time, and nothing is lost.
    fn default() -> Self {
        Self::latency(Span::ZERO)
    }
}

impl Fold for LinkSpec {
    fn fold(&self, digest: &mut Digest) {
        digest.word(self.latency.0);
        digest.word(self.jitter.0);
        digest.word(u64::from(self.loss.numerator) << 32 ^ u64::from(self.loss.denominator));
        digest.word(self.bandwidth);
    }
}

/// A link between two processes.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its properties.
    pub spec: LinkSpec,
    /// Whether it is cut: connections close, new ones are refused.
    pub cut: bool,
    /// Whether it is a black hole, from the lower to the higher process and the other way.
    pub blocked: [bool; 2],
}

impl Link {
    /// Whether anything is wrong with it.
    pub fn is_faulty(&self) -> bool {
        self.cut || self.blocked != [false; 2]
    }
}

/// What travels on a connection.
#[derive(Debug, Clone)]
pub(super) enum Parcel<P: Process> {
    Open,
    Accepted,
    Refused,
    Frame { sent: EventId, frame: P::Frame },
    Closed,
}

/// A connection between two processes.
#[derive(Debug, Clone)]
pub struct Conn<P: Process> {
    /// The two processes; the first one dialled.
    pub ends: [ProcId; 2],
    /// What it was dialled for.
    pub port: Port,
    /// Which of the two consider it open.
    pub open: [bool; 2],
    /// Which of the two have closed it or died, and want to hear nothing more.
    pub(super) gone: [bool; 2],
    pub(super) dialled: EventId,
    /// For each end: when the last parcel it sent arrives; nothing overtakes it.
    last_arrival: [Time; 2],
    /// For each end: when what it sent last has left, on a link with a bandwidth.
    free_at: [Time; 2],
    /// For each end: what it sent into a black hole.
    pub(super) held: [VecDeque<Parcel<P>>; 2],
}

impl<P: Process> Conn<P> {
    /// Which end this process is, 0 or 1.
    pub fn side(&self, process: ProcId) -> usize {
        usize::from(self.ends[0] != process)
    }

    /// The process at the other end.
    pub fn peer(&self, process: ProcId) -> ProcId {
        self.ends[1 - self.side(process)]
    }
}

/// All links and connections.
#[derive(Debug, Clone)]
pub(super) struct Net<P: Process> {
    pub(super) links: Map<(ProcId, ProcId), Link>,
    pub(super) conns: Map<ConnId, Conn<P>>,
    default: LinkSpec,
    next_conn: u64,
    rng: Rng,
}

impl<P: Process> Net<P> {
    pub(super) fn new(rng: Rng, default: LinkSpec) -> Self {
        Self { links: Map::new(), conns: Map::new(), default, next_conn: 0, rng }
    }

    /// The link between two processes, whichever is named first.
    pub(super) fn link(&self, a: ProcId, b: ProcId) -> Option<&Link> {
        self.links.get(&(a.min(b), a.max(b)))
    }

    /// The link between two processes, made with the default properties if there is none yet.
    pub(super) fn link_mut(&mut self, a: ProcId, b: ProcId) -> &mut Link {
        let spec = self.default;
        self.links.entry((a.min(b), a.max(b))).or_insert(Link {
            spec,
            cut: false,
            blocked: [false; 2],
        })
    }

    /// Whether packets from one process to another vanish.
    pub(super) fn is_blocked(&self, from: ProcId, to: ProcId) -> bool {
        self.link(from, to).is_some_and(|link| link.blocked[usize::from(from > to)])
    }

    pub(super) fn is_cut(&self, a: ProcId, b: ProcId) -> bool {
        self.link(a, b).is_some_and(|link| link.cut)
    }

    pub(super) fn dial(
        &mut self,
        from: ProcId,
        to: ProcId,
        port: Port,
        dialled: impl FnOnce(ConnId) -> EventId,
    ) -> ConnId {
        let id = ConnId(self.next_conn);
        self.next_conn += 1;
        let dialled = dialled(id);
        self.conns.insert(
            id,
            Conn {
                ends: [from, to],
                port,
                open: [false; 2],
                gone: [false; 2],
                dialled,
                last_arrival: [Time::ZERO; 2],
                free_at: [Time::ZERO; 2],
                held: [VecDeque::new(), VecDeque::new()],
            },
        );
        id
    }

    /// When a parcel of `len` bytes that leaves now arrives, and how often it is lost before.
    pub(super) fn schedule(
        &mut self,
        now: Time,
        conn: ConnId,
        from: ProcId,
        len: u64,
    ) -> Option<(Time, u32)> {
        let conn = self.conns.get_mut(&conn)?;
        let side = conn.side(from);
        let (a, b) = (conn.ends[0].min(conn.ends[1]), conn.ends[0].max(conn.ends[1]));
        let spec = self.links.get(&(a, b)).map_or(self.default, |link| link.spec);
        let mut leaves = now;
        if spec.bandwidth > 0 {
            let takes = u128::from(len) * 1_000_000_000 / u128::from(spec.bandwidth);
            leaves = now.max(conn.free_at[side]) + Span(u64::try_from(takes).unwrap_or(u64::MAX));
            conn.free_at[side] = leaves;
        }
        let mut arrival = leaves + spec.latency;
        if spec.jitter > Span::ZERO {
            arrival += Span(self.rng.below(spec.jitter.0 + 1));
        }
        let mut lost = 0;
        // Eight losses in a row is where we stop drawing: TCP itself would be about to give up.
        while lost < 8 && self.rng.chance(spec.loss) {
            arrival += retransmission_timeout(spec.latency, lost);
            lost += 1;
        }
        let arrival = arrival.max(conn.last_arrival[side]);
        conn.last_arrival[side] = arrival;
        Some((arrival, lost))
    }
}

/// How long a sender waits before it sends a lost packet again: at least 200 ms as Linux does, and
/// twice as long with every loss.
fn retransmission_timeout(latency: Span, lost: u32) -> Span {
    Span::millis(200).max(latency * 2) * (1 << lost)
}
