//! The login page fits a phone and its keyboard: UX-01 and UX-09.

use scraper::{ElementRef, Html, Selector};

use crate::check::{Check, Level};
use crate::context::Context;
use crate::judge::page::is_html;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Exchange, Transcript};

pub(super) const UX_01: Check = Check {
    id: "UX-01",
    level: Level::Should,
    basis: &["S51"],
    needs: &[],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The login page declares a viewport for phones and lets people zoom",
        "登录页声明适合手机的视口,并允许缩放",
    ),
    why: &Text::fixed(
        "Linking works in the phone apps only. Without the declaration the page is shown as a tiny desktop page.",
        "账户绑定只在手机应用中可用。没有该声明,页面会缩成很小的桌面版。",
    ),
    fault: &Text::fixed(
        "The meta viewport element is missing, or forbids zooming.",
        "缺少 meta viewport,或禁止缩放。",
    ),
    judge: Judge::Each(fits_a_phone),
};

pub(super) const UX_09: Check = Check {
    id: "UX-09",
    level: Level::Should,
    basis: &["S51"],
    needs: &[],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The login fields have labels, types and autocomplete, and do not capitalise user names",
        "登录字段有标签、类型和自动填充,且用户名不会自动大写",
    ),
    why: &Text::fixed(
        "Password managers and phone keyboards go by these attributes; without them people type, and mistype, by hand.",
        "密码管理器和手机键盘依据这些属性工作;没有它们,用户只能手动输入并容易输错。",
    ),
    fault: &Text::fixed(
        "Grey hints that vanish on typing stand in for labels, and the user name is a plain text field that phones begin with a capital letter.",
        "用占位文字代替标签;用户名是普通文本框,手机会把首字母变成大写。",
    ),
    judge: Judge::Each(helps_to_fill_in),
};

/// The first page of a flow that has a password field, or else its first page.
fn login_page(transcript: &Transcript) -> Option<(&Exchange, Html)> {
    let pages = || {
        transcript
            .exchanges(0)
            .filter(|exchange| (200..300).contains(&exchange.status) && is_html(exchange))
    };
    let with_field = pages().find(|page| crate::judge::page::asks_for_password(&page.body));
    let page = with_field.or_else(|| pages().next())?;
    Some((page, Html::parse_document(&page.body)))
}

fn fits_a_phone(transcript: &Transcript, _: &Context) -> Verdict {
    let Some((_, document)) = login_page(transcript) else {
        return Verdict::Untouched;
    };
    let declared = Selector::parse("meta[name=viewport i]")
        .ok()
        .and_then(|meta| {
            let element = document.select(&meta).next()?;
            element.value().attr("content").map(str::to_lowercase)
        });
    let expected = "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";
    let Some(declared) = declared else {
        let message = Text::fixed(
            "the login page declares no viewport",
            "登录页没有声明视口(viewport)",
        );
        return Verdict::Broken(Finding::new(
            transcript,
            message,
            expected,
            "no meta viewport",
        ));
    };
    let rules: Vec<(&str, &str)> = declared
        .split([',', ';'])
        .filter_map(|rule| rule.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    let of = |wanted: &str| {
        rules
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| *value)
    };
    let message = if of("width").is_some_and(|width| width != "device-width") {
        Text::fixed("the viewport has a fixed width", "视口宽度是固定的")
    } else if matches!(of("user-scalable"), Some("no" | "0"))
        || of("maximum-scale")
            .and_then(|scale| scale.parse::<f64>().ok())
            .is_some_and(|scale| scale < 2.0)
    {
        // WCAG 1.4.4 asks for twice the size.
        Text::fixed("the viewport forbids zooming", "视口禁止缩放")
    } else {
        return Verdict::Held;
    };
    Verdict::Broken(Finding::new(transcript, message, expected, declared))
}

fn helps_to_fill_in(transcript: &Transcript, _: &Context) -> Verdict {
    let Some((_, document)) = login_page(transcript) else {
        return Verdict::Untouched;
    };
    let (Ok(password), Ok(text)) = (
        Selector::parse("input[type=password i]"),
        Selector::parse(
            "input:not([type]), input[type=text i], input[type=email i], input[type=tel i]",
        ),
    ) else {
        return Verdict::Untouched;
    };
    let Some(password) = document.select(&password).next() else {
        return Verdict::Untouched;
    };
    let form = password
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|element| element.value().name() == "form");
    let user = form.and_then(|form| form.select(&text).find(|field| is_shown(*field)));
    let mut problems = Vec::new();
    if let Some(user) = user {
        problems.extend(missing(
            &document,
            user,
            "user name",
            &["username", "email", "tel"],
        ));
        let kind = user.value().attr("type").unwrap_or("text").to_lowercase();
        let capitals = user.value().attr("autocapitalize").map(str::to_lowercase);
        if kind == "text" && !matches!(capitals.as_deref(), Some("none" | "off")) {
            problems.push("user name: autocapitalize=\"none\", or type=\"email\"".to_owned());
        }
    }
    problems.extend(missing(
        &document,
        password,
        "password",
        &["current-password"],
    ));
    if problems.is_empty() {
        return Verdict::Held;
    }
    let list = problems.join("; ");
    Verdict::Broken(Finding::new(
        transcript,
        Text::new(
            format!("the login fields lack what phones go by: {list}"),
            format!("登录字段缺少手机所需的属性:{list}"),
        ),
        list,
        fields(user.into_iter().chain([password])),
    ))
}

fn is_shown(field: ElementRef<'_>) -> bool {
    let element = field.value();
    element.attr("hidden").is_none()
        && element.attr("readonly").is_none()
        && element.attr("disabled").is_none()
}

fn missing(document: &Html, field: ElementRef<'_>, what: &str, hints: &[&str]) -> Vec<String> {
    let mut missing = Vec::new();
    if !has_label(document, field) {
        missing.push(format!("{what}: a label"));
    }
    let autocomplete = field
        .value()
        .attr("autocomplete")
        .unwrap_or("")
        .to_lowercase();
    if !autocomplete
        .split_whitespace()
        .any(|word| hints.contains(&word))
    {
        missing.push(format!("{what}: autocomplete=\"{}\"", hints[0]));
    }
    missing
}

/// A name that assistive technology reads out; text that vanishes on typing is none.
fn has_label(document: &Html, field: ElementRef<'_>) -> bool {
    let element = field.value();
    let named = |name: &str| {
        element
            .attr(name)
            .is_some_and(|value| !value.trim().is_empty())
    };
    let wrapped = field
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|around| around.value().name() == "label");
    let pointed_at = element.attr("id").is_some_and(|id| {
        Selector::parse("label[for]").is_ok_and(|labels| {
            document
                .select(&labels)
                .any(|label| label.value().attr("for") == Some(id))
        })
    });
    wrapped || pointed_at || named("aria-label") || named("aria-labelledby") || named("title")
}

/// The opening tags, as far as they matter here.
fn fields<'a>(fields: impl Iterator<Item = ElementRef<'a>>) -> String {
    const SHOWN: [&str; 5] = ["type", "name", "id", "autocomplete", "autocapitalize"];
    let tag = |field: ElementRef<'_>| {
        let attributes = SHOWN
            .iter()
            .filter_map(|name| Some(format!(" {name}=\"{}\"", field.value().attr(name)?)));
        format!("<input{}>", attributes.collect::<String>())
    };
    fields.map(tag).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{LOGIN_PAGE, broken, flow_transcript, verdict};

    fn page(body: &str) -> Transcript {
        flow_transcript().page(200, body).done()
    }

    #[test]
    fn a_good_page_holds() {
        assert_eq!(verdict(UX_01.judge, &page(LOGIN_PAGE)), Verdict::Held);
        assert_eq!(verdict(UX_09.judge, &page(LOGIN_PAGE)), Verdict::Held);
        let capital = LOGIN_PAGE.replace("type=\"email\"", "autocapitalize=\"none\"");
        assert_eq!(verdict(UX_09.judge, &page(&capital)), Verdict::Held);
    }

    #[test]
    fn a_missing_or_rigid_viewport_is_told() {
        let none = page("<p>Log in</p>");
        assert!(
            broken(verdict(UX_01.judge, &none))
                .message
                .en
                .contains("no viewport")
        );
        for (content, word) in [
            ("width=960", "fixed width"),
            ("width=device-width, user-scalable=no", "forbids zooming"),
            ("width=device-width, maximum-scale=1.0", "forbids zooming"),
        ] {
            let rigid = page(&format!("<meta name=viewport content=\"{content}\">"));
            assert!(
                broken(verdict(UX_01.judge, &rigid))
                    .message
                    .en
                    .contains(word),
                "{content}"
            );
        }
    }

    #[test]
    fn all_that_the_fields_lack_is_listed_at_once() {
        let bare =
            page("<form><input name=user placeholder=User><input type=password name=pw></form>");
        let finding = broken(verdict(UX_09.judge, &bare));
        assert_eq!(
            finding.expected,
            "user name: a label; user name: autocomplete=\"username\"; user name: autocapitalize=\"none\", or \
             type=\"email\"; password: a label; password: autocomplete=\"current-password\""
        );
        assert_eq!(
            finding.got,
            "<input name=\"user\"> <input type=\"password\" name=\"pw\">"
        );
    }

    #[test]
    fn without_a_page_or_a_form_nothing_is_judged() {
        let none = flow_transcript().page(404, "").done();
        assert_eq!(verdict(UX_01.judge, &none), Verdict::Untouched);
        assert_eq!(
            verdict(UX_09.judge, &page("<p>Choose an app</p>")),
            Verdict::Untouched
        );
    }
}
