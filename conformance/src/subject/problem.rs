//! Problems of a description, each with its place; all of them at once.

use std::fmt;

/// One thing that is wrong in a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// Line, starting at 1; 0 where no line can be told.
    pub line: usize,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// A description that cannot be used; nothing was sent. Exit code 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", told(.problems))]
pub struct SubjectError {
    /// Every problem, in order of lines; never empty.
    pub problems: Vec<Problem>,
}

impl SubjectError {
    /// The process exit code for it.
    pub const EXIT_CODE: u8 = 2;

    /// A single problem without a line.
    pub(super) fn one(file: &str, message: impl Into<String>) -> Self {
        Self {
            problems: vec![Problem {
                file: file.to_owned(),
                line: 0,
                message: message.into(),
            }],
        }
    }
}

fn told(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(Problem::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
