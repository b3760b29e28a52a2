//! A portrait: everything that can be seen of a specimen, as named lines that do not change from run to run.

use std::collections::BTreeMap;
use std::time::Instant;

use linklab_specimens::Fault;
use serde_json::{Value, json};

use crate::world::{Answer, BEHIND_TOKEN, DELAY, LIVE, SLOW, STUCK, World};

/// What was seen, under the name of the observation.
pub(crate) type Portrait = BTreeMap<&'static str, String>;

/// Looks at all of a specimen that shows `faults`.
pub(crate) async fn of(faults: &[Fault]) -> Portrait {
    let world = World::start(faults).await;
    let mut seen = Portrait::new();
    opening(&world, &mut seen).await;
    redirects(&world, &mut seen).await;
    codes(&world, &mut seen).await;
    failures(&world, &mut seen).await;
    tabs(&world, &mut seen).await;
    handshakes(&world, &mut seen).await;
    signatures(&world, &mut seen).await;
    links(&world, &mut seen).await;
    batches(&world, &mut seen).await;
    unlinks(&world, &mut seen).await;
    chats(&world, &mut seen).await;
    world.specimen.stop().await;
    seen
}

async fn opening(world: &World, seen: &mut Portrait) {
    let browser = world.browser();
    let linking = world.specimen.linking_url();
    let page = browser.open(&linking, "OPEN-1", LIVE).await;
    let header = |name: &str| {
        let value = page
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned());
        value.unwrap_or_default()
    };
    seen.insert(
        "page",
        format!("{} {}", page.status, header("content-type")),
    );
    seen.insert("page cache", header("cache-control"));
    seen.insert(
        "page frames",
        header("content-security-policy") + &header("x-frame-options"),
    );
    seen.insert("page referrer", header("referrer-policy"));
    seen.insert(
        "page viewport",
        page.body.contains("name=\"viewport\"").to_string(),
    );
    let again = browser.open(&linking, "OPEN-1", LIVE).await;
    seen.insert("page twice", again.status.to_string());
    let bare = browser.get(&linking).await;
    seen.insert("page without parameters", bare.status.to_string());
    let own = browser
        .open(&format!("{linking}?shop=7"), "OPEN-2", LIVE)
        .await;
    seen.insert("page with own query", own.status.to_string());
    let odd = browser.open(&linking, "ey.J+/=~:|%\"<b>", LIVE).await;
    seen.insert(
        "page for odd token",
        format!("{} raw {}", odd.status, odd.body.contains("<b>")),
    );
}

async fn redirects(world: &World, seen: &mut Portrait) {
    let long = format!("https://facebook.com/x?a={}", "b".repeat(600));
    let cases = [
        ("redirect live", LIVE),
        ("redirect without query", "https://facebook.com/x"),
        ("redirect escaped", "https://facebook.com/x?a=%2f%2526%20c"),
        ("redirect duplicates", "https://facebook.com/x?a=1&b=2&a=3"),
        ("redirect order", "https://facebook.com/x?z=1&a=2"),
        ("redirect empty values", "https://facebook.com/x?a=&b&c=1"),
        ("redirect fragment", "https://facebook.com/x?a=1#f"),
        ("redirect port", "https://facebook.com:8443/x?a=1"),
        ("redirect unicode", "https://facebook.com/é?a=1"),
        ("redirect long", &long),
    ];
    for (name, redirect_uri) in cases {
        let token = name.replace(' ', "-");
        let end = world.finish("carol", &token, redirect_uri).await;
        seen.insert(name, normal(&end));
    }
    let local = format!("{}/opened", world.graph.uri());
    drop(world.finish("carol", "RED-1", &local).await);
    let opened = world.calls("/opened").await.len();
    seen.insert("redirect opened by the server", opened.to_string());
    let browser = world.browser();
    let page = browser
        .open(&world.specimen.linking_url(), "RED-2", LIVE)
        .await;
    let consent = browser
        .log_in(&page, "carol", world.password("carol"))
        .await;
    let first = browser.submit(&consent, "confirm", &[]).await;
    let second = browser.submit(&consent, "confirm", &[]).await;
    let same = first.location == second.location;
    seen.insert("confirmed twice", format!("{} same {same}", second.status));
}

async fn codes(world: &World, seen: &mut Portrait) {
    let alice = [
        world.code("alice", "COD-1").await,
        world.code("alice", "COD-2").await,
    ];
    let bob = world.code("bob", "COD-3").await;
    seen.insert(
        "code of two flows",
        format!("same {}", alice[0] == alice[1]),
    );
    seen.insert("code of two accounts", format!("same {}", alice[1] == bob));
    let long = bob.len() >= 20;
    let digits = bob.bytes().all(|byte| byte.is_ascii_digit());
    seen.insert(
        "code shape",
        format!(
            "long {long} digits {digits} user {} token {}",
            bob == "bob",
            bob == "COD-3"
        ),
    );
    let raw = world
        .finish("bob", "COD-4", LIVE)
        .await
        .location
        .unwrap_or_default();
    seen.insert("code escaping", format!("raw plus {}", raw.contains('+')));

    world.deliver(&[world.linked("4001", 1, &alice[0])]).await;
    world.deliver(&[world.linked("4002", 1, &alice[0])]).await;
    seen.insert(
        "code used twice",
        format!(
            "{} {}",
            world.account("4001").await,
            world.account("4002").await
        ),
    );
    let status = world
        .deliver(&[world.linked("4003", 1, "never-issued")])
        .await;
    seen.insert(
        "code unknown",
        format!("{status} {}", world.account("4003").await),
    );
    let flipped: String = world.code("bob", "COD-5").await.chars().map(flip).collect();
    world.deliver(&[world.linked("4004", 1, &flipped)]).await;
    seen.insert("code in other case", world.account("4004").await);
}

fn flip(letter: char) -> char {
    if letter.is_ascii_lowercase() {
        letter.to_ascii_uppercase()
    } else {
        letter.to_ascii_lowercase()
    }
}

async fn failures(world: &World, seen: &mut Portrait) {
    let browser = world.browser();
    let linking = world.specimen.linking_url();
    let token = format!("FAI-{BEHIND_TOKEN}");
    let page = browser.open(&linking, &token, LIVE).await;
    let refused = browser.log_in(&page, "alice", "wrong").await;
    let what = if refused.has_form("login") {
        "login again"
    } else {
        "something else"
    };
    seen.insert(
        "wrong password",
        format!("{what}, linked {}", world.account(BEHIND_TOKEN).await),
    );
    let fields = refused
        .form("login")
        .map_or_else(Vec::new, |(_, fields)| fields);
    let kept = fields
        .iter()
        .any(|(name, value)| name == "redirect_uri" && value == LIVE);
    seen.insert("wrong password keeps parameters", kept.to_string());
    let cancelled = browser.submit(&page, "cancel", &[]).await;
    seen.insert("cancel", normal(&cancelled));
    let signup = format!(
        "http://{}/signup?account_linking_token=S&redirect_uri=https%3A%2F%2Fx.test%2F",
        world.specimen.address()
    );
    let form = browser.get(&signup).await;
    let fields = [
        ("username", "dora"),
        ("password", "paper boat"),
        ("name", "Dora"),
    ];
    let after = browser.submit(&form, "signup", &fields).await;
    seen.insert(
        "sign-up",
        format!("{} consent {}", after.status, after.has_form("confirm")),
    );
    let page = browser.open(&linking, "FAI-2", LIVE).await;
    let mut pairs = page
        .form("login")
        .map_or_else(Vec::new, |(_, fields)| fields);
    pairs.retain(|(name, _)| name != "csrf");
    pairs.extend(
        [("username", "alice"), ("password", "correct horse")]
            .map(|(a, b)| (a.to_owned(), b.to_owned())),
    );
    let forged = browser.post("/link", &pairs).await;
    seen.insert(
        "login without csrf",
        format!("consent {}", forged.has_form("confirm")),
    );
}

/// Status and location, with the text of a code replaced; its shape is an observation of its own.
fn normal(answer: &Answer) -> String {
    let mut location = answer.location.clone().unwrap_or_default();
    if let Some(start) = location.find("code=").map(|at| at + "code=".len()) {
        let length = location[start..]
            .find(['&', '#'])
            .unwrap_or(location.len() - start);
        let code = start..start + length;
        if !matches!(&location[code.clone()], "" | "undefined") {
            location.replace_range(code, "<code>");
        }
    }
    format!("{} {location}", answer.status)
}

async fn tabs(world: &World, seen: &mut Portrait) {
    let linking = world.specimen.linking_url();
    let uris = ["https://facebook.com/1?t=1", "https://facebook.com/2?t=2"];
    for (name, browsers) in [
        ("two tabs", [world.browser(), world.browser()]),
        ("two browsers", [world.browser(), world.browser()]),
    ] {
        let second = if name == "two tabs" {
            &browsers[0]
        } else {
            &browsers[1]
        };
        let pages = [
            browsers[0]
                .open(&linking, &format!("{}-1", name.replace(' ', "-")), uris[0])
                .await,
            second
                .open(&linking, &format!("{}-2", name.replace(' ', "-")), uris[1])
                .await,
        ];
        let mut ends = Vec::new();
        for (browser, page) in [&browsers[0], second].into_iter().zip(&pages) {
            let consent = browser.log_in(page, "carol", world.password("carol")).await;
            let end = browser.submit(&consent, "confirm", &[]).await;
            ends.push(
                end.location
                    .unwrap_or_default()
                    .chars()
                    .take(22)
                    .collect::<String>(),
            );
        }
        seen.insert(name, ends.join(" "));
    }
}

async fn handshakes(world: &World, seen: &mut Portrait) {
    let token = &world.config.verify_token;
    for (name, mode, token) in [
        ("handshake", "subscribe", token.as_str()),
        ("handshake wrong token", "subscribe", "wrong"),
        ("handshake wrong mode", "unsubscribe", token.as_str()),
    ] {
        let query = format!("hub.mode={mode}&hub.verify_token={token}&hub.challenge=1158201444");
        let answer = world
            .browser()
            .get(&format!("{}?{query}", world.specimen.webhook_url()))
            .await;
        seen.insert(name, format!("{} {}", answer.status, answer.body));
    }
}

async fn signatures(world: &World, seen: &mut Portrait) {
    let wrong = format!("sha256={}", "0".repeat(64));
    for (number, (name, use256, use1)) in [
        ("signed twice", Some(true), true),
        ("signed sha256 only", Some(true), false),
        ("signed sha1 only", None, true),
        ("signed wrong sha256, right sha1", Some(false), true),
        ("signed wrong sha256", Some(false), false),
        ("unsigned", None, false),
    ]
    .into_iter()
    .enumerate()
    {
        let psid = format!("500{number}");
        let code = world.code("alice", &format!("SIG-{number}")).await;
        // Spaces and an escaped slash: a rewritten body would have other bytes.
        let body = world.envelope(&[world.linked(&psid, 1, &code)]).to_string();
        let body = body.replacen(':', " : ", 1);
        let (sha256, sha1) = world.sign(&body);
        let sha256 = use256.map(|right| {
            if right {
                sha256.as_str()
            } else {
                wrong.as_str()
            }
        });
        let status = world
            .deliver_signed(&body, sha256, use1.then_some(&sha1))
            .await;
        seen.insert(name, format!("{status} {}", world.account(&psid).await));
    }
}

async fn links(world: &World, seen: &mut Portrait) {
    let token = format!("LNK-{BEHIND_TOKEN}");
    let code = world.code("alice", &token).await;
    seen.insert("linked before the event", world.account(BEHIND_TOKEN).await);
    drop(world.code("bob", "LNK-2").await);
    let status = world.deliver(&[world.linked("6001", 10, &code)]).await;
    seen.insert(
        "linked",
        format!("{status} {}", world.account("6001").await),
    );
    let again = world.deliver(&[world.linked("6001", 10, &code)]).await;
    seen.insert("redelivered", again.to_string());
    let other = world.code("carol", "LNK-3").await;
    world.deliver(&[world.linked("6002", 10, &other)]).await;
    seen.insert(
        "linked beside",
        format!(
            "{} {}",
            world.account("6001").await,
            world.account("6002").await
        ),
    );

    let big = "26628309676818465";
    let code = world.code("bob", "LNK-4").await;
    world.deliver(&[world.linked(big, 10, &code)]).await;
    seen.insert("linked with large id", world.account(big).await);

    let code = world.code("bob", "LNK-5").await;
    world.deliver(&[world.unlinked("6003", 20)]).await;
    world.deliver(&[world.linked("6003", 10, &code)]).await;
    seen.insert("unlinked overtakes linked", world.account("6003").await);

    let code = world.code("bob", "LNK-6").await;
    let mut foreign = world.envelope(&[world.linked("6004", 10, &code)]);
    foreign["entry"][0]["id"] = json!("999");
    world.deliver_body(&foreign.to_string()).await;
    seen.insert("foreign page", world.account("6004").await);

    let sent = world.wait_for_sent("6001", 1).await;
    seen.insert("thanks", buttons(&sent));
    let code = world.code("bob", "LNK-7").await;
    let start = Instant::now();
    let status = world.deliver(&[world.linked(SLOW, 10, &code)]).await;
    seen.insert(
        "acknowledged before sending",
        (status != 0 && start.elapsed() < DELAY).to_string(),
    );
}

fn buttons(sent: &[Value]) -> String {
    let one = |message: &Value| {
        message["attachment"]["payload"]["buttons"][0]["type"]
            .as_str()
            .unwrap_or("text")
            .to_owned()
    };
    sent.iter().map(one).collect::<Vec<_>>().join(" ")
}

async fn batches(world: &World, seen: &mut Portrait) {
    let codes = [
        world.code("alice", "BAT-1").await,
        world.code("alice", "BAT-2").await,
    ];
    let items = [
        world.linked("7001", 1, &codes[0]),
        world.linked("7002", 1, &codes[1]),
    ];
    world.deliver(&items).await;
    seen.insert(
        "batch",
        format!(
            "{} {}",
            world.account("7001").await,
            world.account("7002").await
        ),
    );
    let code = world.code("alice", "BAT-3").await;
    let unknown = world.event("7003", 1, ("new_kind", json!({ "x": 1 })));
    world
        .deliver(&[unknown, world.linked("7003", 1, &code)])
        .await;
    seen.insert("batch with unknown kind", world.account("7003").await);
}

async fn unlinks(world: &World, seen: &mut Portrait) {
    for psid in ["8001", "8002", "8003", STUCK] {
        let code = world.code("alice", &format!("UNL-{psid}")).await;
        world.deliver(&[world.linked(psid, 10, &code)]).await;
        if psid == "8001" {
            world.deliver(&[world.unlinked(psid, 20)]).await;
            seen.insert("unlinked", world.account(psid).await);
            world.deliver(&[world.linked(psid, 10, &code)]).await;
            seen.insert("linked replayed after unlink", world.account(psid).await);
            world.deliver(&[world.says(psid, "u1", "whoami")]).await;
            let sent = world.wait_for_sent(psid, 3).await;
            let names = sent
                .iter()
                .any(|message| message["text"] == "You are linked as Alice Archer.");
            seen.insert("name after unlink", names.to_string());
        }
    }
    let status = world.deliver(&[world.unlinked("8999", 20)]).await;
    seen.insert("unlinked unknown", status.to_string());
    world.deliver(&[world.unlinked("8002", 20)]).await;
    seen.insert("neighbour of unlinked", world.account("8003").await);
    let code = world.code("alice", "UNL-again").await;
    world.deliver(&[world.linked("8003", 30, &code)]).await;
    let status = world.unlink("8003").await;
    seen.insert(
        "unlink call",
        format!("{status} {}", world.account("8003").await),
    );
    let code = world.code("alice", "UNL-stuck").await;
    world.deliver(&[world.linked(STUCK, 30, &code)]).await;
    let status = world.unlink(STUCK).await;
    seen.insert(
        "unlink call that fails",
        format!("{status} {}", world.account(STUCK).await),
    );
    let calls = world.calls("/v2.6/me/unlink_accounts").await;
    let call = calls
        .iter()
        .find(|(_, body)| body.contains("8003"))
        .cloned()
        .unwrap_or_default();
    seen.insert("unlink request", format!("{} {}", call.0, call.1));
}

async fn chats(world: &World, seen: &mut Portrait) {
    for (psid, name, text) in [
        ("9001", "chat login", "login"),
        ("9002", "chat logout", "logout"),
        ("9003", "chat hello", "hello"),
    ] {
        world.deliver(&[world.says(psid, name, text)]).await;
        seen.insert(name, buttons(&world.wait_for_sent(psid, 1).await));
    }
    // By now everything that was sent has had a whole series of requests to arrive.
    let greetings = world.sent_to("6001").await.len();
    seen.insert("greetings", greetings.to_string());
}
