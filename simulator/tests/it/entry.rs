//! Who can start linking and from where, and the reasons of linkings that came to nothing.

use linklab_simulator::webview::{Landing, LandingResult, Page, Tapped};
use linklab_simulator::world::{AbortReason, Client, Entry};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::json;

use crate::backend::{BUTTON, Bench, PSID, answer, ok, refusal};

fn page(tapped: Tapped) -> Page {
    match tapped {
        Tapped::Page(page) => page,
        other => panic!("a page was to open: {other:?}"),
    }
}

#[tokio::test]
async fn only_a_log_in_button_and_the_thread_details_start_linking() {
    let bench = Bench::answering(ok()).await;
    for entry in Entry::ALL {
        let tapped = bench.platform.open_from(PSID, entry, BUTTON).unwrap();
        if entry.starts_linking() {
            assert!(matches!(tapped, Tapped::Linking(_)), "{entry}");
            continue;
        }
        let page = page(tapped);
        assert_eq!(page.url, BUTTON);
        assert_eq!(page.reason, AbortReason::NotALogInButton { entry });
        assert!(page.reason.to_string().contains(&entry.to_string()));
    }
    assert!(bench.platform.linkings(PSID).is_empty());
}

#[tokio::test]
async fn a_web_client_opens_the_bare_address_or_nothing() {
    let bench = Bench::answering(ok()).await;
    let platform = &bench.platform;
    platform.set_client(PSID, Client::Web).unwrap();
    let button = json!({"type": "account_link", "url": BUTTON});
    let bare = page(platform.tap_button(PSID, &button).await.unwrap());
    assert_eq!(bare.url, BUTTON);
    let told = platform.tap_log_in(PSID, BUTTON, None).unwrap_err();
    assert!(told.to_string().contains("iOS and Android"), "{told}");

    platform.set_knob("web_client", "refuse").unwrap();
    let refused = platform.tap_button(PSID, &button).await.unwrap_err();
    assert!(refused.to_string().starts_with("nothing was opened"));
    let reasons: Vec<_> = platform.linkings(PSID);
    let web = AbortReason::UnsupportedClient {
        client: Client::Web,
    };
    assert_eq!(reasons.len(), 3);
    assert!(reasons.iter().all(|end| end.aborted.as_ref() == Some(&web)));

    platform.set_client(PSID, Client::Android).unwrap();
    assert!(platform.tap_log_in(PSID, BUTTON, None).is_ok());
}

#[tokio::test]
async fn each_end_of_a_linking_is_told_afterwards() {
    let bench = Bench::answering(ok()).await;
    let platform = &bench.platform;
    platform.clock().freeze();
    let late = platform.tap_log_in(PSID, BUTTON, None).unwrap();
    platform
        .clock()
        .advance(std::time::Duration::from_secs(312));
    let url = format!("{}&authorization_code=c", late.redirect_uri);
    platform.land(&late, &url, Landing::Deliver).await;

    let opening = platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let cancelled = opening.redirect_uri.clone();
    platform.land(&opening, &cancelled, Landing::Deliver).await;
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    platform.land(&opening, &url, Landing::Deliver).await;
    platform.land(&opening, &url, Landing::Deliver).await;

    let told: Vec<_> = platform
        .linkings(PSID)
        .into_iter()
        .map(|end| {
            end.aborted
                .map_or("linked".to_owned(), |why| why.to_string())
        })
        .collect();
    assert_eq!(
        told,
        [
            "token expired 12 s ago",
            "no authorization_code came back",
            "linked",
            "the account_linking_token was already used: an authorization_code has come back with it before",
        ]
    );
    assert!(platform.linkings("404").is_empty());
}

#[tokio::test]
async fn the_thread_details_link_and_unlink_by_the_profiles_address() {
    let bench = Bench::answering(ok()).await;
    let platform = &bench.platform;
    let missing = platform.tap_thread_details(PSID).await.unwrap_err();
    assert!(missing.to_string().contains("account_linking_url"));

    let profile = json!({"account_linking_url": BUTTON});
    let (status, _) = answer(bench.post("/me/messenger_profile").json(&profile)).await;
    assert_eq!(status, 200);
    let Tapped::Linking(opening) = platform.tap_thread_details(PSID).await.unwrap() else {
        panic!("the linking URL was to open");
    };
    assert!(
        opening
            .url
            .starts_with(&format!("{BUTTON}&account_linking_token="))
    );
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let landed = platform.land(&opening, &url, Landing::Deliver).await;
    assert_eq!(landed.result, LandingResult::Linked);

    assert!(platform.thread_details(PSID).linked);
    let tapped = platform.tap_thread_details(PSID).await.unwrap();
    assert!(matches!(tapped, Tapped::Event(attempt) if attempt.acknowledged()));
    assert_eq!(platform.link_of(PSID), None);
}

#[tokio::test]
async fn the_profiles_address_is_needed_where_the_knob_says_so() {
    let bench = Bench::with(ok(), |config| config.knobs.profile_url_needed = true).await;
    let told = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap_err();
    assert!(told.to_string().contains("account_linking_url"), "{told}");
    let profile = json!({"account_linking_url": BUTTON});
    answer(bench.post("/me/messenger_profile").json(&profile)).await;
    assert!(bench.platform.tap_log_in(PSID, BUTTON, None).is_ok());
}

#[tokio::test]
async fn an_older_token_is_worthless_where_the_knob_says_so() {
    let bench = Bench::with(ok(), |config| config.knobs.newest_token_only = true).await;
    let older = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let newer = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let ask = |token: &str| {
        bench
            .get("/me")
            .query(&[("fields", "recipient"), ("account_linking_token", token)])
    };
    let (_, code, ..) = refusal(ask(&older.account_linking_token)).await;
    assert_eq!(code, 10303);
    assert_eq!(answer(ask(&newer.account_linking_token)).await.0, 200);
    for (opening, linked) in [(older, false), (newer, true)] {
        let url = format!("{}&authorization_code=c", opening.redirect_uri);
        let landed = bench.platform.land(&opening, &url, Landing::Deliver).await;
        assert_eq!(landed.result == LandingResult::Linked, linked, "{landed:?}");
    }
}

#[tokio::test]
async fn a_token_can_serve_twice_where_the_knob_says_so() {
    let bench = Bench::with(ok(), |config| config.knobs.token_burned = false).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    for code in ["1", "2"] {
        let url = format!("{}&authorization_code={code}", opening.redirect_uri);
        let landed = bench.platform.land(&opening, &url, Landing::Deliver).await;
        assert_eq!(landed.result, LandingResult::Linked);
        assert_eq!(bench.platform.link_of(PSID).as_deref(), Some(code));
    }
}

#[tokio::test]
async fn a_redirect_followed_by_a_server_is_refused_where_the_knob_says_so() {
    let bench = Bench::with(ok(), |config| config.knobs.redirect_needs_cookie = true).await;
    let other = bench.platform.add_user(None, "Bo Example").unwrap();
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let strange = bench.platform.tap_log_in(&other, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let cookie_of = async |start_url: &str| {
        let response = client.get(start_url).send().await.unwrap();
        assert_eq!(response.status(), 302);
        let line = response.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = line.split(';').next().unwrap().to_owned();
        let location = response.headers()[LOCATION].to_str().unwrap().to_owned();
        (cookie, location)
    };
    let (mine, location) = cookie_of(&opening.start_url).await;
    assert_eq!(location, opening.url);
    let (theirs, _) = cookie_of(&strange.start_url).await;
    let forged = mine.replace(PSID, &other);
    for (cookie, success) in [
        ("", false),
        (theirs.as_str(), false),
        (forged.as_str(), false),
        (mine.as_str(), true),
    ] {
        let request = client.get(&url).header(COOKIE, cookie);
        let shown = request.send().await.unwrap().text().await.unwrap();
        assert_eq!(
            shown.contains("Account Linking Success"),
            success,
            "{cookie}"
        );
    }
    // A changed start address leads nowhere.
    let elsewhere = opening.start_url.replace("shop.example", "evil.example");
    assert_eq!(client.get(elsewhere).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn unlinking_a_user_who_is_not_linked_follows_the_knobs() {
    let bench = Bench::with(ok(), |config| {
        config.knobs.unlink_needs_link = true;
        config.knobs.log_out_event_when_unlinked = false;
    })
    .await;
    let body = json!({"psid": PSID});
    let (status, code, ..) = refusal(bench.post("/me/unlink_accounts").json(&body)).await;
    assert_eq!((status, code), (400, 100));
    let told = bench.platform.tap_log_out(PSID).await.unwrap_err();
    assert!(told.to_string().contains("not linked"), "{told}");
    assert!(bench.received().await.is_empty());
}

#[tokio::test]
async fn the_standing_of_a_linking_can_be_asked_at_every_step() {
    let bench = Bench::answering(ok()).await;
    let platform = &bench.platform;
    platform.clock().freeze();
    let standing = || platform.standing(PSID).map(|state| state.to_string());
    assert_eq!(standing().as_deref(), Some("unlinked/idle"));
    let button = json!({"type": "account_link", "url": BUTTON});
    let payload = json!({"template_type": "button", "text": "Hi", "buttons": [button]});
    let message = json!({"attachment": {"type": "template", "payload": payload}});
    let body = json!({"recipient": {"id": PSID}, "message": message});
    assert_eq!(answer(bench.post("/me/messages").json(&body)).await.0, 200);
    assert_eq!(standing().as_deref(), Some("unlinked/offered"));

    let opening = platform.tap_log_in(PSID, BUTTON, None).unwrap();
    assert_eq!(standing().as_deref(), Some("unlinked/opened"));
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let landed = platform.land(&opening, &url, Landing::Hold).await;
    assert_eq!(standing().as_deref(), Some("unlinked/returned"));
    let event = linklab_simulator::webhook::Delivery::signed_bytes(
        platform.config(),
        landed.event_bytes.unwrap(),
    );
    let attempt = platform.deliver(event).await;
    platform.conclude_held(&opening, &attempt);
    assert_eq!(standing().as_deref(), Some("linked/done"));
    platform.clock().advance(std::time::Duration::from_mins(5));
    assert_eq!(standing().as_deref(), Some("linked/expired"));
    assert_eq!(platform.standing("404"), None);
}
