//! What of a server can be wrong by so much, its disk and its clock: the values that are offered, and the
//! one in force among them.

use crate::kernel::Span;
use crate::sorted;
use crate::world::{Input, World};

use super::entity::Entity;
use super::frame::{ActionKind, Choice, Dial};
use super::text::brief;

/// What a write may take: nothing, a good hard disk, a bad one, one that is failing. In milliseconds.
const WRITES: [i64; 4] = [0, 5, 50, 500];
/// How far a clock may be ahead: little enough to pass unnoticed, and a wrong time zone. In seconds.
const AHEAD: [i64; 5] = [-3_600, -60, 0, 60, 3_600];
const MILLI: i64 = 1_000_000;

/// The dials of a thing.
pub(super) fn dials(world: &World, entity: &Entity) -> Vec<Dial> {
    let Entity::Server(id) = entity else { return Vec::new() };
    let Some(server) = world.server(*id) else { return Vec::new() };
    let process = || world.name(*id).to_owned();
    let disk = |nanos: i64| {
        let latency = Span(nanos.unsigned_abs());
        let text = if nanos == 0 { "no time".to_owned() } else { brief(latency) };
        (text, Input::SlowDisk { process: process(), latency })
    };
    let clock = |ahead: i64| {
        let text = if ahead == 0 { "right".to_owned() } else { signed(ahead) };
        (text, Input::Clock { process: process(), ahead })
    };
    let latency = i64::try_from(server.disk_latency().0).unwrap_or(i64::MAX);
    vec![
        Dial {
            name: "A write to its disk takes",
            kind: ActionKind::Disk,
            choices: choices(world, &WRITES, MILLI, latency, &disk),
        },
        Dial {
            name: "Its clock is",
            kind: ActionKind::Clock,
            choices: choices(world, &AHEAD, 1_000 * MILLI, server.clock_ahead(), &clock),
        },
    ]
}

/// What is usual with what is, which may have been set otherwise.
fn choices(
    world: &World,
    usual: &[i64],
    unit: i64,
    now: i64,
    choice: &dyn Fn(i64) -> (String, Input),
) -> Vec<Choice> {
    let mut values: Vec<i64> = usual.iter().map(|value| value * unit).collect();
    values.push(now);
    sorted::sort_by_key(&mut values, |value| *value);
    values.dedup();
    let choice = |value: i64| {
        let (text, input) = choice(value);
        let refused = world.check(&input).err().map(|why| why.to_string());
        Choice { text, on: value == now, fault: value != 0, refused, input }
    };
    values.into_iter().map(choice).collect()
}

/// How far a clock is ahead, in nanoseconds, with its sign: "+1 h", "−1 min".
pub(super) fn signed(ahead: i64) -> String {
    let sign = if ahead < 0 { '−' } else { '+' };
    format!("{sign}{}", brief(Span(ahead.unsigned_abs())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Time;
    use crate::view::faults::{build, mark, words};
    use crate::world::scenes;

    const N2: &str = "us-east/n2";

    /// A world that is so old.
    fn world(age: Span) -> World {
        let mut world = World::new(scenes::one_order()).unwrap();
        world.run_until(Time(age.0));
        world
    }

    fn dials(world: &World) -> Vec<Dial> {
        build(world, Some(&Entity::Server(world.process(N2).unwrap()))).dials
    }

    /// What is offered; what is so now in brackets, what cannot be with a cross.
    fn texts(world: &World) -> Vec<String> {
        let written = |choice: &Choice| match (choice.on, &choice.refused) {
            (true, _) => format!("[{}]", choice.text),
            (_, Some(_)) => format!("×{}", choice.text),
            _ => choice.text.clone(),
        };
        let texts = |dial: Dial| dial.choices.iter().map(written).collect::<Vec<_>>().join(" | ");
        dials(world).into_iter().map(texts).collect()
    }

    #[test]
    fn every_value_can_be_chosen_is_said_and_is_taken_back_by_the_one_that_is_no_fault() {
        let healthy = world(Span::secs(7_200));
        let server = healthy.process(N2).unwrap();
        let clock = "−1 h | −1 min | [right] | +1 min | +1 h";
        assert_eq!(texts(&healthy), ["[no time] | 5 ms | 50 ms | 500 ms", clock]);
        for dial in dials(&healthy) {
            let good: Vec<_> = dial.choices.iter().filter(|choice| !choice.fault).collect();
            assert!(matches!(good[..], [one] if one.on), "{}", dial.name);
            for choice in dial.choices.iter().filter(|choice| choice.fault) {
                let mut world = healthy.clone();
                world.give(&choice.input).unwrap();
                let said = words(&world.troubles(), server);
                assert!(matches!(&said[..], [one] if one.ends_with(&choice.text)), "{said:?}");
                world.give(&good[0].input).unwrap();
                assert_eq!(world.troubles(), []);
            }
        }
    }

    /// No clock can show a time before the world began.
    #[test]
    fn a_value_that_cannot_be_yet_says_why() {
        let young = world(Span::secs(90));
        assert_eq!(texts(&young)[1], "×−1 h | −1 min | [right] | +1 min | +1 h");
        let hour = &dials(&young)[1].choices[0];
        assert!(hour.refused.as_ref().is_some_and(|why| why.contains("before the beginning")));
    }

    #[test]
    fn what_was_set_otherwise_is_among_the_values_and_all_is_on_the_mark_where_there_is_room() {
        let mut world = world(Span::secs(100));
        let (process, server) = (|| N2.to_owned(), world.process(N2).unwrap());
        let latency = Span::millis(20);
        world.give(&Input::SlowDisk { process: process(), latency }).unwrap();
        world.give(&Input::Clock { process: process(), ahead: -90_000 * MILLI }).unwrap();
        assert_eq!(texts(&world)[0], "no time | 5 ms | [20 ms] | 50 ms | 500 ms");
        assert!(texts(&world)[1].contains("| [−1 min 30 s] | −1 min |"));
        let mark = |width| mark(&world.troubles(), server, width);
        assert_eq!(mark(250.0).as_deref(), Some("disk 20 ms · clock −1 min 30 s"));
        assert_eq!(mark(120.0).as_deref(), Some("2 faults"));
    }
}
