//! Codes that cannot be guessed and tell nothing: COD-04 and COD-07.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::issued::{Issued, issued};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::page::session_values;
use crate::judge::{Finding, Judge, Tally, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

mod entropy;

pub(super) const COD_04: Check = Check {
    id: "COD-04",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Codes cannot be guessed and do not tell who they belong to",
        "授权码无法猜测,也不泄露属于谁",
    ),
    why: &Text::fixed(
        "Whoever guesses a pending code links their own chat to your user's account: the platform passes on any code (protocol row 1.5.5).",
        "猜到待用授权码的人就能把自己的对话绑定到您用户的账户:平台会原样转交任何授权码。",
    ),
    fault: &Text::fixed(
        "The code is a user id, a row number, a time or a short random number.",
        "授权码是用户编号、行号、时间或很短的随机数。",
    ),
    judge: Judge::All(cannot_be_guessed),
};

pub(super) const COD_07: Check = Check {
    id: "COD-07",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The code is a code, not a session or a signed statement about the user",
        "授权码只是授权码,不是会话,也不是关于用户的签名声明",
    ),
    why: &Text::fixed(
        "The address with the code passes through the platform and its logs; a session in it can be taken over, a statement can be read.",
        "带授权码的地址会经过平台及其日志;其中的会话可被冒用,声明可被读取。",
    ),
    fault: &Text::fixed(
        "The session cookie or a JSON Web Token is reused as the code because it is at hand.",
        "图方便,把会话 Cookie 或 JSON Web Token 当作授权码。",
    ),
    judge: Judge::Each(is_no_session),
};

/// From so many codes on, codes without a weakness count as held (conformance catalogue, COD-04).
const ENOUGH: usize = 24;
/// Fewer codes show no weakness for certain either: places that happen to agree look as if they always did.
const TELLING: usize = 8;
/// Below this an attacker who may try for the life of a code has a real chance (RFC 6749, 10.10 asks for more).
const LEAST_BITS: f64 = 64.0;

fn cannot_be_guessed(transcripts: &[&Transcript], _: &Context) -> Tally {
    let codes = issued(transcripts);
    let telling = codes
        .iter()
        .find_map(|issued| Some((issued, told_by(issued)?)));
    if let Some((issued, what)) = telling {
        let message = Text::new(
            format!("the code holds {what}"),
            format!("授权码中含有 {what}"),
        );
        return broken(
            &codes,
            Finding::new(
                issued.transcript,
                message,
                "a random value",
                issued.code.clone(),
            ),
        );
    }
    if codes.len() < TELLING {
        return Tally::default();
    }
    let values: Vec<&str> = codes.iter().map(|issued| issued.code.as_str()).collect();
    let weakness = entropy::numbers(&values)
        .or_else(|| entropy::prefix(&values))
        .or_else(|| entropy::spread(&values));
    match weakness {
        None => Tally {
            examples: if codes.len() < ENOUGH { 0 } else { codes.len() },
            ..Tally::default()
        },
        Some(message) => {
            let shown = values
                .iter()
                .take(3)
                .copied()
                .collect::<Vec<_>>()
                .join(", ");
            let expected = format!("at least {LEAST_BITS} unpredictable bits");
            broken(
                &codes,
                Finding::new(
                    codes[0].transcript,
                    message,
                    expected,
                    format!("{shown}, ..."),
                ),
            )
        }
    }
}

fn broken(codes: &[Issued<'_>], finding: Finding) -> Tally {
    Tally {
        examples: codes.len(),
        findings: vec![finding],
        blocked: Vec::new(),
    }
}

/// Whose name or number the code gives away, in clear or in base64 or hex.
fn told_by(issued: &Issued<'_>) -> Option<String> {
    let given = issued.transcript.flows.get(issued.flow)?;
    let account = given.account.as_ref();
    let mut telling: Vec<(String, &str)> = vec![
        (
            "the account_linking_token".to_owned(),
            given.account_linking_token.as_str(),
        ),
        ("the PSID".to_owned(), given.psid.as_str()),
    ];
    telling.extend(account.map(|account| ("the user name".to_owned(), account.username.as_str())));
    telling.extend(account.map(|account| ("the account's name".to_owned(), account.name.as_str())));
    telling.extend(
        issued
            .transcript
            .canaries
            .iter()
            .map(|canary| (format!("the {}", canary.name), canary.value.as_str())),
    );
    let spellings = spellings(&issued.code);
    let found = telling
        .into_iter()
        .find(|(_, value)| spellings.iter().any(|code| holds(code, value)));
    found.map(|(what, _)| what)
}

/// Short values turn up by chance in the middle of random text; then only the whole value or a whole part counts.
fn holds(code: &str, value: &str) -> bool {
    const LONG: usize = 5;
    if value.len() < LONG {
        !value.is_empty()
            && code
                .split(|character: char| !character.is_alphanumeric())
                .any(|part| part == value)
    } else {
        code.contains(value)
    }
}

fn spellings(code: &str) -> Vec<String> {
    let plain = code
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    let decoded = URL_SAFE_NO_PAD
        .decode(plain)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let is_hex = code.is_ascii() && code.len().is_multiple_of(2);
    let digits = (0..code.len())
        .step_by(2)
        .filter(|_| is_hex)
        .map(|at| u8::from_str_radix(&code[at..at + 2], 16).ok());
    let unhexed = digits
        .collect::<Option<Vec<u8>>>()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    [Some(code.to_owned()), decoded, unhexed]
        .into_iter()
        .flatten()
        .collect()
}

fn is_no_session(transcript: &Transcript, _: &Context) -> Verdict {
    let codes = issued(&[transcript]);
    let Some(issued) = codes.first() else {
        return Verdict::Untouched;
    };
    if let Some(claims) = claims(&issued.code) {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!("the code is a JSON Web Token that anyone can read: {claims}"),
                format!("授权码是任何人都能读取的 JSON Web Token:{claims}"),
            ),
            "a random value",
            issued.code.clone(),
        ));
    }
    if session_values(transcript, issued.flow).contains(&issued.code.as_str()) {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the code is the value of a cookie: whoever sees the address has the session",
                "授权码就是 Cookie 的值:看到地址的人就得到了会话",
            ),
            "a random value",
            issued.code.clone(),
        ));
    }
    Verdict::Held
}

/// Names of the claims, where a code is a JSON Web Token (RFC 7519).
fn claims(code: &str) -> Option<String> {
    let mut parts = code
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let header: Value = serde_json::from_slice(&parts.next()??).ok()?;
    header.get("alg")?;
    let payload = parts.next()??;
    parts.next()?;
    let names = match serde_json::from_slice::<Value>(&payload) {
        Ok(Value::Object(claims)) => claims.keys().cloned().collect::<Vec<_>>().join(", "),
        _ => "encrypted".to_owned(),
    };
    Some(names)
}

#[cfg(test)]
mod tests;
