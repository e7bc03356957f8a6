//! Random faults against whole groups: first everything goes wrong, then nothing does.
//!
//! `PROPTEST_CASES` raises the number of cases; a hundred thousand take a minute or two.

use proptest::prelude::*;

use super::checks::Violation;
use super::cluster::{Cluster, Weather};
use super::{PeerId, Timing};
use crate::kernel::{Ratio, Span};

/// Something that happens to a group. Servers are picked by any number.
#[derive(Debug, Clone)]
enum Happening {
    Run { millis: u64 },
    Propose { count: u64 },
    Crash(u32),
    Restart(u32),
    CutOneWay(u32, u32),
    Isolate(u32),
    Mend,
    StepDown(u32, Option<u32>),
    Compact(u32),
    ChangeMember(u32),
    Weather { delay_min: u64, delay_max: u64, loss_percent: u32 },
}

fn happening() -> impl Strategy<Value = Happening> {
    let server = || 0..60u32;
    prop_oneof![
        4 => (1..3_000u64).prop_map(|millis| Happening::Run { millis }),
        3 => (3_000..25_000u64).prop_map(|millis| Happening::Run { millis }),
        6 => (1..20u64).prop_map(|count| Happening::Propose { count }),
        2 => server().prop_map(Happening::Crash),
        2 => server().prop_map(Happening::Restart),
        2 => (server(), server()).prop_map(|(from, to)| Happening::CutOneWay(from, to)),
        2 => server().prop_map(Happening::Isolate),
        2 => Just(Happening::Mend),
        1 => (server(), proptest::option::of(server()))
            .prop_map(|(from, to)| Happening::StepDown(from, to)),
        2 => server().prop_map(Happening::Compact),
        2 => server().prop_map(Happening::ChangeMember),
        2 => (0..50u64, 0..400u64, prop_oneof![Just(0), 0..60u32]).prop_map(
            |(delay_min, more, loss_percent)| {
                Happening::Weather { delay_min, delay_max: delay_min + more, loss_percent }
            }
        ),
    ]
}

fn happen(cluster: &mut Cluster, what: &Happening, next_value: &mut u64) -> Result<(), Violation> {
    let members = cluster.servers.len() as u32;
    let server = |any: u32| -> PeerId { any % members + 1 };
    match *what {
        Happening::Run { millis } => cluster.run(Span::millis(millis))?,
        Happening::Propose { count } => {
            for _ in 0..count {
                *next_value += 1;
                cluster.propose(*next_value)?;
            }
        }
        Happening::Crash(id) => cluster.crash(server(id)),
        Happening::Restart(id) => cluster.restart(server(id))?,
        Happening::CutOneWay(from, to) => {
            cluster.cut.insert((server(from), server(to)));
        }
        Happening::Isolate(id) => cluster.isolate(server(id)),
        Happening::Mend => cluster.cut.clear(),
        Happening::StepDown(from, to) => cluster.step_down(server(from), to.map(server))?,
        Happening::Compact(id) => cluster.compact(server(id)),
        Happening::ChangeMember(id) => cluster.change_member(server(id))?,
        Happening::Weather { delay_min, delay_max, loss_percent } => {
            cluster.weather = Weather {
                delay: (Span::millis(delay_min), Span::millis(delay_max)),
                loss: Ratio::percent(loss_percent),
            };
        }
    }
    cluster.check_safety()
}

/// Runs until all have the same state, and it ends with `value`, which is proposed until it is
/// there: a change of leaders may swallow it. The bound is generous: an election can be split many
/// times.
fn run_until_peace(cluster: &mut Cluster, value: Option<u64>) -> Result<(), Violation> {
    let check = |cluster: &Cluster| {
        cluster.check_peace()?;
        let ends = |state: &[(u64, u64)]| state.last().is_some_and(|last| Some(last.1) == value);
        if value.is_none() || cluster.states().iter().all(|(_, state)| ends(state)) {
            Ok(())
        } else {
            Err(Violation::NotConverged("the last proposal is not applied"))
        }
    };
    for _ in 0..60 {
        if let Some(value) = value {
            cluster.propose(value)?;
        }
        cluster.run(Span::secs(5))?;
        if check(cluster).is_ok() {
            break;
        }
    }
    check(cluster)
}

fn live_through(
    members: u32,
    seed: u64,
    append_batch: u64,
    happenings: &[Happening],
) -> Result<(), Violation> {
    let timing = Timing { append_batch, ..Timing::default() };
    let cluster = Cluster::new(members, seed, timing, Weather::calm(Span::millis(5)));
    live_through_with(cluster, happenings)
}

fn live_through_with(mut cluster: Cluster, happenings: &[Happening]) -> Result<(), Violation> {
    let mut next_value = 0;
    for what in happenings {
        happen(&mut cluster, what, &mut next_value)?;
    }
    cluster.heal()?;
    run_until_peace(&mut cluster, None)?;
    // Not only at rest, but at work.
    run_until_peace(&mut cluster, Some(u64::MAX))?;
    cluster.check_safety()?;
    cluster.check_nothing_lost()
}

/// A thousand cases unless the environment asks for another number.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { 1_000 };
    ProptestConfig { cases, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn three_members_survive_anything_but_lost_disks(
        seed: u64,
        append_batch in prop_oneof![Just(4_096u64), 1..5u64],
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        live_through(3, seed, append_batch, &happenings)
            .map_err(|violation| TestCaseError::fail(format!("{violation:?}")))?;
    }

    #[test]
    fn five_members_survive_anything_but_lost_disks(
        seed: u64,
        append_batch in prop_oneof![Just(4_096u64), 1..5u64],
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        live_through(5, seed, append_batch, &happenings)
            .map_err(|violation| TestCaseError::fail(format!("{violation:?}")))?;
    }

    #[test]
    fn members_come_and_go_whatever_happens(
        members in 1..=3u32,
        spares in 1..=2u32,
        seed: u64,
        append_batch in prop_oneof![Just(4_096u64), 1..5u64],
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        let timing = Timing { append_batch, ..Timing::default() };
        let calm = Weather::calm(Span::millis(5));
        let cluster = Cluster::with_spares(members, spares, seed, timing, calm);
        live_through_with(cluster, &happenings)
            .map_err(|violation| TestCaseError::fail(format!("{violation:?}")))?;
    }

    #[test]
    fn two_members_and_one_survive_as_well(
        members in 1..=2u32,
        seed: u64,
        happenings in proptest::collection::vec(happening(), 1..30),
    ) {
        live_through(members, seed, 4_096, &happenings)
            .map_err(|violation| TestCaseError::fail(format!("{violation:?}")))?;
    }
}
