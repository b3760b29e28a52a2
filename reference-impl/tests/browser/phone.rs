//! A phone: Chromium with the size, the touch screen and the language of one.

use std::{env, fs, path::Path, time::Duration};

use fantoccini::{
    Client, ClientBuilder, Locator,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};
use warp::http::Method;

use crate::driver::Driver;

const DEADLINE: Duration = Duration::from_secs(15);

/// One browser session on a phone.
pub(crate) struct Phone {
    pub(crate) client: Client,
    _driver: Driver,
    _profile: TempDir,
}

impl Phone {
    /// An ordinary phone, 390 by 844.
    pub(crate) async fn start() -> Self {
        Self::sized(390, "en-US,en").await
    }

    /// A phone of this width whose owner reads this language.
    pub(crate) async fn sized(width: u32, language: &str) -> Self {
        let driver = Driver::start().await;
        let profile = tempfile::Builder::new()
            .prefix("linklab-reference-")
            .tempdir()
            .unwrap();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(profile.path(), width, language))
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap();
        Self {
            client,
            _driver: driver,
            _profile: profile,
        }
    }

    pub(crate) async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// Types into the field with this label.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let path = format!("//input[@id=//label[normalize-space()='{label}']/@for]");
        let field = self.client.find(Locator::XPath(&path)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Taps what says this.
    pub(crate) async fn tap(&self, words: &str) {
        let path = format!("//*[self::a or self::button][normalize-space()='{words}']");
        self.client
            .find(Locator::XPath(&path))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
    }

    /// Waits for the page with this heading.
    pub(crate) async fn sees(&self, heading: &str) {
        let path = format!("//h1[normalize-space()='{heading}']");
        let wait = self
            .client
            .wait()
            .at_most(DEADLINE)
            .for_element(Locator::XPath(&path))
            .await;
        if let Err(error) = wait {
            let page = self.client.source().await.unwrap_or_default();
            panic!("no heading says {heading} ({error}) in {page}");
        }
    }

    /// Waits until the page says this somewhere.
    pub(crate) async fn reads(&self, words: &str) {
        let path = format!("//main//*[contains(normalize-space(.), '{words}')]");
        let wait = self
            .client
            .wait()
            .at_most(DEADLINE)
            .for_element(Locator::XPath(&path))
            .await;
        if let Err(error) = wait {
            let page = self.client.source().await.unwrap_or_default();
            panic!("nothing says {words} ({error}) in {page}");
        }
    }

    /// Switches the dark mode.
    pub(crate) async fn be_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.tell("Emulation.setEmulatedMedia", media).await;
    }

    async fn tell(&self, method: &'static str, params: Value) {
        self.client
            .issue_cmd(DevTools { method, params })
            .await
            .unwrap();
    }

    /// Saves a picture when pictures are wanted.
    pub(crate) async fn picture(&self, name: &str) {
        if let Some(folder) = env::var_os("SCREENSHOTS") {
            let picture = self.client.screenshot().await.unwrap();
            fs::create_dir_all(&folder).unwrap();
            fs::write(Path::new(&folder).join(format!("{name}.png")), picture).unwrap();
        }
    }

    /// The page neither scrolls sideways nor has a control that a thumb would miss.
    pub(crate) async fn fits(&self, width: u32, page: &str) {
        let script = "
            const wide = document.documentElement.scrollWidth - window.innerWidth;
            const small = [...document.querySelectorAll('input:not([type=hidden]), button, a')]
                .map(control => [control.textContent || control.name, control.getBoundingClientRect()])
                .filter(([, box]) => box.height < 44 || box.left < 0 || box.right > window.innerWidth)
                .map(([name, box]) => `${name}: ${box.width}x${box.height}`);
            return [wide, small, window.innerWidth];";
        let found = self.client.execute(script, Vec::new()).await.unwrap();
        assert_eq!(found[2], json!(width), "the phone has the wrong size");
        assert!(
            found[0].as_i64().unwrap() <= 0,
            "{page} scrolls sideways by {}",
            found[0]
        );
        assert_eq!(
            found[1],
            json!([]),
            "{page} has controls that are small or cut off"
        );
    }

    /// What the browser complained of: blocked styles, scripts, forms.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Console).await.unwrap();
        let entries = log.as_array().cloned().unwrap_or_default();
        let messages = entries
            .iter()
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned());
        // Browsers ask for a favicon without being told to, and there is none.
        messages
            .filter(|message| !message.contains("favicon"))
            .collect()
    }

    pub(crate) async fn put_away(self) {
        self.client.close().await.unwrap();
    }
}

fn capabilities(profile: &Path, width: u32, language: &str) -> Capabilities {
    let value = json!({
        "browserName": "chrome",
        "goog:chromeOptions": {
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                // Nothing but this machine: a page that fetches something from outside fails.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                format!("--user-data-dir={}", profile.display()),
            ],
            "prefs": { "intl.accept_languages": language, "intl.selected_languages": language },
            "mobileEmulation": {
                "deviceMetrics": { "width": width, "height": 844, "pixelRatio": 2.0, "touch": true, "mobile": true },
                "clientHints": { "platform": "Android", "mobile": true },
            },
        },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    match value {
        Value::Object(map) => map,
        _ => unreachable!("an object literal"),
    }
}

/// One call of the browser's own protocol, sent over the session.
#[derive(Debug)]
struct DevTools {
    method: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.method, "params": self.params });
        (Method::POST, Some(body.to_string()))
    }
}

/// Reads the browser's console.
#[derive(Debug)]
struct Console;

impl WebDriverCompatibleCommand for Console {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
