//! The time in which a principal that was created just now is not known everywhere.

use std::time::Duration;

use super::directory::Object;
use super::principal::ResolvedPrincipal;
use crate::arm::{Client, is_known_principal};
use crate::base::{Error, Polling, Result, RetryPolicy, Wait};

/// A wait for a principal to be known.
pub(super) struct Replication<'a> {
    principal: &'a ResolvedPrincipal,
    /// How long the caller lets it take.
    asked: Option<Duration>,
    /// Whether only a service principal will do.
    service_only: bool,
    /// How long it may take; decided when the principal turns out to be unknown.
    limit: Option<Duration>,
    polling: Polling,
}

impl<'a> Replication<'a> {
    /// Begins now. `asked` is how long the caller lets it take; without it, a principal of which
    /// it is known that it exists is waited for longer than one that may be mistyped.
    pub(super) fn begin(
        principal: &'a ResolvedPrincipal,
        asked: Option<Duration>,
        retry: &RetryPolicy,
    ) -> Self {
        Self {
            principal,
            asked,
            service_only: false,
            limit: None,
            polling: Polling::begin(retry),
        }
    }

    /// The same, for what only a service principal can have: another principal is not waited for.
    pub(super) fn of_service_principal(self) -> Self {
        Self {
            service_only: true,
            ..self
        }
    }

    /// Waits until the next look at a principal that is unknown to `whom`.
    ///
    /// # Errors
    /// `error`, in words that name the principal, when it should be known by now;
    /// `InvalidPrincipalId` when it is a client id, or of another kind of principal.
    pub(super) async fn wait(&mut self, client: &Client, error: Error, whom: &str) -> Result<()> {
        let limit = match self.limit {
            Some(limit) => limit,
            None => *self.limit.insert(self.find_limit(client).await?),
        };
        if self.polling.elapsed() >= limit {
            return Err(self.still_unknown(error, whom));
        }
        let activity = format!("Waiting until {whom} knows the new principal");
        let what = format!("{whom} to know {}", self.principal.label());
        let wait = Wait::new(activity, what);
        self.polling
            .wait(client.observer(), &self.principal.id, wait, None)
            .await
    }

    /// How long it may take to be known.
    ///
    /// # Errors
    /// `InvalidPrincipalId` when it is the client id of a principal and not its object id, or of
    /// another kind of principal.
    async fn find_limit(&self, client: &Client) -> Result<Duration> {
        let id = &self.principal.id;
        if let Some(asked) = self.asked {
            return Ok(asked);
        }
        if is_known_principal(id) {
            return Ok(client.retry().replication);
        }
        if let Some(found) = self
            .look_up(client, &format!("directoryObjects/{id}"))
            .await
        {
            self.check_kind(&found)?;
            return Ok(client.retry().replication);
        }
        let by_client_id = format!("servicePrincipals(appId='{id}')");
        match self.look_up(client, &by_client_id).await {
            None => Ok(client.retry().unknown_principal),
            Some(meant) => Err(Error::invalid(
                "InvalidPrincipalId",
                "PrincipalId",
                id,
                &format!(
                    "it must be an object id, and this is the client id of '{}', whose object id \
                     is {}.",
                    meant.display_name.unwrap_or_default(),
                    meant.id
                ),
            )),
        }
    }

    fn check_kind(&self, found: &Object) -> Result<()> {
        let kind = found.kind();
        if !self.service_only || kind.is_empty() || kind == "ServicePrincipal" {
            return Ok(());
        }
        Err(Error::invalid(
            "InvalidPrincipalId",
            "PrincipalId",
            &self.principal.id,
            &format!(
                "it must be the object id of a managed identity or another service principal, and \
                 this is that of the {} '{}'.",
                kind.to_lowercase(),
                found.display_name.as_deref().unwrap_or_default()
            ),
        ))
    }

    /// What Microsoft Graph knows at a path. A sign-in that may not ask gets nothing.
    async fn look_up(&self, client: &Client, path: &str) -> Option<Object> {
        let url = client.graph_url(&format!("/v1.0/{path}")).await.ok()?;
        let reply = client.get_url(url, &self.principal.id).await.ok()?;
        reply.json(&self.principal.id).ok()
    }

    fn still_unknown(&self, error: Error, whom: &str) -> Error {
        let id = &self.principal.id;
        let seconds = self.polling.elapsed().as_secs();
        match is_known_principal(id) {
            true => error
                .reworded(format!(
                    "The principal {} is still not known to {whom} after {seconds} s",
                    self.principal.label()
                ))
                .advise("Try again in a few minutes, or wait longer with -PrincipalWaitSec."),
            false => error
                .reworded(format!(
                    "The principal '{id}' is not known to {whom} after {seconds} s"
                ))
                .advise(
                    "Check -PrincipalId: it must be an object id, which for a managed identity is its \
                     PrincipalId and not its ClientId. For a new principal, wait longer with \
                     -PrincipalWaitSec.",
                ),
        }
    }
}
