//! The Messenger profile, in its present words and in those of `thread_settings`.

use linklab_simulator::world::Property;
use reqwest::Method;
use serde_json::{Value, json};

use crate::backend::{Bench, answer, ok, refusal};

const PROFILE: &str = "/v2.6/me/messenger_profile";

async fn set(bench: &Bench, body: &Value) -> (u16, Value) {
    answer(bench.post(PROFILE).json(body)).await
}

async fn fields(bench: &Bench, fields: &str) -> Value {
    let call = bench.get(PROFILE).query(&[("fields", fields)]);
    answer(call).await.1
}

fn success() -> (u16, Value) {
    (200, json!({ "result": "success" }))
}

#[tokio::test]
async fn what_is_set_is_read_and_what_is_deleted_is_gone() {
    let bench = Bench::answering(ok()).await;
    let all = "get_started, GREETING,persistent_menu,account_linking_url";
    assert_eq!(fields(&bench, all).await, json!({ "data": [] }));
    let profile = json!({
        "get_started": { "payload": "GET_STARTED" },
        "greeting": [{ "locale": "default", "text": "Hello!" }],
        "persistent_menu": [{ "locale": "default", "composer_input_disabled": false, "call_to_actions": [
            { "type": "postback", "title": "Help", "payload": "HELP" },
            { "type": "web_url", "title": "Shop", "url": "https://shop.example", "webview_height_ratio": "full" },
        ] }],
        "account_linking_url": "https://shop.example/authorize?response_type=code",
        "whitelisted_domains": ["https://shop.example/"],
        "ice_breakers": [{ "question": "Who are you?", "payload": "WHO" }],
    });
    assert_eq!(set(&bench, &profile).await, success());
    let expected = json!({ "data": [{
        "get_started": profile["get_started"],
        "greeting": profile["greeting"],
        "persistent_menu": profile["persistent_menu"],
        "account_linking_url": profile["account_linking_url"],
    }] });
    assert_eq!(fields(&bench, all).await, expected);
    let page = bench.platform.page();
    let url = page.profile.account_linking_url();
    assert_eq!(url, profile["account_linking_url"].as_str());

    // In every shape in which clients name fields.
    let delete = || {
        bench
            .bare(Method::DELETE, PROFILE)
            .bearer_auth("PAGE_ACCESS_TOKEN")
    };
    for call in [
        delete().json(&json!({ "fields": ["greeting", "whitelisted_domains"] })),
        delete().query(&[("fields[0]", "persistent_menu")]),
        delete().query(&[("fields", r#"["GET_STARTED"]"#)]),
        delete().form(&[("fields", "account_linking_url")]),
        delete().json(&json!({ "fields": ["greeting"] })),
    ] {
        assert_eq!(answer(call).await, success());
    }
    assert_eq!(fields(&bench, all).await, json!({ "data": [] }));
    assert!(
        bench
            .platform
            .page()
            .profile
            .get(Property::IceBreakers)
            .is_some()
    );
}

#[tokio::test]
async fn refusals_are_word_for_word_and_change_nothing() {
    let bench = Bench::answering(ok()).await;
    let names = "get_started,persistent_menu,target_audience,whitelisted_domains,greeting,\
                 account_linking_url,payment_settings,home_url,ice_breakers,commands";
    let menu = json!([{ "locale": "default", "call_to_actions": [
        { "type": "postback", "title": "Help", "payload": "HELP" },
    ] }]);
    let cases = [
        (
            json!({}),
            format!("(#100) Requires one of the params: {names}"),
        ),
        (
            json!({ "get_started": {} }),
            "(#100) param get_started must be non-empty.".to_owned(),
        ),
        (
            json!({ "get_started": { "payload": "A", "payload2": "B" } }),
            "(#100) Invalid keys \"payload2\" were found in param \"get_started\".".to_owned(),
        ),
        (
            json!({ "persistent_menu": menu }),
            "(#100) You must set a Get Started button if you also wish to use persistent menu."
                .to_owned(),
        ),
        (
            json!({ "get_started": { "payload": "A" }, "account_linking_url": "shop.example" }),
            "(#100) account_linking_url should represent a valid URL".to_owned(),
        ),
        (
            json!({ "greeting": [{ "locale": "default", "text": "a".repeat(161) }] }),
            "(#100) Length of param greeting[0][text] must be less than or equal to 160".to_owned(),
        ),
    ];
    for (body, expected) in cases {
        let refused = refusal(bench.post(PROFILE).json(&body)).await;
        assert_eq!(
            (refused.0, refused.1, refused.3),
            (400, 100, expected),
            "{body}"
        );
    }
    assert_eq!(
        bench.platform.page().profile.get(Property::GetStarted),
        None
    );

    let read = |query: &[(&str, &str)]| refusal(bench.get(PROFILE).query(query));
    assert_eq!(read(&[]).await.3, "(#100) The parameter fields is required");
    assert_eq!(
        read(&[("fields", "")]).await.3,
        "(#100) param fields must be non-empty."
    );
    let unknown = read(&[("fields", "get_started,logo")]).await.3;
    assert!(
        unknown.starts_with(
            "(#100) Param fields[1] must be one of {GET_STARTED, PERSISTENT_MENU, TARGET_AUDIENCE,"
        ),
        "{unknown}"
    );
}

#[tokio::test]
async fn the_get_started_button_stays_while_a_menu_needs_it() {
    let bench = Bench::answering(ok()).await;
    let menu = json!([{ "locale": "default", "call_to_actions": [] }]);
    let both = json!({ "get_started": { "payload": "A" }, "persistent_menu": menu });
    assert_eq!(set(&bench, &both).await.0, 400);
    let without_items =
        json!({ "get_started": { "payload": "A" }, "persistent_menu": [{ "locale": "default" }] });
    assert_eq!(set(&bench, &without_items).await, success());
    let delete = |fields: &str| {
        let call = bench.bare(Method::DELETE, PROFILE);
        call.bearer_auth("PAGE_ACCESS_TOKEN")
            .json(&json!({ "fields": fields }))
    };
    assert_eq!(refusal(delete("get_started")).await.2, 2_018_145);
    assert_eq!(
        answer(delete("persistent_menu,get_started")).await,
        success()
    );
}

#[tokio::test]
async fn thread_settings_speak_of_the_same_profile_in_older_words() {
    let bench = Bench::answering(ok()).await;
    let call = |method: Method, body: Value| {
        let call = bench.bare(method, "/v2.6/me/thread_settings");
        call.bearer_auth("PAGE_ACCESS_TOKEN").json(&body)
    };
    let button = json!([{ "payload": "GET_STARTED" }]);
    let menu = json!([{ "type": "postback", "title": "Help", "payload": "HELP" }]);
    for (body, expected) in [
        (
            json!({ "setting_type": "account_linking", "account_linking_url": "https://shop.example/a?b=c" }),
            "Account linking url added",
        ),
        (
            json!({ "setting_type": "greeting", "greeting": { "text": "Hello!" } }),
            "Successfully updated greeting",
        ),
        (
            json!({ "setting_type": "call_to_actions", "thread_state": "existing_thread", "call_to_actions": menu }),
            "Successfully added structured menu CTAs",
        ),
        (
            json!({ "setting_type": "call_to_actions", "thread_state": "new_thread", "call_to_actions": button }),
            "Successfully added new_thread's CTAs",
        ),
    ] {
        let expected = json!({ "result": expected });
        assert_eq!(answer(call(Method::POST, body)).await, (200, expected));
    }
    let read = fields(
        &bench,
        "get_started,greeting,persistent_menu,account_linking_url",
    )
    .await;
    let expected = json!({ "data": [{
        "get_started": { "payload": "GET_STARTED" },
        "greeting": [{ "locale": "default", "text": "Hello!" }],
        "persistent_menu": [{ "locale": "default", "call_to_actions": menu }],
        "account_linking_url": "https://shop.example/a?b=c",
    }] });
    assert_eq!(read, expected);
    let gone = answer(call(
        Method::DELETE,
        json!({ "setting_type": "account_linking" }),
    ))
    .await;
    assert_eq!(gone.0, 200);
    assert_eq!(
        fields(&bench, "account_linking_url").await,
        json!({ "data": [] })
    );
    let unknown = refusal(call(Method::POST, json!({ "setting_type": "colour" }))).await;
    assert!(
        unknown.3.contains(
            "Param setting_type must be one of {GREETING, CALL_TO_ACTIONS, ACCOUNT_LINKING"
        )
    );
}

#[tokio::test]
async fn the_documented_rate_is_held_when_the_knob_says_so() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    bench
        .platform
        .set_knob("profile_rate_enforced", "true")
        .unwrap();
    let call = || bench.get(PROFILE).query(&[("fields", "greeting")]);
    for _ in 0..10 {
        assert_eq!(answer(call()).await.0, 200);
    }
    let refused = refusal(call()).await;
    let expected = "(#613) Calls to this api have exceeded the rate limit.";
    assert_eq!((refused.1, refused.3.as_str()), (613, expected));
    assert_eq!(answer(bench.get("/me")).await.0, 200);
    bench
        .platform
        .clock()
        .advance(std::time::Duration::from_mins(10));
    assert_eq!(answer(call()).await.0, 200);
}
