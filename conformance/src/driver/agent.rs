//! How the browser introduces itself: the webviews of Messenger for iOS and Android (S04: linking needs one of them).

/// A webview of Messenger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agent {
    /// Class label.
    pub(crate) label: &'static str,
    /// Value of the header.
    pub(crate) header: &'static str,
}

/// Webviews by turns, so that every run meets both.
const AGENTS: [Agent; 2] = [
    Agent {
        label: "agent:ios",
        header: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Mobile/15E148 [FBAN/MessengerForiOS;FBAV/509.0.0;FBDV/iPhone15,3;FBSN/iOS;FBSV/18.5]",
    },
    Agent {
        label: "agent:android",
        header: "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A.250105.002; wv) AppleWebKit/537.36 (KHTML, like \
                 Gecko) Version/4.0 Chrome/136.0.7103.60 Mobile Safari/537.36 \
                 [FB_IAB/Orca-Android;FBAV/509.0.0.30.109;]",
    },
];

/// The webview of the browser with this number.
pub(crate) fn agent(number: usize) -> Agent {
    AGENTS[number % AGENTS.len()]
}
