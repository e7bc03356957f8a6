//! Consumers: create, change, look at, take messages from, remove.

use super::stream::{ALL, GRAPH_HELP};
use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const CONSUMER: Command = Command {
    aliases: &["con", "obs", "c"],
    subs: &[
        ADD, EDIT, LS, FIND, INFO, STATE, RM, COPY, NEXT, SUB, PAUSE, UNPIN, RESUME, REPORT, GRAPH,
        CLUSTER,
    ],
    flags: &[&[ALL]],
    ..Command::new("consumer", "Work with consumers", &[])
};

const STREAM: Arg = Arg::new("stream", Kind::Stream, "The stream's name");
const CONSUMER_NAME: Arg = Arg::new("consumer", Kind::Consumer, "The consumer's name");
const JSON: Flag = Flag::new("json", Kind::Switch, "Print JSON").short('j');
const FORCE: Flag = Flag::new("force", Kind::Switch, "Do it without asking").short('f');
const NO_SELECT: Flag =
    Flag::new("no-select", Kind::Switch, "Accepted; nothing is ever picked from a list here");

/// What `add`, `copy` and `edit` all take.
const CONFIG: &[Flag] = &[
    Flag::new("description", Kind::Text, "What it is for"),
    Flag::new("filter", Kind::Subjects, "Only messages of these subjects; give it again for more")
        .many(),
    Flag::new(
        "wait",
        Kind::Duration,
        "How long a client has for a message before it is redelivered",
    ),
    Flag::new(
        "max-deliver",
        Kind::Number,
        "How often a message is delivered at most; -1 for no limit",
    ),
    Flag::new("max-pending", Kind::Number, "How many messages may be out for acknowledgement"),
    Flag::new("backoff", Kind::OneOf(&["linear", "none"]), "Longer waits with each redelivery"),
    Flag::new("backoff-steps", Kind::Number, "How many different waits").default("10"),
    Flag::new("backoff-min", Kind::Duration, "The shortest wait").default("1m"),
    Flag::new("backoff-max", Kind::Duration, "The longest wait").default("20m"),
    Flag::new("max-pull-batch", Kind::Number, "How many messages a pull may ask for"),
    Flag::new("max-pull-expire", Kind::Duration, "How long a pull may wait"),
    Flag::new("max-pull-bytes", Kind::Number, "How many bytes a pull may ask for"),
    Flag::new("headers-only", Kind::Toggle, "Deliver headers and no bodies"),
    Flag::new("inactive-threshold", Kind::Duration, "Remove it when nobody uses it for so long"),
    Flag::new("sample", Kind::Number, "For how many percent of the acks a metric is published"),
    Flag::new("target", Kind::Text, "Push to this subject"),
    Flag::new("replicas", Kind::Number, "On how many servers its state is kept; 0 as the stream's"),
    Flag::new("metadata", Kind::Pair, "A note of yours, as name=value").many(),
];

/// What only `add` and `copy` take.
const CREATE: &[Flag] = &[
    Flag::new("pull", Kind::Switch, "Clients ask for messages (the default without --target)"),
    Flag::new("deliver", Kind::Text, "Where it begins: all, new, last, subject, 1h, a sequence")
        .default("all"),
    Flag::new("deliver-group", Kind::Text, "Push to one member of this queue group"),
    Flag::new("ack", Kind::OneOf(&["none", "all", "explicit"]), "How clients acknowledge"),
    Flag::new(
        "replay",
        Kind::OneOf(&["instant", "original"]),
        "How fast old messages are delivered",
    ),
    Flag::new("ephemeral", Kind::Switch, "It goes away when nobody uses it"),
    Flag::new("flow-control", Kind::Switch, "A push consumer waits for a slow subscriber"),
    Flag::new(
        "heartbeat",
        Kind::Duration,
        "A push consumer is never silent for longer; -1 for none",
    ),
    Flag::new("max-waiting", Kind::Number, "How many pulls may wait"),
    Flag::new("bps", Kind::Number, "How many bits a second a push consumer sends at most"),
    Flag::new("memory", Kind::Switch, "Keep its state in memory only"),
    Flag::new("pause", Kind::Text, "Begin paused, until a time or for a duration"),
    Flag::new("pinned-groups", Kind::Text, "Priority groups in which one client gets all").many(),
    Flag::new("pinned-ttl", Kind::Duration, "How long a client stays pinned without asking again"),
    Flag::new("overflow-groups", Kind::Text, "Priority groups that help out when much is pending")
        .many(),
];

const ADD: Command = Command {
    aliases: &["create", "new"],
    verb: Some(Verb::ConsumerAdd),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[
        CONFIG,
        CREATE,
        &[JSON, Flag::new("defaults", Kind::Switch, "Take the default for what is not given")],
    ],
    ..Command::new(
        "add",
        "Create a consumer",
        &[
            "The real CLI asks for what is not given. Here the defaults are taken, as with",
            "--defaults: a durable pull consumer that delivers all messages and wants each of them",
            "acknowledged. With --target it is a push consumer, which wants no acknowledgements",
            "unless --ack says so.",
        ],
    )
};

const EDIT: Command = Command {
    aliases: &["update"],
    verb: Some(Verb::ConsumerEdit),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[
        CONFIG,
        &[
            JSON,
            FORCE,
            Flag::new("dry-run", Kind::Switch, "Show what would change, change nothing"),
        ],
    ],
    ..Command::new("edit", "Change a consumer's configuration", &[])
};

const COPY: Command = Command {
    aliases: &["cp"],
    verb: Some(Verb::ConsumerCopy),
    args: &[
        Arg { required: true, ..STREAM },
        Arg::required("source", Kind::Consumer, "The consumer to copy"),
        Arg::required("destination", Kind::Text, "The name of the new one"),
    ],
    flags: &[CONFIG, CREATE, &[JSON]],
    ..Command::new("copy", "Create a consumer like another one", &[])
};

const LS: Command = Command {
    aliases: &["list"],
    verb: Some(Verb::ConsumerLs),
    args: &[STREAM],
    flags: &[&[JSON, Flag::new("names", Kind::Switch, "Names only").short('n'), NO_SELECT]],
    ..Command::new("ls", "List the consumers of a stream", &[])
};

/// Which consumers `find` and `cluster balance` are about.
const QUERY: &[Flag] = &[
    Flag::new("pull", Kind::Switch, "Only pull consumers"),
    Flag::new("push", Kind::Switch, "Only push consumers"),
    Flag::new("bound", Kind::Switch, "Only those that somebody uses now"),
    Flag::new("waiting", Kind::Number, "Only those with fewer waiting pulls"),
    Flag::new("ack-pending", Kind::Number, "Only those with fewer messages out for an ack"),
    Flag::new("pending", Kind::Number, "Only those with fewer messages not delivered yet"),
    Flag::new("idle", Kind::Duration, "Only those that delivered nothing for so long"),
    Flag::new("created", Kind::Duration, "Only those created longer ago"),
    Flag::new("replicas", Kind::Number, "Only those with so many replicas or fewer"),
    Flag::new("leader", Kind::Server, "Only those that this server leads"),
    Flag::new("pinned", Kind::Switch, "Only those in which a client is pinned"),
    Flag::new("invert", Kind::Toggle, "The others instead"),
];

const FIND: Command = Command {
    aliases: &["query"],
    verb: Some(Verb::ConsumerFind),
    args: &[STREAM],
    flags: &[QUERY],
    ..Command::new("find", "List the consumers that match", &[])
};

const INFO: Command = Command {
    aliases: &["nfo", "i"],
    verb: Some(Verb::ConsumerInfo),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[&[JSON, NO_SELECT]],
    ..Command::new("info", "Show a consumer's configuration, cluster and state", &[])
};

const STATE: Command = Command {
    verb: Some(Verb::ConsumerState),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[&[JSON, NO_SELECT]],
    ..Command::new("state", "Show a consumer's cluster and state", &[])
};

const RM: Command = Command {
    aliases: &["delete", "del"],
    verb: Some(Verb::ConsumerRm),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[&[FORCE]],
    ..Command::new("rm", "Remove a consumer", &[])
};

const NEXT: Command = Command {
    verb: Some(Verb::ConsumerNext),
    args: &[Arg { required: true, ..STREAM }, Arg { required: true, ..CONSUMER_NAME }],
    flags: &[&[
        Flag::new("ack", Kind::Toggle, "Acknowledge what came").default("true"),
        Flag::new("nak", Kind::Switch, "Refuse it: it is to be delivered again"),
        Flag::new("term", Kind::Switch, "Give it up: it is never to be delivered again"),
        Flag::new("count", Kind::Number, "How many messages, each with a pull of its own")
            .default("1"),
        Flag::new("wait", Kind::Duration, "Acknowledge after a random time up to this"),
        Flag::new("raw", Kind::Switch, "Print the bodies only").short('r'),
    ]],
    ..Command::new(
        "next",
        "Take the next messages of a pull consumer",
        &["--timeout is how long a pull waits for a message."],
    )
};

const SUB: Command = Command {
    verb: Some(Verb::ConsumerSub),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[&[
        Flag::new("ack", Kind::Toggle, "Acknowledge what came").default("true"),
        Flag::new("deliver-group", Kind::Text, "Accepted; the consumer's own group is used"),
        Flag::new("raw", Kind::Switch, "Print the bodies only").short('r'),
    ]],
    ..Command::new(
        "sub",
        "Receive what a consumer delivers",
        &[
            "From a push consumer it receives until it is interrupted (Ctrl+C); from a pull consumer",
            "it takes one message, as 'nats consumer next' does.",
        ],
    )
};

const PAUSE: Command = Command {
    verb: Some(Verb::ConsumerPause),
    args: &[
        STREAM,
        CONSUMER_NAME,
        Arg::new("until", Kind::Text, "A time such as '2026-01-05 10:00:00', or a duration"),
    ],
    flags: &[&[FORCE]],
    ..Command::new(
        "pause",
        "Let a consumer deliver nothing until later",
        &["The real CLI asks until when if it is not given, and suggests one hour."],
    )
};

const RESUME: Command = Command {
    verb: Some(Verb::ConsumerResume),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[&[FORCE]],
    ..Command::new("resume", "Let a paused consumer go on", &[])
};

const UNPIN: Command = Command {
    verb: Some(Verb::ConsumerUnpin),
    args: &[STREAM, CONSUMER_NAME, Arg::new("group", Kind::Text, "The priority group")],
    flags: &[&[FORCE]],
    ..Command::new("unpin", "Take the pin from the client that has it", &[])
};

const REPORT: Command = Command {
    verb: Some(Verb::ConsumerReport),
    args: &[STREAM],
    flags: &[&[
        Flag::new("raw", Kind::Switch, "Show plain numbers").short('r'),
        Flag::new("leaders", Kind::Switch, "Count the consumers that each server leads").short('l'),
    ]],
    ..Command::new("report", "Compare the consumers of a stream", &[])
};

const GRAPH: Command = Command {
    verb: Some(Verb::ConsumerGraph),
    args: &[STREAM, CONSUMER_NAME],
    ..Command::new("graph", "Draw what a consumer delivers and gets back, every second", GRAPH_HELP)
};

const CLUSTER: Command = Command {
    aliases: &["c"],
    subs: &[STEP_DOWN, BALANCE],
    ..Command::new("cluster", "Work with a consumer's replicas", &[])
};

const STEP_DOWN: Command = Command {
    aliases: &["stepdown", "sd", "elect", "down", "d"],
    verb: Some(Verb::ConsumerStepDown),
    args: &[STREAM, CONSUMER_NAME],
    flags: &[&[Flag::new("preferred", Kind::Server, "Which server should lead afterwards"), FORCE]],
    ..Command::new(
        "step-down",
        "Make a consumer's leader step down, so that another is elected",
        &[],
    )
};

const BALANCE: Command = Command {
    verb: Some(Verb::ConsumerBalance),
    args: &[STREAM],
    flags: &[QUERY],
    ..Command::new(
        "balance",
        "Make servers that lead too many consumers of a stream step down for others",
        &[
            "The real CLI picks consumers and new leaders by chance; here it takes the first by name,",
            "and the server that leads least. A consumer with one replica stays where it is.",
        ],
    )
};
