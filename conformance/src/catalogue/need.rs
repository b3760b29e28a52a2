//! What checks need, told to people: its name, and how it can be provided.

use crate::check::Need;
use crate::text::Text;

/// The need in a few words.
pub(crate) fn name(need: Need) -> Text {
    match need {
        Need::Login => Text::fixed("a login that works", "可用的登录"),
        Need::BadPassword => Text::fixed(
            "a login form that can be sent a wrong password",
            "可以提交错误密码的登录表单",
        ),
        Need::Cancel => Text::fixed("a cancel control on the login page", "登录页上的取消控件"),
        Need::Graph => Text::fixed(
            "Graph calls that reach the platform of this run",
            "能到达本次运行平台的 Graph 调用",
        ),
        Need::Webhook => Text::fixed("a webhook and the app secret", "Webhook 地址与应用密钥"),
        Need::Observation => Text::fixed(
            "a way to see whether a user is linked",
            "能观察用户是否已绑定的途径",
        ),
        Need::Identity => Text::fixed(
            "a way to see which account is linked",
            "能观察绑定到哪个账户的途径",
        ),
        Need::TwoAccounts => Text::fixed("two accounts", "两个账户"),
        Need::ChatLogin => Text::fixed(
            "a word that makes the bot offer the Log In button",
            "让机器人给出登录按钮的词语",
        ),
        Need::BackendUnlink => Text::fixed(
            "a way to make the backend unlink a user",
            "让后端主动解绑的途径",
        ),
    }
}

/// How the need can be provided.
pub(crate) fn remedy(need: Need) -> Text {
    match need {
        Need::Login => Text::fixed(
            "list an account under [[accounts]] that can log in",
            "在 [[accounts]] 中列出一个可以登录的账户",
        ),
        Need::BadPassword => Text::fixed(
            "let the linking URL show a login form with a password field, or point [login] password_field at it",
            "让绑定网址显示带密码框的登录表单,或用 [login] password_field 指明它",
        ),
        Need::Cancel => Text::fixed(
            "put a cancel link or button on the login page, or point [login] cancel at it",
            "在登录页放一个取消链接或按钮,或用 [login] cancel 指明它",
        ),
        Need::Graph => Text::fixed(
            "set [platform] listen and let the backend's Graph base URL point there, or let [start] fill in {graph_url}",
            "设置 [platform] listen 并让后端的 Graph 基址指向它,或由 [start] 填入 {graph_url}",
        ),
        Need::Webhook => Text::fixed(
            "set [backend] webhook_url and [platform] app_secret",
            "设置 [backend] webhook_url 与 [platform] app_secret",
        ),
        Need::Observation => Text::fixed(
            "set [observe] probe, or [chat] question to a text that the bot answers differently once linked",
            "设置 [observe] probe,或把 [chat] question 设为绑定前后回答不同的一句话",
        ),
        Need::Identity => Text::fixed(
            "set [observe] probe with `account`, a JSON pointer to the account's name",
            "设置带 `account`(指向账户名的 JSON 指针)的 [observe] probe",
        ),
        Need::TwoAccounts => Text::fixed(
            "list a second account under [[accounts]]",
            "在 [[accounts]] 中再列一个账户",
        ),
        Need::ChatLogin => Text::fixed(
            "set [chat] login to what a user types to be offered the button",
            "把 [chat] login 设为用户索取登录按钮时输入的词语",
        ),
        Need::BackendUnlink => Text::fixed(
            "set [actions] unlink, or [chat] logout to what a user types to be logged out",
            "设置 [actions] unlink,或把 [chat] logout 设为用户要求登出时输入的词语",
        ),
    }
}
