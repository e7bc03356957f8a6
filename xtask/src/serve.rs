//! Serving the page while it is worked on, or looked at.

use std::net::{Ipv4Addr, TcpListener};

use crate::failure::Failure;
use crate::needs;
use crate::page;
use crate::place::Place;
use crate::tools;

/// Builds the page and serves it until somebody ends it; a changed file is built again at once.
pub(crate) fn serve(place: &Place, port: u16, open: bool) -> Result<(), Failure> {
    check_port(port)?;
    needs::ensure(&tools::page_needs(false), place)?;
    tools::ensure_rust_tools(place)?;
    println!("Building the page (the first time two to three minutes, then seconds).");
    println!("It will be at http://127.0.0.1:{port}/ ; Ctrl+C ends it.");
    let port = port.to_string();
    let call = page::trunk(place).args(["serve", "--port", &port]);
    if open { call.arg("--open").run() } else { call.run() }
}

fn check_port(port: u16) -> Result<(), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    listener.map(drop).map_err(|source| Failure::Port { port, source })
}

#[cfg(test)]
mod tests {
    use super::*;

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
