//! What an event does: the store is changed before the acknowledgement, and with it what is to be said.

use super::event::{Event, What};
use crate::{
    messenger::{Answer, Task},
    metrics::Outcome,
    secret::digest,
    server::App,
    store::{Consumption, StoreError},
};

/// Applies one event. When this fails nothing was done, and the platform's redelivery will do it.
pub(super) async fn apply(app: &App, event: Event) -> Result<(), StoreError> {
    let Event { psid, time, what } = event;
    match what {
        What::Linked { code } => linked(app, &psid, &code, time).await,
        What::Unlinked => {
            let goodbye = Task::Say(Answer::Goodbye).letter();
            let now = app.clock.now();
            let gone = app
                .store
                .unlink_by_event(&psid, time, &goodbye, now)
                .await?;
            app.metrics.event(if gone {
                Outcome::Unlinked
            } else {
                Outcome::WasNotLinked
            });
            app.outbox.ring();
            Ok(())
        }
        What::Said { mid, text } => once(app, &psid, &mid, Answer::Reply { text }).await,
        What::Pressed { key, payload } => {
            let answer = match payload.as_str() {
                "" | "GET_STARTED" => Answer::Greeting,
                _ => Answer::Reply { text: payload },
            };
            once(app, &psid, &key, answer).await
        }
    }
}

/// The only place where a PSID becomes linked: a signed event that brings a code issued here.
async fn linked(app: &App, psid: &str, code: &str, time: Option<i64>) -> Result<(), StoreError> {
    let now = app.clock.now();
    let thanks = |name: &str| {
        let name = name.to_owned();
        Task::Say(Answer::Welcome { name }).letter()
    };
    let consumed = app
        .store
        .link(psid, &digest(code), time, now, thanks)
        .await?;
    app.metrics.event(match consumed {
        Consumption::Linked => Outcome::Linked,
        Consumption::Repeated => Outcome::Repeated,
        Consumption::Outdated => Outcome::Outdated,
        Consumption::Unknown => Outcome::UnknownCode,
        Consumption::Expired => Outcome::ExpiredCode,
        Consumption::Foreign => Outcome::ForeignCode,
    });
    if consumed == Consumption::Linked {
        app.outbox.ring();
    } else {
        // Acknowledged all the same: sending it again would change nothing (protocol P17 to P19).
        tracing::info!(refused = ?consumed, "a linked event did not link");
    }
    Ok(())
}

async fn once(app: &App, psid: &str, key: &str, answer: Answer) -> Result<(), StoreError> {
    let answer = Task::Say(answer).letter();
    let now = app.clock.now();
    if app.store.first_sight(psid, key, &answer, now).await? {
        app.outbox.ring();
    }
    Ok(())
}
