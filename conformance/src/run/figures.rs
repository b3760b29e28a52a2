//! What a run cost: counted from the transcripts, asked of the platform and of the system.

use std::time::Duration;

use crate::report::Figures;
use crate::transcript::{Transcript, What};

/// The figures of a run.
pub(super) fn figures<'a>(
    transcripts: impl Iterator<Item = &'a Transcript> + Clone,
    elapsed: Duration,
    platform: Duration,
) -> Figures {
    let requests = transcripts
        .clone()
        .flat_map(|transcript| &transcript.steps)
        .filter(|step| {
            matches!(
                step.what,
                What::Browser(_) | What::Delivered(_) | What::Handshake(_) | What::Graph(_)
            )
        })
        .count();
    Figures {
        flows: transcripts
            .clone()
            .map(|transcript| transcript.flows.len())
            .sum(),
        examples: transcripts.count(),
        requests,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        platform_ms: u64::try_from(platform.as_millis()).unwrap_or(u64::MAX),
        peak_kib: peak_kib(),
    }
}

/// Peak resident memory of this process (`VmHWM`), where the system tells it in Linux's way.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_tells_the_peak() {
        assert!(peak_kib().is_some_and(|kib| kib > 100));
    }
}
