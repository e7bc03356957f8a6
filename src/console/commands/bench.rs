//! The load generator.

use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const BENCH: Command = Command {
    subs: &[PUB, SUB, JS],
    ..Command::new(
        "bench",
        "Make load and measure it",
        &[
            "It runs in one client of this world, and all times are this world's: what it measures is",
            "the network and the servers as they are set up here, not your machine. Every message can",
            "be watched, so there are far fewer of them than in the real CLI: 100 unless --msgs says",
            "otherwise, and at most 1,000.",
        ],
    )
};

const SUBJECT: Arg = Arg::required("subject", Kind::Subject, "The subject to use");

/// What every benchmark takes.
const COMMON: &[Flag] = &[
    Flag::new("clients", Kind::Number, "Accepted; it is always one client here").default("1"),
    Flag::new("msgs", Kind::Number, "How many messages").default("100"),
    Flag::new("size", Kind::Bytes, "How large each of them is").default("128"),
    Flag::new("progress", Kind::Toggle, "Show the progress").default("true"),
];

/// What those that publish take.
const PUBLISH: &[Flag] = &[
    Flag::new("multisubject", Kind::Switch, "A subject of its own for each message"),
    Flag::new("multisubjectmax", Kind::Number, "Accepted; every message has its own number"),
    Flag::new("header", Kind::Header, "A header of the messages, as name:value").short('H').many(),
];

const SLEEP: Flag = Flag::new("sleep", Kind::Duration, "How long to wait after each").default("0s");

const PUB: Command = Command {
    verb: Some(Verb::BenchPub),
    args: &[SUBJECT],
    flags: &[COMMON, PUBLISH, &[SLEEP]],
    ..Command::new("pub", "Publish messages", &[])
};

const SUB: Command = Command {
    verb: Some(Verb::BenchSub),
    args: &[Arg { kind: Kind::Pattern, ..SUBJECT }],
    flags: &[
        COMMON,
        &[Flag::new("multisubject", Kind::Switch, "Receive from all subjects of --multisubject")],
    ],
    ..Command::new(
        "sub",
        "Receive messages",
        &["Start it, then publish from another client: 'checkout> nats bench pub orders.new'."],
    )
};

const JS: Command = Command {
    subs: &[JS_PUB, ORDERED, CONSUME, FETCH],
    flags: &[
        COMMON,
        &[Flag::new("stream", Kind::Stream, "The stream to use").default("benchstream"), SLEEP],
    ],
    ..Command::new("js", "JetStream", &[])
};

const JS_PUB: Command = Command {
    subs: &[SYNC, ASYNC, BATCHED],
    ..Command::new("pub", "Publish messages to a stream", &[])
};

const PURGE: Flag = Flag::new("purge", Kind::Switch, "Empty the stream first");

/// What those that publish to a stream take.
const JS_PUBLISH: &[Flag] = &[
    Flag::new("create", Kind::Switch, "Create the stream first"),
    Flag::new(
        "storage",
        Kind::OneOf(&["memory", "file"]),
        "Where the new stream keeps its messages",
    )
    .default("file"),
    Flag::new("replicas", Kind::Number, "How many replicas the new stream has").default("1"),
    Flag::new("maxbytes", Kind::Bytes, "How large the new stream may become").default("1GB"),
    Flag::new("dedup", Kind::Switch, "Give each message an id"),
    Flag::new("dedupwindow", Kind::Duration, "For how long the new stream remembers ids")
        .default("2m"),
    PURGE,
];

const SYNC: Command = Command {
    verb: Some(Verb::BenchJsPub),
    args: &[SUBJECT],
    flags: &[PUBLISH, JS_PUBLISH],
    ..Command::new("sync", "Wait for each acknowledgement before the next message", &[])
};

const ASYNC: Command = Command {
    verb: Some(Verb::BenchJsAsync),
    args: &[SUBJECT],
    flags: &[PUBLISH, JS_PUBLISH, &[BATCH]],
    ..Command::new("async", "Publish many messages, then wait for their acknowledgements", &[])
};

const BATCHED: Command = Command {
    verb: Some(Verb::BenchJsBatch),
    args: &[SUBJECT],
    flags: &[PUBLISH, JS_PUBLISH, &[BATCH]],
    ..Command::new(
        "batch",
        "Publish batches, each of which is stored whole or not at all",
        &["The stream has to allow it: --create makes one that does."],
    )
};

const BATCH: Flag =
    Flag::new("batch", Kind::Number, "How many messages may be on their way").default("500");

/// What those that read from a consumer take.
const READ: &[Flag] = &[
    Flag::new("consumer", Kind::Consumer, "The consumer to use; the one of this name is created")
        .default("nats-bench"),
    BATCH,
    Flag::new("acks", Kind::OneOf(&["explicit", "none", "all"]), "How messages are acknowledged")
        .default("explicit"),
    Flag::new("filter", Kind::Pattern, "Only messages of such subjects").many(),
    PURGE,
];

const ORDERED: Command = Command {
    verb: Some(Verb::BenchJsOrdered),
    flags: &[&[BATCH, PURGE, Flag::new("filter", Kind::Pattern, "Only such subjects").many()]],
    ..Command::new("ordered", "Read a stream through an ordered consumer", &[])
};

const CONSUME: Command = Command {
    verb: Some(Verb::BenchJsConsume),
    flags: &[READ],
    ..Command::new("consume", "Read a stream through a consumer, asking ahead", &[])
};

const FETCH: Command = Command {
    verb: Some(Verb::BenchJsFetch),
    flags: &[READ],
    ..Command::new("fetch", "Read a stream through a consumer, batch after batch", &[])
};
