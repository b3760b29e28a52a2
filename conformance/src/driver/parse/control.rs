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
            .map(|code| self.scripted(code, owner, page));
        let effect = match (owner, handler) {
            (Some(form), None | Some(Effect::Opaque(_) | Effect::Send { .. }))
                if control.sends() =>
            {
                Some(Effect::Send {
                    form,
                    control: Some(page.forms[form].controls.len()),
                })
            }
            (_, Some(effect)) if control.kind == Kind::Other || control.sends() => Some(effect),
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

    /// What a script does when the thing it hangs on is pressed.
    pub(super) fn scripted(&self, code: &str, owner: Option<usize>, page: &Page) -> Effect {
        if let Some(target) = script::assigned(code) {
            return Effect::Assign(target);
        }
        if script::stays(code) {
            return Effect::Stay;
        }
        let named = || {
            self.form_ids
                .iter()
                .find(|(id, _)| code.contains(id.as_str()))
                .map(|(_, form)| *form)
        };
        let only = || (page.forms.len() == 1).then_some(0);
        match owner.or_else(named).or_else(only) {
            Some(form) if script::submits(code) => Effect::Send {
                form,
                control: None,
            },
            _ => Effect::Opaque(shortened(code, 60)),
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
