//! A sentence in both languages of the report, English and Chinese.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The language in which people are told things; ids and JSON keys are never translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, simplified.
    Chinese,
}

/// One sentence, told twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: Cow<'static, str>,
    /// Chinese, simplified.
    pub zh: Cow<'static, str>,
}

impl Text {
    /// A sentence known at compile time.
    pub const fn fixed(en: &'static str, zh: &'static str) -> Self {
        Self {
            en: Cow::Borrowed(en),
            zh: Cow::Borrowed(zh),
        }
    }

    /// A sentence made at run time.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            en: Cow::Owned(en.into()),
            zh: Cow::Owned(zh.into()),
        }
    }

    /// The sentence in one language.
    pub fn told(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }
}
