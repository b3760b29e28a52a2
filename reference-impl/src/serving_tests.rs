//! The sockets under a stranger's hands: each limit is made small, reached, and seen in the figures.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
};
use warp::Filter;

use super::*;
use crate::{
    route::{finish, first_match},
    store::Backlog,
};

/// Long enough for any machine; nothing waits for it unless the test fails.
const PATIENCE: Duration = Duration::from_secs(15);
/// Far beyond [`PATIENCE`]: a limit that the test does not speak of is never met.
const NEVER: Duration = Duration::from_hours(1);
const HEAD: &[u8] = b"GET /at-once HTTP/1.1\r\nhost: x\r\n\r\n";

struct Sockets {
    address: SocketAddr,
    metrics: Metrics,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

impl Sockets {
    /// Serves one page that answers at once and one that never does.
    async fn open(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = first_match([
            finish(warp::path!("at-once").map(|| "here")),
            finish(warp::path!("never").then(std::future::pending::<&'static str>)),
        ]);
        let (metrics, stop) = (Metrics::default(), CancellationToken::new());
        let serving = serve(
            listener,
            routes,
            metrics.clone(),
            limits,
            stop.clone(),
            PATIENCE,
        );
        Self {
            address,
            metrics,
            stop,
            served: tokio::spawn(serving),
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    fn shows(&self, line: &str) -> bool {
        let text = self.metrics.text(&Backlog::default());
        text.lines().any(|shown| shown == line)
    }

    /// Waits until the figures show this line.
    async fn show(&self, line: &str) {
        let shown = async {
            while !self.shows(line) {
                time::sleep(Duration::from_millis(5)).await;
            }
        };
        let text = self.metrics.text(&Backlog::default());
        time::timeout(PATIENCE, shown)
            .await
            .unwrap_or_else(|_| panic!("{line} is not shown; at first: {text}"));
    }

    async fn close(self) {
        self.stop.cancel();
        time::timeout(PATIENCE, self.served).await.unwrap().unwrap();
    }
}

fn limits() -> Limits {
    Limits {
        connections: 64,
        head: NEVER,
        answer: NEVER,
        letters: 0,
    }
}

/// One answer of [`HEAD`], which ends with its body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let read = async {
        while !text.ends_with(b"here") {
            assert!(stream.read_buf(&mut text).await.unwrap() > 0, "{text:?}");
        }
    };
    time::timeout(PATIENCE, read).await.expect("an answer");
    String::from_utf8(text).unwrap()
}

/// Everything until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let read = stream.read_to_string(&mut text);
    time::timeout(PATIENCE, read)
        .await
        .expect("the connection is ended")
        .unwrap();
    text
}

#[tokio::test]
async fn a_connection_too_many_waits_until_another_ends() {
    let sockets = Sockets::open(Limits {
        connections: 2,
        ..limits()
    })
    .await;
    let (mut first, mut second) = (sockets.connect().await, sockets.connect().await);
    for stream in [&mut first, &mut second] {
        stream.write_all(HEAD).await.unwrap();
        assert!(answer(stream).await.starts_with("HTTP/1.1 200"));
    }
    sockets.show("linking_connections_full_total 1").await;
    let mut third = sockets.connect().await;
    third.write_all(HEAD).await.unwrap();
    // The third is not served while the others are: they get as many answers as they want before it.
    for stream in [&mut first, &mut second] {
        stream.write_all(HEAD).await.unwrap();
        answer(stream).await;
    }
    let nothing = third.try_read(&mut [0; 1]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    assert!(sockets.shows("linking_connections 2"));
    assert!(sockets.shows("linking_requests_total{status=\"200\"} 4"));
    drop(first);
    assert!(answer(&mut third).await.starts_with("HTTP/1.1 200"));
    drop((second, third));
    sockets.show("linking_connections 0").await;
    sockets.close().await;
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let head = Duration::from_millis(200);
    let sockets = Sockets::open(Limits { head, ..limits() }).await;
    let mut unfinished = sockets.connect().await;
    let mut unused = sockets.connect().await;
    let begun = Instant::now();
    unfinished
        .write_all(b"GET /at-once HTTP/1.1\r\nhost:")
        .await
        .unwrap();
    assert!(!rest(&mut unfinished).await.contains("200 OK"));
    assert!(begun.elapsed() >= head, "{:?}", begun.elapsed());
    // Nor is the next request of a connection that is kept open.
    assert_eq!(rest(&mut unused).await, "");
    sockets.show("linking_connections 0").await;
    assert!(!sockets.shows("linking_requests_total{status=\"200\"} 1"));
    sockets.close().await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_told_and_counted() {
    let sockets = Sockets::open(Limits {
        answer: Duration::from_millis(100),
        ..limits()
    })
    .await;
    let mut stream = sockets.connect().await;
    let head = "GET /never HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let told = rest(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 503"), "{told}");
    sockets
        .show("linking_requests_total{status=\"503\"} 1")
        .await;
    // The deadline of one is not the deadline of its neighbours.
    let mut other = sockets.connect().await;
    other.write_all(HEAD).await.unwrap();
    assert!(answer(&mut other).await.starts_with("HTTP/1.1 200"));
    drop(other);
    sockets.close().await;
}

#[test]
fn the_limits_are_the_documented_ones() {
    let expected = Limits {
        connections: 1024,
        head: Duration::from_secs(30),
        answer: Duration::from_secs(45),
        letters: 20_000,
    };
    assert_eq!(Limits::default(), expected);
}

#[test]
fn the_log_names_pages_and_no_people() {
    for (path, logged) in [
        ("/", "/"),
        ("/authorize", "/authorize"),
        ("/authorize/login", "/authorize/login"),
        ("/admin/links/26628309676818465", "/admin/links"),
        ("/26628309676818465", "(another path)"),
        ("/a%0Ab", "(another path)"),
    ] {
        assert_eq!(place(path), logged);
    }
}
