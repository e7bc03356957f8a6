//! What JetStream tells of the account and of itself.

use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const ACCOUNT: Command = Command {
    aliases: &["a"],
    subs: &[INFO],
    ..Command::new("account", "Look at the account", &[])
};

const INFO: Command = Command {
    aliases: &["nfo"],
    verb: Some(Verb::AccountInfo),
    ..Command::new(
        "info",
        "Show the connection and what the account uses",
        &["Everybody is in the account $G here, which has no limits."],
    )
};

pub(super) const RTT: Command = Command {
    verb: Some(Verb::Rtt),
    args: &[Arg::new("iterations", Kind::Number, "How often to measure; 5 without it")],
    flags: &[&[Flag::new("json", Kind::Switch, "Print JSON").short('j')]],
    ..Command::new("rtt", "Measure the way to the client's server and back", &[])
};

pub(super) const EVENTS: Command = Command {
    aliases: &["event", "e"],
    verb: Some(Verb::Events),
    flags: &[&[
        Flag::new("all", Kind::Switch, "Show all events").short('a'),
        Flag::new("json", Kind::Switch, "Print JSON").short('j'),
        Flag::new("short", Kind::Switch, "One line for each"),
        Flag::new("filter", Kind::Text, "Only events that contain this text"),
        Flag::new("js-metric", Kind::Toggle, "Show JetStream's metrics"),
        Flag::new("js-advisory", Kind::Toggle, "Show JetStream's advisories"),
        Flag::new("srv-advisory", Kind::Toggle, "Accepted; servers say nothing here"),
        Flag::new("subjects", Kind::Pattern, "Show what comes on this subject").many(),
    ]],
    ..Command::new(
        "events",
        "Show what JetStream tells about itself",
        &[
            "The real CLI shows the advisories of the servers unless it is told otherwise. Those are",
            "in the system account, which is not simulated: here JetStream's advisories are shown.",
        ],
    )
};
