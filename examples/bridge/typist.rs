//! Lines of the `nats` command line, typed by a simulated application of the bridge's own world: `bridge type FILE
//! 'app> nats kv put config db.host localhost'`. So the engine's own client can work on what real clients
//! work on, at the same time.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use windtunnel::console::{Session, State};
use windtunnel::world::{ClientSpec, Input};

use super::serve::Bridge;

/// How long a line that listens is listened to.
const LISTEN: Duration = Duration::from_secs(2);
/// How long any other may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Has a line typed, and waits for it. What it prints.
///
/// # Errors
/// That nobody can type it.
pub(crate) async fn types(bridge: &Rc<Bridge>, line: &str) -> Result<String, String> {
    let name = match line.split_once('>') {
        Some((name, _)) if !name.contains(' ') => name,
        _ => return Err(format!("who types {line:?}? 'app> nats …' says so")),
    };
    join(bridge, name)?;
    // At the console sits 'cli'; whoever else types is an application.
    let mut session = Session::new("cli");
    let inputs = session.enter(line, bridge.engine.borrow().world());
    if session.take_beginning().is_some() {
        return Err("the bridge keeps the world that it has".to_owned());
    }
    give(bridge, inputs)?;
    let began = Instant::now();
    loop {
        let inputs = session.poll(bridge.engine.borrow().world());
        give(bridge, inputs)?;
        let (text, state) = {
            let engine = bridge.engine.borrow();
            let Some(entry) = session.entries().last() else { return Ok(String::new()) };
            let output = session.render(entry, engine.world());
            let lines: Vec<&str> = output.lines.iter().map(|line| line.text.as_str()).collect();
            (lines.join("\n"), output.state)
        };
        let end = match state {
            State::Done | State::Failed => return Ok(text),
            State::Listening => began + LISTEN,
            State::Running | State::NotYet => began + LIMIT,
        };
        if timeout_at(end, bridge.turned()).await.is_err() {
            return Ok(text);
        }
    }
}

/// An application of this name is there.
fn join(bridge: &Bridge, name: &str) -> Result<(), String> {
    if bridge.engine.borrow().world().process(name).is_some() {
        return Ok(());
    }
    let cluster = bridge.sites().first().map(|site| site.cluster.clone()).unwrap_or_default();
    let spec = ClientSpec { name: name.to_owned(), cluster, ..ClientSpec::default() };
    give(bridge, vec![Input::AddClient(spec)])
}

fn give(bridge: &Bridge, inputs: Vec<Input>) -> Result<(), String> {
    for input in inputs {
        let given = bridge.engine.borrow_mut().give(&input);
        bridge.wake();
        given.map_err(|error| error.to_string())?;
    }
    Ok(())
}
