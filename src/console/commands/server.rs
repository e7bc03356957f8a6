//! What can be asked of the servers.

use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const SERVER: Command = Command {
    aliases: &["srv", "sys", "system"],
    subs: &[LS, INFO],
    ..Command::new(
        "server",
        "Look at the servers",
        &[
            "The real CLI asks the servers with messages of the system account. There is no system",
            "account to log in to here: these commands look at the simulation itself, send nothing",
            "and also show servers that cannot answer.",
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
