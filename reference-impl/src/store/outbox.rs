//! What is still to be done on the platform: written with the effect it follows, worked off by whichever
//! instance comes first, and deleted when it is done.

use std::{sync::atomic::Ordering, time::Duration};

use super::{
    database::{Store, StoreError},
    query::{Claim, Work, statement},
};
use crate::clock::millis;

/// How long a worker has a row for itself. Longer than any call to Graph may take, so that a row comes
/// back only when its worker is gone.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

const DOING: &str = "writing into the outbox";

/// Something to be done on the platform for one person, in words that only its reader understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) kind: LetterKind,
    pub(crate) task: String,
}

/// What the store has to know about a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LetterKind {
    /// A message to the person.
    Say,
    /// The platform still has to take the link away; void when the person links again.
    Unlink,
}

impl LetterKind {
    fn name(self) -> &'static str {
        match self {
            Self::Say => "say",
            Self::Unlink => "unlink",
        }
    }
}

/// A letter in the hands of one worker.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Taken {
    pub(crate) id: i64,
    pub(crate) psid: String,
    pub(crate) task: String,
    pub(crate) created_at: i64,
    /// Which try this is, from 1; another worker's try has another number.
    pub(crate) tries: i64,
}

/// How the outbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Backlog {
    /// Letters not done.
    pub(crate) waiting: i64,
    /// Milliseconds since the oldest of them was written.
    pub(crate) oldest: i64,
    /// Letters that this instance has left out since its start, because the outbox was full.
    pub(crate) left_out: u64,
}

/// Makes waiting orders to unlink void: the person is linked anew, or is not linked any more.
pub(super) async fn void_unlinking(work: &mut Work, psid: &str) -> Result<(), StoreError> {
    statement(
        DOING,
        "DELETE FROM outbox WHERE psid = $1 AND kind = 'unlink'",
    )
    .with(psid)
    .run(&mut *work)
    .await
    .map(drop)
}

impl Store {
    /// Adds a letter to a transaction; `false` when the outbox is full.
    ///
    /// Side by side, transactions may each see the last free place, so the bound can be passed by as
    /// many letters as there are connections.
    pub(super) async fn add_letter(
        &self,
        work: &mut Work,
        psid: &str,
        letter: &Letter,
        now: i64,
    ) -> Result<bool, StoreError> {
        let added = statement(
            DOING,
            "INSERT INTO outbox (psid, kind, task, created_at, due_at)
             SELECT $1, $2, $3, $4, $4 WHERE (SELECT COUNT(*) FROM outbox) < $5",
        )
        .with(psid)
        .with(letter.kind.name())
        .with(letter.task.as_str())
        .with(now)
        .with(self.most_letters)
        .run(&mut *work)
        .await?;
        if added == 0 {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            tracing::error!(
                limit = self.most_letters,
                kind = letter.kind.name(),
                "the outbox is full; a letter was left out"
            );
        }
        Ok(added == 1)
    }

    /// Writes a letter that follows no other effect. An order to unlink is written once.
    pub(crate) async fn post(
        &self,
        psid: &str,
        letter: &Letter,
        now: i64,
    ) -> Result<bool, StoreError> {
        let mut work = self.database.begin(&[Claim::Person(psid)]).await?;
        if letter.kind == LetterKind::Unlink {
            void_unlinking(&mut work, psid).await?;
        }
        let posted = self.add_letter(&mut work, psid, letter, now).await?;
        work.commit(DOING).await?;
        Ok(posted)
    }

    /// Takes up to `most` letters that are due: each person's oldest, so that what is said to one
    /// person keeps its order, and none that another worker has.
    pub(crate) async fn take_letters(
        &self,
        now: i64,
        most: usize,
    ) -> Result<Vec<Taken>, StoreError> {
        let doing = "taking letters from the outbox";
        let due: Option<(i64,)> = statement(
            doing,
            "SELECT id FROM outbox WHERE due_at <= $1 ORDER BY due_at LIMIT 1",
        )
        .with(now)
        .first(&self.database)
        .await?;
        // Most looks find nothing, and a look takes no lock.
        if due.is_none() {
            return Ok(Vec::new());
        }
        let mut work = self.database.begin(&[Claim::Outbox]).await?;
        let mut taken: Vec<Taken> = statement(
            doing,
            "UPDATE outbox SET due_at = $2, tries = tries + 1
             WHERE id IN (
                 SELECT ripe.id FROM outbox AS ripe
                 WHERE ripe.due_at <= $1 AND NOT EXISTS (
                     SELECT 1 FROM outbox AS earlier
                     WHERE earlier.psid = ripe.psid AND earlier.id < ripe.id
                 )
                 ORDER BY ripe.due_at LIMIT $3
             )
             RETURNING id, psid, task, created_at, tries",
        )
        .with(now)
        .with(now + millis(LEASE))
        .with(i64::try_from(most).unwrap_or(i64::MAX))
        .all(&mut work)
        .await?;
        work.commit(doing).await?;
        taken.sort_unstable_by_key(|letter| letter.id);
        Ok(taken)
    }

    /// Deletes a letter whose work is done or given up.
    pub(crate) async fn finish_letter(&self, letter: &Taken) -> Result<(), StoreError> {
        statement(
            "finishing a letter",
            "DELETE FROM outbox WHERE id = $1 AND tries = $2",
        )
        .with(letter.id)
        .with(letter.tries)
        .run(&self.database)
        .await
        .map(drop)
    }

    /// Puts a letter back until `due_at`.
    pub(crate) async fn put_letter_back(
        &self,
        letter: &Taken,
        due_at: i64,
    ) -> Result<(), StoreError> {
        statement(
            "putting a letter back",
            "UPDATE outbox SET due_at = $3 WHERE id = $1 AND tries = $2",
        )
        .with(letter.id)
        .with(letter.tries)
        .with(due_at)
        .run(&self.database)
        .await
        .map(drop)
    }

    /// Finishes an order to unlink that the platform has carried out: the link goes and the goodbye is
    /// written. `false` when the order was void by then, because the person has linked again.
    pub(crate) async fn finish_unlinking(
        &self,
        letter: &Taken,
        goodbye: &Letter,
        now: i64,
    ) -> Result<bool, StoreError> {
        let doing = "finishing an unlink order";
        let mut work = self.database.begin(&[Claim::Person(&letter.psid)]).await?;
        let valid = statement(doing, "DELETE FROM outbox WHERE id = $1 AND tries = $2")
            .with(letter.id)
            .with(letter.tries)
            .run(&mut work)
            .await?;
        if valid == 0 {
            return Ok(false);
        }
        let gone = statement(
            doing,
            "UPDATE links SET account_id = NULL WHERE psid = $1 AND account_id IS NOT NULL",
        )
        .with(letter.psid.as_str())
        .run(&mut work)
        .await?;
        if gone == 1 {
            self.add_letter(&mut work, &letter.psid, goodbye, now)
                .await?;
        }
        work.commit(doing).await?;
        Ok(true)
    }

    /// How many letters wait, and for how long.
    pub(crate) async fn backlog(&self, now: i64) -> Result<Backlog, StoreError> {
        let counted: Option<(i64, Option<i64>)> = statement(
            "counting the outbox",
            "SELECT COUNT(*), MIN(created_at) FROM outbox",
        )
        .first(&self.database)
        .await?;
        let (waiting, first) = counted.unwrap_or_default();
        Ok(Backlog {
            waiting,
            oldest: first.map_or(0, |first| (now - first).max(0)),
            left_out: self.left_out.load(Ordering::Relaxed),
        })
    }
}
