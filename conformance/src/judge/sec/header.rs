//! Headers that keep pages, addresses and codes to themselves: SEC-07, 08 and 09.

use scraper::{Html, Selector};
use url::Url;

use crate::check::{Check, Level};
use crate::context::Context;
use crate::judge::page::is_html;
use crate::judge::raw_url::RawUrl;
use crate::judge::returned::Returned;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Exchange, Transcript};

pub(super) const SEC_07: Check = Check {
    id: "SEC-07",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Login and consent pages cannot be framed by other sites",
        "登录页和同意页不能被其他网站嵌入框架",
    ),
    why: &Text::fixed(
        "In an invisible frame a victim can be made to press Continue without knowing.",
        "在不可见的框架中,受害者可能在不知情时点按“继续”。",
    ),
    fault: &Text::fixed(
        "Neither X-Frame-Options nor frame-ancestors is set.",
        "没有设置 X-Frame-Options 或 frame-ancestors。",
    ),
    judge: Judge::Each(cannot_be_framed),
};

pub(super) const SEC_08: Check = Check {
    id: "SEC-08",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Pages whose address holds the token send it to nobody",
        "地址中带有口令的页面不会把它发给任何人",
    ),
    why: &Text::fixed(
        "Browsers send the address of a page along with requests for its parts; an analytics script then knows the token.",
        "浏览器请求页面资源时会带上页面地址;统计脚本便能得到口令。",
    ),
    fault: &Text::fixed(
        "There is no Referrer-Policy, or scripts and pictures of other hosts are on the login page.",
        "没有设置 Referrer-Policy,或登录页加载了其他主机的脚本和图片。",
    ),
    judge: Judge::Each(keeps_the_token_to_itself),
};

pub(super) const SEC_09: Check = Check {
    id: "SEC-09",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Login pages and the redirect with the code are not stored",
        "登录页以及带授权码的重定向不会被存储",
    ),
    why: &Text::fixed(
        "A cached page shows its hidden fields to the next person on the phone; a cached redirect gives away the code.",
        "缓存的页面会让下一个使用手机的人看到隐藏字段;缓存的重定向会泄露授权码。",
    ),
    fault: &Text::fixed(
        "Cache-Control: no-store is missing.",
        "缺少 Cache-Control: no-store。",
    ),
    judge: Judge::Each(is_not_stored),
};

/// The HTML pages of a flow that a person could act on.
fn pages(transcript: &Transcript) -> impl Iterator<Item = &Exchange> {
    transcript
        .exchanges(0)
        .filter(|exchange| (200..300).contains(&exchange.status) && is_html(exchange))
}

/// All values of a header that may come several times, in lower case.
fn values<'a>(exchange: &'a Exchange, name: &'a str) -> impl Iterator<Item = String> + 'a {
    exchange
        .headers
        .iter()
        .filter(move |(key, _)| key == name)
        .map(|(_, value)| value.to_lowercase())
}

fn place(exchange: &Exchange) -> String {
    format!("{} {}", exchange.method, RawUrl::split(&exchange.url).base)
}

fn cannot_be_framed(transcript: &Transcript, _: &Context) -> Verdict {
    let mut any = false;
    for page in pages(transcript) {
        any = true;
        let by_policy = values(page, "content-security-policy").any(|policy| {
            let mut rules = policy.split([';', ',']).map(str::trim);
            rules.any(|rule| {
                rule.strip_prefix("frame-ancestors").is_some_and(|sources| {
                    !sources
                        .split_whitespace()
                        .any(|source| matches!(source, "*" | "http:" | "https:"))
                })
            })
        });
        let by_option = values(page, "x-frame-options")
            .any(|option| matches!(option.trim(), "deny" | "sameorigin"));
        if !by_policy && !by_option {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::fixed(
                    "a page can be put into a frame of any site",
                    "页面可以被任何网站嵌入框架",
                ),
                "x-frame-options: DENY, or content-security-policy: frame-ancestors 'none'",
                format!("neither on {}", place(page)),
            ));
        }
    }
    if any {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

fn keeps_the_token_to_itself(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    let mut any = false;
    for page in pages(transcript).filter(|page| page.url.contains(&given.account_linking_token)) {
        any = true;
        let document = Html::parse_document(&page.body);
        let policy = referrer_policy(page, &document);
        if !policy.as_deref().is_some_and(hides_the_address) {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::fixed(
                    "the page lets browsers send its address, with the token, as the referrer",
                    "页面允许浏览器把含口令的地址作为来源(referrer)发送",
                ),
                "referrer-policy: no-referrer",
                policy.map_or_else(
                    || format!("none on {}", place(page)),
                    |policy| format!("{policy} on {}", place(page)),
                ),
            ));
        }
        if let Some(foreign) = foreign_part(page, &document) {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::new(
                    format!(
                        "a page whose address holds the token loads something from another host: {foreign}"
                    ),
                    format!("地址中带有口令的页面从其他主机加载内容:{foreign}"),
                ),
                "parts of the same host only",
                format!("{foreign} on {}", place(page)),
            ));
        }
    }
    if any {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

/// The last policy that a browser knows wins (Referrer Policy, 8.1); a `meta` element comes after the header.
fn referrer_policy(page: &Exchange, document: &Html) -> Option<String> {
    let in_page = Selector::parse("meta[name=referrer i]")
        .ok()
        .and_then(|meta| {
            let element = document.select(&meta).next()?;
            element.value().attr("content").map(str::to_lowercase)
        });
    let in_header = values(page, "referrer-policy").last();
    let value = in_page.or(in_header)?;
    value
        .split(',')
        .next_back()
        .map(|last| last.trim().to_owned())
}

/// Whether other hosts get at most the origin.
fn hides_the_address(policy: &str) -> bool {
    matches!(
        policy,
        "no-referrer"
            | "same-origin"
            | "origin"
            | "strict-origin"
            | "origin-when-cross-origin"
            | "strict-origin-when-cross-origin"
    )
}

/// Something that a browser loads from another host on its own.
fn foreign_part(page: &Exchange, document: &Html) -> Option<String> {
    const PARTS: &str = "script[src], img[src], iframe[src], embed[src], audio[src], video[src], source[src], link[href]";
    let base = Url::parse(&page.url).ok()?;
    let parts = Selector::parse(PARTS).ok()?;
    document.select(&parts).find_map(|part| {
        let element = part.value();
        let loads = element.name() != "link"
            || element.attr("rel").is_some_and(|rel| {
                let words = rel.to_lowercase();
                words.split_whitespace().any(|word| {
                    matches!(
                        word,
                        "stylesheet"
                            | "icon"
                            | "preload"
                            | "modulepreload"
                            | "prefetch"
                            | "manifest"
                    )
                })
            });
        let address = element.attr("src").or_else(|| element.attr("href"))?;
        let target = base.join(address).ok()?;
        (loads && target.has_host() && target.host() != base.host()).then(|| target.to_string())
    })
}

fn is_not_stored(transcript: &Transcript, _: &Context) -> Verdict {
    let redirect = Returned::of(transcript, 0)
        .filter(|returned| returned.code().is_some())
        .and_then(|returned| returned.answer());
    let mut any = false;
    for answer in pages(transcript).chain(redirect) {
        any = true;
        let stored = !values(answer, "cache-control")
            .any(|rules| rules.split(',').any(|rule| rule.trim() == "no-store"));
        if stored {
            let (en, zh) = if (300..400).contains(&answer.status) {
                (
                    "the redirect that carries the code may be stored",
                    "带授权码的重定向允许被存储",
                )
            } else {
                (
                    "a page of the login may be stored",
                    "登录过程中的页面允许被存储",
                )
            };
            return Verdict::Broken(Finding::new(
                transcript,
                Text::fixed(en, zh),
                "cache-control: no-store",
                format!(
                    "{} on {}",
                    answer.header("cache-control").unwrap_or("no cache-control"),
                    place(answer)
                ),
            ));
        }
    }
    if any {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, LOGIN_PAGE, broken, flow_transcript, given, html, live_with, verdict,
    };

    fn opened(headers: &[(&str, &str)], body: &str) -> Transcript {
        let mut page = html("GET", &given(LIVE).linking_url, 200, body);
        page.headers.extend(
            headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        flow_transcript().exchange(page).done()
    }

    #[test]
    fn a_guarded_page_holds() {
        let guarded = opened(
            &[
                (
                    "content-security-policy",
                    "default-src 'self'; frame-ancestors 'none'",
                ),
                ("referrer-policy", "no-referrer"),
                ("cache-control", "no-store"),
            ],
            LOGIN_PAGE,
        );
        for check in [SEC_07, SEC_08, SEC_09] {
            assert_eq!(
                verdict(check.judge, &guarded),
                Verdict::Held,
                "{}",
                check.id
            );
        }
        let option = opened(&[("x-frame-options", "SAMEORIGIN")], LOGIN_PAGE);
        assert_eq!(verdict(SEC_07.judge, &option), Verdict::Held);
    }

    #[test]
    fn a_bare_page_breaks_all_three() {
        let bare = opened(&[], LOGIN_PAGE);
        assert!(
            broken(verdict(SEC_07.judge, &bare))
                .message
                .en
                .contains("frame")
        );
        assert!(
            broken(verdict(SEC_08.judge, &bare))
                .message
                .en
                .contains("referrer")
        );
        assert!(
            broken(verdict(SEC_09.judge, &bare))
                .message
                .en
                .contains("may be stored")
        );
    }

    #[test]
    fn headers_that_allow_everything_do_not_count() {
        let open = opened(
            &[
                ("content-security-policy", "frame-ancestors *"),
                ("referrer-policy", "no-referrer, unsafe-url"),
            ],
            LOGIN_PAGE,
        );
        assert!(matches!(verdict(SEC_07.judge, &open), Verdict::Broken(_)));
        assert!(
            broken(verdict(SEC_08.judge, &open))
                .got
                .starts_with("unsafe-url")
        );
    }

    #[test]
    fn parts_of_other_hosts_are_told() {
        let policy = [("referrer-policy", "no-referrer")];
        let own =
            r#"<script src="/app.js"></script><link rel="canonical" href="https://shop.test/">"#;
        assert_eq!(verdict(SEC_08.judge, &opened(&policy, own)), Verdict::Held);
        let foreign = opened(&policy, r#"<img src="//metrics.test/p.gif">"#);
        assert!(
            broken(verdict(SEC_08.judge, &foreign))
                .message
                .en
                .contains("http://metrics.test/p.gif")
        );
    }

    #[test]
    fn a_redirect_that_may_be_stored_is_told() {
        let transcript = flow_transcript()
            .exchange(html("POST", BUTTON, 302, ""))
            .navigated(&live_with(CODE))
            .done();
        assert!(
            broken(verdict(SEC_09.judge, &transcript))
                .message
                .en
                .contains("the redirect")
        );
    }

    #[test]
    fn without_pages_nothing_is_judged() {
        let transcript = flow_transcript().page(404, "no").done();
        for check in [SEC_07, SEC_08, SEC_09] {
            assert_eq!(
                verdict(check.judge, &transcript),
                Verdict::Untouched,
                "{}",
                check.id
            );
        }
    }
}
