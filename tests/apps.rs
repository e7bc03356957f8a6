//! Simulated applications in whole worlds: work queues with workers that crash, give back and freeze.
#![allow(clippy::unwrap_used, reason = "what goes wrong here is to stop the test")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use windtunnel::client::behaviour::{Worker, WorkerMode};
use windtunnel::client::{Answer, Behaviour, Note as ClientNote};
use windtunnel::kernel::{ProcId, Ratio, Span};
use windtunnel::nats::json;
use windtunnel::server::Note as ServerNote;
use windtunnel::world::{EventKind, History, Input, Note, Topology, World, scenes};

/// Who did what with the tasks of a world.
#[derive(Debug, Default)]
struct Story {
    /// For every task, who began to work on it, in order.
    started: BTreeMap<u64, Vec<ProcId>>,
    /// For every task, who acknowledged it.
    finished: BTreeMap<u64, Vec<ProcId>>,
    /// Every task that was stored.
    stored: BTreeSet<u64>,
}

impl Story {
    fn of(world: &World) -> Self {
        let mut story = Self::default();
        for event in world.sim().trace().iter() {
            match &event.kind {
                EventKind::Note(Note::Client(ClientNote::WorkStarted { task, .. })) => {
                    story.started.entry(task.seq).or_default().push(event.place);
                }
                EventKind::Note(Note::Client(ClientNote::WorkEnded {
                    task,
                    answer: Answer::Ack,
                })) => {
                    story.finished.entry(task.seq).or_default().push(event.place);
                }
                EventKind::Note(Note::Server(ServerNote::Stored { stream, seq, .. }))
                    if **stream == *"TASKS" =>
                {
                    story.stored.insert(*seq);
                }
                _ => {}
            }
        }
        story
    }
}

fn set(world: &mut World, client: &str, knob: &str, value: &str) {
    let (client, knob, value) = (client.to_owned(), knob.to_owned(), value.to_owned());
    world.give(&Input::SetKnob { client, knob, value }).unwrap();
}

fn run(world: &mut World, span: Span) {
    world.run_until(world.now() + span);
}

/// How many messages are in TASKS, as its leader knows.
fn left(world: &World) -> u64 {
    world.stream(0, "TASKS").unwrap().best().unwrap().stream.store().len()
}

/// The scene of a work queue, with a publisher that stops after so many tasks.
fn work_queue(tasks: u64) -> Topology {
    let mut topology = scenes::work_queue();
    for client in &mut topology.clients {
        if let Some(behaviour) = &mut client.behaviour
            && behaviour.kind() == "publisher"
        {
            behaviour.set("limit", &tasks.to_string()).unwrap();
        }
    }
    topology
}

#[test]
fn without_faults_every_task_is_done_once_and_by_all_workers_together() {
    let mut world = World::new(work_queue(30)).unwrap();
    run(&mut world, Span::secs(40));
    let story = Story::of(&world);
    assert_eq!(story.stored, (1..=30).collect());
    let once: BTreeSet<u64> = story
        .finished
        .iter()
        .filter(|(seq, by)| by.len() == 1 && story.started[seq] == **by)
        .map(|(seq, _)| *seq)
        .collect();
    assert_eq!(once, story.stored, "each is begun once and acknowledged by who began it");
    let workers: BTreeSet<ProcId> = story.finished.values().flatten().copied().collect();
    assert_eq!(workers.len(), 3, "all have something to do");
    assert_eq!(left(&world), 0, "what is done leaves the stream");
}

#[test]
fn a_worker_that_crashes_before_its_ack_leaves_the_task_to_another() {
    let mut world = World::new(work_queue(6)).unwrap();
    set(&mut world, "worker-1", "crash", "100%");
    set(&mut world, "worker-1", "restart", "none");
    run(&mut world, Span::secs(30));
    let one = world.process("worker-1").unwrap();
    let story = Story::of(&world);
    let dropped: Vec<u64> =
        story.started.iter().filter(|(_, by)| by.contains(&one)).map(|(seq, _)| *seq).collect();
    let [dropped] = dropped.as_slice() else { panic!("it crashed with {dropped:?}") };
    let by = &story.started[dropped];
    assert!(by.len() == 2 && by[0] == one && by[1] != one, "{by:?}");
    assert_eq!(story.finished.keys().copied().collect::<BTreeSet<u64>>(), story.stored);
    assert_eq!(left(&world), 0);
}

#[test]
fn a_worker_that_is_killed_with_a_task_in_hand_leaves_it_to_another() {
    let mut world = World::new(work_queue(1)).unwrap();
    while world.client(world.process("worker-1").unwrap()).is_none()
        || Story::of(&world).started.is_empty()
    {
        assert!(world.step());
    }
    let first = Story::of(&world).started[&1][0];
    let name = world.name(first).to_owned();
    world.give(&Input::Crash { process: name, lose_disk: false }).unwrap();
    run(&mut world, Span::millis(4_900));
    assert_eq!(Story::of(&world).started[&1].len(), 1, "the ack wait is not over yet");
    run(&mut world, Span::secs(4));
    let story = Story::of(&world);
    assert_eq!(story.started[&1].len(), 2);
    assert_ne!(story.started[&1][1], first);
    assert_eq!(story.finished[&1], story.started[&1][1..]);
}

#[test]
fn workers_of_a_queue_group_share_what_is_pushed() {
    let mut topology = work_queue(12);
    topology.setup.truncate(1);
    for client in &mut topology.clients {
        if let Some(Behaviour::Worker(worker)) = &mut client.behaviour {
            worker.mode = WorkerMode::Queue;
            worker.create = Some(Box::default());
        }
    }
    let mut world = World::new(topology).unwrap();
    run(&mut world, Span::secs(40));
    let story = Story::of(&world);
    assert_eq!(story.finished.keys().copied().collect::<BTreeSet<u64>>(), story.stored);
    assert_eq!(story.stored.len(), 12);
    let workers: BTreeSet<ProcId> = story.finished.values().flatten().copied().collect();
    assert!(workers.len() > 1, "{workers:?}");
    assert_eq!(left(&world), 0);
}

#[test]
fn knobs_turned_while_it_runs_give_the_same_world_every_time() {
    let play = || {
        let mut history = History::new(World::new(work_queue(40)).unwrap(), 300);
        let turns = [
            ("worker-1", "crash", "30%"),
            ("worker-2", "nak", "1/2"),
            ("shop", "rate", "200ms"),
            ("worker-3", "processing", "50ms"),
            ("worker-3", "running", "off"),
            ("worker-1", "restart", "500ms"),
        ];
        for (client, knob, value) in turns {
            let (client, knob, value) = (client.to_owned(), knob.to_owned(), value.to_owned());
            history.act(Input::SetKnob { client, knob, value });
            let until = history.cursor().now() + Span::secs(2);
            while history.next_at().is_some_and(|next| next <= until) && history.forward() {}
            history.idle_until(until);
        }
        history
    };
    let (mut one, two) = (play(), play());
    let end = |history: &History| (history.cursor().position(), history.cursor().digest());
    assert_eq!(end(&one), end(&two));
    // Back and forth: still the same.
    let last = one.cursor().position();
    one.seek(last / 2);
    one.seek(last);
    assert_eq!(end(&one), end(&two));
    let tally = one.cursor().client(one.cursor().process("worker-3").unwrap()).unwrap().tally();
    assert!(tally.unwrap().finished > 5, "the knob had an effect: {tally:?}");
}

#[test]
fn what_was_put_into_three_streams_goes_by_their_rules() {
    let mut world = World::new(scenes::three_retentions()).unwrap();
    run(&mut world, Span::secs(20));
    let messages = |world: &World, stream: &str| {
        world.stream(0, stream).unwrap().best().unwrap().stream.store().len()
    };
    assert_eq!(messages(&world, "LIMITS"), 10);
    assert!(messages(&world, "INTEREST") <= 3 && messages(&world, "WORK") <= 3);
    for name in ["mail", "packer-1", "packer-2"] {
        set(&mut world, name, "running", "off");
    }
    run(&mut world, Span::secs(20));
    assert!(messages(&world, "INTEREST") > 10 && messages(&world, "WORK") > 10);
    assert_eq!(messages(&world, "LIMITS"), 10);
    set(&mut world, "shop", "running", "off");
    for name in ["mail", "packer-1", "packer-2"] {
        set(&mut world, name, "running", "on");
    }
    run(&mut world, Span::secs(60));
    assert_eq!(["LIMITS", "INTEREST", "WORK"].map(|stream| messages(&world, stream)), [10, 0, 0]);
}

/// Something done to a world.
#[derive(Debug, Clone)]
enum Deed {
    Crash(&'static str),
    Pause(&'static str),
    Cut(&'static str, &'static str),
    Turn(&'static str, &'static str, String),
    HealAll,
}

fn deed() -> impl Strategy<Value = Deed> {
    let worker = prop::sample::select(vec!["worker-1", "worker-2", "worker-3"]);
    let server = prop::sample::select(vec!["us-east/n1", "us-east/n2", "us-east/n3"]);
    let process = prop_oneof![3 => worker.clone(), 1 => server.clone(), 1 => Just("shop")];
    let percent = (0..=60u32).prop_map(|n| format!("{n}%"));
    let knob = prop_oneof![
        (prop::sample::select(vec!["crash", "nak"]), percent),
        (Just("processing"), (0..3_000u32).prop_map(|n| format!("{n}ms"))),
        (Just("batch"), (1..6u32).prop_map(|n| n.to_string())),
        (Just("hold"), (1..9u32).prop_map(|n| n.to_string())),
        (Just("in-progress"), prop::sample::select(vec!["none".to_owned(), "700ms".to_owned()])),
        (Just("running"), prop::sample::select(vec!["on".to_owned(), "off".to_owned()])),
        (Just("restart"), prop::sample::select(vec!["none".to_owned(), "1s".to_owned()])),
    ];
    prop_oneof![
        2 => process.clone().prop_map(Deed::Crash),
        1 => process.prop_map(Deed::Pause),
        2 => (worker.clone(), server).prop_map(|(a, b)| Deed::Cut(a, b)),
        4 => (worker, knob).prop_map(|(client, (knob, value))| Deed::Turn(client, knob, value)),
        2 => Just(Deed::HealAll),
    ]
}

impl Deed {
    fn input(&self) -> Input {
        match self {
            Self::Crash(process) => {
                Input::Crash { process: (*process).to_owned(), lose_disk: false }
            }
            Self::Pause(process) => Input::Pause { process: (*process).to_owned() },
            Self::Cut(a, b) => Input::Cut { a: (*a).to_owned(), b: (*b).to_owned() },
            Self::Turn(client, knob, value) => Input::SetKnob {
                client: (*client).to_owned(),
                knob: (*knob).to_owned(),
                value: value.clone(),
            },
            Self::HealAll => Input::HealAll,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn once_faults_stop_every_task_is_done(
        seed in 0..1_000u64,
        deeds in prop::collection::vec((deed(), 0..3_000u64), 1..14),
    ) {
        let mut topology = work_queue(20);
        topology.seed = seed;
        let mut world = World::new(topology).unwrap();
        set(&mut world, "shop", "rate", "300ms");
        for (deed, wait) in &deeds {
            // A deed may be impossible by now; then nothing happens.
            let _ = world.give(&deed.input());
            run(&mut world, Span::millis(*wait));
        }
        world.give(&Input::HealAll).unwrap();
        for worker in ["worker-1", "worker-2", "worker-3"] {
            for (knob, value) in
                [("crash", "0%"), ("nak", "0%"), ("processing", "500ms"), ("running", "on"), ("hold", "2"), ("batch", "1")]
            {
                set(&mut world, worker, knob, value);
            }
        }
        run(&mut world, Span::secs(120));
        let story = Story::of(&world);
        let published = world.client(world.process("shop").unwrap()).unwrap().tally().unwrap().published;
        prop_assert_eq!(published, 20);
        prop_assert!(story.stored.len() >= 20, "{:?}", story.stored);
        let finished: BTreeSet<u64> = story.finished.keys().copied().collect();
        prop_assert_eq!(&finished, &story.stored, "every stored task is acknowledged");
        prop_assert_eq!(left(&world), 0);
    }
}

#[test]
fn a_behaviour_travels_with_topology_and_inputs() {
    let behaviour = Behaviour::Worker(Box::new(Worker {
        crash: Ratio::percent(5),
        processing: Span::millis(1_234),
        ..Worker::default()
    }));
    let input = Input::SetBehaviour { client: "w".to_owned(), behaviour };
    let text = json::text(&input);
    assert_eq!(json::read::<Input>(text.as_bytes()).unwrap(), input);
    let publisher = Behaviour::Publisher(Box::default());
    assert!(publisher.with_running(false).check().is_ok());
}
