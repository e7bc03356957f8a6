//! The list of the lessons that are published beside the page: `lessons/index.json`.

use std::sync::Arc;

use crate::nats::api::{Retention, StreamConfig};
use crate::nats::json::{self, as_json};
use crate::sorted;
use crate::world::{StreamView, TopologyError, World};

use super::{Lesson, check};

/// Cells that a tape on a card has room for.
const CELLS: u64 = 9;
/// Tapes on a card.
const TAPES: usize = 3;

/// A lesson in the list; what it says is what the front matter of its file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Its file, in the same folder.
    pub file: String,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub summary: String,
    /// Its place among the lessons.
    pub order: u32,
    /// How many minutes it takes.
    pub minutes: u32,
    /// Its streams when they hold most, as [`tapes`] writes them.
    pub tapes: Vec<String>,
}

as_json! {
    strict Entry;
    file required, title required, summary required, order required, minutes required,
    tapes required,
}

/// Reads the list.
///
/// # Errors
/// Why it cannot be read.
pub fn read(text: &str) -> Result<Vec<Entry>, String> {
    let mut list: Vec<Entry> = json::read(text.as_bytes()).map_err(|why| why.to_string())?;
    sorted::sort_by_key(&mut list, |entry| entry.order);
    Ok(list)
}

/// The tapes of a lesson at the moment when its streams hold most: of each its kind, a space and a sign for
/// each of its newest cells, `#` for one with a message and `.` for one without.
///
/// # Errors
/// Why its world cannot be.
pub fn tapes(lesson: &Arc<Lesson>) -> Result<Vec<String>, TopologyError> {
    let (mut most, mut tapes) = (0, Vec::new());
    check::play_with(lesson, |world, _| {
        let now = all(world);
        let held = now.iter().map(|tape| tape.matches('#').count()).sum();
        if held >= most {
            (most, tapes) = (held, now);
        }
    })?;
    Ok(tapes)
}

fn all(world: &World) -> Vec<String> {
    world.streams().iter().take(TAPES).filter_map(tape).collect()
}

fn tape(stream: &StreamView<'_>) -> Option<String> {
    let store = stream.best()?.stream.store();
    let last = store.last_seq();
    let first = (last + 1).saturating_sub(CELLS).max(1);
    let cells = (first..=last).map(|seq| if store.get(seq).is_some() { '#' } else { '.' });
    Some(format!("{} {}", kind(stream.config()?), cells.collect::<String>()))
}

/// The kind of a stream in a word.
fn kind(config: &StreamConfig) -> &'static str {
    if config.name.starts_with("KV_") {
        "kv"
    } else if config.name.starts_with("OBJ_") {
        "object"
    } else if config.mirror.is_some() || !config.sources.is_empty() {
        "mirror"
    } else if config.retention == Retention::WorkQueue {
        "queue"
    } else {
        "stream"
    }
}

/// Whether a name can be that of a lesson's file: it stays in its folder.
pub fn is_file_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    name.strip_suffix(".md").is_some_and(|stem| !stem.is_empty() && stem.chars().all(fine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        assert!(is_file_name("1-everything.md"));
        for name in ["../x.md", "a/b.md", "https://x.md", ".md", "a.txt", ""] {
            assert!(!is_file_name(name), "{name}");
        }
    }
}
