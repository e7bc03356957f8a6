//! Serving the page while it is worked on, or looked at.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use crate::failure::Failure;
use crate::needs;
use crate::page;
use crate::place::Place;
use crate::tools;

/// Folders of which `Trunk.toml` says that changes in them do not matter, and which a fresh clone does not have.
/// Trunk does not start without them.
const NOT_WATCHED: [&str; 2] = ["dist", "node_modules"];

/// Builds the page and serves it until somebody ends it; a changed file is built again at once.
pub(crate) fn serve(place: &Place, port: u16, open: bool) -> Result<(), Failure> {
    check_port(port)?;
    needs::ensure(&tools::page_needs(false), place)?;
    tools::ensure_rust_tools(place)?;
    for folder in NOT_WATCHED.map(|name| place.file(name)) {
        fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    }
    println!("Building the page (the first time two to three minutes, then seconds).");
    println!("It will be at http://127.0.0.1:{port}/ ; Ctrl+C ends it.");
    let can_open = a_browser_can_open();
    if open && !can_open {
        println!("There is no screen here for a browser: open that address where there is one.");
    }
    let port = port.to_string();
    let call = page::trunk(place).args(["serve", "--port", &port]);
    if open && can_open { call.arg("--open").run() } else { call.run() }
}

/// Whether there is a screen, or somebody has named a browser that needs none.
fn a_browser_can_open() -> bool {
    let screen = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"];
    !cfg!(target_os = "linux") || screen.iter().any(|name| std::env::var_os(name).is_some())
}

fn check_port(port: u16) -> Result<(), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    listener.map(drop).map_err(|source| Failure::Port { port, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunk_finds_every_folder_that_it_does_not_watch() {
        let place = Place::find().expect("the repository");
        let text = fs::read_to_string(place.file("Trunk.toml")).expect("Trunk's configuration");
        let (_, list) = text.split_once("ignore = [").expect("a list");
        let (list, _) = list.split_once(']').expect("its end");
        for name in list.split(',').map(|name| name.trim().trim_matches('"')) {
            // The tools are in `target`, so it is there; the rest is in the repository.
            let there = ["target", "tests", "xtask"].contains(&name);
            assert!(there || NOT_WATCHED.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_taken_port_is_said_before_anything_is_built() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = taken.local_addr().expect("its address").port();
        assert!(
            matches!(check_port(port), Err(Failure::Port { port: named, .. }) if named == port)
        );
        drop(taken);
        assert!(check_port(port).is_ok());
    }
}
