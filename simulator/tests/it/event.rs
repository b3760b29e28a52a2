//! Every event that the platform can send is the golden one, key by key.

use std::collections::{BTreeMap, BTreeSet};

use linklab_fixtures::{all_golden, golden};
use linklab_simulator::webhook::{
    AppRoles, Attachment, AttachmentKind, DeliveryReceipt, Envelope, Happening, Item, LIKE_STICKER,
    Message, MessageEdit, Optin, PassThreadControl, Policy, Postback, Reaction, ReactionAction,
    ReadReceipt, Referral, ReferralSource, RequestThreadControl, TakeThreadControl,
};
use serde_json::Value;

use crate::backend::PSID;

const PAGE: &str = "104251739582640";
const APP: u64 = 1_517_776_481_860_111;
const OTHER_APP: &str = "263902037430900";

/// One golden event and the values that only it knows.
struct Expected {
    body: Value,
    item: Value,
    at_ms: u64,
}

impl Expected {
    fn of(name: &str) -> Self {
        let body = golden(name).expect("a golden event has it").message["body"].clone();
        let entry = &body["entry"][0];
        let list = [&entry["messaging"], &entry["standby"]];
        let item = list
            .into_iter()
            .find(|list| list.is_array())
            .expect("a golden event has it")[0]
            .clone();
        let at_ms = entry["time"].as_u64().expect("a golden event has it");
        Self { body, item, at_ms }
    }

    fn mid(&self, of: &str) -> String {
        self.item[of]["mid"]
            .as_str()
            .expect("a golden event has it")
            .to_owned()
    }

    fn holds(&self, name: &str, item: Item) {
        let envelope = Envelope::page(PAGE, self.at_ms);
        let envelope = if name == "event-standby" {
            envelope.with_standby(item)
        } else {
            envelope.with(item)
        };
        assert_eq!(envelope.to_value(), self.body, "{name}");
    }
}

fn messages() -> Vec<(&'static str, Message)> {
    let mid = |name| Expected::of(name).mid("message");
    let picture = Attachment::at(AttachmentKind::Image, "https://files.example/picture.png");
    vec![
        (
            "event-message-quick-reply",
            Message::text(mid("event-message-quick-reply"), "Yes").with_quick_reply("PICKED_YES"),
        ),
        (
            "event-message-reply",
            Message::text(mid("event-message-reply"), "This one").in_reply_to(mid("event-message")),
        ),
        (
            "event-message-image",
            Message::new(mid("event-message-image")).with_attachment(picture),
        ),
        (
            "event-message-sticker",
            Message::sticker(
                mid("event-message-sticker"),
                LIKE_STICKER,
                "https://files.example/like.png",
            ),
        ),
        (
            "event-message-location",
            Message::new(mid("event-message-location"))
                .with_attachment(Attachment::place(47.5, 8.25)),
        ),
        (
            "event-message-deleted",
            Message::deleted(mid("event-message-deleted")),
        ),
        (
            "event-message-unsupported",
            Message::unsupported(mid("event-message-unsupported")),
        ),
        (
            "event-echo",
            Message::text(mid("event-echo"), "Welcome").echoed_by(APP, Some("greeting")),
        ),
        (
            "event-standby",
            Message::text(mid("event-standby"), "anyone there?"),
        ),
    ]
}

fn others() -> Vec<(&'static str, Happening)> {
    let echo = Expected::of("event-echo").mid("message");
    let spring = || Referral::new("spring", ReferralSource::Shortlink);
    let reaction = |action| {
        Happening::Reaction(Reaction {
            mid: echo.clone(),
            action,
            emoji: "😢".to_owned(),
            reaction: "sad".to_owned(),
        })
    };
    let start = Expected::of("event-postback-referral").mid("postback");
    let start = Postback::new(start, "Get Started", "GET_STARTED").after(spring());
    let watermark = |name: &str, of: &str| {
        Expected::of(name).item[of]["watermark"]
            .as_u64()
            .expect("a golden event has it")
    };
    let text = |text: &str| Some(text.to_owned());
    let policy = || Policy {
        action: "block".to_owned(),
        reason: text("Spam"),
    };
    vec![
        ("event-postback-referral", Happening::Postback(start)),
        ("event-referral", Happening::Referral(spring())),
        (
            "event-optin-marketing",
            Happening::Optin(Optin::marketing("NEWS", "6029437185204")),
        ),
        (
            "event-optin-one-time",
            Happening::Optin(Optin::one_time("BACK_IN_STOCK", "7310482956173")),
        ),
        (
            "event-delivery",
            Happening::Delivery(DeliveryReceipt {
                mids: vec![echo.clone()],
                watermark: watermark("event-delivery", "delivery"),
            }),
        ),
        (
            "event-read",
            Happening::Read(ReadReceipt {
                watermark: watermark("event-read", "read"),
            }),
        ),
        ("event-reaction", reaction(ReactionAction::React)),
        (
            "event-reaction-withdrawn",
            reaction(ReactionAction::Unreact),
        ),
        (
            "event-message-edit",
            Happening::MessageEdit(MessageEdit {
                mid: Expected::of("event-message").mid("message"),
                text: "log me in".to_owned(),
                num_edit: "1".to_owned(),
            }),
        ),
        (
            "event-pass-thread-control",
            Happening::PassThreadControl(PassThreadControl {
                new_owner_app_id: None,
                previous_owner_app_id: text(OTHER_APP),
                metadata: text("please help"),
            }),
        ),
        (
            "event-take-thread-control",
            Happening::TakeThreadControl(TakeThreadControl {
                previous_owner_app_id: APP.to_string(),
                metadata: text("taken back"),
            }),
        ),
        (
            "event-request-thread-control",
            Happening::RequestThreadControl(RequestThreadControl {
                requested_owner_app_id: OTHER_APP.to_owned(),
                metadata: text("urgent"),
            }),
        ),
        (
            "event-app-roles",
            Happening::AppRoles(AppRoles(BTreeMap::from([(
                APP.to_string(),
                vec!["primary_receiver".to_owned()],
            )]))),
        ),
        ("event-policy", Happening::PolicyEnforcement(policy())),
        (
            "event-policy-hyphen",
            Happening::PolicyEnforcementHyphen(policy()),
        ),
    ]
}

#[test]
fn every_golden_event_can_be_made() {
    // Held by tests of their own in `golden.rs`, the first by its answer alone.
    let mut held = BTreeSet::from([
        "event-acknowledgement",
        "event-linked",
        "event-unlinked",
        "event-message",
        "event-postback",
    ]);
    let messages = messages()
        .into_iter()
        .map(|(name, message)| (name, Happening::Message(message)));
    for (name, happening) in messages.chain(others()) {
        let expected = Expected::of(name);
        assert!(happening.field().is_some(), "{name}");
        let item = Item::of_user(PSID, PAGE, expected.at_ms, happening);
        expected.holds(name, item);
        held.insert(name);
    }
    let seconds = Expected::of("event-referral-seconds");
    let summer = Happening::Referral(Referral::new("summer", ReferralSource::Ads));
    let item = Item::of_user(PSID, PAGE, seconds.at_ms, summer).with_seconds();
    seconds.holds("event-referral-seconds", item);
    held.insert("event-referral-seconds");
    let guest = Expected::of("event-optin");
    let optin = Happening::Optin(Optin::plugin("checkout", Some("guest-4711")));
    guest.holds(
        "event-optin",
        Item::of_guest("guest-4711", PAGE, guest.at_ms, optin),
    );
    held.insert("event-optin");

    let events: BTreeSet<_> = all_golden()
        .iter()
        .map(|golden| golden.name.as_str())
        .filter(|name| name.starts_with("event-"))
        .collect();
    assert_eq!(held, events);
}
