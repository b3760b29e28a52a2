//! The templates that linking buttons come in: button and generic.

use super::button;
use super::place::Part;
use crate::graph::error::GraphError;

/// Limits of protocol section 4.1.
const BUTTON_TEXT: usize = 640;
const BUTTONS: usize = 3;
const ELEMENTS: usize = 10;
const TITLE: usize = 80;
const SUBTITLE: usize = 80;

pub(super) fn check(payload: &Part<'_>) -> Result<(), GraphError> {
    let kind = payload.choice("template_type", &["BUTTON", "GENERIC"]).map_err(|error| {
        error.hint("this platform shows button and generic templates; the other templates are not served")
    })?;
    if kind == "button" {
        button_template(payload)
    } else {
        generic_template(payload)
    }
}

fn button_template(payload: &Part<'_>) -> Result<(), GraphError> {
    payload.only(&["template_type", "text", "buttons", "sharable"])?;
    payload.text("text", BUTTON_TEXT)?;
    payload
        .list("buttons", BUTTONS)?
        .iter()
        .try_for_each(button::check)
}

fn generic_template(payload: &Part<'_>) -> Result<(), GraphError> {
    payload.only(&[
        "template_type",
        "elements",
        "image_aspect_ratio",
        "sharable",
    ])?;
    payload
        .list("elements", ELEMENTS)?
        .iter()
        .try_for_each(element)
}

/// A card: a title and at least one more property.
fn element(element: &Part<'_>) -> Result<(), GraphError> {
    const BESIDE_TITLE: [&str; 4] = ["subtitle", "image_url", "default_action", "buttons"];
    element.only(&[
        "title",
        "subtitle",
        "image_url",
        "default_action",
        "buttons",
    ])?;
    element.text("title", TITLE)?;
    if BESIDE_TITLE.iter().all(|key| element.get(key).is_none()) {
        let names = BESIDE_TITLE.map(|key| element.place.under(key).name().to_owned());
        return Err(GraphError::one_required(
            &names.each_ref().map(String::as_str),
        ));
    }
    element.optional_text("subtitle", SUBTITLE)?;
    if element.get("image_url").is_some() {
        button::check_url(element, "image_url")?;
    }
    if element.get("default_action").is_some() {
        button::check_default_action(&element.part("default_action")?)?;
    }
    if element.get("buttons").is_some() {
        element
            .list("buttons", BUTTONS)?
            .iter()
            .try_for_each(button::check)?;
    }
    Ok(())
}
