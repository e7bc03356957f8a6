//! Everything that can go wrong, as a value that says what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::needs::Need;
use crate::size;

/// Why a task did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// The machine lacks something that this helper does not install.
    Missing(Vec<Need>),
    /// A program could not be started.
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program ended badly.
    Exit {
        /// Its command line.
        line: String,
        /// Its exit code; none when a signal ended it.
        code: Option<i32>,
    },
    /// A file or folder could not be used.
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something that should be there after a step, or before one, is not.
    Absent(String),
    /// The port to serve on cannot be had.
    Port {
        /// Which.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The built page is too large to publish.
    TooLarge(size::Size),
    /// A step of the test failed; it has been reported already.
    Step(&'static str),
}

impl Failure {
    /// For `map_err` on file operations.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }

    /// The exit code of the helper: 2 for a wrong command line, 3 for a machine that lacks something, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Missing(_) => 3,
            _ => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}\n(cargo xtask help says more)"),
            Self::Missing(needs) => {
                write!(f, "this machine lacks what cannot be installed from here:")?;
                for need in needs {
                    write!(f, "\n  {}: {}", need.name(), need.purpose())?;
                    write!(f, "\n      to get it: {}", need.remedy())?;
                }
                Ok(())
            }
            Self::Start { program, source } => {
                write!(f, "{program} could not be started: {source}")
            }
            Self::Exit { line, code: Some(code) } => write!(f, "exit code {code} from: {line}"),
            Self::Exit { line, code: None } => write!(f, "ended by a signal: {line}"),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Absent(what) => write!(f, "{what}"),
            Self::Port { port, source } => {
                write!(f, "port {port} cannot be had ({source}); give another one with --port N")
            }
            Self::TooLarge(size) => write!(
                f,
                "the page's module is {} compressed; more than {} is not published",
                size::kilobytes(size.gzip),
                size::kilobytes(size::LIMIT)
            ),
            Self::Step(name) => {
                write!(f, "step {name} failed; again with: cargo xtask test --only {name}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_everything_that_is_missing_and_its_remedy() {
        let text = Failure::Missing(vec![Need::Node, Need::Python]).to_string();
        for need in [Need::Node, Need::Python] {
            assert!(text.contains(need.name()) && text.contains(&need.remedy()), "{text}");
        }
    }

    #[test]
    fn exit_codes_tell_the_kinds_apart() {
        assert_eq!(Failure::Usage(String::new()).exit_code(), 2);
        assert_eq!(Failure::Missing(vec![]).exit_code(), 3);
        assert_eq!(Failure::Step("native").exit_code(), 1);
    }
}
