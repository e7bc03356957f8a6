//! Under construction.

mod columns;
pub mod commands;
mod format;
mod history;
mod parse;
mod suggest;
mod table;
mod usage;

pub use history::LineHistory;
pub use parse::{Invocation, Parsed, parse};
pub use usage::{UsageError, help};
