//! Who may use the control plane: programs, and pages of the platform's own origin.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};
use warp::http::HeaderMap;
use warp::http::header::{HOST, ORIGIN};

use super::error::ControlError;

/// Refuses what a foreign page makes a browser do, also by a name that leads to this machine (DNS rebinding).
pub(super) fn check(
    address: SocketAddr,
    beyond_loopback: bool,
    headers: &HeaderMap,
) -> Result<(), ControlError> {
    if !address.ip().is_loopback() && !beyond_loopback {
        return Err(ControlError::Foreign(format!(
            "the platform listens on {address}, beyond this machine, so its control plane is closed; listen on loopback, or open it with control_beyond_loopback"
        )));
    }
    let line = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = line(HOST.as_str()).unwrap_or_default();
    let named = Url::parse(&format!("http://{host}")).ok();
    // An IP address cannot be rebound, and `localhost` never leaves the machine.
    let trusted = named
        .as_ref()
        .and_then(Url::host)
        .is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(ip) => beyond_loopback || is_own(IpAddr::V4(ip), address),
            Host::Ipv6(ip) => beyond_loopback || is_own(IpAddr::V6(ip), address),
        });
    if !trusted {
        return Err(ControlError::Foreign(format!(
            "the control plane is not served under the name \"{host}\"; use http://{address}"
        )));
    }
    let foreign = match line(ORIGIN.as_str()) {
        Some(origin) => {
            named.is_none_or(|own| Url::parse(origin).map(|url| url.origin()) != Ok(own.origin()))
        }
        None => line("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")),
    };
    if foreign {
        return Err(ControlError::Foreign(
            "a page of another origin must not use the control plane; call it from a program, or open the address yourself"
                .to_owned(),
        ));
    }
    Ok(())
}

fn is_own(ip: IpAddr, address: SocketAddr) -> bool {
    ip.is_loopback() || ip == address.ip()
}

#[cfg(test)]
mod tests {
    use warp::http::{HeaderName, HeaderValue};

    use super::*;

    fn passes(lines: &[(&'static str, &'static str)]) -> bool {
        let address = SocketAddr::from(([127, 0, 0, 1], 9100));
        let headers = lines.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        check(address, false, &headers.collect()).is_ok()
    }

    #[test]
    fn programs_and_own_pages_pass_and_everybody_else_does_not() {
        let own = ("host", "127.0.0.1:9100");
        for (lines, good) in [
            (vec![own], true),
            (vec![("host", "localhost:9100")], true),
            (vec![("host", "[::1]:9100")], true),
            (vec![own, ("origin", "http://127.0.0.1:9100")], true),
            (vec![own, ("sec-fetch-site", "none")], true),
            (vec![own, ("sec-fetch-site", "same-origin")], true),
            (vec![], false),
            (vec![("host", "evil.example:9100")], false),
            (vec![("host", "10.0.0.1:9100")], false),
            (vec![own, ("origin", "http://127.0.0.1:9101")], false),
            (vec![own, ("origin", "null")], false),
            (vec![own, ("origin", "https://evil.example")], false),
            (vec![own, ("sec-fetch-site", "cross-site")], false),
            (vec![own, ("sec-fetch-site", "same-site")], false),
        ] {
            assert_eq!(passes(&lines), good, "{lines:?}");
        }
    }

    #[test]
    fn beyond_loopback_it_is_closed_until_it_is_opened() {
        let address = SocketAddr::from(([0, 0, 0, 0], 9100));
        let line = (HOST, HeaderValue::from_static("192.0.2.7:9100"));
        let headers: HeaderMap = [line].into_iter().collect();
        assert!(check(address, false, &headers).is_err());
        assert!(check(address, true, &headers).is_ok());
    }
}
