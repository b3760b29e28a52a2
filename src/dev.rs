//! `linklab dev`: the platform for local development, and the reference backend where none is named.

use linklab_conformance::subject::Platform;
use linklab_simulator::{Config, Environment, Simulator, StartError};

use crate::cli::{BlockFormat, Dev};
use crate::embedded::Embedded;
use crate::{Failure, speak, stop};

/// The user who is there from the start, so that a first login needs no preparation.
const FIRST_USER: &str = "Example User";

/// Serves until Ctrl-C.
pub(crate) async fn run(arguments: Dev) -> Result<u8, Failure> {
    let environment_problem = |message: String| Failure::new(3, message);
    // Listened for before anything is printed: who reads the block may stop us at once.
    let stopped = stop::signal().map_err(environment_problem)?;
    let mut embedded = match arguments.webhook_url {
        Some(_) => None,
        None => Some(Embedded::bind().map_err(environment_problem)?),
    };
    let webhook_url = embedded.as_ref().map(Embedded::webhook_url);
    let config = configured(&arguments, webhook_url);
    let platform = Simulator::start(config).await.map_err(|error| {
        let code = if matches!(error, StartError::Config(_)) {
            2
        } else {
            3
        };
        Failure::new(code, error.to_string())
    })?;
    if let Some(embedded) = &mut embedded {
        let facts = facts(&platform);
        embedded.serve(facts).await.map_err(environment_problem)?;
    }
    let linking_url = embedded
        .as_ref()
        .map(Embedded::linking_url)
        .or_else(|| arguments.linking_url.clone());
    let user = platform
        .add_user(None, FIRST_USER)
        .map_err(|error| environment_problem(error.to_string()))?;

    speak::out(&block(
        platform.environment(),
        linking_url.as_deref(),
        arguments.format,
    ));
    for line in greeting(&platform, &user, linking_url.as_deref(), embedded.as_ref()) {
        speak::remark(&line);
    }
    stopped.await;

    for sentence in platform.faults().never_fired() {
        speak::remark(&format!("warning: {sentence}"));
    }
    if let Some(embedded) = embedded {
        embedded.stop();
    }
    platform.stop().await;
    Ok(0)
}

/// What was asked for; everything else as the platform has it by default.
fn configured(arguments: &Dev, embedded_webhook: Option<String>) -> Config {
    let default = Config::default();
    let or = |given: &Option<String>, default: String| given.clone().unwrap_or(default);
    Config {
        listen: arguments.listen,
        app_id: or(&arguments.app_id, default.app_id),
        app_secret: or(&arguments.app_secret, default.app_secret),
        page_id: or(&arguments.page_id, default.page_id),
        page_access_token: or(&arguments.page_access_token, default.page_access_token),
        verify_token: or(&arguments.verify_token, default.verify_token),
        webhook_url: arguments.webhook_url.clone().or(embedded_webhook),
        seed: arguments.seed,
        control_beyond_loopback: arguments.control_beyond_loopback,
        ..Config::default()
    }
}

/// What the embedded backend is told.
fn facts(platform: &Simulator) -> Platform {
    let config = platform.config().clone();
    Platform {
        listen: platform.address(),
        graph_url: platform.graph_url(),
        app_id: config.app_id,
        app_secret: config.app_secret,
        page_id: config.page_id,
        page_access_token: config.page_access_token,
        verify_token: config.verify_token,
    }
}

fn block(environment: Environment, linking_url: Option<&str>, format: BlockFormat) -> String {
    let environment = match linking_url {
        Some(url) => environment.with("LINKING_URL", url),
        None => environment,
    };
    match format {
        BlockFormat::Env => environment.to_env(),
        BlockFormat::Json => environment.to_json().to_string(),
    }
}

fn greeting(
    platform: &Simulator,
    user: &str,
    linking_url: Option<&str>,
    embedded: Option<&Embedded>,
) -> Vec<String> {
    let origin = platform.graph_url();
    let mut lines = vec![format!(
        "platform on {origin}; its control plane is described by {origin}/_linklab/openapi.json"
    )];
    if let Some(embedded) = embedded {
        let (username, password) = Embedded::first_account();
        lines.push(format!(
            "reference backend on {}; log in as {username} with {password}",
            embedded.origin()
        ));
    }
    lines.push(format!("{FIRST_USER} talks to the page as {user}; let the user tap Log In and open the answered url:"));
    let url = linking_url.unwrap_or("YOUR_LINKING_URL");
    lines.push(format!(
        "  curl -s {origin}/_linklab/users/{user}/log-in -H 'content-type: application/json' -d '{{\"url\":\"{url}\"}}'"
    ));
    lines.push("Ctrl-C stops everything".to_owned());
    lines
}
