//! What people do on the pages.

use fantoccini::Locator;

use crate::{
    phone::Phone,
    stage::{PASSWORD, PSID, Stage},
};

const SUCCESS: &str = "Account Linking Success";
const FAILURE: &str = "Account Linking Failed";

async fn log_in(phone: &Phone, password: &str) {
    phone.fill("User name or e-mail", "ann").await;
    phone.fill("Password", password).await;
    phone.tap("Log in").await;
}

pub(crate) async fn wrong_then_right() {
    let (stage, phone) = (Stage::set().await, Phone::start().await);
    phone.open(&stage.tap()).await;
    phone.sees("Log in").await;
    phone.picture("login").await;
    log_in(&phone, "wrong password").await;
    phone.reads("The user name or the password is wrong").await;
    phone.picture("login-wrong").await;
    log_in(&phone, PASSWORD).await;
    phone.sees("Ready to link").await;
    phone.reads("Ann").await;
    phone.picture("confirmation").await;
    phone.be_dark(true).await;
    phone.picture("confirmation-dark").await;
    assert_eq!(stage.platform.link_of(PSID), None);
    assert_eq!(phone.complaints().await, Vec::<String>::new());
    phone.tap("Continue to Messenger").await;
    phone.sees(SUCCESS).await;
    assert!(stage.platform.link_of(PSID).is_some());
    assert_eq!(phone.complaints().await, Vec::<String>::new());
    phone.put_away().await;
    stage.clear().await;
}

pub(crate) async fn cancel() {
    let (stage, phone) = (Stage::set().await, Phone::start().await);
    phone.open(&stage.tap()).await;
    phone.tap("Cancel").await;
    phone.sees(FAILURE).await;
    let address = phone.client.current_url().await.unwrap();
    assert!(
        !address.as_str().contains("authorization_code"),
        "{address}"
    );
    assert_eq!(stage.platform.link_of(PSID), None);
    phone.put_away().await;
    stage.clear().await;
}

pub(crate) async fn sign_up() {
    let (stage, phone) = (Stage::set().await, Phone::start().await);
    phone.open(&stage.tap()).await;
    phone.tap("Create an account").await;
    phone.sees("Create an account").await;
    phone.fill("Your name (optional)", "Cleo").await;
    phone.fill("User name or e-mail", "cleo@coffee.test").await;
    phone.fill("Password", "a long enough password").await;
    phone.picture("signup").await;
    phone.tap("Create an account").await;
    phone.sees("Ready to link").await;
    phone.reads("Cleo").await;
    phone.tap("Continue to Messenger").await;
    phone.sees(SUCCESS).await;
    assert!(stage.platform.link_of(PSID).is_some());
    phone.put_away().await;
    stage.clear().await;
}

pub(crate) async fn asked_again() {
    let (stage, phone) = (Stage::set().await, Phone::start().await);
    phone.open(&format!("{}/login", stage.backend_url)).await;
    log_in(&phone, PASSWORD).await;
    phone.sees("Your account").await;
    phone.open(&stage.tap()).await;
    phone.sees("Link with Messenger?").await;
    phone.picture("consent-signed-in").await;
    phone.tap("Yes, link this account").await;
    phone.sees("Ready to link").await;
    phone.tap("Not you? Use another account").await;
    phone.sees("Log in").await;
    log_in(&phone, PASSWORD).await;
    phone.sees("Ready to link").await;
    phone.tap("Continue to Messenger").await;
    phone.sees(SUCCESS).await;
    phone.put_away().await;
    stage.clear().await;
}

pub(crate) async fn fits() {
    let stage = Stage::set().await;
    let english = [
        "Log in",
        "Create an account",
        "Ready to link",
        "Your account",
    ];
    let chinese = ["登录", "创建账户", "即将完成关联", "您的账户"];
    for (width, language, headings) in [
        (320, "en-US,en", english),
        (320, "zh-CN,zh", chinese),
        (430, "en-US,en", english),
    ] {
        let [login, signup, confirmation, account] = headings;
        let phone = Phone::sized(width, language).await;
        let fits = async |page: &str| {
            let name = format!("{page}-{}-{width}", &language[..2]);
            phone.fits(width, &name).await;
            phone.picture(&name).await;
        };
        phone.open(&stage.tap()).await;
        phone.sees(login).await;
        fits("login").await;
        phone.tap(signup).await;
        phone.sees(signup).await;
        fits("signup").await;
        phone.client.back().await.unwrap();
        phone.sees(login).await;
        let form = phone.client.form(Locator::Css("form")).await.unwrap();
        form.set_by_name("username", "ann").await.unwrap();
        form.set_by_name("password", PASSWORD).await.unwrap();
        phone.tap(login).await;
        phone.sees(confirmation).await;
        fits("confirmation").await;
        phone.open(&format!("{}/account", stage.backend_url)).await;
        phone.sees(account).await;
        fits("account").await;
        phone
            .open(&format!("{}/authorize", stage.backend_url))
            .await;
        fits("refusal").await;
        phone.put_away().await;
    }
    stage.clear().await;
}

pub(crate) async fn account() {
    let (stage, phone) = (Stage::set().await, Phone::start().await);
    phone.open(&stage.tap()).await;
    log_in(&phone, PASSWORD).await;
    phone.sees("Ready to link").await;
    phone.tap("Continue to Messenger").await;
    phone.sees(SUCCESS).await;
    phone.open(&format!("{}/account", stage.backend_url)).await;
    phone.sees("Your account").await;
    phone.picture("account-linked").await;
    phone.tap("Unlink from Messenger").await;
    phone.reads("Messenger is no longer linked").await;
    phone.picture("account-unlinked").await;
    assert_eq!(stage.platform.link_of(PSID), None);
    phone.tap("Log out").await;
    phone.sees("Log in").await;
    phone.put_away().await;
    stage.clear().await;
}
