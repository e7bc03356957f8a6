//! Types lines at the console of a simulated cluster and prints what comes, as the page does:
//!
//! ```sh
//! cargo run --no-default-features --example console -- "nats stream ls" "nats pub orders.new hi"
//! ```
//!
//! Without arguments it reads lines from the standard input.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::BufRead;

use windtunnel::console::{Entry, LineKind, Session, State};
use windtunnel::kernel::Span;
use windtunnel::world::{World, scenes};

/// How long a line may take, in the world's time.
const LIMIT: Span = Span::secs(60);
/// How long a line that listens is waited for.
const LISTEN: Span = Span::secs(1);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut world = World::new(scenes::one_order())?;
    let mut session = Session::new("cli");
    let lines: Vec<String> = std::env::args().skip(1).collect();
    if lines.is_empty() {
        for line in std::io::stdin().lock().lines() {
            enter(&mut session, &mut world, &line?);
        }
    }
    for line in &lines {
        enter(&mut session, &mut world, line);
    }
    for entry in session.entries() {
        if session.render(entry, &world).state == State::Listening {
            println!("$ {} (in the end)", entry.line);
            print(&session, &world, entry);
        }
    }
    Ok(())
}

/// Types one line, lets time pass until it is over, prints what it printed.
fn enter(session: &mut Session, world: &mut World, line: &str) {
    println!("$ {line}");
    for input in session.enter(line, world) {
        if let Err(why) = world.give(&input) {
            println!("! {why}");
        }
    }
    if let Some(Ok(begun)) = session.take_beginning().map(World::new) {
        *world = begun;
    }
    session.run(world, LIMIT);
    let Some(entry) = session.entries().last() else { return };
    if session.render(entry, world).state == State::Listening {
        world.run_until(world.now() + LISTEN);
    }
    print(session, world, entry);
}

/// Prints what an entry prints by now.
fn print(session: &Session, world: &World, entry: &Entry) {
    let output = session.render(entry, world);
    for line in output.lines {
        match line.kind {
            LineKind::Plain | LineKind::Error => println!("{}", line.text),
            LineKind::Hint => println!("\x1b[2m{}\x1b[0m", line.text),
        }
    }
    match output.state {
        State::Done | State::Failed => {}
        state => println!("({state:?})"),
    }
    println!();
}
