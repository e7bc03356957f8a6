//! Orders to a bridge that runs: `bridge fault FILE KIND SERVER FROM TO` asks the bridge that serves this
//! topology file for a fault, and returns when it is complete. Any other KIND is a fault of the console's,
//! such as `bridge fault FILE slow-disk us/n1 50ms`. `bridge type FILE LINE` has a line typed.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};
use windtunnel::console;
use windtunnel::kernel::ProcState;
use windtunnel::world::Input;

use super::engine::Site;
use super::serve::Bridge;
use super::typist;

/// The faults with names of their own.
const KINDS: [&str; 5] = ["stop_server", "kill_server", "start_server", "cut_link", "restore_link"];
/// How long a fault may take to come to its end.
const LIMIT: Duration = Duration::from_secs(50);
/// After it, the time that news needs to get around, as a real cluster is given it.
const SETTLE: Duration = Duration::from_millis(300);

#[derive(Debug, Serialize, Deserialize)]
struct Fault {
    kind: String,
    server: String,
    from: String,
    to: String,
}

/// What the bridge is to do.
#[derive(Debug, Serialize, Deserialize)]
enum Order {
    Fault(Fault),
    /// A fault in the words of the console.
    Line(String),
    /// A simulated application is to type this line.
    Type(String),
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    /// What there is to print.
    text: String,
    /// Why it did not come about.
    error: Option<String>,
}

fn socket(topology: &Path) -> PathBuf {
    let mut path = topology.as_os_str().to_owned();
    path.push(".control");
    path.into()
}

/// Asks the bridge that serves `topology` for a fault.
///
/// # Errors
/// Why it did not come about.
pub(crate) fn fault(words: &[String]) -> Result<(), String> {
    let [topology, kind, rest @ ..] = words else {
        return Err("usage: bridge fault TOPOLOGY_FILE KIND SERVER FROM TO".to_owned());
    };
    let word = |n: usize| rest.get(n).cloned().unwrap_or_default();
    let order = if KINDS.contains(&&**kind) {
        Order::Fault(Fault { kind: kind.clone(), server: word(0), from: word(1), to: word(2) })
    } else {
        Order::Line(format!("fault {kind} {}", rest.join(" ")))
    };
    ask(topology, &order).map(|_| ())
}

/// Has the bridge that serves `topology` type a line, and prints what comes of it.
///
/// # Errors
/// Why it did not come about.
pub(crate) fn types(words: &[String]) -> Result<(), String> {
    let [topology, line] = words else {
        return Err("usage: bridge type TOPOLOGY_FILE 'APP> nats ...'".to_owned());
    };
    println!("{}", ask(topology, &Order::Type(line.clone()))?);
    Ok(())
}

fn ask(topology: &str, order: &Order) -> Result<String, String> {
    let path = socket(Path::new(topology));
    let told = |error: io::Error| format!("no bridge at {}: {error}", path.display());
    let mut stream = UnixStream::connect(&path).map_err(told)?;
    let line = serde_json::to_string(order).map_err(|error| error.to_string())?;
    stream.write_all(format!("{line}\n").as_bytes()).map_err(told)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(told)?;
    let Ok(Answer { text, error }) = serde_json::from_str(answer.trim()) else {
        return Err("the bridge ended".to_owned());
    };
    error.map_or(Ok(text), Err)
}

/// Takes orders from now on, several at a time.
///
/// # Errors
/// That the socket beside the topology file cannot be made.
pub(crate) fn serve(bridge: &Rc<Bridge>, topology: &Path) -> io::Result<()> {
    let path = socket(topology);
    // Of an earlier bridge that was killed.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)?;
    let bridge = Rc::clone(bridge);
    spawn_local(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let bridge = Rc::clone(&bridge);
            spawn_local(async move {
                let mut line = String::new();
                let (reader, mut writer) = stream.split();
                if tokio::io::BufReader::new(reader).read_line(&mut line).await.is_err() {
                    return;
                }
                let answer = match serde_json::from_str(&line) {
                    Ok(Order::Fault(fault)) => {
                        carry_out(&bridge, &fault).await.map(|()| String::new())
                    }
                    Ok(Order::Line(line)) => {
                        console_fault(&bridge, &line).await.map(|()| String::new())
                    }
                    Ok(Order::Type(line)) => typist::types(&bridge, &line).await,
                    Err(why) => Err(why.to_string()),
                };
                let answer = match answer {
                    Ok(text) => Answer { text, error: None },
                    Err(why) => Answer { text: String::new(), error: Some(why) },
                };
                let answer = serde_json::to_string(&answer).unwrap_or_default();
                // Who does not wait for the answer does not get it.
                let _ = writer.write_all(format!("{answer}\n").as_bytes()).await;
            });
        }
    });
    Ok(())
}

async fn carry_out(bridge: &Rc<Bridge>, fault: &Fault) -> Result<(), String> {
    let done = async {
        match fault.kind.as_str() {
            "stop_server" | "kill_server" => stop(bridge, fault).await,
            "start_server" => start(bridge, fault).await,
            "cut_link" | "restore_link" => link(bridge, fault).await,
            other => Err(format!("there is no fault {other:?}; there are {}", KINDS.join(", "))),
        }
    };
    timeout(LIMIT, done)
        .await
        .unwrap_or_else(|_| Err("the fault does not come to an end".to_owned()))?;
    sleep(SETTLE).await;
    Ok(())
}

/// Carries out a fault in the words of the console. The ports of servers that die by it close, those of
/// servers that live again open.
async fn console_fault(bridge: &Rc<Bridge>, line: &str) -> Result<(), String> {
    let parsed = console::parse(line).map_err(|why| why.to_string())?;
    let console::Parsed::Run(parsed) = parsed else { return Err(format!("{line:?} does nothing")) };
    let fault = console::Fault::read(&parsed).ok_or_else(|| format!("{line:?} does nothing"))??;
    let inputs = fault.inputs(bridge.engine.borrow().world())?;
    for input in &inputs {
        give(bridge, input)?;
    }
    bridge.turned().await;
    for site in bridge.sites() {
        if bridge.engine.borrow().state(&site.process()) == Some(ProcState::Down) {
            bridge.close_port(&site);
        } else {
            bridge.reopen_port(&site).await.map_err(|error| error.to_string())?;
        }
    }
    sleep(SETTLE).await;
    Ok(())
}

fn site(bridge: &Bridge, server: &str) -> Result<Site, String> {
    let sites = bridge.sites();
    let found = sites.iter().find(|site| site.server == server).cloned();
    found.ok_or_else(|| {
        let names: Vec<&str> = sites.iter().map(|site| &*site.server).collect();
        format!("there is no server {server:?}; there are {}", names.join(", "))
    })
}

async fn stop(bridge: &Rc<Bridge>, fault: &Fault) -> Result<(), String> {
    let site = site(bridge, &fault.server)?;
    bridge.close_port(&site);
    let process = site.process();
    give(
        bridge,
        &match fault.kind.as_str() {
            "stop_server" => Input::Stop { process: process.clone() },
            _ => Input::Crash { process: process.clone(), lose_disk: false },
        },
    )?;
    while bridge.engine.borrow().state(&process) != Some(ProcState::Down) {
        bridge.turned().await;
    }
    Ok(())
}

async fn start(bridge: &Rc<Bridge>, fault: &Fault) -> Result<(), String> {
    let site = site(bridge, &fault.server)?;
    give(bridge, &Input::Restart { process: site.process() })?;
    while !bridge.engine.borrow().has_settled() {
        bridge.turned().await;
    }
    bridge.reopen_port(&site).await.map_err(|error| error.to_string())
}

/// Cuts the link between two clusters so that it stays cut, or heals it.
async fn link(bridge: &Rc<Bridge>, fault: &Fault) -> Result<(), String> {
    let (a, b) = (fault.from.clone(), fault.to.clone());
    let cut = fault.kind == "cut_link";
    give(
        bridge,
        &if cut {
            Input::Cut { a: a.clone(), b: b.clone() }
        } else {
            Input::Heal { a: a.clone(), b: b.clone() }
        },
    )?;
    while bridge.engine.borrow().are_joined(&a, &b) == cut {
        bridge.turned().await;
    }
    Ok(())
}

fn give(bridge: &Bridge, input: &Input) -> Result<(), String> {
    let given = bridge.engine.borrow_mut().give(input);
    bridge.wake();
    given.map_err(|error| error.to_string())
}
