//! A page as the driver keeps it: owned data, free of the parser.

use url::Url;

use super::form::{Form, Press};
use crate::transcript::Via;

/// One answer of the backend, read.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Where it came from; targets are resolved against `base`.
    pub(crate) url: Url,
    /// `<base href>`, else the page's own address.
    pub(crate) base: Url,
    /// HTTP status.
    pub(crate) status: u16,
    /// Content type as sent.
    pub(crate) content_type: String,
    /// Whether it is HTML at all.
    pub(crate) html: bool,
    /// Title, or the first words of the body: for sentences to people.
    pub(crate) title: String,
    /// Forms in the order of the document.
    pub(crate) forms: Vec<Form>,
    /// What can be pressed, in the order of the document.
    pub(crate) presses: Vec<Press>,
    /// Whether it brings scripts of its own.
    pub(crate) scripted: bool,
    /// Where the page sends the browser without being asked.
    pub(crate) onward: Option<Onward>,
    /// `no-referrer` policy told in the page.
    pub(crate) no_referrer: bool,
}

/// A navigation that a page starts on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Onward {
    /// To this address, by this means.
    To(String, Via),
    /// By sending its only form.
    SendForm,
}

impl Page {
    /// The page in words, for sentences about what was found. The query is left out: it repeats the linking URL.
    pub(crate) fn told(&self) -> String {
        let mut address = self.url.clone();
        address.set_query(None);
        address.set_fragment(None);
        let content = if self.content_type.is_empty() {
            "no content type"
        } else {
            &self.content_type
        };
        let kind = if self.html { "" } else { ", so no HTML page" };
        let mut text = format!("{address} ({}, {content}{kind})", self.status);
        if !self.title.is_empty() {
            text = format!("{text} titled \"{}\"", self.title);
        }
        text
    }

    /// What the page offers, for sentences about what was found.
    pub(crate) fn inventory(&self) -> String {
        let mut found = Vec::new();
        for form in &self.forms {
            let fields: Vec<&str> = form
                .controls
                .iter()
                .filter(|control| control.is_typed())
                .map(|control| control.selector.as_str())
                .collect();
            found.push(match fields.as_slice() {
                [] => "a form without fields".to_owned(),
                fields => format!("a form with {}", fields.join(", ")),
            });
        }
        let presses: Vec<String> = self
            .presses
            .iter()
            .take(8)
            .map(|press| format!("\"{}\"", shortened(&press.words, 40)))
            .collect();
        if !presses.is_empty() {
            found.push(format!("to press: {}", presses.join(", ")));
        }
        if found.is_empty() {
            let scripts =
                ", only scripts, which this driver does not run: it needs forms in the HTML itself";
            let scripts = if self.scripted { scripts } else { "" };
            format!("neither forms nor links{scripts}")
        } else {
            found.join("; ")
        }
    }
}

/// At most `limit` characters of a text.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
