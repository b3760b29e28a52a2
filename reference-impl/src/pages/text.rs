//! Every word on the pages, in both languages.

use super::Language;
use crate::linking::LinkRefusal;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) login_title: &'static str,
    pub(super) login_lead: &'static str,
    pub(super) login_lead_web: &'static str,
    pub(super) username: &'static str,
    pub(super) password: &'static str,
    pub(super) password_hint: &'static str,
    pub(super) display_name: &'static str,
    pub(super) log_in: &'static str,
    pub(super) cancel: &'static str,
    pub(super) no_account: &'static str,
    pub(super) create: &'static str,
    pub(super) signup_title: &'static str,
    pub(super) signup_lead: &'static str,
    pub(super) have_account: &'static str,
    pub(super) consent_title: &'static str,
    pub(super) consent_lead: &'static str,
    pub(super) consent_what: [&'static str; 3],
    pub(super) agree: &'static str,
    pub(super) confirm_title: &'static str,
    pub(super) confirm_lead: &'static str,
    pub(super) finish: &'static str,
    pub(super) not_you: &'static str,
    pub(super) account_title: &'static str,
    pub(super) account_linked: &'static str,
    pub(super) account_none: &'static str,
    pub(super) unlink: &'static str,
    pub(super) log_out: &'static str,
    pub(super) refused_title: &'static str,
    pub(super) refused_next: &'static str,
    pub(super) trouble_title: &'static str,
    pub(super) trouble_lead: &'static str,
    pub(super) back: &'static str,
}

const ENGLISH: Text = Text {
    login_title: "Log in",
    login_lead: "Log in to link your Harbour Coffee account with Messenger. You will see what is linked before anything happens.",
    login_lead_web: "Welcome back.",
    username: "User name or e-mail",
    password: "Password",
    password_hint: "At least 8 characters",
    display_name: "Your name (optional)",
    log_in: "Log in",
    cancel: "Cancel",
    no_account: "New here?",
    create: "Create an account",
    signup_title: "Create an account",
    signup_lead: "The account is yours on our web site and in our shops as well, not only in Messenger.",
    have_account: "I already have an account",
    consent_title: "Link with Messenger?",
    consent_lead: "This Messenger conversation will be linked to the account of",
    consent_what: [
        "Whoever uses this conversation can ask about this account.",
        "Our bot will call you by the name of this account.",
        "You can unlink at any time, in the conversation or on your account page.",
    ],
    agree: "Yes, link this account",
    confirm_title: "Ready to link",
    confirm_lead: "You are logged in. When you continue, this Messenger conversation is linked to the account of",
    finish: "Continue to Messenger",
    not_you: "Not you? Use another account",
    account_title: "Your account",
    account_linked: "Messenger conversations linked to this account:",
    account_none: "No Messenger conversation is linked to this account.",
    unlink: "Unlink from Messenger",
    log_out: "Log out",
    refused_title: "This page cannot be used like this",
    refused_next: "Please go back to the conversation in Messenger and tap Log In again.",
    trouble_title: "That did not work",
    trouble_lead: "Please try again in a moment.",
    back: "Back to Messenger",
};

const CHINESE: Text = Text {
    login_title: "登录",
    login_lead: "登录后可将您的 Harbour Coffee 账户与 Messenger 关联。关联之前，您会先看到要关联的内容。",
    login_lead_web: "欢迎回来。",
    username: "用户名或电子邮箱",
    password: "密码",
    password_hint: "至少 8 个字符",
    display_name: "您的称呼（选填）",
    log_in: "登录",
    cancel: "取消",
    no_account: "第一次来？",
    create: "创建账户",
    signup_title: "创建账户",
    signup_lead: "此账户不仅可在 Messenger 中使用，也可在我们的网站和门店使用。",
    have_account: "我已有账户",
    consent_title: "与 Messenger 关联？",
    consent_lead: "此 Messenger 对话将关联到以下账户：",
    consent_what: [
        "使用此对话的人可以询问与该账户有关的问题。",
        "智能助手会以该账户的名字称呼您。",
        "您可以随时在对话中或账户页面上取消关联。",
    ],
    agree: "确认关联此账户",
    confirm_title: "即将完成关联",
    confirm_lead: "您已登录。继续后，此 Messenger 对话将关联到以下账户：",
    finish: "继续前往 Messenger",
    not_you: "不是您？切换账号",
    account_title: "您的账户",
    account_linked: "已关联到此账户的 Messenger 对话数：",
    account_none: "此账户未关联任何 Messenger 对话。",
    unlink: "取消与 Messenger 的关联",
    log_out: "退出登录",
    refused_title: "无法这样使用此页面",
    refused_next: "请回到 Messenger 对话，重新点按“登录”。",
    trouble_title: "操作未成功",
    trouble_lead: "请稍后再试。",
    back: "返回 Messenger",
};

impl Text {
    /// The words of one language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

/// A message at the top of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Says the same for an unknown user, so that nobody learns who has an account (conformance SEC-16).
    WrongPassword,
    StaleForm,
    SignedOut,
    Busy,
    BadUsername,
    BadName,
    BadPassword,
    Taken,
    Unlinked,
    UnlinkLater,
    UnlinkFailed,
}

impl Notice {
    pub(super) fn is_good_news(self) -> bool {
        self == Self::Unlinked
    }

    pub(super) fn say(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::WrongPassword => (
                "The user name or the password is wrong. Please try again.",
                "用户名或密码有误，请重试。",
            ),
            Self::StaleForm => (
                "This page was open for too long or cookies are off. Please try again.",
                "页面停留时间过长或 Cookie 被禁用，请重试。",
            ),
            Self::SignedOut => (
                "You have been logged out. Please log in again.",
                "您已退出登录，请重新登录。",
            ),
            Self::Busy => (
                "Too many people are logging in right now. Please try again.",
                "当前登录人数过多，请重试。",
            ),
            Self::BadUsername => (
                "A user name has 1 to 100 characters.",
                "用户名须为 1 至 100 个字符。",
            ),
            Self::BadName => (
                "A name has at most 100 characters.",
                "称呼不得超过 100 个字符。",
            ),
            Self::BadPassword => (
                "A password has at least 8 characters.",
                "密码至少 8 个字符。",
            ),
            Self::Taken => (
                "This user name is taken. Choose another one, or log in if it is yours.",
                "该用户名已被使用。请换一个；如果是您的账户，请直接登录。",
            ),
            Self::Unlinked => (
                "Messenger is no longer linked to this account.",
                "此账户已与 Messenger 取消关联。",
            ),
            Self::UnlinkLater => (
                "Messenger did not answer, so at least one conversation is still linked. We keep asking; there is nothing more for you to do.",
                "Messenger 未响应，至少有一个对话仍处于关联状态。我们会继续尝试，您无需再操作。",
            ),
            Self::UnlinkFailed => (
                "Messenger refused, so at least one conversation is still linked. Please try again later or ask us for help.",
                "Messenger 拒绝了请求，至少有一个对话仍处于关联状态。请稍后再试或联系我们。",
            ),
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

/// Why a linking request was refused, for the person in front of it.
pub(super) fn reason(refusal: LinkRefusal, language: Language) -> &'static str {
    let (english, chinese) = match refusal {
        LinkRefusal::TokenMissing | LinkRefusal::RedirectMissing => (
            "The address of this page is incomplete. It has to be opened from Messenger, on a phone.",
            "此页面的网址不完整，需要在手机上从 Messenger 打开。",
        ),
        LinkRefusal::TokenUnreadable
        | LinkRefusal::Repeated
        | LinkRefusal::RedirectUnreadable
        | LinkRefusal::RedirectTooLong
        | LinkRefusal::CodeAlreadyThere => (
            "The address of this page is damaged.",
            "此页面的网址已损坏。",
        ),
        LinkRefusal::RedirectNotAllowed => (
            "The address of this page leads somewhere other than Messenger.",
            "此页面的网址指向 Messenger 以外的地方。",
        ),
        LinkRefusal::TokenMismatch => (
            "The address of this page was put together from two different ones.",
            "此页面的网址由两个不同的网址拼接而成。",
        ),
    };
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}
