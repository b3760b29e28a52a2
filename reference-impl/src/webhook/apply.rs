//! What an event does: the store is changed before the acknowledgement, the chat follows after it.

use super::event::{Event, What};
use crate::{
    messenger::Answer,
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
            if app.store.unlink_by_event(&psid, time).await? {
                app.outbox.put(&psid, Answer::Goodbye);
            }
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
    match app.store.link(psid, &digest(code), time, now).await? {
        Consumption::Linked { display_name } => {
            app.outbox.put(psid, Answer::Welcome { name: display_name });
        }
        // Acknowledged all the same: sending it again would change nothing (protocol P17 to P19).
        refused => tracing::info!(?refused, "a linked event did not link"),
    }
    Ok(())
}

async fn once(app: &App, psid: &str, key: &str, answer: Answer) -> Result<(), StoreError> {
    if app.store.first_sight(key, app.clock.now()).await? {
        app.outbox.put(psid, answer);
    }
    Ok(())
}
