//! Running other programs: their output streams through, their failure becomes a value.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::place::Place;

/// A program to run in the repository's top folder.
pub(crate) struct Call {
    command: Command,
}

impl Call {
    /// A program by its name on the PATH or by its full path.
    pub(crate) fn new(program: impl AsRef<OsStr>, place: &Place) -> Self {
        let mut command = Command::new(program);
        command.current_dir(place.root());
        Self { command }
    }

    /// The cargo that runs this helper.
    pub(crate) fn cargo(place: &Place) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        Self::new(cargo, place)
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    /// Adds arguments.
    pub(crate) fn args(mut self, words: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(words);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Puts a folder in front of the PATH.
    pub(crate) fn path_first(self, folder: &Path) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&path));
        match std::env::join_paths(folders) {
            Ok(joined) => self.env("PATH", joined),
            // Only a folder with a separator in its name cannot be joined; the tool has its full path still.
            Err(_) => self,
        }
    }

    /// Runs it, with its output shown as it comes.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        let status = self.command.status().map_err(|source| self.not_started(source))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::Exit { line: self.line(), code: status.code() })
    }

    /// Runs it with its errors shown; its standard output when it succeeds.
    pub(crate) fn listen(mut self) -> Result<String, Failure> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let output = output.map_err(|source| self.not_started(source))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Failure::Exit { line: self.line(), code: output.status.code() })
    }

    /// Runs it unseen; its standard output when it succeeds, nothing when it fails or is not there.
    pub(crate) fn ask(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
    }

    fn not_started(&self, source: std::io::Error) -> Failure {
        Failure::Start {
            program: self.command.get_program().to_string_lossy().into_owned(),
            source,
        }
    }

    fn line(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }
}

/// The first of `names` that is a file in a folder of `path` (in the form of the PATH variable).
pub(crate) fn find_program(names: &[&str], path: &OsStr) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    names.iter().find_map(|name| {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cargo() -> Call {
        Call::cargo(&Place::find().expect("the repository"))
    }

    #[test]
    fn asks_a_program() {
        assert!(cargo().arg("--version").ask().expect("a version").starts_with("cargo "));
        assert_eq!(cargo().arg("--no-such-flag").ask(), None);
    }

    #[test]
    fn tells_failing_from_missing() {
        let place = Place::find().expect("the repository");
        let failed = Call::new("sh", &place).args(["-c", "exit 3"]).run();
        assert!(matches!(failed, Err(Failure::Exit { code: Some(3), .. })), "{failed:?}");
        let missing = Call::new("no-such-program-anywhere", &place).run();
        assert!(matches!(missing, Err(Failure::Start { .. })), "{missing:?}");
    }

    #[test]
    fn finds_the_first_name_that_is_there() {
        let place = Place::find().expect("the repository");
        let path = std::env::join_paths([place.root().join("xtask"), place.root().to_path_buf()])
            .expect("a path");
        let found = find_program(&["no-such", "Trunk.toml", "Cargo.toml"], &path);
        assert_eq!(found, Some(place.file("Trunk.toml")));
        assert_eq!(find_program(&["no-such"], &path), None);
    }
}
