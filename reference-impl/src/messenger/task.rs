//! Work for the platform as it lies in the outbox: what to do, in a form that outlives the process.

use serde::{Deserialize, Serialize};

use super::conversation::Answer;
use crate::store::{Letter, LetterKind};

/// Something to be done on the platform for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Send an answer.
    Say(Answer),
    /// Take the link away there, because this side wanted it and the platform did not answer.
    Unlink,
}

impl Task {
    /// The task as the store keeps it.
    pub(crate) fn letter(&self) -> Letter {
        Letter {
            kind: match self {
                Self::Say(_) => LetterKind::Say,
                Self::Unlink => LetterKind::Unlink,
            },
            task: serde_json::to_string(self).expect("texts and names always have a JSON form"),
        }
    }

    /// Reads a task; `None` when it was written by a version that knew other tasks.
    pub(super) fn read(task: &str) -> Option<Self> {
        serde_json::from_str(task).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_read_as_it_was_written() {
        for task in [
            Task::Say(Answer::Reply {
                text: "who am I?\0\u{1F511}".to_owned(),
            }),
            Task::Say(Answer::Goodbye),
            Task::Unlink,
        ] {
            assert_eq!(Task::read(&task.letter().task), Some(task));
        }
        assert_eq!(Task::read(r#"{"Dance":{}}"#), None);
    }
}
