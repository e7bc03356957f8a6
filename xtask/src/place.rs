//! Where things are: the repository, and the folders in it that hold what was built or installed.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The repository's folders.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    root: PathBuf,
}

impl Place {
    /// The repository this helper was built in.
    pub(crate) fn find() -> Result<Self, Failure> {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        match xtask.parent() {
            Some(root) if root.join("Trunk.toml").is_file() => {
                Ok(Self { root: root.to_path_buf() })
            }
            _ => Err(Failure::Absent(format!(
                "the repository is not at {} any more; build the helper again (cargo clean -p xtask)",
                xtask.display()
            ))),
        }
    }

    /// The repository's top folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A file of the repository.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// What this helper installs, but for npm's packages.
    pub(crate) fn tools(&self) -> PathBuf {
        self.root.join("target").join("tools")
    }

    /// Where an installed tool's program is.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.tools().join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}
