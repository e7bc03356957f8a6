//! Lessons and links: what is done with a world by a text, played or shared.

pub mod link;
