//! What can happen to a linking.

/// Everything that can happen to a linking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// The backend sends a Log In button.
    Offer,
    /// The user taps a Log In button in a client that supports linking.
    Tap,
    /// The user taps a Log In button in a web client.
    TapOnWeb,
    /// The user taps a Log In button of a page without `account_linking_url`, while the knob demands one.
    TapWithoutProfile,
    /// The user opens an address from the persistent menu, a URL button, an open webview or the chat plugin.
    TapElsewhere,
    /// The browser comes back with a usable code.
    ReturnWithCode,
    /// The browser comes back with a usable code, but the app does not receive linking events.
    ReturnUnsubscribed,
    /// The browser comes back without a code.
    ReturnWithoutCode,
    /// The browser comes back with a code that is empty or beyond the limit.
    ReturnWithUnusableCode,
    /// The browser comes back without a token, or with one that nobody made.
    ReturnGarbled,
    /// The browser comes back with a token of another login or another page.
    ReturnForeign,
    /// Somebody without the user's cookie comes back, while the knob demands it.
    ReturnWithoutCookie,
    /// The browser comes back with an older token than the newest, while the knob demands the newest.
    ReturnSuperseded,
    /// Five minutes have passed since the tap.
    FiveMinutesPass,
    /// The linked event leaves for the backend.
    EventSent,
    /// The backend acknowledges the linked event.
    Acknowledged,
    /// The backend answers with an error, or cannot be reached.
    NotAcknowledged,
    /// The backend does not answer in time.
    TimedOut,
    /// The user taps a Log Out button.
    LogOut,
    /// The backend calls the unlink endpoint.
    UnlinkCall,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Offer,
        Self::Tap,
        Self::TapOnWeb,
        Self::TapWithoutProfile,
        Self::TapElsewhere,
        Self::ReturnWithCode,
        Self::ReturnUnsubscribed,
        Self::ReturnWithoutCode,
        Self::ReturnWithUnusableCode,
        Self::ReturnGarbled,
        Self::ReturnForeign,
        Self::ReturnWithoutCookie,
        Self::ReturnSuperseded,
        Self::FiveMinutesPass,
        Self::EventSent,
        Self::Acknowledged,
        Self::NotAcknowledged,
        Self::TimedOut,
        Self::LogOut,
        Self::UnlinkCall,
    ];

    /// The name in printed tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Tap => "tap",
            Self::TapOnWeb => "tap in a web client",
            Self::TapWithoutProfile => "tap without account_linking_url",
            Self::TapElsewhere => "menu, URL button, webview or plugin",
            Self::ReturnWithCode => "return with code",
            Self::ReturnUnsubscribed => "return with code, not subscribed",
            Self::ReturnWithoutCode => "return without code",
            Self::ReturnWithUnusableCode => "return with empty or long code",
            Self::ReturnGarbled => "return with garbled or no token",
            Self::ReturnForeign => "return with foreign token",
            Self::ReturnWithoutCookie => "return without the user's cookie",
            Self::ReturnSuperseded => "return with an older token",
            Self::FiveMinutesPass => "five minutes pass",
            Self::EventSent => "event sent",
            Self::Acknowledged => "acknowledged",
            Self::NotAcknowledged => "not acknowledged",
            Self::TimedOut => "timed out",
            Self::LogOut => "Log Out",
            Self::UnlinkCall => "unlink call",
        }
    }

    /// Whether the input happens only while a knob says so.
    pub const fn needs_knob(self) -> Option<&'static str> {
        match self {
            Self::TapWithoutProfile => Some("profile_url_needed"),
            Self::ReturnWithoutCookie => Some("redirect_needs_cookie"),
            Self::ReturnSuperseded => Some("newest_token_only"),
            _ => None,
        }
    }
}
