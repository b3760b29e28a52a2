//! Rules for single values of a description; each refusal is a sentence.

use url::Url;

/// An address of the backend: absolute, plain HTTP, no credentials, no fragment.
pub(super) fn backend_url(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|error| {
        format!("`{text}` is not an absolute URL ({error}); write it like http://127.0.0.1:8000/authorize")
    })?;
    match url.scheme() {
        "http" => {}
        "https" => {
            return Err(format!(
                "`{text}` asks for TLS, which this version does not speak; give the backend's plain http address \
                 (behind its TLS proxy, where there is one)"
            ));
        }
        other => {
            return Err(format!(
                "`{text}` has the scheme `{other}`; a backend's address begins with http://"
            ));
        }
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(format!("`{text}` names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "`{text}` carries a user name or password; they have no place in this URL"
        ));
    }
    if url.fragment().is_some() {
        return Err(format!(
            "`{text}` carries a fragment (#...), which is never sent; leave it away"
        ));
    }
    Ok(())
}

/// A prefix of `redirect_uri` that the backend is expected to accept.
pub(super) fn redirect_prefix(text: &str) -> Result<(), String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(()),
        _ => Err(format!(
            "`{text}` is no prefix of a redirect_uri; write an absolute URL, such as \
             https://facebook.com/messenger_platform/account_linking/"
        )),
    }
}

/// A URL in which a PSID is filled in.
pub(super) fn psid_url(text: &str) -> Result<(), String> {
    backend_url(&text.replace("{psid}", "1"))?;
    if text.contains("{psid}") {
        Ok(())
    } else {
        Err(format!(
            "`{text}` does not say whose link state is asked for; write {{psid}} where the PSID belongs"
        ))
    }
}

/// A JSON pointer (RFC 6901) to something below the root.
pub(super) fn pointer(text: &str) -> Result<(), String> {
    if text.starts_with('/') {
        Ok(())
    } else {
        Err(format!(
            "`{text}` is no JSON pointer; it begins with a slash, such as /linked"
        ))
    }
}

/// An id of the app or of the page; such ids travel as numbers, so they are written as the numbers they are.
pub(super) fn decimal(text: &str) -> Result<(), String> {
    if text.len() <= 19
        && text
            .parse::<u64>()
            .is_ok_and(|number| number.to_string() == text)
    {
        Ok(())
    } else {
        Err(format!(
            "`{text}` is no id of the platform; ids are numbers of 1 to 19 digits without leading zeros"
        ))
    }
}

/// A value that must say something.
pub(super) fn filled(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err("the value is empty; write one, or leave the key away".to_owned())
    } else {
        Ok(())
    }
}

/// A CSS selector.
pub(super) fn selector(text: &str) -> Result<(), String> {
    match scraper::Selector::parse(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{text}` is no CSS selector: {error}")),
    }
}

/// A name that a header line can have, with a value that it can carry.
pub(super) fn header(name: &str, value: &str) -> Result<(), String> {
    if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(format!("`{name}` cannot be the name of a header line"));
    }
    if reqwest::header::HeaderValue::from_str(value).is_err() {
        return Err(format!(
            "the value of the header line `{name}` has characters that no header line can carry"
        ));
    }
    Ok(())
}
