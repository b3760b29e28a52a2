//! A person with a phone: opens pages, fills the forms that are there, and stops where the page
//! sends the browser away.

use reqwest::{Client, Response, StatusCode, header, redirect::Policy};
use scraper::{Html, Selector};
use url::Url;

use crate::backend::{PASSWORD, Running};

/// One browser with its cookies.
pub(crate) struct Person {
    client: Client,
    home: Url,
}

/// Where a step ended.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) html: String,
    /// Where the browser was sent when that is not this backend.
    pub(crate) left_for: Option<String>,
}

/// A form of a page with its hidden fields.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Person {
    pub(crate) fn new(backend: &Running) -> Self {
        Self::speaking(backend, "en")
    }

    pub(crate) fn speaking(backend: &Running, language: &str) -> Self {
        Self::at(&backend.url("/"), language)
    }

    /// A person in front of the backend at this address.
    pub(crate) fn at(home: &str, language: &str) -> Self {
        let language = header::HeaderValue::from_str(language).unwrap();
        let client = Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .no_proxy()
            .default_headers([(header::ACCEPT_LANGUAGE, language)].into_iter().collect())
            .build()
            .unwrap();
        Self {
            client,
            home: Url::parse(home).unwrap(),
        }
    }

    /// Opens an address of the backend and follows it for as long as it stays there.
    pub(crate) async fn open(&self, path: &str) -> Seen {
        let address = self.home.join(path).unwrap();
        let answer = self.client.get(address).send().await.unwrap();
        self.follow(answer).await
    }

    /// Sends a form.
    pub(crate) async fn submit(&self, form: &Form) -> Seen {
        let answer = self.send(form).await;
        self.follow(answer).await
    }

    /// Sends a form and takes the first answer as it is.
    pub(crate) async fn send(&self, form: &Form) -> Response {
        let address = self.home.join(&form.action).unwrap();
        self.client
            .post(address)
            .form(&form.fields)
            .send()
            .await
            .unwrap()
    }

    /// The whole way of a willing person, from the linking page to the redirect.
    pub(crate) async fn link(&self, username: &str, path: &str) -> String {
        let login = self.open(path).await;
        let consent = self
            .submit(
                &login
                    .form("login")
                    .with("username", username)
                    .with("password", PASSWORD),
            )
            .await;
        let end = self.submit(&consent.form("consent")).await;
        end.left_for
            .unwrap_or_else(|| panic!("the page keeps the browser: {}", end.html))
    }

    async fn follow(&self, mut answer: Response) -> Seen {
        for _ in 0..5 {
            let status = answer.status();
            let headers = answer.headers().clone();
            let Some(location) = headers.get(header::LOCATION) else {
                return Seen {
                    status,
                    headers,
                    html: answer.text().await.unwrap(),
                    left_for: None,
                };
            };
            let location = location.to_str().unwrap().to_owned();
            if !location.starts_with('/') {
                return Seen {
                    status,
                    headers,
                    html: answer.text().await.unwrap(),
                    left_for: Some(location),
                };
            }
            answer = self
                .client
                .get(self.home.join(&location).unwrap())
                .send()
                .await
                .unwrap();
        }
        panic!("the backend redirects in a circle");
    }
}

impl Seen {
    /// The form whose action ends with `name`.
    pub(crate) fn form(&self, name: &str) -> Form {
        let page = Html::parse_document(&self.html);
        let form = page
            .select(&Selector::parse("form").unwrap())
            .find(|form| {
                form.attr("action")
                    .is_some_and(|action| action.ends_with(name))
            })
            .unwrap_or_else(|| panic!("no form leads to {name} in {}", self.html));
        let inputs = Selector::parse("input").unwrap();
        let fields = form.select(&inputs).map(|input| {
            (
                input.attr("name").unwrap().to_owned(),
                input.attr("value").unwrap_or_default().to_owned(),
            )
        });
        Form {
            action: form.attr("action").unwrap().to_owned(),
            fields: fields.collect(),
        }
    }

    /// The target of the link whose text is `text`.
    pub(crate) fn link(&self, text: &str) -> String {
        let page = Html::parse_document(&self.html);
        let links = Selector::parse("a").unwrap();
        page.select(&links)
            .find(|link| link.text().collect::<String>().trim() == text)
            .and_then(|link| link.attr("href"))
            .unwrap_or_else(|| panic!("no link says {text} in {}", self.html))
            .to_owned()
    }

    /// The text that a person reads.
    pub(crate) fn text(&self) -> String {
        let page = Html::parse_document(&self.html);
        let main = page
            .select(&Selector::parse("main").unwrap())
            .flat_map(|main| main.text())
            .collect::<String>();
        main.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Form {
    /// Fills a field in, whether or not it is there.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}
