//! The page's Messenger profile: read, set, delete (protocol section 4.2).

use serde_json::Value;

use super::call::Call;
use super::error::GraphError;
use super::object::{Json, Object};
use super::param::Params;
use super::place::{Part, Place};
use super::send::menu_item;
use super::shape::{Field, Rule, check_value, needed, optional};
use crate::hub::Hub;
use crate::world::{Change, Profile, Property};

/// No limit is stated for these texts; this one keeps them finite.
const TEXT: Rule = Rule::Text(2_000);

const PAYLOAD: Rule = Rule::Text(1_000);

const GET_STARTED: [Field; 1] = [needed("payload", PAYLOAD)];

const GREETING: [Field; 2] = [
    needed("locale", Rule::Text(20)),
    needed("text", Rule::Text(160)),
];

/// Up to twenty items since nested menus are gone (protocol row 4.2.4).
const MENU: [Field; 4] = [
    needed("locale", Rule::Text(20)),
    optional("composer_input_disabled", Rule::Flag),
    optional("disabled_surfaces", Rule::Any),
    optional("call_to_actions", Rule::Each(20, menu_item)),
];

const QUESTION: [Field; 2] = [
    needed("question", Rule::Text(80)),
    needed("payload", PAYLOAD),
];

const QUESTIONS_OF_LOCALE: [Field; 2] = [
    needed("call_to_actions", Rule::List(1, 4, &QUESTION)),
    optional("locale", Rule::Text(20)),
];

const COMMANDS: [Field; 2] = [
    needed("locale", Rule::Text(20)),
    needed(
        "commands",
        Rule::List(
            1,
            10,
            &[
                needed("name", Rule::Text(32)),
                needed("description", Rule::Text(64)),
            ],
        ),
    ),
];

const HOME_URL: [Field; 4] = [
    needed("url", Rule::SecureUrl),
    needed("webview_height_ratio", Rule::Choice(&["TALL"])),
    optional("webview_share_button", TEXT),
    optional("in_test", Rule::Flag),
];

/// A property that can be read and nothing else.
const EU_RULES: &str = "subject_to_new_eu_privacy_rules";

/// `GET /{page}/messenger_profile`.
pub(crate) fn read(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let names = named(&call.params, true)?;
    let world = hub.world();
    let profile = &world.page().profile;
    let mut found = Object::default();
    let mut empty = true;
    for name in names {
        let value = match name {
            Named::Property(property) => profile
                .get(property)
                .map(|value| (property.name(), Json::Echo(value.clone()))),
            // Users of this platform live nowhere, so nobody's rules hold for the page.
            Named::EuRules => Some((EU_RULES, Json::Bool(false))),
        };
        if let Some((name, value)) = value {
            found = found.with(name, value);
            empty = false;
        }
    }
    Ok(Object::data(if empty { Vec::new() } else { vec![found] }))
}

/// `POST /{page}/messenger_profile`: all of it or nothing.
pub(crate) fn set(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let mut values = Vec::new();
    for property in Property::ALL {
        if let Some(value) = value_of(&call.params, property) {
            values.push((property, Some(value)));
        }
    }
    if values.is_empty() {
        let names = Property::ALL.map(Property::name);
        return Err(GraphError::one_required(&names));
    }
    put(hub, values)?;
    Ok(Object::result("success"))
}

/// `DELETE /{page}/messenger_profile`.
pub(crate) fn delete(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let mut values = Vec::new();
    for name in named(&call.params, false)? {
        if let Named::Property(property) = name {
            values.push((property, None));
        }
    }
    put(hub, values)?;
    Ok(Object::result("success"))
}

/// Checks values and makes them the page's.
pub(crate) fn put(hub: &Hub, values: Vec<(Property, Option<Value>)>) -> Result<(), GraphError> {
    let will_have = |property| {
        values
            .iter()
            .find(|(named, _)| *named == property)
            .map_or_else(
                || holds(&hub.world().page().profile, property),
                |(_, value)| value.is_some(),
            )
    };
    if will_have(Property::PersistentMenu) && !will_have(Property::GetStarted) {
        for (property, value) in &values {
            check_given(*property, value.as_ref())?;
        }
        return Err(GraphError::get_started_needed());
    }
    put_unbound(hub, values)
}

/// As [`put`], but a menu may stand without a Get Started button.
pub(crate) fn put_unbound(
    hub: &Hub,
    values: Vec<(Property, Option<Value>)>,
) -> Result<(), GraphError> {
    for (property, value) in &values {
        check_given(*property, value.as_ref())?;
    }
    hub.change(&Change::Profile(values))
        .map_err(|refusal| GraphError::full(refusal.to_string()))
}

fn holds(profile: &Profile, property: Property) -> bool {
    profile.get(property).is_some()
}

/// The value of a property as the request has it; an address is text, everything else is JSON.
fn value_of(params: &Params, property: Property) -> Option<Value> {
    if property == Property::AccountLinkingUrl {
        return params
            .text(property.name())
            .map(|text| Value::String(text.into_owned()));
    }
    params
        .json(property.name())
        .map(std::borrow::Cow::into_owned)
}

fn check_given(property: Property, value: Option<&Value>) -> Result<(), GraphError> {
    value.map_or(Ok(()), |value| check_property(property, value))
}

fn check_property(property: Property, value: &Value) -> Result<(), GraphError> {
    let name = property.name();
    // The checks name a value by the object that holds it; here the request itself is that object.
    let whole = serde_json::Map::from_iter([(name.to_owned(), value.clone())]);
    let root = Part::root(&whole);
    match property {
        Property::GetStarted => check_value(&root, name, Rule::Object(&GET_STARTED)),
        Property::Greeting => {
            check_value(&root, name, Rule::List(1, 100, &GREETING))?;
            default_locale(&root, name)
        }
        Property::PersistentMenu => {
            check_value(&root, name, Rule::List(1, 100, &MENU))?;
            default_locale(&root, name)
        }
        Property::WhitelistedDomains => domains(&root, name),
        Property::AccountLinkingUrl => check_value(&root, name, Rule::SecureUrl),
        Property::HomeUrl => check_value(&root, name, Rule::Object(&HOME_URL)),
        Property::IceBreakers => ice_breakers(&root, name),
        Property::Commands => check_value(&root, name, Rule::List(1, 100, &COMMANDS)),
        // Retired, and their insides are not described any more.
        Property::TargetAudience | Property::PaymentSettings => root.part(name).map(drop),
    }
}

/// Greetings and menus need an entry for everybody else (protocol row 4.2.4); the wording is inferred.
fn default_locale(root: &Part<'_>, name: &str) -> Result<(), GraphError> {
    let has = root
        .list(name, usize::MAX)?
        .iter()
        .any(|item| item.get("locale").is_some_and(|locale| locale == "default"));
    if has {
        Ok(())
    } else {
        Err(GraphError::parameter(format_args!(
            "Param {name} must contain an entry with locale default"
        )))
    }
}

/// Up to fifty https addresses; a single one may stand without its list.
fn domains(root: &Part<'_>, name: &str) -> Result<(), GraphError> {
    const MOST: usize = 50;
    for (index, domain) in root.texts(name, MOST, 2_000)?.into_iter().enumerate() {
        let valid = url::Url::parse(domain).is_ok_and(|url| super::shape::is_secure(&url));
        if !valid {
            let place = Place::of(name).under(index);
            return Err(GraphError::not_a_url(place.name()));
        }
    }
    Ok(())
}

/// Four questions, for everybody or by locale.
fn ice_breakers(root: &Part<'_>, name: &str) -> Result<(), GraphError> {
    let by_locale = root
        .list(name, usize::MAX)?
        .iter()
        .any(|item| item.get("call_to_actions").is_some());
    if by_locale {
        check_value(root, name, Rule::List(1, 100, &QUESTIONS_OF_LOCALE))
    } else {
        check_value(root, name, Rule::List(1, 4, &QUESTION))
    }
}

enum Named {
    Property(Property),
    EuRules,
}

/// The properties that `fields` names, in any case and in any of its shapes (protocol section 2.3, enum row).
fn named(params: &Params, reading: bool) -> Result<Vec<Named>, GraphError> {
    let list = params
        .list("fields")
        .ok_or_else(|| GraphError::missing("fields"))?;
    if list.trim().is_empty() {
        return Err(GraphError::empty("fields"));
    }
    list.split(',')
        .map(str::trim)
        .enumerate()
        .map(|(index, name)| match Property::named(name) {
            Some(property) => Ok(Named::Property(property)),
            None if reading && name.eq_ignore_ascii_case(EU_RULES) => Ok(Named::EuRules),
            None => {
                let names = Property::ALL.map(|property| property.name().to_ascii_uppercase());
                let place = Place::of("fields").under(index);
                Err(GraphError::not_one_of(
                    place.name(),
                    &names.each_ref().map(String::as_str),
                ))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(property: Property, value: &Value) -> Option<String> {
        check_property(property, value)
            .err()
            .map(|error| error.message)
    }

    #[test]
    fn observed_refusals_are_word_for_word() {
        for (property, value, expected) in [
            (
                Property::GetStarted,
                json!({ "payload": "A", "payload2": "B" }),
                "(#100) Invalid keys \"payload2\" were found in param \"get_started\".",
            ),
            (
                Property::GetStarted,
                json!({ "x": 1 }),
                "(#100) Invalid keys \"x\" were found in param \"get_started\".",
            ),
            (
                Property::WhitelistedDomains,
                json!(["shop.example"]),
                "(#100) whitelisted_domains[0] should represent a valid URL",
            ),
            (
                Property::AccountLinkingUrl,
                json!("http://shop.example"),
                "(#100) account_linking_url should represent a valid URL",
            ),
        ] {
            assert_eq!(refusal(property, &value).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_menu_takes_links_and_postbacks_only_and_needs_a_default() {
        let menu =
            |locale: &str, item: Value| json!([{ "locale": locale, "call_to_actions": [item] }]);
        let item = json!({ "type": "postback", "title": "Help", "payload": "H" });
        let of = |value: Value| refusal(Property::PersistentMenu, &value);
        assert_eq!(of(menu("default", item.clone())), None);
        let german = of(menu("de_DE", item)).unwrap();
        assert!(german.contains("must contain an entry with locale default"));
        let login = json!({ "type": "account_link", "url": "https://shop.example" });
        let login = of(menu("default", login)).unwrap();
        assert!(login.contains("[call_to_actions][0][type] must be one of {WEB_URL, POSTBACK"));
    }
}
