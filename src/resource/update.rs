//! Changing the identity of a resource: read, work out the patch, write it in the way of the
//! resource's type, wait, and read what became of it.
//!
//! A write is conditional on the resource's ETag where its type has one. Of all other types, the
//! writes of this process go one after the other, and what the resource has after a write is
//! compared with what it should have.

use std::collections::HashSet;
use std::sync::Arc;

use once_cell::sync::Lazy;
use serde_json::{Map, Value};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::attempts::Attempts;
use super::change::{Change, Patch, plan};
use super::model::ResourceIdentity;
use super::read::{Found, read};
use super::readback::Difference;
use super::settle::{self, settle};
use super::subject::Subject;
use super::wanted::{Update, Wanted, is_unknown, refused, unknown_in_words};
use super::words::{describe, effects, in_words};
use super::{body, failure, hidden, references, uses};
use crate::arm::{Client, Lanes, Operation, Plan, Reply};
use crate::base::json::object;
use crate::base::{Category, Error, Method, Result, Wait, capitalized, with_full_stop};

/// A change that was checked as far as it can be without reading the resource.
pub(crate) struct Checked<'a> {
    update: &'a Update,
    subject: Subject,
    change: Change,
}

/// A warning of what a change of a resource does besides, if it does anything.
pub(crate) type Besides<'a> = &'a (dyn Fn(&ResourceIdentity) -> Option<String> + Sync);

/// How often a write that Azure accepts is made again when the resource is not as wanted after it.
const WRITES: u32 = 3;

impl<'a> Checked<'a> {
    /// Checks a change.
    ///
    /// # Errors
    /// What breaks a rule, before any request; those of finding the api-version of its type.
    pub(crate) async fn of(client: &Client, update: &'a Update) -> Result<Self> {
        let subject = Subject::find(client, &update.resource).await?;
        let change = update.wanted.change_of(&subject.id)?;
        Ok(Self {
            update,
            subject,
            change,
        })
    }

    /// The resource.
    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Changes the identity. A resource that already matches is not written. If another client writes
    /// between the read and the write, the change is applied to the state that it left.
    ///
    /// # Errors
    /// `ResourceNotFound`, `FailedIdentityOperation` and the like; `PlanChanged` and
    /// `WarningRefused`, `IdentityInSettings`, `IdentityKindNotSupported` and
    /// `SecretsNotReadable`, with nothing written; Azure's `PreconditionFailed` or `Conflict` when
    /// others do not stop writing; that of an operation that failed, which says whether the identity
    /// was changed; `IdentityNotApplied` and `IdentityLost` when the resource is not as it should be
    /// after a write that Azure accepted.
    pub(crate) async fn make(
        &self,
        client: &Client,
        besides: Besides<'_>,
    ) -> Result<ResourceIdentity> {
        let turn = match self.subject.way.is_sure() {
            true => None,
            false => Some(self.turn(client).await),
        };
        let made = self.make_in_turn(client, besides, turn).await;
        made.map_err(|error| failure::explain(error, &self.subject))
    }

    /// The right to write: for this process, where Azure has no condition for it.
    async fn turn(&self, client: &Client) -> OwnedMutexGuard<()> {
        static LANES: Lazy<Lanes<()>> = Lazy::new(Lanes::default);
        let lane: Arc<Mutex<()>> = LANES.of(client, &self.subject.id);
        let wait = Wait::new(
            format!("Updating the identity of {}", self.subject.id.name()),
            "its turn among the changes of the resource",
        );
        // What the other changes take does not count.
        let _held = client.observer().deadline().hold();
        wait.until(client.observer(), None, lane.lock_owned()).await
    }

    /// Whether a write of the resource as it was found is conditional on that, and keeps what it does
    /// not name. Azure may leave out the ETag of a type that has one: recordings of azure-cli have
    /// managed clusters without it. A weak one is no condition.
    fn is_sure(&self, found: &Found) -> bool {
        self.subject.way.is_sure() && !condition(&found.identity.etag).is_empty()
    }

    async fn make_in_turn(
        &self,
        client: &Client,
        besides: Besides<'_>,
        mut turn: Option<OwnedMutexGuard<()>>,
    ) -> Result<ResourceIdentity> {
        let (subject, id) = (&self.subject, &self.subject.id);
        let mut warnings = Warnings::default();
        let mut attempts = Attempts::new("Nothing was changed.");
        let mut writes = 0;
        let mut accepted = false;
        loop {
            let looked = self.look(client).await;
            let (found, patch) = looked.map_err(|error| error.perhaps_done_if(accepted))?;
            if patch.is_empty() {
                if self.update.no_wait || !found.identity.is_changing() {
                    return Ok(found.identity);
                }
                // It may be so only until the operation that runs has failed.
                settle(client, subject).await?;
                continue;
            }
            if turn.is_none() && !self.is_sure(&found) {
                turn = Some(self.turn(client).await);
                // Another operation of this process may have written before its turn ended.
                continue;
            }
            client
                .agreement()
                .check(id.as_str(), &effects(id, &patch))?;
            self.check(&found, &patch)?;
            for warning in warnings.news(self, &found.identity, &patch, besides) {
                client.guard(id.as_str(), warning).await?;
            }
            let done = match self.write(client, &found, &patch).await {
                Ok(reply) => {
                    accepted = true;
                    self.finish(client, &reply).await
                }
                Err(error) => {
                    accepted |= error.may_be_done();
                    Err(error)
                }
            };
            match done {
                Err(error) => {
                    let again = attempts.again(client, subject, error).await;
                    again.map_err(|error| error.perhaps_done_if(accepted))?;
                }
                Ok(after) if self.update.no_wait => return Ok(after.identity),
                Ok(after) => {
                    writes += 1;
                    let differs = self.difference(&found, &patch, &after);
                    if differs.is_loss() {
                        return Err(self.put_back(client, &patch, &differs, &after).await);
                    }
                    if !differs.is_incomplete() {
                        return self.with_settings(client, &found, after).await;
                    }
                    if writes == WRITES {
                        return Err(self.not_applied(&differs));
                    }
                }
            }
        }
    }

    /// The resource as it is, and what lies between that and the change.
    async fn look(&self, client: &Client) -> Result<(Found, Patch)> {
        let mut found = read(client, &self.subject).await?;
        if let Change::Merge {
            remove_missing: true,
            ..
        } = self.change
        {
            references::check(client, &mut found.identity).await?;
        }
        let patch = plan(&found.identity.state(), &self.change).map_err(refused)?;
        Ok((found, patch))
    }

    /// Checks, before anything is written, that the type can have what the change leaves, that no
    /// setting names what it removes, and that the write loses nothing else.
    fn check(&self, found: &Found, patch: &Patch) -> Result<()> {
        let (subject, way) = (&self.subject, self.subject.way);
        if subject.is_known() {
            let count = patch.remaining().count();
            if let Some(rule) = way.kinds.rule_against(patch.identity_type, count) {
                return Err(self.unsupported(rule));
            }
        }
        let hidden = hidden::places(way, &found.whole);
        if !hidden.is_empty() {
            return Err(self.secrets(&hidden));
        }
        match self.update.force {
            true => Ok(()),
            false => self.check_uses(&uses::of(&found.identity, patch, &found.whole)),
        }
    }

    async fn write(&self, client: &Client, found: &Found, patch: &Patch) -> Result<Reply> {
        let written = body::of(self.subject.way, patch, &found.whole);
        let written = written.ok_or_else(|| self.fixed())?;
        self.send(client, written.method, &written.value, &found.identity.etag)
            .await
    }

    async fn send(
        &self,
        client: &Client,
        method: Method,
        value: &Value,
        etag: &str,
    ) -> Result<Reply> {
        let condition = match self.subject.way.if_match {
            true => condition(etag),
            false => "",
        };
        let request = self.subject.request(client, method, "");
        client.send(request.body(value).if_match(condition)).await
    }

    /// Waits until the resource has the change, which Azure has accepted: what can't be read then says
    /// nothing of it.
    async fn finish(&self, client: &Client, reply: &Reply) -> Result<Found> {
        let (subject, id) = (&self.subject, &self.subject.id);
        let activity = format!("Updating the identity of {}", id.name());
        let operation = Operation::begun_by(client, reply, id.as_str(), &activity)?;
        if self.update.no_wait {
            return read(client, subject).await.map_err(Error::perhaps_done);
        }
        if let Err(error) = operation.wait().await {
            let error = settle::continues(error, id);
            return Err(self.with_outcome(client, error).await);
        }
        // An answer without the address of an operation may have begun one all the same.
        let settled = settle(client, subject).await;
        let found = settled.map_err(Error::perhaps_done)?;
        if found.identity.is_ready() {
            return Ok(found);
        }
        let error = settle::failed(client, subject, &found.identity).await;
        Err(self.with_outcome(client, error).await)
    }

    /// Adds to the error of a change that Azure accepted what has become of the identity, where that
    /// can be read.
    async fn with_outcome(&self, client: &Client, error: Error) -> Error {
        if failure::missing_identity(&error).is_some() || error.is_race() {
            return error;
        }
        match self.look(client).await {
            Ok((found, patch)) if !found.identity.is_changing() => {
                failure::with_outcome(error, patch.is_empty())
            }
            _ => error,
        }
    }

    /// How the resource differs from what the write should have left. A conditional write that names
    /// changes alone needs no look: what differs then is the work of others after it.
    fn difference(&self, before: &Found, patch: &Patch, after: &Found) -> Difference {
        match self.is_sure(before) {
            true => Difference::default(),
            false => Difference::of(&before.identity, patch, &after.identity),
        }
    }

    /// Puts back what is gone although it was to stay. The error says so.
    async fn put_back(
        &self,
        client: &Client,
        patch: &Patch,
        differs: &Difference,
        after: &Found,
    ) -> Error {
        let id = &self.subject.id;
        let mut lost = in_words(id, &differs.lost);
        if differs.system_lost {
            lost.push("the system-assigned identity".to_owned());
        }
        let remedy = differs.remedy(patch, &after.identity);
        let ended = match remedy.is_empty() {
            true => Ok(()),
            false => self.restore(client, &remedy, after).await,
        };
        let outcome = match (&ended, differs.system_lost) {
            (Ok(()), false) => "The module added it again, and the change is made.".to_owned(),
            (Ok(()), true) => "The module enabled it again; the system-assigned identity is \
                               another principal now, without the roles of the one before."
                .to_owned(),
            (Err(error), _) => {
                format!(
                    "The module can't add it again: {}",
                    with_full_stop(error.message())
                )
            }
        };
        let message = format!(
            "After the change, {} no longer has {}, which the change did not include: Azure or \
             another client removed it. {outcome}",
            self.subject.named(),
            lost.join(", ")
        );
        let advice = "Check the identity of the resource, and whether another client changes it.";
        self.error(Category::InvalidResult, "IdentityLost", message)
            .advise(advice)
    }

    async fn restore(&self, client: &Client, remedy: &Patch, after: &Found) -> Result<()> {
        let reply = self.write(client, after, remedy).await?;
        let now = self.finish(client, &reply).await?;
        let differs = Difference::of(&after.identity, remedy, &now.identity);
        match differs.is_loss() || differs.is_incomplete() {
            true => Err(self.not_applied(&differs)),
            false => Ok(()),
        }
    }

    /// Gives settings back the values that Azure resets when the identity changes.
    async fn with_settings(
        &self,
        client: &Client,
        before: &Found,
        after: Found,
    ) -> Result<ResourceIdentity> {
        let changed = self.reset(before, &after);
        if changed.is_empty() {
            return Ok(after.identity);
        }
        let value = body::of_settings(changed);
        let reply = self
            .send(client, Method::PATCH, &value, &after.identity.etag)
            .await?;
        Ok(self.finish(client, &reply).await?.identity)
    }

    /// The settings that have other values than before and still can have those.
    fn reset(&self, before: &Found, after: &Found) -> Map<String, Value> {
        let of = |found: &Found, name: &str| found.whole["properties"].get(name).cloned();
        let has = |text: &str| {
            let mut gone = before.identity.assigned.iter();
            let stays = |id: &str| after.identity.assigned.iter().any(|one| one.id == id);
            !gone.any(|one| !stays(&one.id) && text.to_lowercase().contains(&one.id.to_lowercase()))
        };
        let names = self.subject.way.resets.iter();
        object(names.filter_map(|name| {
            let old = of(before, name).filter(|old| of(after, name).as_ref() != Some(old))?;
            has(old.as_str().unwrap_or_default()).then(|| ((*name).to_owned(), old))
        }))
    }

    fn error(&self, category: Category, code: &str, message: String) -> Error {
        Error::new(category, code, self.subject.id.as_str(), message)
    }

    fn unsupported(&self, rule: &str) -> Error {
        let message = format!(
            "{} {rule}. Nothing was changed",
            capitalized(&self.subject.named())
        );
        let code = "IdentityKindNotSupported";
        self.error(Category::InvalidArgument, code, message).advise(
            "If a newer api-version of the type allows it, specify that version with -ApiVersion.",
        )
    }

    fn fixed(&self) -> Error {
        let message = format!(
            "Azure can't change the identity of {}: it is set when the resource is created",
            self.subject.named()
        );
        self.error(Category::InvalidOperation, "IdentityNotChangeable", message)
            .advise("Create the resource again with the identities that it is to have.")
    }

    fn secrets(&self, places: &[String]) -> Error {
        let message = format!(
            "The identity of {} can be changed only by writing the whole resource, and Azure does \
             not return its secrets: {}. Nothing was changed",
            self.subject.named(),
            places.join(", ")
        );
        self.error(Category::InvalidOperation, "SecretsNotReadable", message)
            .advise("Deploy the resource again with its secrets, with New-ArmDeployment.")
    }

    fn check_uses(&self, uses: &[uses::Use]) -> Result<()> {
        if uses.is_empty() {
            return Ok(());
        }
        let named = uses.iter().map(|one| {
            let who = match &one.identity {
                Some(id) => format!(
                    "'{}'",
                    in_words(&self.subject.id, std::slice::from_ref(id)).join("")
                ),
                None => "the system-assigned identity".to_owned(),
            };
            format!("{who} in {}", one.places.join(", "))
        });
        let message = format!(
            "The settings of {} still use {}. Nothing was changed",
            self.subject.named(),
            named.collect::<Vec<_>>().join("; ")
        );
        let code = "IdentityInSettings";
        let error = self.error(Category::InvalidOperation, code, message);
        Err(error.advise("Change these settings first, or remove the identity with -Force."))
    }

    fn not_applied(&self, differs: &Difference) -> Error {
        let id = &self.subject.id;
        let mut words = Vec::new();
        let mut list = |verb: &str, ids: &[String]| {
            if !ids.is_empty() {
                words.push(format!("{verb} {}", in_words(id, ids).join(", ")));
            }
        };
        list("does not have", &differs.not_added);
        list("still has", &differs.not_removed);
        if differs.not_switched {
            words.push("has the system-assigned identity as before".to_owned());
        }
        let message = format!(
            "Azure accepted the change of {} and did not apply it: the resource {}",
            self.subject.named(),
            words.join(", and ")
        );
        self.error(Category::InvalidResult, "IdentityNotApplied", message)
            .advise(
                "Check whether another client changes the resource, and whether its type allows \
                 the change; -ApiVersion selects another api-version.",
            )
    }

    /// What the change would do.
    async fn plan(&self, client: &Client) -> Result<Plan> {
        let subject = &self.subject;
        let (found, patch) = self.look(client).await?;
        if !patch.is_empty() {
            self.check(&found, &patch)?;
            body::of(subject.way, &patch, &found.whole).ok_or_else(|| self.fixed())?;
            // With a reference to an identity that does not exist, Azure refuses every other change.
            let known = |ids: &[String]| -> Vec<String> {
                ids.iter().filter(|id| !is_unknown(id)).cloned().collect()
            };
            let (added, kept) = (known(&patch.added), known(&patch.kept));
            let location = &found.identity.location;
            references::require(client, subject, location, (&added, &kept)).await?;
        }
        Ok(Plan {
            details: Vec::new(),
            description: unknown_in_words(&describe(subject, &patch)),
            effects: effects(&subject.id, &patch),
            resource: subject.id.to_string(),
        })
    }
}

/// Changes the identity of a resource.
///
/// # Errors
/// Those of [`Checked::of`] and [`Checked::make`].
pub async fn update(client: &Client, update: &Update) -> Result<ResourceIdentity> {
    Checked::of(client, update)
        .await?
        .make(client, &|_| None)
        .await
}

/// What [`update`] would do.
///
/// # Errors
/// Those of [`update`], as far as reading finds them.
pub async fn plan_update(client: &Client, update: &Update) -> Result<Plan> {
    let update = update.with_unknown();
    Checked::of(client, &update).await?.plan(client).await
}

/// The warnings of what a write does besides what the user named: each is given once, however
/// often the change is worked out anew.
#[derive(Default)]
struct Warnings {
    given: HashSet<String>,
}

impl Warnings {
    /// Those of this patch that were not given yet.
    fn news(
        &mut self,
        checked: &Checked<'_>,
        resource: &ResourceIdentity,
        patch: &Patch,
        besides: Besides<'_>,
    ) -> Vec<String> {
        let losses = self.losses(checked, patch);
        let besides = besides(resource).filter(|one| self.given.insert(one.clone()));
        losses.into_iter().chain(besides).collect()
    }

    /// The exact form removes what was not named.
    fn losses(&mut self, checked: &Checked<'_>, patch: &Patch) -> Option<String> {
        let Wanted::Exact { .. } = checked.update.wanted else {
            return None;
        };
        let id = &checked.subject.id;
        let mut lost = in_words(id, &patch.removed);
        if patch.system_assigned == Some(false) {
            lost.push("the system-assigned identity".to_owned());
        }
        lost.retain(|one| self.given.insert(one.to_lowercase()));
        (!lost.is_empty()).then(|| {
            format!(
                "'{}' loses {}, which -IdentityType and -IdentityId do not include.",
                id.name(),
                lost.join(", ")
            )
        })
    }
}

/// What a write can be conditional on: a weak ETag never matches (RFC 9110, 13.1.1).
fn condition(etag: &str) -> &str {
    match etag.starts_with("W/") {
        true => "",
        false => etag,
    }
}
