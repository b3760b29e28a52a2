//! What a run tells while it goes on; the front door decides how it looks.

use crate::text::Text;

/// A stretch of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Starting what has to be started.
    Starting,
    /// Finding out what can be seen.
    Calibrating,
    /// Playing examples.
    Playing,
    /// Trying failures again.
    Confirming,
    /// Making failures smaller.
    Shrinking,
}

impl Phase {
    /// Its name for people.
    pub fn name(self) -> &'static Text {
        static STARTING: Text = Text::fixed("starting", "启动");
        static CALIBRATING: Text = Text::fixed("calibrating", "校准");
        static PLAYING: Text = Text::fixed("playing examples", "执行用例");
        static CONFIRMING: Text = Text::fixed("confirming failures", "复核失败");
        static SHRINKING: Text = Text::fixed("shrinking failures", "缩小失败用例");
        match self {
            Self::Starting => &STARTING,
            Self::Calibrating => &CALIBRATING,
            Self::Playing => &PLAYING,
            Self::Confirming => &CONFIRMING,
            Self::Shrinking => &SHRINKING,
        }
    }
}

/// Hears how far a run is. Called from several tasks, never for long.
pub trait Progress: Send + Sync + 'static {
    /// A phase begins; `total` steps are known to lie ahead (0: unknown).
    fn started(&self, phase: Phase, total: u64);
    /// One step of the present phase is done.
    fn advanced(&self, phase: Phase, step: &str);
    /// The run is over.
    fn finished(&self);
}

/// Tells nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn started(&self, _phase: Phase, _total: u64) {}
    fn advanced(&self, _phase: Phase, _step: &str) {}
    fn finished(&self) {}
}
