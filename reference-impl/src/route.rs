//! How a route is built here: one type for all of them, bodies with a bound, one `recover`.

use std::{convert::Infallible, pin::pin, time::Duration};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tokio::time;
use warp::{Filter, Rejection, Reply, filters::BoxedFilter, http::StatusCode, reply::Response};

use crate::{
    failure::Failure,
    fields::Fields,
    pages::{self, Language},
};

/// A finished route. Every route has this one type, so the table is a list.
pub(crate) type Route = BoxedFilter<(Response,)>;

/// The longest form: the longest `redirect_uri` and token, every byte escaped, and room for the rest.
const LONGEST_FORM: usize = 256 * 1024;
/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// Hands a clone of `value` to each request.
pub(crate) fn with<T: Clone + Send + Sync + 'static>(
    value: T,
) -> impl Filter<Extract = (T,), Error = Infallible> + Clone {
    warp::any().map(move || value.clone())
}

/// Erases a route's types. Called once per route, at the end of its chain.
pub(crate) fn finish<F, R>(route: F) -> Route
where
    F: Filter<Extract = (R,), Error = Rejection> + Send + Sync + 'static,
    R: Reply + 'static,
{
    route.map(Reply::into_response).boxed()
}

/// The first route that matches answers; what none of them takes is a plain page.
pub(crate) fn first_match(table: impl IntoIterator<Item = Route>) -> Route {
    table
        .into_iter()
        .reduce(|left, right| left.or(right).unify().boxed())
        .expect("the table has at least one route")
        .recover(async |rejection: Rejection| Ok::<_, Infallible>(unmatched(&rejection)))
        .unify()
        .boxed()
}

/// The query as it came; duplicates and all.
pub(crate) fn query() -> impl Filter<Extract = (Fields,), Error = Infallible> + Copy {
    warp::query::raw()
        .or_else(async |_| Ok::<_, Infallible>((String::new(),)))
        .map(|raw: String| Fields::parse(&raw))
}

/// A form's fields, or why they could not be read.
pub(crate) fn form() -> impl Filter<Extract = (Result<Fields, Failure>,), Error = Rejection> + Copy
{
    body_up_to(LONGEST_FORM).map(|body: Result<Bytes, Failure>| {
        let body = body?;
        let text = std::str::from_utf8(&body).map_err(|_| Failure::BodyUnreadable)?;
        Ok(Fields::parse(text))
    })
}

/// The very bytes of a body. The bound is kept while reading, so a chunked body is bounded too.
pub(crate) fn body_up_to(
    limit: usize,
) -> impl Filter<Extract = (Result<Bytes, Failure>,), Error = Rejection> + Copy {
    warp::body::stream().then(move |chunks| async move {
        time::timeout(BODY_DEADLINE, collect(chunks, limit))
            .await
            .unwrap_or(Err(Failure::BodyTooSlow {
                within: BODY_DEADLINE,
            }))
    })
}

async fn collect(
    chunks: impl Stream<Item = Result<impl Buf, warp::Error>>,
    limit: usize,
) -> Result<Bytes, Failure> {
    let mut chunks = pin!(chunks);
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Failure::BodyUnreadable)?;
        if limit < whole.len() + chunk.remaining() {
            return Err(Failure::BodyTooLarge { limit });
        }
        whole.put(chunk);
    }
    Ok(whole.freeze())
}

/// Causes pile up from every route that was tried, so `MethodNotAllowed`, which any sibling can
/// add, is believed only when nothing more specific is there.
fn unmatched(rejection: &Rejection) -> Response {
    let status = if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        StatusCode::METHOD_NOT_ALLOWED
    } else {
        StatusCode::BAD_REQUEST
    };
    pages::trouble(Language::English, status, None)
}
