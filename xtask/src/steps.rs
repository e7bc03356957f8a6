//! Every test there is, in order: what is quick and fails often comes first.

use std::fs;
use std::path::PathBuf;

use crate::bridge;
use crate::clients;
use crate::failure::Failure;
use crate::needs::{self, Need};
use crate::page;
use crate::place::Place;
use crate::report::Report;
use crate::run::Call;
use crate::tools;

/// One step of the test.
pub(crate) struct Step {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    /// What it does, for the heading and the help.
    pub(crate) about: &'static str,
    /// What the machine must have for it.
    needs: &'static [Need],
    perform: fn(&Place) -> Result<(), Failure>,
}

impl Step {
    /// Whether this is the step of that name, or of the group of that name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name || self.name.split_once('-').is_some_and(|(group, _)| group == name)
    }
}

/// All steps, in order.
pub(crate) const STEPS: &[Step] = &[
    Step {
        name: "format",
        about: "all Rust code is formatted",
        needs: &[Need::RustTools],
        perform: |place| {
            Call::cargo(place).args(["fmt", "--all", "--check"]).run()?;
            let apart = place.file("tests/clients/rust/Cargo.toml");
            Call::cargo(place).args(["fmt", "--check", "--manifest-path"]).arg(apart).run()
        },
    },
    Step {
        name: "lint-engine",
        about: "clippy on the engine, its tests, benches and examples",
        needs: &[Need::RustTools],
        perform: |place| clippy(place, &["--no-default-features", "--all-targets"]),
    },
    Step {
        name: "lint-helper",
        about: "clippy on cargo xtask itself",
        needs: &[Need::RustTools],
        perform: |place| clippy(place, &["--package", "xtask", "--all-targets"]),
    },
    Step {
        name: "native",
        about: "unit tests, integration tests and documented examples of the engine",
        needs: &[],
        perform: |place| Call::cargo(place).args(["test", "--no-default-features"]).run(),
    },
    Step {
        name: "helper",
        about: "unit tests of cargo xtask itself",
        needs: &[],
        perform: |place| Call::cargo(place).args(["test", "--package", "xtask"]).run(),
    },
    Step {
        name: "bridge-conformance",
        about: "the recorded cases over the bridge, by a client outside",
        needs: &[Need::Python],
        perform: bridge::conformance,
    },
    Step {
        name: "clients-python",
        about: "nats-py does the same over the bridge and over the real nats-server",
        needs: &[Need::Python],
        perform: clients::python,
    },
    Step {
        name: "lessons",
        about: "the Python that lessons show does on the real nats-server what it says",
        needs: &[Need::Python],
        perform: clients::lessons,
    },
    Step {
        name: "clients-rust",
        about: "async-nats does the same over the bridge and over the real nats-server",
        needs: &[Need::Python],
        perform: clients::rust,
    },
    Step {
        name: "clients-node",
        about: "NATS's client for JavaScript does the same with buckets and object stores over both",
        needs: &[Need::Python, Need::Node],
        perform: clients::node,
    },
    Step {
        name: "lint-page",
        about: "clippy on the page, for the browser",
        needs: &[Need::RustTools, Need::WasmTarget],
        perform: |place| {
            clippy(place, &["--target", needs::WASM, "--lib", "--bins", "--test", "web"])
        },
    },
    Step {
        name: "wasm-engine",
        about: "the engine gives the same run in a browser as natively",
        needs: IN_A_BROWSER,
        // With the page, so that the next step finds it compiled.
        perform: |place| in_a_browser(place, &["--test", "determinism"]),
    },
    Step {
        name: "wasm-page",
        about: "the page's components in a browser",
        needs: IN_A_BROWSER,
        perform: |place| in_a_browser(place, &["--test", "web"]),
    },
    Step {
        name: "page",
        about: "the published page builds and is small enough",
        needs: &[Need::WasmTarget, Need::Node],
        perform: page::build,
    },
    Step {
        name: "end-to-end",
        about: "the published page on a static host, driven in a browser",
        needs: &[Need::Node, Need::Browser],
        perform: end_to_end,
    },
    Step {
        name: "conformance",
        about: "the recorded cases still hold for the real nats-server",
        needs: &[Need::Python],
        perform: conformance,
    },
];

/// What it takes to run compiled code in a browser.
pub(crate) const IN_A_BROWSER: &[Need] = &[Need::WasmTarget, Need::Browser, Need::Driver];

/// Runs the steps named by `only`, or all of them, and stops at the first that fails.
pub(crate) fn run(place: &Place, only: &[String]) -> Result<(), Failure> {
    let chosen: Vec<&Step> = STEPS
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| step.is_named(name)))
        .collect();
    let needs: Vec<Need> = chosen.iter().flat_map(|step| step.needs.iter().copied()).collect();
    needs::ensure(&needs, place)?;
    let mut report = Report::new(chosen.len());
    for step in chosen {
        report.begin(step.name, step.about);
        let result = (step.perform)(place);
        let passed = result.is_ok();
        report.end(step.name, result);
        if !passed {
            print!("{}", report.summary());
            return Err(Failure::Step(step.name));
        }
    }
    print!("{}", report.summary());
    Ok(())
}

fn clippy(place: &Place, what: &[&str]) -> Result<(), Failure> {
    Call::cargo(place).arg("clippy").args(what).args(["--", "-D", "warnings"]).run()
}

/// Compiles a test or a bench for the browser and runs it there; `.cargo/config.toml` names the runner.
pub(crate) fn in_a_browser(place: &Place, what: &[&str]) -> Result<(), Failure> {
    tools::ensure_rust_tools(place)?;
    let driver = needs::driver().ok_or(Failure::Missing(vec![Need::Driver]))?;
    Call::cargo(place)
        .args(["test", "--target", needs::WASM])
        .args(what)
        .env("CHROMEDRIVER", driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities(place)?)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
        .run()
}

/// `webdriver.json` with the path of this machine's browser in it.
fn capabilities(place: &Place) -> Result<PathBuf, Failure> {
    let browser = needs::browser().ok_or(Failure::Missing(vec![Need::Browser]))?;
    let source = place.file("webdriver.json");
    let text = fs::read_to_string(&source).map_err(Failure::file(&source))?;
    let target = place.tools().join("webdriver.json");
    fs::write(&target, text.replace("/usr/bin/chromium", &browser.to_string_lossy()))
        .map_err(Failure::file(&target))?;
    Ok(target)
}

fn end_to_end(place: &Place) -> Result<(), Failure> {
    if !place.dist().join("index.html").is_file() {
        return Err(Failure::Absent(
            "there is no built page; cargo xtask build makes it".to_string(),
        ));
    }
    tools::ensure_node_packages(place)?;
    let browser = needs::browser().ok_or(Failure::Missing(vec![Need::Browser]))?;
    let folder = place.file("tests/e2e");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Failure::file(&folder))? {
        let path = entry.map_err(Failure::file(&folder))?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    let command = Call::new("node", place).args(["--test", "--test-reporter=spec"]);
    command.args(files).env("CHROMIUM", browser).run()
}

/// What is in question here is the recording. One that is wrong fails at every attempt; the real server on
/// a busy machine now and then is slower than a case waits for, and then the case is played again, on fresh
/// servers.
fn conformance(place: &Place) -> Result<(), Failure> {
    let server = tools::ensure_nats_server(place)?;
    Call::new("python3", place)
        .arg(place.file("tests/conformance/check.py"))
        .arg("--nats-server")
        .arg(server)
        .args(["--jobs", "2", "--attempts", "3"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(name: &str) -> Vec<&'static str> {
        STEPS.iter().filter(|step| step.is_named(name)).map(|step| step.name).collect()
    }

    #[test]
    fn a_name_means_a_step_or_a_group() {
        assert_eq!(chosen("native"), ["native"]);
        assert_eq!(chosen("lint"), ["lint-engine", "lint-helper", "lint-page"]);
        assert_eq!(chosen("wasm-page"), ["wasm-page"]);
        assert_eq!(chosen("page"), ["page"]);
        assert_eq!(chosen("lint-"), [""; 0]);
        assert_eq!(chosen(""), [""; 0]);
    }

    #[test]
    fn no_two_steps_share_a_name() {
        for step in STEPS {
            assert_eq!(
                STEPS.iter().filter(|other| other.name == step.name).count(),
                1,
                "{}",
                step.name
            );
        }
    }
}
