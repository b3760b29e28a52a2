//! The platform and the backend, as two servers that know each other.

use linklab_reference::{AllowList, Backend, Config, Page, Secret};
use linklab_simulator::Simulator;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub(crate) const PSID: &str = "26628309676818465";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A simulator and a backend with the account of Ann.
pub(crate) struct Stage {
    pub(crate) platform: Simulator,
    pub(crate) backend_url: String,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let backend_url = format!("http://{}", listener.local_addr().unwrap());
        let settings = linklab_simulator::Config {
            webhook_url: Some(format!("{backend_url}/webhook")),
            ..Default::default()
        };
        let platform = Simulator::start(settings).await.unwrap();
        platform.add_user(Some(PSID), "Ann").unwrap();

        let known = platform.config();
        let page = Page {
            id: known.page_id.clone(),
            app_secret: Secret::new(&known.app_secret),
            verify_token: Secret::new(&known.verify_token),
            access_token: Secret::new(&known.page_access_token),
        };
        let mut config = Config::new(page, platform.graph_url());
        let landing = format!(
            "{}/messenger_platform/account_linking/",
            platform.graph_url()
        );
        config.redirect_allow = AllowList::new([landing.as_str()]).unwrap();
        let backend = Backend::open(config).await.unwrap();
        backend
            .create_account("ann", "Ann", PASSWORD)
            .await
            .unwrap();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let served = tokio::spawn(async move { backend.serve(listener, stopped).await.unwrap() });
        platform.verify_webhook().await.unwrap();
        Self {
            platform,
            backend_url,
            stop,
            served,
        }
    }

    /// Taps the Log In button; gives the address that the webview opens.
    pub(crate) fn tap(&self) -> String {
        let button = format!("{}/authorize", self.backend_url);
        self.platform.tap_log_in(PSID, &button, None).unwrap().url
    }

    pub(crate) async fn clear(self) {
        self.stop.cancel();
        self.served.await.unwrap();
        self.platform.stop().await;
    }
}
