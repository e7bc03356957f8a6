//! Inputs: everything that enters a world from outside, as data. Topology, seed and the log of
//! inputs are a whole session.

use serde::{Deserialize, Serialize};

use crate::client::{Behaviour, Call};
use crate::kernel::LinkSpec;

use super::topology::ClientSpec;

/// Something from outside. Servers are named `cluster/server`, clients by their name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
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
        #[serde(with = "serde_bytes_base64")]
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
        /// Which server or client.
        process: String,
        /// Whether its disk is lost with it.
        #[serde(default)]
        lose_disk: bool,
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
    /// All links work again, all dead processes start, all frozen ones go on.
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

/// Bytes as base64 text in JSON.
mod serde_bytes_base64 {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(d)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
