//! Reading lessons: what a whole one gives, and where a wrong one says it is wrong.

use super::*;
use crate::console::{self, Fault, Parsed};
use crate::lesson::model::Act;
use crate::world::Input;

const GOOD: &str = r#"---
title: A test
summary: One sentence.
order: 3
minutes: 2
seed: 7
topology:
  us-east: n1 n2 n3
latency:
  us-east: 1ms
  us-east apps: 2ms
apps:
  shop: us-east/n2 publisher subject=orders.new
  ear: us-east subscriber subject=orders.> queue=ears
setup:
  nats stream add ORDERS --subjects 'orders.>'
---

## First

Some **words**
about `ORDERS`.

- one
- two
  goes on

```ask
How many?
- [ ] 1
- [x] 2: two, *surely*
answer: stream us-east/ORDERS messages
```

```run as=shop
# a remark
nats pub orders.new hello
cli> nats pub orders.new hello
```

```until
stream us-east/ORDERS messages == 2
within: 5s
```

## Second

```goal
Break the leader.
when: event crashed
hint: Select it.
do: fault crash leader us-east/ORDERS
```

```check
event crashed == 1
```

```code
stream us-east/ORDERS
```
"#;

fn read(text: &str) -> Lesson {
    Lesson::parse("a.md", text).unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn a_lesson_may_begin_in_the_world_of_a_scene() {
    let with = |from: &str, to: &str| {
        GOOD.replace("topology:\n  us-east: n1 n2 n3\n", from).replace("seed: 7\n", to)
    };
    let lesson = read(&with("scene: two-regions\n", ""));
    let scene = crate::world::scenes::two_regions();
    assert_eq!((&lesson.topology.links, lesson.topology.seed), (&scene.links, scene.seed));
    assert_eq!(lesson.topology.setup, scene.setup);
    let clients = |name: &str| lesson.topology.clients.iter().filter(|c| c.name == name).count();
    assert_eq!(
        [clients("checkout"), clients("shop"), clients("cli")],
        [1, 1, 1],
        "and apps of its own"
    );
    assert_eq!(clients("cli-eu-west"), 1, "and a console in every cluster");
    let why = |text: &str| Lesson::parse("a.md", text).unwrap_err().to_string();
    let unknown = why(&with("scene: three-regions\n", ""));
    assert!(
        unknown.contains("\"three-regions\" is not known") && unknown.contains("two-regions"),
        "{unknown}"
    );
    let both = why(&GOOD.replace("seed: 7", "scene: two-regions"));
    assert!(both.contains("leave out one of the two"), "{both}");
}

#[test]
fn a_whole_lesson_is_read() {
    let lesson = read(GOOD);
    assert_eq!((lesson.title.as_str(), lesson.order, lesson.minutes), ("A test", 3, 2));
    assert_eq!(lesson.topology.seed, 7);
    assert_eq!(lesson.topology.clusters[0].route.latency.as_millis(), 1);
    assert_eq!(lesson.topology.clusters[0].access.latency.as_millis(), 2);
    let clients: Vec<&str> = lesson.topology.clients.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(clients, ["shop", "ear", "cli"]);
    assert_eq!(lesson.setup.len(), 1);
    assert_eq!(lesson.beats.len(), 2);
    let first = &lesson.beats[0];
    assert_eq!((first.title.as_str(), first.line, first.items.len()), ("First", 19, 5));
    let Part::Prose(Block::Paragraph(words)) = &first.items[0].part else { panic!("prose") };
    assert_eq!(prose::plain(words), "Some words about ORDERS.");
    let Part::Prose(Block::List(points)) = &first.items[1].part else { panic!("a list") };
    assert_eq!(points.iter().map(|p| prose::plain(p)).collect::<Vec<_>>(), ["one", "two goes on"]);
    let Part::Ask(ask) = &first.items[2].part else { panic!("a prediction") };
    assert_eq!((ask.choices.len(), ask.expected), (2, 1));
    assert_eq!(prose::plain(&ask.choices[1].label), "two, surely");
    let Part::Do(deeds) = &first.items[3].part else { panic!("deeds") };
    assert_eq!(
        deeds.iter().map(|deed| deed.act.clone()).collect::<Vec<_>>(),
        [
            Act::Type("shop> nats pub orders.new hello".to_owned()),
            Act::Type("cli> nats pub orders.new hello".to_owned()),
        ]
    );
    let Part::Until(until) = &first.items[4].part else { panic!("until") };
    assert_eq!((until.conditions.len(), until.within.as_millis()), (1, 5_000));
    assert_eq!(until.conditions[0].line, 42);
    let Part::Goal(goal) = &lesson.beats[1].items[0].part else { panic!("a goal") };
    assert!(goal.hint.is_some() && goal.when.len() == 1);
    assert!(matches!(goal.deeds[0].act, Act::Fault(Fault::Leader { .. })));
}

#[test]
fn clusters_can_be_joined() {
    let servers = "  us-east: n1 n2 n3\n  eu: n1\nlinks:\n  eu us-east: 45ms deny-exports=a.>,b";
    let lesson = read(&GOOD.replacen("  us-east: n1 n2 n3", servers, 1));
    let [link] = lesson.topology.links.as_slice() else { panic!("a link") };
    assert_eq!((link.from.as_str(), link.to.as_str()), ("eu", "us-east"));
    assert_eq!(link.link.latency.as_millis(), 45);
    assert_eq!((link.deny_exports.len(), link.deny_imports.len()), (2, 0));
    let domains: Vec<_> = lesson.topology.clusters.iter().map(|c| c.domain.as_deref()).collect();
    assert_eq!(domains, [Some("us-east"), Some("eu")]);
}

#[test]
fn an_app_can_be_removed() {
    let lesson = read(&GOOD.replacen("fault crash leader us-east/ORDERS", "fault remove shop", 1));
    let Part::Goal(goal) = &lesson.beats[1].items[0].part else { panic!("a goal") };
    let removed = Input::RemoveClient { client: "shop".to_owned() };
    assert_eq!(goal.deeds[0].act, Act::Give(removed));
}

/// A lesson's words for a fault are the console's; what is a flag there needs no dashes here.
#[test]
fn a_fault_is_what_it_is_at_the_console() {
    for (here, there) in [
        ("crash us-east/n1 lose-disk", "fault crash us-east/n1 --lose-disk"),
        ("crash us-east/n1", "fault crash us-east/n1"),
        ("crash leader us-east/ORDERS lose-disk", "fault crash leader us-east/ORDERS --lose-disk"),
        ("pause leader ORDERS", "fault pause leader ORDERS"),
        ("heal all", "fault heal all"),
        ("dark us-east", "fault dark us-east"),
        (
            "link shop us-east/n1 latency=84ms loss=10%",
            "link shop us-east/n1 --latency 84ms --loss 10%",
        ),
        ("link shop us-east/n1 --bandwidth 100000", "link shop us-east/n1 --bandwidth=100000"),
    ] {
        let new = format!("fault {here}");
        let lesson = read(&GOOD.replacen("fault crash leader us-east/ORDERS", &new, 1));
        let Part::Goal(goal) = &lesson.beats[1].items[0].part else { panic!("a goal") };
        let Ok(Parsed::Run(line)) = console::parse(there) else { panic!("{there}") };
        let own = match &goal.deeds[0].act {
            Act::Give(input) => Fault::Give(input.clone()),
            Act::Fault(fault) => fault.clone(),
            other => panic!("{here}: {other:?}"),
        };
        assert_eq!(Fault::read(&line), Some(Ok(own)), "{here}");
    }
}

/// Replaces a line of the good lesson and tells where and how it is wrong then.
fn wrong(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    match Lesson::parse("a.md", &GOOD.replacen(old, new, 1)) {
        Ok(_) => format!("{new:?} was read"),
        Err(why) => why.to_string(),
    }
}

#[test]
fn what_is_wrong_is_told_with_file_and_line_and_what_would_be_right() {
    for (old, new, at, says) in [
        ("---\ntitle", "title", 1, "a lesson begins with ---"),
        ("title: A test\n", "", 1, "no title"),
        ("title: A test", "tilte: A test", 2, "there are title, summary"),
        ("title: A test", "title: A test\ntitle: B", 3, "said twice"),
        ("order: 3", "order: three", 4, "a number from 1 to 999"),
        ("seed: 7", "seed: x", 6, "seed is a number"),
        ("us-east: n1 n2 n3", "us-east: n1 n1", 8, "used twice"),
        ("us-east: 1ms", "us-east: fast", 10, "84ms"),
        ("latency:\n", "links:\n  us-east: 4ms\nlatency:\n", 10, "LEAF HUB: 45ms"),
        ("latency:\n", "links:\n  us-east x: 4ms\nlatency:\n", 10, "there is no cluster"),
        ("us-east: 1ms", "us-west: 1ms", 10, "there are us-east"),
        ("publisher subject", "printer subject", 13, "there are publisher"),
        ("queue=ears", "crew=ears", 14, "expected 'running' or 'source'"),
        ("stream add ORDERS", "stream ad ORDERS", 16, "expected command"),
        ("## First", "# First", 19, "begins with ##"),
        ("## First\n", "\n", 21, "before the first beat"),
        ("[x] 2", "[ ] 2", 28, "no choice marked"),
        ("- [ ] 1", "- 1", 30, "a choice is written"),
        ("answer: stream us-east/ORDERS messages\n", "", 28, "no answer"),
        ("answer: stream us-east/ORDERS messages", "answer: not event crashed", 32, "no not"),
        ("```run as=shop", "```run by=shop", 35, "run as=APP"),
        ("nats pub orders.new hello", "nats pud orders.new", 37, "Did you mean"),
        ("messages == 2", "massages == 2", 42, "there are exists, messages"),
        ("within: 5s", "within: soon", 43, "within is written"),
        ("when: event crashed\n", "", 48, "no when"),
        ("do: fault crash leader us-east/ORDERS", "do: fault kill n1", 52, "there are crash"),
        ("crash leader us-east/ORDERS", "crash leader", 52, "of which stream"),
        (
            "crash leader us-east/ORDERS",
            "restart leader ORDERS",
            52,
            "unexpected argument 'ORDERS'",
        ),
        ("crash leader us-east/ORDERS", "link shop us-east/n1", 52, "what about the link?"),
        ("crash leader us-east/ORDERS", "link shop us-east/n1 loss=200%", 52, "below 100%"),
        ("```check", "```chek", 55, "there are run, app"),
        ("```code", "```code python", 59, "takes nothing after its name"),
        ("about `ORDERS`.", "about [it](strem:us-east/ORDERS).", 21, "there are cluster"),
    ] {
        let text = wrong(old, new);
        assert!(text.starts_with(&format!("a.md:{at}: ")), "{old} -> {new}: {text}");
        assert!(text.contains(says), "{old} -> {new}: {text}");
    }
    let open = GOOD.trim_end().trim_end_matches("```");
    let text = Lesson::parse("a.md", open).map_or_else(|why| why.to_string(), |_| String::new());
    assert!(text.contains(":59: the block is not closed"), "{text}");
}
