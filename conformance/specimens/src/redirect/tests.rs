//! The correct append over awkward addresses, and what each fault makes of one address.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{failure, refusal, success};
use crate::fault::Fault;

const LIVE: &str =
    "https://facebook.com/messenger_platform/account_linking/?account_linking_token=AR0x";

#[track_caller]
fn sent(uri: &str, faults: &[Fault], expected: &str) {
    let faults: BTreeSet<_> = faults.iter().copied().collect();
    assert_eq!(success(uri, "AR0x", "C0de", "", &faults), expected);
}

#[test]
fn the_code_is_joined_as_the_address_demands() {
    sent(LIVE, &[], &format!("{LIVE}&authorization_code=C0de"));
    sent(
        "https://x.test/p",
        &[],
        "https://x.test/p?authorization_code=C0de",
    );
    sent(
        "https://x.test/p?",
        &[],
        "https://x.test/p?authorization_code=C0de",
    );
    sent(
        "https://x.test/p?a=1&",
        &[],
        "https://x.test/p?a=1&authorization_code=C0de",
    );
    sent(
        "https://x.test/p?a=1#f?x&y",
        &[],
        "https://x.test/p?a=1&authorization_code=C0de#f?x&y",
    );
    sent(
        "https://x.test/p#?",
        &[],
        "https://x.test/p?authorization_code=C0de#?",
    );
}

#[test]
fn what_is_ascii_stays_byte_for_byte_and_the_rest_is_escaped() {
    sent(
        "https://x.test/%2f?a=%2526+b%20&&c&d=;é",
        &[],
        "https://x.test/%2f?a=%2526+b%20&&c&d=;%C3%A9&authorization_code=C0de",
    );
    assert_eq!(
        failure("https://x.test/%2f?a=%252f&b", &BTreeSet::new()),
        "https://x.test/%2f?a=%252f&b"
    );
}

#[test]
fn each_redirect_fault_shows_itself() {
    let cases = [
        (
            Fault::BlindAmpersand,
            "https://x.test/p",
            "https://x.test/p&authorization_code=C0de",
        ),
        (
            Fault::SecondQuestionMark,
            "https://x.test/?a=1",
            "https://x.test/?a=1?authorization_code=C0de",
        ),
        (
            Fault::DecodeAndReencodeQuery,
            "https://x.test/?a=%2f%20",
            "https://x.test/?a=%2F+&authorization_code=C0de",
        ),
        (
            Fault::DoubleDecode,
            "https://x.test/?a=%26b",
            "https://x.test/?a=&b&authorization_code=C0de",
        ),
        (
            Fault::DropDuplicatePairs,
            "https://x.test/?a=1&b=2&a=3",
            "https://x.test/?a=1&b=2&authorization_code=C0de",
        ),
        (
            Fault::SortQuery,
            "https://x.test/?b=1&a=2",
            "https://x.test/?a=2&b=1&authorization_code=C0de",
        ),
        (
            Fault::DropEmptyValues,
            "https://x.test/?a=&b&c=1",
            "https://x.test/?c=1&authorization_code=C0de",
        ),
        (
            Fault::CodeAfterFragment,
            "https://x.test/?a=1#f",
            "https://x.test/?a=1#f&authorization_code=C0de",
        ),
        (
            Fault::PortLost,
            "https://x.test:8443/?a=1",
            "https://x.test/?a=1&authorization_code=C0de",
        ),
        (
            Fault::PortLost,
            "https://[::1]:8443/?a=1",
            "https://[::1]/?a=1&authorization_code=C0de",
        ),
        (
            Fault::PortLost,
            "https://[::1]/?a=1",
            "https://[::1]/?a=1&authorization_code=C0de",
        ),
        (
            Fault::LocationInLatin1,
            "https://x.test/é?a=1",
            "https://x.test/%E9?a=1&authorization_code=C0de",
        ),
        (
            Fault::StripTokenFromRedirect,
            LIVE,
            "https://facebook.com/messenger_platform/account_linking/?&authorization_code=C0de",
        ),
        (
            Fault::CodeNamedCode,
            "https://x.test/?a=1",
            "https://x.test/?a=1&code=C0de",
        ),
        (
            Fault::CodePrintsUndefined,
            "https://x.test/?a=1",
            "https://x.test/?a=1&authorization_code=undefined",
        ),
    ];
    for (fault, uri, expected) in cases {
        let expected = match fault {
            // An emptied query still ends in its question mark, which needs no separator.
            Fault::StripTokenFromRedirect => expected.replace("?&", "?"),
            _ => expected.to_owned(),
        };
        sent(uri, &[fault], &expected);
    }
}

#[test]
fn a_long_address_is_cut_only_by_its_fault() {
    let long = format!("https://x.test/?a={}", "b".repeat(4_000));
    sent(&long, &[], &format!("{long}&authorization_code=C0de"));
    sent(
        &long,
        &[Fault::TruncateRedirect255],
        &format!("{}&authorization_code=C0de", &long[..255]),
    );
}

#[test]
fn the_hard_coded_host_replaces_any_other() {
    sent(
        "https://messenger.com/x?a=1",
        &[Fault::HostHardCoded],
        "https://www.facebook.com/messenger_platform/account_linking?account_linking_token=AR0x&authorization_code=C0de",
    );
}

#[test]
fn failure_faults_add_what_does_not_belong() {
    let error = failure(LIVE, &[Fault::CancelAddsErrorParameter].into());
    assert_eq!(error, format!("{LIVE}&error=access_denied"));
    let empty = failure(LIVE, &[Fault::FailureSendsEmptyCode].into());
    assert_eq!(empty, format!("{LIVE}&authorization_code="));
}

#[test]
fn only_web_addresses_without_a_code_are_accepted() {
    assert_eq!(refusal(LIVE), None);
    assert_eq!(refusal("http://127.0.0.1:80/x#f"), None);
    for bad in [
        "",
        "/relative",
        "javascript:alert(1)",
        "https:\\\\x.test",
        "https://x.test/\r\nA: b",
        "https://user@x.test/",
        "https://x.test/?Authorization_Code=1",
        "https://x.test/?authorization%5Fcode=1",
    ] {
        assert!(refusal(bad).is_some(), "{bad}");
    }
}

proptest! {
    #[test]
    fn the_address_around_the_code_is_never_changed(
        front in "https://x[.]test/[!-~&&[^?#\\\\]]{0,20}",
        query in proptest::option::of("[!-~&&[^#\\\\]]{0,30}"),
        fragment in proptest::option::of("[!-~&&[^\\\\]]{0,10}"),
        code in "[!-~]{1,30}",
    ) {
        let query = query.map_or(String::new(), |query| format!("?{query}"));
        let fragment = fragment.map_or(String::new(), |fragment| format!("#{fragment}"));
        let address = format!("{front}{query}{fragment}");
        prop_assert_eq!(failure(&address, &BTreeSet::new()), address.clone());
        let sent = success(&address, "AR0x", &code, "", &BTreeSet::new());
        let rest = sent.strip_prefix(&format!("{front}{query}")).unwrap();
        let added = rest.strip_suffix(&fragment).unwrap();
        let pair = added.trim_start_matches(['?', '&']);
        prop_assert!(added.len() - pair.len() <= 1);
        let parsed: Vec<_> = url::form_urlencoded::parse(pair.as_bytes()).into_owned().collect();
        prop_assert_eq!(parsed, [("authorization_code".to_owned(), code)]);
    }
}
