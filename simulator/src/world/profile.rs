//! The page's Messenger profile: one value per property (protocol section 4.2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A property of the Messenger profile, in the order in which Graph lists them (protocol section 2.3, enum row).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Property {
    /// What the Get Started button sends.
    GetStarted,
    /// The menu beside the composer.
    PersistentMenu,
    /// Whom the bot is shown to; retired.
    TargetAudience,
    /// Domains that may use Messenger Extensions.
    WhitelistedDomains,
    /// The text before the first message.
    Greeting,
    /// Where linking starts from the thread details screen (protocol row 1.1.8).
    AccountLinkingUrl,
    /// Payment settings; retired.
    PaymentSettings,
    /// The chat extension's page; gone since v7.0.
    HomeUrl,
    /// Questions offered to a new user.
    IceBreakers,
    /// Slash commands.
    Commands,
}

impl Property {
    /// All of them: first the list that the observed error prints, then the newer two.
    pub const ALL: [Self; 10] = [
        Self::GetStarted,
        Self::PersistentMenu,
        Self::TargetAudience,
        Self::WhitelistedDomains,
        Self::Greeting,
        Self::AccountLinkingUrl,
        Self::PaymentSettings,
        Self::HomeUrl,
        Self::IceBreakers,
        Self::Commands,
    ];

    /// The name in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GetStarted => "get_started",
            Self::PersistentMenu => "persistent_menu",
            Self::TargetAudience => "target_audience",
            Self::WhitelistedDomains => "whitelisted_domains",
            Self::Greeting => "greeting",
            Self::AccountLinkingUrl => "account_linking_url",
            Self::PaymentSettings => "payment_settings",
            Self::HomeUrl => "home_url",
            Self::IceBreakers => "ice_breakers",
            Self::Commands => "commands",
        }
    }

    /// The property of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|property| property.name().eq_ignore_ascii_case(name))
    }
}

/// What is set. Bounded: one value per property, each from a request of at most 1 MiB.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile(BTreeMap<Property, Value>);

impl Profile {
    /// The value of a property, as it was sent.
    pub fn get(&self, property: Property) -> Option<&Value> {
        self.0.get(&property)
    }

    /// The address behind the Log In of the thread details screen.
    pub fn account_linking_url(&self) -> Option<&str> {
        self.get(Property::AccountLinkingUrl)?.as_str()
    }

    /// The domains whose pages may use Messenger Extensions.
    pub fn whitelisted_domains(&self) -> impl Iterator<Item = &str> {
        self.get(Property::WhitelistedDomains)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }

    pub(super) fn set(&mut self, property: Property, value: Value) {
        self.0.insert(property, value);
    }

    pub(super) fn clear(&mut self, property: Property) {
        self.0.remove(&property);
    }
}
