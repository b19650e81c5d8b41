//! The operations that change something: each can also say what it would change.

use futures_util::future::BoxFuture;

use super::guard::Status;
use super::mode::{Change, Mode};
use super::show::Item;
use super::submit::{submit_in_own_time, submit_with_client};
use crate::arm::{self, Client, Invoke, Plan, Target};
use crate::base::Result;
use crate::identity::federated::{self, CredentialTarget, Lane};
use crate::{access, compute, deployment, identity};

/// What a change yields, if anything.
pub(super) type Yielded = Option<Box<dyn Item>>;

/// A change of a resource.
pub(super) trait Mutation: Send + Sync + 'static {
    /// Makes the change.
    fn make(&self, client: &Client) -> impl Future<Output = Result<Yielded>> + Send;

    /// Finds out what it would change.
    fn plan(&self, client: &Client) -> impl Future<Output = Result<Plan>> + Send;

    /// Whether making it checks each effect against the client's agreement by itself.
    fn checks_agreement(&self) -> bool {
        false
    }
}

/// A change of any type: what runs changes is compiled once, and not for each type.
trait AnyMutation: Send + Sync {
    fn make<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Yielded>>;

    fn plan<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Plan>>;

    fn checks_agreement(&self) -> bool;
}

impl<T: Mutation> AnyMutation for T {
    fn make<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Yielded>> {
        Box::pin(Mutation::make(self, client))
    }

    fn plan<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Plan>> {
        Box::pin(Mutation::plan(self, client))
    }

    fn checks_agreement(&self) -> bool {
        Mutation::checks_agreement(self)
    }
}

/// Submits a change, or only its plan.
pub(super) fn submit_change<T: Mutation>(
    client: u64,
    queue: u64,
    tag: u64,
    change: Change<T>,
) -> std::result::Result<(), Status> {
    submit_any(
        client,
        queue,
        tag,
        change.map(|wanted| Box::new(wanted) as _),
    )
}

fn submit_any(
    client: u64,
    queue: u64,
    tag: u64,
    change: Change<Box<dyn AnyMutation>>,
) -> std::result::Result<(), Status> {
    submit_with_client(client, queue, tag, |client, operation| async move {
        let Change { wanted, mode } = change;
        let yielded = match mode {
            Mode::Plan => Some(Box::new(wanted.plan(&client).await?) as Box<dyn Item>),
            Mode::CarryOut(agreement) => {
                let client = client.bound_by(agreement);
                if !wanted.checks_agreement() {
                    check_agreement(&client, || wanted.plan(&client)).await?;
                }
                wanted.make(&client).await?
            }
        };
        if let Some(item) = yielded {
            operation.boxed_item(item).await;
        }
        Ok(())
    })
}

/// Checks, right before a change, that it is still the one that was agreed to.
async fn check_agreement<F>(client: &Client, plan: impl FnOnce() -> F) -> Result<()>
where
    F: Future<Output = Result<Plan>>,
{
    if !client.agreement().is_given() {
        return Ok(());
    }
    let plan = plan().await?;
    client.agreement().check(&plan.resource, &plan.effects)
}

/// The creation of a user-assigned identity, among those of its pipeline.
pub(super) struct CreateIdentity {
    pub(super) wanted: identity::Create,
    pub(super) siblings: identity::Siblings,
}

impl Mutation for CreateIdentity {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        let created = self.siblings.create(client, &self.wanted).await?;
        Ok(Some(Box::new(created)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        self.siblings.plan_create(client, &self.wanted).await
    }
}

impl Mutation for identity::Update {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        Ok(Some(Box::new(identity::update(client, self).await?)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        identity::plan_update(client, self).await
    }
}

/// The deletion of a user-assigned identity.
pub(super) struct DeleteIdentity {
    pub(super) target: Target,
    pub(super) delete_mode: DeleteMode,
}

/// What a deletion does about what refers to the identity.
#[derive(Clone, Copy)]
pub(super) enum DeleteMode {
    Plain,
    Detach,
    IfUnused,
}

impl Mutation for DeleteIdentity {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        match self.delete_mode {
            DeleteMode::Plain => identity::delete(client, &self.target).await?,
            DeleteMode::Detach => access::remove_detached(client, &self.target).await?,
            DeleteMode::IfUnused => access::remove_unused(client, &self.target).await?,
        }
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        match self.delete_mode {
            DeleteMode::Plain => identity::plan_delete(client, &self.target).await,
            DeleteMode::Detach => access::plan_remove_detached(client, &self.target).await,
            DeleteMode::IfUnused => access::plan_remove_unused(client, &self.target).await,
        }
    }

    fn checks_agreement(&self) -> bool {
        matches!(self.delete_mode, DeleteMode::Detach)
    }
}

/// The revocation of the tokens of a user-assigned identity.
pub(super) struct RevokeTokens {
    pub(super) target: Target,
}

impl Mutation for RevokeTokens {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        identity::revoke_tokens(client, &self.target).await?;
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        identity::plan_revoke_tokens(client, &self.target).await
    }
}

impl Mutation for access::Assign {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        Ok(Some(Box::new(access::assign(client, self).await?)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_assign(client, self).await
    }
}

impl Mutation for access::Revoke {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        access::revoke(client, self).await?;
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_revoke(client, self).await
    }
}

impl Mutation for access::AssignAppRole {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        Ok(Some(Box::new(access::assign_app_role(client, self).await?)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_assign_app_role(client, self).await
    }
}

impl Mutation for access::RevokeAppRole {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        access::revoke_app_role(client, self).await?;
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_revoke_app_role(client, self).await
    }
}

impl Mutation for compute::Update {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        Ok(Some(Box::new(compute::update(client, self).await?)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        compute::plan_update(client, self).await
    }

    fn checks_agreement(&self) -> bool {
        true
    }
}

impl Mutation for Invoke {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        let answer = arm::invoke(client, self).await?;
        Ok(answer.map(|answer| Box::new(answer) as Box<dyn Item>))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        arm::plan_invoke(client, self)
    }
}

/// A change of a federated credential. The writes under an identity wait for each other;
/// while they do, they take no place among the operations that run at once.
pub(super) trait FederatedMutation: Send + Sync + 'static {
    /// The credential.
    fn target(&self) -> &CredentialTarget;

    /// Makes the change.
    fn make(
        &self,
        client: &Client,
        lane: &mut Lane,
    ) -> impl Future<Output = Result<Yielded>> + Send;

    /// Finds out what it would change.
    fn plan(&self, client: &Client) -> impl Future<Output = Result<Plan>> + Send;
}

/// Submits a change of a federated credential, or only its plan.
pub(super) fn submit_federated<T: FederatedMutation>(
    client: u64,
    queue: u64,
    tag: u64,
    change: Change<T>,
) -> std::result::Result<(), Status> {
    submit_in_own_time(client, queue, tag, |client, operation| async move {
        let Change { wanted, mode } = change;
        let yielded = match mode {
            Mode::Plan => {
                let _turn = operation.turn().await;
                Some(Box::new(wanted.plan(&client).await?) as Box<dyn Item>)
            }
            Mode::CarryOut(agreement) => {
                let client = client.bound_by(agreement);
                let mut lane = Lane::enter(&client, wanted.target()).await?;
                let _turn = operation.turn().await;
                check_agreement(&client, || wanted.plan(&client)).await?;
                wanted.make(&client, &mut lane).await?
            }
        };
        if let Some(item) = yielded {
            operation.boxed_item(item).await;
        }
        Ok(())
    })
}

impl FederatedMutation for federated::Create {
    fn target(&self) -> &CredentialTarget {
        &self.target
    }

    async fn make(&self, client: &Client, lane: &mut Lane) -> Result<Yielded> {
        Ok(Some(Box::new(lane.create(client, self).await?)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        federated::plan_create(client, self).await
    }
}

impl FederatedMutation for federated::Update {
    fn target(&self) -> &CredentialTarget {
        &self.target
    }

    async fn make(&self, client: &Client, lane: &mut Lane) -> Result<Yielded> {
        Ok(Some(Box::new(lane.update(client, self).await?)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        federated::plan_update(client, self).await
    }
}

/// The deletion of a federated credential.
pub(super) struct DeleteFederated {
    pub(super) target: CredentialTarget,
}

impl FederatedMutation for DeleteFederated {
    fn target(&self) -> &CredentialTarget {
        &self.target
    }

    async fn make(&self, client: &Client, lane: &mut Lane) -> Result<Yielded> {
        lane.delete(client, &self.target).await?;
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        federated::plan_delete(client, &self.target).await
    }
}

/// Adds a principal to a group.
pub(super) struct AddMember(pub(super) access::Membership);

impl Mutation for AddMember {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        access::add_member(client, &self.0).await.map(|()| None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_add_member(client, &self.0).await
    }
}

/// Removes a principal from a group.
pub(super) struct RemoveMember(pub(super) access::Membership);

impl Mutation for RemoveMember {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        access::remove_member(client, &self.0).await.map(|()| None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_remove_member(client, &self.0).await
    }
}

impl Mutation for deployment::Deploy {
    async fn make(&self, client: &Client) -> Result<Yielded> {
        Ok(Some(Box::new(deployment::deploy(client, self).await?)))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        deployment::plan_deploy(client, self).await
    }
}
