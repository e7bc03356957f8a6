//! A line as it is put together, word by word.

use crate::client::Draft;

/// A line that grows.
pub(super) struct Words(pub(super) String);

impl Words {
    pub(super) fn new() -> Self {
        Self("nats".to_owned())
    }

    /// Adds a word, in quotes if it needs them.
    pub(super) fn add(&mut self, word: &str) -> &mut Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
        self.0.push(' ');
        if !word.is_empty() && word.chars().all(plain) {
            self.0.push_str(word);
        } else {
            self.0.push('\'');
            self.0.push_str(&word.replace('\'', r"'\''"));
            self.0.push('\'');
        }
        self
    }

    /// Adds a flag with its value, if there is one; a flag without a name is an argument.
    pub(super) fn flag(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            if !name.is_empty() {
                self.add(name);
            }
            self.add(value);
        }
        self
    }

    pub(super) fn headers(&mut self, message: &Draft) -> &mut Self {
        for (name, value) in &message.headers {
            self.add("-H").add(&format!("{name}:{value}"));
        }
        self
    }

    pub(super) fn count(&mut self, count: u64, usual: u64) -> &mut Self {
        if count != usual {
            self.add("--count").add(&count.to_string());
        }
        self
    }
}
