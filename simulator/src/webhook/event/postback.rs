//! Buttons that were tapped, links that led into the conversation, and consents.

use serde::Serialize;

/// `postback`; Get Started and menu taps look the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Postback {
    /// Id of the postback.
    pub mid: String,
    /// The button's label.
    pub title: String,
    /// The button's payload.
    pub payload: String,
    /// The link that led to the first tap on Get Started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
}

impl Postback {
    /// A tap that no link led to.
    pub fn new(
        mid: impl Into<String>,
        title: impl Into<String>,
        payload: impl Into<String>,
    ) -> Self {
        Self {
            mid: mid.into(),
            title: title.into(),
            payload: payload.into(),
            referral: None,
        }
    }

    /// A tap to which a link has led.
    #[must_use]
    pub fn after(mut self, referral: Referral) -> Self {
        self.referral = Some(referral);
        self
    }
}

/// `referral`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Referral {
    /// What the link carries.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What kind of link it was.
    pub source: ReferralSource,
    /// `OPEN_THREAD`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl Referral {
    /// The user opened the conversation through a link that carries `reference`.
    pub fn new(reference: impl Into<String>, source: ReferralSource) -> Self {
        Self {
            reference: reference.into(),
            source,
            kind: "OPEN_THREAD",
        }
    }
}

/// Where a link stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReferralSource {
    /// An `m.me` link.
    Shortlink,
    /// An advertisement.
    Ads,
    /// The chat plugin.
    CustomerChatPlugin,
}

/// `optin`. Only what is set travels.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Optin {
    /// What the plugin carries.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// How the site calls the guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ref: Option<String>,
    /// `notification_messages` or `one_time_notif_req`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The payload of the request that the user agreed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Addresses later marketing messages (protocol row 4.1.9).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_messages_token: Option<String>,
    /// Addresses one later message (protocol row 4.1.9).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_time_notif_token: Option<String>,
}

impl Optin {
    /// By a plugin on a web page.
    pub fn plugin(reference: impl Into<String>, user_ref: Option<&str>) -> Self {
        Self {
            reference: Some(reference.into()),
            user_ref: user_ref.map(str::to_owned),
            ..Self::default()
        }
    }

    /// To marketing messages.
    pub fn marketing(payload: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            kind: Some("notification_messages"),
            payload: Some(payload.into()),
            notification_messages_token: Some(token.into()),
            ..Self::default()
        }
    }

    /// To one later message.
    pub fn one_time(payload: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            kind: Some("one_time_notif_req"),
            payload: Some(payload.into()),
            one_time_notif_token: Some(token.into()),
            ..Self::default()
        }
    }
}
