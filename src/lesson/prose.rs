//! What there is to read, as plain data: paragraphs and lists of styled words. There is no HTML in
//! it and none can get in.
//!
//! Of Markdown it knows `**strong**`, `*emphasis*`, `` `code` ``, lists with `-`, and links. A link to
//! `stream:us-east/ORDERS` and the like stands for that thing of the world, which lights up when the
//! words are pointed at; code that is the name of a thing does so by itself.

use super::error::{Read, unknown};

/// A block of prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Words>),
    /// A list of points.
    List(Vec<Vec<Words>>),
}

/// Words of one style.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// The words.
    pub text: String,
    /// Whether they are strong.
    pub strong: bool,
    /// Whether they are emphasised.
    pub emphasis: bool,
    /// Whether they are to be read literally.
    pub code: bool,
    /// What they stand for or lead to.
    pub target: Option<Target>,
}

/// What words stand for or lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A thing of the world: its kind and its name.
    Thing(Thing, String),
    /// A page elsewhere.
    Page(String),
}

/// A kind of thing that words can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// `cluster:NAME`
    Cluster,
    /// `server:CLUSTER/NAME`
    Server,
    /// `app:NAME`
    App,
    /// `stream:CLUSTER/NAME`
    Stream,
    /// `message:CLUSTER/STREAM/SEQUENCE`
    Message,
    /// `leader:CLUSTER/STREAM`: the server that leads the stream at that moment.
    Leader,
}

impl Thing {
    const ALL: [(&'static str, Self, usize); 6] = [
        ("cluster", Self::Cluster, 0),
        ("server", Self::Server, 1),
        ("app", Self::App, 0),
        ("stream", Self::Stream, 1),
        ("message", Self::Message, 2),
        ("leader", Self::Leader, 1),
    ];
}

/// Reads the words of one paragraph or list item; `line` is for messages.
pub(super) fn words(text: &str, line: u32) -> Read<Vec<Words>> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((before, label, target, after)) = next_link(rest) {
        push(&mut all, before, None);
        push(&mut all, label, Some(read_target(target).map_err(|why| (line, why))?));
        rest = after;
    }
    push(&mut all, rest, None);
    Ok(all)
}

/// The words without their styles.
pub fn plain(words: &[Words]) -> String {
    words.iter().map(|words| words.text.as_str()).collect()
}

fn push(all: &mut Vec<Words>, markdown: &str, target: Option<Target>) {
    for compound in minimad::parse_inline(markdown).compounds {
        if compound.src.is_empty() {
            continue;
        }
        all.push(Words {
            text: compound.src.to_owned(),
            strong: compound.bold,
            emphasis: compound.italic,
            code: compound.code,
            target: target.clone(),
        });
    }
}

/// The first `[label](target)` outside code: what is before it, its two parts, what is after it.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let mut in_code = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '`' => in_code = !in_code,
            '[' if !in_code => {
                let inside = &text[at + 1..];
                let Some(middle) = inside.find("](") else { continue };
                let (label, behind) = (&inside[..middle], &inside[middle + 2..]);
                let Some(end) = behind.find(')') else { continue };
                if !label.contains('[') {
                    return Some((&text[..at], label, &behind[..end], &behind[end + 1..]));
                }
            }
            _ => {}
        }
    }
    None
}

fn read_target(target: &str) -> Result<Target, String> {
    let Some((kind, name)) = target.split_once(':') else {
        return Err(format!(
            "a link leads to a thing, such as stream:CLUSTER/NAME, or to https://…, not to {target:?}"
        ));
    };
    if matches!(kind, "https" | "http") {
        return Ok(Target::Page(target.to_owned()));
    }
    let known = Thing::ALL.iter().find(|(word, ..)| *word == kind);
    let Some((_, thing, slashes)) = known else {
        return Err(unknown("kind of link", kind, Thing::ALL.iter().map(|(word, ..)| *word)));
    };
    if name.is_empty() || name.matches('/').count() != *slashes {
        let parts = ["NAME", "CLUSTER/NAME", "CLUSTER/STREAM/SEQUENCE"][*slashes];
        return Err(format!("write {kind}:{parts}, not {target:?}"));
    }
    Ok(Target::Thing(*thing, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(text: &str) -> Vec<(String, bool, bool, bool)> {
        let words = words(text, 1).unwrap_or_default();
        words.into_iter().map(|w| (w.text, w.strong, w.emphasis, w.code)).collect()
    }

    #[test]
    fn words_have_styles() {
        assert_eq!(
            styles("An **order** is *one* message on `orders.new`."),
            [
                ("An ".to_owned(), false, false, false),
                ("order".to_owned(), true, false, false),
                (" is ".to_owned(), false, false, false),
                ("one".to_owned(), false, true, false),
                (" message on ".to_owned(), false, false, false),
                ("orders.new".to_owned(), false, false, true),
                (".".to_owned(), false, false, false),
            ]
        );
    }

    #[test]
    fn markup_of_html_is_only_text() {
        let text = "<b>bold</b> & <script>alert(1)</script>";
        assert_eq!(plain(&words(text, 1).unwrap_or_default()), text);
        assert!(
            styles(text).iter().all(|(_, strong, emphasis, code)| !strong && !emphasis && !code)
        );
    }

    #[test]
    fn links_stand_for_things() {
        let found = words("Watch [the queue](stream:us-east/TASKS), not `[x](y)`.", 7);
        let found = found.unwrap_or_default();
        assert_eq!(found[1].text, "the queue");
        assert_eq!(found[1].target, Some(Target::Thing(Thing::Stream, "us-east/TASKS".to_owned())));
        assert_eq!(found[3].text, "[x](y)");
        assert!(found[3].code && found[3].target.is_none());
        let page = words("See [the docs](https://docs.nats.io/x).", 1).unwrap_or_default();
        assert_eq!(page[1].target, Some(Target::Page("https://docs.nats.io/x".to_owned())));
    }

    #[test]
    fn a_wrong_link_says_what_would_be_right() {
        let wrong = |text: &str| words(text, 9).unwrap_err();
        assert_eq!(wrong("[a](streams:x/y)").0, 9);
        assert!(wrong("[a](streams:x/y)").1.contains("there are cluster, server, app, stream"));
        assert!(wrong("[a](stream:x)").1.contains("write stream:CLUSTER/NAME"));
        assert!(wrong("[a](there)").1.contains("https://"));
    }
}
