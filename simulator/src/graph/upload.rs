//! Bodies of several parts: texts that are parameters, and one file (protocol row 4.1.3).

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use multer::{Constraints, Multipart, SizeLimit};

use super::call::Parts;
use super::error::GraphError;

/// The largest file that Messenger takes, in bytes; a greater one is refused with subcode 2018109.
pub(crate) const FILE_LIMIT: u64 = 25 * 1024 * 1024;

/// How large all texts of a body may be together, in bytes.
const TEXT_LIMIT: u64 = 1024 * 1024;

/// How many parts a body may have.
const PARTS: usize = 64;

/// A file that came with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
}

/// The boundary of a multipart body, if the content type tells one.
pub(crate) fn boundary(content_type: Option<&str>) -> Option<String> {
    multer::parse_boundary(content_type?).ok()
}

/// Reads the parts as they come; nothing beyond the limits is ever kept.
pub(crate) async fn read<S, E>(chunks: S, boundary: String) -> Result<Parts, GraphError>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let whole = FILE_LIMIT + TEXT_LIMIT;
    let limits = SizeLimit::new().whole_stream(whole).per_field(FILE_LIMIT);
    let constraints = Constraints::new().size_limit(limits);
    let mut body = Multipart::with_constraints(Box::pin(chunks), boundary, constraints);
    let mut parts = Parts::default();
    let mut text_length = 0;
    let mut count = 0;
    while let Some(mut field) = body.next_field().await.map_err(refusal)? {
        count += 1;
        if count > PARTS {
            return Err(GraphError::unreadable(
                413,
                "The request body has more than 64 parts",
            ));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            let media_type = field
                .content_type()
                .map_or("application/octet-stream", |kind| kind.essence_str())
                .to_owned();
            let mut bytes = BytesMut::new();
            while let Some(chunk) = field.chunk().await.map_err(refusal)? {
                bytes.extend_from_slice(&chunk);
            }
            parts.file = Some(Upload {
                name: file_name,
                media_type,
                bytes: bytes.freeze(),
            });
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(refusal)? {
            text_length += chunk.len() as u64;
            if text_length > TEXT_LIMIT {
                return Err(GraphError::unreadable(
                    413,
                    "The texts of the request body are larger than 1048576 bytes",
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        parts.texts.push((name, text));
    }
    Ok(parts)
}

fn refusal(error: multer::Error) -> GraphError {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            GraphError::attachment_too_big()
        }
        other => GraphError::unreadable(400, "The request body could not be read")
            .hint(format!("the multipart body is broken: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use proptest::prelude::*;

    use super::*;

    async fn parts(body: &str) -> Result<Parts, GraphError> {
        let chunks: Vec<_> = body
            .as_bytes()
            .chunks(7)
            .map(|chunk| Ok::<_, Infallible>(Bytes::copy_from_slice(chunk)))
            .collect();
        read(stream::iter(chunks), "B".to_owned()).await
    }

    #[tokio::test]
    async fn texts_become_parameters_and_the_file_is_kept() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"recipient\"\r\n\r\n{\"id\":\"1\"}\r\n\
                    --B\r\nContent-Disposition: form-data; name=\"filedata\"; filename=\"a.png\"\r\n\
                    Content-Type: image/png\r\n\r\n\u{1}\u{2}\r\n--B--\r\n";
        let parts = parts(body).await.unwrap();
        assert_eq!(
            parts.texts,
            [("recipient".to_owned(), "{\"id\":\"1\"}".to_owned())]
        );
        let file = parts.file.unwrap();
        assert_eq!(
            (file.name.as_str(), file.media_type.as_str()),
            ("a.png", "image/png")
        );
        assert_eq!(&file.bytes[..], b"\x01\x02");
    }

    #[tokio::test]
    async fn a_broken_body_is_refused_with_a_sentence() {
        let error = parts("--B\r\nContent-Disposition: form-data")
            .await
            .unwrap_err();
        assert_eq!(error.status, 400);
        assert!(
            error
                .hint
                .unwrap()
                .starts_with("the multipart body is broken")
        );
    }

    #[tokio::test]
    async fn a_file_above_the_limit_is_too_big() {
        let head = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n";
        let great = Bytes::from(vec![b'x'; 1024 * 1024]);
        let chunks = std::iter::once(Bytes::from(head)).chain(std::iter::repeat_n(great, 26));
        let chunks = stream::iter(chunks.map(Ok::<_, Infallible>));
        let error = read(chunks, "B".to_owned()).await.unwrap_err();
        assert_eq!(error.subcode, Some(2_018_109));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(body in "(--B(--)?|\r\n|name=\"a\"|filename=|Content-Disposition: form-data;|[ -~]){0,30}") {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = runtime.block_on(parts(&body));
        }
    }
}
