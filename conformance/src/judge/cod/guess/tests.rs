//! What COD-04 and COD-07 say about hand-made codes.

use super::*;
use crate::judge::testing::{
    BUTTON, CODE, TOKEN, flow_transcript, html, live_with, tally, verdict,
};

fn flow(number: usize, code: &str) -> Transcript {
    flow_transcript()
        .numbered(number)
        .login()
        .navigated(&live_with(code))
        .done()
}

fn flows(make: impl Fn(u32) -> String) -> Vec<Transcript> {
    (0..24)
        .map(|number| flow(number as usize, &make(number)))
        .collect()
}

/// A different 128-bit number for each input, without a random generator.
fn scrambled(number: u32) -> String {
    let wide = u128::from(number) + 1;
    format!(
        "{:032x}",
        wide.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
            .rotate_left(number % 128)
    )
}

#[test]
fn wide_codes_hold() {
    let tally = tally(COD_04.judge, &flows(scrambled));
    assert_eq!((tally.examples, tally.findings), (24, Vec::new()));
}

#[test]
fn a_running_number_is_told() {
    let tally = tally(COD_04.judge, &flows(|number| (4_000 + number).to_string()));
    assert!(tally.findings[0].message.en.contains("running number"));
    assert_eq!(tally.findings[0].got, "4000, 4001, 4002, ...");
}

#[test]
fn identities_are_told_in_any_spelling_and_from_one_flow_on() {
    for (code, what) in [
        ("alice".to_owned(), "the user name"),
        ("c2hvcDphbGljZQ".to_owned(), "the user name"),
        ("616c696365".to_owned(), "the user name"),
        (TOKEN.to_owned(), "the account_linking_token"),
        ("x1134343043305865x".to_owned(), "the PSID"),
    ] {
        let tally = tally(COD_04.judge, &[flow(0, &code)]);
        assert!(
            tally.findings[0].message.en.contains(what),
            "{code}: {}",
            tally.findings[0].message.en
        );
    }
}

#[test]
fn a_short_name_inside_random_text_is_chance() {
    assert!(!holds("Zq3vbobmXh81LkPf", "bob"));
    assert!(holds("bob-17", "bob"));
}

#[test]
fn a_handful_of_codes_proves_nothing_and_a_dozen_shows_weakness_only() {
    assert_eq!(tally(COD_04.judge, &[flow(0, CODE)]), Tally::default());
    let wide = flows(scrambled);
    assert_eq!(tally(COD_04.judge, &wide[..12]), Tally::default());
    let counted = flows(|number| (4_000 + number).to_string());
    assert_eq!(tally(COD_04.judge, &counted[..12]).findings.len(), 1);
}

#[test]
fn a_random_code_is_no_session() {
    assert_eq!(verdict(COD_07.judge, &flow(0, CODE)), Verdict::Held);
    assert_eq!(
        verdict(COD_07.judge, &flow_transcript().login().done()),
        Verdict::Untouched
    );
}

#[test]
fn a_web_token_is_told_with_its_claims() {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let token = format!(
        "{}.{}.{}",
        part(r#"{"alg":"HS256"}"#),
        part(r#"{"email":"a@b","sub":"7"}"#),
        part("signature")
    );
    let Verdict::Broken(finding) = verdict(COD_07.judge, &flow(0, &token)) else {
        panic!("a web token passed");
    };
    assert!(
        finding.message.en.ends_with("email, sub"),
        "{}",
        finding.message.en
    );
    assert_eq!(claims("abc.def.ghi"), None);
}

#[test]
fn a_cookie_used_as_code_is_told() {
    let mut page = html("GET", BUTTON, 200, "");
    page.headers
        .push(("set-cookie".to_owned(), format!("sid={CODE}; HttpOnly")));
    let transcript = flow_transcript()
        .exchange(page)
        .login()
        .navigated(&live_with(CODE))
        .done();
    let Verdict::Broken(finding) = verdict(COD_07.judge, &transcript) else {
        panic!("a cookie passed");
    };
    assert!(finding.message.en.contains("cookie"));
}
