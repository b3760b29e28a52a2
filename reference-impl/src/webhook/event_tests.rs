//! Reading the golden events, and bodies that no platform should send but one did.

use serde_json::json;

use super::*;

const PAGE: &str = "1691462197845448";

fn events(body: &Value) -> Vec<Event> {
    read(body.to_string().as_bytes(), PAGE).unwrap()
}

fn notification(items: &Value) -> Value {
    json!({ "object": "page", "entry": [{ "id": PAGE, "time": 1_472_028_542_079_i64, "messaging": items }] })
}

fn linked(psid: &str, code: &Value) -> Value {
    json!({
        "sender": { "id": psid }, "recipient": { "id": PAGE }, "timestamp": 1_472_028_542_079_i64,
        "account_linking": { "authorization_code": code, "status": "linked" },
    })
}

#[test]
fn the_golden_events_are_understood() {
    let mut understood = std::collections::BTreeMap::new();
    for golden in linklab_fixtures::all_golden() {
        for candidate in [&golden.message, &golden.message["body"]] {
            if candidate["object"] == "page" && candidate["entry"].is_array() {
                let page = candidate["entry"][0]["id"].as_str().unwrap();
                let read = read(candidate.to_string().as_bytes(), page).unwrap();
                understood.insert(golden.name.clone(), read);
            }
        }
    }
    assert!(
        understood.len() >= 4,
        "linked, unlinked, message and postback: {understood:?}"
    );
    insta::assert_json_snapshot!(understood);
}

#[test]
fn escapes_of_the_wire_are_decoded_to_the_code() {
    for vector in linklab_fixtures::vectors() {
        let Ok(body) = serde_json::from_str::<Value>(&vector.body) else {
            continue;
        };
        let Some(page) = body["entry"][0]["id"].as_str() else {
            continue;
        };
        let wanted =
            body["entry"][0]["messaging"][0]["account_linking"]["authorization_code"].as_str();
        if let Some(code) = wanted {
            let read = read(vector.body.as_bytes(), page).unwrap();
            assert_eq!(
                read[0].what,
                What::Linked {
                    code: code.to_owned()
                }
            );
        }
    }
}

#[test]
fn every_item_of_every_entry_is_read() {
    let body = json!({ "object": "page", "entry": [
        { "id": PAGE, "time": 1, "messaging": [
            { "sender": { "id": PAGE }, "recipient": { "id": "7" }, "message": { "mid": "e", "text": "echo", "is_echo": true } },
            { "sender": { "id": "7" }, "delivery": { "watermark": 1 } },
            linked("7", &json!("A")),
        ] },
        { "id": PAGE, "changes": [{}], "standby": [linked("9", &json!("C"))] },
        { "id": PAGE, "messaging": [linked("8", &json!("B"))] },
    ] });
    let psids: Vec<_> = events(&body).into_iter().map(|event| event.psid).collect();
    assert_eq!(psids, ["7", "8"]);
}

#[test]
fn one_odd_item_does_not_cost_its_neighbours() {
    for odd in [
        "7",
        "null",
        "[]",
        r#"{"sender":7}"#,
        r#"{"sender":{"id":7},"message":{}}"#,
        r#"{"sender":{"id":"9"},"sender":{"id":"9"},"message":{"mid":"m","text":"x"}}"#,
        r#"{"sender":{"user_ref":"x"},"optin":{}}"#,
        r#"{"sender":{"id":"9"},"message":{"mid":"m","text":"\ud83d"}}"#,
        r#"{"sender":{"id":"9"},"account_linking":{"status":7}}"#,
        r#"{"sender":{"id":"9"},"account_linking":{}}"#,
        r#"{"sender":{"id":"9"},"nobody_knows":{"this":1e400}}"#,
        &format!(
            r#"{{"sender":{{"id":"9"}},"deep":{}{}}}"#,
            "[".repeat(500),
            "]".repeat(500)
        ),
    ] {
        let good = linked("8", &json!("B"));
        let body = format!(
            r#"{{"object":"page","entry":[{{"id":"{PAGE}","messaging":[{odd},{good}]}}]}}"#
        );
        let read = read(body.as_bytes(), PAGE).unwrap();
        assert_eq!(read.len(), 1, "{odd}");
        assert_eq!(read[0].psid, "8");
    }
}

#[test]
fn ids_and_texts_have_a_bound() {
    let long = "1".repeat(LONGEST_ID + 1);
    assert_eq!(
        events(&notification(&json!([linked(&long, &json!("A"))]))),
        []
    );
    let said = |mid: &str, text: &str| {
        let item = json!({ "sender": { "id": "7" }, "message": { "mid": mid, "text": text } });
        events(&notification(&json!([item])))
    };
    assert_eq!(said(&long, "hi"), []);
    let text = "好".repeat(LONGEST_TEXT);
    let kept = What::Said {
        mid: "m".to_owned(),
        text: text.clone(),
    };
    assert_eq!(said("m", &format!("{text}好好"))[0].what, kept);
}

#[test]
fn only_a_text_is_a_code() {
    for code in [
        json!(null),
        json!(""),
        json!(7),
        json!(["x"]),
        json!({"a": 1}),
    ] {
        assert_eq!(events(&notification(&json!([linked("7", &code)]))), []);
    }
}

#[test]
fn other_pages_and_objects_are_not_ours() {
    let mut foreign = notification(&json!([linked("7", &json!("A"))]));
    foreign["entry"][0]["id"] = json!("999");
    assert_eq!(events(&foreign), []);
    let mut object = notification(&json!([linked("7", &json!("A"))]));
    object["object"] = json!("user");
    assert_eq!(events(&object), []);
    let mut recipient = notification(&json!([linked("7", &json!("A"))]));
    recipient["entry"][0]["messaging"][0]["recipient"]["id"] = json!("999");
    assert_eq!(events(&recipient), []);
}

#[test]
fn times_come_in_milliseconds_seconds_or_not_at_all() {
    for (timestamp, time) in [
        (json!(1_472_028_542_079_i64), Some(1_472_028_542_079)),
        (json!(1_472_028_542), Some(1_472_028_542_000)),
        (json!(1_472_028_542_079.0), Some(1_472_028_542_079)),
        (json!(-5), Some(0)),
        (json!("soon"), Some(1_472_028_542_079)),
        (json!(null), Some(1_472_028_542_079)),
    ] {
        let mut item = linked("7", &json!("A"));
        item["timestamp"] = timestamp;
        assert_eq!(events(&notification(&json!([item])))[0].time, time);
    }
}

#[test]
fn what_is_not_json_is_said_to_be_unreadable() {
    for body in ["", "{", "[]", "null", "\u{feff}{}", r#"{"entry":7}"#] {
        assert!(read(body.as_bytes(), PAGE).is_err(), "{body}");
    }
    assert!(read(b"{\"object\":\"page\xff\"}", PAGE).is_err());
    assert_eq!(read(b"{}", PAGE).unwrap(), []);
}
