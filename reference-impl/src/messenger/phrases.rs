//! The bot's words, in each language that a page can be set to.

use crate::pages::Language;

/// What the bot can say. `{name}` stands for the account's display name.
#[derive(Debug)]
pub(super) struct Phrases {
    /// First contact: no login is asked for (S44, S48).
    pub(super) hello: &'static str,
    pub(super) menu: &'static str,
    pub(super) hours: &'static str,
    /// A question that only an account can answer: says why, then offers the button.
    pub(super) who_unlinked: &'static str,
    pub(super) who_linked: &'static str,
    pub(super) log_in: &'static str,
    pub(super) already_in: &'static str,
    pub(super) log_out: &'static str,
    pub(super) already_out: &'static str,
    /// Thanks, next steps, and the way out (S46, S53).
    pub(super) welcome: &'static str,
    pub(super) goodbye: &'static str,
    pub(super) trouble: &'static str,
}

const ENGLISH: Phrases = Phrases {
    hello: "Hello from Harbour Coffee! Ask me for \"menu\" or \"hours\". If you have an account with us, \"whoami\" tells you which one this chat knows, and \"login\" links it.",
    menu: "Today: espresso, flat white, filter coffee, cardamom bun. Ask for \"hours\" to know when to come.",
    hours: "We are open every day from 7:00 to 18:00, at the old harbour.",
    who_unlinked: "I cannot tell yet, because this chat is not linked to an account. If you log in, I can answer questions about your account here. You can go on without it, too.",
    who_linked: "You are {name}. Say \"logout\" if you want to unlink this chat.",
    log_in: "Log in to link your Harbour Coffee account with this chat.",
    already_in: "This chat is linked to the account of {name}. To use another account, log out first.",
    log_out: "This chat is linked to the account of {name}. You can unlink it here.",
    already_out: "This chat is not linked to any account, so there is nothing to log out of. Say \"login\" whenever you want to link one.",
    welcome: "Thank you, {name}! Your Harbour Coffee account is linked with this chat. Ask \"whoami\" at any time, or \"menu\" to see what is fresh. You can log out whenever you like.",
    goodbye: "Your account is no longer linked with this chat. Come back any time: say \"login\" to link it again.",
    trouble: "Something went wrong on our side. Please ask again in a moment.",
};

const CHINESE: Phrases = Phrases {
    hello: "您好，这里是 Harbour Coffee！发送“菜单”或“时间”了解我们。如果您已有账户，发送“我是谁”可查看当前关联的账户，发送“登录”即可关联。",
    menu: "今日供应：浓缩咖啡、澳白、手冲咖啡、小豆蔻面包。发送“时间”查看营业时间。",
    hours: "我们每天 7:00 至 18:00 营业，就在老码头。",
    who_unlinked: "我还不知道，因为此对话尚未关联任何账户。登录后，我就能在这里回答与您账户有关的问题；不登录也可以继续聊。",
    who_linked: "您是 {name}。如需取消关联，请发送“退出”。",
    log_in: "登录后即可将您的 Harbour Coffee 账户与此对话关联。",
    already_in: "此对话已关联 {name} 的账户。若要使用其他账户，请先退出登录。",
    log_out: "此对话已关联 {name} 的账户。您可以在这里取消关联。",
    already_out: "此对话没有关联任何账户，无需退出。想关联时请发送“登录”。",
    welcome: "谢谢您，{name}！您的 Harbour Coffee 账户已与此对话关联。您可以随时发送“我是谁”，或发送“菜单”看看今天有什么。需要时可随时退出登录。",
    goodbye: "您的账户已与此对话取消关联。欢迎随时回来：发送“登录”即可重新关联。",
    trouble: "我们这边出了点问题，请稍后再试。",
};

impl Phrases {
    /// The phrases of one language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}
