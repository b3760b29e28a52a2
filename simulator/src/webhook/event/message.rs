//! A message of the user, or the echo of one that the page sent.

use serde::Serialize;
use serde_json::{Map, Value};

/// The sticker behind the thumb beside the text field (protocol section 3.5).
pub const LIKE_STICKER: u64 = 369_239_263_222_822;

/// `message`. Only what is set travels.
///
/// ```
/// use linklab_simulator::webhook::{Attachment, AttachmentKind, Message};
///
/// let text = Message::text("m_1", "yes").with_quick_reply("PICKED_YES").in_reply_to("m_0");
/// let image = Message::new("m_2")
///     .with_attachment(Attachment::at(AttachmentKind::Image, "https://files.example/1.png"));
/// assert_eq!(serde_json::to_value(text).unwrap()["quick_reply"]["payload"], "PICKED_YES");
/// assert_eq!(serde_json::to_value(image).unwrap()["attachments"][0]["type"], "image");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Message {
    /// Id of the message.
    pub mid: String,
    /// Set on what the page itself said.
    #[serde(skip_serializing_if = "is_false")]
    pub is_echo: bool,
    /// On an echo, the app that sent it: a number, as observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<u64>,
    /// On an echo, what the sender gave along (protocol row 4.1.10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
    /// What was typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Which quick reply was tapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_reply: Option<QuickReply>,
    /// Which message this answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ReplyTo>,
    /// The sticker, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticker_id: Option<u64>,
    /// Pictures, files and the like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Set when the message has been taken back.
    #[serde(skip_serializing_if = "is_false")]
    pub is_deleted: bool,
    /// Set when the platform has no way to describe the message.
    #[serde(skip_serializing_if = "is_false")]
    pub is_unsupported: bool,
}

/// The tapped quick reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuickReply {
    /// As the bot gave it.
    pub payload: String,
}

/// The message that is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplyTo {
    /// Its id.
    pub mid: String,
}

/// One attachment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attachment {
    /// Of what kind.
    #[serde(rename = "type")]
    pub kind: AttachmentKind,
    /// What it holds.
    pub payload: AttachmentPayload,
}

/// The kinds of attachments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A picture or a sticker.
    Image,
    /// A sound.
    Audio,
    /// A film.
    Video,
    /// Any other file.
    File,
    /// A place.
    Location,
    /// A shared link.
    Fallback,
    /// A template, in echoes.
    Template,
    /// A reel.
    Reel,
    /// An Instagram reel.
    IgReel,
}

impl AttachmentKind {
    /// The kind of this name, as the Send API writes it too.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "image" => Self::Image,
            "audio" => Self::Audio,
            "video" => Self::Video,
            "file" => Self::File,
            "location" => Self::Location,
            "fallback" => Self::Fallback,
            "template" => Self::Template,
            "reel" => Self::Reel,
            "ig_reel" => Self::IgReel,
            _ => return None,
        })
    }
}

/// What an attachment holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AttachmentPayload {
    /// Something that can be fetched.
    Url {
        /// Where.
        url: String,
        /// The sticker that it shows.
        #[serde(skip_serializing_if = "Option::is_none")]
        sticker_id: Option<u64>,
    },
    /// A place.
    Place {
        /// Where.
        coordinates: Coordinates,
    },
    /// A template as it was sent, or any other keys.
    Other(Map<String, Value>),
}

/// A place on Earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coordinates {
    /// Latitude.
    pub lat: f64,
    /// Longitude.
    pub long: f64,
}

impl Message {
    /// A message that says nothing yet.
    pub fn new(mid: impl Into<String>) -> Self {
        Self {
            mid: mid.into(),
            is_echo: false,
            app_id: None,
            metadata: None,
            text: None,
            quick_reply: None,
            reply_to: None,
            sticker_id: None,
            attachments: Vec::new(),
            is_deleted: false,
            is_unsupported: false,
        }
    }

    /// A text.
    pub fn text(mid: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::new(mid)
        }
    }

    /// A sticker, which is a picture with an id; [`LIKE_STICKER`] is the thumb.
    pub fn sticker(mid: impl Into<String>, sticker_id: u64, url: impl Into<String>) -> Self {
        let picture = Attachment {
            kind: AttachmentKind::Image,
            payload: AttachmentPayload::Url {
                url: url.into(),
                sticker_id: Some(sticker_id),
            },
        };
        Self {
            sticker_id: Some(sticker_id),
            ..Self::new(mid).with_attachment(picture)
        }
    }

    /// A message that was taken back.
    pub fn deleted(mid: impl Into<String>) -> Self {
        Self {
            is_deleted: true,
            ..Self::new(mid)
        }
    }

    /// A message of a kind that the platform does not describe.
    pub fn unsupported(mid: impl Into<String>) -> Self {
        Self {
            is_unsupported: true,
            ..Self::new(mid)
        }
    }

    /// The same message as the echo of the app `app_id`.
    #[must_use]
    pub fn echoed_by(mut self, app_id: u64, metadata: Option<&str>) -> Self {
        self.is_echo = true;
        self.app_id = Some(app_id);
        self.metadata = metadata.map(str::to_owned);
        self
    }

    /// Tapped as a quick reply.
    #[must_use]
    pub fn with_quick_reply(mut self, payload: impl Into<String>) -> Self {
        self.quick_reply = Some(QuickReply {
            payload: payload.into(),
        });
        self
    }

    /// Said in answer to another message.
    #[must_use]
    pub fn in_reply_to(mut self, mid: impl Into<String>) -> Self {
        self.reply_to = Some(ReplyTo { mid: mid.into() });
        self
    }

    /// With one attachment more.
    #[must_use]
    pub fn with_attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }
}

impl Attachment {
    /// Something that can be fetched at `url`.
    pub fn at(kind: AttachmentKind, url: impl Into<String>) -> Self {
        let payload = AttachmentPayload::Url {
            url: url.into(),
            sticker_id: None,
        };
        Self { kind, payload }
    }

    /// A place.
    pub fn place(lat: f64, long: f64) -> Self {
        let coordinates = Coordinates { lat, long };
        Self {
            kind: AttachmentKind::Location,
            payload: AttachmentPayload::Place { coordinates },
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference to skip_serializing_if"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}
