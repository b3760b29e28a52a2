//! Questions to one element of a page: what it says, whether it is shown, how to find it again.

use scraper::{ElementRef, Node};

/// The value of a list: the option chosen at first, else the first one that can be chosen and says something.
pub(super) fn chosen(element: ElementRef<'_>) -> String {
    let options: Vec<ElementRef<'_>> = element
        .descendants()
        .filter_map(ElementRef::wrap)
        .filter(|e| e.value().name() == "option")
        .collect();
    let value = |option: &ElementRef<'_>| match option.attr("value") {
        Some(value) => value.to_owned(),
        None => text_of(*option),
    };
    let usable = |option: &&ElementRef<'_>| option.attr("disabled").is_none();
    options
        .iter()
        .find(|option| option.attr("selected").is_some())
        .or_else(|| {
            options
                .iter()
                .filter(usable)
                .find(|option| !value(option).is_empty())
        })
        .map(value)
        .unwrap_or_default()
}

pub(super) fn pictured(element: ElementRef<'_>) -> String {
    element
        .descendants()
        .filter_map(ElementRef::wrap)
        .filter_map(|inner| inner.attr("alt").or_else(|| inner.attr("aria-label")))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Visible text, without the insides of scripts and styles.
pub(super) fn text_of(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    for node in element.descendants() {
        let hidden = || {
            node.parent()
                .and_then(ElementRef::wrap)
                .is_some_and(|parent| {
                    matches!(
                        parent.value().name(),
                        "script" | "style" | "noscript" | "template" | "option"
                    )
                })
        };
        if let Node::Text(piece) = node.value()
            && (!hidden() || element.value().name() == "option")
        {
            text.push(' ');
            text.push_str(piece);
        }
    }
    squeezed(&text)
}

pub(super) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Browsers strip blanks and control characters around an address, and nothing else that we may lose.
pub(super) fn trimmed(value: &str) -> String {
    value.trim_matches(|c: char| c <= ' ').to_owned()
}

pub(super) fn is_shown(element: ElementRef<'_>) -> bool {
    std::iter::once(element)
        .chain(element.ancestors().filter_map(ElementRef::wrap))
        .all(|part| {
            let style = part
                .attr("style")
                .unwrap_or_default()
                .to_ascii_lowercase()
                .replace(' ', "");
            part.attr("hidden").is_none()
                && !style.contains("display:none")
                && !style.contains("visibility:hidden")
        })
}

pub(super) fn in_disabled_fieldset(element: ElementRef<'_>) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|around| around.value().name() == "fieldset" && around.attr("disabled").is_some())
}

/// A selector that finds the element again: by id, else by what sets it apart inside of its form.
pub(super) fn selector_of(element: ElementRef<'_>) -> String {
    if let Some(id) = id_of(element) {
        return format!("#{id}");
    }
    let tag = element.value().name();
    let own = |attribute: &str| {
        let value = element
            .attr(attribute)
            .filter(|value| !value.is_empty() && !value.contains(['"', '\\']))?;
        Some(format!("{tag}[{attribute}=\"{value}\"]"))
    };
    let pressed =
        tag == "button" || matches!(element.attr("type"), Some("submit" | "image" | "radio"));
    if let (true, Some(name), Some(value)) = (pressed, own("name"), own("value")) {
        return format!("{name}{}", &value[tag.len()..]);
    }
    if let Some(selector) = ["name", "value", "href", "formaction"]
        .into_iter()
        .find_map(own)
    {
        return selector;
    }
    let inside = element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|around| around.value().name() == "form")
        .map(|form| match (id_of(form), form.attr("action")) {
            (Some(id), _) => format!("#{id} "),
            (None, Some(action)) if !action.contains(['"', '\\']) => {
                format!("form[action=\"{action}\"] ")
            }
            _ => "form ".to_owned(),
        });
    format!(
        "{}{}",
        inside.unwrap_or_default(),
        own("type").unwrap_or_else(|| tag.to_owned())
    )
}

/// The id, when it can be written as `#id`.
fn id_of(element: ElementRef<'_>) -> Option<&str> {
    let simple = |id: &&str| {
        id.starts_with(|c: char| c.is_ascii_alphabetic())
            && id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    element.attr("id").filter(simple)
}
