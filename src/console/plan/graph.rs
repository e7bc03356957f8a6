//! `nats stream graph` and `nats consumer graph`: what goes on, drawn second by second.

use crate::client::Outcome;
use crate::console::chart::{Unit, chart};
use crate::console::parse::Invocation;
use crate::kernel::{Span, Time};
use crate::nats::json::as_json;

use super::run::decode;
use super::{Done, Run, consumer, stream};

/// How often the CLI asks.
const TICK: Span = Span::secs(1);
/// How many values a chart shows. The real one is as wide as the terminal.
const WIDTH: usize = 60;
/// How many times this console asks at most: a client remembers only its last operations.
const MOST: usize = 300;

/// What is read of an answer: of a stream or of a consumer.
#[derive(Default)]
struct Told {
    state: State,
    num_pending: u64,
    num_ack_pending: u64,
    delivered: Sequence,
    ack_floor: Sequence,
}

/// The part of a stream's state that is drawn.
#[derive(Default)]
struct State {
    messages: u64,
    first_seq: u64,
    last_seq: u64,
}

/// How far a consumer is.
#[derive(Default)]
struct Sequence {
    consumer_seq: u64,
}

as_json! { read Told; state, num_pending, num_ack_pending, delivered, ack_floor }
as_json! { read State; messages, first_seq, last_seq }
as_json! { read Sequence; consumer_seq }

/// One of the charts: what it is called, whether it shows how much a number grows in a second or the
/// number itself, and the number.
struct Chart {
    caption: &'static str,
    rate: bool,
    number: fn(&Told) -> u64,
}

const STREAM: &[Chart] = &[
    Chart { caption: "Messages Stored", rate: false, number: |told| told.state.messages },
    Chart { caption: "Messages Removed / second", rate: true, number: |told| told.state.first_seq },
    Chart { caption: "Messages Stored / second", rate: true, number: |told| told.state.last_seq },
];

const CONSUMER: &[Chart] = &[
    Chart { caption: "Messages Pending", rate: false, number: |told| told.num_pending },
    Chart { caption: "Messages Waiting for Ack", rate: false, number: |told| told.num_ack_pending },
    Chart {
        caption: "Messages Acknowledged / second",
        rate: true,
        number: |told| told.ack_floor.consumer_seq,
    },
    Chart {
        caption: "Messages Delivered / second",
        rate: true,
        number: |told| told.delivered.consumer_seq,
    },
];

/// `nats stream graph`
pub(super) fn of_stream(run: &mut Run<'_>, line: &Invocation) -> Done {
    let name = stream::pick(run, line, "could not load Stream")?.config.name.clone();
    follow(run, &format!("STREAM.INFO.{name}"), &format!("Stream Statistics for {name}"), STREAM, 6)
}

/// `nats consumer graph`
pub(super) fn of_consumer(run: &mut Run<'_>, line: &Invocation) -> Done {
    let info = consumer::pick(run, line)?;
    let (stream, name) = (&info.stream_name, &info.name);
    let title = format!("Consumer Statistics for {stream} > {name}");
    follow(run, &format!("CONSUMER.INFO.{stream}.{name}"), &title, CONSUMER, 4)
}

/// Asks every second until it is interrupted, and draws what it was told.
fn follow(run: &mut Run<'_>, endpoint: &str, title: &str, charts: &[Chart], height: usize) -> Done {
    let told: Result<Told, String> = run.api(endpoint, "")?;
    let told = run.check("", told)?;
    let mut tick = run.at();
    let mut last = Some((told, tick));
    let mut drawn = vec![vec![0; WIDTH]; charts.len()];
    run.goes_on();
    let (mut ended, mut full) = (Ok(()), false);
    for asked in 0..MOST {
        tick = (tick + TICK).max(run.at());
        run.pause(tick.since(run.at()));
        // What has left the charts is not read again.
        let old = run.ahead() > WIDTH + 1;
        let outcome = match run.request(endpoint, "") {
            Ok(Outcome::Ended { .. }) => break,
            Ok(outcome) => outcome,
            Err(stop) => {
                ended = Err(stop);
                break;
            }
        };
        full = asked + 1 == MOST;
        if old {
            last = None;
            continue;
        }
        // The CLI goes on as well where there is no answer.
        let Outcome::Replies(replies) = outcome else { continue };
        let Some(Ok(told)) = replies.first().map(decode::<Told>) else { continue };
        let now = run.at();
        if let Some((before, then)) = &last {
            for (chart, values) in charts.iter().zip(&mut drawn) {
                let (number, since) = ((chart.number)(&told), (chart.number)(before));
                values.remove(0);
                values.push(if chart.rate { rate(number, since, *then, now) } else { number });
            }
        }
        last = Some((told, now));
    }
    run.say(title);
    for (chart_of, values) in charts.iter().zip(&drawn) {
        let unit = if chart_of.rate { Unit::Hundredths } else { Unit::Whole };
        run.say("");
        run.say_all(chart(chart_of.caption, unit, values, height));
    }
    if full {
        run.hint(format!("It was drawn {MOST} times. Type the line again to go on."));
    }
    ended
}

/// How much a number grew in a second, in hundredths; nothing if it fell.
fn rate(number: u64, before: u64, then: Time, now: Time) -> u64 {
    let nanos = u128::from(now.since(then).as_nanos()).max(1);
    let grew = u128::from(number.saturating_sub(before)) * 100 * 1_000_000_000;
    u64::try_from((2 * grew + nanos) / (2 * nanos)).unwrap_or(u64::MAX)
}
