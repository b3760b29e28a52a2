//! Attachments that a page has uploaded and can send again by their id (protocol section 4.3).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many attachments a page can keep; adding more is refused with a sentence.
pub const MAX_ATTACHMENTS: usize = 10_000;

/// How many bytes all uploaded files may have together; adding more is refused with a sentence.
pub const MAX_ATTACHMENT_BYTES: usize = 256 * 1024 * 1024;

/// One attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Decimal string.
    pub id: String,
    /// `image`, `audio`, `video` or `file`.
    pub kind: String,
    /// What it is made of.
    pub content: Content,
}

/// Where an attachment's bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// At an address of the business.
    Url(String),
    /// Here: they were uploaded.
    File(File),
}

/// An uploaded file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The name that the upload gave it.
    pub name: String,
    /// The media type that the upload gave it.
    pub media_type: String,
    /// Its bytes.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub bytes: Bytes,
}

fn to_base64<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
    Ok(Bytes::from(bytes))
}

impl Attachment {
    fn weight(&self) -> usize {
        match &self.content {
            Content::Url(_) => 0,
            Content::File(file) => file.bytes.len(),
        }
    }
}

/// All attachments, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachments(BTreeMap<String, Attachment>);

impl Attachments {
    /// The attachment of this id.
    pub fn get(&self, id: &str) -> Option<&Attachment> {
        self.0.get(id)
    }

    /// Whether `attachment` would go beyond what is kept.
    pub(super) fn is_full_for(&self, attachment: &Attachment) -> bool {
        let kept: usize = self.0.values().map(Attachment::weight).sum();
        self.0.len() >= MAX_ATTACHMENTS || kept + attachment.weight() > MAX_ATTACHMENT_BYTES
    }

    pub(super) fn add(&mut self, attachment: Attachment) {
        self.0.insert(attachment.id.clone(), attachment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, length: usize) -> Attachment {
        Attachment {
            id: id.to_owned(),
            kind: "file".to_owned(),
            content: Content::File(File {
                name: "a.bin".to_owned(),
                media_type: "application/octet-stream".to_owned(),
                bytes: Bytes::from(vec![0xff; length]),
            }),
        }
    }

    #[test]
    fn uploads_survive_being_written_as_json() {
        let mut kept = Attachments::default();
        kept.add(file("1", 5));
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Attachments>(&text).unwrap(), kept);
    }

    #[test]
    fn the_bytes_of_all_files_are_bounded_together() {
        let mut kept = Attachments::default();
        kept.add(file("1", MAX_ATTACHMENT_BYTES - 1));
        assert!(!kept.is_full_for(&file("2", 1)));
        assert!(kept.is_full_for(&file("2", 2)));
    }
}
