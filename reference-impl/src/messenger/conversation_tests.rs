//! What the bot says, read as a person would read it.

use super::*;
use crate::messenger::Task;

async fn conversation(language: Language) -> Conversation {
    let store = Store::open("sqlite::memory:", 100).await.unwrap();
    let account = store
        .add_account("ann", "Ann", "-", 0)
        .await
        .unwrap()
        .unwrap();
    let code = crate::store::NewCode {
        code_hash: b"code",
        flow_hash: b"flow",
        account,
        expected_psid: None,
        expires_at: 10,
    };
    assert!(store.add_code(&code).await.unwrap());
    let thanks = |name: &str| {
        Task::Say(Answer::Welcome {
            name: name.to_owned(),
        })
        .letter()
    };
    store
        .link("linked", b"code", Some(1), 1, thanks)
        .await
        .unwrap();
    let url = Arc::new(OnceLock::from("https://coffee.test/authorize".to_owned()));
    Conversation::new(store, url, language)
}

async fn script(language: Language, words: &[&str]) -> String {
    let conversation = conversation(language).await;
    let mut script = Vec::new();
    for psid in ["stranger", "linked"] {
        for text in words {
            let answer = Answer::Reply {
                text: (*text).to_owned(),
            };
            let message = conversation.message(psid, &answer).await.unwrap();
            script.push(format!("{psid}: {text}\n  {message:?}"));
        }
    }
    for answer in [
        Answer::Greeting,
        Answer::Welcome {
            name: "Ann".to_owned(),
        },
        Answer::Goodbye,
    ] {
        let message = conversation.message("linked", &answer).await.unwrap();
        script.push(format!("{answer:?}\n  {message:?}"));
    }
    script.join("\n")
}

#[tokio::test]
async fn the_english_conversation() {
    insta::assert_snapshot!(
        script(
            Language::English,
            &[
                "hi",
                "Menu",
                "hours",
                "Who am I?",
                "login",
                "Log out",
                "???"
            ]
        )
        .await
    );
}

#[tokio::test]
async fn the_chinese_conversation() {
    insta::assert_snapshot!(
        script(
            Language::Chinese,
            &["你好", "菜单", "时间", "我是谁？", "登录", "退出"]
        )
        .await
    );
}

#[tokio::test]
async fn a_first_contact_is_not_asked_to_log_in() {
    let conversation = conversation(Language::English).await;
    for answer in [
        Answer::Greeting,
        Answer::Reply {
            text: "hello".to_owned(),
        },
    ] {
        let message = conversation.message("stranger", &answer).await.unwrap();
        assert!(matches!(message, Message::Text(_)), "{message:?}");
    }
}

#[tokio::test]
async fn a_question_waits_for_a_store_that_answers() {
    let conversation = conversation(Language::English).await;
    conversation.store.close().await;
    let answer = Answer::Reply {
        text: "whoami".to_owned(),
    };
    assert!(conversation.message("linked", &answer).await.is_err());
}
