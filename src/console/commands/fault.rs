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
    subs: &[CRASH, STOP, RESTART, PAUSE, RESUME, DARK, CUT, BLOCK, HEAL, REMOVE],
    own: true,
    ..Command::new(
        "fault",
        "Let processes die or freeze, cut links, and heal all of it",
        &[
            "The world is told, and nothing is sent. In Windtunnel only: the real CLI cannot do it.",
            "It is the same as clicking it on the page; such a click is written down as this line.",
        ],
    )
};

const CRASH: Command = Command {
    verb: Some(Verb::Fault(Harm::Crash)),
    args: &[Arg::required("process", Kind::Process(&["leader"]), "A server or an app"), LED],
    flags: &[&[LOSE_DISK]],
    ..Command::new("crash", "A process dies without warning", &[LEADER, LEADER_2])
};

const STOP: Command = Command {
    verb: Some(Verb::Fault(Harm::Stop)),
    args: &[Arg::required("server", Kind::Member(&["leader"]), "A server"), LED],
    ..Command::new("stop", "A server hands over what it leads, then ends", &[LEADER, LEADER_2])
};

const RESTART: Command = Command {
    verb: Some(Verb::Fault(Harm::Restart)),
    args: &[Arg::required("process", Kind::Process(&[]), "A server or an app")],
    ..Command::new("restart", "A dead process starts again", &[])
};

const PAUSE: Command = Command {
    verb: Some(Verb::Fault(Harm::Pause)),
    args: &[Arg::required("process", Kind::Process(&["leader"]), "A server or an app"), LED],
    ..Command::new("pause", "A process freezes", &[LEADER, LEADER_2])
};

const RESUME: Command = Command {
    verb: Some(Verb::Fault(Harm::Resume)),
    args: &[Arg::required("process", Kind::Process(&[]), "A server or an app")],
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
        &["With all, dead processes start and frozen ones go on as well.", ENDS],
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
    args: &[Arg::new("what", Kind::OneOf(&["ls", "show"]), "ls: as tables; show: as JSON")],
    own: true,
    ..Command::new("topology", "Show the clusters, servers, apps and links of this world", &[])
};
