//! Conditions: what they read, what they answer, how they complain.

use super::*;
use crate::client::{Call, Draft};
use crate::world::{Input, scenes};

fn world() -> World {
    let mut world = World::new(scenes::one_order()).unwrap_or_else(|why| panic!("{why}"));
    let message = Draft {
        subject: "orders.new".to_owned(),
        text: "hello world".to_owned(),
        ..Draft::default()
    };
    let call = Call::JsPublish { message, count: 2, retries: 2 };
    let input = Input::Call { client: "checkout".to_owned(), call };
    world.give(&input).unwrap_or_else(|why| panic!("{why}"));
    assert!(world.run_idle(Span::secs(5)));
    let end = world.now() + Span::secs(2);
    world.run_until(end);
    world
}

fn since(world: &World) -> Since {
    let second = world.now().since(Time(2_000_000_000));
    Since { event: EventId(0), at: Time(second.0) }
}

fn holds(world: &World, text: &str) -> bool {
    let condition = Condition::parse(text, 1).unwrap_or_else(|why| panic!("{text}: {why}"));
    condition.holds(world, since(world))
}

#[test]
fn conditions_read_the_world() {
    let world = world();
    for text in [
        "stream us-east/ORDERS exists",
        "stream us-east/ORDERS messages == 2",
        "stream us-east/ORDERS last >= 2",
        "stream us-east/ORDERS first == 1",
        "stream us-east/ORDERS messages != 3",
        "stream us-east/ORDERS bytes > 10",
        "stream us-east/ORDERS replicas == 3",
        "stream us-east/ORDERS complete == 3",
        "stream us-east/ORDERS subjects == 1",
        "stream us-east/ORDERS deleted == 0",
        "stream us-east/ORDERS consumers == 0",
        "stream us-east/ORDERS leader != none",
        "stream us-east/ORDERS messages == stream us-east/ORDERS last",
        "not stream us-east/TASKS exists",
        "stream us-east/TASKS messages == none",
        "message us-east/ORDERS 1 exists",
        "message us-east/ORDERS 2 text == 'hello world'",
        "message us-east/ORDERS last sequence == 2",
        "message us-east/ORDERS first subject == orders.new",
        "not message us-east/ORDERS 3 exists",
        "server us-east/n1 state == up",
        "server us-east/n9 state == none",
        "app checkout exists",
        "app checkout server == us-east/n1",
        "app checkout state == up",
        "app checkout open == 0",
        "app audit received == 2",
        "not app nobody exists",
        "event stored ORDERS",
        "event stored us-east/ORDERS >= 6",
        "event stored ORDERS us-east/n2 == 2",
        "event stored orders.* n3",
        "event published checkout == 1",
        "not event crashed",
        "elapsed >= 1s",
        "not elapsed < 2s",
    ] {
        assert!(holds(&world, text), "{text}");
        let opposite = match text.strip_prefix("not ") {
            Some(text) => text.to_owned(),
            None => format!("not {text}"),
        };
        assert!(!holds(&world, &opposite), "{opposite}");
    }
}

#[test]
fn every_attribute_and_event_can_be_asked_for() {
    let world = world();
    for attribute in ATTRIBUTES {
        let name = attribute.name;
        let text = match attribute.noun {
            Noun::Stream => format!("stream us-east/ORDERS {name}"),
            Noun::Message => format!("message us-east/ORDERS 1 {name}"),
            Noun::Consumer => format!("consumer us-east/ORDERS/all {name}"),
            Noun::Server => format!("server us-east/n1 {name}"),
            Noun::App => format!("app audit {name}"),
            Noun::Key => format!("key us-east/config db.host {name}"),
            Noun::Store => format!("store us-east/assets {name}"),
            Noun::Object => format!("object us-east/assets 'a logo.png' {name}"),
        };
        let condition = Condition::parse(&text, 1).unwrap_or_else(|why| panic!("{text}: {why}"));
        let answer = condition.left.answer(&world, since(&world));
        // There is no such consumer, and nobody works.
        if answer != Value::None {
            assert_eq!(answer.kind(), Some(attribute.kind), "{text} is {answer}");
        }
        assert_eq!(condition.left.to_string(), text);
    }
    for event in EVENTS {
        assert!(Condition::parse(&format!("event {}", event.name), 1).is_ok());
    }
}

#[test]
fn a_key_is_what_its_last_message_makes_it() {
    let mut world = world();
    let mut give = |call| {
        let input = Input::Call { client: "checkout".to_owned(), call };
        world.give(&input).unwrap_or_else(|why| panic!("{why}"));
        assert!(world.run_idle(Span::secs(5)));
    };
    let subjects = r#""subjects":["$KV.config.>"],"max_msgs_per_subject":3"#;
    give(Call::Api {
        subject: "$JS.API.STREAM.CREATE.KV_config".to_owned(),
        body: format!(r#"{{"name":"KV_config",{subjects},"allow_rollup_hdrs":true}}"#),
    });
    for (key, text, header) in [
        ("db.host", "a", None),
        ("db.host", "b c", None),
        ("db.port", "5432", None),
        ("db.port", "", Some(("KV-Operation", "DEL"))),
        ("db.user", "", Some(("KV-Operation", "PURGE"))),
        ("db.name", "", Some(("Nats-Marker-Reason", "MaxAge"))),
    ] {
        let headers = header.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let subject = format!("$KV.config.{key}");
        let headers = headers.into_iter().collect();
        let message = Draft { subject, text: text.to_owned(), headers, ..Draft::default() };
        give(Call::JsPublish { message, count: 1, retries: 2 });
    }
    for text in [
        "key us-east/config db.host exists",
        "key us-east/config db.host value == 'b c'",
        "key us-east/config db.port value != 5432",
        "key us-east/config db.host revision == 2",
        "key us-east/config db.host operation == put",
        "key us-east/config db.host history == 2",
        "not key us-east/config db.port exists",
        "key us-east/config db.port value == none",
        "key us-east/config db.port operation == del",
        "key us-east/config db.port history == 2",
        "key us-east/config db.user operation == purge",
        "key us-east/config db.name operation == expired",
        "not key us-east/config nothing exists",
        "key us-east/config nothing revision == none",
        "key us-east/nowhere db.host history == 0",
    ] {
        assert!(holds(&world, text), "{text}");
    }
}

#[test]
fn an_application_has_an_error_whatever_it_was_that_went_wrong() {
    use crate::client::kv::{Act, Op};
    let mut world = world();
    let mut tell = |call: Call, wanted: &str| {
        let input = Input::Call { client: "checkout".to_owned(), call };
        world.give(&input).unwrap_or_else(|why| panic!("{why}"));
        assert!(world.run_idle(Span::secs(20)));
        let text = format!("app checkout error == {wanted}");
        assert!(holds(&world, &text), "{text}");
    };
    let kv = |op: Op| Call::Kv(Box::new(op));
    tell(kv(Op::new(Act::Add, "b")), "none");
    tell(kv(Op::key(Act::Put, "b", "k").value("1")), "none");
    tell(kv(Op::key(Act::Get, "b", "other")), "'nats: key not found'");
    tell(kv(Op::key(Act::Update, "b", "k").revision(7)), "'nats: wrong last sequence: 1'");
    tell(kv(Op::key(Act::Create, "b", "k")), "'nats: wrong last sequence: 1'");
    tell(kv(Op::new(Act::Remove, "b")), "none");
    // It knows the bucket, which is gone: nobody listens.
    tell(kv(Op::key(Act::Put, "b", "k").value("2")), "'nats: no response from stream'");
    tell(
        kv(Op::key(Act::Put, "b", "a b")),
        "'nats: invalid key: letters, digits, - _ = / and single dots inside, not \"a b\"'",
    );
}

#[test]
fn what_is_not_there_is_neither_less_nor_more() {
    let world = world();
    for operator in ["<", "<=", ">", ">=", "=="] {
        assert!(!holds(&world, &format!("stream us-east/NONE messages {operator} 0")));
    }
    assert!(holds(&world, "stream us-east/NONE messages != 0"));
}

#[test]
fn wrong_conditions_say_what_would_be_right() {
    for (text, says) in [
        ("streams us-east/X messages", "there are stream, message, consumer, server"),
        ("stream us-east/X", "write: stream CLUSTER/STREAM ATTRIBUTE"),
        ("stream X messages", "no CLUSTER/STREAM"),
        ("stream us-east/X message == 1", "there are exists, messages"),
        ("stream us-east/X messages = 1", "equal is written =="),
        ("stream us-east/X messages == two", "is a number, not a text"),
        ("stream us-east/X leader > 3", "can only be == or !="),
        ("stream us-east/X messages > none", "none can only be compared"),
        ("stream us-east/X messages ==", "nothing after the comparison"),
        ("message us-east/X second text", "a sequence, first or last"),
        ("message us-east/X 1 text == a b", "needs quotes"),
        ("event exploded", "there are stored"),
        ("elapsed == 5", "is a duration, not a number"),
        ("stream us-east/X messages == 'a", "a quote is not closed"),
        ("", "a condition begins with"),
    ] {
        let wrong = Condition::parse(text, 1).err().unwrap_or_default();
        assert!(wrong.contains(says), "{text}: {wrong}");
    }
}

#[test]
fn conditions_read_how_far_a_mirror_is() {
    let mut world = world();
    let config = r#"{"name":"COPY","mirror":{"name":"ORDERS"}}"#;
    let (subject, body) = ("$JS.API.STREAM.CREATE.COPY".to_owned(), config.to_owned());
    let input = Input::Call { client: "cli".to_owned(), call: Call::Api { subject, body } };
    world.give(&input).unwrap_or_else(|why| panic!("{why}"));
    world.run_until(world.now() + Span::secs(3));
    for text in [
        "stream us-east/COPY follows == 1",
        "stream us-east/COPY lag == 0",
        "stream us-east/COPY behind == 0",
        "stream us-east/COPY silent <= 1s",
        "stream us-east/ORDERS lag == none",
        // Its consumer is not shown.
        "stream us-east/ORDERS consumers == 0",
        "event follows COPY ORDERS == 1",
        "event copied COPY == 2",
        "event copied COPY 2 == 1",
        "event silent COPY == 0",
    ] {
        assert!(holds(&world, text), "{text}");
    }
}
