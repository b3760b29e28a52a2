//! Discovery on a table of small pages: what is found is written out as the stanza that would freeze it.

use url::Url;

use super::form::{Effect, Enctype, Method};
use super::parse::{Raw, page};
use super::stanza::discovered;
use super::submission::Submission;
use super::{discover, unreadable_hints};
use crate::driver::page::Page;
use crate::subject::LoginHints;

const REDIRECT: &str = "https://facebook.com/back?t=1";

fn read(html: &str) -> Page {
    read_with(html, &LoginHints::default())
}

fn read_with(html: &str, hints: &LoginHints) -> Page {
    let url = Url::parse("http://127.0.0.1:8000/authorize?account_linking_token=T").unwrap();
    page(
        Raw {
            url: &url,
            status: 200,
            content_type: "text/html",
            refresh: None,
            body: html,
        },
        hints,
    )
}

#[test]
fn pages_of_many_makes_are_understood() {
    insta::glob!("pages/*.html", |path| {
        let html = std::fs::read_to_string(path).unwrap();
        insta::assert_snapshot!(discovered(&html, REDIRECT, &LoginHints::default()));
    });
}

#[test]
fn hints_outrank_discovery() {
    let hints = LoginHints {
        username_field: Some("input[name=website]".to_owned()),
        submit: Some("#second".to_owned()),
        cancel: Some("a.away".to_owned()),
        ..LoginHints::default()
    };
    let html = r#"<form method="post"><input name="email"><input name="website"><input type="password" name="p">
        <button>Log in</button><button id="second">Weird</button></form><a class="away" href="/x">Home</a><a href="/c">Cancel</a>"#;
    insta::assert_snapshot!(discovered(html, REDIRECT, &hints), @r##"
    [login]
    username_field = "input[name=\"website\"]"
    password_field = "input[name=\"p\"]"
    submit = "#second"
    cancel = "a[href=\"/x\"]"
    "##);
}

#[test]
fn hints_that_are_no_selectors_are_told_all_at_once() {
    let hints = LoginHints {
        username_field: Some("input[".to_owned()),
        cancel: Some("???".to_owned()),
        submit: Some("#fine".to_owned()),
        ..LoginHints::default()
    };
    let told = unreadable_hints(&hints);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("[login] username_field = \"input[\" is no CSS selector"),
        "{}",
        told[0]
    );
}

#[test]
fn a_form_is_sent_as_a_browser_sends_it() {
    let page = read(
        r#"<form method="post" enctype="multipart/form-data" action="/a?b=1">
        <input type="hidden" name="csrf" value="x&amp;y"><input name="u" value="preset"><input type="password" name="p">
        <input type="checkbox" name="remember"><input type="checkbox" name="terms" required value="1">
        <input type="checkbox" name="news" checked>
        <input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
        <select name="lang"><option value="">Choose</option><option>en</option><option selected>zh</option></select>
        <textarea name="note">
a
b</textarea><input name="off" disabled value="1"><input value="nameless"><fieldset disabled><input name="off2" value="1"></fieldset>
        <button name="do" value="first">One</button><button name="do" value="second" formaction="/c" formmethod="get">Two</button></form>"#,
    );
    let form = &page.forms[0];
    let at = |name: &str| {
        form.controls
            .iter()
            .position(|control| control.name.as_deref() == Some(name))
            .unwrap()
    };
    let first = Submission::of(
        form,
        &[(at("u"), "alice"), (at("p"), "secret")],
        Some(at("do")),
    );
    insta::assert_snapshot!(first.fields.iter().map(|(n, v)| format!("{n}={v:?}")).collect::<Vec<_>>().join("\n"), @r#"
    csrf="x&y"
    u="alice"
    p="secret"
    terms="1"
    news="on"
    r="2"
    lang="zh"
    note="a\r\nb"
    do="first"
    "#);
    assert_eq!(
        (first.method, first.enctype),
        (Method::Post, Enctype::Multipart)
    );
    assert_eq!(first.target(&page.url), "/a?b=1");
    let (kind, body) = first.body();
    assert!(kind.starts_with("multipart/form-data; boundary="));
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains("name=\"p\"\r\n\r\nsecret\r\n")
    );

    let second = Submission::of(form, &[], Some(form.controls.len() - 1));
    assert_eq!(second.method, Method::Get);
    assert!(
        second
            .target(&page.url)
            .starts_with("/c?csrf=x%26y&u=preset&p=&terms=1"),
        "{}",
        second.target(&page.url)
    );
}

#[test]
fn a_link_that_adds_nothing_declines_whatever_it_says() {
    let page = read(
        r#"<a href="https://facebook.com/back?t=1&amp;authorization_code=z">No way</a><a href=" https://facebook.com/back?t=1 ">x</a>"#,
    );
    let declines = discover::cancel(&page, "https://facebook.com/back?t=1").unwrap();
    assert_eq!(
        declines.effect,
        Effect::Follow("https://facebook.com/back?t=1".to_owned())
    );
}

#[test]
fn targets_are_kept_byte_for_byte_after_entities() {
    let page = read(r#"<a href="https://Facebook.COM:443/a/../b?x=%2f&amp;y=é+ z#f">Continue</a>"#);
    let goes = discover::onward(&page, REDIRECT).unwrap();
    assert_eq!(
        goes.effect,
        Effect::Follow("https://Facebook.COM:443/a/../b?x=%2f&y=é+ z#f".to_owned())
    );
}

#[test]
fn a_page_without_anything_tells_what_is_missing() {
    let page = read("<title>Oops</title><p>Nothing here</p><a href='/'>Home</a>");
    assert_eq!(discover::login(&page), None);
    assert_eq!(
        page.told(),
        "http://127.0.0.1:8000/authorize (200, text/html) titled \"Oops\""
    );
    assert_eq!(page.inventory(), "to press: \"Home\"");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(96))]
    #[test]
    fn no_page_breaks_the_reader(html in r#"(<(form|input|button|a|select|option|label|script|meta|noscript|template|fieldset|base|svg)( (type|name|id|href|onclick|action|form|for|content|http-equiv|value|style|disabled|hidden)="[ -~é]{0,12}")*>|</(form|button|a|select|label|script)>|[a-z é😀]{0,5}){0,30}"#) {
        let page = read(&html);
        let _ = (discovered(&html, REDIRECT, &LoginHints::default()), page.inventory(), page.told());
        for form in &page.forms {
            let _ = Submission::of(form, &[], None).target(&page.url);
        }
    }
}
