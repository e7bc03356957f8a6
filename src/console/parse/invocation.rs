//! A command as it was typed: its arguments and flags, checked already.

use crate::sorted::Map;

use std::sync::Arc;

use crate::client::object::File;
use crate::console::commands::Verb;
use crate::console::format::parse_bytes;
use crate::kernel::Span;
use crate::nats::time::parse_duration;

/// A command with its arguments and flags.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What it is.
    pub verb: Verb,
    /// Which client is to type it, if the line says so.
    pub client: Option<String>,
    pub(super) args: Vec<String>,
    pub(super) flags: Map<&'static str, Vec<String>>,
    pub(super) file: Option<Arc<File>>,
}

impl Invocation {
    /// An argument by its place.
    pub(crate) fn arg(&self, index: usize) -> Option<&str> {
        self.args.get(index).map(String::as_str)
    }

    /// Whether a flag was given.
    pub(crate) fn given(&self, flag: &str) -> bool {
        self.flags.contains_key(flag)
    }

    /// Whether a switch is on; nothing if it was not given.
    pub(crate) fn toggle(&self, flag: &str) -> Option<bool> {
        self.text(flag).map(|value| value == "true")
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, flag: &str) -> bool {
        self.toggle(flag) == Some(true)
    }

    /// The value of a flag.
    pub(crate) fn text(&self, flag: &str) -> Option<&str> {
        self.flags.get(flag)?.last().map(String::as_str)
    }

    /// All values of a flag.
    pub(crate) fn all(&self, flag: &str) -> &[String] {
        self.flags.get(flag).map_or(&[], Vec::as_slice)
    }

    /// The value of a flag for a number.
    pub(crate) fn number(&self, flag: &str) -> Option<i64> {
        self.text(flag)?.parse().ok()
    }

    /// The value of a flag for a size, in bytes.
    pub(crate) fn bytes(&self, flag: &str) -> Option<i64> {
        parse_bytes(self.text(flag)?)
    }

    /// The value of a flag for a duration; `-1` counts as zero.
    pub(crate) fn span(&self, flag: &str) -> Option<Span> {
        self.text(flag).map(|text| Span(parse_duration(text).unwrap_or(0)))
    }

    /// The file that it names, if the console has it.
    pub(crate) fn file(&self) -> Option<&Arc<File>> {
        self.file.as_ref()
    }

    /// Gives it the file that it names.
    pub(crate) fn set_file(&mut self, file: Option<Arc<File>>) {
        self.file = file;
    }

    /// Sets a flag.
    pub(crate) fn set(&mut self, flag: &'static str, value: &str) {
        self.flags.insert(flag, vec![value.to_owned()]);
    }

    /// Changes the texts in which templates may stand: arguments and headers.
    pub(crate) fn each_text(&mut self, mut change: impl FnMut(&mut String)) {
        self.args.iter_mut().for_each(&mut change);
        self.flags.get_mut("header").into_iter().flatten().for_each(change);
    }

    /// The JetStream domain to talk to, if the line names one.
    pub(crate) fn domain(&self) -> Option<&str> {
        self.text("js-domain").or_else(|| self.text("domain"))
    }
}
