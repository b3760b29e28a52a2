//! What an object of a request may hold, written as a table of fields.

use serde_json::Value;
use url::{Host, Url};

use super::error::GraphError;
use super::place::Part;

/// One key of an object.
pub(crate) struct Field {
    key: &'static str,
    needed: bool,
    rule: Rule,
}

impl Field {
    pub(crate) fn key(&self) -> &'static str {
        self.key
    }
}

/// What the value of a key must be.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// Text of at most so many characters, not empty.
    Text(usize),
    /// A number, or text that is one.
    Number,
    /// A truth value, or text that is one.
    Flag,
    /// An absolute http or https address.
    Url,
    /// An https address; http for loopback hosts.
    SecureUrl,
    /// One of these, in any case.
    Choice(&'static [&'static str]),
    /// An object.
    Object(&'static [Field]),
    /// Between so many and so many objects.
    List(usize, usize, &'static [Field]),
    /// Up to so many objects that are checked by code.
    Each(usize, fn(&Part<'_>) -> Result<(), GraphError>),
    /// Whatever it is.
    Any,
}

/// A key that must be there.
pub(crate) const fn needed(key: &'static str, rule: Rule) -> Field {
    Field {
        key,
        needed: true,
        rule,
    }
}

/// A key that may be absent.
pub(crate) const fn optional(key: &'static str, rule: Rule) -> Field {
    Field {
        key,
        needed: false,
        rule,
    }
}

/// Refuses unknown keys, absent ones that are needed, and values that break their rule.
pub(crate) fn check(part: &Part<'_>, fields: &[Field]) -> Result<(), GraphError> {
    let keys: Vec<_> = fields.iter().map(|field| field.key).collect();
    part.only(&keys)?;
    fields
        .iter()
        .filter(|field| field.needed || part.get(field.key).is_some())
        .try_for_each(|field| check_value(part, field.key, field.rule))
}

pub(crate) fn check_value(part: &Part<'_>, key: &str, rule: Rule) -> Result<(), GraphError> {
    let name = || part.place.under(key).name().to_owned();
    match rule {
        Rule::Text(limit) => part.text(key, limit).map(drop),
        Rule::Number => match part.require(key)? {
            Value::Number(_) => Ok(()),
            Value::String(text) if text.trim().parse::<f64>().is_ok() => Ok(()),
            _ => Err(GraphError::wrong_kind(&name(), "a number")),
        },
        Rule::Flag => flag(part.require(key)?)
            .map(drop)
            .ok_or_else(|| GraphError::wrong_kind(&name(), "a boolean")),
        Rule::Url => url(part, key).map(drop),
        Rule::SecureUrl => secure_url(part, key),
        Rule::Choice(allowed) => part.choice(key, allowed).map(drop),
        Rule::Object(fields) => check(&part.part(key)?, fields),
        Rule::List(least, most, fields) => {
            let none = part
                .get(key)
                .and_then(Value::as_array)
                .is_some_and(Vec::is_empty);
            if none && least == 0 {
                return Ok(());
            }
            let items = part.list(key, most)?;
            if items.len() < least {
                return Err(GraphError::too_few(&name(), least));
            }
            items.iter().try_for_each(|item| check(item, fields))
        }
        Rule::Each(most, check) => part.list(key, most)?.iter().try_for_each(check),
        Rule::Any => part.require(key).map(drop),
    }
}

/// A truth value as clients write it; forms know text only.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// An absolute http or https address.
pub(crate) fn url(part: &Part<'_>, key: &str) -> Result<Url, GraphError> {
    let text = part.text(key, usize::MAX)?;
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| GraphError::not_a_url(part.place.under(key).name()))
}

/// HTTPS is demanded (protocol rows 1.7.1 and 4.2.2). Plain http passes for loopback hosts alone, where no
/// certificate can be had; that exception is ours, production has none.
fn secure_url(part: &Part<'_>, key: &str) -> Result<(), GraphError> {
    if is_secure(&url(part, key)?) {
        return Ok(());
    }
    let error = GraphError::not_a_url(part.place.under(key).name());
    Err(error.hint("this address must be https; http is taken for loopback hosts only"))
}

/// Whether the address is https, or http to a loopback host.
pub(crate) fn is_secure(url: &Url) -> bool {
    url.scheme() == "https"
        || match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::place::Place;

    const FIELDS: [Field; 4] = [
        needed("name", Rule::Text(4)),
        optional("count", Rule::Number),
        optional("on", Rule::Flag),
        optional("items", Rule::List(2, 3, &[needed("at", Rule::Url)])),
    ];

    fn refusal(value: &Value) -> Option<String> {
        let part = Part::of(value, Place::of("p")).unwrap();
        check(&part, &FIELDS).err().map(|error| error.message)
    }

    #[test]
    fn what_fits_passes() {
        let fits = json!({ "name": "Ada", "count": "1.5", "on": "true",
            "items": [{ "at": "http://a.example" }, { "at": "https://b.example" }] });
        assert_eq!(refusal(&fits), None);
    }

    #[test]
    fn every_break_of_a_rule_names_its_place() {
        for (value, expected) in [
            (
                json!({ "x": 1 }),
                "(#100) Invalid keys \"x\" were found in param \"p\".",
            ),
            (
                json!({ "on": true }),
                "(#100) The parameter p[name] is required",
            ),
            (
                json!({ "name": "a", "count": "x" }),
                "(#100) Param p[count] must be a number",
            ),
            (
                json!({ "name": "a", "on": 2 }),
                "(#100) Param p[on] must be a boolean",
            ),
            (
                json!({ "name": "a", "items": [{ "at": "http://a.example" }] }),
                "(#100) Length of param p[items] must be greater than or equal to 2",
            ),
            (
                json!({ "name": "a", "items": [{ "at": "ftp://a" }, { "at": "x" }] }),
                "(#100) p[items][0][at] should represent a valid URL",
            ),
        ] {
            assert_eq!(refusal(&value).as_deref(), Some(expected));
        }
    }
}
