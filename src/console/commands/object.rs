//! Object stores: buckets of objects, and what is in them.

use super::{Arg, Command, Flag, Kind, Verb};

pub(super) const OBJECT: Command = Command {
    aliases: &["obj"],
    subs: &[ADD, EDIT, PUT, GET, DEL, INFO, LS, SEAL, WATCH, META, RENAME, LINK],
    ..Command::new(
        "object",
        "Work with object stores",
        &[
            "A bucket is a stream: OBJ_ and its name in 'nats stream ls --all'. An object is its chunks,",
            "and a last message that says what they are.",
        ],
    )
};

const BUCKET: Arg = Arg::new("bucket", Kind::Store, "The bucket");
const OBJECT_NAME: Arg = Arg::new("file", Kind::Object, "The object");
const FORCE: Flag = Flag::new("force", Kind::Switch, "Do it without asking").short('f');
const PROGRESS: Flag =
    Flag::new("progress", Kind::Toggle, "Accepted; the page shows how far it is").default("true");

const DESCRIPTION: Flag = Flag::new("description", Kind::Text, "What it is");
const HEADER: Flag = Flag::new("header", Kind::Header, "A header, as name:value").short('H').many();
/// What Go's client can do and its CLI cannot.
const OWN: &str =
    "The real CLI has no such command: it does what a program does with Go's client, as";

/// What `add` and `edit` both take.
const CONFIG: &[Flag] = &[
    Flag::new("ttl", Kind::Duration, "How long objects are kept"),
    Flag::new("replicas", Kind::Number, "On how many servers it is kept").default("1"),
    Flag::new("max-bucket-size", Kind::Bytes, "How large it may become; -1 for no limit"),
    Flag::new("description", Kind::Text, "What it is for"),
    Flag::new("tags", Kind::Text, "Keep it on servers with this tag").many(),
    Flag::new("cluster", Kind::Text, "Keep it in this cluster"),
    Flag::new("metadata", Kind::Pair, "A note of yours, as name=value").many(),
    Flag::new("compress", Kind::Toggle, "Compress its file"),
];

const ADD: Command = Command {
    verb: Some(Verb::ObjectAdd),
    args: &[Arg::required("bucket", Kind::Text, "The bucket")],
    flags: &[
        CONFIG,
        &[Flag::new("storage", Kind::OneOf(&["file", "f", "memory", "m"]), "Where it is kept")],
    ],
    ..Command::new("add", "Create an object store", &[])
};

const EDIT: Command = Command {
    verb: Some(Verb::ObjectEdit),
    args: &[Arg { required: true, ..BUCKET }],
    flags: &[CONFIG],
    ..Command::new("edit", "Change the configuration of an object store", &[])
};

const PUT: Command = Command {
    verb: Some(Verb::ObjectPut),
    args: &[
        Arg { required: true, ..BUCKET },
        Arg::new(
            "file",
            Kind::File,
            "What to put: the name of a file that was dropped on the page",
        ),
    ],
    flags: &[&[
        Flag::new("name", Kind::Text, "Call it so, not as the file is called"),
        DESCRIPTION,
        HEADER,
        Flag::new("chunk-size", Kind::Bytes, "How large its chunks are").default("128KiB"),
        PROGRESS,
        FORCE,
        Flag::new("text", Kind::Text, "Put this text"),
        Flag::new("size", Kind::Bytes, "Put so many made-up bytes"),
        Flag::new("seed", Kind::Number, "Make up others").default("0"),
    ]],
    ..Command::new(
        "put",
        "Put an object",
        &[
            "The real CLI reads a file, or what is piped into it. Here there is no disk: give the content",
            "with --text, or only its size with --size, or drop a file on the page and name it.",
        ],
    )
};

const GET: Command = Command {
    verb: Some(Verb::ObjectGet),
    args: &[Arg { required: true, ..BUCKET }, Arg { required: true, ..OBJECT_NAME }],
    flags: &[&[Flag::new("output", Kind::Text, "Call the file so").short('O'), PROGRESS, FORCE]],
    ..Command::new(
        "get",
        "Get an object, and check its digest",
        &["The real CLI writes a file. Here the page offers it for download."],
    )
};

const DEL: Command = Command {
    aliases: &["rm"],
    verb: Some(Verb::ObjectDel),
    args: &[Arg { required: true, ..BUCKET }, OBJECT_NAME],
    flags: &[&[FORCE]],
    ..Command::new("del", "Delete an object, or a bucket with all that is in it", &[])
};

const INFO: Command = Command {
    aliases: &["show", "i"],
    verb: Some(Verb::ObjectInfo),
    args: &[BUCKET, OBJECT_NAME],
    ..Command::new("info", "Show a bucket, or what is known of an object", &[])
};

const LS: Command = Command {
    verb: Some(Verb::ObjectLs),
    args: &[BUCKET],
    flags: &[&[Flag::new("names", Kind::Switch, "Names only").short('n')]],
    ..Command::new("ls", "List the buckets, or the objects of one", &[])
};

const SEAL: Command = Command {
    verb: Some(Verb::ObjectSeal),
    args: &[Arg { required: true, ..BUCKET }],
    flags: &[&[FORCE]],
    ..Command::new("seal", "Close a bucket for ever: no objects come, none go", &[])
};

const WATCH: Command = Command {
    verb: Some(Verb::ObjectWatch),
    args: &[Arg { required: true, ..BUCKET }],
    ..Command::new("watch", "Show all objects, and every change from now on", &[])
};

const META: Command = Command {
    verb: Some(Verb::ObjectMeta),
    args: &[Arg { required: true, ..BUCKET }, Arg { required: true, ..OBJECT_NAME }],
    flags: &[&[DESCRIPTION, HEADER]],
    ..Command::new(
        "meta",
        "Say something else about an object",
        &[OWN, "store.UpdateMeta(…). What is not said again is gone; the chunks stay."],
    )
};

const RENAME: Command = Command {
    verb: Some(Verb::ObjectRename),
    args: &[
        Arg { required: true, ..BUCKET },
        Arg { required: true, ..OBJECT_NAME },
        Arg::required("name", Kind::Text, "Its new name"),
    ],
    ..Command::new(
        "rename",
        "Give an object another name",
        &[OWN, "store.UpdateMeta(…) with another name. Links to the old name lead nowhere then."],
    )
};

const LINK: Command = Command {
    verb: Some(Verb::ObjectLink),
    args: &[
        Arg { required: true, ..BUCKET },
        Arg::required("name", Kind::Text, "The name of the link"),
        Arg::required("to", Kind::Store, "The bucket that it leads to"),
        Arg::new("object", Kind::Text, "The object in it; without it the bucket itself"),
    ],
    ..Command::new(
        "link",
        "Make a name stand for another object, or a bucket",
        &[OWN, "store.AddLink(…) or store.AddBucketLink(…)."],
    )
};
