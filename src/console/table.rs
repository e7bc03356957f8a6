//! Tables with the rounded borders of the CLI.
//!
//! A column of numbers stands to the right, everything else to the left. Most numbers of the CLI's
//! tables are texts by then, so most columns stand to the left.

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text, also a number that was made into one.
    Text(String),
    /// A number, for a column that stands to the right.
    Number(u64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// A table being filled.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    title: String,
    headers: Vec<String>,
    rows: Vec<Vec<Cell>>,
    footer: Vec<Cell>,
}

impl Table {
    /// An empty table.
    pub(crate) fn new(title: impl Into<String>, headers: &[&str]) -> Self {
        Self {
            title: title.into(),
            headers: headers.iter().map(|&h| h.to_owned()).collect(),
            rows: Vec::new(),
            footer: Vec::new(),
        }
    }

    /// Adds a row; it has as many cells as there are headers.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Sets the row below the rows.
    pub(crate) fn footer(&mut self, cells: Vec<Cell>) {
        self.footer = cells;
    }

    /// The table, line by line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let columns = self.headers.len();
        let right: Vec<bool> = (0..columns)
            .map(|i| {
                !self.rows.is_empty()
                    && self.rows.iter().all(|row| matches!(row.get(i), Some(Cell::Number(_))))
            })
            .collect();
        let header: Vec<Cell> = self.headers.iter().map(|h| h.as_str().into()).collect();
        let widths: Vec<usize> = (0..columns)
            .map(|i| {
                let all = self.rows.iter().chain([&header, &self.footer]);
                all.filter_map(|row| Some(width(&row.get(i)?.text()))).max().unwrap_or(0)
            })
            .collect();
        let rule = |left: &str, middle: &str, right: &str| {
            let bars: Vec<String> = widths.iter().map(|w| "─".repeat(w + 2)).collect();
            format!("{left}{}{right}", bars.join(middle))
        };
        let row = |cells: &[Cell]| {
            let mut line = String::from("│");
            for (i, &width) in widths.iter().enumerate() {
                let text = cells.get(i).map(Cell::text).unwrap_or_default();
                let aligned = if right[i] {
                    format!(" {text:>width$} │")
                } else {
                    format!(" {text:width$} │")
                };
                line.push_str(&aligned);
            }
            line
        };
        let mut lines = Vec::new();
        if self.title.is_empty() {
            lines.push(rule("╭", "┬", "╮"));
        } else {
            lines.push(rule("╭", "─", "╮"));
            let inner = widths.iter().map(|w| w + 3).sum::<usize>().saturating_sub(3).max(1);
            let title: Vec<char> = self.title.chars().collect();
            for part in title.chunks(inner) {
                let part: String = part.iter().collect();
                let spare = inner - width(&part);
                let (left, right) = (spare.div_ceil(2), spare / 2);
                lines.push(format!("│ {}{part}{} │", " ".repeat(left), " ".repeat(right)));
            }
            lines.push(rule("├", "┬", "┤"));
        }
        lines.push(row(&header));
        lines.push(rule("├", "┼", "┤"));
        lines.extend(self.rows.iter().map(|cells| row(cells)));
        if !self.footer.is_empty() {
            lines.push(rule("├", "┼", "┤"));
            lines.push(row(&self.footer));
        }
        lines.push(rule("╰", "┴", "╯"));
        lines
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_texts_to_the_left() {
        let mut table = Table::new(
            "Contents for bucket 'CONFIG'",
            &["Key", "Created", "Delta", "Revision", "Value"],
        );
        let created = "2026-11-22 18:16:40";
        table.row(vec!["db.host".into(), created.into(), 0.into(), 4.into(), "db2".into()]);
        let expected = "\
╭──────────────────────────────────────────────────────────╮
│               Contents for bucket 'CONFIG'               │
├─────────┬─────────────────────┬───────┬──────────┬───────┤
│ Key     │ Created             │ Delta │ Revision │ Value │
├─────────┼─────────────────────┼───────┼──────────┼───────┤
│ db.host │ 2026-11-22 18:16:40 │     0 │        4 │ db2   │
╰─────────┴─────────────────────┴───────┴──────────┴───────╯";
        assert_eq!(table.lines().join("\n"), expected);
    }

    #[test]
    fn an_uneven_title_leans_to_the_right_and_a_long_one_wraps() {
        let mut table = Table::new("Key-Value", &["Bucket", "Size"]);
        table.row(vec!["svc".into(), "0 B".into()]);
        table.footer(vec!["".into(), "0 B".into()]);
        let expected = "\
╭───────────────╮
│   Key-Value   │
├────────┬──────┤
│ Bucket │ Size │
├────────┼──────┤
│ svc    │ 0 B  │
├────────┼──────┤
│        │ 0 B  │
╰────────┴──────╯";
        assert_eq!(table.lines().join("\n"), expected);
        table.title = "Ten Letter".to_owned();
        assert_eq!(table.lines()[1], "│   Ten Letter  │");
        table.title = "Fifteen letters".to_owned();
        assert_eq!(table.lines()[1..3], ["│ Fifteen lette │", "│       rs      │"]);
    }
}
