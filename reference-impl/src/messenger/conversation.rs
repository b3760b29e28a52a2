//! What the bot answers. It asks for a login only when a question needs one.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::{message::Message, phrases::Phrases};
use crate::{
    pages::Language,
    store::{Store, StoreError},
};

/// Something that calls for an answer in the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The person came in by the Get Started button.
    Greeting,
    /// The person wrote this.
    Reply { text: String },
    /// The PSID was linked to an account with this display name.
    Welcome { name: String },
    /// The PSID was unlinked.
    Goodbye,
}

/// The bot's side of every conversation.
#[derive(Clone, Debug)]
pub(crate) struct Conversation {
    store: Store,
    /// Known once the server listens.
    linking_url: Arc<OnceLock<String>>,
    phrases: &'static Phrases,
}

/// What a person may want, by the words that say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    LogIn,
    LogOut,
    WhoAmI,
    Menu,
    Hours,
    SomethingElse,
}

impl Conversation {
    pub(crate) fn new(
        store: Store,
        linking_url: Arc<OnceLock<String>>,
        language: Language,
    ) -> Self {
        Self {
            store,
            linking_url,
            phrases: Phrases::of(language),
        }
    }

    /// The message for an occasion, as things stand when it is sent.
    pub(super) async fn message(&self, psid: &str, answer: &Answer) -> Result<Message, StoreError> {
        Ok(match answer {
            Answer::Greeting => Message::Text(self.phrases.hello.to_owned()),
            Answer::Welcome { name } => Message::LogOut {
                text: named(self.phrases.welcome, name),
            },
            Answer::Goodbye => Message::Text(self.phrases.goodbye.to_owned()),
            Answer::Reply { text } => self.reply(psid, Wish::read(text)).await?,
        })
    }

    async fn reply(&self, psid: &str, wish: Wish) -> Result<Message, StoreError> {
        let phrases = self.phrases;
        let plain = |text: &str| Message::Text(text.to_owned());
        Ok(match wish {
            Wish::Menu => plain(phrases.menu),
            Wish::Hours => plain(phrases.hours),
            Wish::SomethingElse => plain(phrases.hello),
            Wish::WhoAmI => match self.store.linked_name(psid).await? {
                Some(name) => Message::Text(named(phrases.who_linked, &name)),
                None => self.log_in(phrases.who_unlinked),
            },
            Wish::LogIn => match self.store.linked_name(psid).await? {
                Some(name) => Message::LogOut {
                    text: named(phrases.already_in, &name),
                },
                None => self.log_in(phrases.log_in),
            },
            Wish::LogOut => match self.store.linked_name(psid).await? {
                Some(name) => Message::LogOut {
                    text: named(phrases.log_out, &name),
                },
                None => plain(phrases.already_out),
            },
        })
    }

    fn log_in(&self, text: &str) -> Message {
        let url = self.linking_url.get().cloned();
        match url {
            Some(url) => Message::LogIn {
                text: text.to_owned(),
                url,
            },
            // Messages are sent by instances that serve pages, and those know their address.
            None => Message::Text(self.phrases.trouble.to_owned()),
        }
    }
}

impl Wish {
    fn read(text: &str) -> Self {
        let words = text
            .trim()
            .trim_end_matches(['?', '!', '.', '？', '！', '。'])
            .to_lowercase();
        match words
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .as_str()
        {
            "login" | "log in" | "sign in" | "link" | "登录" | "登入" | "绑定" | "关联" => {
                Self::LogIn
            }
            "logout" | "log out" | "sign out" | "unlink" | "退出" | "登出" | "退出登录"
            | "解绑" => Self::LogOut,
            "whoami" | "who am i" | "我是谁" => Self::WhoAmI,
            "menu" | "菜单" => Self::Menu,
            "hours" | "时间" | "营业时间" => Self::Hours,
            _ => Self::SomethingElse,
        }
    }
}

fn named(phrase: &str, name: &str) -> String {
    phrase.replace("{name}", name)
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
