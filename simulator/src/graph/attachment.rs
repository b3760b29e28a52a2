//! Uploads, and the attachments that messages name: kept under an id and served to whoever shows them.

use std::sync::Arc;

use serde_json::Value;
use warp::Filter as _;
use warp::http::StatusCode;
use warp::http::header::{CONTENT_TYPE, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS};
use warp::reply::Response;

use super::call::Call;
use super::error::GraphError;
use super::object::Object;
use super::place::{Part, Place};
use super::send::{Media, Source, media};
use super::upload::Upload;
use crate::hub::Hub;
use crate::server::{Route, with};
use crate::world::{Attachment, Change, Content, File};

/// An attachment that a message shows.
#[derive(Debug)]
pub(crate) struct Kept {
    id: String,
    /// The id that the answer tells.
    pub(crate) told_id: Option<String>,
    /// Whether the message itself says where the bytes are.
    has_url: bool,
}

impl Kept {
    /// Gives the message as it is shown an address, as production gives it one of its own.
    pub(crate) fn show_in(&self, message: &mut Value, origin: &str) {
        let payload = message
            .pointer_mut("/attachment")
            .and_then(Value::as_object_mut)
            .map(|attachment| {
                attachment
                    .entry("payload")
                    .or_insert_with(|| Value::Object(serde_json::Map::new()))
            })
            .and_then(Value::as_object_mut);
        if let (Some(payload), false) = (payload, self.has_url) {
            payload.insert("url".to_owned(), Value::String(url(origin, &self.id)));
        }
    }
}

/// Where an attachment of this platform is.
fn url(origin: &str, id: &str) -> String {
    format!("{origin}/_linklab/attachment/{id}")
}

/// Whether every attachment that a media template names by its id is the page's own.
pub(crate) fn check_named(hub: &Hub, message: &Value) -> Result<(), GraphError> {
    let elements = message
        .pointer("/attachment/payload/elements")
        .and_then(Value::as_array);
    let named = elements
        .into_iter()
        .flatten()
        .filter_map(|element| element.get("attachment_id"));
    for id in named {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        if hub.world().page().attachments.get(&id).is_none() {
            return Err(GraphError::attachment_unknown());
        }
    }
    Ok(())
}

/// Finds or keeps the attachment that a message names.
pub(crate) fn take(hub: &Hub, media: &Media, file: Option<&Upload>) -> Result<Kept, GraphError> {
    let content = match (&media.source, file) {
        (Source::Kept(id), _) => {
            let world = hub.world();
            let kept = world
                .page()
                .attachments
                .get(id)
                .ok_or_else(GraphError::attachment_unknown)?;
            if kept.kind != media.kind {
                return Err(GraphError::attachment_of_another_kind());
            }
            return Ok(Kept {
                id: id.clone(),
                told_id: None,
                has_url: false,
            });
        }
        (Source::Url(url), _) => {
            if !media.reusable {
                return Ok(Kept {
                    id: String::new(),
                    told_id: None,
                    has_url: true,
                });
            }
            Content::Url(url.clone())
        }
        (Source::Uploaded, Some(upload)) => {
            if !fits(&media.kind, &upload.media_type) {
                return Err(GraphError::attachment_of_another_kind());
            }
            Content::File(File {
                name: upload.name.clone(),
                media_type: upload.media_type.clone(),
                bytes: upload.bytes.clone(),
            })
        }
        (Source::Uploaded, None) => return Err(GraphError::missing("filedata")),
    };
    let has_url = matches!(content, Content::Url(_));
    let id = hub.ids.node();
    let attachment = Attachment {
        id: id.clone(),
        kind: media.kind.clone(),
        content,
    };
    hub.change(&Change::AttachmentAdded(attachment))
        .map_err(|refusal| GraphError::full(refusal.to_string()))?;
    Ok(Kept {
        told_id: media.reusable.then(|| id.clone()),
        id,
        has_url,
    })
}

/// Whether a file of this media type may be called an attachment of this kind.
pub(crate) fn fits(kind: &str, media_type: &str) -> bool {
    let family = media_type.split('/').next().unwrap_or_default();
    kind == "file" || family == kind || media_type == "application/octet-stream"
}

/// `POST /{page}/message_attachments` (protocol section 4.3).
pub(crate) fn upload(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let message = call
        .params
        .json("message")
        .ok_or_else(|| GraphError::missing("message"))?;
    let message = Part::of(&message, Place::of("message"))?;
    message.only(&["attachment"])?;
    let attachment = message.part("attachment")?;
    attachment.only(&["type", "payload"])?;
    let mut media = media(&attachment, call.file.is_some())?;
    if let Source::Kept(_) = media.source {
        let name = attachment.place.under("payload");
        return Err(GraphError::missing(name.under("url").name()));
    }
    // Whoever asks for an id gets one, whether the request says so again or not.
    media.reusable = true;
    let kept = take(hub, &media, call.file.as_ref())?;
    Ok(Object::default().with_some("attachment_id", kept.told_id))
}

/// `GET /_linklab/attachment/{id}`.
pub(crate) fn routes(hub: &Arc<Hub>) -> Route {
    warp::path!("_linklab" / "attachment" / String)
        .and(warp::get())
        .and(with(Arc::clone(hub)))
        .map(|id: String, hub: Arc<Hub>| {
            let found = hub.world().page().attachments.get(&id).cloned();
            show(found)
        })
        .boxed()
}

fn show(found: Option<Attachment>) -> Response {
    let mut response = Response::default();
    match found.map(|attachment| attachment.content) {
        None => *response.status_mut() = StatusCode::NOT_FOUND,
        Some(Content::Url(url)) => match HeaderValue::from_str(&url) {
            Ok(location) => {
                *response.status_mut() = StatusCode::FOUND;
                response.headers_mut().insert(LOCATION, location);
            }
            Err(_) => *response.status_mut() = StatusCode::NOT_FOUND,
        },
        Some(Content::File(file)) => {
            *response.body_mut() = file.bytes.into();
            // An upload must not run as a page of this platform, whatever it calls itself.
            let family = file.media_type.split('/').next().unwrap_or_default();
            let harmless =
                matches!(family, "image" | "audio" | "video") && !file.media_type.contains("svg");
            let shown = harmless
                .then(|| HeaderValue::from_str(&file.media_type).ok())
                .flatten()
                .unwrap_or(HeaderValue::from_static("application/octet-stream"));
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, shown);
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
    }
    response
}
