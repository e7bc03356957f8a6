//! What the bridge is to do: the configuration file with the command line over it.

use std::path::{Path, PathBuf};

use windtunnel::kernel::Span;
use windtunnel::server::{JetStreamSettings, ServerSettings};

use super::conf::{self, ConfError, Entry, Value};
use super::flags::Flags;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    pub(crate) name: Option<String>,
    pub(crate) host: String,
    /// -1 means any free port.
    pub(crate) port: i32,
    pub(crate) http_host: Option<String>,
    /// Where the monitoring pages are; -1 means any free port.
    pub(crate) http_port: Option<i32>,
    pub(crate) pid_file: Option<PathBuf>,
    pub(crate) log_file: Option<PathBuf>,
    pub(crate) ports_file_dir: Option<PathBuf>,
    pub(crate) logtime: bool,
    pub(crate) debug: bool,
    pub(crate) trace: bool,
    pub(crate) jetstream: bool,
    pub(crate) store_dir: Option<PathBuf>,
    pub(crate) domain: Option<String>,
    pub(crate) config: Option<PathBuf>,
    /// What was accepted without being carried out, in words.
    pub(crate) notices: Vec<String>,
    settings: ServerSettings,
    js: JetStreamSettings,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: None,
            host: "0.0.0.0".to_owned(),
            port: 4222,
            http_host: None,
            http_port: None,
            pid_file: None,
            log_file: None,
            ports_file_dir: None,
            logtime: true,
            debug: false,
            trace: false,
            jetstream: false,
            store_dir: None,
            domain: None,
            config: None,
            notices: Vec::new(),
            settings: ServerSettings::default(),
            js: JetStreamSettings::default(),
        }
    }
}

type Result<T> = std::result::Result<T, ConfError>;

impl Options {
    /// Reads the configuration file that the flags name, if they do, and puts the flags over it.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(crate) fn new(flags: &Flags) -> Result<Self> {
        let mut options = Self::default();
        if let Some(file) = &flags.config {
            options.config = Some(file.into());
            for entry in conf::read(Path::new(file))? {
                options.entry(&entry)?;
            }
        }
        options.flags(flags);
        if options.trace {
            let notice = "Trace is accepted, but the bridge writes no protocol lines into the log";
            options.notices.push(notice.to_owned());
        }
        Ok(options)
    }

    fn flags(&mut self, flags: &Flags) {
        let path = |text: &Option<String>| text.as_ref().map(PathBuf::from);
        if let Some(host) = &flags.host {
            self.host.clone_from(host);
        }
        self.port = flags.port.unwrap_or(self.port);
        self.http_port = flags.http_port.or(self.http_port).filter(|port| *port != 0);
        self.name = flags.name.clone().or(self.name.take());
        self.pid_file = path(&flags.pid_file).or(self.pid_file.take());
        self.log_file = path(&flags.log_file).or(self.log_file.take());
        self.ports_file_dir = path(&flags.ports_file_dir).or(self.ports_file_dir.take());
        self.store_dir = path(&flags.store_dir).or(self.store_dir.take());
        self.jetstream = flags.jetstream.unwrap_or(self.jetstream);
        self.debug = flags.debug.unwrap_or(self.debug);
        self.trace = flags.trace.unwrap_or(self.trace);
        self.logtime = flags.logtime.unwrap_or(self.logtime);
    }

    fn entry(&mut self, entry: &Entry) -> Result<()> {
        match entry.key.as_str() {
            "listen" => {
                let (host, port) = entry.address()?;
                self.host = host.unwrap_or(std::mem::take(&mut self.host));
                self.port = port;
            }
            "host" | "net" => self.host = entry.text()?,
            "port" => self.port = entry.port()?,
            "server_name" => {
                let name = entry.text()?;
                if name.contains(char::is_whitespace) {
                    return Err(entry.wrong("server name cannot contain spaces"));
                }
                self.name = Some(name);
            }
            "http" | "http_port" | "monitor_port" => {
                let (host, port) = entry.address()?;
                self.http_host = host;
                self.http_port = Some(port);
            }
            "max_payload" => {
                let size = entry.size()?;
                if !(1..=MAX_PAYLOAD).contains(&size) {
                    let what = format!("\"max_payload\" must be from 1 to {MAX_PAYLOAD} bytes");
                    return Err(entry.wrong(what));
                }
                self.settings.max_payload = size as usize;
            }
            "ping_interval" => {
                let span = entry.span()?;
                if span == Span::ZERO {
                    return Err(entry.wrong("\"ping_interval\" must be more than 0"));
                }
                self.settings.ping_interval = span;
            }
            "ping_max" => self.settings.ping_max = entry.number(1_000_000)? as u32,
            "server_tags" => self.settings.tags = entry.texts()?,
            "ports_file_dir" => self.ports_file_dir = Some(entry.text()?.into()),
            "pidfile" | "pid_file" => self.pid_file = Some(entry.text()?.into()),
            "logfile" | "log_file" => self.log_file = Some(entry.text()?.into()),
            "logtime" => self.logtime = entry.boolean()?,
            "debug" => self.debug = entry.boolean()?,
            "trace" => self.trace = entry.boolean()?,
            "jetstream" => self.jetstream_entry(entry)?,
            "store_dir" | "storedir" => self.store_dir = Some(entry.text()?.into()),
            "leafnodes" | "leaf" => self.not_opened(entry, "leafnode connections"),
            "websocket" | "ws" => self.not_opened(entry, "websocket clients"),
            _ => return Err(entry.unknown()),
        }
        Ok(())
    }

    /// Names a listener that is configured and not opened.
    fn not_opened(&mut self, entry: &Entry, whom: &str) {
        let Value::Block(inner) = &entry.item.value else { return };
        let address = inner.iter().find(|entry| matches!(entry.key.as_str(), "listen" | "port"));
        let at = match address.map(|entry| &entry.item.value) {
            Some(Value::Text(text)) => format!(" on {text}"),
            Some(Value::Int(port)) => format!(" on port {port}"),
            _ => String::new(),
        };
        self.notices.push(format!(
            "{:?} is accepted, but the bridge does not listen for {whom}{at}",
            entry.key
        ));
    }

    fn jetstream_entry(&mut self, entry: &Entry) -> Result<()> {
        match &entry.item.value {
            Value::Bool(on) => self.jetstream = *on,
            Value::Text(text) => match text.to_lowercase().as_str() {
                "enabled" | "enable" => self.jetstream = true,
                "disabled" | "disable" => self.jetstream = false,
                other => {
                    let what = format!("expected 'enabled' or 'disabled', not {other:?}");
                    return Err(entry.wrong(what));
                }
            },
            Value::Block(inner) => {
                self.jetstream = true;
                for entry in inner {
                    self.inside_jetstream(entry)?;
                }
            }
            _ => return Err(entry.wrong("\"jetstream\" wants a block, or 'enabled'")),
        }
        Ok(())
    }

    fn inside_jetstream(&mut self, entry: &Entry) -> Result<()> {
        match entry.key.as_str() {
            "enable" | "enabled" => self.jetstream = entry.boolean()?,
            "strict" => {
                self.js.strict = entry.boolean()?;
                if !self.js.strict {
                    let notice =
                        "\"strict: false\" is accepted, but unknown fields are refused still";
                    self.notices.push(notice.to_owned());
                }
            }
            "store" | "store_dir" | "storedir" => self.store_dir = Some(entry.text()?.into()),
            "max_memory_store" | "max_mem_store" | "max_mem" => {
                self.js.max_memory = entry.size()?
            }
            "max_file_store" | "max_file" => self.js.max_storage = entry.size()?,
            "sync" | "sync_interval" => {
                let always = entry.text().is_ok_and(|text| text == "always");
                self.js.sync_interval = if always { Span::ZERO } else { entry.span()? };
            }
            "domain" => self.domain = Some(entry.text()?),
            _ => return Err(entry.unknown()),
        }
        Ok(())
    }

    /// What the simulated server is configured with, once its port is known.
    pub(crate) fn settings(&self, port: u16) -> ServerSettings {
        ServerSettings {
            host: self.host.clone(),
            port,
            jetstream: self.jetstream.then(|| self.js.clone()),
            ..self.settings.clone()
        }
    }
}

/// nats-server takes no larger messages either.
const MAX_PAYLOAD: u64 = 64 * 1024 * 1024;
