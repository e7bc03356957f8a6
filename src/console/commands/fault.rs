//! What this console has and the real CLI has not: faults, links, and what the world consists of.

use super::{Arg, Command, Flag, Harm, Kind, Verb};

const LOSE_DISK: Flag = Flag::new("lose-disk", Kind::Switch, "What is on its disk is lost as well");
const LED: Arg = Arg::new("stream", Kind::Led, "After leader: STREAM or CLUSTER/STREAM");
const ONE_END: Arg = Arg::required("a", Kind::End(&[]), "One end: a process or a cluster");
const OTHER_END: Arg = Arg::required("b", Kind::End(&[]), "The other end");

const LEADER: &str = "'leader STREAM' is the server that leads this stream; with several clusters";
const LEADER_2: &str =
    "'leader CLUSTER/STREAM' or --domain says which. A server is CLUSTER/SERVER.";
const ENDS: &str = "A cluster's name stands for all its servers.";

pub(super) const FAULT: Command = Command {
    subs: &[
        CRASH, POWER_CUT, STOP, RESTART, PAUSE, RESUME, DARK, SLOW_DISK, CLOCK, CUT, BLACK_HOLE,
        BLOCK, PARTITION, LOSE_ACK, DUPLICATE, WIN, SPLIT_VOTE, LS, HEAL, REMOVE,
    ],
    own: true,
    ..Command::new(
        "fault",
        "Let processes die or freeze, cut links, spoil disks and clocks, and heal all of it",
        &[
            "The world is told, and nothing is sent. In Windtunnel only: the real CLI cannot do it.",
            "It is the same as clicking it on the page; such a click is written down as this line.",
        ],
    )
};

const CRASH: Command = Command {
    verb: Some(Verb::Fault(Harm::Crash)),
    args: &[Arg::required("process", Kind::End(&["leader"]), "A server, an app or a cluster"), LED],
    flags: &[&[LOSE_DISK]],
    ..Command::new("crash", "A process dies without warning", &[LEADER, LEADER_2])
};

const POWER_CUT: Command = Command {
    verb: Some(Verb::Fault(Harm::PowerCut)),
    args: &[Arg::required("server", Kind::Member(&["leader"]), "A server or a cluster"), LED],
    ..Command::new(
        "power-cut",
        "The power of a server fails: it dies, and what was not flushed to its disk is lost",
        &[
            "A server writes before it acknowledges, but has the disk flushed every two minutes only;",
            "a process that is killed loses nothing of it. The list of streams is not lost.",
            LEADER,
            LEADER_2,
        ],
    )
};

const SLOW_DISK: Command = Command {
    verb: Some(Verb::Fault(Harm::SlowDisk)),
    args: &[
        Arg::required("server", Kind::Machine, "A server or a cluster"),
        Arg::required("latency", Kind::Duration, "How long a write takes; 0s: as fast as others"),
    ],
    ..Command::new(
        "slow-disk",
        "A server's disk takes long for every write to a stream in files",
        &["Its acknowledgements come late, and those of a leader for whose quorum it is needed."],
    )
};

const CLOCK: Command = Command {
    verb: Some(Verb::Fault(Harm::Clock)),
    args: &[
        Arg::required("server", Kind::Machine, "A server or a cluster"),
        Arg::required("offset", Kind::Duration, "How far it is ahead; 0s: it is right again"),
    ],
    flags: &[&[Flag::new("behind", Kind::Switch, "It is behind by as much instead")]],
    ..Command::new(
        "clock",
        "A server's clock is ahead or behind",
        &[
            "Streams stamp messages with it, and drop what is too old by it. Elections do not care:",
            "they count time by another clock, which only ever runs.",
        ],
    )
};

const BLACK_HOLE: Command = Command {
    verb: Some(Verb::Fault(Harm::BlackHole)),
    args: &[ONE_END, OTHER_END],
    ..Command::new(
        "black-hole",
        "Nothing passes in either direction, and nobody notices",
        &["Unlike 'cut', which resets connections. What was sent arrives when it is healed.", ENDS],
    )
};

const PARTITION: Command = Command {
    verb: Some(Verb::Fault(Harm::Partition)),
    args: &[
        Arg::required("side", Kind::Side, "One side: names with commas between"),
        Arg::required("other", Kind::Side, "The other side"),
        Arg::new("third", Kind::Side, "A third side"),
    ],
    flags: &[&[Flag::new("silent", Kind::Switch, "Nobody notices: a black hole, not a cut")]],
    ..Command::new(
        "partition",
        "Nothing passes between two sides, such as n1 and n2,n3",
        &[
            "Who is on no side is not concerned: an app that is to be cut off has to be named.",
            ENDS,
        ],
    )
};

const LOSE_ACK: Command = Command {
    verb: Some(Verb::Fault(Harm::LoseAck)),
    args: &[Arg::required("app", Kind::Client, "The app")],
    ..Command::new(
        "lose-ack",
        "The next acknowledgement to an app, or from it, gets lost",
        &[
            "That of a publish, or of a message that a worker has done. On a real network the",
            "connection would break with it; here only the acknowledgement is gone.",
        ],
    )
};

const DUPLICATE: Command = Command {
    verb: Some(Verb::Fault(Harm::Duplicate)),
    args: &[Arg::required("app", Kind::Client, "The app")],
    ..Command::new(
        "duplicate",
        "An app sends its next message twice, as if it had tried again",
        &["No TCP connection doubles anything by itself: it is applications that do."],
    )
};

const WIN: Command = Command {
    verb: Some(Verb::Fault(Harm::Win)),
    args: &[
        Arg::required("server", Kind::Member(&[]), "A server"),
        Arg::new("stream", Kind::Stream, "Of this stream only; else of all in its cluster"),
    ],
    ..Command::new(
        "win",
        "A server wins the next election, if the others may vote for it at all",
        &[
            "It waits 4 s for a leader, the others 9 s: both happen by chance as well. It causes no",
            "election; crash the leader for that.",
        ],
    )
};

const SPLIT_VOTE: Command = Command {
    verb: Some(Verb::Fault(Harm::SplitVote)),
    args: &[
        Arg::required("cluster", Kind::Cluster, "The cluster"),
        Arg::new("stream", Kind::Stream, "Of this stream only; else of all in the cluster"),
    ],
    ..Command::new(
        "split-vote",
        "At the next election all campaign at the same moment, and nobody wins at first",
        &["It causes no election; crash the leader for that."],
    )
};

const LS: Command = Command {
    verb: Some(Verb::Fault(Harm::Ls)),
    ..Command::new("ls", "List what is broken now, and what waits to happen", &[])
};

const STOP: Command = Command {
    verb: Some(Verb::Fault(Harm::Stop)),
    args: &[Arg::required("server", Kind::Member(&["leader"]), "A server or a cluster"), LED],
    ..Command::new("stop", "A server hands over what it leads, then ends", &[LEADER, LEADER_2])
};

const RESTART: Command = Command {
    verb: Some(Verb::Fault(Harm::Restart)),
    args: &[Arg::required("process", Kind::End(&[]), "A server, an app or a cluster")],
    ..Command::new("restart", "A dead process starts again", &[])
};

const PAUSE: Command = Command {
    verb: Some(Verb::Fault(Harm::Pause)),
    args: &[Arg::required("process", Kind::End(&["leader"]), "A server, an app or a cluster"), LED],
    ..Command::new("pause", "A process freezes", &[LEADER, LEADER_2])
};

const RESUME: Command = Command {
    verb: Some(Verb::Fault(Harm::Resume)),
    args: &[Arg::required("process", Kind::End(&[]), "A server, an app or a cluster")],
    ..Command::new("resume", "A frozen process goes on", &[])
};

const DARK: Command = Command {
    verb: Some(Verb::Fault(Harm::Dark)),
    args: &[Arg::required("cluster", Kind::Cluster, "The cluster")],
    flags: &[&[LOSE_DISK]],
    ..Command::new("dark", "All servers of a cluster die at once", &[])
};

const CUT: Command = Command {
    verb: Some(Verb::Fault(Harm::Cut)),
    args: &[ONE_END, OTHER_END],
    ..Command::new("cut", "A link is cut: connections close, and both ends notice", &[ENDS])
};

const BLOCK: Command = Command {
    verb: Some(Verb::Fault(Harm::Block)),
    args: &[
        Arg::required("from", Kind::End(&[]), "From here: a process or a cluster"),
        Arg::required("to", Kind::End(&[]), "To here"),
    ],
    ..Command::new("block", "Nothing passes in one direction, and nobody notices", &[ENDS])
};

const HEAL: Command = Command {
    verb: Some(Verb::Fault(Harm::Heal)),
    args: &[
        Arg::required("a", Kind::End(&["all"]), "One end, or all"),
        Arg::new("b", Kind::End(&[]), "The other end"),
    ],
    ..Command::new(
        "heal",
        "A link works again; 'heal all': everything does",
        &[
            "With all, dead processes start, frozen ones go on, disks and clocks are right, and nothing",
            "waits to happen any more.",
            ENDS,
        ],
    )
};

const REMOVE: Command = Command {
    verb: Some(Verb::Fault(Harm::Remove)),
    args: &[Arg::required("app", Kind::Client, "The app")],
    ..Command::new("remove", "An app disconnects and does not come back", &[])
};

pub(super) const LINK: Command = Command {
    verb: Some(Verb::Link),
    args: &[
        Arg::required("a", Kind::End(&["ls"]), "One end, or ls"),
        Arg::new("b", Kind::End(&[]), "The other end"),
    ],
    flags: &[&[
        Flag::new("latency", Kind::Duration, "How long a packet is under way"),
        Flag::new("jitter", Kind::Duration, "At most how much longer"),
        Flag::new("loss", Kind::Percent, "How many packets are lost and sent again"),
        Flag::new("bandwidth", Kind::Bytes, "Bytes a second; 0 for no limit"),
    ]],
    own: true,
    ..Command::new(
        "link",
        "Change a link; 'link ls' lists them as they are now",
        &["What is not named stays as it is. 'link ls END' lists the links of one end.", ENDS],
    )
};

pub(super) const TOPOLOGY: Command = Command {
    aliases: &["topo"],
    verb: Some(Verb::Topology),
    args: &[
        Arg::new(
            "what",
            Kind::OneOf(&["ls", "show", "hub", "chain"]),
            "ls: as tables; show: as JSON; hub or chain: begin another world",
        ),
        Arg::new("servers", Kind::Text, "Of that world: how many servers each cluster has"),
    ],
    own: true,
    ..Command::new(
        "topology",
        "Show the clusters, servers, apps and links of this world, or begin another",
        &[
            "'topology hub 3,1,1': three clusters, of which the second and third are leaves of the first;",
            "'topology chain 3,1,1': each is a leaf of the one before. 1 to 8 clusters of 1 to 5 servers,",
            "each a JetStream domain of its own. It is another page: the way back is the browser's.",
        ],
    )
};
