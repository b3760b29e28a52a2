//! Every spelling means the same, and right signatures are over the very bytes.

use proptest::prelude::*;

use super::*;

const ENCODINGS: [Encoding; 4] = [
    Encoding::Platform,
    Encoding::RawUtf8,
    Encoding::Spaced,
    Encoding::Reordered,
];

fn any_event() -> impl Strategy<Value = Event> {
    let kind = prop_oneof![
        any::<String>().prop_map(|code| EventKind::Linked(Value::from(code))),
        Just(EventKind::Linked(Value::Null)),
        Just(EventKind::Linked(json!([1, { "a": "b" }]))),
        Just(EventKind::Unlinked),
        any::<String>().prop_map(EventKind::Message),
        any::<String>().prop_map(|status| EventKind::RawLinking(json!({ "status": status }))),
        Just(EventKind::Unknown),
    ];
    ("[0-9]{1,20}", "[0-9]{15}", 0..2_000_000_000_000_u64, kind).prop_map(
        |(psid, page_id, timestamp, kind)| Event {
            psid,
            page_id,
            timestamp,
            kind,
        },
    )
}

fn any_parcel() -> impl Strategy<Value = Parcel> {
    proptest::collection::vec(proptest::collection::vec(any_event(), 1..4), 1..4).prop_map(
        |entries| Parcel {
            object: "page".to_owned(),
            entries,
            encoding: Encoding::Platform,
            signature: Signature::Both,
        },
    )
}

/// Whether all of `part` is found in `whole`, where `whole` may hold more keys.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part
            .iter()
            .all(|(key, value)| whole.get(key).is_some_and(|found| holds(found, value))),
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len()
                && whole
                    .iter()
                    .zip(part)
                    .all(|(whole, part)| holds(whole, part))
        }
        _ => whole == part,
    }
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a str> {
    delivery
        .headers
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

proptest! {
    #[test]
    fn every_spelling_means_the_same(parcel in any_parcel()) {
        let meant = parcel.to_json();
        for encoding in ENCODINGS {
            let body = Parcel { encoding, ..parcel.clone() }.body();
            prop_assert_eq!(&serde_json::from_slice::<Value>(&body).unwrap(), &meant);
        }
        let body = Parcel { encoding: Encoding::Extended, ..parcel }.body();
        prop_assert!(holds(&serde_json::from_slice(&body).unwrap(), &meant));
    }

    #[test]
    fn right_signatures_verify_over_the_very_bytes(parcel in any_parcel()) {
        let config = Config::default();
        let delivery = parcel.to_delivery(&config);
        let right = format!("sha256={}", sha256_hex(&config.app_secret, &delivery.body));
        prop_assert_eq!(header(&delivery, "X-Hub-Signature-256"), Some(right.as_str()));
        for signature in [
            Signature::WrongSha256,
            Signature::Missing,
            Signature::WrongKey,
            Signature::OtherBytes,
            Signature::Truncated,
            Signature::Empty,
        ] {
            let forged = Parcel { signature, ..parcel.clone() }.to_delivery(&config);
            prop_assert_ne!(header(&forged, "X-Hub-Signature-256"), Some(right.as_str()));
        }
    }
}

/// The vector of protocol section 3.2, computed by hand before any of this was written.
#[test]
fn a_linked_event_is_spelled_and_signed_as_the_platform_does() {
    let event = Event::linked(
        "1134343043305865",
        "1691462197845448",
        1_472_028_542_079,
        "a/b@c%ä😀",
    );
    let delivery = Parcel::one(event).to_delivery(&Config::default());
    assert_eq!(delivery.body.len(), 286);
    assert_eq!(
        header(&delivery, "X-Hub-Signature"),
        Some("sha1=24b657accd57c4514e8b8229757e5147edbe9e9e")
    );
    assert_eq!(
        header(&delivery, "X-Hub-Signature-256"),
        Some("sha256=5d5b0b58f13652dd733439e53c7bdc09eade76f1e4ce44a441028db286cffbc5")
    );
}

#[test]
fn transcripts_can_name_what_travels() {
    let linked = Event::linked("1", "9", 1, "c");
    let parcel = Parcel {
        entries: vec![
            vec![linked.clone(), Event::unlinked("2", "9", 2)],
            vec![linked],
        ],
        ..Parcel::one(Event::unlinked("1", "9", 1))
    };
    assert_eq!(parcel.psids(), ["1", "2", "1"]);
    assert_eq!(parcel.kinds(), ["linked", "unlinked", "linked"]);
}
