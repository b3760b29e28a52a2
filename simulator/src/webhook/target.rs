//! Which apps an event goes to, and how they may see it.

use super::event::Happening;
use crate::graph::PAGE_INBOX;
use crate::hub::Hub;
use crate::world::{Change, Subscription};

/// How an app sees an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    /// As its own.
    Messaging,
    /// As that of a conversation that another app has.
    Standby,
}

/// One app that an event goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) app_id: String,
    pub(crate) address: Address,
}

/// The field that lets an app watch conversations of other apps (protocol section 3.5).
const STANDBY: &str = "standby";

impl Hub {
    /// The apps that receive this event, the configured app before all others.
    ///
    /// While a conversation is passed to one app, the others watch it, if they subscribe to that.
    pub(crate) fn targets(&self, happening: &Happening, psid: &str) -> Vec<Target> {
        let inbox = (!self.knobs().primary_receiver).then_some(PAGE_INBOX);
        let world = self.world();
        let page = world.page();
        let owner = page.threads.owner_of(psid).or(inbox);
        let owner = owner.filter(|_| is_shared(happening));
        let mut targets: Vec<_> = page
            .subscriptions
            .iter()
            .filter_map(|(app_id, subscription)| {
                let receives = |field| subscription.delivers(field);
                let own = happening.field().is_none_or(receives);
                let address = match owner {
                    Some(owner) if owner != app_id => {
                        (own && receives(STANDBY)).then_some(Address::Standby)
                    }
                    _ => own.then_some(Address::Messaging),
                };
                Some(Target {
                    app_id: app_id.to_owned(),
                    address: address?,
                })
            })
            .collect();
        targets.sort_by_key(|target| target.app_id != self.config.app_id);
        targets
    }

    /// Why nobody receives this event, as the end of a sentence.
    pub(crate) fn gap(&self, happening: &Happening) -> String {
        let field = happening.field().unwrap_or("any field");
        self.subscription_gap(field).unwrap_or_else(|| {
            "another app has the conversation, and standby is not subscribed".to_owned()
        })
    }

    /// The key of an app's signatures.
    pub(crate) fn secret_of(&self, app_id: &str) -> &str {
        let other = self
            .config
            .other_apps
            .iter()
            .find(|app| app.app_id == app_id);
        other.map_or(&self.config.app_secret, |app| &app.app_secret)
    }

    /// Where events of an app go now.
    pub(crate) fn callback_of(&self, app_id: &str) -> Option<String> {
        let world = self.world();
        world.page().subscriptions.of(app_id)?.callback_url.clone()
    }

    /// Takes the page's subscription from an app; returns the fields that it had.
    pub(crate) fn unsubscribe_page(&self, app_id: &str) -> Vec<String> {
        let Some(before) = self.subscription_of(app_id) else {
            return Vec::new();
        };
        let fields = before.page_fields.clone().unwrap_or_default();
        self.subscribe_page(app_id, before, None);
        fields
    }

    /// Gives the page's subscription back to an app.
    pub(crate) fn resubscribe_page(&self, app_id: &str, fields: Vec<String>) {
        if let Some(before) = self.subscription_of(app_id) {
            self.subscribe_page(app_id, before, Some(fields));
        }
    }

    /// What the page has subscribed an app to; nothing when it has not.
    pub(crate) fn page_fields_of(&self, app_id: &str) -> Option<Vec<String>> {
        self.subscription_of(app_id)?.page_fields
    }

    fn subscription_of(&self, app_id: &str) -> Option<Subscription> {
        self.world().page().subscriptions.of(app_id).cloned()
    }

    fn subscribe_page(&self, app_id: &str, before: Subscription, fields: Option<Vec<String>>) {
        let change = Change::Subscription {
            app_id: app_id.to_owned(),
            subscription: Subscription {
                page_fields: fields,
                ..before
            },
        };
        if let Err(refusal) = self.change(&change) {
            self.note(
                None,
                format!("the subscription of app {app_id} stays: {refusal}"),
            );
        }
    }
}

/// Whether another app's control of the conversation matters: linking, handover and policy events are nobody's.
fn is_shared(happening: &Happening) -> bool {
    matches!(
        happening,
        Happening::Message(_)
            | Happening::Postback(_)
            | Happening::Referral(_)
            | Happening::Delivery(_)
            | Happening::Read(_)
            | Happening::Reaction(_)
            | Happening::MessageEdit(_)
    )
}
