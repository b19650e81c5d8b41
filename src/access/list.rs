use super::unused::Used;
use crate::arm::Client;
use crate::arm::fleet::{Fleet, Listing};
use crate::base::Result;
use crate::identity::{self, UserAssignedIdentity};

/// Which user-assigned identities to list.
#[derive(Clone, Debug, Default)]
pub struct ListIdentities {
    /// Which, and where.
    pub fleet: Fleet,
    /// Those alone that nothing uses.
    pub unused: bool,
}

/// User-assigned identities, a part of the list at a time.
pub struct Identities {
    client: Client,
    listing: Listing<UserAssignedIdentity>,
    unused: bool,
    /// What is used, once it was asked for.
    used: Option<Used>,
}

impl Identities {
    /// The identities that are wanted. Nothing is asked yet.
    ///
    /// # Errors
    /// What breaks a rule, by the name of its parameter.
    pub fn list(client: &Client, wanted: &ListIdentities) -> Result<Self> {
        Ok(Self {
            client: client.clone(),
            listing: identity::search(client, &wanted.fleet)?,
            unused: wanted.unused,
            used: None,
        })
    }

    /// The next part, or `None` after the last. One that could not be read is an error of its own.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn next(&mut self) -> Result<Option<Vec<Result<UserAssignedIdentity>>>> {
        let part = match self.listing.next().await? {
            Some(part) if self.unused => part,
            part => return Ok(part),
        };
        let used = match self.used.take() {
            Some(used) => used,
            None => Used::find(&self.client).await?,
        };
        let (mut unused, mut failed) = (Vec::new(), Vec::new());
        for one in part {
            match one {
                Ok(identity) => unused.push(identity),
                Err(error) => failed.push(Err(error)),
            }
        }
        let unused = used.unused(&self.client, unused).await?;
        self.used = Some(used);
        Ok(Some(unused.into_iter().map(Ok).chain(failed).collect()))
    }
}
