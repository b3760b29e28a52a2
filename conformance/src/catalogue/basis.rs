//! What a check stands on, told to people: a sentence of the official page, or another source by name.

use crate::text::Text;

/// The sentence or source behind a basis id; `None` for an id that means nothing.
pub(crate) fn basis(id: &str) -> Option<Text> {
    let source = match id {
        "url" => Text::fixed(
            "URL and HTTP standards (WHATWG URL, RFC 3986, RFC 9110)",
            "URL 与 HTTP 标准(WHATWG URL、RFC 3986、RFC 9110)",
        ),
        "wh" => Text::fixed(
            "the official webhook page and the vendor's sample",
            "官方 Webhook 页面与官方示例",
        ),
        "ev" => Text::fixed(
            "the official reference of the account_linking event",
            "account_linking 事件的官方参考",
        ),
        "btn" => Text::fixed(
            "the official pages of the Log In and Log Out buttons",
            "登录与登出按钮的官方页面",
        ),
        "lit" => Text::fixed(
            "security literature (RFC 9700 and published attacks on account linking)",
            "安全文献(RFC 9700 及已公开的账户绑定攻击)",
        ),
        _ => {
            let sentence = linklab_fixtures::requirements().sentence(id)?;
            return Some(Text::new(sentence.en.clone(), sentence.zh.clone()));
        }
    };
    Some(source)
}
