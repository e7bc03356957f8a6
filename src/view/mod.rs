//! The pure presentation model: everything the page shows, computed as plain data.
//!
//! A [`Player`] owns the history of a world and decides what moment is looked at; [`Frame`] is that
//! moment, ready to be drawn: shapes with coordinates, words, states, no engine types beyond
//! identities. Nothing here touches a browser, so all of it is tested natively. Floats are fine on
//! this floor: nothing computed here ever flows back into the engine.
//!
//! Reading order: `class`, `palette`, `entity`, `frame` (what there is to draw), `command` (what
//! can be asked), `filter`, `layout`, `stage`, `motion`, `diagram`, `caption`, `wire`, `why`,
//! `inspect`, `a11y`, `hops`, `player`.

pub mod class;
pub mod command;
pub mod entity;
pub mod frame;
pub mod layout;
pub mod pace;
pub mod palette;
pub mod room;
pub mod text;

pub use class::{Class, Shape};
pub use command::{LayoutHints, Pace, PlayerCommand};
pub use entity::Entity;
pub use frame::Frame;
pub use palette::Token;
