//! The pure presentation model: everything the page shows, computed as plain data.
//!
//! A [`Player`] owns the history of a world and decides what moment is looked at; [`Frame`] is that
//! moment, ready to be drawn: shapes with coordinates, words, states, no engine types beyond
//! identities. Nothing here touches a browser, so all of it is tested natively. Floats are fine on
//! this floor: nothing computed here ever flows back into the engine.
//!
//! Reading order: `class`, `palette`, `entity`, `frame` (what there is to draw), `command` (what
//! can be asked), `filter`, `track` (steps), `cast` and `say` (names and sentences), `caption`,
//! `wire`, `why`, `layout`, `stage`, `motion`, `axis`, `diagram`, `inspect`, `a11y`, `pace`,
//! `player`.

pub mod a11y;
mod add_app;
pub mod axis;
pub mod bucket;
pub mod caption;
pub mod cast;
pub mod class;
pub mod command;
pub mod content;
pub mod cutting;
pub mod diagram;
mod dial;
mod doing;
pub mod entity;
pub mod faults;
pub mod files;
pub mod filter;
pub mod flow;
pub mod frame;
pub mod inspect;
mod lanes;
mod layout;
pub mod lesson;
pub mod motion;
mod pace;
pub mod palette;
pub mod player;
mod related;
mod rings;
pub mod room;
mod route;
pub mod say;
pub mod stage;
pub mod text;
mod track;
pub mod tune;
pub mod why;
pub mod wire;

pub use class::{Class, Shape};
pub use command::{LayoutHints, Pace, PlayerCommand};
pub use entity::Entity;
pub use frame::Frame;
pub use lesson::LessonView;
pub use palette::Token;
pub use player::{LessonCommand, Player};
