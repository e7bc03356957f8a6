//! Charts in characters, as the CLI draws them: the newest value is at the right, zero at the bottom.
//!
//! All of it is integer arithmetic, so a chart is the same on every machine.

use super::format::comma;

/// What the numbers of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Whole things.
    Whole,
    /// Hundredths of something.
    Hundredths,
}

/// Draws values, oldest first, one column each, `height` + 1 lines high; what they are stands below.
pub(crate) fn chart(caption: &str, unit: Unit, values: &[u64], height: usize) -> Vec<String> {
    let most = values.iter().copied().max().unwrap_or(0);
    let labels: Vec<String> = (0..=height).map(|row| label(unit, most, row, height)).collect();
    let widest = labels.iter().map(String::len).max().unwrap_or(0);
    let mut rows = vec![vec![' '; values.len().saturating_sub(1)]; height + 1];
    // Which line a value is on, counted from above.
    let row = |value: u64| height - level(value, most, height);
    for (column, pair) in values.windows(2).enumerate() {
        let (old, new) = (row(pair[0]), row(pair[1]));
        if old == new {
            rows[old][column] = '─';
            continue;
        }
        let (above, below, top, bottom) =
            if new < old { (new, old, '╭', '╯') } else { (old, new, '╮', '╰') };
        rows[above][column] = top;
        rows[below][column] = bottom;
        for between in &mut rows[above + 1..below] {
            between[column] = '│';
        }
    }
    let first = values.first().map(|value| row(*value));
    let mut lines = Vec::new();
    for (n, (cells, label)) in rows.iter().zip(&labels).enumerate() {
        let axis = if first == Some(n) { '┼' } else { '┤' };
        let drawn: String = cells.iter().collect();
        lines.push(format!(" {label:>widest$} {axis}{drawn}").trim_end().to_owned());
    }
    let before = widest + 3 + values.len().saturating_sub(caption.len()) / 2;
    lines.push(format!("{:before$}{caption}", ""));
    lines
}

/// How many lines above zero a value is.
fn level(value: u64, most: u64, height: usize) -> usize {
    if most == 0 {
        return 0;
    }
    let (value, most, height) = (u128::from(value), u128::from(most), height as u128);
    usize::try_from((2 * value * height + most) / (2 * most)).unwrap_or(0)
}

/// The number that stands at a line.
fn label(unit: Unit, most: u64, row: usize, height: usize) -> String {
    let (most, height, up) = (u128::from(most), height.max(1) as u128, (height - row) as u128);
    match unit {
        Unit::Whole => comma((most * up / height) as i128),
        Unit::Hundredths => {
            let value = (2 * most * up + height) / (2 * height);
            format!("{}.{:02}", comma((value / 100) as i128), value % 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_up_and_down() {
        let drawn = chart("Messages", Unit::Whole, &[0, 0, 4, 4, 1, 10, 10], 4);
        let expected = [
            " 10 ┤    ╭─",
            "  7 ┤    │",
            "  5 ┤ ╭─╮│",
            "  2 ┤ │ ││",
            "  0 ┼─╯ ╰╯",
            "     Messages",
        ];
        assert_eq!(drawn, expected);
    }

    #[test]
    fn where_there_is_nothing_the_line_is_at_zero() {
        let drawn = chart("a / second", Unit::Hundredths, &[0; 12], 2);
        let expected = [" 0.00 ┤", " 0.00 ┤", " 0.00 ┼───────────", "        a / second"];
        assert_eq!(drawn, expected);
        assert_eq!(chart("", Unit::Hundredths, &[123_456], 1)[0], " 1,234.56 ┼");
    }

    #[test]
    fn the_largest_numbers_are_drawn() {
        let drawn = chart("x", Unit::Whole, &[0, u64::MAX], 3);
        assert!(drawn[0].ends_with("┤╭"), "{drawn:?}");
    }
}
