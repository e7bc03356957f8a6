//! How large the built page is, and how large it may be.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::failure::Failure;

/// What the page's module should stay within, in compressed bytes.
pub(crate) const BUDGET: u64 = 400_000;
/// What it may not exceed: a ratchet. The module is far larger than its budget: the engine alone, without
/// console, lessons and page, takes 403 kB of it. It was raised from 980 kB for flows, folded clusters, the
/// scene of three regions, all faults and consumers made beforehand, which took 75 kB, and 25 kB came off by
/// an order of functions that compresses better (`order.rs`); then from 1,035 kB for worlds that are made at
/// the console, values of faults, bundled flows and what three dozen further recorded cases asked for.
pub(crate) const LIMIT: u64 = 1_050_000;

/// A file's size in bytes, as it is and as a static host sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Size {
    /// As it is.
    pub(crate) raw: u64,
    /// Compressed with gzip, which is what static hosts do by themselves.
    pub(crate) gzip: u64,
}

impl Size {
    /// Of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Counter(0), Compression::default());
        // Counting bytes cannot fail.
        let _ = encoder.write_all(bytes);
        let gzip = encoder.finish().map(|counter| counter.0).unwrap_or_default();
        Self { raw: bytes.len() as u64, gzip }
    }

    /// Of a file.
    pub(crate) fn of_file(path: &Path) -> Result<Self, Failure> {
        fs::read(path).map(|bytes| Self::of(&bytes)).map_err(Failure::file(path))
    }
}

struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Bytes as people read them.
pub(crate) fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

/// One line about the module against its budget; a failure when it is over the limit.
pub(crate) fn verdict(size: Size) -> Result<String, Failure> {
    if size.gzip > LIMIT {
        return Err(Failure::TooLarge(size));
    }
    let budget = kilobytes(BUDGET);
    Ok(if size.gzip > BUDGET {
        format!(
            "WARNING: over the budget of {budget} compressed; over {} it is not published",
            kilobytes(LIMIT)
        )
    } else {
        format!("within the budget of {budget} compressed ({}% used)", size.gzip * 100 / BUDGET)
    })
}

/// Prints the size of every file of the built page.
pub(crate) fn report(dist: &Path) -> Result<(), Failure> {
    if !dist.is_dir() {
        return Err(Failure::Absent(
            "there is no dist/ yet; cargo xtask build makes it".to_string(),
        ));
    }
    let mut files = Vec::new();
    collect(dist, &mut files)?;
    files.sort();
    let mut total = Size::default();
    println!("{:>12} {:>12}", "raw", "gzip");
    for path in files {
        let size = Size::of_file(&path)?;
        total = Size { raw: total.raw + size.raw, gzip: total.gzip + size.gzip };
        let name = path.strip_prefix(dist).unwrap_or(&path).display();
        println!("{:>12} {:>12}  {name}", kilobytes(size.raw), kilobytes(size.gzip));
    }
    println!("{:>12} {:>12}  in all", kilobytes(total.raw), kilobytes(total.gzip));
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(Failure::file(folder))? {
        let path = entry.map_err(Failure::file(folder))?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_both_sizes() {
        let size = Size::of(&[7; 100_000]);
        assert_eq!(size.raw, 100_000);
        assert!(size.gzip > 20 && size.gzip < 500, "{size:?}");
        assert_eq!(kilobytes(121_650), "121.6 kB");
        assert_eq!(kilobytes(40), "0.0 kB");
    }

    #[test]
    fn warns_over_the_budget_and_fails_over_the_limit() {
        let gzip = |gzip| verdict(Size { raw: 1_000_000, gzip });
        assert!(gzip(100_000).is_ok_and(|line| line.contains("25% used")));
        assert!(gzip(BUDGET).is_ok_and(|line| line.starts_with("within")));
        assert!(gzip(BUDGET + 1).is_ok_and(|line| line.starts_with("WARNING")));
        assert!(gzip(LIMIT).is_ok());
        assert!(matches!(gzip(LIMIT + 1), Err(Failure::TooLarge(_))));
    }
}
