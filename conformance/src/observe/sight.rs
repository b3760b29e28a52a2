//! The means by which a stage sees: what calibration chose, or the best that is configured until then.

use super::reading::Reading;
use crate::context::ObservationLevel;
use crate::subject::Subject;

/// How the link state is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sight {
    /// The means in use.
    pub(crate) level: ObservationLevel,
    /// How the bot's answers are read.
    pub(crate) reading: Reading,
    /// A question by another user shows that the backend has caught up.
    pub(crate) sentinel: bool,
}

impl Sight {
    /// The best means that is configured, not yet calibrated.
    pub(crate) fn configured(subject: &Subject) -> Self {
        let chat =
            subject.graph && subject.webhook_url.is_some() && subject.chat.question.is_some();
        let level = match (&subject.probe, chat) {
            (Some(_), _) => ObservationLevel::Probe,
            (None, true) => ObservationLevel::Chat,
            (None, false) => ObservationLevel::Wire,
        };
        Self {
            level,
            reading: Reading::Buttons,
            sentinel: chat,
        }
    }
}
