//! The lines typed before, for the up and down keys.

/// How many lines are remembered.
const MOST: usize = 500;

/// The remembered lines and where in them the person is.
#[derive(Debug, Clone, Default)]
pub struct LineHistory {
    lines: Vec<String>,
    /// How many lines back the person is; 0 is the line being typed.
    back: usize,
    /// The line being typed, kept while the person looks at older ones.
    draft: String,
}

impl LineHistory {
    /// Remembers a line. Blank lines and repetitions of the last one are not kept.
    pub fn push(&mut self, line: &str) {
        let line = line.trim();
        self.back = 0;
        self.draft.clear();
        if line.is_empty() || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        self.lines.push(line.to_owned());
        if self.lines.len() > MOST {
            self.lines.remove(0);
        }
    }

    /// The line before the one shown; `current` is what stands in the input now. Nothing if there
    /// is no older one.
    pub fn up(&mut self, current: &str) -> Option<&str> {
        if self.back >= self.lines.len() {
            return None;
        }
        if self.back == 0 {
            self.draft = current.to_owned();
        }
        self.back += 1;
        self.shown()
    }

    /// The line after the one shown, at last the one that was being typed. Nothing if that one is
    /// shown already.
    pub fn down(&mut self) -> Option<&str> {
        self.back = self.back.checked_sub(1)?;
        self.shown()
    }

    /// All remembered lines, oldest first.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    fn shown(&self) -> Option<&str> {
        match self.back {
            0 => Some(&self.draft),
            back => self.lines.get(self.lines.len() - back).map(String::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_come_back_to_the_line_being_typed() {
        let mut history = LineHistory::default();
        assert_eq!(history.up("x"), None);
        for line in ["nats stream ls", " nats stream ls ", "", "nats pub a b"] {
            history.push(line);
        }
        assert_eq!(history.lines().count(), 2);
        assert_eq!(history.up("half a li"), Some("nats pub a b"));
        assert_eq!(history.up("nats pub a b"), Some("nats stream ls"));
        assert_eq!(history.up("nats stream ls"), None);
        assert_eq!(history.down(), Some("nats pub a b"));
        assert_eq!(history.down(), Some("half a li"));
        assert_eq!(history.down(), None);
    }

    #[test]
    fn only_so_many_lines_are_kept() {
        let mut history = LineHistory::default();
        for n in 0..MOST + 10 {
            history.push(&format!("nats pub a {n}"));
        }
        assert_eq!(history.lines().count(), MOST);
        assert_eq!(history.lines().next(), Some("nats pub a 10"));
    }
}
