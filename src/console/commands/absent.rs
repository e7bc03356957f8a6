//! What the real CLI has and this console has not, so that it can say so.

/// A command of the real CLI that is not here.
#[derive(Debug)]
pub(crate) struct Absent {
    /// The group it belongs to; empty for `nats` itself.
    pub(crate) group: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// What to do instead, if anything.
    pub(crate) instead: &'static str,
}

const fn absent(group: &'static str, name: &'static str, instead: &'static str) -> Absent {
    Absent { group, name, instead }
}

const NO_FILES: &str = "there are no files here; a link of this page keeps the whole session";
const NO_SYSTEM: &str = "there is no system account here; see 'nats help server'";

/// The commands of the real CLI that are not here, and what to say of them.
pub(crate) const ABSENT: &[Absent] = &[
    absent("", "audit", ""),
    absent("", "auth", "everybody is in one account here"),
    absent("", "backup", NO_FILES),
    absent("", "cheat", "use 'nats help'"),
    absent("", "context", "the clients of this world are connected already"),
    absent("", "counter", "publish with the header Nats-Incr to a stream with --allow-counter"),
    absent("", "errors", ""),
    absent("", "kv", "a bucket is a stream: see KV_ and its name in 'nats stream ls'"),
    absent("", "latency", "set the latency of a link on the page"),
    absent("", "micro", "answer requests with 'nats reply'"),
    absent("", "obj", "a bucket is a stream: see OBJ_ and its name in 'nats stream ls'"),
    absent("", "object", "a bucket is a stream: see OBJ_ and its name in 'nats stream ls'"),
    absent("", "pa", ""),
    absent("", "restore", NO_FILES),
    absent("", "schema", ""),
    absent("", "service", "answer requests with 'nats reply'"),
    absent("", "top", "use 'nats server ls'"),
    absent("", "trace", "publish, then ask any event of it 'why?'"),
    absent("stream", "backup", NO_FILES),
    absent("stream", "snapshot", NO_FILES),
    absent("stream", "restore", NO_FILES),
    absent("stream", "graph", "watch the stream's tape, or use 'nats stream info'"),
    absent(
        "consumer",
        "graph",
        "watch the consumer on the stream's tape, or use 'nats consumer info'",
    ),
    absent("stream cluster", "balance", "use 'nats stream cluster step-down'"),
    absent("consumer cluster", "balance", "use 'nats consumer cluster step-down'"),
    absent("account", "report", "use 'nats account info'"),
    absent("account", "backup", NO_FILES),
    absent("account", "restore", NO_FILES),
    absent("account", "tls", "there is no TLS here"),
    absent("bench", "kv", ""),
    absent("bench", "service", "use 'nats reply' and 'nats request --count'"),
    absent("bench", "oldjs", "use 'nats bench js'"),
    absent("bench js", "get", "use 'nats stream get'"),
    absent("server", "account", NO_SYSTEM),
    absent("server", "check", "use 'nats stream info' and 'nats server ls'"),
    absent("server", "cluster", "kill or pause the meta leader on the page"),
    absent("server", "raft", "kill or pause the meta leader on the page"),
    absent("server", "config", NO_SYSTEM),
    absent("server", "generate", ""),
    absent("server", "graph", NO_SYSTEM),
    absent("server", "mapping", ""),
    absent("server", "passwd", ""),
    absent("server", "ping", "use 'nats rtt', which measures the way to the client's own server"),
    absent("server report", "accounts", "everybody is in the account $G here"),
    absent("server report", "cpu", ""),
    absent("server report", "gateways", ""),
    absent("server report", "health", "use 'nats server report jetstream'"),
    absent("server report", "mem", ""),
    absent("server report", "routes", "use 'nats server info'"),
    absent("server", "request", NO_SYSTEM),
    absent("server", "run", "add servers on the page"),
    absent("server", "watch", NO_SYSTEM),
];

/// What is said of a command of this group that is not here.
pub(crate) fn find_absent(path: &[&str], word: &str) -> Option<&'static Absent> {
    let group = path.join(" ");
    ABSENT.iter().find(|absent| absent.group == group && absent.name == word)
}

/// Flags of the real CLI that are not here: those that need a terminal, a file or a program, and
/// those for what is not simulated. Some of them are flags of other commands here.
pub(crate) const ABSENT_FLAGS: &[&str] = &[
    "ack",
    "all",
    "batch",
    "color",
    "colors",
    "command",
    "config",
    "connection-name",
    "creds",
    "csv",
    "delta-time",
    "dot",
    "doubleack",
    "durable",
    "expression",
    "force-stdin",
    "inbox-prefix",
    "interactive",
    "match-replies",
    "nkey",
    "no-context",
    "output",
    "password",
    "payload",
    "send-on",
    "since",
    "socks-proxy",
    "stream",
    "subjects-only",
    "timestamp",
    "tlsca",
    "tlscert",
    "tlsfirst",
    "tlskey",
    "trace",
    "translate",
    "user",
    "validate",
    "version",
];
