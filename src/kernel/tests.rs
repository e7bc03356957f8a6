//! The kernel with processes as simple as can be: one talks, the other notes what it hears.

use super::*;

/// Talks to everybody it has a connection to, and notes what it hears.
#[derive(Debug, Clone, Default)]
struct Talker {
    dials: Option<ProcId>,
    conns: Vec<ConnId>,
    heard: Vec<u64>,
    timer: Option<TimerId>,
}

/// What a talker may be told.
#[derive(Debug, Clone, PartialEq)]
enum Order {
    Say(u64),
    SayLater(u64),
    Forget,
    SayAndExit(u64),
    Relapse,
}

impl Fold for Order {
    fn fold(&self, digest: &mut Digest) {
        let (tag, n) = match self {
            Self::Say(n) => (1, *n),
            Self::SayLater(n) => (2, *n),
            Self::Forget => (3, 0),
            Self::SayAndExit(n) => (4, *n),
            Self::Relapse => (5, 0),
        };
        digest.word(tag);
        digest.word(n);
    }
}

impl Talker {
    fn say(&self, cx: &mut Context<'_, Self>, n: u64) {
        for conn in &self.conns {
            cx.send(*conn, n);
        }
    }
}

impl Process for Talker {
    type Frame = u64;
    type Timer = u64;
    type Note = u64;
    type Input = Order;

    fn start(&mut self, cx: &mut Context<'_, Self>) {
        if let Some(peer) = self.dials {
            cx.dial(peer, Port(1));
        }
    }

    fn crash(&mut self, _now: Time, _loss: Loss) {
        *self = Self { dials: self.dials, ..Self::default() };
    }

    fn handle(&mut self, cx: &mut Context<'_, Self>, stimulus: Stimulus<Self>) {
        match stimulus {
            Stimulus::Opened { conn, .. } => self.conns.push(conn),
            Stimulus::Closed { conn, .. } => self.conns.retain(|known| *known != conn),
            Stimulus::Frame { frame, .. } => {
                self.heard.push(frame);
                cx.note(frame);
            }
            Stimulus::Timer(n) | Stimulus::Input(Order::Say(n)) => self.say(cx, n),
            Stimulus::Input(Order::SayLater(n)) => {
                self.timer = Some(cx.set_timer(Span::secs(1), n));
            }
            Stimulus::Input(Order::Forget) => {
                if let Some(timer) = self.timer.take() {
                    cx.cancel_timer(timer);
                }
            }
            Stimulus::Input(Order::SayAndExit(n)) => {
                self.say(cx, n);
                cx.exit();
            }
            Stimulus::Input(Order::Relapse) => cx.exit_and_start_again(Span::secs(2)),
        }
    }

    fn input_at_once(&mut self, input: &Order, state: ProcState) {
        if let (Order::Say(n), ProcState::Down) = (input, state) {
            self.heard.push(*n);
        }
    }

    fn is_prey(frame: &u64, _: Trap) -> bool {
        frame % 2 == 1
    }

    fn wire_len(_: &u64) -> u64 {
        8
    }
}

const A: ProcId = ProcId(0);
const B: ProcId = ProcId(1);

/// Two talkers that are connected.
fn pair(spec: LinkSpec) -> Sim<Talker> {
    let mut sim = Sim::new(7, spec, None);
    sim.add("a", Talker { dials: Some(B), ..Talker::default() });
    sim.add("b", Talker::default());
    sim.start(B);
    sim.start(A);
    run(&mut sim);
    assert_eq!(sim.process(A).unwrap().conns, sim.process(B).unwrap().conns);
    sim
}

fn plain() -> LinkSpec {
    LinkSpec::latency(Span::millis(1))
}

fn run(sim: &mut Sim<Talker>) {
    for _ in 0..10_000 {
        if !sim.step() {
            return;
        }
    }
    panic!("it never ends");
}

fn say(sim: &mut Sim<Talker>, numbers: std::ops::Range<u64>) {
    for n in numbers {
        sim.input(A, Order::Say(n));
    }
}

fn heard(sim: &Sim<Talker>) -> &[u64] {
    &sim.process(B).unwrap().heard
}

fn up_to(n: u64) -> Vec<u64> {
    (0..n).collect()
}

fn dropped(sim: &Sim<Talker>, why: DropReason) -> usize {
    let reason = |event: &Event<Talker>| match event.kind {
        EventKind::Dropped { reason, .. } => Some(reason),
        _ => None,
    };
    sim.trace().iter().filter(|event| reason(event) == Some(why)).count()
}

#[test]
fn nothing_overtakes_whatever_the_link_is_like() {
    let spec = LinkSpec { jitter: Span::millis(5), loss: Ratio::percent(30), ..plain() };
    let mut sim = pair(spec);
    say(&mut sim, 0..100);
    run(&mut sim);
    assert_eq!(heard(&sim), up_to(100));
    assert!(sim.trace().iter().any(|e| matches!(e.kind, EventKind::Retransmitted { .. })));
}

#[test]
fn a_bandwidth_spreads_frames_out() {
    let mut sim = pair(LinkSpec { bandwidth: 8_000, ..plain() });
    let start = sim.now();
    say(&mut sim, 0..10);
    run(&mut sim);
    // Ten frames of eight bytes, a millisecond each, and the last one's latency.
    assert_eq!(sim.now().since(start), Span::millis(11));
}

#[test]
fn a_frozen_process_works_off_what_waited_in_order() {
    let mut sim = pair(plain());
    sim.pause(B);
    say(&mut sim, 0..5);
    run(&mut sim);
    assert!(heard(&sim).is_empty());
    sim.resume(B);
    assert!(sim.step());
    assert_eq!(heard(&sim), up_to(1));
    // Frozen again half-way, and told more: that comes behind.
    sim.pause(B);
    say(&mut sim, 5..8);
    run(&mut sim);
    sim.resume(B);
    run(&mut sim);
    assert_eq!(heard(&sim), up_to(8));
}

#[test]
fn a_black_hole_holds_what_is_sent_and_tells_nobody() {
    let mut sim = pair(plain());
    say(&mut sim, 0..2);
    sim.block(A, B);
    say(&mut sim, 2..4);
    run(&mut sim);
    assert!(heard(&sim).is_empty());
    assert_eq!(sim.in_flight().len(), 4);
    assert_eq!(sim.process(A).unwrap().conns.len(), 1);
    sim.heal(A, B);
    run(&mut sim);
    assert_eq!(heard(&sim), up_to(4));
}

#[test]
fn a_cut_closes_connections_and_loses_what_is_under_way() {
    let mut sim = pair(plain());
    say(&mut sim, 0..3);
    sim.cut(A, B);
    run(&mut sim);
    assert!(heard(&sim).is_empty());
    assert_eq!(dropped(&sim, DropReason::LinkCut), 3);
    assert!(sim.process(A).unwrap().conns.is_empty() && sim.process(B).unwrap().conns.is_empty());
}

#[test]
fn a_crash_takes_memory_and_timers_and_the_other_side_is_told() {
    let mut sim = pair(plain());
    sim.input(A, Order::SayLater(1));
    sim.crash(A, Loss::Memory);
    run(&mut sim);
    assert!(heard(&sim).is_empty());
    assert!(sim.process(B).unwrap().conns.is_empty());
    sim.start(A);
    run(&mut sim);
    say(&mut sim, 0..1);
    run(&mut sim);
    assert_eq!(heard(&sim), up_to(1));
}

#[test]
fn what_is_sent_to_the_dead_is_dropped() {
    let mut sim = pair(plain());
    say(&mut sim, 0..1);
    sim.crash(B, Loss::Memory);
    run(&mut sim);
    assert_eq!(dropped(&sim, DropReason::PeerGone), 1);
}

#[test]
fn what_was_sent_before_an_orderly_end_arrives() {
    let mut sim = pair(plain());
    sim.input(A, Order::SayAndExit(0));
    assert_eq!(sim.state(A), Some(ProcState::Down));
    run(&mut sim);
    assert_eq!(heard(&sim), up_to(1));
    assert!(sim.process(B).unwrap().conns.is_empty());
}

#[test]
fn a_process_that_is_watched_over_comes_back() {
    let mut sim = pair(plain());
    sim.input(A, Order::Relapse);
    assert_eq!(sim.state(A), Some(ProcState::Down));
    let died = sim.now();
    run(&mut sim);
    assert_eq!((sim.state(A), sim.now().since(died)), (Some(ProcState::Up), Span::millis(2_002)));
    let started = sim.trace().iter().rev().find(|e| matches!(e.kind, EventKind::Started)).unwrap();
    let cause = sim.trace().get(started.cause.unwrap()).unwrap();
    assert!(matches!(cause.kind, EventKind::Crashed { .. }), "it starts because it died");
}

#[test]
fn who_comes_back_by_hand_does_not_come_back_twice_and_who_is_killed_stays_dead() {
    let mut sim = pair(plain());
    sim.input(A, Order::Relapse);
    sim.start(A);
    sim.input(A, Order::SayAndExit(0));
    run(&mut sim);
    assert_eq!(sim.state(A), Some(ProcState::Down));
    sim.start(A);
    sim.input(A, Order::Relapse);
    sim.crash(A, Loss::Memory);
    run(&mut sim);
    assert_eq!(sim.state(A), Some(ProcState::Down));
}

#[test]
fn a_dead_process_may_take_note_of_what_is_asked() {
    let mut sim = pair(plain());
    sim.crash(A, Loss::Memory);
    sim.input(A, Order::Say(3));
    assert_eq!(sim.process(A).unwrap().heard, [3]);
}

#[test]
fn a_timer_that_was_taken_back_does_not_fire() {
    let mut sim = pair(plain());
    sim.input(A, Order::SayLater(0));
    run(&mut sim);
    sim.input(A, Order::SayLater(1));
    sim.input(A, Order::Forget);
    run(&mut sim);
    assert_eq!(heard(&sim), up_to(1));
}

#[test]
fn every_event_has_a_cause_that_came_before_it() {
    let mut sim = pair(plain());
    say(&mut sim, 0..3);
    run(&mut sim);
    assert!(sim.trace().iter().all(|event| event.cause.is_none_or(|cause| cause < event.id)));
    let last = EventId(sim.trace().len() - 1);
    let first = sim.trace().causes(last).last().unwrap();
    assert!(matches!(first.kind, EventKind::Input(Order::Say(2))), "{first:?}");
}

#[test]
fn the_digest_follows_from_seed_and_inputs() {
    let course = |seed, numbers: std::ops::Range<u64>| {
        let mut sim = Sim::new(seed, LinkSpec { jitter: Span::millis(5), ..plain() }, None);
        sim.add("a", Talker { dials: Some(B), ..Talker::default() });
        sim.add("b", Talker::default());
        sim.start(B);
        sim.start(A);
        run(&mut sim);
        say(&mut sim, numbers);
        run(&mut sim);
        sim.trace().digest()
    };
    assert_eq!(course(1, 0..9), course(1, 0..9));
    assert_ne!(course(1, 0..9), course(2, 0..9));
    assert_ne!(course(1, 0..9), course(1, 1..10));
}

#[test]
fn a_short_memory_changes_nothing_but_what_is_remembered() {
    let course = |keep| {
        let mut sim = Sim::new(1, plain(), keep);
        sim.add("a", Talker { dials: Some(B), ..Talker::default() });
        sim.add("b", Talker::default());
        sim.start(B);
        sim.start(A);
        run(&mut sim);
        say(&mut sim, 0..500);
        run(&mut sim);
        sim
    };
    let (all, few) = (course(None), course(Some(200)));
    assert_eq!(all.trace().digest(), few.trace().digest());
    assert_eq!(all.trace().len(), few.trace().len());
    assert!(few.trace().iter().count() <= 600 && few.trace().first() > EventId(0));
    let last = EventId(all.trace().len() - 1);
    assert!(few.trace().get(last).is_some() && few.trace().get(EventId(0)).is_none());
}

#[test]
fn timers_that_were_taken_back_do_not_pile_up() {
    let mut sim = pair(plain());
    sim.input(A, Order::SayLater(1));
    for n in 0..1_000 {
        sim.input(B, Order::SayLater(n));
        sim.input(B, Order::Forget);
        sim.input(A, Order::Say(2));
        assert!(sim.step(), "what was said arrives");
        assert!(sim.core.queue.sorted().len() < 100, "after {n}");
    }
    run(&mut sim);
    assert_eq!(heard(&sim).last(), Some(&1), "the timer that was kept still fires");
    assert!(sim.process(A).unwrap().heard.is_empty(), "the others do not");
}

#[test]
fn a_trap_takes_one_frame_of_its_kind() {
    let mut sim = pair(plain());
    sim.set_trap(B, Trap::Lose);
    sim.set_trap(A, Trap::Twice);
    // Talkers take odd numbers for what traps wait for.
    say(&mut sim, 0..6);
    run(&mut sim);
    assert_eq!(heard(&sim), [0, 1, 2, 3, 4, 5], "one of the two ones is lost");
    assert_eq!(sim.traps().count(), 0);
    sim.set_trap(A, Trap::Twice);
    say(&mut sim, 7..8);
    run(&mut sim);
    assert_eq!(heard(&sim).len(), 8);
    sim.set_trap(A, Trap::Twice);
    sim.clear_traps(A);
    sim.set_trap(B, Trap::Lose);
    sim.crash(B, Loss::Memory);
    assert_eq!(sim.traps().count(), 0, "nobody is left for whom it would wait");
}
