//! From HTML to a [`Page`]: forms with all that belongs to them, things to press, and silent navigations.

mod control;
mod refresh;

use std::collections::HashMap;

use scraper::{ElementRef, Html};
use url::Url;

use self::refresh::refresh_target;
use super::element::{is_shown, pictured, selector_of, squeezed, text_of, trimmed};
use super::form::{Effect, Enctype, Form, Method, Press};
use super::hint::Hints;
use super::page::{Onward, Page, shortened};
use super::script;
use crate::subject::LoginHints;
use crate::transcript::Via;

/// More elements of one sort than this are not read; no login page comes near.
const MOST_ELEMENTS: usize = 2_000;

/// The answer as the browser got it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub(crate) url: &'a Url,
    pub(crate) status: u16,
    pub(crate) content_type: &'a str,
    pub(crate) refresh: Option<&'a str>,
    pub(crate) body: &'a str,
}

/// Reads an answer; what is no HTML becomes a page without content.
pub(crate) fn page(raw: Raw<'_>, hints: &LoginHints) -> Page {
    let html = is_html(raw);
    let mut page = Page {
        url: raw.url.clone(),
        base: raw.url.clone(),
        status: raw.status,
        content_type: raw
            .content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        html,
        title: String::new(),
        forms: Vec::new(),
        presses: Vec::new(),
        onward: raw
            .refresh
            .and_then(refresh_target)
            .map(|target| Onward::To(target, Via::Meta)),
        no_referrer: false,
        scripted: false,
    };
    if html {
        Reader::new(&Html::parse_document(raw.body), hints).read(&mut page);
    }
    page
}

fn is_html(raw: Raw<'_>) -> bool {
    let told = raw.content_type.to_ascii_lowercase();
    if told.is_empty() {
        return raw.body.trim_start().starts_with('<');
    }
    told.contains("html") || told.contains("application/xml")
}

struct Reader<'a> {
    document: &'a Html,
    hints: Hints,
    /// Forms in the order of the page's list.
    forms: Vec<ElementRef<'a>>,
    /// Id of a form to its index.
    form_ids: HashMap<String, usize>,
    /// Text of `label for`.
    labels: HashMap<String, String>,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Html, hints: &LoginHints) -> Self {
        Self {
            document,
            hints: Hints::of(hints),
            forms: Vec::new(),
            form_ids: HashMap::new(),
            labels: HashMap::new(),
        }
    }

    /// Elements that a browser with scripts would build.
    fn elements(&self) -> impl Iterator<Item = ElementRef<'a>> + use<'a> {
        self.document
            .root_element()
            .descendants()
            .filter_map(ElementRef::wrap)
            .filter(|element| {
                !element
                    .ancestors()
                    .filter_map(ElementRef::wrap)
                    .any(|around| matches!(around.value().name(), "noscript" | "template"))
            })
    }

    fn read(mut self, page: &mut Page) {
        for element in self.elements().take(MOST_ELEMENTS * 10) {
            match element.value().name() {
                "form" if page.forms.len() < MOST_ELEMENTS => self.form(element, page),
                "label" => {
                    if let Some(target) = element.attr("for") {
                        self.labels.insert(target.to_owned(), text_of(element));
                    }
                }
                "base" => {
                    if let Some(base) = element
                        .attr("href")
                        .and_then(|href| page.url.join(href).ok())
                    {
                        page.base = base;
                    }
                }
                "title" => page.title = shortened(&text_of(element), 80),
                "meta" => meta(element, page),
                "script" => page.scripted = true,
                _ => {}
            }
        }
        for element in self.elements().take(MOST_ELEMENTS * 10) {
            match element.value().name() {
                "input" | "button" | "select" | "textarea" => self.control(element, page),
                "a" | "area" if page.presses.len() < MOST_ELEMENTS => self.link(element, page),
                _ => {}
            }
        }
        if page.title.is_empty() {
            page.title = shortened(&text_of(self.document.root_element()), 80);
        }
        if page.onward.is_none() {
            page.onward = self.script_onward(page);
        }
    }

    fn form(&mut self, element: ElementRef<'a>, page: &mut Page) {
        let index = page.forms.len();
        self.forms.push(element);
        if let Some(id) = element.attr("id") {
            self.form_ids.entry(id.to_owned()).or_insert(index);
        }
        page.forms.push(Form {
            action: element
                .attr("action")
                .map(trimmed)
                .filter(|action| !action.is_empty()),
            method: method(element.attr("method")).unwrap_or(Method::Get),
            enctype: match element.attr("enctype") {
                Some(kind) if kind.eq_ignore_ascii_case("multipart/form-data") => {
                    Enctype::Multipart
                }
                _ => Enctype::Urlencoded,
            },
            codename: ["id", "name", "class", "action"]
                .map(|name| element.attr(name).unwrap_or_default())
                .join(" "),
            controls: Vec::new(),
        });
    }

    fn owner(&self, element: ElementRef<'a>) -> Option<usize> {
        match element.attr("form") {
            Some(id) => self.form_ids.get(id).copied(),
            None => element
                .ancestors()
                .filter_map(ElementRef::wrap)
                .find_map(|around| self.forms.iter().position(|form| *form == around)),
        }
    }

    fn link(&self, element: ElementRef<'a>, page: &mut Page) {
        if !is_shown(element) {
            return;
        }
        let href = element.attr("href").map(trimmed);
        let handler = element
            .attr("onclick")
            .map(|code| self.scripted(code, None, page));
        let effect = match (handler, href) {
            (Some(effect), _) if !matches!(effect, Effect::Opaque(_)) => effect,
            (_, Some(href))
                if href
                    .get(..11)
                    .is_some_and(|head| head.eq_ignore_ascii_case("javascript:")) =>
            {
                self.scripted(&href[11..], None, page)
            }
            (_, Some(href)) if !href.is_empty() && !href.starts_with('#') => Effect::Follow(href),
            (Some(effect), _) => effect,
            (None, Some(href)) => Effect::Opaque(format!("href=\"{href}\"")),
            (None, None) => return,
        };
        let words = [
            text_of(element),
            ["aria-label", "title"]
                .map(|name| element.attr(name).unwrap_or_default())
                .join(" "),
            pictured(element),
        ]
        .join(" ");
        let words = squeezed(&words);
        page.presses.push(Press {
            words: if words.is_empty() {
                ["id", "class"]
                    .map(|name| element.attr(name).unwrap_or_default())
                    .join(" ")
            } else {
                words
            },
            effect,
            roles: self.hints.roles(element),
            selector: selector_of(element),
        });
    }

    /// What scripts would do once the page is there, as far as it can be read without running them.
    fn script_onward(&self, page: &Page) -> Option<Onward> {
        for element in self.elements() {
            let code = match element.value().name() {
                "script"
                    if element.attr("src").is_none() && is_javascript(element.attr("type")) =>
                {
                    element.text().collect::<String>()
                }
                "body" => match element.attr("onload") {
                    Some(code) => code.to_owned(),
                    None => continue,
                },
                _ => continue,
            };
            if let Some(target) = script::assigned(&code) {
                return Some(Onward::To(target, Via::Script));
            }
            if page.forms.len() == 1 && script::submits(&code) {
                return Some(Onward::SendForm);
            }
        }
        None
    }
}

fn meta(element: ElementRef<'_>, page: &mut Page) {
    let content = element.attr("content").unwrap_or_default();
    if element
        .attr("http-equiv")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("refresh"))
        && page.onward.is_none()
    {
        page.onward = refresh_target(content).map(|target| Onward::To(target, Via::Meta));
    }
    if element
        .attr("name")
        .is_some_and(|name| name.eq_ignore_ascii_case("referrer"))
    {
        page.no_referrer = content.eq_ignore_ascii_case("no-referrer");
    }
}

fn is_javascript(kind: Option<&str>) -> bool {
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    kind.is_empty()
        || kind == "module"
        || kind.ends_with("javascript")
        || kind.ends_with("ecmascript")
}

fn method(value: Option<&str>) -> Option<Method> {
    let value = value?;
    Some(if value.eq_ignore_ascii_case("post") {
        Method::Post
    } else {
        Method::Get
    })
}
