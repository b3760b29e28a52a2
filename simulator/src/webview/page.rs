//! The pages that end a linking attempt in the user's browser.

use std::fmt::Write as _;

use super::LandingResult;
use crate::world::AbortReason;

/// The page for a decided attempt; titles as users of the real platform see them (protocol row 1.5.7).
pub(crate) fn of(result: &LandingResult, reason: Option<&AbortReason>) -> String {
    match result {
        LandingResult::Linked => whole(
            "Account Linking Success",
            "good",
            &[
                "Your account is linked.",
                "You can close this page and go on in the conversation.",
            ],
        ),
        LandingResult::Held => waiting(),
        LandingResult::Aborted(why) => {
            let advice = reason.map_or("Tap the Log In button again.", AbortReason::advice);
            whole(
                "Account Linking Failed",
                "bad",
                &[&format!("Reason: {why}."), advice],
            )
        }
    }
}

/// The page while the event is held back.
pub(crate) fn waiting() -> String {
    whole(
        "Account Linking",
        "wait",
        &[
            "The linked event is held back.",
            "The account is linked once your backend has acknowledged it.",
        ],
    )
}

fn whole(title: &str, mood: &str, paragraphs: &[&str]) -> String {
    let mut body = String::new();
    for paragraph in paragraphs {
        let _ = write!(body, "<p>{}</p>", escape(paragraph));
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><main class=\"{mood}\"><h1>{title}</h1>{body}</main></body></html>"
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:17px/1.5 system-ui,sans-serif}\
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f2f4f7;color:#1c2733}\
main{box-sizing:border-box;width:min(26rem,calc(100vw - 2rem));padding:1.5rem;border-radius:1rem;\
background:#fff;border-top:.4rem solid #8a94a0;overflow-wrap:anywhere;box-shadow:0 1px 4px #0002}\
.good{border-color:#1f8a4c}.bad{border-color:#c43d3d}h1{margin:0 0 .5rem;font-size:1.3rem}p{margin:.5rem 0 0}\
@media(prefers-color-scheme:dark){body{background:#15191e;color:#e7ebef}main{background:#20262d}}";

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failure_page_says_why_and_what_to_do() {
        let reason = AbortReason::TokenExpired { ago_ms: 12_400 };
        let page = of(&LandingResult::Aborted(reason.to_string()), Some(&reason));
        assert!(page.contains("<title>Account Linking Failed</title>"));
        assert!(page.contains("token expired 12 s ago"));
        assert!(page.contains(reason.advice()));
    }

    #[test]
    fn nothing_that_a_backend_says_becomes_markup() {
        let page = of(&LandingResult::Aborted("<script>'\"&".to_owned()), None);
        assert!(page.contains("&lt;script&gt;&#39;&quot;&amp;"));
        assert!(!page.contains("<script"));
    }
}
