//! Connections that are reset instead of answered, when an armed fault asks for it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use warp::http::StatusCode;
use warp::reply::Response;

/// Marks a response that is never sent: the connection is reset in its place.
#[derive(Debug, Clone, Copy)]
struct Severed;

/// The response that resets its connection.
pub(crate) fn severed() -> Response {
    let mut response = Response::default();
    // Seen by nobody, unless the response is inspected before it reaches the connection.
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.extensions_mut().insert(Severed);
    response
}

/// Why a connection ended without an answer.
#[derive(Debug, thiserror::Error)]
#[error("an armed fault reset the connection")]
pub(crate) struct Reset;

/// Says whether a connection is to be reset.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scissors(Arc<AtomicBool>);

impl Scissors {
    /// Lets a response pass, or cuts the connection.
    pub(crate) fn pass(&self, response: Response) -> Result<Response, Reset> {
        if response.extensions().get::<Severed>().is_none() {
            return Ok(response);
        }
        self.0.store(true, Ordering::Release);
        Err(Reset)
    }
}

/// A stream that ends with a reset instead of an orderly close, once its scissors have cut.
#[derive(Debug)]
pub(crate) struct Severable {
    stream: TcpStream,
    scissors: Scissors,
}

impl Severable {
    pub(crate) fn new(stream: TcpStream, scissors: Scissors) -> Self {
        Self { stream, scissors }
    }
}

impl Drop for Severable {
    fn drop(&mut self) {
        if self.scissors.0.load(Ordering::Acquire) {
            // Where the system refuses, the connection ends without an answer all the same.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Severable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Severable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
