//! What arrives is what was signed, for any JSON value.

use linklab_simulator::webhook::{Delivery, Happening, sha1_hex, sha256_hex};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::backend::{Bench, PSID, ok};

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[/@%<>&'\"äß😢\u{0}-\u{1f}\u{2028}]{0,12}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn the_signature_over_what_arrived_equals_the_header() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bench = runtime.block_on(Bench::answering(ok()));
    let config = ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let arrived = |value: &Value| {
        runtime.block_on(async {
            bench.backend.reset().await;
            let delivery = Delivery::signed(bench.platform.config(), value);
            bench.platform.deliver(delivery).await;
            let mut received = bench.backend.received_requests().await.unwrap_or_default();
            received.remove(0)
        })
    };
    let held = TestRunner::new(config).run(&any_json(), |value| {
        let request = arrived(&value);
        let secret = &bench.platform.config().app_secret;
        let header = |name: &str| {
            request.headers[name]
                .to_str()
                .unwrap_or_default()
                .to_owned()
        };
        let sha1 = format!("sha1={}", sha1_hex(secret, &request.body));
        let sha256 = format!("sha256={}", sha256_hex(secret, &request.body));
        prop_assert_eq!(header("x-hub-signature"), sha1);
        prop_assert_eq!(header("x-hub-signature-256"), sha256);
        let decoded: Value = serde_json::from_slice(&request.body).unwrap();
        prop_assert_eq!(decoded, value);
        prop_assert!(request.body.is_ascii());
        Ok(())
    });
    held.unwrap();
}

#[test]
fn whatever_goes_through_the_queue_is_signed_as_it_travels_too() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bench = runtime.block_on(Bench::answering(ok()));
    let config = ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let keys = prop::collection::btree_map("[a-z]{4,8}x", any_json(), 1..4);
    let held = TestRunner::new(config).run(&keys, |keys| {
        let event: serde_json::Map<String, Value> = keys.into_iter().collect();
        let request = runtime.block_on(async {
            bench.backend.reset().await;
            wiremock::Mock::given(wiremock::matchers::any())
                .respond_with(ok())
                .mount(&bench.backend)
                .await;
            let happening = Happening::Other(event.clone());
            let attempt = bench.platform.happen(PSID, happening).await;
            assert!(attempt.unwrap().acknowledged());
            let mut received = bench.backend.received_requests().await.unwrap_or_default();
            received.remove(0)
        });
        let secret = &bench.platform.config().app_secret;
        let expected = format!("sha256={}", sha256_hex(secret, &request.body));
        prop_assert_eq!(&request.headers["x-hub-signature-256"], expected.as_str());
        let decoded: Value = serde_json::from_slice(&request.body).unwrap();
        let item = &decoded["entry"][0]["messaging"][0];
        for (key, value) in &event {
            prop_assert_eq!(&item[key], value);
        }
        Ok(())
    });
    held.unwrap();
}
