//! A bridge from real NATS clients to a simulated cluster: TCP ports that speak the NATS protocol, with
//! a Windtunnel world behind them that runs in real time.
//!
//! It starts as nats-server does, with the same flags, configuration syntax and log lines:
//!
//! ```sh
//! cargo run --no-default-features --example bridge -- -p 4222 -js -m 8222
//! ```
//!
//! or with a topology of several servers, one port each, whose servers can be stopped and whose links
//! can be cut while it runs, and in which simulated applications can type command lines:
//!
//! ```sh
//! bridge --topology FILE                       # prints READY
//! bridge fault FILE KIND SERVER FROM TO        # KIND: stop_server, start_server, cut_link, restore_link …
//! bridge type FILE 'app> nats kv ls'           # a simulated application types it; prints what it prints
//! ```
//!
//! Everything lives in memory. It is for learning and testing, not for keeping data.

#[path = "bridge/mod.rs"]
mod bridge;

use std::process::ExitCode;

fn main() -> ExitCode {
    bridge::main()
}
