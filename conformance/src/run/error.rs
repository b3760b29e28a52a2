//! Why a run ended without a report: nothing was judged, and here is what to do.

use crate::text::{Language, Text};

/// A run without a report; each reads as a sentence and has an exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunError {
    /// The invocation cannot be carried out; nothing was sent. Exit code 2.
    Usage(Text),
    /// The backend or its command is not there. Exit code 3.
    Environment(Text),
    /// No check is left to run. Exit code 4.
    NothingToDo(Text),
    /// The suite itself broke. Exit code 5.
    Harness(Text),
}

impl RunError {
    /// The process exit code for it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Environment(_) => 3,
            Self::NothingToDo(_) => 4,
            Self::Harness(_) => 5,
        }
    }

    /// The sentence in one language.
    pub fn told(&self, language: Language) -> &str {
        let (Self::Usage(text)
        | Self::Environment(text)
        | Self::NothingToDo(text)
        | Self::Harness(text)) = self;
        text.told(language)
    }
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.told(Language::English))
    }
}

impl std::error::Error for RunError {}
