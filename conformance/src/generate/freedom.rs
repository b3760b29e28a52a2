//! What of a `redirect_uri` may vary for this backend: a strict backend must not look worse than a sloppy one.

use super::redirect::RedirectUri;
use crate::context::Context;
use crate::subject::Subject;

/// The places that a backend is known to accept, and what may differ from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freedom {
    /// Scheme, host and port may vary.
    pub origin: bool,
    /// The path may vary.
    pub path: bool,
    /// Accepted places, at least one.
    bases: Vec<RedirectUri>,
}

impl Freedom {
    /// What the declaration `[redirect] allow` and calibration leave open.
    pub fn of(subject: &Subject, context: &Context) -> Self {
        Self::new(
            subject
                .redirect_allow
                .iter()
                .filter_map(|prefix| RedirectUri::allowed_by(prefix))
                .collect(),
            !context.calibration.origin_pinned,
            !context.calibration.path_pinned,
        )
    }

    /// Freedom around given places; without any, around the live platform's.
    pub fn new(mut bases: Vec<RedirectUri>, origin: bool, path: bool) -> Self {
        if bases.is_empty() {
            bases.push(RedirectUri::live());
        }
        Self {
            origin,
            path,
            bases,
        }
    }

    /// Accepted places; never empty.
    pub fn bases(&self) -> &[RedirectUri] {
        &self.bases
    }

    /// The place that plain linkings use.
    pub fn plain(&self) -> &RedirectUri {
        &self.bases[0]
    }
}
