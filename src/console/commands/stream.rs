//! Streams: create, change, look at, read, empty, remove.

use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const STREAM: Command = Command {
    aliases: &["str", "st", "ms", "s"],
    subs: &[
        ADD, LS, REPORT, FIND, INFO, STATE, SUBJECTS, EDIT, RM, PURGE, COPY, RMM, VIEW, GET, SEAL,
        GAPS, GRAPH, BACKUP, RESTORE, CLUSTER,
    ],
    flags: &[&[ALL]],
    ..Command::new("stream", "Work with streams", &[])
};

const NAME: Arg = Arg::new("stream", Kind::Stream, "The stream's name");
/// What the real CLI hides without it are the streams of buckets.
pub(super) const ALL: Flag =
    Flag::new("all", Kind::Switch, "Accepted; all streams are always shown").short('a');
const JSON: Flag = Flag::new("json", Kind::Switch, "Print JSON").short('j');
const FORCE: Flag = Flag::new("force", Kind::Switch, "Do it without asking").short('f');
const NO_SELECT: Flag =
    Flag::new("no-select", Kind::Switch, "Accepted; a stream is never picked from a list here");

/// What `add` and `edit` both take.
const CONFIG: &[Flag] = &[
    Flag::new("subjects", Kind::Subjects, "The subjects it captures; several with commas or again")
        .many(),
    Flag::new("description", Kind::Text, "What it is for"),
    Flag::new("compression", Kind::OneOf(&["none", "s2"]), "How its file is compressed"),
    Flag::new("replicas", Kind::Number, "On how many servers it is kept"),
    Flag::new("tag", Kind::Text, "Keep it on servers with this tag").many(),
    Flag::new("cluster", Kind::Text, "Keep it in this cluster"),
    Flag::new("ack", Kind::Toggle, "Acknowledge publishes").default("true"),
    Flag::new(
        "retention",
        Kind::OneOf(&["limits", "interest", "workq", "work"]),
        "What makes a message go",
    ),
    Flag::new("discard", Kind::OneOf(&["new", "old"]), "Which message gives way at a limit"),
    Flag::new("discard-per-subject", Kind::Toggle, "Refuse new messages of a full subject"),
    Flag::new("max-age", Kind::Duration, "How old a message may become; -1 for ever"),
    Flag::new("max-bytes", Kind::Bytes, "How large it may become; -1 for no limit"),
    Flag::new("max-consumers", Kind::Number, "How many consumers it may have"),
    Flag::new("max-msg-size", Kind::Bytes, "How large a message may be; -1 for no limit"),
    Flag::new("max-msgs", Kind::Number, "How many messages it keeps; -1 for no limit"),
    Flag::new(
        "max-msgs-per-subject",
        Kind::Number,
        "How many messages it keeps of each subject; -1 for no limit",
    ),
    Flag::new("dupe-window", Kind::Duration, "For how long it remembers message ids"),
    Flag::new("mirror", Kind::Text, "Copy this stream: its name, or all about it as JSON"),
    Flag::new(
        "source",
        Kind::Text,
        "Take in this stream as well: its name, or all about it as JSON",
    )
    .many(),
    Flag::new("allow-batch", Kind::Toggle, "Let several messages be published as one"),
    Flag::new("allow-counter", Kind::Switch, "Every subject is a counter"),
    Flag::new("allow-schedules", Kind::Toggle, "Let messages say when they are to be published"),
    Flag::new("allow-rollup", Kind::Toggle, "Let a message replace those before it"),
    Flag::new("deny-delete", Kind::Toggle, "Never delete a single message"),
    Flag::new("deny-purge", Kind::Toggle, "Never purge"),
    Flag::new("allow-direct", Kind::Toggle, "Let every replica answer reads").default("true"),
    Flag::new("allow-mirror-direct", Kind::Toggle, "Let mirrors answer reads too"),
    Flag::new("allow-msg-ttl", Kind::Switch, "Let a message say how long it lives"),
    Flag::new("subject-del-markers-ttl", Kind::Duration, "For how long delete markers stay"),
    Flag::new("transform-source", Kind::Pattern, "Which subjects are rewritten when stored"),
    Flag::new("transform-destination", Kind::Text, "What they are rewritten to"),
    Flag::new("metadata", Kind::Pair, "A note of yours, as name=value").many(),
    Flag::new("republish-source", Kind::Pattern, "Which messages are published again when stored"),
    Flag::new("republish-destination", Kind::Text, "On which subject"),
    Flag::new("republish-headers", Kind::Switch, "Publish only their headers again"),
    JSON,
];

/// What `add` and `copy` take as well.
const NEW: &[Flag] = &[
    Flag::new("storage", Kind::OneOf(&["file", "f", "memory", "m"]), "Where its messages are kept"),
    Flag::new("first-sequence", Kind::Number, "The sequence of its first message"),
    Flag::new(
        "persist-mode",
        Kind::OneOf(&["default", "async"]),
        "When a message counts as stored",
    ),
    Flag::new("limit-consumer-inactive", Kind::Duration, "Cap on a consumer's idle time"),
    Flag::new("limit-consumer-max-pending", Kind::Number, "Cap on a consumer's open acks"),
];

const ADD: Command = Command {
    aliases: &["create", "new"],
    verb: Some(Verb::StreamAdd),
    args: &[NAME],
    flags: &[
        CONFIG,
        NEW,
        &[Flag::new("defaults", Kind::Switch, "Take the default for what is not given")],
    ],
    ..Command::new(
        "add",
        "Create a stream",
        &[
            "The real CLI asks for what is not given. Here the defaults are taken, as with",
            "--defaults: file storage, one replica, no limits; without --subjects, the subject that",
            "is named as the stream.",
            "",
            "What the real CLI asks about a mirror or a source, is said as JSON here: name, domain,",
            "filter_subject, opt_start_seq, opt_start_time, subject_transforms (src and dest of each),",
            "external (api and deliver), such as",
            "  nats stream add COPY --mirror '{\"name\":\"ORDERS\",\"domain\":\"eu-west\"}'",
        ],
    )
};

const EDIT: Command = Command {
    aliases: &["update"],
    verb: Some(Verb::StreamEdit),
    args: &[NAME],
    flags: &[
        CONFIG,
        &[
            FORCE,
            Flag::new("dry-run", Kind::Switch, "Show what would change, change nothing"),
            Flag::new("no-mirror", Kind::Switch, "Stop copying the other stream"),
            Flag::new("no-transform", Kind::Switch, "Stop rewriting subjects"),
            Flag::new("no-republish", Kind::Switch, "Stop publishing again"),
        ],
    ],
    ..Command::new("edit", "Change a stream's configuration", &[])
};

const LS: Command = Command {
    aliases: &["list", "l"],
    verb: Some(Verb::StreamLs),
    flags: &[&[
        Flag::new("subject", Kind::Pattern, "Only streams that capture such subjects"),
        Flag::new("names", Kind::Switch, "Names only").short('n'),
        JSON,
    ]],
    ..Command::new("ls", "List the streams", &[])
};

const REPORT: Command = Command {
    verb: Some(Verb::StreamReport),
    flags: &[&[
        Flag::new("subject", Kind::Pattern, "Only streams that capture such subjects"),
        Flag::new("cluster", Kind::Text, "Only streams of this cluster"),
        Flag::new("consumers", Kind::Switch, "Sort by the number of consumers").short('o'),
        Flag::new("messages", Kind::Switch, "Sort by the number of messages").short('m'),
        Flag::new("name", Kind::Switch, "Sort by name").short('n'),
        Flag::new("storage", Kind::Switch, "Sort by storage").short('t'),
        Flag::new("raw", Kind::Switch, "Show plain numbers").short('r'),
        Flag::new("leaders", Kind::Switch, "Count the streams that each server leads").short('l'),
    ]],
    ..Command::new("report", "Compare the streams: sizes, replicas, leaders", &[])
};

/// Which streams `find` and `cluster balance` are about.
const QUERY: &[Flag] = &[
    Flag::new("server-name", Kind::Server, "Only those on a server whose name contains this"),
    Flag::new("cluster", Kind::Text, "Only those of a cluster whose name contains this"),
    Flag::new("empty", Kind::Switch, "Only those without messages"),
    Flag::new("idle", Kind::Duration, "Only those without a new message for so long"),
    Flag::new("created", Kind::Duration, "Only those created longer ago"),
    Flag::new("consumers", Kind::Number, "Only those with fewer consumers"),
    Flag::new("subject", Kind::Pattern, "Only those that capture such subjects"),
    Flag::new("replicas", Kind::Number, "Only those with so many replicas or fewer"),
    Flag::new("sourced", Kind::Switch, "Only those that take in other streams"),
    Flag::new("mirrored", Kind::Switch, "Only those that copy another stream"),
    Flag::new("leader", Kind::Server, "Only those that this server leads"),
    Flag::new("invert", Kind::Toggle, "The others instead"),
];

const FIND: Command = Command {
    aliases: &["query"],
    verb: Some(Verb::StreamFind),
    flags: &[
        QUERY,
        &[
            Flag::new("api-level", Kind::Number, "Only those that need at least this API level"),
            Flag::new("names", Kind::Switch, "Names only").short('n'),
        ],
    ],
    ..Command::new(
        "find",
        "List the streams that match",
        &["Names of servers and clusters are looked for as they are; they are no expressions."],
    )
};

const INFO: Command = Command {
    aliases: &["nfo", "i"],
    verb: Some(Verb::StreamInfo),
    args: &[NAME],
    flags: &[&[JSON, Flag::new("state", Kind::Switch, "Show the state only"), NO_SELECT]],
    ..Command::new("info", "Show a stream's configuration, cluster and state", &[])
};

const STATE: Command = Command {
    verb: Some(Verb::StreamState),
    args: &[NAME],
    flags: &[&[JSON, NO_SELECT]],
    ..Command::new("state", "Show a stream's cluster and state", &[])
};

const SUBJECTS: Command = Command {
    aliases: &["subj"],
    verb: Some(Verb::StreamSubjects),
    args: &[NAME, Arg::new("filter", Kind::Pattern, "Only subjects that match; all without it")],
    flags: &[&[
        JSON,
        Flag::new(
            "sort",
            Kind::OneOf(&["name", "subjects", "messages", "count"]),
            "What they are sorted by",
        )
        .default("messages"),
        Flag::new("reverse", Kind::Switch, "Sort the other way round").short('R'),
        Flag::new("names", Kind::Switch, "Names only"),
    ]],
    ..Command::new("subjects", "List the subjects of which a stream holds messages", &[])
};

const RM: Command = Command {
    aliases: &["delete", "del"],
    verb: Some(Verb::StreamRm),
    args: &[NAME],
    flags: &[&[FORCE]],
    ..Command::new("rm", "Remove a stream with all its messages", &[])
};

const PURGE: Command = Command {
    verb: Some(Verb::StreamPurge),
    args: &[NAME],
    flags: &[&[
        JSON,
        FORCE,
        Flag::new("subject", Kind::Pattern, "Only messages of such subjects"),
        Flag::new("seq", Kind::Number, "Only messages before this sequence"),
        Flag::new("keep", Kind::Number, "All but the newest so many"),
    ]],
    ..Command::new("purge", "Remove many messages of a stream", &[])
};

const COPY: Command = Command {
    aliases: &["cp"],
    verb: Some(Verb::StreamCopy),
    args: &[
        Arg::required("source", Kind::Stream, "The stream to copy"),
        Arg::required("destination", Kind::Text, "The name of the new one"),
    ],
    flags: &[CONFIG, NEW],
    ..Command::new(
        "copy",
        "Create a stream like another one, without its messages",
        &["No two streams may capture the same subject: give the new one --subjects of its own."],
    )
};

const RMM: Command = Command {
    verb: Some(Verb::StreamRmm),
    args: &[NAME, Arg::new("id", Kind::Number, "The message's sequence")],
    flags: &[&[FORCE]],
    ..Command::new("rmm", "Remove one message of a stream", &[])
};

const VIEW: Command = Command {
    verb: Some(Verb::StreamView),
    args: &[NAME, Arg::new("size", Kind::Number, "How many messages, at most 25; 10 without it")],
    flags: &[&[
        Flag::new("id", Kind::Number, "Begin at this sequence"),
        Flag::new("subject", Kind::Pattern, "Only messages of such subjects"),
        Flag::new("since", Kind::Duration, "Begin with messages no older than this"),
        Flag::new("raw", Kind::Switch, "Print the bodies only"),
    ]],
    ..Command::new(
        "view",
        "Read a stream's messages, page by page",
        &[
            "The real CLI reads a page through a short-lived consumer; here each message is fetched",
            "with a message of its own. Instead of asking for the next page, the console says how",
            "to get it.",
        ],
    )
};

const GET: Command = Command {
    verb: Some(Verb::StreamGet),
    args: &[NAME, Arg::new("id", Kind::Number, "The message's sequence")],
    flags: &[&[
        Flag::new("last-for", Kind::Pattern, "The newest message of this subject").short('S'),
        JSON,
    ]],
    ..Command::new("get", "Read one message of a stream", &[])
};

const GAPS: Command = Command {
    verb: Some(Verb::StreamGaps),
    args: &[NAME],
    flags: &[&[
        FORCE,
        Flag::new("progress", Kind::Toggle, "Accepted; there is no progress to show"),
        Flag::new("json", Kind::Switch, "Print JSON"),
    ]],
    ..Command::new("gaps", "List the gaps that removed messages left", &[])
};

const GRAPH: Command = Command {
    verb: Some(Verb::StreamGraph),
    args: &[NAME],
    ..Command::new("graph", "Draw what a stream stores and removes, every second", GRAPH_HELP)
};

/// How `graph` differs from the real CLI.
pub(super) const GRAPH_HELP: &[&str] = &[
    "It asks every second until it is interrupted (Ctrl+C), and shows the last 60 answers. After 300",
    "of them it ends; the real CLI goes on.",
];

const PROGRESS: Flag =
    Flag::new("progress", Kind::Toggle, "Accepted; the chunks can be seen on their way");

const BACKUP: Command = Command {
    aliases: &["snapshot"],
    verb: Some(Verb::StreamBackup),
    args: &[
        Arg { required: true, ..NAME },
        Arg { required: true, ..Arg::new("target", Kind::Text, "The directory to keep it in") },
    ],
    flags: &[&[
        PROGRESS,
        Flag::new("check", Kind::Switch, "Accepted; the server always checks what it sends"),
        Flag::new("consumers", Kind::Toggle, "Take its consumers along").default("true"),
        Flag::new("chunk-size", Kind::Bytes, "How much the server sends at once"),
        Flag::new("window-size", Kind::Bytes, "How much it sends before an acknowledgement"),
    ]],
    ..Command::new(
        "backup",
        "Back a stream up, over the network",
        &[
            "A page has no disk: the client that types keeps the backup under the name of the",
            "directory, and can restore it from there.",
        ],
    )
};

const RESTORE: Command = Command {
    verb: Some(Verb::StreamRestore),
    args: &[Arg { required: true, ..Arg::new("file", Kind::Text, "The directory that holds it") }],
    flags: &[&[
        PROGRESS,
        Flag::new("cluster", Kind::Text, "Keep it in this cluster"),
        Flag::new("tag", Kind::Text, "Keep it on servers with this tag").many(),
        Flag::new("replicas", Kind::Number, "On how many servers it is kept"),
    ]],
    ..Command::new("restore", "Restore a stream from a backup of this client", &[])
};

const SEAL: Command = Command {
    verb: Some(Verb::StreamSeal),
    args: &[Arg { required: true, ..NAME }],
    flags: &[&[FORCE]],
    ..Command::new("seal", "Close a stream for ever: no writes, no deletes, no changes", &[])
};

const CLUSTER: Command = Command {
    aliases: &["c"],
    subs: &[STEP_DOWN, BALANCE, PEER_REMOVE],
    ..Command::new("cluster", "Work with a stream's replicas", &[])
};

const STEP_DOWN: Command = Command {
    aliases: &["stepdown", "sd", "elect", "down", "d"],
    verb: Some(Verb::StepDown),
    args: &[NAME],
    flags: &[&[Flag::new("preferred", Kind::Server, "Which server should lead afterwards"), FORCE]],
    ..Command::new("step-down", "Make a stream's leader step down, so that another is elected", &[])
};

const BALANCE: Command = Command {
    verb: Some(Verb::StreamBalance),
    flags: &[QUERY],
    ..Command::new(
        "balance",
        "Make servers that lead too many streams step down for others",
        &[
            "The real CLI picks streams and new leaders by chance; here it takes the first by name, and",
            "the server that leads least. A stream with one replica stays where it is.",
        ],
    )
};

const PEER_REMOVE: Command = Command {
    aliases: &["pr"],
    verb: Some(Verb::PeerRemove),
    args: &[
        Arg { required: true, ..NAME },
        Arg::required("peer", Kind::Server, "The server that is to have no copy any more"),
    ],
    flags: &[&[FORCE]],
    ..Command::new(
        "peer-remove",
        "Remove a server from a stream's replicas; another one comes",
        &[],
    )
};
