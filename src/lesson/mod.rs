//! Lessons and links: what is done with a world by a text, played or shared. A Markdown file becomes a
//! course of inputs, narration that waits for the engine, and questions that the engine answers.
//!
//! * [`Lesson::parse`]: from the file to data ([`model`], [`prose`], [`condition`]).
//! * [`Play`]: a lesson being played. Like a console session it sends nothing by itself: whoever
//!   drives a history asks it after every step what to give, so that page and tests play alike.
//! * [`check`]: plays a lesson without a page and tells what did not come as its author says.
//! * [`index`]: the list of the lessons there are.
//! * [`link`]: a session as a link.
//! * [`snippet`]: the calls of a lesson as code, with the names and values of the world.
//!
//! `docs/lessons.md` is the guide for authors.

pub mod check;
pub mod condition;
mod error;
pub mod index;
pub mod link;
pub mod model;
mod parse;
mod play;
pub mod prose;
#[cfg(test)]
pub(crate) mod sample;
pub mod snippet;
mod start;

pub use error::LessonError;
pub use model::{Beat, Item, Lesson, Part};
pub use play::{Asked, Mark, Move, Play, Standing, Step, Waiting};
