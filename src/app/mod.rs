//! The Leptos page. Components draw what `view::Frame` says and send `PlayerCommand`s; they compute
//! nothing about the world themselves.
//!
//! Reading order: `shell` (what is where), `engine` (the one place that moves the player), `raf`,
//! `options`, `entity_id`, `keys`, then a file for each part of the page.

#![allow(unreachable_pub, reason = "the component macro makes what it writes public")]

mod apps;
mod branches;
mod caption;
mod clipboard;
mod console;
mod diagram;
mod dialog;
mod dials;
mod done;
mod drawing;
mod engine;
mod entity_id;
mod erased;
mod faults;
mod files;
mod header;
mod help;
mod holdings;
mod icon;
mod inspector;
mod keys;
mod knobs;
mod legend;
mod lesson;
mod lesson_code;
mod lessons;
mod live;
mod measure;
mod menu;
mod opening;
mod options;
mod popover;
mod raft_log;
mod saving;
mod scene;
mod scenes;
mod sections;
mod share;
mod shell;
mod stage;
mod start;
mod theme;
mod transport;
mod tuner;
mod wire;

use leptos::mount::mount_to_body;
use leptos::prelude::*;

/// Mounts the page into the document's body.
pub fn mount() {
    mount_to_body(|| view! { <shell::Shell/> });
}
