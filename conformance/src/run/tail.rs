//! The last lines of what a process printed: enough to tell why it ended, never more than a few kilobytes.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes kept of each stream.
const KEPT: usize = 8 * 1024;
/// Lines shown.
const SHOWN: usize = 12;

/// A bounded memory of a stream; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail(Arc<Mutex<Vec<u8>>>);

impl Tail {
    /// Reads a stream to its end in a task of its own, so that the process never waits for its reader.
    pub(super) fn follow(
        &self,
        mut stream: impl AsyncRead + Unpin + Send + 'static,
    ) -> tokio::task::JoinHandle<()> {
        let tail = self.clone();
        tokio::spawn(async move {
            let mut piece = vec![0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut piece).await {
                tail.push(&piece[..length]);
            }
        })
    }

    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        let excess = kept.len().saturating_sub(KEPT);
        kept.drain(..excess);
    }

    /// The last lines, the oldest first; empty if nothing was printed.
    pub(super) fn lines(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        lines[lines.len().saturating_sub(SHOWN)..].join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_last_lines_are_kept() {
        let tail = Tail::default();
        let printed = "line\n".repeat(5000) + "the last line\n";
        tail.follow(std::io::Cursor::new(printed.into_bytes()))
            .await
            .unwrap();
        let lines = tail.lines();
        assert_eq!(lines.lines().count(), SHOWN);
        assert!(lines.ends_with("the last line"));
        assert!(tail.0.lock().unwrap().len() <= KEPT);
    }
}
