//! The lines the console prints.

/// A line of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What kind of line it is.
    pub kind: LineKind,
    /// Its text.
    pub text: String,
}

/// What kind of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// What the real CLI would print.
    Plain,
    /// An error, as the real CLI would print it.
    Error,
    /// A remark that the real CLI would not make: what is different here, what could be typed next.
    Hint,
}

impl Line {
    /// A line as the CLI prints it.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { kind: LineKind::Plain, text: text.into() }
    }

    /// An error as the CLI prints it.
    pub(crate) fn error(text: impl std::fmt::Display) -> Self {
        Self { kind: LineKind::Error, text: format!("nats: error: {text}") }
    }

    /// A remark of this console.
    pub(crate) fn hint(text: impl Into<String>) -> Self {
        Self { kind: LineKind::Hint, text: text.into() }
    }
}
