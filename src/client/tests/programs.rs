//! Behaviours: what publishers, workers and subscribers do by themselves.

use super::*;

const MISSING: &str =
    r#"{"error":{"code":404,"err_code":10014,"description":"consumer not found"}}"#;

fn publisher(knobs: Publisher) -> Behaviour {
    Behaviour::Publisher(Box::new(knobs))
}

fn worker(knobs: Worker) -> Behaviour {
    Behaviour::Worker(Box::new(knobs))
}

fn knobs() -> Worker {
    Worker { stream: "S".to_owned(), consumer: "c".to_owned(), ..Worker::default() }
}

/// A worker that has its consumer and has asked for messages.
fn working(knobs: Worker) -> Bench {
    let mut bench = Bench::new();
    bench.behave(worker(knobs));
    let asked = bench.asked();
    assert_eq!(&*asked.subject, "$JS.API.CONSUMER.INFO.S.c");
    bench.answer(&asked, r#"{"config":{}}"#);
    assert!(bench.heard()[1].starts_with("PUB $JS.API.CONSUMER.MSG.NEXT.S.c "));
    bench
}

fn is_working_on(bench: &Bench, seq: u64) -> bool {
    matches!(bench.client().doing(), Some(Doing::Working { task, .. }) if task.seq == seq)
}

#[test]
fn a_publisher_waits_for_its_acknowledgement() {
    let mut bench = Bench::new();
    bench.behave(publisher(Publisher {
        subject: "orders.{{Cycle us eu}}".to_owned(),
        message_ids: true,
        size: 12,
        ..Publisher::default()
    }));
    let first = bench.asked();
    assert_eq!((&*first.subject, &*first.text()), ("orders.us", "{\"id\":1}...."));
    assert_eq!(first.header("Nats-Msg-Id"), Some("app-1"));
    bench.run(Span::millis(1_500));
    assert_eq!(bench.heard(), Vec::<String>::new(), "it waits");
    bench.answer(&first, r#"{"stream":"ORDERS","seq":1}"#);
    let second = bench.asked();
    assert_eq!(&*second.subject, "orders.eu", "it was due and follows at once");
    assert_eq!(bench.client().tally().expect("it has one").acked, 1);
}

#[test]
fn a_publisher_repeats_only_what_is_harmless() {
    for (message_ids, text) in [(true, "{\"id\":1}"), (false, "{\"id\":2}")] {
        let mut bench = Bench::new();
        bench.behave(publisher(Publisher { message_ids, ..Publisher::default() }));
        bench.asked();
        // No answer comes.
        bench.run(Span::millis(5_100));
        assert_eq!(&*bench.asked().text(), text, "ids: {message_ids}");
        assert_eq!(bench.client().tally().expect("it has one").unanswered, 1);
    }
}

#[test]
fn a_publisher_keeps_its_pace_and_its_limit() {
    let mut bench = Bench::new();
    let mut knobs = Publisher {
        acknowledged: false,
        every: Span::millis(100),
        limit: Some(15),
        ..Publisher::default()
    };
    bench.behave(publisher(knobs.clone()));
    bench.run(Span::millis(950));
    assert_eq!(bench.heard().len(), 10);
    // Twice as fast from now on.
    knobs.every = Span::millis(50);
    bench.behave(publisher(knobs.clone()));
    bench.run(Span::millis(100));
    assert_eq!(bench.heard().len(), 3);
    bench.run(Span::secs(1));
    assert_eq!(bench.heard().len(), 2);
    assert_eq!(bench.client().doing(), Some(Doing::Done));
    bench.behave(publisher(knobs).with_running(false));
    assert_eq!(bench.client().doing(), Some(Doing::Off));
}

#[test]
fn a_worker_makes_its_consumer_and_works_off_what_comes() {
    let mut bench = Bench::new();
    bench.behave(worker(knobs()));
    let asked = bench.asked();
    bench.answer(&asked, MISSING);
    let create = bench.asked();
    assert_eq!(&*create.subject, "$JS.API.CONSUMER.CREATE.S.c");
    bench.answer(&create, r#"{"config":{}}"#);
    assert_eq!(
        bench.heard(),
        [
            "SUB _INBOX - 1",
            "PUB $JS.API.CONSUMER.MSG.NEXT.S.c \
             {\"batch\":1,\"expires\":30000000000,\"idle_heartbeat\":15000000000}"
        ]
    );
    assert_eq!(bench.client().doing(), Some(Doing::Idle));
    bench.deliver("1", 7, 1, 1);
    assert!(is_working_on(&bench, 7));
    assert_eq!(bench.heard(), ["UNSUB 1"], "it holds one and asks for no more");
    bench.run(Span::secs(1));
    let heard = bench.heard();
    assert!(heard[0].starts_with("PUB $JS.ACK.S.c.1.7.1.") && heard[0].ends_with(" +ACK"));
    assert!(heard[2].starts_with("PUB $JS.API.CONSUMER.MSG.NEXT.S.c "), "{heard:?}");
    assert_eq!(bench.client().tally().expect("it has one").finished, 1);
}

#[test]
fn a_worker_without_leave_to_make_its_consumer_waits_for_it() {
    let mut bench = Bench::new();
    bench.behave(worker(Worker { create: None, ..knobs() }));
    for _ in 0..3 {
        let asked = bench.asked();
        assert_eq!(&*asked.subject, "$JS.API.CONSUMER.INFO.S.c");
        bench.answer(&asked, MISSING);
        assert!(matches!(bench.client().doing(), Some(Doing::Preparing { .. })));
        bench.run(Span::secs(1));
    }
}

#[test]
fn a_worker_holds_no_more_than_it_may() {
    let mut bench = working(Worker { batch: 3, max_in_hand: 4, ..knobs() });
    for seq in 1..=3 {
        bench.deliver("1", seq, seq, 1);
    }
    assert_eq!(bench.client().in_hand().len(), 3);
    assert_eq!(bench.heard(), ["UNSUB 1"]);
    bench.run(Span::millis(1_100));
    assert_eq!(bench.heard().len(), 1, "two in hand leave no room for three");
    bench.run(Span::secs(1));
    let heard = bench.heard();
    assert!(heard.iter().any(|said| said.contains("MSG.NEXT")), "{heard:?}");
}

#[test]
fn a_worker_gives_back_or_refuses_as_its_knobs_say() {
    let always = Ratio::percent(100);
    let delay = Some(Span::secs(2));
    for (knobs, answer) in [
        (Worker { nak: always, nak_delay: delay, ..knobs() }, "-NAK {\"delay\": 2000000000}"),
        (Worker { term: always, ..knobs() }, "+TERM"),
    ] {
        let mut bench = working(knobs);
        bench.deliver("1", 7, 1, 1);
        bench.run(Span::secs(1));
        let heard = bench.heard();
        assert!(heard[1].ends_with(answer), "{heard:?}");
    }
}

#[test]
fn a_worker_says_that_it_still_works() {
    let every = Some(Span::millis(300));
    let mut bench = working(Worker { in_progress: every, ..knobs() });
    bench.deliver("1", 7, 1, 1);
    bench.run(Span::millis(1_100));
    let heard = bench.heard();
    let signs = heard.iter().filter(|said| said.ends_with("+WPI")).count();
    assert_eq!((signs, heard.last().map(|said| said.contains("MSG.NEXT"))), (3, Some(true)));
}

#[test]
fn a_worker_crashes_before_its_ack_and_comes_back() {
    let mut bench =
        working(Worker { crash: Ratio::percent(100), restart: Some(Span::secs(2)), ..knobs() });
    bench.deliver("1", 7, 1, 1);
    bench.said();
    bench.run(Span::millis(1_100));
    assert_eq!(bench.sim.state(CLIENT), Some(ProcState::Down));
    assert!(bench.heard().iter().all(|said| !said.starts_with("PUB")), "it acknowledged nothing");
    match bench.client().doing() {
        Some(Doing::Crashed { tasks }) => assert_eq!(tasks[0].seq, 7),
        other => panic!("{other:?}"),
    }
    // Its knobs can be turned while it is dead.
    bench.behave(worker(Worker { crash: Ratio::ZERO, ..knobs() }));
    bench.run(Span::secs(2));
    assert_eq!(bench.sim.state(CLIENT), Some(ProcState::Up));
    assert!(bench.heard().iter().any(|said| said.contains("CONSUMER.INFO.S.c")));
    assert_eq!(bench.client().tally().expect("it has one").crashes, 1);
}

#[test]
fn a_worker_that_is_killed_shows_what_it_had_in_hand() {
    let mut bench = working(knobs());
    bench.deliver("1", 7, 1, 1);
    bench.sim.crash(CLIENT, Loss::Memory);
    assert!(matches!(bench.client().doing(), Some(Doing::Crashed { tasks }) if tasks[0].seq == 7));
    bench.sim.start(CLIENT);
    bench.settle();
    assert!(matches!(bench.client().doing(), Some(Doing::Preparing { .. })));
}

#[test]
fn a_worker_that_is_switched_off_ends_what_it_has_in_hand() {
    let mut bench = working(Worker { batch: 2, max_in_hand: 2, ..knobs() });
    bench.deliver("1", 7, 1, 1);
    bench.behave(worker(Worker { running: false, ..knobs() }));
    assert_eq!(bench.heard(), ["UNSUB 1"]);
    bench.run(Span::secs(1));
    assert!(bench.heard()[0].ends_with(" +ACK"));
    assert_eq!(bench.client().doing(), Some(Doing::Off));
}

#[test]
fn a_worker_acknowledges_after_a_reconnect() {
    let mut bench = working(knobs());
    bench.deliver("1", 7, 1, 1);
    bench.sim.cut(CLIENT, SERVER);
    bench.run(Span::secs(2));
    assert_eq!(bench.client().tally().expect("it has one").finished, 1);
    bench.said();
    bench.sim.heal(CLIENT, SERVER);
    bench.run(Span::secs(1));
    let heard = bench.heard();
    assert!(heard.iter().any(|said| said.contains("$JS.ACK.S.c.1.7.")), "{heard:?}");
}

#[test]
fn a_worker_of_a_queue_group_takes_what_is_pushed() {
    let mut bench = Bench::new();
    bench.behave(worker(Worker { mode: WorkerMode::Queue, ..knobs() }));
    let asked = bench.asked();
    bench.answer(&asked, r#"{"config":{"deliver_subject":"d","deliver_group":"c"}}"#);
    assert_eq!(bench.heard(), ["SUB d c 1"]);
    bench.deliver("1", 7, 1, 1);
    bench.deliver("1", 8, 2, 1);
    assert_eq!(bench.client().in_hand().len(), 2);
    bench.run(Span::secs(2));
    assert_eq!(bench.heard().iter().filter(|said| said.ends_with(" +ACK")).count(), 2);
}

#[test]
fn a_subscriber_listens_and_changes_what_it_listens_to() {
    let mut bench = Bench::new();
    let listen = |subject: &str| {
        let source = Source::Core { subject: subject.to_owned(), queue: None };
        Behaviour::Subscriber(Box::new(Subscriber { running: true, source }))
    };
    bench.behave(listen("a.>"));
    assert_eq!(bench.heard(), ["SUB a.> - 1"]);
    bench.say("1", Message::new("a.b", "x"));
    assert_eq!(bench.client().tally().expect("it has one").received, 1);
    bench.behave(listen("b.>"));
    assert_eq!(bench.heard(), ["UNSUB 1", "SUB b.> - 2"]);
    bench.behave(listen("b.>").with_running(false));
    assert_eq!(bench.heard(), ["UNSUB 2"]);
}

#[test]
fn knobs_are_plain_data_and_wrong_ones_are_refused() {
    let text = r#"{"does":"worker","stream":"TASKS","crash":{"numerator":1,"denominator":10}}"#;
    let behaviour: Behaviour = crate::nats::json::read(text.as_bytes()).expect("readable");
    let written = crate::nats::json::text(&behaviour);
    assert_eq!(
        crate::nats::json::read::<Behaviour>(written.as_bytes()).expect("readable"),
        behaviour
    );
    assert_eq!(behaviour.check(), Ok(()));
    assert!(crate::nats::json::read::<Behaviour>(br#"{"does":"worker","speed":3}"#).is_err());
    for (behaviour, said) in [
        (worker(Worker { batch: 0, ..knobs() }), "batch is 1 to"),
        (worker(Worker { stream: "a.b".to_owned(), ..knobs() }), "stream name"),
        (worker(Worker { crash: Ratio { numerator: 2, denominator: 1 }, ..knobs() }), "always"),
        (publisher(Publisher { subject: "a.*".to_owned(), ..Publisher::default() }), "no subject"),
        (publisher(Publisher { every: Span::ZERO, ..Publisher::default() }), "between two"),
        (publisher(Publisher { text: "{{What}}".to_owned(), ..Publisher::default() }), "nothing"),
    ] {
        let error = behaviour.check().expect_err(said);
        assert!(error.contains(said), "{error}");
    }
}
