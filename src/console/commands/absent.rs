//! What the real CLI has and this console has not, so that it can say so.

const ONE_BY_ONE: &str = "use 'nats stream backup' and 'nats stream restore', one stream at a time";
const NO_SYSTEM: &str = "there is no system account here; see 'nats help server'";

/// The commands of the real CLI that are not here, by group (none for `nats` itself): their names, and
/// what to do instead, if anything.
pub(crate) const ABSENT: &[(&str, &[(&str, &str)])] = &[
    (
        "",
        &[
            ("audit", ""),
            ("auth", "everybody is in one account here"),
            ("backup", ONE_BY_ONE),
            ("cheat", "use 'nats help'"),
            ("context", "the clients of this world are connected already"),
            ("counter", "publish with the header Nats-Incr to a stream with --allow-counter"),
            ("errors", ""),
            ("latency", "'link A B --latency 84ms' sets that of a link"),
            ("micro", "answer requests with 'nats reply'"),
            ("pa", ""),
            ("restore", ONE_BY_ONE),
            ("schema", ""),
            ("service", "answer requests with 'nats reply'"),
            ("top", "use 'nats server ls'"),
            ("trace", "publish, then ask any event of it 'why?'"),
        ],
    ),
    (
        "account",
        &[
            ("report", "use 'nats account info'"),
            ("backup", ONE_BY_ONE),
            ("restore", ONE_BY_ONE),
            ("tls", "there is no TLS here"),
        ],
    ),
    (
        "bench",
        &[
            ("kv", ""),
            ("service", "use 'nats reply' and 'nats request --count'"),
            ("oldjs", "use 'nats bench js'"),
        ],
    ),
    ("bench js", &[("get", "use 'nats stream get'")]),
    (
        "server",
        &[
            ("account", NO_SYSTEM),
            ("check", "use 'nats stream info' and 'nats server ls'"),
            ("cluster", "kill or pause the meta leader on the page"),
            ("raft", "kill or pause the meta leader on the page"),
            ("config", NO_SYSTEM),
            ("generate", ""),
            ("graph", NO_SYSTEM),
            ("mapping", ""),
            ("passwd", ""),
            ("ping", "use 'nats rtt', which measures the way to the client's own server"),
            ("request", NO_SYSTEM),
            ("run", "the servers of a scene are there from its beginning"),
            ("watch", NO_SYSTEM),
        ],
    ),
    (
        "server report",
        &[
            ("accounts", "everybody is in the account $G here"),
            ("cpu", ""),
            ("gateways", ""),
            ("health", "use 'nats server report jetstream'"),
            ("mem", ""),
            ("leafnodes", "use 'topology ls' and 'link ls'"),
            ("routes", "use 'nats server info'"),
        ],
    ),
];

/// What to do instead of a command of this group that is not here.
pub(crate) fn find_absent(path: &[&str], word: &str) -> Option<&'static str> {
    let group = path.join(" ");
    let (_, names) = ABSENT.iter().find(|(name, _)| *name == group)?;
    names.iter().find(|(name, _)| *name == word).map(|(_, instead)| *instead)
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
