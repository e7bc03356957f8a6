//! The log, line by line in nats-server's form: `[PID] date time [INF] text`.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use windtunnel::nats::time::Calendar;

use super::clock::unix_ns;

/// Where lines go.
pub(crate) struct Log {
    file: Option<(PathBuf, RefCell<File>)>,
    time: bool,
    debug: bool,
}

impl Log {
    /// A log to a file, or without one to standard error.
    ///
    /// # Errors
    /// That the file cannot be opened.
    pub(crate) fn new(file: Option<&Path>, time: bool, debug: bool) -> io::Result<Self> {
        let file = match file {
            Some(path) => Some((path.to_path_buf(), RefCell::new(open(path)?))),
            None => None,
        };
        Ok(Self { file, time, debug })
    }

    pub(crate) fn info(&self, text: impl AsRef<str>) {
        self.line("INF", text.as_ref());
    }

    pub(crate) fn warn(&self, text: impl AsRef<str>) {
        self.line("WRN", text.as_ref());
    }

    pub(crate) fn error(&self, text: impl AsRef<str>) {
        self.line("ERR", text.as_ref());
    }

    pub(crate) fn fatal(&self, text: impl AsRef<str>) {
        self.line("FTL", text.as_ref());
    }

    /// The text is made only if it is wanted.
    pub(crate) fn debug(&self, text: impl FnOnce() -> String) {
        if self.debug {
            self.line("DBG", &text());
        }
    }

    /// Opens the file anew, for whoever has moved it away.
    pub(crate) fn reopen(&self) {
        if let Some((path, file)) = &self.file
            && let Ok(fresh) = open(path)
        {
            file.replace(fresh);
        }
    }

    fn line(&self, label: &str, text: &str) {
        let time = if self.time { now() } else { String::new() };
        let line = format!("[{}] {time}[{label}] {text}\n", std::process::id());
        // A log that cannot be written has nowhere to say so.
        let _ = match &self.file {
            Some((_, file)) => file.borrow_mut().write_all(line.as_bytes()),
            None => io::stderr().write_all(line.as_bytes()),
        };
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// The time, in UTC, with a space behind it.
fn now() -> String {
    let at = Calendar::of_unix(i128::from(unix_ns()));
    let micros = at.nanos / 1_000;
    format!(
        "{:04}/{:02}/{:02} {:02}:{:02}:{:02}.{micros:06} ",
        at.year, at.month, at.day, at.hour, at.minute, at.second
    )
}
