//! The operations that change something: each can also say what it would change.

use super::guard::Status;
use super::queue::Record;
use super::submit::{submit_in_own_time, submit_with_client};
use crate::arm::{self, Agreement, Client, Invoke, Plan, Target};
use crate::base::Result;
use crate::identity::federated::{self, CredentialTarget, Lane};
use crate::{access, compute, deployment, identity};

/// A change, and what to do with it.
pub(super) struct Change<T> {
    pub(super) wanted: T,
    pub(super) mode: Mode,
}

/// What to do with a change.
pub(super) enum Mode {
    /// Only find out what it would do.
    Plan,
    /// Carry it out, within what was agreed to.
    CarryOut(Agreement),
}

impl<T> Change<T> {
    /// Whether only to find out what it would do.
    pub(super) fn is_plan(&self) -> bool {
        matches!(self.mode, Mode::Plan)
    }

    pub(super) fn map<U>(self, to: impl FnOnce(T) -> U) -> Change<U> {
        Change {
            wanted: to(self.wanted),
            mode: self.mode,
        }
    }
}

/// Something wanted that changes a resource.
pub(super) trait Wish: Send + Sync + 'static {
    /// Makes the change. What it yields, if anything.
    fn make(&self, client: &Client) -> impl Future<Output = Result<Option<Record>>> + Send;

    /// Finds out what it would change.
    fn plan(&self, client: &Client) -> impl Future<Output = Result<Plan>> + Send;

    /// Whether making it checks each effect against the client's agreement by itself.
    fn checks_agreement(&self) -> bool {
        false
    }
}

/// Submits a change, or only its plan.
pub(super) fn submit_change<T: Wish>(
    client: u64,
    queue: u64,
    tag: u64,
    change: Change<T>,
) -> std::result::Result<(), Status> {
    submit_with_client(client, queue, tag, |client, operation| async move {
        let Change { wanted, mode } = change;
        let yielded = match mode {
            Mode::Plan => Some(wanted.plan(&client).await?.into()),
            Mode::CarryOut(agreement) => {
                let client = client.bound_by(agreement);
                if !wanted.checks_agreement() {
                    check_agreement(&client, || wanted.plan(&client)).await?;
                }
                wanted.make(&client).await?
            }
        };
        if let Some(record) = yielded {
            operation.item(record).await;
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

impl Wish for identity::Create {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        Ok(Some(identity::create(client, self).await?.into()))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        identity::plan_create(client, self).await
    }
}

impl Wish for identity::Update {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        Ok(Some(identity::update(client, self).await?.into()))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        identity::plan_update(client, self).await
    }
}

/// The deletion of a user-assigned identity.
pub(super) struct DeleteIdentity {
    pub(super) target: Target,
    pub(super) manner: Manner,
}

/// What a deletion does about those that use the identity.
#[derive(Clone, Copy)]
pub(super) enum Manner {
    Plain,
    Detach,
    IfUnused,
}

impl Wish for DeleteIdentity {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        match self.manner {
            Manner::Plain => identity::delete(client, &self.target).await?,
            Manner::Detach => access::remove_detached(client, &self.target).await?,
            Manner::IfUnused => access::remove_unused(client, &self.target).await?,
        }
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        match self.manner {
            Manner::Plain => identity::plan_delete(client, &self.target).await,
            Manner::Detach => access::plan_remove_detached(client, &self.target).await,
            Manner::IfUnused => access::plan_remove_unused(client, &self.target).await,
        }
    }

    fn checks_agreement(&self) -> bool {
        matches!(self.manner, Manner::Detach)
    }
}

impl Wish for access::Assign {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        Ok(Some(access::assign(client, self).await?.into()))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_assign(client, self).await
    }
}

impl Wish for access::Revoke {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        access::revoke(client, self).await?;
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_revoke(client, self).await
    }
}

impl Wish for compute::Update {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        Ok(Some(compute::update(client, self).await?.into()))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        compute::plan_update(client, self).await
    }

    fn checks_agreement(&self) -> bool {
        true
    }
}

impl Wish for Invoke {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        Ok(arm::invoke(client, self).await?.map(Record::from))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        arm::plan_invoke(client, self)
    }
}

/// Something wanted of a federated credential. The writes under an identity wait for each other;
/// while they do, they take no place among the operations that run at once.
pub(super) trait FederatedWish: Send + Sync + 'static {
    /// The credential.
    fn target(&self) -> &CredentialTarget;

    /// Makes the change. What it yields, if anything.
    fn make(
        &self,
        client: &Client,
        lane: &mut Lane,
    ) -> impl Future<Output = Result<Option<Record>>> + Send;

    /// Finds out what it would change.
    fn plan(&self, client: &Client) -> impl Future<Output = Result<Plan>> + Send;
}

/// Submits a change of a federated credential, or only its plan.
pub(super) fn submit_federated<T: FederatedWish>(
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
                Some(wanted.plan(&client).await?.into())
            }
            Mode::CarryOut(agreement) => {
                let client = client.bound_by(agreement);
                let mut lane = Lane::enter(&client, wanted.target()).await?;
                let _turn = operation.turn().await;
                check_agreement(&client, || wanted.plan(&client)).await?;
                wanted.make(&client, &mut lane).await?
            }
        };
        if let Some(record) = yielded {
            operation.item(record).await;
        }
        Ok(())
    })
}

impl FederatedWish for federated::Create {
    fn target(&self) -> &CredentialTarget {
        &self.target
    }

    async fn make(&self, client: &Client, lane: &mut Lane) -> Result<Option<Record>> {
        Ok(Some(lane.create(client, self).await?.into()))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        federated::plan_create(client, self).await
    }
}

impl FederatedWish for federated::Update {
    fn target(&self) -> &CredentialTarget {
        &self.target
    }

    async fn make(&self, client: &Client, lane: &mut Lane) -> Result<Option<Record>> {
        Ok(Some(lane.update(client, self).await?.into()))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        federated::plan_update(client, self).await
    }
}

/// The deletion of a federated credential.
pub(super) struct DeleteFederated(pub(super) CredentialTarget);

impl FederatedWish for DeleteFederated {
    fn target(&self) -> &CredentialTarget {
        &self.0
    }

    async fn make(&self, client: &Client, lane: &mut Lane) -> Result<Option<Record>> {
        lane.delete(client, &self.0).await?;
        Ok(None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        federated::plan_delete(client, &self.0).await
    }
}

/// That a principal be in a group.
pub(super) struct AddMember(pub(super) access::Membership);

impl Wish for AddMember {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        access::add_member(client, &self.0).await.map(|()| None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_add_member(client, &self.0).await
    }
}

/// That a principal be in a group no more.
pub(super) struct RemoveMember(pub(super) access::Membership);

impl Wish for RemoveMember {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        access::remove_member(client, &self.0).await.map(|()| None)
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        access::plan_remove_member(client, &self.0).await
    }
}

impl Wish for deployment::Deploy {
    async fn make(&self, client: &Client) -> Result<Option<Record>> {
        Ok(Some(deployment::deploy(client, self).await?.into()))
    }

    async fn plan(&self, client: &Client) -> Result<Plan> {
        deployment::plan_deploy(client, self).await
    }
}
