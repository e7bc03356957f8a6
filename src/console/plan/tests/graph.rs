//! What is asked for a graph, and when it ends.

use super::*;

#[test]
fn a_graph_asks_for_the_state_again_and_again() {
    let gone = Outcome::TimedOut { after: Span::secs(5), replies: Vec::new() };
    let ended = Outcome::Ended { messages: 0 };
    let (calls, out) =
        drive("nats stream graph ORDERS", &[info(), info(), info(), gone, info(), ended]);
    assert!(calls.iter().all(|call| api(call) == ("$JS.API.STREAM.INFO.ORDERS", "")));
    assert!(out.starts_with("Stream Statistics for ORDERS\n\n 2 ┤"), "{out}");
    // Two answers were drawn: that there was none is no zero.
    assert_eq!(out.lines().nth(2).map(|line| line.ends_with("╭─")), Some(true), "{out}");
    assert!(out.trim_end().ends_with("Messages Stored / second"), "{out}");
    let (_, out) = drive("nats stream graph ORDERS", &[info(), error(10059, "stream not found")]);
    assert_eq!(out, "nats: error: stream not found (10059)");
}
