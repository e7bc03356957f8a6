//! The scene of the whole picture under full load: nine servers in three regions and a hub that gathers what
//! they have, with everybody in it as quick as can be.

use windtunnel::client::Behaviour;
use windtunnel::client::behaviour::Publisher;
use windtunnel::kernel::Span;
use windtunnel::world::{History, KEYFRAME_INTERVAL, World, scenes};

/// Events that are played, as the page plays them: all in the trace, with keyframes.
pub(crate) const PLAYED: u32 = 200_000;

/// The streams that orders and tasks come to, in their own region and in others.
const BUSY: [&str; 3] = ["ORDERS", "TASKS", "HIGH-VALUE"];

/// The scene, at work for a while.
pub(crate) fn nine() -> History {
    let mut topology = scenes::whole_picture();
    let all = topology.clients.iter_mut().filter_map(|client| client.behaviour.as_mut());
    all.for_each(hurry);
    let mut world = World::new(topology).expect("a valid topology");
    world.run_until(world.now() + Span::secs(2));
    for view in world.streams() {
        let stored = view.best().map_or(0, |replica| replica.stream.store().last_seq());
        let is_busy = BUSY.iter().any(|busy| view.name.starts_with(busy));
        assert!(!is_busy || stored > 100, "{} of cluster {} has {stored}", view.name, view.cluster);
    }
    History::new(world, KEYFRAME_INTERVAL)
}

/// Plays on, [`PLAYED`] events.
pub(crate) fn play(mut history: History) -> History {
    let end = history.cursor().sim().trace().len() + u64::from(PLAYED);
    while history.cursor().sim().trace().len() < end {
        assert!(history.forward(), "nothing happens any more");
    }
    history
}

/// Who publishes does so as often as can be, and who works is quick enough for that.
fn hurry(behaviour: &mut Behaviour) {
    match behaviour {
        Behaviour::Publisher(publisher) => publisher.every = Publisher::EVERY_MIN,
        Behaviour::Worker(worker) => {
            worker.processing = Span::millis(5);
            worker.batch = 10;
            worker.max_in_hand = 20;
        }
        _ => {}
    }
}
