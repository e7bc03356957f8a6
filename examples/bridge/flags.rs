//! The command line, in the manner of Go's flags: one dash or two, `-flag=value` or `-flag value`.

/// What the command line said; what it did not say is absent.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) host: Option<String>,
    /// -1 means any free port.
    pub(crate) port: Option<i32>,
    /// -1 means any free port, 0 none.
    pub(crate) http_port: Option<i32>,
    pub(crate) name: Option<String>,
    pub(crate) config: Option<String>,
    pub(crate) pid_file: Option<String>,
    pub(crate) log_file: Option<String>,
    pub(crate) ports_file_dir: Option<String>,
    pub(crate) store_dir: Option<String>,
    pub(crate) jetstream: Option<bool>,
    pub(crate) debug: Option<bool>,
    pub(crate) trace: Option<bool>,
    pub(crate) logtime: Option<bool>,
    /// Only look whether the configuration is right.
    pub(crate) test: bool,
    pub(crate) topology: Option<String>,
    pub(crate) help: bool,
    pub(crate) version: bool,
}

/// What is done with a flag.
enum Take {
    /// It has a value.
    Value(fn(&mut Flags, &str) -> Result<(), String>),
    /// It is there or not, or says so itself with `=true` or `=false`.
    Switch(fn(&mut Flags, bool)),
}

fn text(slot: &mut Option<String>, value: &str) -> Result<(), String> {
    *slot = Some(value.to_owned());
    Ok(())
}

fn port(slot: &mut Option<i32>, value: &str) -> Result<(), String> {
    let number = value.parse().ok().filter(|port| (-1..=65_535).contains(port));
    *slot = Some(number.ok_or("a port is a number from 0 to 65535, or -1 for any that is free")?);
    Ok(())
}

fn find(name: &str) -> Option<Take> {
    use Take::{Switch, Value};
    Some(match name {
        "a" | "addr" | "net" => Value(|flags, value| text(&mut flags.host, value)),
        "p" | "port" => Value(|flags, value| port(&mut flags.port, value)),
        "m" | "http_port" => Value(|flags, value| port(&mut flags.http_port, value)),
        "n" | "name" | "server_name" => Value(|flags, value| text(&mut flags.name, value)),
        "c" | "config" => Value(|flags, value| text(&mut flags.config, value)),
        "P" | "pid" => Value(|flags, value| text(&mut flags.pid_file, value)),
        "l" | "log" => Value(|flags, value| text(&mut flags.log_file, value)),
        "ports_file_dir" => Value(|flags, value| text(&mut flags.ports_file_dir, value)),
        "sd" | "store_dir" => Value(|flags, value| text(&mut flags.store_dir, value)),
        "topology" => Value(|flags, value| text(&mut flags.topology, value)),
        "js" | "jetstream" => Switch(|flags, on| flags.jetstream = Some(on)),
        "D" | "debug" => Switch(|flags, on| flags.debug = Some(on)),
        "V" | "VV" | "trace" => Switch(|flags, on| flags.trace = Some(on)),
        "DV" | "DVV" => Switch(|flags, on| {
            flags.debug = Some(on);
            flags.trace = Some(on);
        }),
        "T" | "logtime" => Switch(|flags, on| flags.logtime = Some(on)),
        "t" => Switch(|flags, on| flags.test = on),
        "h" | "help" => Switch(|flags, on| flags.help = on),
        "v" | "version" => Switch(|flags, on| flags.version = on),
        _ => return None,
    })
}

/// Reads the words of the command line.
///
/// # Errors
/// The first word that makes no sense, in Go's terms.
pub(crate) fn parse(words: &[String]) -> Result<Flags, String> {
    let mut flags = Flags::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            match word.as_str() {
                "help" => flags.help = true,
                "version" => flags.version = true,
                other => return Err(format!("unrecognized command: {other:?}")),
            }
            continue;
        };
        let flag = flag.strip_prefix('-').unwrap_or(flag);
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (flag, None),
        };
        match find(name) {
            None => return Err(format!("flag provided but not defined: -{name}")),
            Some(Take::Switch(set)) => set(&mut flags, on_or_off(name, value)?),
            Some(Take::Value(set)) => {
                let value = value.or_else(|| words.next().map(String::as_str));
                let value = value.ok_or_else(|| format!("flag needs an argument: -{name}"))?;
                set(&mut flags, value)
                    .map_err(|why| format!("invalid value {value:?} for flag -{name}: {why}"))?;
            }
        }
    }
    Ok(flags)
}

fn on_or_off(name: &str, value: Option<&str>) -> Result<bool, String> {
    match value {
        None => Ok(true),
        Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
        Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
        Some(other) => Err(format!("invalid boolean value {other:?} for -{name}: true or false")),
    }
}

/// The help text.
pub(crate) const USAGE: &str = "
Usage: bridge [options]
       bridge fault TOPOLOGY_FILE KIND SERVER FROM TO
       bridge fault TOPOLOGY_FILE slow-disk CLUSTER/SERVER 50ms   (and the console's other faults)
       bridge type TOPOLOGY_FILE 'APP> nats ...'

A simulated NATS server, or several, behind real TCP ports. The options are nats-server's own:

    -a, --addr, --net <host>         Bind to host address (default: 0.0.0.0)
    -p, --port <port>                Use port for clients (default: 4222, -1 for any that is free)
    -n, --name, --server_name <name> Server name (default: auto)
    -P, --pid <file>                 File to store PID
    -m, --http_port <port>           Use port for http monitoring
    -c, --config <file>              Configuration file
    -t                               Test configuration and exit
        --ports_file_dir <dir>       Creates a ports file (nats-server_<pid>.ports) in that directory
    -l, --log <file>                 File to redirect log output
    -T, --logtime                    Timestamp log entries (default: true)
    -D, --debug   -V, --trace   -VV   -DV   -DVV
    -js, --jetstream                 Enable JetStream
    -sd, --store_dir <dir>           Accepted; everything is kept in memory
    -h, --help   -v, --version

and one of the bridge's:

        --topology <file>            Serve every server of a topology, each at its own address
";

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Flags, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn takes_every_way_of_writing_a_value() {
        let expected = Flags { port: Some(-1), store_dir: Some("/x".into()), ..Flags::default() };
        for line in ["-p -1 -sd /x", "--port -1 --store_dir=/x", "-p=-1 -sd=/x", "-port=-1 --sd /x"]
        {
            assert_eq!(parsed(line), Ok(expected.clone()), "{line}");
        }
    }

    #[test]
    fn a_switch_takes_no_second_word() {
        let flags = parsed("-js -DV -a 127.0.0.1").unwrap();
        assert_eq!(
            (flags.jetstream, flags.debug, flags.trace),
            (Some(true), Some(true), Some(true))
        );
        assert_eq!(flags.host.as_deref(), Some("127.0.0.1"));
        assert_eq!(parsed("-js=false").unwrap().jetstream, Some(false));
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = |line| parsed(line).unwrap_err();
        assert_eq!(wrong("-foo"), "flag provided but not defined: -foo");
        assert_eq!(wrong("-p"), "flag needs an argument: -p");
        assert!(wrong("-p x").contains("invalid value \"x\" for flag -p"));
        assert!(wrong("-p 70000").contains("0 to 65535"));
        assert!(wrong("-js=maybe").contains("true or false"));
        assert_eq!(wrong("start"), "unrecognized command: \"start\"");
    }
}
