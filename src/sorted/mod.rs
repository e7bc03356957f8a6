//! Ordered maps, ordered sets and sorting that compile to little code.
//!
//! The standard library's B-trees and sorts are made for speed on large data, and every type they hold makes
//! a copy of some four kilobytes of WebAssembly. The house has dozens of such types, nearly all of a
//! few entries: here a map is a sorted vector and a sort works on indexes, once for all types. Where many
//! entries come and go in the middle, use [`crate::jetstream::cow::CowMap`] instead.

mod map;
mod set;
mod sort;

pub use map::{Entry, Map};
pub use set::Set;
pub use sort::{sort, sort_by, sort_by_key};
