//! The index says what a plain list of interests says.

use proptest::prelude::*;

use super::*;
use crate::nats::subject::matches;

type Entry = (String, Option<String>, u32);

fn pattern() -> impl Strategy<Value = String> {
    let token = prop_oneof![Just("a"), Just("b"), Just("*"), Just(">")];
    prop::collection::vec(token, 1..4).prop_map(|mut tokens| {
        let last = tokens.len() - 1;
        tokens.iter_mut().take(last).filter(|t| **t == ">").for_each(|t| *t = "*");
        tokens.join(".")
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    (pattern(), prop::option::of("[qr]"), 0..4_u32)
}

#[derive(Debug, Clone)]
enum Change {
    Insert(Entry),
    Remove(Entry),
    /// Takes out one that is there.
    RemoveNth(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => entry().prop_map(Change::Insert),
        1 => entry().prop_map(Change::Remove),
        2 => any::<usize>().prop_map(Change::RemoveNth),
    ]
}

fn subject() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[ab](\\.[ab]){0,3}", 1 => "[ab*>](\\.[ab*>]){0,2}", 1 => "[ab.]{0,4}"]
}

/// What the list says; the index must say the same.
fn listed(list: &[Entry], subject: &str) -> Interested<u32> {
    let of = |queue: Option<&str>| {
        let mut values: Vec<u32> = list
            .iter()
            .filter(|(p, q, _)| q.as_deref() == queue && matches(p, subject))
            .map(|(_, _, value)| *value)
            .collect();
        values.sort_unstable();
        values
    };
    let queues = ["q", "r"].map(|queue| (Subject::from(queue), of(Some(queue))));
    let queues = queues.into_iter().filter(|(_, members)| !members.is_empty()).collect();
    Interested { plain: of(None), queues }
}

proptest! {
    #[test]
    fn it_finds_what_a_list_finds(
        start in prop::collection::vec(entry(), 0..10),
        changes in prop::collection::vec((change(), subject()), 1..30),
    ) {
        let mut index = Interest::default();
        let mut list = Vec::new();
        for (pattern, queue, value) in start {
            prop_assert!(index.insert(&pattern, queue.as_deref(), value));
            list.push((pattern, queue, value));
        }
        let before = (index.clone(), list.clone());
        let mut subjects = Vec::new();
        for (change, subject) in changes {
            match change {
                Change::Insert((pattern, queue, value)) => {
                    prop_assert!(index.insert(&pattern, queue.as_deref(), value));
                    list.push((pattern, queue, value));
                }
                Change::Remove(entry) => {
                    let at = list.iter().position(|other| *other == entry);
                    let (pattern, queue, value) = &entry;
                    prop_assert_eq!(index.remove(pattern, queue.as_deref(), value), at.is_some());
                    at.map(|at| list.remove(at));
                }
                Change::RemoveNth(n) if !list.is_empty() => {
                    let (pattern, queue, value) = list.remove(n % list.len());
                    prop_assert!(index.remove(&pattern, queue.as_deref(), &value));
                }
                Change::RemoveNth(_) => {}
            }
            subjects.push(subject);
            for subject in &subjects {
                let wanted = listed(&list, subject);
                prop_assert_eq!(index.has_interest(subject), !wanted.is_empty());
                prop_assert_eq!(&index.look_up(subject), &wanted);
                prop_assert_eq!(&*index.matches(&subject.as_str().into()), &wanted);
                for queue in [None, Some("q")] {
                    let listed = list.iter().any(|(p, q, _)| p == subject && q.as_deref() == queue);
                    prop_assert_eq!(index.has_exactly(subject, queue), listed);
                }
            }
            let mut entries: Vec<Entry> = index
                .iter()
                .map(|(pattern, queue, value)| {
                    (pattern.to_string(), queue.map(ToString::to_string), *value)
                })
                .collect();
            entries.sort();
            list.sort();
            prop_assert_eq!(&entries, &list);
            prop_assert_eq!(index.len(), list.len());
        }
        // A clone taken earlier has seen nothing of all this.
        for subject in &subjects {
            prop_assert_eq!(&before.0.look_up(subject), &listed(&before.1, subject));
        }
    }
}

#[test]
fn a_queue_group_is_one_group_across_patterns() {
    let mut index = Interest::default();
    index.insert("a.*", Some("q"), 2);
    index.insert("a.>", Some("q"), 1);
    index.insert("a.b", None, 3);
    let answer = index.matches(&"a.b".into());
    assert_eq!(*answer, Interested { plain: vec![3], queues: vec![("q".into(), vec![1, 2])] });
}

#[test]
fn an_answer_is_remembered_until_the_interest_changes() {
    let mut index = Interest::default();
    index.insert("a.*", None, 1);
    let subject = "a.b".into();
    let answer = index.matches(&subject);
    assert!(Arc::ptr_eq(&answer, &index.matches(&subject)));
    assert!(!index.remove("a.*", None, &2));
    assert!(Arc::ptr_eq(&answer, &index.matches(&subject)));
    index.insert("a.b", None, 2);
    assert_eq!(index.matches(&subject).plain, [1, 2]);
}

#[test]
fn more_subjects_than_can_be_remembered_are_answered_rightly() {
    let mut index = Interest::default();
    for n in 0..5_000 {
        index.insert(&format!("a.{n}"), None, n);
    }
    for round in 0..2 {
        for n in 0..5_000 {
            assert_eq!(index.matches(&format!("a.{n}").into()).plain, [n], "round {round}");
        }
    }
}

#[test]
fn nothing_is_left_when_all_is_removed() {
    let mut index = Interest::default();
    for (pattern, queue) in [("a.*", None), ("a.>", Some("q")), ("a.*.c", Some("q"))] {
        index.insert(pattern, queue, 1);
    }
    for (pattern, queue) in [("a.*", None), ("a.>", Some("q")), ("a.*.c", Some("q"))] {
        assert!(index.remove(pattern, queue, &1));
        assert!(!index.remove(pattern, queue, &1));
    }
    assert!(index.is_empty());
    assert!(index.iter().next().is_none());
    assert!(index.matches(&"a.b".into()).is_empty());
}

#[test]
fn an_invalid_pattern_is_not_taken() {
    let mut index = Interest::default();
    for pattern in ["", "a..b", "a.", ">.a"] {
        assert!(!index.insert(pattern, None, 1));
    }
    assert!(index.is_empty());
}
