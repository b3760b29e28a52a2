//! Is anybody there? Asked before anything else, answered within two seconds.

use std::time::Duration;

use tokio::net::TcpStream;
use url::Url;

use super::RunError;
use crate::text::Text;

/// Time allowed for a connection.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Connects to the host and port of a URL and hangs up; the error says what the system said.
pub(super) async fn knock(url: &str) -> Result<(), String> {
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    let host = match parsed.host() {
        Some(url::Host::Domain(name)) => name.to_owned(),
        Some(url::Host::Ipv4(address)) => address.to_string(),
        Some(url::Host::Ipv6(address)) => address.to_string(),
        None => return Err("the URL names no host".to_owned()),
    };
    let port = parsed.port_or_known_default().unwrap_or(80);
    match tokio::time::timeout(PATIENCE, TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} ms", PATIENCE.as_millis())),
    }
}

/// What `name` of the description says must be reachable before a run begins.
pub(super) async fn reachable(name: &str, url: &str) -> Result<(), RunError> {
    knock(url).await.map_err(|error| {
        RunError::Environment(Text::new(
            format!(
                "nothing answers at {url} ({name}): {error}; start the backend first, or describe in [start] of \
                 linking.toml how linklab starts it"
            ),
            format!("{url}({name})没有应答:{error};请先启动后端,或在 linking.toml 的 [start] 中写明启动方式"),
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn a_closed_port_is_told_at_once() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/authorize", free.local_addr().unwrap());
        assert_eq!(knock(&url).await, Ok(()));
        drop(free);
        let asked = Instant::now();
        let error = reachable("linking_url", &url).await.unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert!(error.to_string().contains(&url), "{error}");
        assert!(asked.elapsed() < Duration::from_secs(2));
    }
}
