//! Scenario `server-fetch`: a `redirect_uri` that we host ourselves, to see who comes.
//!
//! The browser of the suite never fetches it, so whoever connects is the backend.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use proptest::strategy::{BoxedStrategy, Just, Strategy};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::beside::newcomer;
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::RedirectUri;
use crate::stage::{Cut, Recording, Stage};
use crate::transcript::{Transcript, What};

/// One request is enough to know; a backend that retries for ever is not listened to for ever.
const MOST_REQUESTS: usize = 8;
/// Head of a request, in bytes, that is read at most.
const MOST_BYTES: u64 = 16 * 1024;
/// How long a visitor may take for the head of its request.
const PATIENCE: Duration = Duration::from_secs(2);

/// Flow 0, a plain login towards a port of this machine. It is listened to until the login has ended and the window in
/// which things must not happen has passed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerFetch;

impl Scenario for ServerFetch {
    type Value = ();

    fn name(&self) -> &'static str {
        "server-fetch"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            // Also where no login ever comes back: this may be why.
            Profile::Smoke => 1,
            Profile::Default => 2,
            Profile::Deep => 5,
        }
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = listen(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn listen(stage: &Stage, recording: &mut Recording<'_>, account: usize) -> Result<(), Cut> {
    let unheard = |error: std::io::Error| {
        Cut(format!(
            "no port of 127.0.0.1 could be listened to: {error}"
        ))
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(unheard)?;
    let address = listener.local_addr().map_err(unheard)?;
    let (heard, mut visits) = mpsc::channel(MOST_REQUESTS);
    let stop = CancellationToken::new();
    let _stopped = stop.clone().drop_guard();
    tokio::spawn(receive(listener, heard, stop));

    let flow = recording.flow(newcomer(account, hosted(address)))?;
    recording.log_in(flow).await?;
    // The first visit may come after the answer to the browser; later ones add nothing.
    if let Ok(Some(visit)) = tokio::time::timeout(stage.negative_window(), visits.recv()).await {
        recording.file(
            visit.at,
            flow,
            "",
            What::ForeignFetch {
                request: visit.request,
            },
        );
    }
    Ok(())
}

fn hosted(address: SocketAddr) -> RedirectUri {
    RedirectUri {
        scheme: "http".to_owned(),
        host: address.ip().to_string(),
        port: Some(address.port()),
        ..RedirectUri::live()
    }
}

/// A request that was not the browser's.
#[derive(Debug)]
struct Visit {
    at: Instant,
    /// Request line and user agent.
    request: String,
}

async fn receive(listener: TcpListener, heard: mpsc::Sender<Visit>, stop: CancellationToken) {
    for _ in 0..MOST_REQUESTS {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            return;
        };
        let at = Instant::now();
        // A connection that says nothing is a visit as well.
        let request = match tokio::time::timeout(PATIENCE, answer(stream)).await {
            Ok(Ok(request)) => request,
            Ok(Err(_)) | Err(_) => "a connection without a request".to_owned(),
        };
        if heard.send(Visit { at, request }).await.is_err() {
            return;
        }
    }
}

async fn answer(stream: TcpStream) -> std::io::Result<String> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader.take(MOST_BYTES)).lines();
    let line = lines.next_line().await?.unwrap_or_default();
    let mut agent = "no user agent".to_owned();
    while let Some(header) = lines.next_line().await?.filter(|header| !header.is_empty()) {
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("user-agent")
        {
            value.trim().clone_into(&mut agent);
        }
    }
    writer
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .await?;
    Ok(format!("{line} ({agent})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_visit_is_told_with_its_request_line_and_agent() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/back?t=1", listener.local_addr().unwrap());
        let (heard, mut visits) = mpsc::channel(MOST_REQUESTS);
        let stop = CancellationToken::new();
        let _stopped = stop.clone().drop_guard();
        tokio::spawn(receive(listener, heard, stop));
        let client = reqwest::Client::builder()
            .no_proxy()
            .user_agent("backend/1")
            .build()
            .unwrap();
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
        assert_eq!(
            visits.recv().await.unwrap().request,
            "GET /back?t=1 HTTP/1.1 (backend/1)"
        );
    }

    #[test]
    fn the_address_is_the_live_one_on_a_port_of_this_machine() {
        let uri = hosted(SocketAddr::from(([127, 0, 0, 1], 4000)));
        assert_eq!(
            uri.template().0,
            "http://127.0.0.1:4000/messenger_platform/account_linking/?account_linking_token={token}"
        );
    }
}
