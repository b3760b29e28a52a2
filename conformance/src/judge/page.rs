//! What can be read off a page without a browser: its text, its fields, its kind.

use scraper::{Html, Selector};

use crate::transcript::{Exchange, Transcript};

/// Whether a page has a password field.
pub(crate) fn asks_for_password(body: &str) -> bool {
    Selector::parse("input[type=password i]")
        .is_ok_and(|field| Html::parse_document(body).select(&field).next().is_some())
}

/// What a person reads on a page, at most 120 characters of it; spaces collapsed, no scripts or styles.
pub(crate) fn excerpt(body: &str) -> String {
    let text = visible_text(body).join(" ");
    match text.char_indices().nth(120) {
        Some((cut, _)) => format!("{}...", &text[..cut]),
        None => text,
    }
}

/// The pieces of text that a page shows, in order; spaces collapsed, empty pieces left out.
pub(crate) fn visible_text(body: &str) -> Vec<String> {
    let page = Html::parse_document(body);
    let mut pieces = Vec::new();
    for node in page.tree.nodes() {
        let Some(text) = node.value().as_text() else {
            continue;
        };
        let hidden = node.ancestors().any(|ancestor| {
            let element = ancestor.value().as_element();
            element.is_some_and(|element| {
                matches!(element.name(), "script" | "style" | "template" | "head")
            })
        });
        let piece = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !hidden && !piece.is_empty() {
            pieces.push(piece);
        }
    }
    pieces
}

/// Whether an answer is an HTML page.
pub(crate) fn is_html(exchange: &Exchange) -> bool {
    exchange
        .header("content-type")
        .map(str::to_ascii_lowercase)
        .is_some_and(|kind| {
            kind.starts_with("text/html") || kind.starts_with("application/xhtml+xml")
        })
}

/// Values of the cookies that the backend set in a flow, where they are long enough to mean something.
pub(crate) fn session_values(transcript: &Transcript, flow: usize) -> Vec<&str> {
    const TELLING: usize = 8;
    let headers = transcript
        .exchanges(flow)
        .flat_map(|exchange| &exchange.headers);
    headers
        .filter(|(name, _)| name == "set-cookie")
        .filter_map(|(_, line)| {
            Some(
                line.split(';')
                    .next()?
                    .split_once('=')?
                    .1
                    .trim()
                    .trim_matches('"'),
            )
        })
        .filter(|value| TELLING <= value.len())
        .collect()
}

/// What a page was, in one line: `status 404, application/json: {...}`.
pub(crate) fn described(exchange: &Exchange) -> String {
    let kind = exchange.header("content-type").unwrap_or("no content type");
    let kind = kind.split(';').next().unwrap_or(kind);
    format!(
        "status {}, {kind}: {}",
        exchange.status,
        excerpt(&exchange.body)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{BUTTON, LOGIN_PAGE, flow_transcript, html};

    #[test]
    fn a_password_field_is_found_in_any_case() {
        assert!(asks_for_password(LOGIN_PAGE));
        assert!(asks_for_password("<INPUT TYPE=Password>"));
        assert!(!asks_for_password("<input type=text name=password>"));
    }

    #[test]
    fn scripts_and_styles_are_not_read() {
        let body = "<head><title>T</title></head><body>Well <b>done</b><script>alert(1)</script><style>p{}</style> now </body>";
        assert_eq!(visible_text(body), ["Well", "done", "now"]);
        assert_eq!(excerpt(&"long ".repeat(80)).len(), 123);
    }

    #[test]
    fn a_page_is_described_in_one_line() {
        let page = html("GET", BUTTON, 404, "<p>not\n here</p>");
        assert_eq!(described(&page), "status 404, text/html: not here");
        assert!(is_html(&page));
        let mut json = page;
        json.headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        assert!(!is_html(&json));
    }

    #[test]
    fn cookie_values_that_mean_something_are_collected() {
        let mut page = html("GET", BUTTON, 200, "");
        page.headers.push((
            "set-cookie".to_owned(),
            "sid=\"0123456789\"; Path=/".to_owned(),
        ));
        page.headers
            .push(("set-cookie".to_owned(), "lang=en".to_owned()));
        let transcript = flow_transcript().exchange(page).done();
        assert_eq!(session_values(&transcript, 0), ["0123456789"]);
    }
}
