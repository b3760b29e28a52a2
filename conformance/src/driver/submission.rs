//! What a browser sends when a form is submitted: which controls, in which order, spelled how.

use url::Url;
use url::form_urlencoded::Serializer;

use super::form::{Enctype, Form, Kind, Method};

/// Separates the parts of a multipart body; long enough not to occur in what people type.
const BOUNDARY: &str = "----linklabFormBoundary7MA4YWxkTrZu0gW";

/// A form ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Submission {
    /// Method.
    pub(crate) method: Method,
    /// The action as written on the page; `None` is the page's own address.
    pub(crate) action: Option<String>,
    /// Spelling of a POST.
    pub(crate) enctype: Enctype,
    /// Fields in order.
    pub(crate) fields: Vec<(String, String)>,
}

impl Submission {
    /// The form with some fields filled by index, sent by a control or by the return key.
    pub(crate) fn of(form: &Form, filled: &[(usize, &str)], pressed: Option<usize>) -> Self {
        let mut fields = Vec::new();
        let mut chosen_groups: Vec<&str> = Vec::new();
        for (index, control) in form.controls.iter().enumerate() {
            if pressed == Some(index) && control.kind == Kind::Image {
                let prefix = control
                    .name
                    .as_ref()
                    .map(|name| format!("{name}."))
                    .unwrap_or_default();
                fields.push((format!("{prefix}x"), "1".to_owned()));
                fields.push((format!("{prefix}y"), "1".to_owned()));
                continue;
            }
            let Some(name) = control.name.as_deref() else {
                continue;
            };
            let given = filled
                .iter()
                .find(|(at, _)| *at == index)
                .map(|(_, value)| *value);
            let sent = match control.kind {
                Kind::Text | Kind::Password | Kind::Hidden | Kind::Select | Kind::TextArea => true,
                // A box that must be ticked is ticked: nobody gets past the page without it.
                Kind::Checkbox => control.checked || control.required,
                Kind::Radio => {
                    let first = !chosen_groups.contains(&name)
                        && !form.controls.iter().any(|other| {
                            other.kind == Kind::Radio
                                && other.checked
                                && other.name.as_deref() == Some(name)
                        });
                    let sent = control.checked || (control.required && first);
                    if sent {
                        chosen_groups.push(name);
                    }
                    sent
                }
                Kind::Submit | Kind::Image => pressed == Some(index),
                Kind::Other => false,
            };
            if sent {
                fields.push((
                    name.to_owned(),
                    line_breaks(given.unwrap_or(&control.value)),
                ));
            }
        }
        let by = pressed.and_then(|index| form.controls.get(index));
        Self {
            method: by.and_then(|control| control.method).unwrap_or(form.method),
            action: by
                .and_then(|control| control.action.clone())
                .or_else(|| form.action.clone()),
            enctype: form.enctype,
            fields,
        }
    }

    /// Where it goes, as written: for a GET the fields take the place of the query.
    pub(crate) fn target(&self, page: &Url) -> String {
        let action = self.action.clone().unwrap_or_else(|| page.to_string());
        if self.method == Method::Post {
            return action;
        }
        let (before_fragment, _) = action.split_once('#').unwrap_or((&action, ""));
        let (before_query, _) = before_fragment
            .split_once('?')
            .unwrap_or((before_fragment, ""));
        format!("{before_query}?{}", self.urlencoded())
    }

    /// Content type and bytes of a POST.
    pub(crate) fn body(&self) -> (String, Vec<u8>) {
        match self.enctype {
            Enctype::Urlencoded => (
                "application/x-www-form-urlencoded".to_owned(),
                self.urlencoded().into_bytes(),
            ),
            Enctype::Multipart => (
                format!("multipart/form-data; boundary={BOUNDARY}"),
                self.multipart(),
            ),
        }
    }

    fn urlencoded(&self) -> String {
        Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }

    fn multipart(&self) -> Vec<u8> {
        let mut parts: Vec<String> = Vec::new();
        for (name, value) in &self.fields {
            let name = name
                .replace('"', "%22")
                .replace('\r', "%0D")
                .replace('\n', "%0A");
            parts.push(format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        parts.push(format!("--{BOUNDARY}--\r\n"));
        parts.concat().into_bytes()
    }
}

/// Forms send line breaks as CR LF.
fn line_breaks(value: &str) -> String {
    value.replace("\r\n", "\n").replace('\n', "\r\n")
}
