//! What can be asked of the servers.

use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const SERVER: Command = Command {
    aliases: &["srv", "sys", "system"],
    subs: &[LS, INFO, REPORT],
    ..Command::new(
        "server",
        "Look at the servers",
        &[
            "The real CLI asks the servers with messages of the system account. There is no system",
            "account to log in to here: these commands look at the simulation itself, send nothing",
            "and also show servers that cannot answer.",
            "All clusters are shown, as a real system account sees them that leaf links join as well.",
        ],
    )
};

const LS: Command = Command {
    aliases: &["list"],
    verb: Some(Verb::ServerLs),
    args: &[Arg::new("expect", Kind::Number, "Accepted; all servers are known")],
    flags: &[&[Flag::new("json", Kind::Switch, "Print JSON").short('j')]],
    ..Command::new("ls", "List the servers", &[])
};

const INFO: Command = Command {
    aliases: &["i"],
    verb: Some(Verb::ServerInfo),
    args: &[Arg::required("server", Kind::Server, "The server's name")],
    ..Command::new("info", "Show one server", &[])
};

const REPORT: Command = Command {
    aliases: &["rep"],
    subs: &[JETSTREAM, CONNECTIONS],
    flags: &[&[Flag::new("reverse", Kind::Switch, "Sort the other way round").short('R')]],
    ..Command::new("report", "Compare the servers", &[])
};

/// What says which servers to show.
const WHICH: &[Flag] = &[
    Flag::new("host", Kind::Server, "Only this server"),
    Flag::new("cluster", Kind::Text, "Only the servers of this cluster"),
];

const LIMIT: Arg = Arg::new("limit", Kind::Number, "Accepted; all servers are known");

const JETSTREAM: Command = Command {
    aliases: &["jsz", "js"],
    verb: Some(Verb::ReportJetStream),
    args: &[LIMIT],
    flags: &[
        WHICH,
        &[
            Flag::new(
                "sort",
                Kind::OneOf(&[
                    "name",
                    "cluster",
                    "streams",
                    "consumers",
                    "msgs",
                    "mbytes",
                    "bytes",
                    "mem",
                    "file",
                    "store",
                ]),
                "Sort by",
            )
            .default("cluster"),
            Flag::new("compact", Kind::Toggle, "Accepted; names are shown as they are"),
        ],
    ],
    ..Command::new("jetstream", "Compare what the servers keep, and show the meta group", &[])
};

const CONNECTIONS: Command = Command {
    aliases: &["conn", "connz", "conns"],
    verb: Some(Verb::ReportConnections),
    args: &[LIMIT],
    flags: &[
        WHICH,
        &[
            Flag::new("sort", Kind::OneOf(&["subs", "cid"]), "What they are sorted by")
                .default("subs"),
            Flag::new("top", Kind::Number, "At most so many").default("1000"),
        ],
    ],
    ..Command::new("connections", "List the connections of clients", &[])
};
