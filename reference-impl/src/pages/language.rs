//! The two languages, and how a browser chooses between them.

use std::str::FromStr;

/// A language of the pages and of the bot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

/// A language that this backend does not speak.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language of this backend; write en or zh")]
pub struct UnknownLanguage(String);

impl Language {
    /// The tag for `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// The language that an Accept-Language line prefers; English when it names neither.
    pub(crate) fn negotiate(line: &str) -> Self {
        let wanted = line.split(',').filter_map(|item| {
            let (tag, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
            let language = match primary.as_str() {
                "en" => Self::English,
                "zh" => Self::Chinese,
                _ => return None,
            };
            (weight > 0.0).then_some((language, weight))
        });
        // Of equal weights the first one counts, so only a greater one replaces it.
        let best = wanted.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(Self::English, |(language, _)| language)
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        match tag.trim().to_ascii_lowercase().as_str() {
            "en" => Ok(Self::English),
            "zh" => Ok(Self::Chinese),
            _ => Err(UnknownLanguage(tag.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_wins() {
        for (line, language) in [
            ("", Language::English),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en-GB, zh;q=0.9", Language::English),
            ("de, zh-TW;q=0.3", Language::Chinese),
            ("fr,es", Language::English),
            ("zh;q=0, en;q=0.1", Language::English),
            ("en;q=0.2,zh;q=0.7", Language::Chinese),
            ("zh;q=x,;;,", Language::English),
        ] {
            assert_eq!(Language::negotiate(line), language, "{line}");
        }
    }
}
