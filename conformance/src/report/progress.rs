//! How progress looks: a bar on a terminal, plain lines in CI. Both write to standard error.

use std::io::{Stderr, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::{Phase, Progress};
use crate::text::Language;

/// A bar that is redrawn in place.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    language: Language,
}

impl Bar {
    /// A bar on standard error; hidden where that is no terminal.
    pub fn new(language: Language) -> Self {
        Self::on(ProgressDrawTarget::stderr_with_hz(10), language)
    }

    fn on(target: ProgressDrawTarget, language: Language) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) =
            ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {elapsed} {wide_msg}")
        {
            bar.set_style(style);
        }
        Self { bar, language }
    }
}

impl Progress for Bar {
    fn started(&self, phase: Phase, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(0);
        self.bar
            .set_prefix(phase.name().told(self.language).to_owned());
        self.bar.set_message(String::new());
    }

    fn advanced(&self, _phase: Phase, step: &str) {
        self.bar.inc(1);
        self.bar.set_message(step.to_owned());
    }

    fn finished(&self) {
        self.bar.finish_and_clear();
    }
}

/// Plain lines: one when a phase begins, then at most one every five seconds.
#[derive(Debug)]
pub struct Lines<W = Stderr> {
    state: Mutex<State<W>>,
    language: Language,
}

#[derive(Debug)]
struct State<W> {
    out: W,
    total: u64,
    done: u64,
    told: Instant,
}

const QUIET: Duration = Duration::from_secs(5);

impl Lines {
    /// Lines on standard error.
    pub fn new(language: Language) -> Self {
        Self::on(std::io::stderr(), language)
    }
}

impl<W: Write + Send + 'static> Lines<W> {
    /// Lines on `out`.
    pub fn on(out: W, language: Language) -> Self {
        Self {
            state: Mutex::new(State {
                out,
                total: 0,
                done: 0,
                told: Instant::now(),
            }),
            language,
        }
    }
}

impl<W: Write + Send + 'static> Progress for Lines<W> {
    fn started(&self, phase: Phase, total: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.total = total;
        state.done = 0;
        state.told = Instant::now();
        let name = phase.name().told(self.language);
        // Progress that cannot be written is no reason to stop a run.
        let _ = match total {
            0 => writeln!(state.out, "{name} ..."),
            total => writeln!(state.out, "{name}: {total}"),
        };
    }

    fn advanced(&self, phase: Phase, step: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        if state.told.elapsed() < QUIET {
            return;
        }
        state.told = Instant::now();
        let name = phase.name().told(self.language);
        let (done, total) = (state.done, state.total);
        let _ = writeln!(state.out, "{name}: {done}/{total} ({step})");
    }

    fn finished(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = state.out.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_tell_each_phase_once_and_steps_seldom() {
        let out = Shared::default();
        let lines = Lines::on(out.clone(), Language::English);
        lines.started(Phase::Calibrating, 0);
        lines.started(Phase::Playing, 300);
        for _ in 0..300 {
            lines.advanced(Phase::Playing, "flow");
        }
        lines.finished();
        let told = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        assert_eq!(told, "calibrating ...\nplaying examples: 300\n");
    }

    #[test]
    fn the_bar_follows_the_steps() {
        let bar = Bar::on(ProgressDrawTarget::hidden(), Language::Chinese);
        bar.started(Phase::Playing, 3);
        bar.advanced(Phase::Playing, "flow");
        bar.advanced(Phase::Playing, "flow");
        assert_eq!((bar.bar.position(), bar.bar.length()), (2, Some(3)));
        bar.finished();
        assert!(bar.bar.is_finished());
    }
}
