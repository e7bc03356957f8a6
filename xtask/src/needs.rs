//! What a machine must have that is not this project's to keep: compiled targets, Node, Python, a browser.
//!
//! Everything a task needs is looked at before the task does anything long. What a package manager can add at
//! once is added; the rest is named, all of it, each with the command that gets it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::place::Place;
use crate::run::{Call, find_program};

/// The target the page is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

const NODE_MAJOR: u32 = 20;
const PYTHON_MINOR: u32 = 11;
const BROWSERS: &[&str] =
    &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_BROWSERS: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Something a machine must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// The formatter and the linter of Rust.
    RustTools,
    /// Rust's standard library for WebAssembly.
    WasmTarget,
    /// Node with npm.
    Node,
    /// Python with pip.
    Python,
    /// Chromium or Chrome.
    Browser,
    /// The driver of that browser.
    Driver,
}

impl Need {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RustTools => "rustfmt and Clippy",
            Self::WasmTarget => "Rust's WebAssembly target",
            Self::Node => "Node.js 20 or later, with npm",
            Self::Python => "Python 3.11 or later, with pip",
            Self::Browser => "Chromium or Chrome",
            Self::Driver => "ChromeDriver",
        }
    }

    /// What it is for.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Self::RustTools => "look at the code itself",
            Self::WasmTarget => "compiles the page",
            Self::Node => "runs wasm-opt and the end-to-end tests",
            Self::Python => {
                "runs the recorded cases against the real nats-server, which comes from PyPI"
            }
            Self::Browser => "the tests in a browser ($CHROMIUM may name it)",
            Self::Driver => {
                "the tests of single components in a browser ($CHROMEDRIVER may name it)"
            }
        }
    }

    /// The command that gets it.
    pub(crate) fn remedy(self) -> String {
        let mac = cfg!(target_os = "macos");
        match self {
            Self::RustTools => "rustup component add rustfmt clippy (without rustup: your \
                                distribution's packages of them)"
                .to_string(),
            Self::WasmTarget => format!(
                "rustup target add {WASM} (without rustup: your distribution's package of it)"
            ),
            Self::Node if mac => "brew install node".to_string(),
            Self::Node => {
                "apt-get install nodejs npm (as root; where that is older, https://nodejs.org)"
                    .to_string()
            }
            Self::Python if mac => "brew install python".to_string(),
            Self::Python => "apt-get install python3 python3-pip (as root)".to_string(),
            Self::Browser if mac => "brew install --cask chromium".to_string(),
            Self::Driver if mac => "brew install --cask chromedriver".to_string(),
            Self::Browser | Self::Driver => {
                "apt-get install chromium chromium-driver (as root)".to_string()
            }
        }
    }

    fn is_met(self, place: &Place) -> bool {
        match self {
            Self::RustTools => ["fmt", "clippy"]
                .iter()
                .all(|tool| Call::cargo(place).args([tool, "--version"]).ask().is_some()),
            Self::WasmTarget => wasm_target_installed(place),
            Self::Node => {
                let version = Call::new("node", place).arg("--version").ask();
                version.is_some_and(|text| node_is_enough(&text))
                    && Call::new(npm(), place).arg("--version").ask().is_some()
            }
            Self::Python => {
                let version = Call::new("python3", place).arg("--version").ask();
                version.is_some_and(|text| python_is_enough(&text))
                    && Call::new("python3", place).args(["-m", "pip", "--version"]).ask().is_some()
            }
            Self::Browser => browser().is_some(),
            Self::Driver => driver().is_some(),
        }
    }
}

/// npm's name as a program.
pub(crate) fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// The browser for the tests: $CHROMIUM, or a known name on the PATH or among the applications.
pub(crate) fn browser() -> Option<PathBuf> {
    named_by("CHROMIUM")
        .or_else(|| find_program(BROWSERS, &path()))
        .or_else(|| MAC_BROWSERS.iter().map(PathBuf::from).find(|path| path.is_file()))
}

/// Its driver: $CHROMEDRIVER, or the one on the PATH.
pub(crate) fn driver() -> Option<PathBuf> {
    named_by("CHROMEDRIVER").or_else(|| find_program(&["chromedriver"], &path()))
}

fn named_by(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// Sees to it that all of this is there. Installs what a package manager can install at once; when something
/// is missing still, the failure names all of it.
pub(crate) fn ensure(needs: &[Need], place: &Place) -> Result<(), Failure> {
    let mut missing = unmet(needs, place);
    if missing.contains(&Need::RustTools) {
        println!("Adding rustfmt and Clippy to Rust (some seconds):");
        let _ = Call::new("rustup", place).args(["component", "add", "rustfmt", "clippy"]).run();
    }
    if missing.contains(&Need::WasmTarget) {
        println!("Adding Rust's target {WASM}, which the page is compiled for (some seconds):");
        // A failure here shows in the second look, with all the rest that is missing.
        let _ = Call::new("rustup", place).args(["target", "add", WASM]).run();
    }
    if missing.contains(&Need::Browser) || missing.contains(&Need::Driver) {
        install_browser(place);
    }
    if !missing.is_empty() {
        missing = unmet(needs, place);
    }
    if missing.is_empty() { Ok(()) } else { Err(Failure::Missing(missing)) }
}

fn unmet(needs: &[Need], place: &Place) -> Vec<Need> {
    let mut missing: Vec<Need> = needs.iter().copied().filter(|need| !need.is_met(place)).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// Through apt, where it is there and may be used without asking anybody for a password.
fn install_browser(place: &Place) {
    let root = Call::new("id", place).arg("-u").ask().as_deref() == Some("0");
    let sudo = !root && Call::new("sudo", place).args(["-n", "true"]).ask().is_some();
    if find_program(&["apt-get"], &path()).is_none() || !(root || sudo) {
        return;
    }
    println!(
        "Installing chromium and chromium-driver with apt-get, for the browser tests (a minute or two):"
    );
    let apt = |words: &[&str]| {
        let call = if sudo {
            Call::new("sudo", place).args(["-n", "apt-get"])
        } else {
            Call::new("apt-get", place)
        };
        call.env("DEBIAN_FRONTEND", "noninteractive").args(words).run()
    };
    // A failure here shows in the second look, with all the rest that is missing.
    let _ = apt(&["update"]).and_then(|()| {
        apt(&["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"])
    });
}

/// Without rustup there may be a distribution's package: what counts is whether the folder is there.
fn wasm_target_installed(place: &Place) -> bool {
    let sysroot = Call::new("rustc", place).args(["--print", "sysroot"]).ask();
    sysroot.is_some_and(|sysroot| {
        Path::new(&sysroot).join("lib/rustlib").join(WASM).join("lib").is_dir()
    })
}

/// `v20.20.2` and later.
fn node_is_enough(version: &str) -> bool {
    numbers(version.trim_start_matches('v')).first().is_some_and(|major| *major >= NODE_MAJOR)
}

/// `Python 3.11.7` and later.
fn python_is_enough(version: &str) -> bool {
    match numbers(version.trim_start_matches("Python ")).as_slice() {
        [3, minor, ..] => *minor >= PYTHON_MINOR,
        [major, ..] => *major > 3,
        [] => false,
    }
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_are_not_enough() {
        assert!(node_is_enough("v20.20.2") && node_is_enough("v24.0.0"));
        assert!(!node_is_enough("v18.19.0") && !node_is_enough(""));
        assert!(python_is_enough("Python 3.11.7") && python_is_enough("Python 3.14.0rc1"));
        assert!(
            !python_is_enough("Python 3.9.2")
                && !python_is_enough("Python 2.7.18")
                && !python_is_enough("")
        );
    }

    #[test]
    fn every_need_says_how_to_get_it() {
        for need in [
            Need::RustTools,
            Need::WasmTarget,
            Need::Node,
            Need::Python,
            Need::Browser,
            Need::Driver,
        ] {
            assert!(
                !need.name().is_empty() && !need.purpose().is_empty() && !need.remedy().is_empty()
            );
        }
    }
}
