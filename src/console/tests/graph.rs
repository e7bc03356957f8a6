//! What a stream and a consumer do is drawn while it happens.

use super::*;

impl Typist {
    /// Lets time pass, giving the world what the lines that go on need.
    fn waits(&mut self, span: Span) {
        self.waits_in_steps(span, Span::millis(50));
    }

    fn waits_in_steps(&mut self, span: Span, step: Span) {
        let end = self.world.now() + span;
        loop {
            for input in self.session.poll(&self.world) {
                self.world.give(&input).expect("what a line needs");
            }
            if self.world.now() >= end {
                return;
            }
            let next = (self.world.now() + step).min(end);
            let wakes = self.session.wakes_at(&self.world);
            self.world.run_until(wakes.map_or(next, |at| at.min(next)));
        }
    }

    /// How much the client that types has been asked for.
    fn asked(&self) -> u64 {
        let client = self.world.process("cli").and_then(|process| self.world.client(process));
        client.expect("cli").next_op().0
    }

    /// What the line typed at this place prints now.
    fn shows(&self, entry: usize) -> (String, State) {
        let output = self.session.render(&self.session.entries()[entry], &self.world);
        let lines: Vec<&str> = output.lines.iter().map(|line| line.text.as_str()).collect();
        (lines.join("\n"), output.state)
    }

    /// Ctrl+C.
    fn interrupts(&mut self) {
        for input in self.session.interrupt(&self.world) {
            self.world.give(&input).expect("an interruption");
        }
    }
}

/// The lines of one chart of a page of them.
fn chart<'a>(page: &'a str, caption: &str) -> Vec<&'a str> {
    let parts: Vec<&str> = page.split("\n\n").collect();
    let found = parts.iter().find(|part| part.trim_end().ends_with(caption));
    found.expect(page).lines().collect()
}

#[test]
fn a_stream_is_drawn_second_by_second() {
    let mut typist = Typist::new();
    let (text, state) = typist.types("nats stream graph ORDERS");
    assert_eq!(state, State::Listening, "{text}");
    typist.waits(Span::millis(2_500));
    typist.types("nats pub orders.new x --count 30");
    typist.waits(Span::millis(4_000));
    let (text, state) = typist.shows(0);
    assert_eq!(state, State::Listening, "{text}");
    assert!(text.starts_with("Stream Statistics for ORDERS\n\n"), "{text}");
    let stored = chart(&text, "Messages Stored");
    assert!(stored[0].starts_with(" 30 ┤") && stored[0].ends_with("╭───"), "{text}");
    let rates = chart(&text, "Messages Stored / second");
    // All of them came within one second.
    assert!(rates[0].starts_with(" 30.") || rates[0].starts_with(" 29."), "{text}");
    assert!(rates[0].ends_with("╭╮") && rates[6].ends_with("╯╰──"), "{text}");

    // It waits for time to pass now, and that ends at once; what is drawn stays.
    typist.interrupts();
    let (after, state) = typist.shows(0);
    assert_eq!((after.as_str(), state), (text.as_str(), State::Done));
    let asked = typist.asked();
    typist.waits(Span::secs(5));
    assert_eq!(typist.asked(), asked, "it still asks");
    assert_eq!(typist.shows(0), (text, State::Done));
}

#[test]
fn a_consumer_is_drawn_until_an_open_request_is_interrupted() {
    let mut typist = Typist::new();
    typist.types("nats consumer add ORDERS worker --pull --defaults");
    typist.types("nats pub orders.new x --count 10");
    typist.types("nats consumer graph ORDERS worker");
    typist.waits(Span::millis(1_500));
    typist.types("nats consumer next ORDERS worker --count 4 --no-ack");
    typist.waits(Span::secs(2));
    let (text, state) = typist.shows(2);
    assert_eq!(state, State::Listening, "{text}");
    assert!(text.starts_with("Consumer Statistics for ORDERS > worker\n\n"), "{text}");
    assert!(chart(&text, "Messages Pending")[0].starts_with(" 10 ┤"), "{text}");
    assert!(chart(&text, "Messages Waiting for Ack")[0].starts_with(" 4 ┤"), "{text}");
    assert!(chart(&text, "Messages Delivered / second")[0].starts_with(" 4."), "{text}");
    assert!(chart(&text, "Messages Acknowledged / second")[0].starts_with(" 0.00 ┤"), "{text}");
    loop {
        typist.world.run_until(typist.world.now() + Span::millis(100));
        if let [input] = typist.session.poll(&typist.world).as_slice() {
            typist.world.give(input).expect("a request");
            break;
        }
    }
    typist.interrupts();
    typist.waits(Span::secs(3));
    assert_eq!(typist.shows(2).1, State::Done);
}

#[test]
fn it_ends_after_so_many_answers() {
    let mut typist = Typist::new();
    typist.types("nats stream graph ORDERS");
    typist.waits_in_steps(Span::secs(250), Span::millis(500));
    let (text, state) = typist.shows(0);
    assert_eq!(state, State::Listening, "{text}");
    typist.types("nats pub orders.new x");
    typist.waits_in_steps(Span::secs(60), Span::millis(500));
    let (text, state) = typist.shows(0);
    assert_eq!(state, State::Done, "{text}");
    assert!(text.ends_with("It was drawn 300 times. Type the line again to go on."), "{text}");
    assert!(chart(&text, "Messages Stored")[0].starts_with(" 1 ┤"), "{text}");
}
