//! The files of a report directory.

use std::io;
use std::path::{Path, PathBuf};

use super::{Report, json, junit};
use crate::text::Language;

/// A report file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}; name another directory with --report-dir", path.display())]
pub struct WriteError {
    /// The file or directory.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Writes report.json and junit.xml, making the directory where it is missing; the files written.
pub fn write(
    report: &Report,
    language: Language,
    directory: &Path,
) -> Result<Vec<PathBuf>, WriteError> {
    let at = |path: &Path| {
        let path = path.to_path_buf();
        |source| WriteError { path, source }
    };
    std::fs::create_dir_all(directory).map_err(at(directory))?;
    let mut written = Vec::new();
    for (name, text) in [
        ("report.json", json(report)),
        ("junit.xml", junit(report, language)),
    ] {
        let path = directory.join(name);
        std::fs::write(&path, text).map_err(at(&path))?;
        written.push(path);
    }
    Ok(written)
}
