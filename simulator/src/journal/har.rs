//! The HTTP Archive of the journal (HAR 1.2), as browsers' developer tools import it.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::line::text;
use super::{Entry, Found, GraphCall, What};
use crate::clock::millis;
use crate::webhook::{Attempt, Outcome};

/// All exchanges, the oldest first. Notes and messages are no exchanges and are left out.
pub(super) fn archive(found: &Found, graph_url: &str, webhook_url: &str) -> Value {
    let entries: Vec<_> = found
        .entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::GraphCall(call) => Some(of_call(entry, call, graph_url)),
            What::Delivered { attempt, .. } => Some(of_attempt(entry, attempt, webhook_url)),
            What::BotSaid { .. } | What::Note(_) => None,
        })
        .collect();
    let mut log = json!({
        "version": "1.2",
        "creator": { "name": "linklab", "version": env!("CARGO_PKG_VERSION") },
        "entries": entries,
    });
    if found.dropped > 0 {
        log["comment"] = format!("{} journal entries were dropped before", found.dropped).into();
    }
    json!({ "log": log })
}

fn of_call(entry: &Entry, call: &GraphCall, graph_url: &str) -> Value {
    let mut url = format!("{graph_url}{}", call.path);
    if !call.query.is_empty() {
        url = format!("{url}?{}", call.query);
    }
    let query: Vec<_> = form_urlencoded::parse(call.query.as_bytes())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let answer = call.answer.to_string();
    let request = Request {
        method: &call.method,
        url: &url,
        query,
        headers: &call.headers,
        body: &text(&call.body),
    };
    // The answer's own header lines are not kept; its kind follows from the endpoint.
    let kind = [("content-type".to_owned(), "application/json".to_owned())];
    let response = response(call.status, &kind, &answer);
    exchange(entry, 0, entry.at_ms, &request, &response)
}

fn of_attempt(entry: &Entry, attempt: &Attempt, webhook_url: &str) -> Value {
    let request = Request {
        method: "POST",
        url: webhook_url,
        query: Vec::new(),
        headers: &attempt.headers,
        body: &text(&attempt.body),
    };
    let response = match &attempt.outcome {
        Outcome::Answered {
            status,
            headers,
            body,
        } => response(*status, headers, &text(body)),
        // A status of 0 is how the developer tools show a request without an answer.
        Outcome::TimedOut | Outcome::Unreachable(_) => response(0, &[], ""),
    };
    let took = millis(attempt.elapsed);
    exchange(
        entry,
        took,
        entry.at_ms.saturating_sub(took),
        &request,
        &response,
    )
}

struct Request<'a> {
    method: &'a str,
    url: &'a str,
    query: Vec<Value>,
    headers: &'a [(String, String)],
    body: &'a str,
}

fn exchange(
    entry: &Entry,
    took_ms: u64,
    start_ms: u64,
    request: &Request<'_>,
    response: &Value,
) -> Value {
    let mut sent = json!({
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": lines(request.headers),
        "queryString": request.query,
        "headersSize": -1,
        "bodySize": request.body.len(),
    });
    if !request.body.is_empty() {
        let kind = request
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        sent["postData"] = json!({
            "mimeType": kind.map_or("application/json", |(_, value)| value),
            "text": request.body,
        });
    }
    let cause = entry
        .cause
        .map_or_else(String::new, |cause| format!(", follows from {cause}"));
    json!({
        "startedDateTime": date_time(start_ms),
        "time": took_ms,
        "request": sent,
        "response": response,
        "cache": {},
        "timings": { "send": 0, "wait": took_ms, "receive": 0 },
        "comment": format!("journal entry {}{cause}", entry.seq),
    })
}

fn response(status: u16, headers: &[(String, String)], body: &str) -> Value {
    let kind = headers.iter().find(|(name, _)| name == "content-type");
    json!({
        "status": status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": lines(headers),
        "content": {
            "size": body.len(),
            "mimeType": kind.map_or("", |(_, value)| value),
            "text": body,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": body.len(),
    })
}

fn lines(headers: &[(String, String)]) -> Vec<Value> {
    headers
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

/// A platform time as ISO 8601 with milliseconds, in UTC.
fn date_time(at_ms: u64) -> String {
    let (seconds, ms) = (at_ms / 1_000, at_ms % 1_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Year, month and day of a number of days since 1970-01-01 in the Gregorian calendar.
///
/// Counts in eras of 400 years that begin on the first of March, so that the leap day is the last of its year.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (at_ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (784_111_777_009, "1994-11-06T08:49:37.009Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(date_time(at_ms), text);
        }
    }
}
