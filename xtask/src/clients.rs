//! Programmes of official clients: each runs over the real nats-server and over the bridge, and what it
//! prints must be the same, section by section.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::bridge;
use crate::failure::Failure;
use crate::place::Place;
use crate::run::Call;
use crate::tools;

/// How long a server may take until it says where it listens, in steps of 50 ms.
const START_STEPS: u32 = 400;

/// Runs nats-py over both servers, starts both in every way the bridge knows, and lets nats-py and the
/// engine's own client read what the other writes.
pub(crate) fn python(place: &Place) -> Result<(), Failure> {
    let servers = servers(place)?;
    let packages = tools::ensure_nats_py(place)?;
    let python = |words: &[&str]| {
        let script = place.file("tests/clients/python").join(words[0]);
        Call::new("python3", place)
            .arg(script)
            .args(&words[1..])
            .env("PYTHONPATH", &packages)
            .env("PYTHONDONTWRITEBYTECODE", "1")
    };
    same("starting", &servers, |server| {
        python(&["starting.py", &server.to_string_lossy()]).listen()
    })?;
    same("nats-py", &servers, |server| {
        let running = Running::start(server, place)?;
        python(&["programme.py", &running.url]).listen()
    })?;
    // The engine's own client beside it, on the same buckets.
    let [_, bridge] = &servers;
    python(&["interop.py", &bridge.to_string_lossy()]).run()
}

/// Runs the Python that lessons show against the real server.
pub(crate) fn lessons(place: &Place) -> Result<(), Failure> {
    let server = tools::ensure_nats_server(place)?;
    let packages = tools::ensure_nats_py(place)?;
    let shown = Call::cargo(place)
        .args(["run", "--quiet", "--profile", "test", "--no-default-features"])
        .args(["--example", "lesson", "--", "snippets"])
        .args(lesson_files(place)?)
        .ask()
        .ok_or_else(|| {
            Failure::Absent("a lesson cannot be played; cargo xtask lesson check".into())
        })?;
    let file = place.file("target/snippets.json");
    fs::write(&file, shown).map_err(Failure::file(&file))?;
    Call::new("python3", place)
        .arg(place.file("tests/clients/python/snippets.py"))
        .arg(server)
        .arg(file)
        .env("PYTHONPATH", packages)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()
}

/// The lessons that are published, in order.
fn lesson_files(place: &Place) -> Result<Vec<PathBuf>, Failure> {
    let folder = place.file("lessons");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Failure::file(&folder))? {
        let path = entry.map_err(Failure::file(&folder))?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Runs async-nats over both servers.
pub(crate) fn rust(place: &Place) -> Result<(), Failure> {
    let programme = build(place, "programme", &[])?;
    same("async-nats", &servers(place)?, |server| {
        let running = Running::start(server, place)?;
        Call::new(&programme, place).arg(&running.url).listen()
    })
}

/// Runs NATS's client for JavaScript over both servers.
pub(crate) fn node(place: &Place) -> Result<(), Failure> {
    let servers = servers(place)?;
    tools::ensure_node_packages(place)?;
    same("nats.js", &servers, |server| {
        let running = Running::start(server, place)?;
        let programme = place.file("tests/clients/node/programme.mjs");
        Call::new("node", place).arg(programme).arg(&running.url).listen()
    })
}

/// Builds a programme of the crate of async-nats. Its path.
pub(crate) fn build(place: &Place, name: &str, flags: &[&str]) -> Result<PathBuf, Failure> {
    let target = place.file("target/clients");
    Call::cargo(place)
        .args(["build", "--locked", "--bin", name, "--manifest-path"])
        .arg(place.file("tests/clients/rust/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .args(flags)
        .run()?;
    let profile = if flags.contains(&"--release") { "release" } else { "debug" };
    Ok(target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The real server and the bridge.
fn servers(place: &Place) -> Result<[PathBuf; 2], Failure> {
    Ok([tools::ensure_nats_server(place)?, bridge::build(place)?])
}

/// A server process for a while.
pub(crate) struct Running {
    child: Child,
    folder: PathBuf,
    /// Where clients find it.
    pub(crate) url: String,
}

impl Running {
    /// Starts a server with JetStream on any free port of this machine.
    pub(crate) fn start(program: &Path, place: &Place) -> Result<Self, Failure> {
        let name = program.file_stem().unwrap_or_default();
        let folder = place.file("target/clients").join(name);
        // What an earlier run left there is of no use; if nothing is there, so much the better.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
        let child = Command::new(program)
            .args(["-a", "127.0.0.1", "-p", "-1", "-js", "-sd"])
            .arg(folder.join("store"))
            .arg("--ports_file_dir")
            .arg(&folder)
            .arg("-l")
            .arg(folder.join("log"))
            .stdin(Stdio::null())
            .spawn()
            .map_err(|source| Failure::Start {
                program: program.to_string_lossy().into_owned(),
                source,
            })?;
        let ports = folder.join(format!("nats-server_{}.ports", child.id()));
        let mut running = Self { child, folder, url: String::new() };
        for _ in 0..START_STEPS {
            if let Some(url) = fs::read_to_string(&ports).ok().as_deref().and_then(url) {
                running.url = url;
                return Ok(running);
            }
            sleep(Duration::from_millis(50));
        }
        let log = running.folder.join("log");
        Err(Failure::Absent(format!(
            "{} does not start; its log is {}",
            program.display(),
            log.display()
        )))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(self.folder.join("store"));
    }
}

/// The first client address in a ports file.
fn url(ports: &str) -> Option<String> {
    let (_, rest) = ports.split_once("\"nats://")?;
    let (address, _) = rest.split_once('"')?;
    Some(format!("nats://{address}"))
}

/// Runs a programme over both servers and compares what it prints.
fn same(
    what: &str,
    servers: &[PathBuf; 2],
    run: impl Fn(&Path) -> Result<String, Failure>,
) -> Result<(), Failure> {
    let [real, bridge] = servers;
    let (real, bridge) = (run(real)?, run(bridge)?);
    let (expected, found) = (sections(&real), sections(&bridge));
    let mut different = 0;
    for (name, lines) in &expected {
        let own = found.iter().find(|(own, _)| own == name).map_or(&[][..], |(_, lines)| lines);
        let missing = lines.iter().filter(|line| !own.contains(line));
        let surplus = own.iter().filter(|line| !lines.contains(line));
        if lines == own {
            continue;
        }
        different += 1;
        println!("{what}: {name} differs");
        missing.for_each(|line| println!("    only the real server: {line}"));
        surplus.for_each(|line| println!("    only the bridge:      {line}"));
    }
    if different > 0 || expected.len() != found.len() || expected.is_empty() {
        return Err(Failure::Absent(format!(
            "{what} does not do the same over both servers: {different} of {} sections differ",
            expected.len()
        )));
    }
    let lines: usize = expected.iter().map(|(_, lines)| lines.len()).sum();
    println!("{what}: {} sections, {lines} lines, the same over both servers", expected.len());
    Ok(())
}

/// What was printed, by the headings `section NAME`.
fn sections(text: &str) -> Vec<(String, Vec<String>)> {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("section "), sections.last_mut()) {
            (Some(name), _) => sections.push((name.to_string(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.trim().to_string()),
            (None, None) => {}
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(real: &'static str, bridge: &'static str) -> bool {
        let servers = [PathBuf::from("real"), PathBuf::from("bridge")];
        let run =
            |server: &Path| Ok(if server == Path::new("real") { real } else { bridge }.to_string());
        same("test", &servers, run).is_ok()
    }

    #[test]
    fn differences_are_noticed() {
        assert!(compared("section a\n  1\n  2\n", "section a\n  1\n  2\n"));
        assert!(!compared("section a\n  1\n  2\n", "section a\n  2\n  1\n"));
        assert!(!compared("section a\n  1\n", "section a\n"));
        assert!(!compared("section a\n  1\n", "section a\n  1\n  1\n"));
        assert!(!compared("section a\nsection b\n", "section a\n"));
        assert!(!compared("section a\n", "section a\nsection b\n"));
        assert!(!compared("", ""));
    }

    #[test]
    fn the_address_is_found_in_a_ports_file() {
        let ports = r#"{"monitoring":["http://127.0.0.1:8222"],"nats":["nats://127.0.0.1:4222"]}"#;
        assert_eq!(url(ports), Some("nats://127.0.0.1:4222".to_string()));
        assert_eq!(url("{\"nats\":[\"na"), None);
    }
}
