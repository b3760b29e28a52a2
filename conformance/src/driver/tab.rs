//! A tab: the page it shows, how it gets from page to page, and where a navigation is intercepted.

use std::time::Instant;

use reqwest::Method as HttpMethod;
use url::Url;

use super::browser::{Browser, Call, From, NoAnswer};
use super::form::{Effect, Method};
use super::login::Ended;
use super::page::{Onward, Page};
use super::parse::{self, Raw};
use super::site::{Course, Site};
use super::submission::Submission;
use crate::subject::LoginHints;
use crate::transcript::{Exchange, Navigated, Via, What};

/// Automatic steps in a row before it counts as a loop; browsers allow 20, no login page needs 10.
const MOST_HOPS: usize = 10;

/// Something that happened, and when.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) at: Instant,
    pub(crate) what: What,
}

/// One tab of a browser, opened for one linking.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) browser: Browser,
    pub(crate) redirect_uri: String,
    pub(crate) page: Option<Page>,
    pub(crate) hints: LoginHints,
    site: Site,
    log: Vec<Logged>,
}

/// A step that the browser takes next.
enum Next {
    Call(Box<Call>),
    Leave(String, Via, Option<u16>),
}

impl Next {
    fn call(call: Call) -> Self {
        Self::Call(Box::new(call))
    }
}

impl Tab {
    pub(crate) fn new(
        browser: Browser,
        site: Site,
        redirect_uri: &str,
        hints: &LoginHints,
    ) -> Self {
        Self {
            browser,
            redirect_uri: redirect_uri.to_owned(),
            page: None,
            hints: hints.clone(),
            site,
            log: Vec::new(),
        }
    }

    /// What happened since the last time of asking.
    pub(crate) fn take_log(&mut self) -> Vec<Logged> {
        std::mem::take(&mut self.log)
    }

    pub(crate) fn note(&mut self, what: What) {
        self.log.push(Logged {
            at: Instant::now(),
            what,
        });
    }

    /// The platform opens an address in this tab.
    pub(crate) async fn open(&mut self, url: &str) -> Result<Ended, NoAnswer> {
        let url = Url::parse(url)
            .map_err(|error| NoAnswer(format!("\"{url}\" cannot be opened: {error}")))?;
        self.follow(Next::call(Call::get(url, None))).await
    }

    /// The user presses something on the page shown.
    pub(crate) async fn press(&mut self, effect: &Effect) -> Result<Ended, NoAnswer> {
        match effect {
            Effect::Follow(target) => self.go(target, Via::Link).await,
            Effect::Assign(target) => self.go(target, Via::Script).await,
            Effect::Send { form, control } => {
                let Some(form) = self.page.as_ref().and_then(|page| page.forms.get(*form)) else {
                    return Ok(Ended::Stuck("the form is no longer on the page".to_owned()));
                };
                let submission = Submission::of(form, &[], *control);
                self.submit(&submission).await
            }
            Effect::Stay => Ok(Ended::Stayed),
            Effect::Opaque(what) => Ok(Ended::Stuck(format!(
                "the control needs a script that cannot be read without running it ({what})"
            ))),
        }
    }

    /// The user sends a form of the page shown.
    pub(crate) async fn submit(&mut self, submission: &Submission) -> Result<Ended, NoAnswer> {
        let next = self.submission(submission);
        self.follow(next).await
    }

    async fn go(&mut self, target: &str, via: Via) -> Result<Ended, NoAnswer> {
        let next = self.toward(target, via, None);
        self.follow(next).await
    }

    /// Takes a step and every step that follows without the user.
    async fn follow(&mut self, first: Next) -> Result<Ended, NoAnswer> {
        let mut next = first;
        let mut trail = Vec::new();
        for _ in 0..=MOST_HOPS {
            let call = match next {
                Next::Leave(url, via, status) => {
                    let after_credentials = self.browser.sent_credentials();
                    self.note(What::Navigated(Navigated {
                        url: url.clone(),
                        via,
                        status,
                        after_credentials,
                    }));
                    return Ok(Ended::Navigated(url));
                }
                Next::Call(call) => call,
            };
            trail.push(short(&call.url));
            let begun = Instant::now();
            let exchange = self.browser.call(&call).await?;
            let after = self.after(&call, &exchange);
            self.log.push(Logged {
                at: begun,
                what: What::Browser(exchange),
            });
            let Some(step) = after else {
                return Ok(Ended::Stayed);
            };
            next = step;
        }
        Ok(Ended::Stuck(format!(
            "redirect loop: {MOST_HOPS} redirects in a row led to no page: {}",
            trail.join(" -> ")
        )))
    }

    /// What the browser does with an answer: goes on, or shows the page.
    fn after(&mut self, call: &Call, exchange: &Exchange) -> Option<Next> {
        let status = Some(exchange.status);
        if (300..400).contains(&exchange.status)
            && let Some(location) = exchange.header("location")
        {
            return Some(
                match self.site.course(&call.url, location, &self.redirect_uri) {
                    Course::Away => Next::Leave(location.to_owned(), Via::Location, status),
                    Course::Inside(url) if matches!(exchange.status, 307 | 308) => {
                        Next::call(Call {
                            url,
                            ..call.clone()
                        })
                    }
                    Course::Inside(url) => Next::call(Call::get(url, call.from.clone())),
                },
            );
        }
        let page = parse::page(
            Raw {
                url: &call.url,
                status: exchange.status,
                content_type: exchange.header("content-type").unwrap_or_default(),
                refresh: exchange.header("refresh"),
                body: &exchange.body,
            },
            &self.hints,
        );
        let no_referrer = page.no_referrer
            || exchange.header("referrer-policy").is_some_and(|policy| {
                policy
                    .split(',')
                    .next_back()
                    .is_some_and(|last| last.trim().eq_ignore_ascii_case("no-referrer"))
            });
        let onward = page.onward.clone();
        self.page = Some(Page {
            no_referrer,
            ..page
        });
        match onward? {
            Onward::To(target, via) => Some(self.toward(&target, via, status)),
            Onward::SendForm => {
                let form = self.page.as_ref().and_then(|page| page.forms.first())?;
                let submission = Submission::of(form, &[], None);
                Some(self.submission(&submission))
            }
        }
    }

    fn toward(&self, target: &str, via: Via, status: Option<u16>) -> Next {
        let Some(page) = &self.page else {
            return Next::Leave(target.to_owned(), via, status);
        };
        match self.site.course(&page.base, target, &self.redirect_uri) {
            Course::Away => Next::Leave(target.to_owned(), via, status),
            Course::Inside(url) => Next::call(Call::get(url, self.from())),
        }
    }

    fn submission(&self, submission: &Submission) -> Next {
        let Some(page) = &self.page else {
            return Next::Leave(
                submission.action.clone().unwrap_or_default(),
                Via::Form,
                None,
            );
        };
        let target = submission.target(&page.url);
        match self.site.course(&page.base, &target, &self.redirect_uri) {
            Course::Away => Next::Leave(target, Via::Form, None),
            Course::Inside(url) if submission.method == Method::Get => {
                Next::call(Call::get(url, self.from()))
            }
            Course::Inside(url) => Next::call(Call {
                method: HttpMethod::POST,
                url,
                body: Some(submission.body()),
                form: submission.fields.clone(),
                from: self.from(),
            }),
        }
    }

    fn from(&self) -> Option<From> {
        self.page.as_ref().map(|page| From {
            page: page.url.clone(),
            no_referrer: page.no_referrer,
        })
    }
}

fn short(url: &Url) -> String {
    url.path().to_owned()
}
