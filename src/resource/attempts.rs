//! When a change that was refused, or that did not last, is worth another attempt.

use super::failure::missing_identity;
use super::model::Existence;
use super::read::read;
use super::references::existence;
use super::settle::settle;
use super::subject::{Subject, named};
use crate::arm::Client;
use crate::base::{Error, Polling, ResourceId, Result, Wait, known_code};

/// The number of attempts at a change that other writers interrupt.
const ATTEMPTS: u32 = 12;

/// The attempts at one change of a resource.
pub(crate) struct Attempts {
    /// What to say of the resource when all attempts were in vain.
    outcome: &'static str,
    lost: u32,
    /// The wait for an identity that the provider does not know yet, once there is one.
    replication: Option<Polling>,
}

/// Why another attempt may succeed.
enum Race {
    /// Another write came first: the resource can be read anew at once.
    Stale,
    /// An operation runs, or has just taken this one's place: it is waited for.
    Busy,
}

impl Attempts {
    pub(crate) fn new(outcome: &'static str) -> Self {
        Self {
            outcome,
            lost: 0,
            replication: None,
        }
    }

    /// Waits until another attempt is worth making.
    ///
    /// # Errors
    /// `error` itself when no attempt would end otherwise, or when there were enough of them.
    pub(crate) async fn again(
        &mut self,
        client: &Client,
        subject: &Subject,
        error: Error,
    ) -> Result<()> {
        if let Some(identity) = missing_identity(&error) {
            return self.until_known(client, subject, &identity, error).await;
        }
        let Some(race) = race(client, subject, &error).await else {
            return Err(error);
        };
        self.lost += 1;
        if self.lost == ATTEMPTS {
            return Err(self.give_up(subject, error));
        }
        if let Race::Busy = race {
            settle(client, subject).await?;
        }
        if self.lost > 1 {
            let length = client.retry().first_wait / 8 * self.lost;
            let wait = Wait::new(
                format!("Updating {}", subject.named()),
                "the next attempt at the change",
            )
            .because("another client modifies the resource");
            wait.pause_within_deadline(client.observer(), subject.id.as_str(), length)
                .await?;
        }
        Ok(())
    }

    /// An identity that was created just now can be read before the provider finds it.
    async fn until_known(
        &mut self,
        client: &Client,
        subject: &Subject,
        identity: &ResourceId,
        error: Error,
    ) -> Result<()> {
        let message = match existence(client, identity).await? {
            Existence::Missing => return Err(error),
            Existence::Unknown => format!(
                "Azure does not find {}, so it refuses to change {}",
                named(identity),
                subject.named()
            ),
            Existence::Exists => {
                let replication = self
                    .replication
                    .get_or_insert_with(|| Polling::begin(client.retry()));
                if replication.elapsed() < client.retry().replication {
                    let wait = Wait::new(
                        "Waiting until Azure finds the new identity",
                        format!("Azure to find identity '{}'", identity.name()),
                    );
                    return replication
                        .wait(client.observer(), subject.id.as_str(), wait, None)
                        .await;
                }
                format!(
                    "Azure does not find {} yet, although it exists, and refuses to \
                     change {}",
                    named(identity),
                    subject.named()
                )
            }
        };
        Err(error
            .reworded(message)
            .advise("If it was created just now, try again in a few minutes."))
    }

    fn give_up(&self, subject: &Subject, error: Error) -> Error {
        // Without a status it is the end of an operation, which may have done a part.
        let outcome = match error.status() {
            None => "Azure accepted the change and did not complete it: check the resource.",
            Some(_) => self.outcome,
        };
        error
            .reworded(format!(
                "Gave up after {ATTEMPTS} attempts: another client keeps modifying {}",
                subject.named()
            ))
            .advise(outcome)
    }
}

/// What a refusal says about others: it is their doing by its code, or because Azure is changing
/// the resource.
async fn race(client: &Client, subject: &Subject, error: &Error) -> Option<Race> {
    if error.status() == Some(412) {
        return Some(Race::Stale);
    }
    if error.is_race() {
        return Some(Race::Busy);
    }
    let may_be = error.status() == Some(409) && known_code(error.code()).is_none();
    let changing = may_be
        && read(client, subject)
            .await
            .is_ok_and(|one| one.identity.is_changing());
    changing.then_some(Race::Busy)
}
