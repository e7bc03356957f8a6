//! The blocks of `Name: value` with which the CLI shows one thing: names to the right, sections
//! with a title.

#[derive(Debug, Clone)]
enum Row {
    Pair(String, String),
    Title(&'static str),
    Blank,
}

/// A block being filled.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    heading: String,
    rows: Vec<Row>,
}

impl Columns {
    /// A block with a heading of its own line.
    pub(crate) fn new(heading: String) -> Self {
        Self { heading, rows: Vec::new() }
    }

    /// Adds a name and its value. Without a name the value continues the one above.
    pub(crate) fn row(&mut self, name: impl Into<String>, value: impl ToString) {
        self.rows.push(Row::Pair(name.into(), value.to_string()));
    }

    /// Adds a name and its value if the value is not empty.
    pub(crate) fn row_if_any(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.row(name, value);
        }
    }

    /// Begins a section.
    pub(crate) fn title(&mut self, title: &'static str) {
        self.rows.push(Row::Title(title));
    }

    /// Leaves a line free.
    pub(crate) fn blank(&mut self) {
        self.rows.push(Row::Blank);
    }

    /// The block, line by line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let names = self.rows.iter().filter_map(|row| match row {
            Row::Pair(name, _) => Some(name.chars().count()),
            _ => None,
        });
        let longest = names.max().unwrap_or(0);
        let mut lines = Vec::new();
        if !self.heading.is_empty() {
            lines.push(self.heading.clone());
            lines.push(String::new());
        }
        let mut after_pair = false;
        let mut after_title = false;
        for row in &self.rows {
            match row {
                Row::Pair(name, value) => {
                    let colon = if name.is_empty() { ' ' } else { ':' };
                    lines.push(format!("{:>1$}{colon} {value}", name, longest + 2));
                }
                Row::Title(title) => {
                    if after_pair {
                        lines.push(String::new());
                    }
                    lines.push(format!("{title}:"));
                    lines.push(String::new());
                }
                // Never two free lines in a row below a title.
                Row::Blank if !after_title => lines.push(String::new()),
                Row::Blank => {}
            }
            after_pair = matches!(row, Row::Pair(..));
            after_title =
                matches!(row, Row::Title(_)) || (after_title && matches!(row, Row::Blank));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_laid_out_as_the_clis() {
        let mut block = Columns::new("Information for Object Store Bucket FILES".to_owned());
        block.title("Configuration");
        block.row("Bucket Name", "FILES");
        block.row("Storage", "File");
        block.row("", "and more");
        block.title("State");
        block.row("Messages", 1);
        block.blank();
        block.title("End");
        let expected = "\
Information for Object Store Bucket FILES

Configuration:

  Bucket Name: FILES
      Storage: File
               and more

State:

     Messages: 1

End:
";
        assert_eq!(block.lines().join("\n"), expected);
    }
}
