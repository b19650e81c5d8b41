//! The identities that nothing uses.

use std::collections::HashSet;

use futures_util::StreamExt;
use futures_util::future::try_join;
use futures_util::stream;
use serde::Deserialize;

use super::references::find;
use crate::arm::Client;
use crate::arm::resource_graph::Rows;
use crate::base::{Result, folded};
use crate::identity::{UserAssignedIdentity, federated};

/// What is used in the whole tenant, as Resource Graph knows it: asked once for any number of
/// identities.
pub(crate) struct Used {
    /// The ids of the identities that a resource refers to, in lower case.
    referred_to: HashSet<String>,
    /// The object ids of all who hold a role, in lower case.
    role_holders: HashSet<String>,
}

/// How many identities are asked for their federated credentials at once.
const AT_ONCE: usize = 16;

impl Used {
    /// Finds out what is used, in all subscriptions that the sign-in sees: an identity is used by
    /// resources of any of them.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn find(client: &Client) -> Result<Self> {
        let client = &client.reading_whole_lists();
        let (references, holders) = try_join(find(client, None, &[]), role_holders(client)).await?;
        let referred_to = references.into_iter();
        Ok(Self {
            referred_to: referred_to.map(|one| folded(&one.identity_id)).collect(),
            role_holders: holders,
        })
    }

    /// Those of these identities that no resource refers to and that hold neither a role nor a
    /// federated credential.
    ///
    /// # Errors
    /// Those of the requests for the federated credentials.
    pub async fn unused(
        &self,
        client: &Client,
        identities: Vec<UserAssignedIdentity>,
    ) -> Result<Vec<UserAssignedIdentity>> {
        let client = &client.reading_whole_lists();
        let candidates = identities.into_iter().filter(|one| !self.contains(one));
        let mut looks = stream::iter(candidates)
            .map(|identity| async move {
                let federated = match identity.resource_id() {
                    Some(id) => !federated::all(client, &id).await?.is_empty(),
                    // What can't be looked at does not count as unused.
                    None => true,
                };
                Ok((!federated).then_some(identity))
            })
            .buffered(AT_ONCE);
        let mut unused = Vec::new();
        while let Some(look) = looks.next().await {
            unused.extend(look?);
        }
        Ok(unused)
    }

    fn contains(&self, identity: &UserAssignedIdentity) -> bool {
        let principal = identity.properties.principal_id.to_lowercase();
        self.referred_to.contains(&folded(&identity.id)) || self.role_holders.contains(&principal)
    }
}

async fn role_holders(client: &Client) -> Result<HashSet<String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Row {
        principal_id: String,
    }
    let query = "authorizationresources \
        | where type =~ 'microsoft.authorization/roleassignments' \
        | project id, principalId = tostring(properties.principalId) | order by id asc";
    let rows = Rows::<Row>::new(client, query, &[]).all().await?;
    Ok(rows
        .into_iter()
        .map(|row| row.principal_id.to_lowercase())
        .collect())
}
