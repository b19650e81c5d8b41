//! From a word to what can complete it.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::found::{Found, Suggestion, choose};
use super::memory::Memory;
use super::paths::{self, Path};
use super::quiet::Quiet;
use super::request::{Kind, Request};
use super::resources::{Among, Group, is_pattern};
use super::subject::Subject;
use super::types;
use crate::access;
use crate::arm::resource_graph::Reach;
use crate::arm::{Client, Target};
use crate::base::{Observer, ScopeId, is_guid, same_name};
use crate::identity::USER_ASSIGNED_IDENTITY;

/// No name and no id is longer.
const LONGEST_WORD: usize = 1000;

/// What can complete a word, as the service knows it through a connection. It is nothing where the
/// service refuses, fails, or does not answer in the time that the request gives it. The
/// user is not asked to sign in.
pub async fn complete(
    memory: &Memory,
    client: &Client,
    observer: Arc<dyn Observer>,
    request: &Request,
) -> Vec<Suggestion> {
    if request.word.len() > LONGEST_WORD {
        return Vec::new();
    }
    let client = client
        .observed_by(Arc::new(Quiet(observer)))
        .without_retries();
    let word = Word {
        memory,
        client: &client,
        request,
    };
    match timeout(request.patience, word.found()).await {
        Ok(Some((found, text))) => choose(&found, &text),
        Ok(None) | Err(_) => known(request),
    }
}

/// What can complete a word without a connection.
pub fn known(request: &Request) -> Vec<Suggestion> {
    match request.kind {
        Kind::ResourceType => choose(&known_types(), &request.word),
        Kind::Api => choose(&known_apis(), &request.word),
        Kind::ResourceProvider => choose(&known_providers(), &request.word),
        _ => Vec::new(),
    }
}

fn known_types() -> Vec<Found> {
    types::known()
        .map(|name| Found::named(name, String::new()))
        .collect()
}

/// The APIs that most directories have.
fn known_apis() -> Vec<Found> {
    let near = |(name, app_id): &(&str, &str)| Found {
        near: true,
        ..Found::named(*name, (*app_id).to_owned())
    };
    access::WELL_KNOWN_APIS.iter().map(near).collect()
}

/// The providers of the types that are known, and the types.
fn known_providers() -> Vec<Found> {
    let namespaces: BTreeSet<&str> = types::known()
        .filter_map(|name| Some(name.split_once('/')?.0))
        .collect();
    let namespaces = namespaces
        .into_iter()
        .map(|name| Found::named(name, String::new()));
    namespaces.chain(known_types()).collect()
}

/// A word, and whom to ask about it.
struct Word<'a> {
    memory: &'a Memory,
    client: &'a Client,
    request: &'a Request,
}

/// What was found, and what it must fit.
type Fitting = (Vec<Found>, String);

impl Word<'_> {
    /// None where the command line leaves open what is to be looked for.
    async fn found(&self) -> Option<Fitting> {
        let request = self.request;
        match request.kind {
            Kind::Subscription => self.ask(Subject::Subscriptions).await,
            Kind::ResourceGroup => self.ask(Subject::ResourceGroups(self.place().await?)).await,
            Kind::Resource => self.resources(false).await,
            Kind::ResourceId => self.resources(true).await,
            Kind::Location => {
                self.ask(Subject::Locations(self.subscription().await?))
                    .await
            }
            Kind::Identity => self.identities().await,
            Kind::AssignedIdentity => self.assigned().await,
            Kind::FederatedCredential => self.credentials().await,
            Kind::Role => self.ask(Subject::Roles(self.scope().await?)).await,
            Kind::Scope => self.scopes().await,
            Kind::DirectoryGroup => self.ask(Subject::DirectoryGroups).await,
            Kind::ManagementGroup => self.ask(Subject::ManagementGroups).await,
            Kind::Api => {
                let (found, word) = self.ask(Subject::Apis).await?;
                Some(([known_apis(), found].concat(), word))
            }
            Kind::AppRole => self.ask(Subject::AppRoles(request.api.clone())).await,
            Kind::ResourceProvider => Some((known_providers(), request.word.clone())),
            Kind::ResourceType => {
                let (mut found, word) = self.ask(Subject::Types(self.named().await?)).await?;
                found.extend(known_types());
                Some((found, word))
            }
        }
    }

    async fn ask(&self, subject: Subject) -> Option<Fitting> {
        let word = self.request.word.clone();
        Some((self.answer(subject, &word).await, word))
    }

    async fn answer(&self, subject: Subject, word: &str) -> Vec<Found> {
        let answer = self.memory.answer(self.client, subject, word).await;
        answer.found.clone()
    }

    /// The subscriptions that are meant.
    async fn place(&self) -> Option<Reach> {
        let request = self.request;
        if request.all_subscriptions {
            return Some(Reach::Tenant);
        }
        if let Some(group) = &request.management_group {
            return Some(Reach::ManagementGroup(name_of(group).to_owned()));
        }
        let mut ids = Vec::new();
        for named in &request.subscriptions {
            match is_guid(named) {
                true => ids.push(named.clone()),
                false => ids.extend(self.subscriptions_named(named).await),
            }
        }
        match request.subscriptions.is_empty() {
            true => Some(Reach::Subscriptions(vec![self.own()?])),
            false => (!ids.is_empty()).then_some(Reach::Subscriptions(ids)),
        }
    }

    /// The connection's subscription.
    fn own(&self) -> Option<String> {
        self.client.subscription_or(None).ok()
    }

    async fn subscriptions_named(&self, name: &str) -> Vec<String> {
        let found = self.answer(Subject::Subscriptions, name).await;
        let same = found.into_iter().filter(|one| same_name(&one.label, name));
        same.map(|one| one.value).collect()
    }

    /// The one subscription that is meant.
    async fn subscription(&self) -> Option<String> {
        match self.place().await? {
            Reach::Subscriptions(ids) => ids.into_iter().next(),
            Reach::Tenant | Reach::ManagementGroup(_) => self.own(),
        }
    }

    async fn group(&self) -> Option<Group> {
        Some(Group {
            name: self.request.resource_group.clone()?,
            subscription: self.subscription().await?,
        })
    }

    /// Whether the word is the beginning of an id.
    fn is_path(&self) -> bool {
        self.request.word.starts_with('/')
    }

    async fn resources(&self, by_id: bool) -> Option<Fitting> {
        if by_id && self.is_path() {
            return self
                .below(&self.request.word, &self.request.resource_types)
                .await;
        }
        let among = Among {
            resource_group: self.request.resource_group.clone(),
            resource_types: self.request.resource_types.clone(),
            by_id,
            ..Among::all_in(self.place().await?)
        };
        self.ask(Subject::Resources(among)).await
    }

    async fn identities(&self) -> Option<Fitting> {
        if self.is_path() {
            let identity = [USER_ASSIGNED_IDENTITY.to_string()];
            return self.below(&self.request.word, &identity).await;
        }
        let group = self.group().await;
        let subscription = self.subscription().await?;
        self.ask(Subject::Identities {
            group,
            subscription,
        })
        .await
    }

    /// The identities that the named resources have. Where a pipeline or a pattern names them, any
    /// may be meant.
    async fn assigned(&self) -> Option<Fitting> {
        let resources = self.named().await?;
        if resources.names.is_empty() && resources.ids.is_empty() {
            return self.identities().await;
        }
        let group = match self.is_path() {
            true => None,
            false => self.group().await,
        };
        self.ask(Subject::Assigned { resources, group }).await
    }

    /// The resources that the command is about, as far as the line names them: a pattern leaves it
    /// open.
    async fn named(&self) -> Option<Among> {
        let request = self.request;
        let mut named = request.names.iter().chain(&request.ids);
        let is_open = named.any(|name| is_pattern(name));
        let told = |texts: &[String]| match is_open {
            true => Vec::new(),
            false => texts.to_vec(),
        };
        let place = match request.ids.is_empty() {
            true => self.place().await?,
            // An id names its own.
            false => Reach::Tenant,
        };
        Some(Among {
            resource_group: request.resource_group.clone(),
            resource_types: self.request.resource_types.clone(),
            names: told(&request.names),
            ids: told(&request.ids),
            ..Among::all_in(place)
        })
    }

    async fn credentials(&self) -> Option<Fitting> {
        let identity = match (self.request.ids.first(), self.request.names.first()) {
            (Some(id), _) => Target {
                resource_id: Some(id.clone()),
                ..Target::default()
            },
            (None, Some(name)) => Target {
                subscription_id: Some(self.subscription().await?),
                resource_group: Some(self.request.resource_group.clone()?),
                name: Some(name.clone()),
                ..Target::default()
            },
            (None, None) => return None,
        };
        self.ask(Subject::FederatedCredentials(identity)).await
    }

    /// The scope on which a role is to count: the subscription, where the line does not say.
    async fn scope(&self) -> Option<ScopeId> {
        if let Some(scope) = &self.request.scope {
            return ScopeId::parse(scope).ok();
        }
        let subscription = self.subscription().await?;
        match &self.request.resource_group {
            Some(group) => ScopeId::resource_group(&subscription, group).ok(),
            None => Some(ScopeId::subscription(&subscription)),
        }
    }

    /// Scopes by a part of their id or by their name.
    async fn scopes(&self) -> Option<Fitting> {
        let word = &self.request.word;
        if self.is_path() {
            return self.below(word, &[]).await;
        }
        let own = Reach::Subscriptions(vec![self.subscription().await?]);
        let mut subjects = vec![Subject::Subscriptions, Subject::ResourceGroups(own.clone())];
        if !word.is_empty() {
            subjects.push(Subject::Resources(Among {
                by_id: true,
                ..Among::all_in(own)
            }));
        }
        let asked = subjects
            .into_iter()
            .map(|subject| self.answer_scopes(subject, word));
        let found = join_all(asked).await.concat();
        Some((found, word.clone()))
    }

    /// What can come next in the id of a scope, or of a resource of these types.
    async fn below(&self, word: &str, resource_types: &[String]) -> Option<Fitting> {
        let (subject, part) = match paths::read(word)? {
            Path::Subscription(part) => (Subject::Subscriptions, part),
            Path::Group(subscription, part) => (Subject::ResourceGroups(only(subscription)?), part),
            Path::Below(subscription, group) => {
                let among = Among {
                    resource_group: Some(group.to_owned()),
                    resource_types: resource_types.to_vec(),
                    ..Among::all_in(only(subscription)?)
                };
                (Subject::Below(among), word)
            }
        };
        let found = self.answer_scopes(subject, part).await;
        Some((found, part.to_owned()))
    }

    async fn answer_scopes(&self, subject: Subject, word: &str) -> Vec<Found> {
        let found = self.answer(subject.clone(), word).await.into_iter();
        found.map(|one| scope(&subject, one)).collect()
    }
}

/// One subscription, as it stands in an id.
fn only(subscription: &str) -> Option<Reach> {
    is_guid(subscription).then(|| Reach::Subscriptions(vec![subscription.to_owned()]))
}

/// The last part of an id.
fn name_of(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

/// What a thing is as a scope: its id.
fn scope(subject: &Subject, found: Found) -> Found {
    match subject {
        Subject::Subscriptions => Found {
            alias: found.value.clone(),
            value: format!("/subscriptions/{}", found.value),
            near: true,
            ..found
        },
        Subject::ResourceGroups(Reach::Subscriptions(ids)) => {
            let subscription = ids.first().map(String::as_str).unwrap_or_default();
            Found {
                value: format!(
                    "/subscriptions/{subscription}/resourceGroups/{}",
                    found.label
                ),
                ..found
            }
        }
        _ => found,
    }
}
