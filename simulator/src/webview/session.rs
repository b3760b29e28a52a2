//! Whose browser it is: the start address of a webview, and the cookie that it sets.

use warp::http::HeaderMap;
use warp::http::header::COOKIE;

use super::opening::join_query;
use crate::hub::Hub;
use crate::webhook::{same_secret, sha256_hex};

/// The path of start addresses.
pub(crate) const START_PATH: &str = "/messenger_platform/webview/";

impl Hub {
    /// The platform's own address that makes a browser this user's and sends it on to `url`.
    ///
    /// It is sealed with the platform's seed, so that it leads nowhere but where the platform meant.
    pub(crate) fn start_url(&self, psid: &str, url: &str) -> String {
        let front = format!("{}{START_PATH}", self.origin());
        let seal = self.start_seal(psid, url);
        join_query(&front, [("psid", psid), ("seal", &seal), ("url", url)])
    }

    /// Whether a start address is one of ours.
    pub(crate) fn is_start(&self, psid: &str, url: &str, seal: &str) -> bool {
        same_secret(seal, &self.start_seal(psid, url))
    }

    /// The `Set-Cookie` line for this user's browser. Lax: the way back is a navigation from another site.
    pub(crate) fn set_cookie(&self, psid: &str) -> String {
        format!(
            "{}={psid}.{}; Path=/; HttpOnly; SameSite=Lax",
            self.cookie_name(),
            self.cookie_seal(psid)
        )
    }

    /// The user whose cookie a request carries.
    pub(crate) fn user_of(&self, headers: &HeaderMap) -> Option<String> {
        let name = self.cookie_name();
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(given, _)| *given == name)
            .filter_map(|(_, value)| value.split_once('.'))
            .find(|(psid, seal)| same_secret(seal, &self.cookie_seal(psid)))
            .map(|(psid, _)| psid.to_owned())
    }

    /// Cookies are shared by all ports of a host, so the port is part of the name.
    fn cookie_name(&self) -> String {
        format!("linklab_user_{}", self.address.port())
    }

    fn cookie_seal(&self, psid: &str) -> String {
        sha256_hex(&format!("cookie {}", self.config.seed), psid.as_bytes())
    }

    fn start_seal(&self, psid: &str, url: &str) -> String {
        let key = format!("start {}", self.config.seed);
        sha256_hex(&key, format!("{psid} {url}").as_bytes())
    }
}
