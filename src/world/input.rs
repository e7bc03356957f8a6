//! Inputs: everything that enters a world from outside, as data. Topology, seed and the log of
//! inputs are a whole session.

use crate::client::{Behaviour, Call};
use crate::kernel::{LinkSpec, Span};

use super::topology::ClientSpec;

/// Something from outside. Servers are named `cluster/server`, clients by their name.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A client is asked to do something.
    Call {
        /// Which client.
        client: String,
        /// What.
        call: Call,
    },
    /// A client appears and connects.
    AddClient(ClientSpec),
    /// A client disconnects and is gone for good. What it did stays in the trace.
    RemoveClient {
        /// Which client.
        client: String,
    },
    /// What a client does by itself changes: its knobs are turned, it is switched on or off.
    SetBehaviour {
        /// Which client.
        client: String,
        /// What it does from now on.
        behaviour: Behaviour,
    },
    /// A knob of what a client does by itself is turned: see [`Behaviour::set`].
    SetKnob {
        /// Which client.
        client: String,
        /// Which knob.
        knob: String,
        /// To what, as text.
        value: String,
    },
    /// Bytes come from a connection outside the simulation, for its [`super::Role::Wire`] client.
    Bytes {
        /// Which client.
        client: String,
        /// What it sends.
        bytes: Vec<u8>,
    },
    /// Somebody outside has read what the server said to a [`super::Role::Wire`] client.
    Read {
        /// Which client.
        client: String,
        /// How many operations, from the first.
        operations: u64,
    },
    /// A process dies without warning.
    Crash {
        /// Which server or client; a cluster stands for all its servers, here and in what follows.
        process: String,
        /// Whether its disk is lost with it.
        lose_disk: bool,
    },
    /// The power of a server fails: what its disk had not been told to keep for good is lost with it.
    PowerCut {
        /// Which server.
        process: String,
    },
    /// A server is asked to stop in an orderly way: it hands over what it leads, then ends.
    Stop {
        /// Which server.
        process: String,
    },
    /// A dead process starts again.
    Restart {
        /// Which server or client.
        process: String,
    },
    /// A process freezes.
    Pause {
        /// Which server or client.
        process: String,
    },
    /// A frozen process goes on.
    Resume {
        /// Which server or client.
        process: String,
    },
    /// The disk of a server takes so long for whatever is written.
    SlowDisk {
        /// Which server.
        process: String,
        /// How long; zero for a good disk.
        latency: Span,
    },
    /// The clock of a server is wrong.
    Clock {
        /// Which server.
        process: String,
        /// By how many nanoseconds it is ahead; behind, if negative.
        ahead: i64,
    },
    /// The next acknowledgement to or from a client gets lost.
    LoseAck {
        /// Which client.
        client: String,
    },
    /// A client sends the next message that it publishes twice, as if it tried again.
    Duplicate {
        /// Which client.
        client: String,
    },
    /// A server wins the next election of a leader, if it may at all.
    Favour {
        /// Which server.
        process: String,
        /// Of this stream; without it, of everything in its cluster.
        stream: Option<String>,
    },
    /// At the next election of a leader all campaign at once, so that nobody wins at first.
    SplitVote {
        /// In which cluster.
        cluster: String,
        /// Of this stream; without it, of everything there.
        stream: Option<String>,
    },
    /// Nothing passes between processes of different sides any more.
    Partition {
        /// The sides: names of processes and clusters.
        sides: Vec<Vec<String>>,
        /// Whether nobody notices. Otherwise connections close, and both ends do.
        silent: bool,
    },
    /// The link between two processes is cut; both notice.
    Cut {
        /// One end.
        a: String,
        /// The other.
        b: String,
    },
    /// Nothing passes from one process to another any more, and nobody notices.
    Block {
        /// From here …
        from: String,
        /// … to here.
        to: String,
    },
    /// The link between two processes works again.
    Heal {
        /// One end.
        a: String,
        /// The other.
        b: String,
    },
    /// All links work again, all dead processes start, all frozen ones go on, disks are fast and clocks
    /// right; nothing waits to happen any more.
    HealAll,
    /// The link between two processes has other properties from now on.
    Link {
        /// One end.
        a: String,
        /// The other.
        b: String,
        /// The properties.
        spec: LinkSpec,
    },
}
