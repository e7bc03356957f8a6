//! The list of the lessons that are published beside the page: `lessons/index.json`.

use crate::nats::json::{self, from_json};
use crate::sorted;

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
}

from_json! {
    strict Entry;
    needs file, title, summary, order, minutes;
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
