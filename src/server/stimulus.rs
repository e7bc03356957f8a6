//! What can happen to a server: the kernel's stimuli in its own terms.

use crate::kernel::{ConnId, Port, ProcId, Process, Stimulus};

use super::{Condition, Frame, Timer};

/// What can happen to a server.
#[derive(Debug, Clone)]
pub enum ServerStimulus {
    /// A connection is up.
    Opened {
        /// The connection.
        conn: ConnId,
        /// The other end.
        peer: ProcId,
        /// What it was dialled for: by a client, a server of the cluster or a leaf.
        port: Port,
        /// Whether this server dialled it.
        dialled: bool,
    },
    /// A connection is gone.
    Closed {
        /// The connection.
        conn: ConnId,
        /// The other end.
        peer: ProcId,
    },
    /// A frame came.
    Frame {
        /// The connection.
        conn: ConnId,
        /// The frame.
        frame: Frame,
    },
    /// A timer fired.
    Timer(Timer),
    /// The server is to stop in an orderly way.
    Stop,
    /// Something about its machine or its luck changes.
    Condition(Condition),
}

impl ServerStimulus {
    /// What a kernel stimulus means for a server; none for inputs, which the owner translates.
    pub fn from_kernel<P: Process<Frame = Frame>>(
        stimulus: Stimulus<P>,
        timer: impl FnOnce(P::Timer) -> Option<Timer>,
    ) -> Option<Self> {
        Some(match stimulus {
            Stimulus::Opened { conn, peer, port, dialled } => {
                Self::Opened { conn, peer, port, dialled }
            }
            Stimulus::Closed { conn, peer, .. } => Self::Closed { conn, peer },
            Stimulus::Frame { conn, frame } => Self::Frame { conn, frame },
            Stimulus::Timer(at) => Self::Timer(timer(at)?),
            Stimulus::Input(_) => return None,
        })
    }
}
