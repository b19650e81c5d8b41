//! Writing federated credentials, one at a time under each identity.

use serde_json::json;
use tokio::time::Instant;

use super::lane::Lane;
use super::list::{all, read};
use super::model::{
    ClaimsMatchingExpression, FederatedCredential, FederatedProperties, MAX_CREDENTIALS, audience,
};
use super::source::{Expression, Source};
use super::target::{CredentialId, CredentialTarget};
use crate::arm::{Client, Plan, Reply, Request};
use crate::base::{Category, Error, Method, Result, Wait};
use crate::identity::model::API_VERSION;

/// The federated credential to create.
#[derive(Clone, Debug, Default)]
pub struct Create {
    /// Its identity and name.
    pub target: CredentialTarget,
    /// Whose tokens are trusted.
    pub source: Source,
    /// Whom the token must be for: one; `api://AzureADTokenExchange` when not given.
    pub audiences: Vec<String>,
}

/// What to change about a federated credential. What is not given stays.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Which one.
    pub target: CredentialTarget,
    /// Whose tokens are trusted.
    pub source: Source,
    /// Whom the token must be for: one.
    pub audiences: Vec<String>,
}

impl From<Create> for Update {
    /// The same words, of which those not given leave what there is.
    fn from(wanted: Create) -> Self {
        Self {
            target: wanted.target,
            source: wanted.source,
            audiences: wanted.audiences,
        }
    }
}

/// How often a write is tried when another process writes under the same identity.
const MAX_ATTEMPTS: u32 = 12;

/// What Azure answers when two write under one identity at the same time.
const CONCURRENT: &str = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity";

/// Creates a federated credential. One of that name that exists is made so; when it is so
/// already, nothing is written.
///
/// # Errors
/// What breaks a rule, before any request; `TooManyFederatedIdentityCredentials` and
/// `FederatedIdentityCredentialExists` before any write; Azure's own.
pub async fn create(client: &Client, wanted: &Create) -> Result<FederatedCredential> {
    wanted.check(client)?;
    let mut lane = Lane::enter(client, &wanted.target).await?;
    lane.create(client, wanted).await
}

/// What [`create`] would do.
///
/// # Errors
/// Those of [`create`], as far as reading finds them.
pub async fn plan_create(client: &Client, wanted: &Create) -> Result<Plan> {
    plan(client, &wanted.check(client)?).await
}

/// Changes a federated credential. When all is as wanted, nothing is written.
///
/// # Errors
/// Those of [`create`]; `ResourceNotFound`.
pub async fn update(client: &Client, wanted: &Update) -> Result<FederatedCredential> {
    wanted.check(client)?;
    let mut lane = Lane::enter(client, &wanted.target).await?;
    lane.update(client, wanted).await
}

/// What [`update`] would do.
///
/// # Errors
/// Those of [`update`], as far as reading finds them.
pub async fn plan_update(client: &Client, wanted: &Update) -> Result<Plan> {
    plan(client, &wanted.check(client)?).await
}

/// Deletes a federated credential.
///
/// # Errors
/// `ResourceNotFound` when there is none; those of the target and the request.
pub async fn delete(client: &Client, target: &CredentialTarget) -> Result<()> {
    let mut lane = Lane::enter(client, target).await?;
    lane.delete(client, target).await
}

/// What [`delete`] would do.
///
/// # Errors
/// Those of [`delete`], as far as reading finds them.
pub async fn plan_delete(client: &Client, target: &CredentialTarget) -> Result<Plan> {
    let id = target.resolve(client)?;
    let trust = read(client, &id).await?.properties;
    Ok(Plan {
        details: Vec::new(),
        description: format!("Delete federated credential '{id}'"),
        effects: vec![format!(
            "delete '{id}' for {} of issuer '{}'",
            trust.subject_or_expression(),
            trust.issuer
        )],
        resource: id.to_string(),
    })
}

/// A create or an update whose input is checked. What is `None` stays as it is.
struct Mutation {
    id: CredentialId,
    issuer: Option<String>,
    subject: Option<String>,
    expression: Option<Expression>,
    audience: Option<String>,
    /// Whether it must exist.
    must_exist: bool,
    /// Why no token will match what is wanted.
    warnings: Vec<String>,
}

impl Create {
    /// Checks all that can be checked without asking Azure.
    fn check(&self, client: &Client) -> Result<Mutation> {
        let id = self.target.resolve(client)?;
        let source = self.source.resolve()?;
        let missing = |parameter, rule| Err(Error::missing(parameter, rule));
        if source.issuer.is_none() {
            return missing("Issuer", "specify whose tokens to trust.");
        }
        if source.subject.is_none() && source.expression.is_none() {
            return missing(
                "Subject",
                "specify whose tokens to trust with -Subject, -ClaimsMatchingExpression or the \
                 GitHub or Kubernetes parameters.",
            );
        }
        Ok(Mutation {
            id,
            issuer: source.issuer,
            subject: source.subject,
            expression: source.expression,
            audience: Some(audience(&self.audiences)?),
            must_exist: false,
            warnings: source.warnings,
        })
    }
}

impl Update {
    fn check(&self, client: &Client) -> Result<Mutation> {
        let id = self.target.resolve(client)?;
        let source = self.source.resolve()?;
        let audience = match self.audiences.is_empty() {
            true => None,
            false => Some(audience(&self.audiences)?),
        };
        let trusts = [&source.issuer, &source.subject, &audience];
        if trusts.iter().all(|one| one.is_none()) && source.expression.is_none() {
            return Err(Error::missing(
                "Subject",
                "specify the change with -Issuer, -Subject, -ClaimsMatchingExpression, -Audience or \
                 the GitHub or Kubernetes parameters.",
            ));
        }
        Ok(Mutation {
            id,
            issuer: source.issuer,
            subject: source.subject,
            expression: source.expression,
            audience,
            must_exist: true,
            warnings: source.warnings,
        })
    }
}

/// The write that a mutation needs, by what there is.
#[derive(Debug)]
enum Step {
    /// Nothing differs.
    Nothing(FederatedCredential),
    /// It is to be written; with what is there now.
    Put {
        trust: FederatedProperties,
        current: Option<FederatedCredential>,
    },
}

impl Mutation {
    fn step(&self, credentials: &[FederatedCredential]) -> Result<Step> {
        let is_same = |one: &&FederatedCredential| one.name.eq_ignore_ascii_case(&self.id.name);
        let current = credentials.iter().find(is_same);
        if current.is_none() && self.must_exist {
            return Err(not_found(&self.id, "changed"));
        }
        if current.is_some_and(|current| !current.is_whole()) {
            return Err(self.unreadable());
        }
        let trust = self.trust(current);
        if let Some(current) = current.filter(|current| current.properties == trust) {
            return Ok(Step::Nothing(current.clone()));
        }
        let mut others = credentials.iter().filter(|one| !is_same(one));
        let duplicate = others.find(|other| other.properties.trusts_the_same(&trust));
        if let Some(duplicate) = duplicate {
            return Err(self.duplicate_error(duplicate));
        }
        if current.is_none() && credentials.len() >= MAX_CREDENTIALS {
            return Err(self.limit_error(credentials.len()));
        }
        let current = current.cloned();
        Ok(Step::Put { trust, current })
    }

    /// What is wanted, and for the rest what there is. A subject replaces an expression, and an
    /// expression a subject.
    fn trust(&self, current: Option<&FederatedCredential>) -> FederatedProperties {
        let mut trust = current
            .map(|current| current.properties.clone())
            .unwrap_or_default();
        if let Some(issuer) = &self.issuer {
            trust.issuer.clone_from(issuer);
        }
        if self.subject.is_some() {
            trust.subject.clone_from(&self.subject);
            trust.claims_matching_expression = None;
        }
        if let Some(Expression { value, version }) = &self.expression {
            trust.subject = None;
            let there = trust.claims_matching_expression.take().unwrap_or_default();
            trust.claims_matching_expression = Some(ClaimsMatchingExpression {
                value: value.clone(),
                language_version: version.unwrap_or(there.language_version.max(1)),
                ..there
            });
        }
        if let Some(audience) = &self.audience {
            trust.audiences = vec![audience.clone()];
        }
        trust
    }

    /// Says why no token will match, before anything is written. Whoever agreed to a plan has read
    /// it there.
    async fn warn(&self, client: &Client) -> Result<()> {
        if client.agreement().is_given() {
            return Ok(());
        }
        for warning in &self.warnings {
            client.guard(&self.id.to_string(), warning.clone()).await?;
        }
        Ok(())
    }

    fn duplicate_error(&self, duplicate: &FederatedCredential) -> Error {
        let message = format!(
            "The {} would trust the same issuer and {} as '{}', which Azure allows only once in an \
             identity",
            self.id.described(),
            match duplicate.properties.expression() {
                None => "subject",
                Some(_) => "claims matching expression",
            },
            duplicate.name
        );
        Error::new(
            Category::ResourceExists,
            "FederatedIdentityCredentialExists",
            &self.id.to_string(),
            message,
        )
        .advise("Use the existing one, or remove it first.")
    }

    /// A write would lose an expression that is not shown.
    fn unreadable(&self) -> Error {
        let message = format!(
            "The {} has no subject, and its claims matching expression can't be read in this \
             cloud. A write would lose the expression, so nothing was written",
            self.id.described()
        );
        Error::new(
            Category::InvalidOperation,
            "FederatedIdentityCredentialNotReadable",
            &self.id.to_string(),
            message,
        )
        .advise("Remove it with Remove-FederatedIdentityCredential, and create it again.")
    }

    fn limit_error(&self, count: usize) -> Error {
        let message = format!(
            "The user-assigned identity '{}' in resource group '{}' has {count} federated \
             credentials, and an identity can have at most {MAX_CREDENTIALS}",
            self.id.identity.name(),
            self.id.identity.group()
        );
        Error::new(
            Category::LimitsExceeded,
            "TooManyFederatedIdentityCredentials",
            &self.id.to_string(),
            message,
        )
        .advise("Remove one that is not needed, or use another identity.")
    }
}

async fn plan(client: &Client, mutation: &Mutation) -> Result<Plan> {
    mutation.warn(client).await?;
    let credentials = all(client, &mutation.id.identity).await?;
    let id = &mutation.id;
    let (description, changes) = match mutation.step(&credentials)? {
        Step::Nothing(_) => (
            format!("No change needed: federated credential '{id}' already matches"),
            false,
        ),
        Step::Put {
            trust,
            current: None,
        } => (
            format!(
                "Create federated credential '{id}' for {} of issuer '{}', audience '{}'",
                trust.subject_or_expression(),
                trust.issuer,
                trust.audiences.join(", ")
            ),
            true,
        ),
        Step::Put {
            trust,
            current: Some(current),
        } => (
            format!(
                "Update federated credential '{id}': {}",
                differences(&current.properties, &trust)
            ),
            true,
        ),
    };
    Ok(Plan {
        details: Vec::new(),
        resource: id.to_string(),
        effects: changes.then(|| description.clone()).into_iter().collect(),
        description,
    })
}

fn differences(current: &FederatedProperties, wanted: &FederatedProperties) -> String {
    let changed = |name: &str, current: &str, wanted: &str| {
        (current != wanted).then(|| format!("change its {name} from '{current}' to '{wanted}'"))
    };
    let version = |trust: &FederatedProperties| {
        let expression = trust.claims_matching_expression.as_ref();
        expression.map_or_else(String::new, |one| one.language_version.to_string())
    };
    let words = [
        changed("issuer", &current.issuer, &wanted.issuer),
        match (
            (current.subject.as_deref(), current.expression()),
            (wanted.subject.as_deref(), wanted.expression()),
        ) {
            ((_, Some(expression)), (Some(subject), None)) => Some(format!(
                "replace its claims matching expression \"{expression}\" with the subject '{subject}'"
            )),
            ((Some(subject), _), (None, Some(expression))) => Some(format!(
                "replace its subject '{subject}' with the claims matching expression \"{expression}\""
            )),
            ((_, Some(current)), (_, Some(wanted))) if current != wanted => Some(format!(
                "change its claims matching expression from \"{current}\" to \"{wanted}\""
            )),
            ((current, None), (wanted, None)) => changed(
                "subject",
                current.unwrap_or_default(),
                wanted.unwrap_or_default(),
            ),
            _ => changed(
                "claims matching expression version",
                &version(current),
                &version(wanted),
            ),
        },
        changed(
            "audience",
            &current.audiences.join(", "),
            &wanted.audiences.join(", "),
        ),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl Lane {
    /// See [`create`].
    ///
    /// # Errors
    /// Those of [`create`].
    pub async fn create(
        &mut self,
        client: &Client,
        wanted: &Create,
    ) -> Result<FederatedCredential> {
        self.apply(client, &wanted.check(client)?).await
    }

    /// See [`update`].
    ///
    /// # Errors
    /// Those of [`update`].
    pub async fn update(
        &mut self,
        client: &Client,
        wanted: &Update,
    ) -> Result<FederatedCredential> {
        self.apply(client, &wanted.check(client)?).await
    }

    /// See [`delete`].
    ///
    /// # Errors
    /// Those of [`delete`].
    pub async fn delete(&mut self, client: &Client, target: &CredentialTarget) -> Result<()> {
        let id = target.resolve(client)?;
        let path = id.to_string();
        let url = client.url(&path, API_VERSION);
        let request = || Request::new(Method::DELETE, url.clone(), &path);
        let reply = self.send(client, request).await?;
        self.record(&id.name, None);
        // 204: there was none. After an attempt whose answer was lost, it was that attempt's doing.
        if reply.status == 204 && !reply.repeated {
            return Err(reply.identified(not_found(&id, "deleted").with_status(204)));
        }
        Ok(())
    }

    async fn apply(&mut self, client: &Client, mutation: &Mutation) -> Result<FederatedCredential> {
        mutation.warn(client).await?;
        loop {
            let is_cached = self.is_cached();
            match mutation.step(self.credentials(client).await?) {
                Ok(Step::Put { trust, .. }) => return self.put(client, mutation, &trust).await,
                // Only Azure itself says that there is nothing to write.
                _ if is_cached => self.invalidate(),
                Ok(Step::Nothing(current)) => return Ok(current),
                Err(error) => return Err(error),
            }
        }
    }

    async fn put(
        &mut self,
        client: &Client,
        mutation: &Mutation,
        trust: &FederatedProperties,
    ) -> Result<FederatedCredential> {
        let body = json!({ "properties": trust });
        let path = mutation.id.to_string();
        let url = client.url(&path, trust.api_version());
        let request = || {
            Request::new(Method::PUT, url.clone(), &path)
                .body(&body)
                .versions(trust.versions())
        };
        let reply = self.send(client, request).await?;
        let made: FederatedCredential = reply.json(&path)?;
        self.record(&made.name, Some(&made));
        Ok(made)
    }

    /// Sends a write, and repeats it while another process writes.
    async fn send<'a>(
        &mut self,
        client: &Client,
        request: impl Fn() -> Request<'a>,
    ) -> Result<Reply> {
        let started = Instant::now();
        let mut attempt = 1;
        let mut repeated = false;
        loop {
            let sent = client.send(request());
            match sent.await {
                Err(error) if error.code() == CONCURRENT && attempt < MAX_ATTEMPTS => {
                    repeated |= error.may_be_done();
                    self.invalidate();
                    let identity = self.identity();
                    let wait = Wait::new(
                        format!("Writing federated credentials of {}", identity.name()),
                        "the next attempt at the write",
                    )
                    .because("another client writes federated credentials of the identity")
                    .since(started);
                    let length = client.retry().backoff(attempt, 1.0);
                    wait.pause_within_deadline(client.observer(), identity.as_str(), length)
                        .await?;
                    attempt += 1;
                }
                Err(error) => {
                    self.invalidate();
                    return Err(error.perhaps_done_if(repeated));
                }
                Ok(mut reply) => {
                    reply.repeated |= repeated;
                    return Ok(reply);
                }
            }
        }
    }
}

fn not_found(id: &CredentialId, done: &str) -> Error {
    let message = format!("There is no {}, so nothing was {done}", id.described());
    Error::new(
        Category::ObjectNotFound,
        "ResourceNotFound",
        &id.to_string(),
        message,
    )
    .advise("Check the names of the credential, the identity and the group.")
}
