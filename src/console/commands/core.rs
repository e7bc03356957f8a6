//! Publish, subscribe, request, reply.

use super::{Arg, Command, Flag, Kind, Verb};

const HEADER: Flag =
    Flag::new("header", Kind::Header, "A header of the message, as name:value").short('H').many();

const TEMPLATES: &str =
    "In subject, body and headers {{Count}} is the number of the message, {{ID}} a unique id,";
const TEMPLATES_2: &str =
    "{{Time}}, {{TimeStamp}}, {{Unix}} and {{UnixNano}} are this world's time.";

pub(super) const PUBLISH: Command = Command {
    aliases: &["publish"],
    verb: Some(Verb::Publish),
    args: &[
        Arg::required("subject", Kind::Subject, "Where the message goes"),
        Arg::new("body", Kind::Text, "What it says"),
    ],
    flags: &[&[
        Flag::new("reply", Kind::Subject, "The subject on which an answer is wanted"),
        HEADER,
        Flag::new("count", Kind::Number, "How many messages to publish").default("1"),
        Flag::new(
            "jetstream",
            Kind::Toggle,
            "Wait for the stream's acknowledgement (assumed when a stream captures the subject)",
        )
        .short('J'),
        Flag::new("quiet", Kind::Switch, "Print nothing").short('q'),
    ]],
    ..Command::new(
        "pub",
        "Publish messages",
        &[
            "The real CLI publishes and forgets unless it is given -J. Here -J is assumed when a",
            "stream captures the subject, so that the acknowledgement can be seen; --no-jetstream",
            "turns that off.",
            TEMPLATES,
            TEMPLATES_2,
        ],
    )
};

pub(super) const SUBSCRIBE: Command = Command {
    aliases: &["subscribe"],
    verb: Some(Verb::Subscribe),
    args: &[Arg::new("subject", Kind::Pattern, "Which messages, wildcards allowed")],
    flags: &[&[
        Flag::new("queue", Kind::Text, "Share the messages with the others of this queue group"),
        Flag::new("count", Kind::Number, "End after this many messages"),
        Flag::new("raw", Kind::Switch, "Print the bodies only").short('r'),
        Flag::new("headers-only", Kind::Switch, "Print the headers only"),
        Flag::new(
            "stream",
            Kind::Stream,
            "Read this stream, in order and without acknowledgements",
        ),
        Flag::new("all", Kind::Switch, "Begin with the first message of the stream"),
        Flag::new("new", Kind::Switch, "Only messages that are stored from now on"),
        Flag::new("last", Kind::Switch, "Begin with the last message of the stream"),
        Flag::new("last-per-subject", Kind::Switch, "Begin with the last message of each subject"),
        Flag::new("start-sequence", Kind::Number, "Begin with this sequence of the stream"),
    ]],
    ..Command::new(
        "sub",
        "Subscribe and print what comes",
        &[
            "It listens until it is interrupted (Ctrl+C) or has received --count messages. With",
            "--stream or a flag that says where to begin it reads a stream instead.",
        ],
    )
};

pub(super) const REQUEST: Command = Command {
    aliases: &["req"],
    verb: Some(Verb::Request),
    args: &[
        Arg::required("subject", Kind::Subject, "Where the request goes"),
        Arg::new("body", Kind::Text, "What it says"),
    ],
    flags: &[&[
        HEADER,
        Flag::new("count", Kind::Number, "How many requests to send, one after the other")
            .default("1"),
        Flag::new("replies", Kind::Number, "How many replies to wait for; 0 waits for the timeout")
            .default("1"),
        Flag::new("raw", Kind::Switch, "Print the replies only").short('r'),
        Flag::new("wait", Kind::Toggle, "Accepted; a request always waits").short('w'),
    ]],
    ..Command::new(
        "request",
        "Send a request and wait for replies",
        &["--timeout is how long to wait.", TEMPLATES, TEMPLATES_2],
    )
};

pub(super) const REPLY: Command = Command {
    verb: Some(Verb::Reply),
    args: &[
        Arg::required("subject", Kind::Pattern, "Which requests, wildcards allowed"),
        Arg::new("body", Kind::Text, "What to answer; without it, the request itself"),
    ],
    flags: &[&[
        Flag::new("echo", Kind::Switch, "Answer with the request itself"),
        Flag::new("queue", Kind::Text, "The queue group").short('q').default("NATS-RPLY-22"),
        Flag::new("count", Kind::Number, "End after this many requests"),
    ]],
    ..Command::new(
        "reply",
        "Answer requests",
        &["It listens until it is interrupted (Ctrl+C) or has answered --count requests."],
    )
};

pub(super) const HELP: Command = Command {
    verb: Some(Verb::Help),
    args: &[
        Arg::new("command", Kind::Command, "The command to explain"),
        Arg::new("subcommand", Kind::Command, "Its subcommand"),
        Arg::new("subsubcommand", Kind::Command, "And the subcommand of that"),
        Arg::new("subsubsubcommand", Kind::Command, "And the one below it"),
    ],
    ..Command::new("help", "Explain a command", &[])
};
