//! Words that an application replaces in subjects and texts, message by message:
//!
//! - `{{Count}}`: 1, 2, 3 …
//! - `{{Cycle us eu asia}}`: the words in turn.
//! - `{{Round 3}}`: 1 for the first three messages, 2 for the next three …
//! - `{{Random 10 99}}`: a number, both ends included.
//! - `{{Name}}`: the application's name.

use crate::kernel::Rng;

/// What there is to know of a message that is to be written.
pub struct Facts<'a> {
    /// Its number, from 1.
    pub count: u64,
    /// The application's name.
    pub name: &'a str,
}

/// Replaces the words.
///
/// # Errors
/// Which word nobody knows, and which there are.
pub fn fill(text: &str, facts: &Facts<'_>, rng: &mut Rng) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((word, after)) = from.split_once("}}") else {
            return Err(format!("{text:?} has an opening {{{{ without }}}}"));
        };
        filled.push_str(&replace(word, facts, rng)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// What the first message would be: to see whether a template is right.
///
/// # Errors
/// As [`fill`].
pub fn example(text: &str) -> Result<String, String> {
    fill(text, &Facts { count: 1, name: "app" }, &mut Rng::new(0))
}

fn replace(word: &str, facts: &Facts<'_>, rng: &mut Rng) -> Result<String, String> {
    let mut parts = word.split_whitespace();
    let name = parts.next().unwrap_or_default();
    let arguments: Vec<&str> = parts.collect();
    let number = |text: &str| {
        text.parse::<u64>().map_err(|_| format!("{{{{{word}}}}}: {text:?} is no number"))
    };
    match (name, arguments.as_slice()) {
        ("Count", []) => Ok(facts.count.to_string()),
        ("Name", []) => Ok(facts.name.to_owned()),
        ("Cycle", [_, ..]) => {
            let turn = (facts.count.saturating_sub(1)) % arguments.len() as u64;
            Ok(arguments[turn as usize].to_owned())
        }
        ("Round", [of]) => match number(of)? {
            0 => Err(format!("{{{{{word}}}}}: a round has at least one message")),
            of => Ok((facts.count.saturating_sub(1) / of + 1).to_string()),
        },
        ("Random", [low, high]) => {
            let (low, high) = (number(low)?, number(high)?);
            if low > high {
                return Err(format!("{{{{{word}}}}}: {low} is more than {high}"));
            }
            Ok((low + rng.below((high - low).saturating_add(1))).to_string())
        }
        _ => Err(format!(
            "{{{{{word}}}}} means nothing; there are {{{{Count}}}}, {{{{Cycle a b c}}}}, \
             {{{{Round 3}}}}, \
             {{{{Random 1 9}}}} and {{{{Name}}}}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_message_by_message() {
        let mut rng = Rng::new(1);
        let mut text = |template: &str, count| {
            fill(template, &Facts { count, name: "shop" }, &mut rng).expect("a good template")
        };
        assert_eq!(text("orders.{{Cycle us eu}}.{{Count}}", 1), "orders.us.1");
        assert_eq!(text("orders.{{Cycle us eu}}.{{ Count }}", 2), "orders.eu.2");
        assert_eq!(text("orders.{{Cycle us eu}}", 3), "orders.us");
        assert_eq!((1..=4).map(|n| text("{{Round 3}}", n)).collect::<String>(), "1112");
        assert_eq!(text("{{Name}} {\"a\":{\"b\":1}}", 1), "shop {\"a\":{\"b\":1}}");
        let drawn: u64 = text("{{Random 10 12}}", 1).parse().expect("a number");
        assert!((10..=12).contains(&drawn));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (template, said) in [
            ("{{Count", "without }}"),
            ("{{Kount}}", "means nothing"),
            ("{{Random 9 1}}", "more than"),
            ("{{Random a 1}}", "no number"),
            ("{{Cycle}}", "means nothing"),
        ] {
            let error = example(template).expect_err(template);
            assert!(error.contains(said), "{error}");
        }
    }
}
