//! Messages already taken in, so that a redelivery is not answered twice (protocol row 3.3.9).

use super::{
    database::{Store, StoreError},
    outbox::Letter,
    query::{Claim, statement},
};

impl Store {
    /// Notes a message id and writes the answer to be given; `true` when the id had not been seen
    /// before. Both or neither: a crash in between would leave a question without an answer.
    pub(crate) async fn first_sight(
        &self,
        psid: &str,
        mid: &str,
        answer: &Letter,
        now: i64,
    ) -> Result<bool, StoreError> {
        let doing = "noting a message";
        let mut work = self.database.begin(&[Claim::Person(psid)]).await?;
        let noted = statement(
            doing,
            "INSERT INTO messages (mid, seen_at) VALUES ($1, $2) ON CONFLICT (mid) DO NOTHING",
        )
        .with(mid)
        .with(now)
        .run(&mut work)
        .await?;
        if noted == 0 {
            return Ok(false);
        }
        self.add_letter(&mut work, psid, answer, now).await?;
        work.commit(doing).await?;
        Ok(true)
    }
}
