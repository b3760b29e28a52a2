//! Proof that the return address is checked hard and then left alone.

use proptest::prelude::*;

use super::*;

const LIVE: &str =
    "https://facebook.com/messenger_platform/account_linking/?account_linking_token=T";

fn check(given: &str) -> Result<Destination, LinkRefusal> {
    Destination::check(given, "T", &AllowList::messenger())
}

fn linked(given: &str) -> String {
    check(given).unwrap().with_code("CODE")
}

const BASE: &str = "https://facebook.com/messenger_platform/account_linking";

#[test]
fn the_code_joins_whatever_query_there_is() {
    assert_eq!(linked(LIVE), format!("{LIVE}&authorization_code=CODE"));
    for (tail, joined) in [
        ("", "?authorization_code=CODE"),
        ("/", "/?authorization_code=CODE"),
        ("?", "?authorization_code=CODE"),
        ("?a=1&", "?a=1&authorization_code=CODE"),
        ("?a=1&&", "?a=1&&authorization_code=CODE"),
        ("?a?b", "?a?b&authorization_code=CODE"),
        ("?a=?", "?a=?&authorization_code=CODE"),
        ("?a=1;b=2", "?a=1;b=2&authorization_code=CODE"),
        ("#top", "?authorization_code=CODE#top"),
        ("?a=1#x?y&z", "?a=1&authorization_code=CODE#x?y&z"),
        (
            "?a=%2f%2F%252F+%00",
            "?a=%2f%2F%252F+%00&authorization_code=CODE",
        ),
        ("?q=é ü", "?q=%C3%A9%20%C3%BC&authorization_code=CODE"),
    ] {
        assert_eq!(
            linked(&format!("{BASE}{tail}")),
            format!("{BASE}{joined}"),
            "{tail}"
        );
    }
}

#[test]
fn a_refusal_leaves_the_address_untouched() {
    for tail in ["?a=%2f&b", "/?", "#x", "?a=1&&"] {
        let given = format!("{BASE}{tail}");
        assert_eq!(check(&given).unwrap().without_code(), given);
    }
}

#[test]
fn every_address_of_messenger_is_accepted() {
    for host in [
        "facebook.com",
        "www.facebook.com",
        "messenger.com",
        "www.messenger.com",
        "WWW.Facebook.COM",
        "facebook.com:443",
    ] {
        for slash in ["", "/"] {
            let given = format!(
                "https://{host}/messenger_platform/account_linking{slash}?account_linking_token=T"
            );
            assert!(check(&given).is_ok(), "{given}");
        }
    }
}

#[test]
fn look_alikes_are_refused() {
    for given in [
        "http://facebook.com/messenger_platform/account_linking/",
        "https://facebook.com.evil.test/messenger_platform/account_linking/",
        "https://facebook.com./messenger_platform/account_linking/",
        "https://evil.test/https://facebook.com/messenger_platform/account_linking/",
        "https://facebook.com@evil.test/messenger_platform/account_linking/",
        "https://user:pw@facebook.com/messenger_platform/account_linking/",
        "https://facebook.com:8443/messenger_platform/account_linking/",
        "https://facebook.com:/messenger_platform/account_linking/",
        "https://facebook.com/messenger_platform/account_linkingX",
        "https://facebook.com/messenger_platform/account_linking;x",
        "https://facebook.com/messenger_platform/account_linking/../../l.php",
        "https://facebook.com/messenger_platform/account_linking/%2e%2e/l.php",
        "https://facebook.com/messenger_platform/account_linking/.%2E/l.php",
        "https://facebook.com/messenger_platform/account_linking/..%2fl.php",
        "https://facebook.com/messenger_platform/account_linking/%252e%252e/l.php",
        "https://facebook.com/messenger_platform/account_linking/..;/l.php",
        "https://facebook.com/messenger_platform/account_linking/%5c..%5cl.php",
        "https://facebook.com/messenger_platform/account_linking//evil.test",
        "https://facebook.com/messenger%5Fplatform/account_linking/",
        "https://facebook.com/Messenger_Platform/account_linking/",
        "https://facebook.com//messenger_platform/account_linking/",
        "https://facebook.com/",
        "https://ｆacebook.com/messenger_platform/account_linking/",
        "https://facebook。com/messenger_platform/account_linking/",
        "https://facebook.com/messenger_platform\\account_linking/",
        "https://facebook.com\\@evil.test/messenger_platform/account_linking/",
        "https:/facebook.com/messenger_platform/account_linking/",
        "https:facebook.com/messenger_platform/account_linking/",
        "//facebook.com/messenger_platform/account_linking/",
        "javascript://facebook.com/messenger_platform/account_linking/%0aalert(1)",
        "data:text/html,x",
        " https://facebook.com/messenger_platform/account_linking/",
        "https://facebook.com/messenger_platform/account_linking/\n",
        "https://face\tbook.com/messenger_platform/account_linking/",
        "https://facebook.com/messenger_platform/account_linking/\u{85}",
        "https://facebook.com/messenger_platform/account_linking/\r\nSet-Cookie: a=b",
    ] {
        assert!(check(given).is_err(), "{given:?}");
    }
}

#[test]
fn an_entry_without_a_path_accepts_any_path_of_its_host_but_no_dots() {
    let list = AllowList::new(["http://127.0.0.1:9100", "https://[::1]:8443/x"]).unwrap();
    let check = |given: &str| Destination::check(given, "T", &list);
    assert!(check("http://127.0.0.1:9100").is_ok());
    assert!(check("http://127.0.0.1:9100?a").is_ok());
    assert!(check("http://127.0.0.1:9100/deep/er%2Fpath").is_ok());
    assert!(check("https://[::1]:8443/x/").is_ok());
    assert!(check("http://127.0.0.1:9100/a/../b").is_err());
    assert!(check("http://127.0.0.1:9101/").is_err());
    assert!(check("http://127.0.0.1/").is_err());
}

#[test]
fn a_second_code_is_refused_in_every_spelling() {
    for name in [
        "authorization_code",
        "AUTHORIZATION_CODE",
        "authorization%5Fcode",
        "authorization_code[]",
        "+authorization_code",
    ] {
        let given = format!("{BASE}?{name}=x");
        assert_eq!(check(&given), Err(LinkRefusal::CodeAlreadyThere), "{name}");
    }
    assert!(
        check(&format!(
            "{BASE}?not_authorization_code=x#authorization_code=x"
        ))
        .is_ok()
    );
}

#[test]
fn the_token_inside_must_be_the_token_outside() {
    let inside = |raw: &str, token: &str| {
        let given = format!("{BASE}?account_linking_token={raw}");
        Destination::check(&given, token, &AllowList::messenger()).is_ok()
    };
    assert!(inside("a+b", "a+b"));
    assert!(inside("a%2Bb", "a+b"));
    assert!(inside("a+b", "a b"));
    assert!(!inside("ab", "a"));
    assert!(!inside("", "a"));
    assert!(!inside("T&account_linking_token=U", "T"));
}

#[test]
fn the_longest_address_works_and_a_longer_one_is_refused_cleanly() {
    let fill = |length: usize| format!("{BASE}?a={}", "x".repeat(length - BASE.len() - 3));
    assert!(check(&fill(LONGEST_REDIRECT)).is_ok());
    assert_eq!(
        check(&fill(LONGEST_REDIRECT + 1)),
        Err(LinkRefusal::RedirectTooLong)
    );
}

/// One query pair over the classes that broke real backends: escapes in both cases, doubled
/// escapes, literal plus, nested addresses, text of other scripts, no value, no name.
fn pair() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z0-9._~!$'()*,;:@/?-]{0,8}",
        Just("%2F%2f%26%3D%2B%20%0A%00".to_owned()),
        Just("%252e+%C3%A9".to_owned()),
        Just("https%3A%2F%2Fx.test%2F%3Fa%3Db".to_owned()),
        Just("é漢字🙂ا".to_owned()),
    ];
    let name = prop_oneof![
        "[b-z][a-z_]{0,6}",
        Just("state".to_owned()),
        Just("code".to_owned()),
        Just(String::new())
    ];
    (name, proptest::option::of(piece)).prop_map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name,
    })
}

prop_compose! {
    fn address()(
        host in prop_oneof![Just("facebook.com"), Just("www.messenger.com"), Just("FACEBOOK.com:443")],
        path in prop_oneof![Just(""), Just("/"), Just("/x%2Fy/é")],
        query in proptest::option::of(proptest::collection::vec(pair(), 0..8)),
        fragment in proptest::option::of("[a-z?&=é]{0,8}"),
    ) -> String {
        let query = query.map(|pairs| format!("?{}", pairs.join("&"))).unwrap_or_default();
        let fragment = fragment.map(|text| format!("#{text}")).unwrap_or_default();
        format!("https://{host}/messenger_platform/account_linking{path}{query}{fragment}")
    }
}

/// The pairs of a query as any receiver reads them.
fn pairs(address: &str) -> Vec<(String, String)> {
    Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

proptest! {
    #[test]
    fn the_final_address_is_the_original_and_one_pair(given in address()) {
        let destination = check(&given).unwrap();
        let last = destination.with_code("Co-d_e");
        prop_assert!(last.is_ascii());

        let mut expected = pairs(&given);
        expected.push(("authorization_code".to_owned(), "Co-d_e".to_owned()));
        prop_assert_eq!(pairs(&last), expected);

        let (before, after) = last.split_once("authorization_code=Co-d_e").unwrap();
        let joint = usize::from(!ends_with_a_joint(&given));
        let kept = format!("{}{}", &before[..before.len() - joint], after);
        prop_assert_eq!(kept, destination.without_code());
    }

    #[test]
    fn no_text_makes_the_check_panic(given in any::<String>(), token in any::<String>()) {
        let _ = Destination::check(&given, &token, &AllowList::messenger());
    }

    #[test]
    fn what_is_accepted_stays_on_its_host_for_a_real_parser(tail in "[a-z@:/\\\\.%#?;\u{0}-\u{20}é]{0,24}") {
        let given = format!("https://facebook.com{tail}");
        if check(&given).is_ok() {
            let parsed = Url::parse(&given).unwrap();
            prop_assert_eq!(parsed.host_str(), Some("facebook.com"));
            prop_assert!(parsed.path().starts_with("/messenger_platform/account_linking"));
        }
    }
}

/// Whether the query is there and open for a further pair.
fn ends_with_a_joint(given: &str) -> bool {
    let base = given.split('#').next().unwrap_or_default();
    base.split_once('?')
        .is_some_and(|(_, query)| query.is_empty() || query.ends_with('&'))
}
