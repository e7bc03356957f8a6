//! The `nats` command language: a line typed by a client of the world becomes plain NATS messages of
//! that client, and what comes of them is printed as the real CLI prints it.
//!
//! * [`commands`]: the table of commands, as data; parsing, help, errors and completion read it.
//! * `parse`: from a line to an [`Invocation`] with checked values, or a [`UsageError`].
//! * `plan`: one script per command; a script is run again for each printing.
//! * `session`: the [`Session`] that a page or a lesson drives.
//!
//! Lines that begin with `fault`, `link` or `topology` are this console's own: they do to the world
//! what can be clicked on the page ([`Fault`]), or show what it consists of.
//!
//! Facts about the real CLI (commands, flags, layout of its output) are those of natscli 0.3.

mod chart;
mod columns;
pub mod commands;
mod complete;
mod echo;
mod entry;
mod facts;
mod fault;
mod format;
mod gather;
mod history;
mod line;
mod parse;
mod plan;
mod reports;
mod servers;
mod session;
mod suggest;
mod table;
mod template;
mod topology;
mod usage;

#[cfg(test)]
mod tests;

pub use complete::{Completion, complete};
pub use echo::echo;
pub use entry::{Entry, Output, State};
pub use facts::{
    ConnectionFacts, ConsumerFacts, Facts, MetaFacts, MetaPeerFacts, ServerFacts, StreamFacts,
};
pub use fault::{Fault, LeaderFault, LinkChange};
pub use history::LineHistory;
pub use line::{Line, LineKind};
pub use parse::{Invocation, Parsed, parse};
pub use session::{Session, Submission};
pub use usage::{UsageError, help};

pub(crate) use plan::trouble;
