//! Which app receives which webhook fields: the app's own subscription and the page's (protocol section 3.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What one app has asked for. An event is delivered when both levels name its field (protocol row 3.4.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// App level: where events go; without one nothing can be delivered.
    pub callback_url: Option<String>,
    /// App level: what the verification GET carries.
    pub verify_token: String,
    /// App level: fields of the object `page`.
    pub fields: Vec<String>,
    /// Page level: fields, or nothing when the page has not installed the app.
    pub page_fields: Option<Vec<String>>,
}

impl Subscription {
    /// Whether events of this field reach the app.
    pub fn delivers(&self, field: &str) -> bool {
        self.gap(field).is_none()
    }

    /// Why events of this field do not reach the app, as the end of a sentence.
    pub fn gap(&self, field: &str) -> Option<String> {
        let names = |fields: &[String]| fields.iter().any(|name| name == field);
        match &self.page_fields {
            _ if !names(&self.fields) => Some(format!("the app is not subscribed to {field}")),
            None => Some("the page has not subscribed the app (subscribed_apps)".to_owned()),
            Some(fields) if !names(fields) => Some(format!(
                "the app is subscribed to {field}, but the page's subscribed_apps is not"
            )),
            Some(_) => None,
        }
    }
}

/// The subscriptions of every app, by app id. Bounded by the apps that the platform is configured with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriptions(BTreeMap<String, Subscription>);

impl Subscriptions {
    /// The subscription of one app.
    pub fn of(&self, app_id: &str) -> Option<&Subscription> {
        self.0.get(app_id)
    }

    /// Every app with its subscription, by app id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Subscription)> {
        self.0
            .iter()
            .map(|(app_id, subscription)| (app_id.as_str(), subscription))
    }

    pub(super) fn set(&mut self, app_id: &str, subscription: Subscription) {
        self.0.insert(app_id.to_owned(), subscription);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_levels_must_name_the_field() {
        let field = || vec!["messages".to_owned()];
        let mut subscription = Subscription {
            fields: field(),
            ..Subscription::default()
        };
        assert!(!subscription.delivers("messages"));
        subscription.page_fields = Some(Vec::new());
        assert!(!subscription.delivers("messages"));
        subscription.page_fields = Some(field());
        assert!(subscription.delivers("messages"));
        subscription.fields.clear();
        let gap = subscription.gap("messages");
        assert_eq!(
            gap.as_deref(),
            Some("the app is not subscribed to messages")
        );
    }
}
