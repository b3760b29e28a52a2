//! Templates: which there are, and the ones that carry buttons.

use super::button;
use super::{airline, commerce};
use crate::graph::error::GraphError;
use crate::graph::place::Part;
use crate::graph::shape::{self, Field, Rule, check_value, needed, optional};

/// Limits of protocol section 4.1.
const BUTTON_TEXT: usize = 640;
const ELEMENTS: usize = 10;
const TITLE: usize = 80;
const SUBTITLE: usize = 80;

/// Up to three buttons (protocol section 4.1, button template).
const BUTTONS: Rule = Rule::Each(3, button::check);

const KINDS: [&str; 14] = [
    "GENERIC",
    "BUTTON",
    "MEDIA",
    "RECEIPT",
    "PRODUCT",
    "COUPON",
    "CUSTOMER_FEEDBACK",
    "ONE_TIME_NOTIF_REQ",
    "NOTIFICATION_MESSAGES",
    "AIRLINE_BOARDINGPASS",
    "AIRLINE_CHECKIN",
    "AIRLINE_ITINERARY",
    "AIRLINE_UPDATE",
    "LIST",
];

pub(super) const KIND: Field = needed("template_type", Rule::Any);
pub(super) const SHARABLE: Field = optional("sharable", Rule::Flag);

const BUTTON: [Field; 4] = [
    KIND,
    SHARABLE,
    needed("text", Rule::Text(BUTTON_TEXT)),
    needed("buttons", BUTTONS),
];

const GENERIC: [Field; 4] = [
    KIND,
    SHARABLE,
    needed("elements", Rule::Each(ELEMENTS, card)),
    optional(
        "image_aspect_ratio",
        Rule::Choice(&["HORIZONTAL", "SQUARE"]),
    ),
];

const CARD: [Field; 5] = [
    needed("title", Rule::Text(TITLE)),
    optional("subtitle", Rule::Text(SUBTITLE)),
    optional("image_url", Rule::Url),
    optional("default_action", Rule::Any),
    optional("buttons", BUTTONS),
];

const MEDIA: [Field; 3] = [KIND, SHARABLE, needed("elements", Rule::Each(1, medium))];

const MEDIUM: [Field; 4] = [
    needed("media_type", Rule::Choice(&["IMAGE", "VIDEO"])),
    optional("url", Rule::Url),
    optional("attachment_id", Rule::Any),
    optional("buttons", BUTTONS),
];

/// Retired; old bots still send it.
const LIST: [Field; 5] = [
    KIND,
    SHARABLE,
    optional("top_element_style", Rule::Choice(&["LARGE", "COMPACT"])),
    needed("elements", Rule::Each(4, row)),
    optional("buttons", Rule::Each(1, button::check)),
];

const ROW: [Field; 5] = [
    needed("title", Rule::Text(TITLE)),
    optional("subtitle", Rule::Text(SUBTITLE)),
    optional("image_url", Rule::Url),
    optional("default_action", Rule::Any),
    optional("buttons", Rule::Each(1, button::check)),
];

pub(super) fn check(payload: &Part<'_>) -> Result<(), GraphError> {
    match payload.choice("template_type", &KINDS)?.as_str() {
        "button" => shape::check(payload, &BUTTON),
        "generic" => shape::check(payload, &GENERIC),
        "media" => shape::check(payload, &MEDIA),
        "list" => list(payload),
        "receipt" => shape::check(payload, &commerce::RECEIPT),
        "product" => shape::check(payload, &commerce::PRODUCT),
        "coupon" => commerce::coupon(payload),
        "customer_feedback" => shape::check(payload, &commerce::CUSTOMER_FEEDBACK),
        "one_time_notif_req" => shape::check(payload, &commerce::ONE_TIME_NOTIF_REQ),
        "notification_messages" => shape::check(payload, &commerce::NOTIFICATION_MESSAGES),
        "airline_boardingpass" => shape::check(payload, &airline::BOARDING_PASS),
        "airline_checkin" => shape::check(payload, &airline::CHECKIN),
        "airline_itinerary" => shape::check(payload, &airline::ITINERARY),
        _ => shape::check(payload, &airline::UPDATE),
    }
}

/// A card: a title and at least one more property.
fn card(card: &Part<'_>) -> Result<(), GraphError> {
    const BESIDE_TITLE: [&str; 4] = ["subtitle", "image_url", "default_action", "buttons"];
    let keys: Vec<_> = CARD.iter().map(Field::key).collect();
    card.only(&keys)?;
    card.text("title", TITLE)?;
    if BESIDE_TITLE.iter().all(|key| card.get(key).is_none()) {
        let names = BESIDE_TITLE.map(|key| card.place.under(key).name().to_owned());
        return Err(GraphError::one_required(
            &names.each_ref().map(String::as_str),
        ));
    }
    shape::check(card, &CARD)?;
    default_action(card)
}

fn row(row: &Part<'_>) -> Result<(), GraphError> {
    shape::check(row, &ROW)?;
    default_action(row)
}

fn default_action(part: &Part<'_>) -> Result<(), GraphError> {
    match part.get("default_action") {
        Some(_) => button::check_default_action(&part.part("default_action")?),
        None => Ok(()),
    }
}

/// Two to four rows.
fn list(payload: &Part<'_>) -> Result<(), GraphError> {
    const LEAST: usize = 2;
    shape::check(payload, &LIST)?;
    if payload.list("elements", usize::MAX)?.len() < LEAST {
        let place = payload.place.under("elements");
        return Err(GraphError::too_few(place.name(), LEAST));
    }
    Ok(())
}

/// A picture or video by an address on facebook.com, or by the id of an upload.
fn medium(medium: &Part<'_>) -> Result<(), GraphError> {
    shape::check(medium, &MEDIUM)?;
    let name = |key| medium.place.under(key).name().to_owned();
    match (medium.get("url"), medium.get("attachment_id")) {
        (None, None) => Err(GraphError::one_required(&[
            &name("url"),
            &name("attachment_id"),
        ])),
        (None, Some(_)) => check_value(medium, "attachment_id", Rule::Any),
        (Some(_), _) => {
            let url = shape::url(medium, "url")?;
            let on_facebook = url
                .host_str()
                .is_some_and(|host| host == "facebook.com" || host.ends_with(".facebook.com"));
            if on_facebook {
                return Ok(());
            }
            let hint = "the media template takes addresses on facebook.com only; upload the file and name its attachment_id";
            Err(GraphError::not_a_url(&name("url")).hint(hint))
        }
    }
}
