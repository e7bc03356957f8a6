//! JSON text for people.

/// JSON text as lines, with the indentation of two that the CLI gives it. Keys keep their order, which a
/// parsed value would lose.
pub fn pretty(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut depth = 0usize;
    let mut chars = text.chars().filter(|c| *c != '\n').peekable();
    let mut in_string = false;
    let mut escaped = false;
    while let Some(c) = chars.next() {
        let push = |lines: &mut Vec<String>, c: char| {
            if let Some(last) = lines.last_mut() {
                last.push(c);
            }
        };
        if in_string {
            push(&mut lines, c);
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '{' | '[' => {
                push(&mut lines, c);
                if let Some(&close @ ('}' | ']')) = chars.peek() {
                    push(&mut lines, close);
                    chars.next();
                } else {
                    depth += 1;
                    lines.push("  ".repeat(depth));
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                lines.push("  ".repeat(depth));
                push(&mut lines, c);
            }
            ',' => {
                push(&mut lines, c);
                lines.push("  ".repeat(depth));
            }
            ':' => {
                push(&mut lines, c);
                push(&mut lines, ' ');
            }
            c if c.is_whitespace() => {}
            c => {
                in_string = c == '"';
                push(&mut lines, c);
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_order() {
        let text = r#"{"b":1,"a":[1,"x:{,\"}"],"e":{},"l":[]}"#;
        let expected = "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    \"x:{,\\\"}\"\n  ],\n  \"e\": {},\n  \"l\": []\n}";
        assert_eq!(pretty(text).join("\n"), expected);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_laid_out(text in ".{0,40}") {
            let _ = pretty(&text);
        }
    }
}
