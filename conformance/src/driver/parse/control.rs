//! Controls of forms: fields, buttons, and what pressing them does.

use scraper::ElementRef;

use super::super::element::{
    chosen, in_disabled_fieldset, is_shown, pictured, selector_of, squeezed, text_of, trimmed,
};
use super::super::form::{Control, Effect, Kind, Press};
use super::super::page::{Page, shortened};
use super::super::script;
use super::{MOST_ELEMENTS, Reader, method};

impl<'a> Reader<'a> {
    /// Reads one control into its form and, where it can be pressed, into the list of things to press.
    pub(super) fn control(&self, element: ElementRef<'a>, page: &mut Page) {
        if element.attr("disabled").is_some() || in_disabled_fieldset(element) {
            return;
        }
        let owner = self.owner(element);
        let control = self.read_control(element);
        let shown = control.shown;
        let handler = element
            .attr("onclick")
            .map(|code| match script::assigned(code) {
                Some(target) => Effect::Assign(target),
                None => Effect::Opaque(shortened(code, 60)),
            });
        let effect = match (owner, handler) {
            (_, Some(Effect::Assign(target))) => Some(Effect::Assign(target)),
            (Some(form), _) if control.sends() => Some(Effect::Send {
                form,
                control: page.forms[form].controls.len(),
            }),
            (_, Some(effect)) if control.kind == Kind::Other || owner.is_none() => Some(effect),
            (_, None) if element.value().name() == "button" => {
                Some(Effect::Opaque("no script in the page".to_owned()))
            }
            _ => None,
        };
        if let Some(effect) = effect
            && shown
            && page.presses.len() < MOST_ELEMENTS
        {
            page.presses.push(Press {
                words: spoken(element, &control),
                effect,
                roles: control.roles.clone(),
                selector: control.selector.clone(),
            });
        }
        if let Some(form) = owner
            && page.forms[form].controls.len() < MOST_ELEMENTS
        {
            page.forms[form].controls.push(control);
        }
    }

    fn read_control(&self, element: ElementRef<'a>) -> Control {
        let tag = element.value().name();
        let given = element
            .attr("type")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let kind = match (tag, given.as_str()) {
            ("select", _) => Kind::Select,
            ("textarea", _) => Kind::TextArea,
            ("button" | "input", "button" | "reset") | ("input", "file" | "color" | "range") => {
                Kind::Other
            }
            ("button", _) | ("input", "submit") => Kind::Submit,
            ("input", "image") => Kind::Image,
            ("input", "password") => Kind::Password,
            ("input", "hidden") => Kind::Hidden,
            ("input", "checkbox") => Kind::Checkbox,
            ("input", "radio") => Kind::Radio,
            _ => Kind::Text,
        };
        let value = match kind {
            Kind::Select => chosen(element),
            Kind::TextArea => element
                .text()
                .collect::<String>()
                .trim_start_matches('\n')
                .to_owned(),
            Kind::Checkbox | Kind::Radio => element.attr("value").unwrap_or("on").to_owned(),
            _ => element.attr("value").unwrap_or_default().to_owned(),
        };
        Control {
            kind,
            input_type: given,
            name: element
                .attr("name")
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            value,
            label: self.label(element),
            codename: ["name", "id"]
                .map(|name| element.attr(name).unwrap_or_default())
                .join(" "),
            autocomplete: element
                .attr("autocomplete")
                .unwrap_or_default()
                .to_ascii_lowercase(),
            checked: element.attr("checked").is_some(),
            required: element.attr("required").is_some(),
            shown: kind != Kind::Hidden && is_shown(element),
            action: element
                .attr("formaction")
                .map(trimmed)
                .filter(|action| !action.is_empty()),
            method: method(element.attr("formmethod")),
            roles: self.hints.roles(element),
            selector: selector_of(element),
        }
    }

    fn label(&self, element: ElementRef<'a>) -> String {
        let mut parts = Vec::new();
        if let Some(text) = element.attr("id").and_then(|id| self.labels.get(id)) {
            parts.push(text.clone());
        }
        if let Some(around) = element
            .ancestors()
            .filter_map(ElementRef::wrap)
            .find(|e| e.value().name() == "label")
        {
            parts.push(text_of(around));
        }
        parts.extend(
            ["aria-label", "placeholder", "title"]
                .iter()
                .filter_map(|name| element.attr(name))
                .map(str::to_owned),
        );
        squeezed(&parts.join(" "))
    }
}

fn spoken(element: ElementRef<'_>, control: &Control) -> String {
    let own = match element.value().name() {
        "button" => format!("{} {}", text_of(element), pictured(element)),
        _ => format!(
            "{} {}",
            control.value,
            element.attr("alt").unwrap_or_default()
        ),
    };
    let said = squeezed(&format!("{own} {}", control.label));
    if said.is_empty() {
        let class = element.attr("class").unwrap_or_default();
        squeezed(&format!("{} {} {class}", control.codename, control.value))
    } else {
        said
    }
}
