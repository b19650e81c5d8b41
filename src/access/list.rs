use super::unused::Used;
use crate::arm::resource_graph::Rows;
use crate::arm::{Client, Pages, Scope};
use crate::base::Result;
use crate::identity::{self, UserAssignedIdentity};

/// Which user-assigned identities to list.
#[derive(Clone, Debug, Default)]
pub struct ListIdentities {
    /// Where; in all subscriptions that the sign-in sees when not given.
    pub scope: Option<Scope>,
    /// Those alone that nothing uses.
    pub unused: bool,
}

/// User-assigned identities, a page at a time.
pub struct Identities {
    client: Client,
    source: Source,
    unused: bool,
    /// What is used, once it was asked for.
    used: Option<Used>,
}

enum Source {
    RoleScope(Pages<UserAssignedIdentity>),
    Tenant(Rows<UserAssignedIdentity>),
}

impl Identities {
    /// The identities that are wanted. Nothing is asked yet.
    ///
    /// # Errors
    /// Those of the scope.
    pub fn list(client: &Client, wanted: &ListIdentities) -> Result<Self> {
        let source = match &wanted.scope {
            Some(scope) => Source::RoleScope(identity::list(client, scope)?),
            None => Source::Tenant(identity::list_everywhere(client)),
        };
        Ok(Self {
            client: client.clone(),
            source,
            unused: wanted.unused,
            used: None,
        })
    }

    /// The next page, or `None` after the last.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn next(&mut self) -> Result<Option<Vec<UserAssignedIdentity>>> {
        let page = match &mut self.source {
            Source::RoleScope(pages) => pages.next().await?,
            Source::Tenant(rows) => rows.next().await?,
        };
        let page = match page {
            Some(page) if self.unused => page,
            page => return Ok(page),
        };
        let used = match self.used.take() {
            Some(used) => used,
            None => Used::find(&self.client).await?,
        };
        let page = used.unused(&self.client, page).await?;
        self.used = Some(used);
        Ok(Some(page))
    }
}
