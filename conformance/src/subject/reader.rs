//! The text of a description with its place in the file: gathers problems, resolves `env:NAME`.

use std::cell::RefCell;
use std::ops::Range;

use super::{Problem, SubjectError};

/// Where the value of an environment variable comes from.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A description under way.
pub(super) struct Source<'a> {
    file: &'a str,
    text: &'a str,
    environment: Environment<'a>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(file: &'a str, text: &'a str, environment: Environment<'a>) -> Self {
        Self {
            file,
            text,
            environment,
            problems: RefCell::new(Vec::new()),
        }
    }

    /// Notes a problem at a place of the text.
    pub(super) fn problem(&self, at: &Range<usize>, message: impl Into<String>) {
        let before = &self.text.as_bytes()[..at.start.min(self.text.len())];
        let line = 1 + before.split(|byte| *byte == b'\n').skip(1).count();
        self.problems.borrow_mut().push(Problem {
            file: self.file.to_owned(),
            line,
            message: message.into(),
        });
    }

    /// The value itself, or what the variable named by `env:NAME` holds.
    pub(super) fn resolved(&self, at: &Range<usize>, text: &str) -> Option<String> {
        let Some(name) = text.strip_prefix("env:") else {
            return Some(text.to_owned());
        };
        let value = (self.environment)(name);
        if value.is_none() {
            self.problem(
                at,
                format!("the environment variable {name} is not set; set it, or write the value in the place of `env:{name}`"),
            );
        }
        value
    }

    /// The value if nothing was wrong, else everything that was.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, SubjectError> {
        let mut problems = self.problems.into_inner();
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => {
                problems.sort_by_key(|problem| problem.line);
                problems.dedup();
                Err(SubjectError { problems })
            }
        }
    }
}

/// The known spelling nearest to an unknown one, if any is near.
pub(super) fn nearest<'k>(
    unknown: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    known
        .into_iter()
        .map(|key| {
            (
                strsim::jaro_winkler(&unknown.to_lowercase(), &key.to_lowercase()),
                key,
            )
        })
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, key)| key)
}
