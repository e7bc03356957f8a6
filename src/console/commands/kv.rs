//! Key-value buckets: make, change, read, write, watch, tidy up.

use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const KV: Command = Command {
    subs: &[
        ADD, EDIT, PUT, GET, CREATE, UPDATE, DEL, PURGE, HISTORY, REVERT, INFO, WATCH, LS, COMPACT,
    ],
    ..Command::new(
        "kv",
        "Work with key-value buckets",
        &[
            "A bucket is a stream KV_ and its name, a key is a subject, a revision is a sequence: see",
            "what each command sends. It is what the real CLI sends, of which Go's client is a part.",
        ],
    )
};

const BUCKET: Arg = Arg::required("bucket", Kind::Bucket, "The bucket");
const ANY: Arg = Arg::new("bucket", Kind::Bucket, "The bucket");
const KEY: Arg = Arg::required("key", Kind::Key, "The key");
const VALUE: Arg = Arg::new("value", Kind::Text, "The value");
const FORCE: Flag = Flag::new("force", Kind::Switch, "Do it without asking").short('f');
const TTL: Flag = Flag::new("ttl", Kind::Duration, "How long it lives");

const SOURCE: Flag = Flag::new("source", Kind::Bucket, "Take in the values of this bucket").many();

/// What `add` and `edit` both take.
const CONFIG: &[Flag] = &[
    Flag::new("history", Kind::Number, "How many values of a key are kept, 1 to 64").default("1"),
    Flag::new("ttl", Kind::Duration, "How long values live"),
    Flag::new("marker-ttl", Kind::Duration, "How long markers of expired values stay; allows TTLs"),
    Flag::new("replicas", Kind::Number, "On how many servers it is kept").default("1"),
    Flag::new("max-value-size", Kind::Bytes, "How large a value may be"),
    Flag::new("max-bucket-size", Kind::Bytes, "How large the bucket may become"),
    Flag::new("description", Kind::Text, "What it is for"),
    Flag::new("tags", Kind::Text, "Keep it on servers with this tag").many(),
    Flag::new("cluster", Kind::Text, "Keep it in this cluster"),
    Flag::new("compress", Kind::Toggle, "Compress it"),
    Flag::new("metadata", Kind::Pair, "A note of yours, as name=value").many(),
    Flag::new("republish-source", Kind::Pattern, "Which values are published again when stored"),
    Flag::new("republish-destination", Kind::Text, "On which subject"),
    Flag::new("republish-headers", Kind::Switch, "Publish only their headers again"),
];

const ADD: Command = Command {
    aliases: &["new"],
    verb: Some(Verb::KvAdd),
    args: &[BUCKET],
    flags: &[
        CONFIG,
        &[
            Flag::new(
                "storage",
                Kind::OneOf(&["file", "f", "memory", "m"]),
                "Where its values are kept",
            ),
            Flag::new("mirror", Kind::Bucket, "Copy this bucket"),
            Flag::new("mirror-domain", Kind::Token, "The JetStream domain of that bucket"),
            SOURCE,
        ],
    ],
    ..Command::new("add", "Make a bucket", &[])
};

const EDIT: Command = Command {
    verb: Some(Verb::KvEdit),
    args: &[BUCKET],
    flags: &[
        CONFIG,
        &[SOURCE, Flag::new("no-mirror", Kind::Switch, "Stop copying the other bucket")],
    ],
    ..Command::new("edit", "Change the configuration of a bucket", &[])
};

const PUT: Command = Command {
    verb: Some(Verb::KvPut),
    args: &[BUCKET, KEY, VALUE],
    ..Command::new("put", "Give a key a value", &[])
};

const GET: Command = Command {
    verb: Some(Verb::KvGet),
    args: &[BUCKET, KEY],
    flags: &[&[
        Flag::new("revision", Kind::Number, "The value it had at this revision"),
        Flag::new("raw", Kind::Switch, "Print the value and nothing else"),
    ]],
    ..Command::new("get", "Show the value of a key", &[])
};

const CREATE: Command = Command {
    verb: Some(Verb::KvCreate),
    args: &[BUCKET, KEY, VALUE],
    flags: &[&[TTL]],
    ..Command::new("create", "Give a key a value if it has none", &[])
};

const UPDATE: Command = Command {
    verb: Some(Verb::KvUpdate),
    args: &[
        BUCKET,
        KEY,
        Arg::required("value", Kind::Text, "The value"),
        Arg::required("revision", Kind::Number, "The revision that is to be its last"),
    ],
    ..Command::new("update", "Give a key a value if nobody else has changed it", &[])
};

const DEL: Command = Command {
    aliases: &["rm"],
    verb: Some(Verb::KvDel),
    args: &[BUCKET, Arg::new("key", Kind::Key, "The key; without it the whole bucket")],
    flags: &[&[FORCE]],
    ..Command::new(
        "del",
        "Delete a key, or a bucket",
        &["A deleted key keeps its history; see purge."],
    )
};

const PURGE: Command = Command {
    verb: Some(Verb::KvPurge),
    args: &[BUCKET, KEY],
    flags: &[&[FORCE, TTL]],
    ..Command::new("purge", "Delete a key and its history", &[])
};

const HISTORY: Command = Command {
    verb: Some(Verb::KvHistory),
    args: &[BUCKET, KEY],
    ..Command::new("history", "Show all stored values of a key", &[])
};

const REVERT: Command = Command {
    verb: Some(Verb::KvRevert),
    args: &[BUCKET, KEY, Arg::required("revision", Kind::Number, "The revision to go back to")],
    flags: &[&[FORCE]],
    ..Command::new("revert", "Give a key a value it had before", &[])
};

const INFO: Command = Command {
    aliases: &["view", "status"],
    verb: Some(Verb::KvInfo),
    args: &[ANY],
    ..Command::new("info", "Show what a bucket is", &[])
};

const WATCH: Command = Command {
    verb: Some(Verb::KvWatch),
    args: &[BUCKET, Arg::new("key", Kind::Key, "The key, or a pattern of keys; all without it")],
    flags: &[&[
        Flag::new("history", Kind::Switch, "Begin with all stored values"),
        Flag::new("deletes", Kind::Toggle, "Show deletions").default("true"),
        Flag::new("updates", Kind::Switch, "Show only what comes from now on"),
        Flag::new("revision", Kind::Number, "Begin with this revision"),
    ]],
    ..Command::new("watch", "Show the values of keys as they change", &[])
};

const LS: Command = Command {
    aliases: &["list"],
    verb: Some(Verb::KvLs),
    args: &[ANY, Arg::new("key", Kind::Key, "The keys that match this pattern")],
    flags: &[&[
        Flag::new("names", Kind::Switch, "Print the names of the buckets only").short('n'),
        Flag::new("verbose", Kind::Switch, "Show more of each key").short('v'),
        Flag::new("display-value", Kind::Switch, "Show the values, too"),
    ]],
    ..Command::new("ls", "List the buckets, or the keys of one", &[])
};

const COMPACT: Command = Command {
    verb: Some(Verb::KvCompact),
    args: &[BUCKET],
    flags: &[&[FORCE]],
    ..Command::new(
        "compact",
        "Clean up what is left of deleted keys",
        &["Markers of less than 30 minutes stay, without what was before them."],
    )
};
